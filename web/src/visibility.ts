// Whether somebody can see the page, and what of it.
import { useEffect, useState } from "preact/hooks";
import { useStore } from "./store";

function subscribe(listener: () => void): () => void {
  document.addEventListener("visibilitychange", listener);
  return () => document.removeEventListener("visibilitychange", listener);
}

const read = () => !document.hidden;

/** False while another tab is in front. */
export function useVisible(): boolean {
  return useStore(subscribe, read);
}

type Element = HTMLElement | null;

/** A ref for an element, and whether that is in the window or as near to it as the root margin says. */
export function useInWindow(margin: string) {
  const [element, setElement] = useState<Element>(null);
  const [isIn, setIsIn] = useState(false);
  useEffect(() => {
    if (element === null) return;
    const observer = new IntersectionObserver((entries) => setIsIn(entries.at(-1)?.isIntersecting === true), { rootMargin: margin });
    observer.observe(element);
    return () => observer.disconnect();
  }, [element, margin]);
  return { ref: setElement, isIn };
}

/** A ref for an element. Calls back whenever that comes as near to the window as the root margin says. */
export function useNearness(near: () => void, margin: string) {
  const [element, setElement] = useState<Element>(null);
  useEffect(() => {
    if (element === null) return;
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && near(), { rootMargin: margin });
    observer.observe(element);
    return () => observer.disconnect();
  }, [element, near, margin]);
  return setElement;
}
