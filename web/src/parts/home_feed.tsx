// The home feed's two tabs: what everybody wrote, and what those wrote whom one follows.
import type { ComponentChildren } from "preact";
import { followingAddress, homeAddress, signInAddress, signUpAddress } from "../address";
import { useFeed } from "../feed";
import { useSession } from "../session";
import { ActivityList } from "./activity_list";
import { Compose } from "./compose";
import { Head } from "./head";
import "./home_feed.css";

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

/** The page's title, and for whom is signed in the way to the other tab. */
export function HomeHead({ following }: { following: boolean }) {
  const { state } = useSession();
  return (
    <Head title="Home">
      {state === "signed in" && (
        <nav class="tabs" aria-label="Whose posts">
          <a href={homeAddress()} aria-current={following ? undefined : "page"}>
            Everyone
          </a>
          <a href={followingAddress()} aria-current={following ? "page" : undefined}>
            Following
          </a>
        </nav>
      )}
    </Head>
  );
}

interface FeedProps {
  path: string;
  label: string;
  nothing: ComponentChildren;
}

export function HomeFeed({ path, label, nothing }: FeedProps) {
  const source = useFeed(path, { polls: true });
  const { state, endpoint } = useSession();
  const signedIn = state === "signed in";
  return (
    <>
      {(endpoint !== null || signedIn) && (
        <div class="home-top">
          {signedIn && <Compose written={source.written} takenBack={source.takenBack} />}
          {!signedIn && endpoint !== undefined && <Invitation ended={state === "ended"} />}
        </div>
      )}
      <ActivityList source={source} label={label} hidesMuted nothing={nothing} />
    </>
  );
}
