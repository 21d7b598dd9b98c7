import { signInAddress, signUpAddress } from "../address";
import { homePath } from "../api";
import { useFeed } from "../feed";
import { ActivityList } from "../parts/activity_list";
import { Compose } from "../parts/compose";
import { Head } from "../parts/head";
import { Nothing } from "../parts/notice";
import { useSession } from "../session";
import "./home.css";

export const pattern = "/";
export const title = "";

// For who is not signed in, where one can sign in. Until that is known it keeps its room, so that nothing moves.
function Invitation({ ended, known }: { ended: boolean; known: boolean }) {
  return (
    <section class={known ? "panel invitation" : "panel invitation invitation-coming"} aria-label="Join in">
      <p role={ended ? "alert" : undefined}>
        {ended ? "Your session has ended. Sign in again: what you wrote is kept." : "Sign in to post something that will be gone by next week."}
      </p>
      <div class="invitation-ways">
        <a class="button button-main" href={signInAddress()}>
          Sign in
        </a>
        <a class="button" href={signUpAddress()}>
          Create an account
        </a>
      </div>
    </section>
  );
}

export function Page() {
  const source = useFeed(homePath, true);
  const { state, endpoint } = useSession();
  return (
    <>
      <Head title="Home" />
      {state === "signed in" && <Compose posted={source.written} />}
      {state !== "signed in" && endpoint !== null && <Invitation ended={state === "ended"} known={endpoint !== undefined} />}
      <ActivityList
        source={source}
        label="Home feed"
        nothing={<Nothing title="All quiet">Every post has expired, or none was written yet. What comes next shows up here.</Nothing>}
      />
    </>
  );
}
