// A list that is read page by page, and that is asked from time to time whether something new stands at its top.
import { useCallback, useEffect, useReducer, useRef } from "preact/hooks";
import { type Activity, type FeedPage, readPage, readPageUnless } from "./api";

interface Feed {
  activities: Activity[];
  top: FeedPage | null; // the newest first page, where it differs from what is shown
  next: string | null;
  written: string[]; // here, and not yet come with a page
  state: "loading" | "ready" | "failed" | "loading more" | "failed more";
  error: unknown;
}

type Change =
  | { type: "loading" }
  | { type: "loaded"; page: FeedPage }
  | { type: "failed"; error: unknown }
  | { type: "loading more" }
  | { type: "loaded more"; page: FeedPage; after: string }
  | { type: "failed more"; error: unknown }
  | { type: "polled"; page: FeedPage }
  | { type: "show arrived" }
  | { type: "written"; activity: Activity };

const empty: Feed = { activities: [], top: null, next: null, written: [], state: "loading", error: null };

function without(list: Activity[], known: Activity[]): Activity[] {
  const uuids = new Set(known.map((activity) => activity.uuid));
  return list.filter((activity) => !uuids.has(activity.uuid));
}

// What is shown, as the newest first page tells it: counts have moved, and what should stand on that page and no longer
// does is gone.
function refreshed(shown: Activity[], page: FeedPage): Activity[] {
  const fresh = new Map(page.activities.map((activity) => [activity.uuid, activity]));
  const newest = page.activities[0]?.created_at ?? "9";
  const oldest = page.activities.at(-1)?.created_at ?? "";
  return shown
    .filter((one) => fresh.has(one.uuid) || one.created_at > newest || (page.next !== null && one.created_at < oldest))
    .map((one) => fresh.get(one.uuid) ?? one);
}

// As the server orders them.
function newestFirst(list: Activity[]): Activity[] {
  const place = (activity: Activity) => activity.created_at + activity.uuid;
  return [...list].sort((a, b) => (place(a) < place(b) ? 1 : -1));
}

// Puts the newest page on top; where it does not reach what pages have brought, there is a gap, and the list begins anew
// with it. What was written here reaches nothing: others may have written before it.
function withTop(feed: Feed): Feed {
  const { top, activities } = feed;
  if (top === null) return feed;
  const newest = activities.find((one) => !feed.written.includes(one.uuid));
  const oldest = top.activities.at(-1);
  const reaches = top.next === null || oldest === undefined || (newest !== undefined && oldest.created_at <= newest.created_at);
  const merged = newestFirst([...without(top.activities, activities), ...activities]);
  return { ...feed, ...(reaches ? { activities: merged } : { activities: top.activities, next: top.next }), top: null, written: [] };
}

/** Newer than what is shown, until the reader asks for it. */
export function arrivedIn(feed: Feed): Activity[] {
  return feed.top === null ? [] : without(feed.top.activities, feed.activities);
}

function reduce(feed: Feed, change: Change): Feed {
  switch (change.type) {
    case "loading":
      return { ...feed, state: "loading", error: null };
    case "loaded":
      return { ...empty, activities: change.page.activities, next: change.page.next, state: "ready" };
    case "failed":
      return { ...feed, state: "failed", error: change.error };
    case "loading more":
      return { ...feed, state: "loading more", error: null };
    case "loaded more": {
      if (change.after !== feed.next) return { ...feed, state: "ready" }; // the list has begun anew meanwhile
      const activities = [...feed.activities, ...without(change.page.activities, feed.activities)];
      return { ...feed, activities, next: change.page.next, state: "ready" };
    }
    case "failed more":
      return { ...feed, state: "failed more", error: change.error };
    case "polled":
      return { ...feed, activities: refreshed(feed.activities, change.page), top: change.page };
    case "show arrived":
      return withTop(feed);
    case "written":
      return {
        ...feed,
        activities: newestFirst([change.activity, ...without(feed.activities, [change.activity])]),
        written: [...feed.written, change.activity.uuid],
      };
  }
}

const pollMs = 15_000;

export function useFeed(path: string, polls: boolean) {
  const [feed, dispatch] = useReducer(reduce, empty);
  const etag = useRef<string | null>(null);
  const current = useRef<AbortController | null>(null);

  const load = useCallback(async () => {
    current.current?.abort();
    const controller = (current.current = new AbortController());
    dispatch({ type: "loading" });
    try {
      const page = await readPage(path, controller.signal);
      etag.current = page.etag;
      dispatch({ type: "loaded", page });
    } catch (error) {
      if (!controller.signal.aborted) dispatch({ type: "failed", error });
    }
  }, [path]);

  useEffect(() => {
    void load();
    return () => current.current?.abort();
  }, [load]);

  const { next, state } = feed;
  const loadMore = useCallback(async () => {
    const controller = current.current;
    if (next === null || controller === null || state === "loading" || state === "loading more") return;
    dispatch({ type: "loading more" });
    try {
      const page = await readPage(next, controller.signal);
      dispatch({ type: "loaded more", page, after: next });
    } catch (error) {
      if (!controller.signal.aborted) dispatch({ type: "failed more", error });
    }
  }, [next, state]);

  const isShown = state !== "loading" && state !== "failed";
  useEffect(() => {
    if (!polls || !isShown) return;
    const controller = new AbortController();
    const poll = async () => {
      if (document.hidden) return;
      try {
        const page = etag.current === null ? await readPage(path, controller.signal) : await readPageUnless(etag.current, path, controller.signal);
        if (page === null) return;
        etag.current = page.etag;
        dispatch({ type: "polled", page });
      } catch {
        // What is shown stays; the next poll may fare better.
      }
    };
    const timer = window.setInterval(() => void poll(), pollMs);
    const seen = () => void poll();
    document.addEventListener("visibilitychange", seen);
    return () => {
      controller.abort();
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [path, polls, isShown]);

  return {
    feed,
    load,
    loadMore,
    showArrived: useCallback(() => dispatch({ type: "show arrived" }), []),
    written: useCallback((activity: Activity) => dispatch({ type: "written", activity }), []),
  };
}
