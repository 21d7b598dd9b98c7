// The messages of one conversation, oldest first, as they are read: from the end upwards.
import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import { age, inFull, useNow } from "../clock";
import type { Message } from "../conversations";
import { useNearness } from "../visibility";
import { inWords } from "../words";
import { DownIcon } from "./icons";
import { RichText } from "./rich_text";
import "./activity_list.css";
import "./message_list.css";

interface BubbleProps {
  message: Message;
  own: boolean;
  pending: boolean;
  now: number;
  remove?: ((message: Message) => void) | undefined;
}

function Bubble({ message, own, pending, now, remove }: BubbleProps) {
  const kind = ["bubble", own && "bubble-own", pending && "bubble-pending"].filter(Boolean).join(" ");
  return (
    <li class={kind}>
      <span class="unseen">{own ? "You" : message.display_name}: </span>
      <p dir="auto">
        <RichText text={message.message} />
      </p>
      <span class="bubble-facts">
        <time datetime={message.created_at} title={inFull(message.created_at)}>
          {pending ? "Sending…" : age(message.created_at, now)}
        </time>
        {own && !pending && remove !== undefined && (
          <button type="button" onClick={() => remove(message)}>
            Delete<span class="unseen"> this message</span>
          </button>
        )}
      </span>
    </li>
  );
}

interface OlderProps {
  state: string;
  error: unknown;
  load: () => Promise<void>;
}

// Its button stays one that can have the focus while it works: a disabled one would lose it.
function Older({ state, error, load }: OlderProps) {
  const failed = state === "failed older";
  const busy = state === "loading older";
  const near = useCallback(() => {
    if (!failed) void load();
  }, [failed, load]);
  const top = useNearness(near, "600px 0px 0px 0px");
  return (
    <div class="more" ref={top}>
      {failed && <p role="alert">{inWords(error)}</p>}
      <button type="button" class="button" aria-disabled={busy} onClick={() => void load()}>
        {busy ? "Loading…" : failed ? "Try again" : "Older messages"}
      </button>
    </div>
  );
}

/** Keeps what one reads where it stands when something comes before it. `first` names what stands first. */
function useSteadiness(first: string | undefined) {
  const list = useRef<HTMLOListElement>(null);
  const known = useRef(first);
  const anchor = useRef<{ element: Element; top: number } | null>(null);
  // The document is still the one of the last render.
  if (known.current !== first) {
    const element = list.current?.firstElementChild ?? null;
    anchor.current = element === null ? null : { element, top: element.getBoundingClientRect().top };
    known.current = first;
  }
  useLayoutEffect(() => {
    const kept = anchor.current;
    anchor.current = null;
    if (kept?.element.isConnected) window.scrollBy({ top: kept.element.getBoundingClientRect().top - kept.top });
  }, [first]);
  return list;
}

function scrollToEnd(): void {
  window.scrollTo({ top: document.documentElement.scrollHeight });
}

// What came since the list was first shown. At the end one stays there when something comes.
function useArrival({ messages, pending, isOwn, isAtEnd }: MessageListProps): Message | null {
  const newest = messages.at(-1);
  const seen = useRef<string | null>(null);
  const [arrived, setArrived] = useState<Message | null>(null);
  useLayoutEffect(() => {
    if (newest === undefined || (seen.current !== null && newest.created_at <= seen.current)) return;
    const isFirst = seen.current === null;
    const own = isOwn(newest);
    seen.current = newest.created_at;
    if (!isFirst && !own) setArrived(newest);
    if (isFirst || own || isAtEnd) scrollToEnd();
  }, [newest, isOwn, isAtEnd]);
  const isWriting = pending.length > 0;
  useLayoutEffect(() => {
    if (isWriting) scrollToEnd();
  }, [isWriting]);
  return arrived;
}

interface MessageListProps {
  messages: readonly Message[];
  pending: readonly Message[];
  older: OlderProps | null; // what brings those before them, where there are any
  isOwn: (message: Message) => boolean;
  isAtEnd: boolean; // of the list: the end is in the window
  remove?: (message: Message) => void;
}

export function MessageList(props: MessageListProps) {
  const { messages, pending, older, isOwn, isAtEnd, remove } = props;
  const now = useNow();
  const list = useSteadiness(messages[0]?.uuid);
  const arrived = useArrival(props);
  const isBelow = arrived !== null && arrived.uuid === messages.at(-1)?.uuid && !isAtEnd;
  return (
    <section class="panel messages" aria-label="Messages">
      {older !== null && <Older {...older} />}
      <ol role="list" ref={list}>
        {messages.map((message) => (
          <Bubble key={message.uuid} message={message} own={isOwn(message)} pending={false} now={now} remove={remove} />
        ))}
        {pending.map((message) => (
          <Bubble key={message.uuid} message={message} own pending now={now} />
        ))}
      </ol>
      <p class="unseen" role="status">
        {arrived !== null && `${arrived.display_name}: ${arrived.message}`}
      </p>
      {isBelow && (
        <div class="messages-below">
          <button type="button" class="pill" onClick={scrollToEnd}>
            <DownIcon />
            New messages
          </button>
        </div>
      )}
    </section>
  );
}
