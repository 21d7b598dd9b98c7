import { memo, type ReactNode } from "react";
import type { Activity } from "./api";
import { age, inFull, lifeLeft, remaining, useNow } from "./clock";
import { LikeIcon, ReplyIcon, RepostIcon } from "./icons";
import { activityAddress } from "./route";

const hues = 8;

// The same handle has the same colour everywhere.
function hueOf(handle: string): number {
  let sum = 0;
  for (const letter of handle.toLowerCase()) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997;
  return sum % hues;
}

// The first letter of the first and the last word; of scripts without capitals the first letter alone.
function initialsOf(name: string): string {
  const words = name.split(/[\s,]+/u).filter((word) => /^\p{L}/u.test(word));
  const first = [...(words[0] ?? name.trim())][0] ?? "?";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return /\p{Lu}/u.test(first) && /\p{L}/u.test(last) ? first + last.toUpperCase() : first.toUpperCase();
}

export function Avatar({ name, handle }: { name: string; handle: string }) {
  return (
    <span className="avatar" data-hue={hueOf(handle)} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}

function Ring({ left }: { left: number }) {
  return (
    <svg className="ring" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <circle className="ring-track" cx="8" cy="8" r="6" />
      <circle className="ring-left" cx="8" cy="8" r="6" pathLength="100" strokeDasharray={`${(left * 100).toFixed(1)} 100`} />
    </svg>
  );
}

const soonMs = 60 * 60_000;

function Life({ activity, now }: { activity: Activity; now: number }) {
  const { created_at, expires_at } = activity;
  if (expires_at === null) return <span className="life">stays</span>;
  const soon = Date.parse(expires_at) - now < soonMs;
  return (
    <span className={soon ? "life life-soon" : "life"} title={`Expires on ${inFull(expires_at)}`}>
      <Ring left={lifeLeft(created_at, expires_at, now)} />
      {remaining(expires_at, now)}
    </span>
  );
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function Count({ of, one, many, icon }: { of: number; one: string; many: string; icon: ReactNode }) {
  return (
    <li className={of === 0 ? "count count-none" : "count"} title={`${of} ${of === 1 ? one : many}`}>
      {icon}
      <span>{compact.format(of)}</span>
      <span className="unseen"> {of === 1 ? one : many}</span>
    </li>
  );
}

// Messages and names are shown as text and nothing else; each line runs in its own script's direction.
export const ActivityCard = memo(function ActivityCard({ activity, alone = false }: { activity: Activity; alone?: boolean }) {
  const now = useNow();
  const id = `name-${activity.uuid}`;
  const Heading = alone ? "h1" : "h2";
  return (
    <article className={alone ? "activity activity-alone" : "activity"} aria-labelledby={id}>
      <Avatar name={activity.display_name} handle={activity.handle} />
      <header className="byline">
        <Heading className="name" id={id}>
          <bdi>{activity.display_name}</bdi>
        </Heading>
        <span className="handle" dir="ltr">
          @{activity.handle}
        </span>
        <a className="when" href={activityAddress(activity.handle, activity.uuid)}>
          <time dateTime={activity.created_at} title={inFull(activity.created_at)}>
            {alone ? inFull(activity.created_at) : age(activity.created_at, now)}
          </time>
          <span className="unseen">, this post by {activity.display_name}</span>
        </a>
      </header>
      <p className="message" dir="auto">
        {activity.message}
      </p>
      <footer className="facts">
        <ul className="counts" role="list">
          <Count of={activity.replies_count} one="reply" many="replies" icon={<ReplyIcon />} />
          <Count of={activity.reposts_count} one="repost" many="reposts" icon={<RepostIcon />} />
          <Count of={activity.likes_count} one="like" many="likes" icon={<LikeIcon />} />
        </ul>
        <Life activity={activity} now={now} />
      </footer>
    </article>
  );
});
