import { CreatePool } from "./create";
import { PoolPage } from "./pool";
import { Pools } from "./pools";

export default function View({ place }: { place: string[] }) {
  const [page, id = "", tab] = place;
  if (page === "pool-create") return <CreatePool />;
  if (page === "pool") return <PoolPage key={id} id={id} tab={tab} />;
  return <Pools />;
}
