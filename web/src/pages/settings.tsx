import { aboutAddress, privacyAddress, signInAddress } from "../address";
import { switchKeys, useKeys } from "../keys";
import { Head } from "../parts/head";
import { signOut, useSession } from "../session";
import "../parts/prose.css";
import "./settings.css";

export const pattern = "/settings";
export const title = "Settings";

function Keys() {
  const on = useKeys();
  return (
    <section class="panel prose setting">
      <h2>Keyboard</h2>
      <label class="setting-switch">
        <input type="checkbox" checked={on} onChange={(event) => switchKeys(event.currentTarget.checked)} />
        <span>Single keys act: j, k, l, r, / and ?</span>
      </label>
      <p class="setting-hint">Switch them off if you dictate, or if keys get pressed by accident. This browser remembers it.</p>
    </section>
  );
}

function Account() {
  const { state, handle, endpoint } = useSession();
  if (endpoint === null && state !== "signed in") return null;
  return (
    <section class="panel prose setting">
      <h2>Account</h2>
      {state === "signed in" ? (
        <>
          <p>{handle === "" ? "You are signed in." : `You are signed in as @${handle}.`}</p>
          <button type="button" class="button" onClick={() => void signOut()}>
            Sign out on this device
          </button>
        </>
      ) : (
        <p>
          You are not signed in. <a href={signInAddress()}>Sign in</a>
        </p>
      )}
    </section>
  );
}

export function Page() {
  return (
    <>
      <Head title="Settings" back />
      <Account />
      <Keys />
      <p class="setting-links">
        <a href={aboutAddress()}>About Cruddur</a> <a href={privacyAddress()}>Privacy</a>
      </p>
    </>
  );
}
