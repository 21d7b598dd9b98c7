import { EditInboundRules } from "./edit_rules";
import { CreateSecurityGroup } from "./create_group";
import { GroupPage } from "./group";
import { Groups } from "./groups";

export default function View({ place }: { place: string[] }) {
  const [page, id = ""] = place;
  if (page === "group-create") return <CreateSecurityGroup />;
  if (page === "group-rules") return <EditInboundRules key={id} id={id} />;
  if (page === "group") return <GroupPage id={id} />;
  return <Groups />;
}
