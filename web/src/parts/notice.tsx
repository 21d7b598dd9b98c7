// What stands where a list or a post would: when there is nothing, and when it could not be had.
import type { ComponentChildren } from "preact";
import { focusContent } from "../focus";
import { inWords } from "../words";
import "./notice.css";

export function Nothing({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="panel notice" role="status">
      <svg class="notice-art" viewBox="0 0 64 64" width="64" height="64" aria-hidden="true" focusable="false">
        <circle cx="32" cy="32" r="24" class="notice-ring" stroke-dasharray="3 9" />
        <circle cx="32" cy="32" r="6" class="notice-dot" />
      </svg>
      <h2>{title}</h2>
      <p>{children}</p>
    </div>
  );
}

export function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  function tryAgain() {
    focusContent();
    retry();
  }
  return (
    <div class="panel notice" role="alert">
      <h2>That did not work</h2>
      <p>{inWords(error)}</p>
      <button type="button" class="button" onClick={tryAgain}>
        Try again
      </button>
    </div>
  );
}
