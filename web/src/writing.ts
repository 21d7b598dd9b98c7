// What is being written and sent: a post, a reply, a message. The text is kept over a reload; it leaves the field when it
// is sent, and comes back where it was not taken. Sent again it is the same, by its key.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { newKey } from "./api";
import { ofTab } from "./storage";

interface Attempt {
  key: string;
  text: string;
  variant: string;
  returned: boolean; // the text is back in the field
}

interface WritingOptions {
  draft: string; // names where it is kept
  charactersMax: number;
  variant?: string; // what else there is of it, such as its time to live
  begin: (text: string, key: string) => void; // shows it, as on its way
  create: (text: string, key: string) => Promise<void>;
  takeBack: (key: string) => void; // shows it no longer
}

export function useWriting({ draft, charactersMax, variant = "", begin, create, takeBack }: WritingOptions) {
  const onItsWay = `${draft} on its way`;
  const [text, setText] = useState(() => ofTab.getItem(draft) ?? "");
  const [state, setState] = useState<"writing" | "sending" | "sent">("writing");
  const [error, setError] = useState<unknown>(null);
  const attempt = useRef<Attempt | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const left = charactersMax - [...text].length;
  const sendable = state !== "sending" && text.trim() !== "" && left >= 0;

  function keep(to: string): void {
    if (to === "") ofTab.removeItem(draft);
    else ofTab.setItem(draft, to);
    setText(to);
  }

  function putBack(unsent: string): void {
    const typed = ofTab.getItem(draft) ?? ""; // meanwhile
    keep(typed.trim() === "" ? unsent : `${unsent}\n\n${typed}`);
  }

  function type(to: string): void {
    keep(to);
    setError(null);
    if (state === "sent") setState("writing");
  }

  async function send(): Promise<void> {
    if (!sendable) return;
    const before = attempt.current;
    const now = before?.text === text && before.variant === variant ? before : { key: newKey(), text, variant, returned: false };
    attempt.current = now;
    ofTab.setItem(onItsWay, JSON.stringify({ ...now, returned: false }));
    setState("sending");
    setError(null);
    keep("");
    begin(text, now.key);
    try {
      await create(text, now.key);
      attempt.current = null;
      ofTab.removeItem(onItsWay);
      setState("sent");
    } catch (failed) {
      // The key stays with it: what seems to have failed may have been taken, as when the page is left meanwhile.
      ofTab.setItem(onItsWay, JSON.stringify({ ...now, returned: true }));
      takeBack(now.key);
      putBack(now.text);
      setState("writing");
      setError(failed);
    }
    field.current?.focus(); // the button may be disabled by now
  }

  // A reload came before the answer.
  useEffect(() => {
    const kept = ofTab.getItem(onItsWay);
    if (kept === null) return;
    const before = JSON.parse(kept) as Attempt;
    attempt.current = before;
    if (before.returned) return;
    ofTab.setItem(onItsWay, JSON.stringify({ ...before, returned: true }));
    putBack(before.text);
  }, [onItsWay]);

  useLayoutEffect(() => {
    const area = field.current;
    if (area === null) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [text]);

  return { text, type, left, sendable, state, error, send, field };
}

export type Writing = ReturnType<typeof useWriting>;
