import type { ComponentChildren } from "preact";
import { activityAddress } from "../address";
import type { Activity } from "../api";
import { age, inFull, lifeLeft, remaining, useNow } from "../clock";
import { LikeIcon, ReplyIcon, RepostIcon } from "./icons";
import "./activity_card.css";

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

function Avatar({ name, handle }: { name: string; handle: string }) {
  return (
    <span class="avatar" data-hue={hueOf(handle)} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}

function Ring({ left }: { left: number }) {
  return (
    <svg class="ring" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <circle class="ring-track" cx="8" cy="8" r="6" />
      <circle class="ring-left" cx="8" cy="8" r="6" pathLength="100" stroke-dasharray={`${(left * 100).toFixed(1)} 100`} />
    </svg>
  );
}

const soonMs = 60 * 60_000;

function Life({ activity, now }: { activity: Activity; now: number }) {
  const { created_at, expires_at } = activity;
  if (expires_at === null) return <span class="life">stays</span>;
  const soon = Date.parse(expires_at) - now < soonMs;
  return (
    <span class={soon ? "life life-soon" : "life"} title={`Expires on ${inFull(expires_at)}`}>
      <Ring left={lifeLeft(created_at, expires_at, now)} />
      {remaining(expires_at, now)}
    </span>
  );
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function Count({ count, one, many, icon }: { count: number; one: string; many: string; icon: ComponentChildren }) {
  const noun = count === 1 ? one : many;
  return (
    <li class="count" title={`${count} ${noun}`}>
      {icon}
      <span>{compact.format(count)}</span>
      <span class="unseen"> {noun}</span>
    </li>
  );
}

// Messages and names are shown as text and nothing else; each line runs in its own script's direction.
export function ActivityCard({ activity, alone = false }: { activity: Activity; alone?: boolean }) {
  const now = useNow();
  const id = `name-${activity.uuid}`;
  const Heading = alone ? "h1" : "h2";
  return (
    <article class={alone ? "panel activity activity-alone" : "activity"} aria-labelledby={id}>
      <Avatar name={activity.display_name} handle={activity.handle} />
      <header class="byline">
        <Heading class="name" id={id}>
          <bdi>{activity.display_name}</bdi>
        </Heading>
        <span class="handle" dir="ltr">
          @{activity.handle}
        </span>
        <a class="when" href={activityAddress(activity.handle, activity.uuid)}>
          <time datetime={activity.created_at} title={inFull(activity.created_at)}>
            {alone ? inFull(activity.created_at) : age(activity.created_at, now)}
          </time>
          <span class="unseen">, this post by {activity.display_name}</span>
        </a>
      </header>
      <p class="message" dir="auto">
        {activity.message}
      </p>
      <footer class="facts">
        <ul class="counts" role="list">
          <Count count={activity.replies_count} one="reply" many="replies" icon={<ReplyIcon />} />
          <Count count={activity.reposts_count} one="repost" many="reposts" icon={<RepostIcon />} />
          <Count count={activity.likes_count} one="like" many="likes" icon={<LikeIcon />} />
        </ul>
        <Life activity={activity} now={now} />
      </footer>
    </article>
  );
}
