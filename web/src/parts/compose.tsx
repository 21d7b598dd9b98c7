import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Activity, createActivity, newKey } from "../api";
import { ofTab } from "../storage";
import { Refusal } from "./refusal";
import "./compose.css";

const charactersMax = 280;
const nearTheEnd = 20;
const draftKey = "draft";

const lifetimes = [
  ["30-days", "30 days"],
  ["7-days", "7 days"],
  ["3-days", "3 days"],
  ["1-day", "1 day"],
  ["12-hours", "12 hours"],
  ["3-hours", "3 hours"],
  ["1-hour", "1 hour"],
] as const;

/** Writes a post. What was typed stays until Cruddur has it, over a reload too. */
export function Compose({ posted }: { posted: (activity: Activity) => void }) {
  const id = useId();
  const [message, setMessage] = useState(() => ofTab.getItem(draftKey) ?? "");
  const [ttl, setTtl] = useState<string>("7-days");
  const [state, setState] = useState<"writing" | "sending" | "posted">("writing");
  const [error, setError] = useState<unknown>(null);
  // One key for one post, however often it is sent.
  const attempt = useRef<{ key: string; content: string } | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);

  useEffect(() => ofTab.setItem(draftKey, message), [message]);
  useLayoutEffect(() => {
    const area = field.current;
    if (area === null) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [message]);

  const left = charactersMax - [...message].length;
  const sendable = state !== "sending" && message.trim() !== "" && left >= 0;

  async function send() {
    if (!sendable) return;
    const content = JSON.stringify([message, ttl]);
    if (attempt.current?.content !== content) attempt.current = { key: newKey(), content };
    setState("sending");
    setError(null);
    try {
      const activity = await createActivity(message, ttl, attempt.current.key);
      attempt.current = null;
      setMessage("");
      setState("posted");
      posted(activity);
    } catch (failed) {
      setState("writing");
      setError(failed);
    }
    field.current?.focus(); // the button may be disabled by now
  }

  function submit(event: Event) {
    event.preventDefault();
    void send();
  }

  function maybeSend(event: KeyboardEvent) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send();
  }

  return (
    <form class="panel compose" onSubmit={submit} aria-label="Write a post">
      <label class="unseen" for={`${id}-message`}>
        Your post
      </label>
      <textarea
        id={`${id}-message`}
        ref={field}
        rows={2}
        dir="auto"
        placeholder="What will be gone by next week?"
        value={message}
        readonly={state === "sending"}
        aria-describedby={`${id}-left`}
        aria-invalid={left < 0}
        onKeyDown={maybeSend}
        onInput={(event) => {
          setMessage(event.currentTarget.value);
          setError(null);
          setState("writing");
        }}
      />
      <Refusal error={error} />
      <div class="compose-row">
        <label class="ttl">
          <span>Lives for</span>
          <select value={ttl} onChange={(event) => setTtl(event.currentTarget.value)}>
            {lifetimes.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <span class={left < 0 ? "left left-over" : left <= nearTheEnd ? "left left-near" : "left"} id={`${id}-left`}>
          {left}
          <span class="unseen"> characters left</span>
        </span>
        <button type="submit" class="button button-main" disabled={!sendable}>
          {state === "sending" ? "Posting…" : "Post"}
        </button>
      </div>
      <p class="unseen" role="status">
        {state === "posted" ? "Posted." : left < 0 ? `${-left} characters too many` : ""}
      </p>
    </form>
  );
}
