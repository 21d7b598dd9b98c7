// Times as people say them, from one clock for the whole page.
import { useStore } from "./store";

const tickMs = 5_000;
let now = Date.now();
let timer: number | undefined;
const listeners = new Set<() => void>();

// Whoever shows it is rendered again, so what would look the same is no tick.
function tick(): void {
  if (Math.abs(Date.now() - now) < tickMs / 2) return;
  now = Date.now();
  for (const listener of listeners) listener();
}

// Nothing ticks while nobody looks: no clock is shown, or the tab is hidden, or the machine sleeps.
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    tick();
    timer = window.setInterval(tick, tickMs);
    document.addEventListener("visibilitychange", tick);
    window.addEventListener("pageshow", tick);
    window.addEventListener("focus", tick);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
    document.removeEventListener("visibilitychange", tick);
    window.removeEventListener("pageshow", tick);
    window.removeEventListener("focus", tick);
  };
}

function read(): number {
  return now;
}

/** Milliseconds since 1970, to a few seconds. */
export function useNow(): number {
  return useStore(subscribe, read);
}

// Made once: to make one takes longer than to render a post.
const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export function age(createdAt: string, at: number): string {
  const passed = at - Date.parse(createdAt);
  if (passed < minute) return "now";
  if (passed < hour) return `${Math.floor(passed / minute)} min`;
  if (passed < day) return `${Math.floor(passed / hour)} h`;
  if (passed < 7 * day) return `${Math.floor(passed / day)} d`;
  return date.format(Date.parse(createdAt));
}

export function remaining(expiresAt: string, at: number): string {
  const left = Date.parse(expiresAt) - at;
  if (left < minute) return "under a minute left";
  if (left < hour) return `${Math.floor(left / minute)} min left`;
  if (left < day) return `${Math.round(left / hour)} h left`;
  const days = Math.round(left / day);
  return days === 1 ? "1 day left" : `${days} days left`;
}

/** What is left of a post's life: 1 when it is written, 0 when it expires. */
export function lifeLeft(createdAt: string, expiresAt: string, at: number): number {
  const ends = Date.parse(expiresAt);
  const whole = ends - Date.parse(createdAt);
  return whole <= 0 ? 0 : Math.min(1, Math.max(0, (ends - at) / whole));
}

export function isExpired(expiresAt: string | null, at: number): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= at;
}

export function inFull(time: string): string {
  return dateAndTime.format(Date.parse(time));
}
