// How many notifications whom is signed in has not seen: asked from time to time, and told when they were read.
import { countUnread } from "./api";
import { useSession } from "./session";
import { useStore } from "./store";
import { useEffect } from "preact/hooks";

const pollMs = 20_000;
let unread = 0;
const listeners = new Set<() => void>();

/** Where what is unread has just been counted. */
export function setUnread(count: number): void {
  unread = count;
  for (const listener of listeners) listener();
}

async function ask(signal: AbortSignal): Promise<void> {
  if (document.hidden) return;
  try {
    const count = await countUnread();
    if (!signal.aborted) setUnread(count);
  } catch {
    // What was counted last stays; the next time may fare better.
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const read = () => unread;

/** Asks while the component that uses it is there: the frame, once. */
export function useUnreadPolling(): void {
  const { state } = useSession();
  useEffect(() => {
    if (state !== "signed in") return setUnread(0);
    const controller = new AbortController();
    const again = () => void ask(controller.signal);
    again();
    const timer = window.setInterval(again, pollMs);
    document.addEventListener("visibilitychange", again);
    return () => {
      controller.abort();
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", again);
    };
  }, [state]);
}

export function useUnread(): number {
  return useStore(subscribe, read);
}
