// A list that is read page by page, and that is asked from time to time whether something new stands at its top. What was
// read is kept, so that Back shows it again at once.
import { useCallback, useEffect, useReducer, useRef } from "preact/hooks";
import { type Activity, type FeedPage, givenPage, type Profile, readPage, readPageUnless } from "./api";
import { forgetChanges } from "./changes";
import { isNotFound } from "./failure";
import { signedOut } from "./given";
import { keep, keptOf } from "./kept";
import { useReader } from "./session";

interface Feed {
  activities: Activity[];
  profile: Profile | null;
  activity: Activity | null;
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
  | { type: "written"; activity: Activity; instead: string | undefined }
  | { type: "taken back"; uuid: string }
  | { type: "profile"; change: Partial<Profile> };

const empty: Feed = { activities: [], profile: null, activity: null, top: null, next: null, written: [], state: "loading", error: null };

// A notification of a post is another entry than one of the same post for another reason.
function entryOf({ uuid, notification }: Activity): string {
  return notification === undefined ? uuid : `${uuid} ${notification.reason}`;
}

function timeOf({ created_at, notification }: Activity): string {
  return notification?.created_at ?? created_at;
}

function without(list: Activity[], known: Activity[]): Activity[] {
  const entries = new Set(known.map(entryOf));
  return list.filter((activity) => !entries.has(entryOf(activity)));
}

// What is shown, as the newest first page tells it: counts have moved, and what should stand on that page and no longer
// does is gone.
function refreshed(shown: Activity[], page: FeedPage): Activity[] {
  const fresh = new Map(page.activities.map((activity) => [entryOf(activity), activity]));
  const first = page.activities[0];
  const last = page.activities.at(-1);
  const newest = first === undefined ? "9" : timeOf(first);
  const oldest = last === undefined ? "" : timeOf(last);
  return shown
    .filter((one) => one.pending === true || fresh.has(entryOf(one)) || timeOf(one) > newest || (page.next !== null && timeOf(one) < oldest))
    .map((one) => fresh.get(entryOf(one)) ?? one);
}

// As the server orders them.
function newestFirst(list: Activity[]): Activity[] {
  const place = (activity: Activity) => (activity.pending ? "9" : timeOf(activity)) + activity.uuid;
  return [...list].sort((a, b) => (place(a) < place(b) ? 1 : -1));
}

// Puts the newest page on top; where it does not reach what pages have brought, there is a gap, and the list begins anew
// with it. What was written here reaches nothing: others may have written before it.
function withTop(feed: Feed): Feed {
  const { top, activities } = feed;
  if (top === null) return feed;
  const newest = activities.find((one) => !feed.written.includes(one.uuid));
  const oldest = top.activities.at(-1);
  const reaches = top.next === null || oldest === undefined || (newest !== undefined && timeOf(oldest) <= timeOf(newest));
  const merged = newestFirst([...without(top.activities, activities), ...activities]);
  return { ...feed, ...(reaches ? { activities: merged } : { activities: top.activities, next: top.next }), top: null, written: [] };
}

/** Newer than what is shown, until the reader asks for it. */
export function arrivedIn(feed: Feed): Activity[] {
  return feed.top === null ? [] : without(feed.top.activities, feed.activities);
}

function loaded(page: FeedPage): Feed {
  return { ...empty, activities: page.activities, profile: page.profile, activity: page.activity, next: page.next, state: "ready" };
}

function write(feed: Feed, activity: Activity, instead: string | undefined, oldestFirst: boolean): Feed {
  const others = feed.activities.filter((one) => one.uuid !== activity.uuid && one.uuid !== instead);
  const activities = oldestFirst ? [...others, activity] : newestFirst([activity, ...others]);
  return { ...feed, activities, written: [...feed.written.filter((uuid) => uuid !== instead), activity.uuid] };
}

function reduce(oldestFirst: boolean, feed: Feed, change: Change): Feed {
  switch (change.type) {
    case "loading":
      return { ...feed, state: "loading", error: null };
    case "loaded":
      return loaded(change.page);
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
    case "polled": {
      const { profile, activity } = change.page;
      if (oldestFirst) return { ...feed, activity, activities: feed.next === null ? change.page.activities : feed.activities };
      return { ...feed, profile, activity, activities: refreshed(feed.activities, change.page), top: change.page };
    }
    case "show arrived":
      return withTop(feed);
    case "written":
      return write(feed, change.activity, change.instead, oldestFirst);
    case "taken back":
      return { ...feed, activities: feed.activities.filter((one) => one.uuid !== change.uuid) };
    case "profile":
      return { ...feed, profile: feed.profile === null ? null : { ...feed.profile, ...change.change } };
  }
}

const pollMs = 15_000;

interface Begun {
  feed: Feed;
  etag: string | null;
}

interface FeedOptions {
  polls?: boolean;
  oldestFirst?: boolean;
}

export function useFeed(path: string, { polls = false, oldestFirst = false }: FeedOptions = {}) {
  const reader = useReader();
  const begun = useRef<(Begun & { given: boolean }) | null>(null);
  if (begun.current === null) {
    const before = keptOf<Begun>(path, reader);
    const given = before === null ? givenPage(path, reader) : null;
    begun.current = { ...(before ?? { feed: given === null ? empty : loaded(given), etag: given?.etag ?? null }), given: given !== null };
  }
  const [feed, dispatch] = useReducer((before: Feed, change: Change) => reduce(oldestFirst, before, change), begun.current.feed);
  const etag = useRef<string | null>(begun.current.etag);
  const current = useRef<AbortController | null>(null);
  const unread = useRef(begun.current.feed.state === "loading");

  useEffect(() => {
    if (feed.state === "ready" || feed.state === "failed more") keep(path, reader, { feed, etag: etag.current } satisfies Begun);
  }, [path, feed, reader]);

  const load = useCallback(async () => {
    current.current?.abort();
    const controller = (current.current = new AbortController());
    dispatch({ type: "loading" });
    try {
      const page = await readPage(path, controller.signal);
      etag.current = page.etag;
      forgetChanges(page.activities);
      dispatch({ type: "loaded", page });
    } catch (error) {
      if (!controller.signal.aborted) dispatch({ type: "failed", error });
    }
  }, [path]);

  const poll = useCallback(
    async (signal: AbortSignal) => {
      if (document.hidden) return;
      try {
        const page = etag.current === null ? await readPage(path, signal) : await readPageUnless(etag.current, path, signal);
        if (page === null) return;
        etag.current = page.etag;
        forgetChanges(page.activities);
        dispatch({ type: "polled", page });
      } catch (error) {
        // What is shown stays, and the next poll may fare better; but not what there is no more, or not for this reader.
        if (!signal.aborted && isNotFound(error)) dispatch({ type: "failed", error });
      }
    },
    [path],
  );

  // What the document or Back brought is shown at once, and asked for again where it may have changed.
  useEffect(() => {
    if (unread.current) void load();
    else {
      current.current = new AbortController();
      if (reader !== signedOut || begun.current?.given !== true) void poll(current.current.signal);
    }
    return () => current.current?.abort();
  }, [load, poll, reader]);

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

  useEffect(() => {
    if (state !== "failed") return;
    const retry = () => void load(); // the network is back
    window.addEventListener("online", retry);
    return () => window.removeEventListener("online", retry);
  }, [state, load]);

  const isShown = state !== "loading" && state !== "failed";
  useEffect(() => {
    if (!polls || !isShown) return;
    const controller = new AbortController();
    const timer = window.setInterval(() => void poll(controller.signal), pollMs);
    const seen = () => void poll(controller.signal);
    document.addEventListener("visibilitychange", seen);
    window.addEventListener("online", seen);
    return () => {
      controller.abort();
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", seen);
      window.removeEventListener("online", seen);
    };
  }, [polls, isShown, poll]);

  return {
    feed,
    load,
    loadMore,
    showArrived: useCallback(() => dispatch({ type: "show arrived" }), []),
    written: useCallback((activity: Activity, instead?: string) => dispatch({ type: "written", activity, instead }), []),
    takenBack: useCallback((uuid: string) => dispatch({ type: "taken back", uuid }), []),
    changeProfile: useCallback((change: Partial<Profile>) => dispatch({ type: "profile", change }), []),
  };
}

export type Source = ReturnType<typeof useFeed>;
