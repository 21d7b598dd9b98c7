import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Activity } from "../api";
import { asChanged, isThere, useChanges } from "../changes";
import { isExpired, useNow } from "../clock";
import { arrivedIn, type Source } from "../feed";
import { focusContent } from "../focus";
import { useNearness } from "../visibility";
import { inWords } from "../words";
import { ActivityCard } from "./activity_card";
import { UpIcon } from "./icons";
import { Failed } from "./notice";
import { Skeleton } from "./skeleton";
import "./activity_list.css";

interface MoreProps {
  state: string;
  error: unknown;
  loadMore: () => void;
  pressed: () => void;
  name?: string;
}

// Its button stays one that can have the focus while it works: a disabled one would lose it.
function More({ state, error, loadMore, pressed, name = "Older posts" }: MoreProps) {
  const failed = state === "failed more";
  const busy = state === "loading more";
  const end = useNearness(failed ? stay : loadMore, "0px 0px 480px 0px");
  return (
    <div class="more" ref={end}>
      {failed && <p role="alert">{inWords(error)}</p>}
      <button type="button" class="button" onClick={busy ? stay : pressed} aria-disabled={busy}>
        {busy ? "Loading…" : failed ? "Try again" : name}
      </button>
    </div>
  );
}

function stay(): void {}

// Takes the focus where the button for more had it when the last page came.
function End({ takesFocus }: { takesFocus: boolean }) {
  const text = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => {
    if (takesFocus && document.activeElement === document.body) text.current?.focus({ preventScroll: true });
  }, [takesFocus]);
  return (
    <p class="end" tabIndex={-1} ref={text}>
      That is everything that has not expired.
    </p>
  );
}

interface ActivitiesProps {
  activities: Activity[];
  label: string;
  complete?: boolean; // there are no more of them
  busy?: boolean;
}

/** A feed, as ARIA has it: articles that one steps through. */
export function Activities({ activities, label, complete = true, busy = false }: ActivitiesProps) {
  useChanges();
  const shown = activities.filter((activity) => isThere(activity, false));
  return (
    <div class="panel activities" role="feed" aria-label={label} aria-busy={busy}>
      {shown.map((activity, at) => (
        <ActivityCard key={activity.uuid} activity={asChanged(activity)} place={at + 1} size={complete ? shown.length : -1} />
      ))}
    </div>
  );
}

/** What brings a list's next page, while there is one. */
export function MoreOf({ source: { feed, loadMore }, name }: { source: Source; name: string }) {
  if (feed.next === null) return null;
  return <More state={feed.state} error={feed.error} loadMore={() => void loadMore()} pressed={() => void loadMore()} name={name} />;
}

interface ListProps {
  source: Source;
  label: string;
  nothing: ComponentChildren;
  hidesMuted?: boolean;
}

/** A feed's posts, with what is before, behind and instead of them. */
export function ActivityList({ source, label, nothing, hidesMuted = false }: ListProps) {
  const { feed, load, loadMore, showArrived } = source;
  const now = useNow();
  const asked = useRef(false);
  useChanges();
  const alive = feed.activities.filter((activity) => isThere(activity, hidesMuted) && !isExpired(activity.expires_at, now));
  const arrived = arrivedIn(feed).length;
  const more = () => void loadMore();
  const askForMore = () => {
    asked.current = true;
    more();
  };
  const showNew = () => {
    showArrived();
    window.scrollTo({ top: 0 });
    focusContent();
  };

  if (feed.state === "loading" && alive.length === 0) return <Skeleton />;
  if (feed.state === "failed") return <Failed error={feed.error} retry={() => void load()} />;
  return (
    <>
      <div class="arrived" role="status">
        {arrived > 0 && (
          <button type="button" class="pill" onClick={showNew}>
            <UpIcon />
            {arrived === 1 ? "1 new post" : `${arrived} new posts`}
          </button>
        )}
      </div>
      {alive.length === 0 && feed.next === null && arrived === 0 ? (
        nothing
      ) : (
        <Activities activities={alive} label={label} complete={feed.next === null} busy={feed.state === "loading more"} />
      )}
      {feed.next !== null ? (
        <More state={feed.state} error={feed.error} loadMore={more} pressed={askForMore} />
      ) : (
        alive.length > 0 && <End takesFocus={asked.current} />
      )}
    </>
  );
}
