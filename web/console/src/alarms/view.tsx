import { Alarms } from "./alarms";
import { CreateAlarm } from "./create";

export default function View({ place }: { place: string[] }) {
  const [page, instance = ""] = place;
  if (page === "alarm-create") return <CreateAlarm key={instance} instance={instance} />;
  return <Alarms />;
}
