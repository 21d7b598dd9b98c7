// The flashbar above every view: what was done, and what failed where no field is concerned.
import Flashbar, { type FlashbarProps } from "@cloudscape-design/components/flashbar";
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { usePlace } from "./address";
import type { Failure } from "./call";

interface Notices {
  done(text: string): void;
  failed(failure: Failure): void;
}

const context = createContext<Notices>({ done: () => undefined, failed: () => undefined });
const shown = createContext<FlashbarProps.MessageDefinition[]>([]);
const noticesMax = 4;

export function NoticesProvider({ children }: { children: ReactNode }) {
  const [items, setItems] = useState<FlashbarProps.MessageDefinition[]>([]);
  const [service] = usePlace();
  useEffect(() => setItems([]), [service]); // each service's are its own, as they are on AWS's pages
  const add = useCallback((item: FlashbarProps.MessageDefinition) => {
    const id = crypto.randomUUID();
    const dismiss = () => setItems((before) => before.filter((each) => each.id !== id));
    setItems((before) => [{ ...item, id, dismissible: true, dismissLabel: "Dismiss", onDismiss: dismiss }, ...before].slice(0, noticesMax));
  }, []);
  const notices = useMemo<Notices>(
    () => ({
      done: (text) => add({ type: "success", content: text }),
      failed: (failure) => add({ type: "error", header: failure.code, content: failure.message }),
    }),
    [add],
  );
  return (
    <context.Provider value={notices}>
      <shown.Provider value={items}>{children}</shown.Provider>
    </context.Provider>
  );
}

export function useNotices() {
  return useContext(context);
}

export function NoticesBar() {
  return <Flashbar items={useContext(shown)} stackItems={false} />;
}
