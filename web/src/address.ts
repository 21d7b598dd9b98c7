// Where the page is: a path and its parameters, kept in the address behind the #, so that the server serves one document
// whatever the path, each place can be linked to, and Back goes back. That it is the # only this file knows.
import { useStore } from "./store";

function address(path: string, parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== "")).toString();
  return query === "" ? `#${path}` : `#${path}?${query}`;
}

export const homeAddress = () => address("/");
export const searchAddress = (term = "") => address("/search", { term });
export const activityAddress = (handle: string, uuid: string) => address(`/@${handle}/status/${uuid}`);
export const signUpAddress = () => address("/sign-up");
export const confirmAddress = (handle: string) => address("/confirm", { handle });
export const signInAddress = (handle = "") => address("/sign-in", { handle });
export const recoverAddress = (handle = "") => address("/recover", { handle });
export const newPasswordAddress = (handle: string) => address("/new-password", { handle });

export function goTo(destination: string): void {
  window.location.hash = destination;
}

/** Sets the address right, without a step in the history and without leaving the page that is shown. */
export function replaceAddress(destination: string): void {
  window.history.replaceState(null, "", destination);
}

function read(): string {
  const hash = window.location.hash.slice(1);
  return hash === "" ? "/" : hash;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

/** The path and query that the page is at, such as "/search?term=coffee". */
export function useAddress(): string {
  return useStore(subscribe, read);
}
