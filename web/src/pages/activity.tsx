import { useCallback, useEffect } from "preact/hooks";
import { activityAddress } from "../address";
import { type Activity, readActivity, threadPath } from "../api";
import { asChanged, useChanges } from "../changes";
import { isExpired, useNow } from "../clock";
import { isNotFound } from "../failure";
import { type Source, useFeed } from "../feed";
import { ActivityCard } from "../parts/activity_card";
import { Activities, MoreOf } from "../parts/activity_list";
import { Head } from "../parts/head";
import { Failed, Nothing } from "../parts/notice";
import { ReplyForm } from "../parts/reply_form";
import { Skeleton } from "../parts/skeleton";
import { useReading } from "../reading";
import { inFullTitle, type Parameters } from "../router";
import { useSession } from "../session";

export const pattern = "/@:handle/status/:uuid";
export const title = null; // whose post it is the address only claims

const parentsMax = 5;

// What it replies to, and what that replied to; the oldest first.
async function readParents(of: Activity, signal: AbortSignal): Promise<Activity[]> {
  const parents: Activity[] = [];
  let uuid = of.reply_to_activity_uuid;
  while (uuid !== null && parents.length < parentsMax) {
    const parent = await readActivity(uuid, signal);
    parents.unshift(parent);
    uuid = parent.reply_to_activity_uuid;
  }
  return parents;
}

function Parents({ activity }: { activity: Activity }) {
  useChanges();
  const { uuid, reply_to_activity_uuid } = activity;
  const read = useCallback((signal: AbortSignal) => readParents(activity, signal), [uuid, reply_to_activity_uuid]);
  const { reading, retry } = useReading(read);
  if (reading.state === "loading") return <Skeleton rows={1} />;
  if (reading.state === "failed") {
    if (isNotFound(reading.error)) return <p class="parents-gone">What this replies to is gone.</p>;
    return <Failed error={reading.error} retry={retry} />;
  }
  const first = reading.value[0];
  return (
    <div class="panel activities parents">
      {first !== undefined && first.reply_to_activity_uuid !== null && (
        <a class="parents-before" href={activityAddress(first.handle, first.uuid)}>
          Show what came before
        </a>
      )}
      {reading.value.map((parent) => (
        <ActivityCard key={parent.uuid} activity={asChanged(parent)} />
      ))}
    </div>
  );
}

function Thread({ activity, source }: { activity: Activity; source: Source }) {
  const now = useNow();
  const { state } = useSession();
  useChanges();
  if (isExpired(activity.expires_at, now)) return <Nothing title="Gone">This post has just expired.</Nothing>;
  const { feed, written, takenBack } = source;
  return (
    <>
      {activity.reply_to_activity_uuid !== null && <Parents activity={activity} />}
      <ActivityCard activity={asChanged(activity)} alone />
      {state === "signed in" && (
        <section class="panel compose-panel">
          <ReplyForm parent={activity} written={written} takenBack={takenBack} />
        </section>
      )}
      {feed.activities.length > 0 && <Activities activities={feed.activities} label="Replies" complete={feed.next === null} />}
      <MoreOf source={source} name="More replies" />
    </>
  );
}

export function Page({ parameters: { handle = "", uuid = "" } }: { parameters: Parameters }) {
  const source = useFeed(threadPath(handle, uuid), { oldestFirst: true });
  const { feed, load } = source;
  const { activity } = feed;
  const gone = feed.state === "failed" && isNotFound(feed.error);

  const author = activity === null ? null : `${activity.display_name} (@${activity.handle})`;
  useEffect(() => {
    document.title = inFullTitle(author === null ? (gone ? "Nothing here" : "Post") : `Post by ${author}`);
  }, [author, gone]);

  return (
    <>
      <Head title="Post" heading={activity === null} back />
      {activity === null && feed.state === "loading" && <Skeleton />}
      {gone && <Nothing title="Gone">That post is not here. It has expired, or it never was.</Nothing>}
      {!gone && feed.state === "failed" && <Failed error={feed.error} retry={() => void load()} />}
      {activity !== null && feed.state !== "failed" && <Thread activity={activity} source={source} />}
    </>
  );
}
