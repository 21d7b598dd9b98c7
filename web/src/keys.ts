// Keys that act from anywhere but a field: j and k from post to post, l, r, / and ?. Who dictates, or leans on the
// keyboard, can switch them off.
import { goTo, searchAddress } from "./address";
import { lasting } from "./storage";
import { useStore } from "./store";

const kept = "keys";
const listeners = new Set<() => void>();
const helpListeners = new Set<() => void>();

export function keysAreOn(): boolean {
  return lasting.getItem(kept) !== "off";
}

export function switchKeys(on: boolean): void {
  if (on) lasting.removeItem(kept);
  else lasting.setItem(kept, "off");
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useKeys(): boolean {
  return useStore(subscribe, keysAreOn);
}

/** Calls back when somebody asks what the keys are. */
export function onHelp(listener: () => void): () => void {
  helpListeners.add(listener);
  return () => helpListeners.delete(listener);
}

function articles(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("main article[tabindex]")];
}

function current(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>("main article[tabindex]") ?? null;
}

// From none, to the first that is in sight.
function step(by: 1 | -1): void {
  const all = articles();
  const here = current();
  const at = here === null ? all.findIndex((one) => one.getBoundingClientRect().bottom > 80) : all.indexOf(here) + by;
  const next = all[at];
  if (next === undefined) return;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function press(name: string): void {
  current()?.querySelector<HTMLElement>(`[data-key="${name}"]`)?.click();
}

function search(): void {
  const field = [...document.querySelectorAll<HTMLInputElement>("input[type=search]")].find((one) => one.offsetParent !== null);
  if (field === undefined) goTo(searchAddress());
  else field.focus();
}

const actions: Record<string, () => void> = {
  j: () => step(1),
  k: () => step(-1),
  l: () => press("l"),
  r: () => press("r"),
  "/": search,
  "?": () => helpListeners.forEach((listener) => listener()),
};

// A feed's own keys work whether the others are on or off: they act within it alone.
const feedActions: Record<string, () => void> = { PageDown: () => step(1), PageUp: () => step(-1) };

function act(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (target?.closest("input, textarea, select, dialog, [role=menu]")) return;
  const action = (current() === null ? undefined : feedActions[event.key]) ?? (keysAreOn() ? actions[event.key] : undefined);
  if (action === undefined) return;
  event.preventDefault();
  action();
}

/** Once. */
export function beginKeys(): void {
  document.addEventListener("keydown", act);
}
