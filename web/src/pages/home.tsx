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

// For who is not signed in, where one can sign in.
function Invitation({ ended }: { ended: boolean }) {
  return (
    <section class="panel invitation" aria-label="Join in">
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
  const source = useFeed(homePath, { polls: true });
  const { state, endpoint } = useSession();
  const signedIn = state === "signed in";
  return (
    <>
      <Head title="Home" />
      {(endpoint !== null || signedIn) && (
        <div class="home-top">
          {signedIn && <Compose written={source.written} takenBack={source.takenBack} />}
          {!signedIn && endpoint !== undefined && <Invitation ended={state === "ended"} />}
        </div>
      )}
      <ActivityList
        source={source}
        label="Home feed"
        nothing={<Nothing title="All quiet">Every post has expired, or none was written yet. What comes next shows up here.</Nothing>}
      />
    </>
  );
}
