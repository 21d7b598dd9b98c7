// Where the page is, kept in the address behind the #: each place can be linked to, and Back goes back.
//   #/                          the home feed
//   #/search?term=…             a search
//   #/@handle/status/UUID       one post
//   #/sign-up, #/confirm, #/sign-in, #/recover, #/new-password, with ?handle=… where it is known
import { useMemo, useSyncExternalStore } from "react";

export type Route =
  | { name: "home" }
  | { name: "search"; term: string }
  | { name: "activity"; handle: string; uuid: string }
  | { name: AccountPlace; handle: string }
  | { name: "nowhere" };

const accountPlaces = ["sign-up", "confirm", "sign-in", "recover", "new-password"] as const;
export type AccountPlace = (typeof accountPlaces)[number];

function accountAddress(place: AccountPlace, handle = ""): string {
  return handle === "" ? `#/${place}` : `#/${place}?${new URLSearchParams({ handle }).toString()}`;
}

export const signUpAddress = () => accountAddress("sign-up");
export const confirmAddress = (handle: string) => accountAddress("confirm", handle);
export const signInAddress = (handle = "") => accountAddress("sign-in", handle);
export const recoverAddress = (handle = "") => accountAddress("recover", handle);
export const newPasswordAddress = (handle: string) => accountAddress("new-password", handle);

export function homeAddress(): string {
  return "#/";
}

export function searchAddress(term: string): string {
  return `#/search?${new URLSearchParams({ term }).toString()}`;
}

export function activityAddress(handle: string, uuid: string): string {
  return `#/@${handle}/status/${uuid}`;
}

export function parse(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  if (path === "" || path === "/") return { name: "home" };
  if (path === "/search") return { name: "search", term: new URLSearchParams(query).get("term")?.trim() ?? "" };
  const account = accountPlaces.find((place) => path === `/${place}`);
  if (account !== undefined) return { name: account, handle: new URLSearchParams(query).get("handle") ?? "" };
  const status = /^\/@([^/]+)\/status\/([^/]+)$/.exec(path);
  if (status?.[1] && status[2]) return { name: "activity", handle: status[1], uuid: status[2] };
  return { name: "nowhere" };
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return useMemo(() => parse(hash), [hash]);
}

export function goTo(address: string): void {
  window.location.hash = address;
}
