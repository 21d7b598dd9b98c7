// What the server put into the document for the address that was asked for: it is there before anything is fetched.
import type { UserPool } from "./configuration";

interface Given {
  status: number; // of the document
  configuration: { user_pool: UserPool | null };
  asked: string; // the API's path that `body` answers, or ""
  body: unknown;
  link: string;
  etag: string;
}

function read(): Given | null {
  const text = document.getElementById("given")?.textContent;
  return text ? (JSON.parse(text) as Given) : null; // Vite's own server puts nothing there
}

const given = read();
let unread = given !== null && given.asked !== "";

export const givenConfiguration = given?.configuration ?? null;

/** The reader that is nobody. */
export const signedOut = "signed out";

/**
 * The API's answer to nobody, where the document holds that of this path. Once, whoever asks: it grows old. For nobody alone:
 * it has what a member muted, or may not see.
 */
export function takeGiven(path: string, reader: string): Given | null {
  if (!unread || given?.asked !== path) return null;
  unread = false;
  return reader === signedOut ? given : null;
}
