import { useCallback, useEffect, useState } from "react";
import { ActivityCard } from "./activity";
import { type Activity, homePath, readActivity, searchPath } from "./api";
import { isExpired, useNow } from "./clock";
import { Compose } from "./compose";
import { useFeed } from "./feed";
import { BackIcon } from "./icons";
import { ActivityList } from "./list";
import { activityAddress, homeAddress, signInAddress, signUpAddress } from "./route";
import { SearchBox } from "./search_box";
import { useSession } from "./session";
import { Failed, Nothing, Skeleton } from "./states";

function Head({ title, back = false }: { title: string; back?: boolean }) {
  return (
    <div className="head">
      {back && (
        <a className="back" href={homeAddress()} aria-label="Back to the home feed">
          <BackIcon />
        </a>
      )}
      <h1>{title}</h1>
    </div>
  );
}

// For who is not signed in, where one can sign in. Until that is known it keeps its room, so that nothing moves.
function Invitation({ ended, known }: { ended: boolean; known: boolean }) {
  return (
    <section className={known ? "invitation" : "invitation invitation-coming"} aria-label="Join in">
      <p role={ended ? "alert" : undefined}>
        {ended ? "Your session has ended. Sign in again: what you wrote is kept." : "Sign in to post something that will be gone by next week."}
      </p>
      <div className="invitation-ways">
        <a className="button button-main" href={signInAddress()}>
          Sign in
        </a>
        <a className="button" href={signUpAddress()}>
          Create an account
        </a>
      </div>
    </section>
  );
}

export function Home() {
  const from = useFeed(homePath, true);
  const { state, endpoint } = useSession();
  return (
    <>
      <Head title="Home" />
      {state === "signed in" && <Compose posted={from.written} />}
      {state !== "signed in" && endpoint !== null && <Invitation ended={state === "ended"} known={endpoint !== undefined} />}
      <ActivityList
        from={from}
        label="Home feed"
        nothing={<Nothing title="All quiet">Every post has expired, or none was written yet. What comes next shows up here.</Nothing>}
      />
    </>
  );
}

function Results({ term }: { term: string }) {
  const from = useFeed(searchPath(term), false);
  return (
    <ActivityList
      from={from}
      label={`Posts with “${term}”`}
      nothing={
        <Nothing title="Nothing found">
          No living post holds “<bdi>{term}</bdi>”. Posts that have expired cannot be found.
        </Nothing>
      }
    />
  );
}

export function Search({ term }: { term: string }) {
  return (
    <>
      <Head title="Search" back />
      <div className="search-here">
        <SearchBox term={term} />
      </div>
      {term === "" ? <Nothing title="Search posts">Any part of a word will do, in any script.</Nothing> : <Results key={term} term={term} />}
    </>
  );
}

type Reading = { state: "loading" } | { state: "read"; activity: Activity } | { state: "failed"; error: unknown };

export function OneActivity({ uuid, handle }: { uuid: string; handle: string }) {
  const [reading, setReading] = useState<Reading>({ state: "loading" });
  const [attempt, setAttempt] = useState(0);
  const now = useNow();
  const retry = useCallback(() => setAttempt((before) => before + 1), []);

  useEffect(() => {
    const mine = new AbortController();
    setReading({ state: "loading" });
    readActivity(uuid, mine.signal)
      .then((activity) => setReading({ state: "read", activity }))
      .catch((error: unknown) => {
        if (!mine.signal.aborted) setReading({ state: "failed", error });
      });
    return () => mine.abort();
  }, [uuid, attempt]);

  // An address may name another's handle: it is set right, without a step in the history.
  const author = reading.state === "read" && reading.activity.uuid === uuid ? reading.activity.handle : null;
  useEffect(() => {
    document.title = author === null ? "Post · Cruddur" : `Post by @${author} · Cruddur`;
    if (author !== null && author !== handle) window.location.replace(activityAddress(author, uuid));
  }, [author, handle, uuid]);

  return (
    <>
      <Head title="Post" back />
      {reading.state === "loading" && <Skeleton />}
      {reading.state === "failed" && <Failed error={reading.error} retry={retry} />}
      {reading.state === "read" &&
        (isExpired(reading.activity.expires_at, now) ? (
          <Nothing title="Gone">This post has just expired.</Nothing>
        ) : (
          <>
            <ActivityCard activity={reading.activity} alone />
            {reading.activity.replies.length > 0 && (
              <ol className="activities" role="list" aria-label="Replies">
                {reading.activity.replies.map((reply) => (
                  <li key={reply.uuid}>
                    <ActivityCard activity={reply} />
                  </li>
                ))}
              </ol>
            )}
          </>
        ))}
    </>
  );
}

export function Nowhere() {
  return (
    <>
      <Head title="Nothing here" back />
      <Nothing title="There is no such page">The address may be mistyped, or what it led to is gone.</Nothing>
    </>
  );
}
