// The HTTP API as the page uses it. Every call has a deadline and either returns what it promises or throws Failure.
import { Failure } from "./failure";
import { accessToken } from "./session";

export interface Activity {
  uuid: string;
  display_name: string;
  handle: string;
  message: string;
  replies_count: number;
  reposts_count: number;
  likes_count: number;
  reply_to_activity_uuid: string | null;
  expires_at: string | null;
  created_at: string;
  replies: Activity[];
}

export interface FeedPage {
  activities: Activity[];
  next: string | null; // the address of the page behind this one
  etag: string | null;
}

const deadlineMs = 10_000;

interface Call extends Omit<RequestInit, "headers"> {
  headers?: Record<string, string>;
  as?: "nobody" | "refreshed"; // otherwise as who is signed in
}

// What everybody may read is read by a stranger where there is no token to be had.
async function tokenFor(init: Call): Promise<string | null> {
  if (init.as === "nobody") return null;
  try {
    return await accessToken(init.as === "refreshed");
  } catch (error) {
    if (init.method === undefined) return null;
    throw error;
  }
}

async function call(path: string, init: Call = {}): Promise<Response> {
  const { as, ...request } = init;
  const headers: Record<string, string> = { Accept: "application/json", ...init.headers };
  const token = await tokenFor(init);
  if (token !== null) headers["Authorization"] = `Bearer ${token}`;
  const timeout = AbortSignal.timeout(deadlineMs);
  const signal = init.signal ? either(init.signal, timeout) : timeout;
  let response: Response;
  try {
    response = await fetch(path, { ...request, headers, signal });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Failure([timeout.aborted ? "timed_out" : "unreachable"]);
  }
  if (response.ok || response.status === 304) return response;
  if (response.status === 401 && token !== null) {
    if (as !== "refreshed") return call(path, { ...init, as: "refreshed" });
    if (init.method === undefined) return call(path, { ...init, as: "nobody" });
    throw new Failure(["account_unknown"], 401);
  }
  throw new Failure(await codesOf(response), response.status);
}

// AbortSignal.any is younger than the browsers we serve.
function either(one: AbortSignal, other: AbortSignal): AbortSignal {
  const both = new AbortController();
  for (const signal of [one, other]) {
    if (signal.aborted) both.abort(signal.reason);
    signal.addEventListener("abort", () => both.abort(signal.reason), { once: true });
  }
  return both.signal;
}

async function codesOf(response: Response): Promise<string[]> {
  try {
    const body: unknown = await response.json();
    if (Array.isArray(body) && body.length > 0 && body.every((code) => typeof code === "string")) return body;
  } catch {
    // What stands between us and the API answered in its own words.
  }
  return [`http_${response.status}`];
}

function nextOf(response: Response): string | null {
  const link = response.headers.get("Link") ?? "";
  return /<([^>]*)>\s*;[^,]*rel="?next"?/.exec(link)?.[1] ?? null;
}

async function pageOf(response: Response): Promise<FeedPage> {
  return {
    activities: (await response.json()) as Activity[],
    next: nextOf(response),
    etag: response.headers.get("ETag"),
  };
}

export const homePath = "/api/activities/home";

export function searchPath(term: string): string {
  return `/api/activities/search?term=${encodeURIComponent(term)}`;
}

export async function readPage(path: string, signal?: AbortSignal): Promise<FeedPage> {
  return pageOf(await call(path, { cache: "no-store", ...(signal && { signal }) }));
}

/** The page, or null while it is still the one of that ETag. */
export async function readPageUnless(etag: string, path: string, signal: AbortSignal): Promise<FeedPage | null> {
  const response = await call(path, { cache: "no-store", headers: { "If-None-Match": etag }, signal });
  return response.status === 304 ? null : pageOf(response);
}

export async function readActivity(uuid: string, signal: AbortSignal): Promise<Activity> {
  const response = await call(`/api/activities/${encodeURIComponent(uuid)}`, { signal });
  return (await response.json()) as Activity;
}

/** Whether somebody has that handle already; false where that cannot be told. */
export async function isHandleTaken(handle: string): Promise<boolean> {
  try {
    await call(`/api/users/@${encodeURIComponent(handle)}/short`, { as: "nobody" });
    return true;
  } catch {
    return false;
  }
}

/** With the same key again it is the same post: an answer that got lost can be asked for again. */
export async function createActivity(message: string, ttl: string, idempotencyKey: string): Promise<Activity> {
  const response = await call("/api/activities", {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
    body: JSON.stringify({ message, ttl }),
  });
  return (await response.json()) as Activity;
}

export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
