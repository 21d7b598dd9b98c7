// What a view shows, read again by itself while somebody sees it.
import { useCallback, useEffect, useRef, useState } from "react";
import { failureOf, type Failure } from "./call";

export interface Polled<Value> {
  value: Value | undefined;
  failure: Failure | undefined;
  reload: () => Promise<void>;
}

/** `key` names what is read: another one begins anew. */
export function usePolled<Value>(key: string, read: () => Promise<Value>, everyMs = 3000): Polled<Value> {
  const [state, setState] = useState<{ key: string; value?: Value; failure?: Failure }>({ key });
  const latest = useRef(read);
  latest.current = read;
  const turn = useRef(0);

  const reload = useCallback(async () => {
    const mine = ++turn.current;
    const next = await latest.current().then((value) => ({ key, value }), (thrown: unknown) => ({ key, failure: failureOf(thrown) }));
    if (mine === turn.current) setState((before) => ("failure" in next && before.key === key ? { ...before, ...next } : next));
  }, [key]);

  useEffect(() => {
    let ended = false;
    let timer: number | undefined;
    const round = async () => {
      if (document.visibilityState === "visible") await reload();
      if (!ended) timer = window.setTimeout(round, everyMs);
    };
    const seen = () => document.visibilityState === "visible" && void reload();
    void round();
    document.addEventListener("visibilitychange", seen);
    return () => {
      ended = true;
      turn.current++;
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [reload, everyMs]);

  const current = state.key === key ? state : { key };
  return { value: (current as { value?: Value }).value, failure: (current as { failure?: Failure }).failure, reload };
}
