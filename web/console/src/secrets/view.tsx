import { SecretPage } from "./secret";
import { Secrets } from "./secrets";

export default function View({ place }: { place: string[] }) {
  const [page, id = ""] = place;
  if (page === "secret") return <SecretPage key={id} id={id} />;
  return <Secrets />;
}
