// A list of anything but posts, read page by page. What was read is kept, so that Back shows it again at once.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { givenList, readList } from "./api";
import { isNotFound } from "./failure";
import { signedOut } from "./given";
import { keep, keptOf } from "./kept";
import { useReader } from "./session";

interface Paged<T> {
  items: T[];
  next: string | null; // the address of the page behind what is shown
  state: "loading" | "ready" | "failed" | "loading more" | "failed more";
  error: unknown;
}

function isSameStart<T extends { uuid: string }>(shown: readonly T[], first: readonly T[]): boolean {
  return first.length <= shown.length && first.every(({ uuid }, at) => shown[at]?.uuid === uuid);
}

function withStart<T>(list: Paged<T>, first: readonly T[]): Paged<T> {
  return { ...list, items: list.items.map((one, at) => first[at] ?? one) };
}

/** `path` is the same for as long as the component is there. */
export function usePaged<T extends { uuid: string }>(path: string) {
  const reader = useReader();
  const given = useRef(false);
  const [list, setList] = useState<Paged<T>>(() => {
    const before = keptOf<Paged<T>>(path, reader);
    const first = before === null ? givenList<T>(path, reader) : null;
    given.current = first !== null;
    return before ?? { ...(first ?? { items: [], next: null }), state: first === null ? "loading" : "ready", error: null };
  });
  const current = useRef<AbortController | null>(null);
  const shown = useRef(list.state !== "loading");

  useEffect(() => {
    if (list.state === "ready" || list.state === "failed more") keep(path, reader, list);
    shown.current = list.state !== "loading" && list.state !== "failed";
  }, [path, reader, list]);

  // What Back brought stays as it is while it is right, and begins anew where it is not.
  const load = useCallback(async () => {
    current.current?.abort();
    const controller = (current.current = new AbortController());
    if (!shown.current) setList((before) => ({ ...before, state: "loading", error: null }));
    try {
      const first = await readList<T>(path, controller.signal);
      const fresh: Paged<T> = { ...first, state: "ready", error: null };
      setList((before) => (shown.current && isSameStart(before.items, first.items) ? withStart(before, first.items) : fresh));
    } catch (error) {
      // What is shown stays; but not what there is no more, or not for this reader.
      if (!controller.signal.aborted && (!shown.current || isNotFound(error))) setList({ items: [], next: null, state: "failed", error });
    }
  }, [path]);

  useEffect(() => {
    if (given.current && reader === signedOut) current.current = new AbortController();
    else void load();
    given.current = false;
    return () => current.current?.abort();
  }, [load, reader]);

  const failed = list.state === "failed";
  useEffect(() => {
    if (!failed) return;
    const retry = () => void load(); // the network is back
    window.addEventListener("online", retry);
    return () => window.removeEventListener("online", retry);
  }, [failed, load]);

  async function loadMore(): Promise<void> {
    const controller = current.current;
    if (list.next === null || controller === null || list.state === "loading more") return;
    setList((before) => ({ ...before, state: "loading more", error: null }));
    try {
      const more = await readList<T>(list.next, controller.signal);
      setList((before) => ({ items: [...before.items, ...more.items], next: more.next, state: "ready", error: null }));
    } catch (error) {
      if (!controller.signal.aborted) setList((before) => ({ ...before, state: "failed more", error }));
    }
  }

  return { list, load, loadMore };
}

export type Paging<T extends { uuid: string }> = ReturnType<typeof usePaged<T>>;
