import { useCallback, useEffect, useState } from "preact/hooks";
import { activityAddress, replaceAddress } from "../address";
import { type Activity, readActivity } from "../api";
import { isExpired, useNow } from "../clock";
import { ActivityCard } from "../parts/activity_card";
import { Activities } from "../parts/activity_list";
import { Head } from "../parts/head";
import { Failed, Nothing } from "../parts/notice";
import { Skeleton } from "../parts/skeleton";
import type { Parameters } from "../router";

export const pattern = "/@:handle/status/:uuid";
export const title = null; // whose post it is the address only claims

type Reading = { state: "loading" } | { state: "read"; activity: Activity } | { state: "failed"; error: unknown };

function useActivity(uuid: string) {
  const [reading, setReading] = useState<Reading>({ state: "loading" });
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((before) => before + 1), []);

  useEffect(() => {
    const controller = new AbortController();
    setReading({ state: "loading" });
    readActivity(uuid, controller.signal)
      .then((activity) => setReading({ state: "read", activity }))
      .catch((error: unknown) => {
        if (!controller.signal.aborted) setReading({ state: "failed", error });
      });
    return () => controller.abort();
  }, [uuid, attempt]);

  return { reading, retry };
}

function Post({ activity }: { activity: Activity }) {
  const now = useNow();
  if (isExpired(activity.expires_at, now)) return <Nothing title="Gone">This post has just expired.</Nothing>;
  return (
    <>
      <ActivityCard activity={activity} alone />
      {activity.replies.length > 0 && <Activities activities={activity.replies} label="Replies" />}
    </>
  );
}

export function Page({ parameters: { handle = "", uuid = "" } }: { parameters: Parameters }) {
  const { reading, retry } = useActivity(uuid);

  // An address may name another's handle: it is set right.
  const author = reading.state === "read" && reading.activity.uuid === uuid ? reading.activity.handle : null;
  useEffect(() => {
    document.title = author === null ? "Post · Cruddur" : `Post by @${author} · Cruddur`;
    if (author !== null && author !== handle) replaceAddress(activityAddress(author, uuid));
  }, [author, handle, uuid]);

  return (
    <>
      <Head title="Post" back />
      {reading.state === "loading" && <Skeleton />}
      {reading.state === "failed" && <Failed error={reading.error} retry={retry} />}
      {reading.state === "read" && <Post activity={reading.activity} />}
    </>
  );
}
