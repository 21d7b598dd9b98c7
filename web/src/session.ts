// Who is signed in: the one place that knows where the access token is kept. Signing in writes it and signing out
// removes it through this file; everything else only asks.
import { useSyncExternalStore } from "react";

// The original's clients keep it under this name.
const key = "access_token";
const listeners = new Set<() => void>();

export function accessToken(): string | null {
  const token = localStorage.getItem(key);
  return token === null || token === "" || token === "null" ? null : token;
}

export function setAccessToken(token: string | null): void {
  if (token === null) localStorage.removeItem(key);
  else localStorage.setItem(key, token);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener); // another tab signed in or out
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

/** The token, and a new render whenever it comes, changes or goes. */
export function useAccessToken(): string | null {
  return useSyncExternalStore(subscribe, accessToken);
}
