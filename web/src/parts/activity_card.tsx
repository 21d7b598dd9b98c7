import { useState } from "preact/hooks";
import { activityAddress, goTo, profileAddress } from "../address";
import type { Activity } from "../api";
import { age, inFull, lifeLeft, remaining, useNow } from "../clock";
import { useSession } from "../session";
import { say } from "../toast";
import { Avatar } from "./avatar";
import { Reactions } from "./reactions";
import { ReplyForm } from "./reply_form";
import { RichText } from "./rich_text";
import "./activity_card.css";

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

function Byline({ activity, alone, id }: { activity: Activity; alone: boolean; id: string }) {
  const now = useNow();
  const Heading = alone ? "h1" : "h2";
  return (
    <header class="byline">
      <Heading class="name" id={id}>
        <a class="author" href={profileAddress(activity.handle)}>
          <bdi>{activity.display_name}</bdi>
        </a>
      </Heading>
      <span class="handle" dir="ltr">
        @{activity.handle}
      </span>
      {activity.pending === true ? (
        <span class="when">Sending…</span>
      ) : (
        <a class="when" href={activityAddress(activity.handle, activity.uuid)}>
          <time datetime={activity.created_at} title={inFull(activity.created_at)}>
            {alone ? inFull(activity.created_at) : age(activity.created_at, now)}
          </time>
          <span class="unseen">, this post by {activity.display_name}</span>
        </a>
      )}
    </header>
  );
}

interface CardProps {
  activity: Activity;
  alone?: boolean; // the one that the page is about
  place?: number; // in its feed, from 1
  size?: number; // of its feed; -1 while there is more to come
}

// Messages and names are shown as text and nothing else; each line runs in its own script's direction.
export function ActivityCard({ activity, alone = false, place, size }: CardProps) {
  const now = useNow();
  const { state } = useSession();
  const [replying, setReplying] = useState(false);
  const id = `name-${activity.uuid}`;
  const address = activityAddress(activity.handle, activity.uuid);
  const kind = [alone && "panel", "activity", alone && "activity-alone", activity.pending && "activity-pending"].filter(Boolean).join(" ");

  function open(event: KeyboardEvent) {
    if (event.key === "Enter" && event.target === event.currentTarget && !alone && !activity.pending) goTo(address);
  }
  function replied(reply: Activity) {
    setReplying(false);
    say("Replied.", { address: { name: "Show", href: activityAddress(reply.handle, reply.uuid) } });
  }

  return (
    <article
      class={kind}
      aria-labelledby={id}
      aria-describedby={`message-${activity.uuid}`}
      aria-posinset={place}
      aria-setsize={size}
      aria-busy={activity.pending === true ? true : undefined}
      tabIndex={0}
      onKeyDown={open}
    >
      <Avatar name={activity.display_name} handle={activity.handle} />
      <Byline activity={activity} alone={alone} id={id} />
      <p class="message" dir="auto" id={`message-${activity.uuid}`}>
        <RichText text={activity.message} />
      </p>
      <footer class="facts">
        {activity.pending !== true && (
          <Reactions
            activity={activity}
            alone={alone}
            reply={state === "signed in" && !alone ? () => setReplying(!replying) : null}
            replying={replying}
          />
        )}
        <Life activity={activity} now={now} />
      </footer>
      {replying && (
        <div class="reply-place">
          <ReplyForm parent={activity} done={replied} />
        </div>
      )}
    </article>
  );
}
