// The API's codes, in words for a person.
import { Failure } from "./api";

const words: Record<string, string> = {
  unreachable: "Cruddur cannot be reached. Check your connection.",
  timed_out: "Cruddur took too long to answer.",
  message_blank: "Write something first.",
  message_exceed_max_chars: "That is longer than 280 characters.",
  message_exceed_max_chars_1024: "That is longer than 1,024 characters.",
  ttl_blank: "Choose how long the post is to live.",
  search_term_blank: "Type something to search for.",
  cursor_invalid: "This place in the list is no longer known. Load the list again.",
  idempotency_key_reused: "This was sent before with another text. Send it again.",
  malformed_json: "Cruddur did not understand the page. Reload it.",
  malformed_request: "Cruddur did not understand the page. Reload it.",
  generic_401: "You are not signed in any more. Sign in again; what you wrote is kept.",
  generic_403: "That is not yours to change.",
  not_found: "That post is not here. It has expired, or it never was.",
  payload_too_large: "That is too long.",
  too_many_requests: "Too many requests. Wait a moment, then try again.",
  unavailable: "Cruddur is catching its breath. Try again in a moment.",
};

export function inWords(error: unknown): string {
  const codes = error instanceof Failure ? error.codes : [];
  const known = codes.map((code) => words[code]).filter((text) => text !== undefined);
  return known.length > 0 ? known.join(" ") : "Something went wrong on Cruddur's side. Try again.";
}
