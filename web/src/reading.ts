// One thing read, and read again when that failed or the network came back.
import { useCallback, useEffect, useState } from "preact/hooks";

export type Reading<T> = { state: "loading" } | { state: "read"; value: T } | { state: "failed"; error: unknown };

/** `read` is the same function for as long as it is to be read but once. */
export function useReading<T>(read: (signal: AbortSignal) => Promise<T>) {
  const [reading, setReading] = useState<Reading<T>>({ state: "loading" });
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((before) => before + 1), []);

  useEffect(() => {
    const controller = new AbortController();
    setReading({ state: "loading" });
    read(controller.signal)
      .then((value) => !controller.signal.aborted && setReading({ state: "read", value }))
      .catch((error: unknown) => !controller.signal.aborted && setReading({ state: "failed", error }));
    return () => controller.abort();
  }, [read, attempt]);

  const failed = reading.state === "failed";
  useEffect(() => {
    if (!failed) return;
    window.addEventListener("online", retry);
    return () => window.removeEventListener("online", retry);
  }, [failed, retry]);

  return { reading, retry, change: useCallback((value: T) => setReading({ state: "read", value }), []) };
}
