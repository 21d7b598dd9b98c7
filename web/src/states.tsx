// What stands where a list would: while it loads, when there is nothing, and when it failed.
import type { ReactNode } from "react";
import { inWords } from "./words";

/** For what is pressed and then gone: the focus would fall to the page's beginning. */
export function focusContent(): void {
  document.getElementById("content")?.focus({ preventScroll: true });
}

export function Skeleton() {
  return (
    <div className="skeletons">
      <p className="unseen" role="status">
        Loading posts…
      </p>
      {[0, 1, 2, 3, 4].map((row) => (
        <div className="activity skeleton" key={row} aria-hidden="true">
          <span className="avatar" />
          <span className="bone bone-name" />
          <span className="bone bone-line" />
          <span className="bone bone-short" />
        </div>
      ))}
    </div>
  );
}

export function Nothing({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="notice" role="status">
      <svg className="notice-art" viewBox="0 0 64 64" width="64" height="64" aria-hidden="true" focusable="false">
        <circle cx="32" cy="32" r="24" className="ring-track" strokeDasharray="3 9" />
        <circle cx="32" cy="32" r="6" className="notice-dot" />
      </svg>
      <h2>{title}</h2>
      <p>{children}</p>
    </div>
  );
}

export function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  function again() {
    focusContent();
    retry();
  }
  return (
    <div className="notice notice-failed" role="alert">
      <h2>That did not work</h2>
      <p>{inWords(error)}</p>
      <button type="button" className="button" onClick={again}>
        Try again
      </button>
    </div>
  );
}
