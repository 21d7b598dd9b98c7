// What is asked before somebody is blocked, and why a post is reported.
import { useId, useState } from "preact/hooks";
import { type Activity, type Profile, type Reason, reportActivity } from "../api";
import { block } from "../people";
import { say } from "../toast";
import { Dialog } from "./dialog";
import { Refusal } from "./refusal";

/** Something done once at a time, and why it was not. */
function useDoing(work: () => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  async function run(): Promise<void> {
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  }
  return { busy, error, run };
}

interface BlockProps {
  handle: string;
  close: () => void;
  blocked?: (profile: Profile) => void;
}

export function BlockDialog({ handle, close, blocked }: BlockProps) {
  const { busy, error, run } = useDoing(async () => {
    const profile = await block(handle, true);
    close();
    blocked?.(profile);
  });
  return (
    <Dialog title={`Block @${handle}?`} close={close}>
      <p>Neither of you will see the other’s posts, reply to them or write to the other, and neither follows the other any more. They are not told.</p>
      <Refusal error={error} />
      <div class="dialog-ways">
        <button type="button" class="button button-grave" aria-disabled={busy} onClick={() => void run()}>
          {busy ? "Blocking…" : "Block"}
        </button>
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}

const reasons: readonly (readonly [Reason, string])[] = [
  ["spam", "It is spam"],
  ["abuse", "It harasses or threatens somebody"],
  ["illegal", "It is against the law"],
  ["other", "Something else"],
];

export function ReportDialog({ activity, close }: { activity: Activity; close: () => void }) {
  const name = useId();
  const [reason, setReason] = useState<Reason | null>(null);
  const { busy, error, run } = useDoing(async () => {
    if (reason === null) return;
    await reportActivity(activity.uuid, reason);
    close();
    say("Reported. The moderators can read the post even after it has expired.");
  });
  return (
    <Dialog title="Report this post" close={close}>
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <fieldset class="choices">
          <legend>What is wrong with it?</legend>
          {reasons.map(([value, text]) => (
            <label key={value} class="choice">
              <input type="radio" name={name} value={value} checked={reason === value} onChange={() => setReason(value)} />
              <span>{text}</span>
            </label>
          ))}
        </fieldset>
        <Refusal error={error} />
        <div class="dialog-ways">
          <button type="submit" class="button button-main" disabled={reason === null} aria-disabled={busy}>
            {busy ? "Reporting…" : "Report"}
          </button>
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
