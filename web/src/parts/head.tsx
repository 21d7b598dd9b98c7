import { homeAddress } from "../address";
import { BackIcon } from "./icons";
import "./head.css";

/** A page's title, and where it is not home the way back there. */
export function Head({ title, back = false }: { title: string; back?: boolean }) {
  return (
    <div class="head">
      {back && (
        <a class="back" href={homeAddress()} aria-label="Back to the home feed">
          <BackIcon />
        </a>
      )}
      <h1>{title}</h1>
    </div>
  );
}
