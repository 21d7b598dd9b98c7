// Where the page is: the path and query of its address. Each place can be linked to, Back goes back, and each step of
// the history remembers how far it was scrolled.
import { useStore } from "./store";

function address(path: string, parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== "")).toString();
  return query === "" ? path : `${path}?${query}`;
}

const part = encodeURIComponent;

export const homeAddress = () => "/";
export const followingAddress = () => "/following"; // the home feed's other tab
export const searchAddress = (term = "") => address("/search", { term });
export const profileAddress = (handle: string) => `/@${part(handle)}`;
export const peopleAddress = (handle: string, which: "followers" | "following") => `/@${part(handle)}/${which}`;
export const activityAddress = (handle: string, uuid: string) => `/@${part(handle)}/status/${part(uuid)}`;
export const notificationsAddress = () => "/notifications";
export const conversationsAddress = () => "/messages";
export const conversationAddress = (uuid: string) => `/messages/${part(uuid)}`;
export const newMessageAddress = (handle: string) => `/messages/new/${part(handle)}`;
export const settingsAddress = () => "/settings";
export const aboutAddress = () => "/about";
export const privacyAddress = () => "/privacy";
export const signUpAddress = () => "/signup";
export const confirmAddress = (handle: string) => address("/confirm", { handle });
export const signInAddress = (handle = "") => address("/signin", { handle });
export const forgotAddress = (handle = "") => address("/forgot", { handle });
export const newPasswordAddress = (handle: string) => address("/forgot", { sent: handle });

const listeners = new Set<() => void>();
let reachedBy: "link" | "history" = "history"; // a reload is a step in the history as well

function tell(): void {
  for (const listener of listeners) listener();
}

export function goTo(destination: string): void {
  rememberScroll();
  if (destination === read()) return window.scrollTo({ top: 0 });
  window.history.pushState(null, "", destination);
  reachedBy = "link";
  tell();
}

/** Sets the address right, without a step in the history. */
export function replaceAddress(destination: string): void {
  window.history.replaceState(window.history.state, "", destination);
  tell();
}

function read(): string {
  return window.location.pathname.replace(/^\/%40/i, "/@") + window.location.search;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The path and query that the page is at, such as "/search?term=coffee". */
export function useAddress(): string {
  return useStore(subscribe, read);
}

function rememberScroll(): void {
  window.history.replaceState({ y: Math.round(window.scrollY) }, "");
}

function keptScroll(): number {
  return (window.history.state as { y?: number } | null)?.y ?? 0;
}

/** To where a reload left it. A new document stands at its top: to scroll there would lay it out once more than needed. */
export function restoreScrollOfReload(): void {
  if (keptScroll() !== 0) restoreScroll();
}

/** To the top of what a link led to, or to where this step of the history was left. */
export function restoreScroll(): void {
  window.scrollTo({ top: reachedBy === "history" ? keptScroll() : 0 });
}

/** Whether the page came by a link of its own, and not by Back, Forward or from outside. */
export function isByLink(): boolean {
  return reachedBy === "link";
}

// A link to another place of the page's own is followed without loading the document again.
function follow(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link === null || link.target !== "" || link.hasAttribute("download") || link.origin !== window.location.origin) return;
  if (link.hash !== "" || link.pathname.startsWith("/api/")) return;
  event.preventDefault();
  goTo(link.pathname + link.search);
}

const settledMs = 200;

/** Once, before the first render. */
export function beginAddress(): void {
  window.history.scrollRestoration = "manual";
  document.addEventListener("click", follow);
  window.addEventListener("popstate", () => {
    reachedBy = "history";
    tell();
  });
  let timer: number | undefined;
  window.addEventListener(
    "scroll",
    () => {
      window.clearTimeout(timer);
      const at = read();
      timer = window.setTimeout(() => at === read() && rememberScroll(), settledMs);
    },
    { passive: true },
  );
}
