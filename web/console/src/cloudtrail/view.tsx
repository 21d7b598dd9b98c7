import { EventPage } from "./event";
import { EventHistory } from "./history";

export default function View({ place }: { place: string[] }) {
  const [page, id = ""] = place;
  if (page === "event") return <EventPage key={id} id={id} />;
  return <EventHistory />;
}
