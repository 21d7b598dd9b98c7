import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Writing } from "../writing";
import { Refusal } from "./refusal";
import "./compose.css";

const nearTheEnd = 20;

interface WritingProps {
  writing: Writing;
  name: string; // of the form
  label: string; // of its field
  placeholder: string;
  action: string;
  doing: string;
  done: string;
  children?: ComponentChildren; // beside the button
}

/** The form of what is being written. */
export function WritingForm({ writing, name, label, placeholder, action, doing, done, children }: WritingProps) {
  const id = useId();
  const { text, type, left, sendable, state, error, send, field } = writing;
  function maybeSend(event: KeyboardEvent) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send();
  }
  return (
    <form
      class="compose"
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label class="unseen" for={id}>
        {label}
      </label>
      <textarea
        id={id}
        ref={field}
        rows={2}
        dir="auto"
        placeholder={placeholder}
        value={text}
        aria-describedby={`${id}-left`}
        aria-invalid={left < 0}
        onKeyDown={maybeSend}
        onInput={(event) => type(event.currentTarget.value)}
      />
      <Refusal error={error} />
      <div class="compose-row">
        {children}
        <span class={left < 0 ? "left left-over" : left <= nearTheEnd ? "left left-near" : "left"} id={`${id}-left`}>
          {left}
          <span class="unseen"> characters left</span>
        </span>
        <button type="submit" class="button button-main" disabled={!sendable}>
          {state === "sending" ? doing : action}
        </button>
      </div>
      <p class="unseen" role="status">
        {state === "sent" ? done : left < 0 ? `${-left} characters too many` : ""}
      </p>
    </form>
  );
}
