import { CreateFunction } from "./create";
import { FunctionPage } from "./function";
import { Functions } from "./functions";

export default function View({ place }: { place: string[] }) {
  const [page, name = "", tab] = place;
  if (page === "function-create") return <CreateFunction />;
  if (page === "function") return <FunctionPage key={name} name={name} tab={tab} />;
  return <Functions />;
}
