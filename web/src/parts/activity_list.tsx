import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Activity } from "../api";
import { isExpired, useNow } from "../clock";
import { arrivedIn, type useFeed } from "../feed";
import { focusContent } from "../focus";
import { inWords } from "../words";
import { ActivityCard } from "./activity_card";
import { UpIcon } from "./icons";
import { Failed } from "./notice";
import { Skeleton } from "./skeleton";
import "./activity_list.css";

// Calls back whenever the element comes near the window's lower edge.
function useNearness(near: () => void) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) near();
      },
      { rootMargin: "0px 0px 480px 0px" },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [near]);
  return element;
}

// Its button stays one that can have the focus while it works: a disabled one would lose it.
function More({ state, error, loadMore, pressed }: { state: string; error: unknown; loadMore: () => void; pressed: () => void }) {
  const failed = state === "failed more";
  const busy = state === "loading more";
  const end = useNearness(failed ? stay : loadMore);
  return (
    <div class="more" ref={end}>
      {failed && <p role="alert">{inWords(error)}</p>}
      <button type="button" class="button" onClick={busy ? stay : pressed} aria-disabled={busy}>
        {busy ? "Loading…" : failed ? "Try again" : "Older posts"}
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

export function Activities({ activities, label, busy = false }: { activities: Activity[]; label: string; busy?: boolean }) {
  return (
    <ol class="panel activities" role="list" aria-label={label} aria-busy={busy}>
      {activities.map((activity) => (
        <li key={activity.uuid}>
          <ActivityCard activity={activity} />
        </li>
      ))}
    </ol>
  );
}

interface ListProps {
  source: ReturnType<typeof useFeed>;
  label: string;
  nothing: ComponentChildren;
}

/** A feed's posts, with what is before, behind and instead of them. */
export function ActivityList({ source, label, nothing }: ListProps) {
  const { feed, load, loadMore, showArrived } = source;
  const now = useNow();
  const asked = useRef(false);
  const alive = feed.activities.filter((activity) => !isExpired(activity.expires_at, now));
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
        <Activities activities={alive} label={label} busy={feed.state === "loading more"} />
      )}
      {feed.next !== null ? (
        <More state={feed.state} error={feed.error} loadMore={more} pressed={askForMore} />
      ) : (
        alive.length > 0 && <End takesFocus={asked.current} />
      )}
    </>
  );
}
