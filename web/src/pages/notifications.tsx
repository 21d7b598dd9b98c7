import { useEffect } from "preact/hooks";
import { activityAddress, profileAddress } from "../address";
import { type Activity, markRead, notificationsPath, type Person } from "../api";
import { age, useNow } from "../clock";
import { isThere, useChanges } from "../changes";
import { useFeed } from "../feed";
import { MoreOf } from "../parts/activity_list";
import { Avatar } from "../parts/avatar";
import { Head } from "../parts/head";
import { LikeIcon, ReplyIcon, RepostIcon } from "../parts/icons";
import { Failed, Nothing } from "../parts/notice";
import { SignInFirst } from "../parts/sign_in_first";
import { Skeleton } from "../parts/skeleton";
import { useSession } from "../session";
import { setUnread } from "../unread";
import "./notifications.css";

export const pattern = "/notifications";
export const title = "Notifications";

const does = { like: "liked your post", repost: "reposted your post", reply: "replied to you", mention: "mentioned you" };

function Icon({ reason }: { reason: keyof typeof does }) {
  if (reason === "like") return <LikeIcon />;
  return reason === "repost" ? <RepostIcon /> : <ReplyIcon />;
}

function Names({ actors, count }: { actors: readonly Person[]; count: number }) {
  const first = actors[0];
  if (first === undefined) return <>Somebody</>;
  const others = count - 1;
  return (
    <>
      <a class="author" href={profileAddress(first.handle)}>
        <bdi>{first.display_name}</bdi>
      </a>
      {others === 1 ? " and one other" : others > 1 ? ` and ${others} others` : ""}
    </>
  );
}

function Row({ activity, now }: { activity: Activity; now: number }) {
  const notification = activity.notification;
  if (notification === undefined) return null;
  const { reason, actors, actors_count, created_at, read } = notification;
  return (
    <li class={read ? "notification" : "notification notification-new"}>
      <Icon reason={reason} />
      <div class="notification-what">
        <p class="notification-who">
          {actors.map((one) => (
            <Avatar key={one.uuid} name={one.display_name} handle={one.handle} />
          ))}
          <span>
            <Names actors={actors} count={actors_count} /> {does[reason]}
            {!read && <span class="unseen">, new</span>}
          </span>
          <time datetime={created_at}>{age(created_at, now)}</time>
        </p>
        <a class="notification-text" dir="auto" href={activityAddress(activity.handle, activity.uuid)}>
          {activity.message}
        </a>
      </div>
    </li>
  );
}

function List() {
  const source = useFeed(notificationsPath, { polls: true });
  const { feed, load, showArrived } = source;
  const now = useNow();
  useChanges();
  const shown = feed.activities.filter((activity) => isThere(activity, true));

  // What arrives is shown at once, and shown is read.
  useEffect(() => {
    if (feed.top !== null) showArrived();
  }, [feed.top, showArrived]);
  const newest = shown[0]?.notification;
  const until = newest?.created_at;
  const unread = newest?.read === false;
  useEffect(() => {
    if (until === undefined || !unread) return;
    markRead(until)
      .then(setUnread)
      .catch(() => undefined); // the badge stays, and the next visit tries again
  }, [until, unread]);

  if (feed.state === "loading" && shown.length === 0) return <Skeleton />;
  if (feed.state === "failed") return <Failed error={feed.error} retry={() => void load()} />;
  if (shown.length === 0) return <Nothing title="Nothing yet">Replies, mentions, likes and reposts will stand here.</Nothing>;
  return (
    <>
      <ul class="panel notifications" role="list" aria-label="Notifications">
        {shown.map((activity) => (
          <Row key={`${activity.uuid} ${activity.notification?.reason}`} activity={activity} now={now} />
        ))}
      </ul>
      <MoreOf source={source} name="Older notifications" />
    </>
  );
}

export function Page() {
  const { state } = useSession();
  return (
    <>
      <Head title={title} back />
      {state === "signed in" ? <List /> : <SignInFirst>Notifications are for who has an account.</SignInFirst>}
    </>
  );
}
