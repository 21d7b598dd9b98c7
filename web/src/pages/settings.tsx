import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { aboutAddress, goTo, homeAddress, privacyAddress, profileAddress, signInAddress } from "../address";
import { switchKeys, useKeys } from "../keys";
import { exportAccount, isUnknown, leave, leaveCognito, readAccount } from "../leaving";
import { Dialog } from "../parts/dialog";
import { Field } from "../parts/form";
import { Head } from "../parts/head";
import { Refusal } from "../parts/refusal";
import { useReading } from "../reading";
import { signOut, useSession } from "../session";
import { say } from "../toast";
import { inWords } from "../words";
import "../parts/prose.css";
import "./settings.css";

export const pattern = "/settings";
export const title = "Settings";

function Setting({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <section class="panel prose setting">
      <h2>{name}</h2>
      {children}
    </section>
  );
}

function Keys() {
  const on = useKeys();
  return (
    <Setting name="Keyboard">
      <label class="setting-switch">
        <input type="checkbox" checked={on} onChange={(event) => switchKeys(event.currentTarget.checked)} />
        <span>Single keys act: j, k, l, r, / and ?</span>
      </label>
      <p class="setting-hint">Switch them off if you dictate, or if keys get pressed by accident. This browser remembers it.</p>
    </Setting>
  );
}

function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser has begun to read it by then
}

function inKilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1000).toLocaleString()} kB`;
}

function Export({ handle }: { handle: string }) {
  const [arrived, setArrived] = useState<number | null>(null); // bytes; null: it is not under way
  const [saved, setSaved] = useState(false);
  const [error, setError] = useState<unknown>(null);
  async function fetchAll() {
    if (arrived !== null) return;
    setArrived(0);
    setSaved(false);
    setError(null);
    try {
      save(await exportAccount(setArrived), `cruddur-${handle}.json`);
      setSaved(true);
    } catch (failed) {
      setError(failed);
    }
    setArrived(null);
  }
  return (
    <Setting name="Your data">
      <p>What Cruddur has of you, as one file (JSON): profile, posts, replies, likes, reposts, follows, notifications, reports and messages.</p>
      <button type="button" class="button" aria-disabled={arrived !== null} onClick={() => void fetchAll()}>
        {arrived === null ? "Download what is mine" : arrived === 0 ? "Fetching…" : `Fetching… ${inKilobytes(arrived)}`}
      </button>
      <p role="status">{saved && "It is among your downloads."}</p>
      <Refusal error={error} />
    </Setting>
  );
}

function farewell(): void {
  goTo(homeAddress());
  say("Your account is deleted. Farewell.");
}

function LeaveDialog({ handle, close }: { handle: string; close: () => void }) {
  const [typed, setTyped] = useState("");
  const [part, setPart] = useState<"account" | "sign-in" | null>(null); // that is being deleted
  const [failure, setFailure] = useState<{ of: "account" | "sign-in"; error: unknown } | null>(null);
  const sure = handle !== "" && typed.trim().replace(/^@/, "").toLowerCase() === handle.toLowerCase();
  async function deleteAll(event: Event) {
    event.preventDefault();
    if (!sure || part !== null) return;
    setFailure(null);
    let at: "account" | "sign-in" = "account";
    try {
      await leave((which) => setPart((at = which)));
      farewell();
    } catch (error) {
      setFailure({ of: at, error });
      setPart(null);
    }
  }
  return (
    <Dialog title="Delete your account?" close={close}>
      <form class="dialog-form" onSubmit={(event) => void deleteAll(event)}>
        <p>
          Your profile goes, and your posts with all replies to them, your replies, likes, reposts and follows, your conversations, for the others
          in them as well, your address and your sign-in. Nobody can bring them back.
        </p>
        <p>
          What was reported stays for its time, without your name. <a href={privacyAddress()}>What is kept, and how long</a>
        </p>
        <Field
          label={`Type your handle, ${handle}, to say that you are sure`}
          name="handle"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          dir="ltr"
          value={typed}
          change={setTyped}
        />
        {failure !== null && (
          <p class="refusal" role="alert">
            {failure.of === "account"
              ? "Your account is not deleted, or not all of it. "
              : "All that was yours in Cruddur is deleted, but your sign-in is not yet. "}
            {inWords(failure.error)} Press “Delete everything” once more: it goes on from there.
          </p>
        )}
        <div class="dialog-ways">
          <button type="submit" class="button button-last" disabled={!sure || part !== null}>
            {part === null ? "Delete everything" : part === "account" ? "Deleting…" : "Deleting your sign-in…"}
          </button>
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Leave({ handle }: { handle: string }) {
  const [asked, setAsked] = useState(false);
  return (
    <Setting name="Leave Cruddur">
      <p>Your account is deleted with all that you wrote. You may want to download what is yours before.</p>
      <button type="button" class="button button-last" onClick={() => setAsked(true)}>
        Delete my account
      </button>
      {asked && <LeaveDialog handle={handle} close={() => setAsked(false)} />}
    </Setting>
  );
}

// Of whom Cruddur has no account: it was deleted, and the sign-in was not, or signing up did not come to its end.
function LeaveCognito() {
  const [state, setState] = useState<"idle" | "deleting">("idle");
  const [error, setError] = useState<unknown>(null);
  async function deleteSignIn() {
    if (state === "deleting") return;
    setState("deleting");
    setError(null);
    try {
      await leaveCognito();
      farewell();
    } catch (failed) {
      setError(failed);
      setState("idle");
    }
  }
  return (
    <Setting name="Cruddur has no account for this sign-in">
      <p>
        If you have deleted your account, delete the sign-in as well. If you have just signed up, something went wrong there: delete the sign-in,
        and create your account anew.
      </p>
      <button type="button" class="button button-last" aria-disabled={state === "deleting"} onClick={() => void deleteSignIn()}>
        {state === "deleting" ? "Deleting…" : "Delete the sign-in"}
      </button>
      <Refusal error={error} />
    </Setting>
  );
}

function Member({ handle, email }: { handle: string; email: string | null }) {
  return (
    <Setting name="Account">
      <p>{handle === "" ? "You are signed in." : `You are signed in as @${handle}.`}</p>
      {handle !== "" && (
        <p>
          <a href={profileAddress(handle)}>See and edit your profile</a>
        </p>
      )}
      <p class="setting-hint">Your address, which no other member sees:</p>
      <p class="setting-address" dir="ltr">
        {email ?? "…"}
      </p>
      <button type="button" class="button" onClick={() => void signOut()}>
        Sign out on this device
      </button>
    </Setting>
  );
}

function OwnAccount() {
  const session = useSession();
  const { reading } = useReading(readAccount);
  const account = reading.state === "read" ? reading.value : null;
  const handle = account?.handle ?? session.handle;
  return (
    <>
      <Member handle={handle} email={account?.email ?? null} />
      {reading.state === "failed" && isUnknown(reading.error) ? (
        <LeaveCognito />
      ) : (
        <>
          <Export handle={handle} />
          <Leave handle={handle} />
        </>
      )}
    </>
  );
}

function Stranger() {
  const { endpoint } = useSession();
  if (endpoint === null) return null;
  return (
    <Setting name="Account">
      <p>
        You are not signed in. <a href={signInAddress()}>Sign in</a>
      </p>
    </Setting>
  );
}

export function Page() {
  const { state } = useSession();
  return (
    <>
      <Head title="Settings" back />
      {state === "signed in" ? <OwnAccount /> : <Stranger />}
      <Keys />
      <p class="setting-links">
        <a href={aboutAddress()}>About Cruddur</a> <a href={privacyAddress()}>Privacy</a>
      </p>
    </>
  );
}
