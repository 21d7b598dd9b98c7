import { type ReactNode, useEffect, useRef } from "react";
import { ActivityCard } from "./activity";
import { isExpired, useNow } from "./clock";
import { arrived, type useFeed } from "./feed";
import { UpIcon } from "./icons";
import { Failed, focusContent, Skeleton } from "./states";
import { inWords } from "./words";

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
    <div className="more" ref={end}>
      {failed && <p role="alert">{inWords(error)}</p>}
      <button type="button" className="button" onClick={busy ? stay : pressed} aria-disabled={busy}>
        {busy ? "Loading…" : failed ? "Try again" : "Older posts"}
      </button>
    </div>
  );
}

function stay(): void {}

// Takes the focus where the button for more had it when the last page came.
function End({ takesFocus }: { takesFocus: boolean }) {
  const text = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (takesFocus && document.activeElement === document.body) text.current?.focus({ preventScroll: true });
  }, [takesFocus]);
  return (
    <p className="end" tabIndex={-1} ref={text}>
      That is everything that has not expired.
    </p>
  );
}

/** A feed's posts, with what is before, behind and instead of them. */
export function ActivityList({ from, label, nothing }: { from: ReturnType<typeof useFeed>; label: string; nothing: ReactNode }) {
  const { feed, load, loadMore, showArrived } = from;
  const now = useNow();
  const asked = useRef(false);
  const alive = feed.activities.filter((activity) => !isExpired(activity.expires_at, now));
  const fresh = arrived(feed).length;
  const more = () => void loadMore();
  const askForMore = () => {
    asked.current = true;
    more();
  };
  const showFresh = () => {
    showArrived();
    window.scrollTo({ top: 0 });
    focusContent();
  };

  if (feed.state === "loading" && alive.length === 0) return <Skeleton />;
  if (feed.state === "failed") return <Failed error={feed.error} retry={() => void load()} />;
  return (
    <>
      <div className="arrived" role="status">
        {fresh > 0 && (
          <button type="button" className="pill" onClick={showFresh}>
            <UpIcon />
            {fresh === 1 ? "1 new post" : `${fresh} new posts`}
          </button>
        )}
      </div>
      {alive.length === 0 && feed.next === null && fresh === 0 ? (
        nothing
      ) : (
        <ol className="activities" role="list" aria-label={label} aria-busy={feed.state === "loading more"}>
          {alive.map((activity) => (
            <li key={activity.uuid}>
              <ActivityCard activity={activity} />
            </li>
          ))}
        </ol>
      )}
      {feed.next !== null ? (
        <More state={feed.state} error={feed.error} loadMore={more} pressed={askForMore} />
      ) : (
        alive.length > 0 && <End takesFocus={asked.current} />
      )}
    </>
  );
}
