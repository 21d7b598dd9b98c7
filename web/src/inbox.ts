// The conversations of whom is signed in, as the list of them and the count of what is unread show them. Asked from time
// to time, and told by the page what was read.
import { useEffect } from "preact/hooks";
import { type ListPage, readList, readListUnless } from "./api";
import { type Conversation, conversationsPath } from "./conversations";
import { useSession } from "./session";
import { useStore } from "./store";

interface Inbox {
  conversations: Conversation[]; // newest first
  older: string | null; // the address of those behind them
  state: "loading" | "ready" | "failed" | "loading more" | "failed more";
  error: unknown;
}

const nothing: Inbox = { conversations: [], older: null, state: "loading", error: null };
const pollMs = 20_000;
const oftenMs = 5_000; // where the list is looked at
let inbox = nothing;
let etag: string | null = null;
let changes = 0; // made here: an answer that was asked for before does not know of them
const listeners = new Set<() => void>();

function become(change: Partial<Inbox>): void {
  inbox = { ...inbox, ...change };
  for (const listener of listeners) listener();
}

function isBehind(one: Conversation, other: Conversation): boolean {
  return one.created_at < other.created_at || (one.created_at === other.created_at && one.uuid < other.uuid);
}

// The newest page, and behind it what was read of older ones.
function withNewest({ conversations, older }: Inbox, page: ListPage<Conversation>): Pick<Inbox, "conversations" | "older"> {
  const last = page.items.at(-1);
  if (page.next === null || last === undefined) return { conversations: page.items, older: null };
  const fresh = new Set(page.items.map(({ uuid }) => uuid));
  const behind = conversations.filter((one) => !fresh.has(one.uuid) && isBehind(one, last));
  return { conversations: [...page.items, ...behind], older: behind.length > 0 ? older : page.next };
}

async function ask(signal: AbortSignal): Promise<void> {
  const before = changes;
  try {
    const page = await readListUnless<Conversation>(etag, conversationsPath, signal);
    if (signal.aborted) return;
    if (before !== changes) return await ask(signal);
    if (page === null) return;
    etag = page.etag;
    become({ ...withNewest(inbox, page), state: inbox.state === "loading more" ? "loading more" : "ready", error: null });
  } catch (error) {
    if (!signal.aborted && inbox.state === "loading") become({ state: "failed", error }); // what is shown stays
  }
}

/** Once it had failed. */
export function askInboxAgain(): void {
  become({ state: "loading", error: null });
  void ask(AbortSignal.timeout(pollMs));
}

export async function loadOlderConversations(): Promise<void> {
  const { older } = inbox;
  if (older === null || inbox.state === "loading more") return;
  become({ state: "loading more", error: null });
  try {
    const page = await readList<Conversation>(older, AbortSignal.timeout(pollMs));
    if (inbox.older !== older) return become({ state: "ready" }); // the list has begun anew meanwhile
    const known = new Set(inbox.conversations.map(({ uuid }) => uuid));
    become({ conversations: [...inbox.conversations, ...page.items.filter(({ uuid }) => !known.has(uuid))], older: page.next, state: "ready" });
  } catch (error) {
    become({ state: "failed more", error });
  }
}

/** How many are unread of one conversation, where that has just been counted. */
export function setUnreadOf(group: string, unread_count: number): void {
  ++changes;
  etag = null;
  become({ conversations: inbox.conversations.map((one) => (one.uuid === group ? { ...one, unread_count } : one)) });
}

function forget(): void {
  ++changes;
  etag = null;
  become(nothing);
}

function useAsking(everyMs: number): void {
  const { state, handle } = useSession();
  const asks = state === "signed in";
  useEffect(() => {
    if (!asks) return;
    const controller = new AbortController();
    const again = () => {
      if (!document.hidden) void ask(controller.signal);
    };
    again();
    const timer = window.setInterval(again, everyMs);
    document.addEventListener("visibilitychange", again);
    window.addEventListener("online", again);
    return () => {
      controller.abort();
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", again);
      window.removeEventListener("online", again);
    };
  }, [asks, handle, everyMs]);
}

/** Asks while the component that uses it is there: the frame, once, for whom is signed in. */
export function useInboxPolling(): void {
  const { handle } = useSession();
  useEffect(() => forget, [handle]);
  useAsking(pollMs);
}

/** Asks more often, while the list is looked at. */
export function useInboxPollingOften(): void {
  useAsking(oftenMs);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const read = () => inbox;

export function useInbox(): Inbox {
  return useStore(subscribe, read);
}

export function countUnreadMessages({ conversations }: Inbox): number {
  return conversations.reduce((sum, { unread_count }) => sum + unread_count, 0);
}
