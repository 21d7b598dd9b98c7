// The HTTP API as the page uses it. Every call has a deadline and either returns what it promises or throws Failure.
import { Failure } from "./failure";
import { takeGiven } from "./given";
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
  liked?: boolean; // both where somebody is signed in
  reposted?: boolean;
  notification?: Notification; // in the list of them
  pending?: true; // written here, and not yet acknowledged
}

export interface Notification {
  reason: "reply" | "mention" | "like" | "repost";
  actors: Person[]; // the newest of them
  actors_count: number;
  created_at: string;
  read: boolean;
}

export interface Person {
  uuid: string;
  handle: string;
  display_name: string;
}

export interface Profile extends Person {
  bio: string | null;
  cruds_count: number;
  followers_count: number;
  following_count: number;
  followed?: boolean; // by whom is signed in, as the three behind it
  follows_you?: boolean;
  muted?: boolean;
  blocked?: boolean;
}

export interface FeedPage {
  activities: Activity[];
  profile: Profile | null; // whose they are, where the list is a person's
  activity: Activity | null; // what they reply to, where they are replies
  next: string | null; // the address of the page behind this one
  etag: string | null;
}

const deadlineMs = 10_000;

export interface Call extends Omit<RequestInit, "headers"> {
  headers?: Record<string, string>;
  as?: "nobody" | "refreshed"; // otherwise as who is signed in
  timeout?: AbortSignal; // in place of the usual deadline
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
  const { as, timeout = AbortSignal.timeout(deadlineMs), ...request } = init;
  const headers: Record<string, string> = { Accept: "application/json", ...init.headers };
  const token = await tokenFor(init);
  if (token !== null) headers["Authorization"] = `Bearer ${token}`;
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

function nextOf(link: string | null): string | null {
  return /<([^>]*)>\s*;[^,]*rel="?next"?/.exec(link ?? "")?.[1] ?? null;
}

type PageBody = Activity[] | { activity: Activity; replies: Activity[] } | { profile: Profile; activities: Activity[] };

function pageOf(body: PageBody, link: string | null, etag: string | null): FeedPage {
  const bare = { profile: null, activity: null, next: nextOf(link), etag };
  if (Array.isArray(body)) return { ...bare, activities: body };
  if ("profile" in body) return { ...bare, activities: body.activities, profile: body.profile };
  return { ...bare, activities: body.replies, activity: body.activity };
}

/** The list as the document holds it, for nobody in particular. */
export function givenList<T>(path: string, reader: string): ListPage<T> | null {
  const given = takeGiven(path, reader);
  return given === null ? null : { items: given.body as T[], next: nextOf(given.link), etag: given.etag === "" ? null : given.etag };
}

async function pageIn(response: Response): Promise<FeedPage> {
  return pageOf((await response.json()) as PageBody, response.headers.get("Link"), response.headers.get("ETag"));
}

/** A page of anything but posts. */
export interface ListPage<T> {
  items: T[];
  next: string | null; // the address of the page behind this one
  etag: string | null;
}

async function listIn<T>(response: Response): Promise<ListPage<T>> {
  return { items: (await response.json()) as T[], next: nextOf(response.headers.get("Link")), etag: response.headers.get("ETag") };
}

export async function readList<T>(path: string, signal: AbortSignal): Promise<ListPage<T>> {
  return listIn(await call(path, { cache: "no-store", signal }));
}

/** The page, or null while it is still the one of that ETag. */
export async function readListUnless<T>(etag: string | null, path: string, signal: AbortSignal): Promise<ListPage<T> | null> {
  const response = await call(path, { cache: "no-store", headers: etag === null ? {} : { "If-None-Match": etag }, signal });
  return response.status === 304 ? null : listIn(response);
}

export const homePath = "/api/activities/home";
export const followingPath = "/api/activities/home?following=1";
export const profilePath = (handle: string) => `/api/activities/@${part(handle)}`;
export const threadPath = (handle: string, uuid: string) => `/api/activities/@${part(handle)}/status/${part(uuid)}`;
export const searchPath = (term: string) => `/api/activities/search?term=${part(term)}`;

export async function readPage(path: string, signal?: AbortSignal): Promise<FeedPage> {
  return pageIn(await call(path, { cache: "no-store", ...(signal && { signal }) }));
}

/** The page as the document holds it, for nobody in particular. */
export function givenPage(path: string, reader: string): FeedPage | null {
  const given = takeGiven(path, reader);
  return given === null ? null : pageOf(given.body as PageBody, given.link, given.etag === "" ? null : given.etag);
}

/** The page, or null while it is still the one of that ETag. */
export async function readPageUnless(etag: string, path: string, signal: AbortSignal): Promise<FeedPage | null> {
  const response = await call(path, { cache: "no-store", headers: { "If-None-Match": etag }, signal });
  return response.status === 304 ? null : pageIn(response);
}

export function readActivity(uuid: string, signal: AbortSignal): Promise<Activity> {
  return send("GET", `/api/activities/${part(uuid)}`, undefined, { signal });
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

/** A call that changes something, or reads one thing. */
export async function send<T>(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: unknown, init: Call = {}): Promise<T> {
  const headers: Record<string, string> = { ...init.headers, ...(body !== undefined && { "Content-Type": "application/json" }) };
  const request: Call = { ...init, headers, ...(method !== "GET" && { method }), ...(body !== undefined && { body: JSON.stringify(body) }) };
  return (await (await call(path, request)).json()) as T;
}

const stalledMs = 30_000; // without a byte

/** What is there, piece by piece: the browser keeps large blobs on disk. Throws Failure where it does not come whole. */
export async function download(path: string, arrived: (bytes: number) => void): Promise<Blob> {
  const controller = new AbortController();
  let timer: number | undefined;
  const wait = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => controller.abort(), stalledMs);
  };
  wait();
  try {
    const response = await call(path, { timeout: controller.signal });
    const reader = response.body?.getReader();
    let whole = new Blob([], { type: response.headers.get("Content-Type") ?? "" });
    for (let piece = await reader?.read(); piece !== undefined && !piece.done; piece = await reader?.read()) {
      wait();
      whole = new Blob([whole, piece.value], { type: whole.type });
      arrived(whole.size);
    }
    return whole;
  } catch (error) {
    throw error instanceof Failure ? error : new Failure([controller.signal.aborted ? "timed_out" : "unreachable"]);
  } finally {
    window.clearTimeout(timer);
  }
}

const part = encodeURIComponent;

/** With the same key again it is the same post: an answer that got lost can be asked for again. */
export function createActivity(message: string, ttl: string, idempotencyKey: string): Promise<Activity> {
  return send("POST", "/api/activities", { message, ttl }, { headers: { "Idempotency-Key": idempotencyKey } });
}

export function createReply(uuid: string, message: string, idempotencyKey: string): Promise<Activity> {
  return send("POST", `/api/activities/${part(uuid)}/reply`, { message }, { headers: { "Idempotency-Key": idempotencyKey } });
}

export function react(uuid: string, how: "like" | "repost", on: boolean): Promise<Activity> {
  return send(on ? "PUT" : "DELETE", `/api/activities/${part(uuid)}/${how}`);
}

/** `keepalive` where the page is about to go. */
export function deleteActivity(uuid: string, keepalive = false): Promise<unknown> {
  return send("DELETE", `/api/activities/${part(uuid)}`, undefined, { keepalive });
}

export type Reason = "spam" | "abuse" | "illegal" | "other";

export function reportActivity(uuid: string, reason: Reason): Promise<unknown> {
  return send("POST", `/api/activities/${part(uuid)}/report`, { reason });
}

export const notificationsPath = "/api/activities/notifications";

export async function countUnread(): Promise<number> {
  return (await send<{ count: number }>("GET", `${notificationsPath}/unread`)).count;
}

/** All up to that time. */
export async function markRead(until: string): Promise<number> {
  return (await send<{ count: number }>("PUT", `${notificationsPath}/read`, { until })).count;
}

export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
