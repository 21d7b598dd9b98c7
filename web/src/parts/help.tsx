// What the keys do, when somebody presses "?".
import { useEffect, useState } from "preact/hooks";
import { settingsAddress } from "../address";
import { onHelp } from "../keys";
import { Dialog } from "./dialog";
import "./help.css";

const keys = [
  ["j", "to the next post"],
  ["k", "to the post before"],
  ["Enter", "opens the post"],
  ["l", "likes it, or no longer"],
  ["r", "replies to it"],
  ["/", "to the search"],
  ["?", "shows this list"],
  ["Ctrl Enter", "sends what you write"],
] as const;

export function Help({ withAccount }: { withAccount: boolean }) {
  const [open, setOpen] = useState(false);
  useEffect(() => onHelp(() => setOpen(true)), []);
  if (!open) return null;
  const close = () => setOpen(false);
  const shown = keys.filter(([key]) => withAccount || !["l", "r", "Ctrl Enter"].includes(key));
  return (
    <Dialog title="Keys" close={close}>
      <dl class="keys">
        {shown.map(([key, does]) => (
          <div key={key}>
            <dt>
              {key.split(" ").map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p>
        They can be switched off in the <a href={settingsAddress()} onClick={close}>settings</a>.
      </p>
      <div class="dialog-ways">
        <button type="button" class="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
