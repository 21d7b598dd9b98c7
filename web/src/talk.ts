// One conversation's messages: the newest page, older ones as one asks for them, and what is being written. The newest
// page is asked for again while the conversation is looked at.
import { useCallback, useEffect, useReducer, useRef } from "preact/hooks";
import { type ListPage, readList, readListUnless } from "./api";
import type { Message } from "./conversations";
import { isNotFound } from "./failure";

interface Talk {
  messages: Message[]; // oldest first
  older: string | null; // the address of those before them
  pending: Message[]; // written here and not yet acknowledged: a key stands for the uuid
  state: "loading" | "ready" | "failed" | "gone" | "loading older" | "failed older";
  error: unknown;
}

type Page = ListPage<Message>;

type Change =
  | { type: "loading" }
  | { type: "loaded"; page: Page }
  | { type: "failed"; error: unknown }
  | { type: "loading older" }
  | { type: "loaded older"; page: Page; before: string }
  | { type: "failed older"; error: unknown }
  | { type: "writing"; message: Message }
  | { type: "written"; message: Message; key: string }
  | { type: "taken back"; key: string };

const nothing: Talk = { messages: [], older: null, pending: [], state: "loading", error: null };
const pollMs = 5_000;
const deadlineMs = 10_000;

function isBefore(one: Message, other: Message): boolean {
  return one.created_at < other.created_at || (one.created_at === other.created_at && one.uuid < other.uuid);
}

// What the page does not have of its own time was deleted. Where so much came that it does not reach what is shown, the
// list begins anew: it would have a gap.
function withNewest({ messages, older }: Talk, page: Page): Pick<Talk, "messages" | "older"> {
  const first = page.items[0];
  const fresh = new Set(page.items.map(({ uuid }) => uuid));
  if (page.next === null || first === undefined || !messages.some(({ uuid }) => fresh.has(uuid))) {
    return { messages: page.items, older: page.next };
  }
  const before = messages.filter((one) => !fresh.has(one.uuid) && isBefore(one, first));
  return { messages: [...before, ...page.items], older: before.length > 0 ? older : page.next };
}

function without(messages: readonly Message[], uuid: string): Message[] {
  return messages.filter((one) => one.uuid !== uuid);
}

function reduce(talk: Talk, change: Change): Talk {
  switch (change.type) {
    case "loading":
      return { ...talk, state: "loading", error: null };
    case "loaded":
      return { ...talk, ...withNewest(talk, change.page), state: talk.state === "loading older" ? talk.state : "ready", error: null };
    case "failed":
      return isNotFound(change.error) ? { ...nothing, state: "gone" } : { ...talk, state: "failed", error: change.error };
    case "loading older":
      return { ...talk, state: "loading older", error: null };
    case "loaded older": {
      if (change.before !== talk.older) return { ...talk, state: "ready" }; // the list has begun anew meanwhile
      return { ...talk, messages: [...change.page.items, ...talk.messages], older: change.page.next, state: "ready" };
    }
    case "failed older":
      return { ...talk, state: "failed older", error: change.error };
    case "writing":
      return { ...talk, pending: [...talk.pending, change.message] };
    case "written":
      return { ...talk, pending: without(talk.pending, change.key), messages: [...without(talk.messages, change.message.uuid), change.message] };
    case "taken back":
      return { ...talk, pending: without(talk.pending, change.key) };
  }
}

function whileSeen(act: () => void): () => void {
  const maybe = () => {
    if (!document.hidden) act();
  };
  const timer = window.setInterval(maybe, pollMs);
  document.addEventListener("visibilitychange", maybe);
  window.addEventListener("online", maybe);
  return () => {
    window.clearInterval(timer);
    document.removeEventListener("visibilitychange", maybe);
    window.removeEventListener("online", maybe);
  };
}

/** The messages that the API has at that path. */
export function useTalk(path: string) {
  const [talk, dispatch] = useReducer(reduce, nothing);
  const etag = useRef<string | null>(null);
  const changes = useRef(0); // made here: an answer that was asked for before does not know of them
  const latest = useRef(talk);
  latest.current = talk;

  // The newest page. One that fails later leaves what is shown; that the conversation is gone is told at once.
  const ask = useCallback(
    async (signal: AbortSignal) => {
      if (latest.current.pending.length > 0) return; // it may come with the page before it is acknowledged
      const before = changes.current;
      try {
        const page = await readListUnless<Message>(etag.current, path, signal);
        if (signal.aborted) return;
        if (before !== changes.current) return await ask(signal);
        if (page === null) return;
        etag.current = page.etag;
        dispatch({ type: "loaded", page });
      } catch (error) {
        if (!signal.aborted && (latest.current.state === "loading" || isNotFound(error))) dispatch({ type: "failed", error });
      }
    },
    [path],
  );

  const retry = useCallback(() => {
    dispatch({ type: "loading" });
    void ask(AbortSignal.timeout(deadlineMs));
  }, [ask]);

  const isGone = talk.state === "gone";
  useEffect(() => {
    if (isGone) return;
    const controller = new AbortController();
    const again = () => void ask(controller.signal);
    again();
    const stop = whileSeen(again);
    return () => {
      controller.abort();
      stop();
    };
  }, [ask, isGone]);

  const { older, state } = talk;
  const loadOlder = useCallback(async () => {
    if (older === null || state === "loading older") return;
    dispatch({ type: "loading older" });
    try {
      const page = await readList<Message>(older, AbortSignal.timeout(deadlineMs));
      dispatch({ type: "loaded older", page, before: older });
    } catch (error) {
      dispatch({ type: "failed older", error });
    }
  }, [older, state]);

  const change = useCallback((to: Change) => {
    ++changes.current;
    etag.current = null; // what is there now is not what came last
    dispatch(to);
  }, []);

  return {
    talk,
    retry,
    loadOlder,
    writing: useCallback((message: Message) => change({ type: "writing", message }), [change]),
    written: useCallback((message: Message, key: string) => change({ type: "written", message, key }), [change]),
    takenBack: useCallback((key: string) => change({ type: "taken back", key }), [change]),
  };
}
