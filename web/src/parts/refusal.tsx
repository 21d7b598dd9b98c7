import { inWords } from "../words";
import "./refusal.css";

/** Why something was not done, in words and read out; nothing for null. */
export function Refusal({ error }: { error: unknown }) {
  if (error === null) return null;
  return (
    <p class="refusal" role="alert" tabIndex={-1}>
      {inWords(error)}
    </p>
  );
}
