import { CreateDatabase } from "./create";
import { DatabasePage } from "./database";
import { Databases } from "./databases";
import { EventsPage } from "./events";
import { ModifyDatabase } from "./modify";
import { ParameterGroupsPage } from "./parameter_groups";
import { ParameterGroup } from "./parameters";
import { RestoreSnapshot } from "./restore";
import { SnapshotsPage } from "./snapshots";

export default function View({ place }: { place: string[] }) {
  const [page, id = "", tab] = place;
  if (page === "database-create") return <CreateDatabase />;
  if (page === "database-modify") return <ModifyDatabase key={id} id={id} />;
  if (page === "database") return <DatabasePage key={id} id={id} tab={tab} />;
  if (page === "snapshots") return <SnapshotsPage />;
  if (page === "snapshot-restore") return <RestoreSnapshot key={id} id={id} />;
  if (page === "parameter-groups") return <ParameterGroupsPage />;
  if (page === "parameter-group") return <ParameterGroup key={id} name={id} />;
  if (page === "events") return <EventsPage />;
  return <Databases />;
}
