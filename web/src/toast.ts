// What the page says in passing, at its lower edge: that something was done, and how to undo it.
import { useStore } from "./store";

interface Toast {
  id: number;
  text: string;
  action?: { name: string; run: () => void } | undefined;
  address?: { name: string; href: string } | undefined;
}

/** Long enough to read it and to reach its button. */
export const toastMs = 7_000;

let shown: Toast | null = null;
let last = 0;
let timer: number | undefined;
const listeners = new Set<() => void>();

function become(next: Toast | null): void {
  window.clearTimeout(timer);
  shown = next;
  if (next !== null) timer = window.setTimeout(() => become(null), toastMs);
  for (const listener of listeners) listener();
}

export function say(text: string, more: Pick<Toast, "action" | "address"> = {}): void {
  become({ id: ++last, text, ...more });
}

export function hush(): void {
  become(null);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function read(): Toast | null {
  return shown;
}

export function useToast(): Toast | null {
  return useStore(subscribe, read);
}
