// What was done here to posts and to people, laid over the lists that were read before: a like counts wherever its post is
// shown, what was deleted is nowhere, and neither is what somebody wrote who was muted or blocked.
import { type Activity, deleteActivity, react } from "./api";
import { ownHandle } from "./session";
import { useStore } from "./store";
import { say, toastMs } from "./toast";
import { inWords } from "./words";

const counts = new Map<string, Partial<Activity>>();
const deleted = new Set<string>();
const hidden = new Map<string, "muted" | "blocked">(); // by who hides whom
const listeners = new Set<() => void>();
let version = 0;

function tell(): void {
  ++version;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const read = () => version;

/** A new render whenever something was done. */
export function useChanges(): number {
  return useStore(subscribe, read);
}

export function asChanged(activity: Activity): Activity {
  return { ...activity, ...counts.get(activity.uuid) };
}

/** A post or a message that was deleted here. */
export function isDeleted(uuid: string): boolean {
  return deleted.has(uuid);
}

// Whom one has hidden another sees who signs in here.
function pairOf(handle: string): string {
  return `${ownHandle()} ${handle}`.toLowerCase();
}

/** From here on; `null` no longer. */
export function hide(handle: string, how: "muted" | "blocked" | null): void {
  if (how === null) hidden.delete(pairOf(handle));
  else hidden.set(pairOf(handle), how);
  tell();
}

/** Whether a list shows it. Whoever is muted is so in feeds and notifications alone, as the API has it. */
export function isThere(activity: Activity, hidesMuted: boolean): boolean {
  if (isDeleted(activity.uuid)) return false;
  const how = hidden.get(pairOf(activity.handle));
  return how === undefined || (how === "muted" && !hidesMuted);
}

/** These were read just now, and are right. */
export function forgetChanges(activities: readonly Activity[]): void {
  let any = false;
  for (const { uuid } of activities) any = (!busy.has(`like ${uuid}`) && !busy.has(`repost ${uuid}`) && counts.delete(uuid)) || any;
  if (any) tell();
}

const busy = new Set<string>(); // likes and reposts on their way

function change(uuid: string, to: Partial<Activity>): void {
  counts.set(uuid, { ...counts.get(uuid), ...to });
  tell();
}

/** Likes or reposts it, or no longer; at once, and back where Cruddur does not take it. */
export async function toggle(activity: Activity, how: "like" | "repost"): Promise<void> {
  const { uuid } = activity;
  const doing = `${how} ${uuid}`;
  if (busy.has(doing)) return;
  const [mark, count] = how === "like" ? (["liked", "likes_count"] as const) : (["reposted", "reposts_count"] as const);
  const on = activity[mark] !== true;
  busy.add(doing);
  change(uuid, { [mark]: on, [count]: Math.max(0, activity[count] + (on ? 1 : -1)) });
  try {
    const now = await react(uuid, how, on);
    change(uuid, { [mark]: on, [count]: now[count] });
  } catch (error) {
    change(uuid, { [mark]: !on, [count]: activity[count] });
    say(inWords(error));
  }
  busy.delete(doing);
}

export function countReply(parent: Activity, by: 1 | -1): void {
  change(parent.uuid, { replies_count: Math.max(0, asChanged(parent).replies_count + by) });
}

/** Deletes a post or reply, once nobody can say any more that it was a mistake. */
export function deleteSoon(activity: Activity): void {
  const { uuid } = activity;
  removeSoon(uuid, (keepalive) => deleteActivity(uuid, keepalive), activity.reply_to_activity_uuid === null ? "Post deleted." : "Reply deleted.");
}

/** It is there no longer; `remove` says so to Cruddur when the toast goes, or the page (then to be kept alive). */
export function removeSoon(uuid: string, remove: (keepalive: boolean) => Promise<unknown>, said: string): void {
  const finish = async (keepalive: boolean) => {
    stop();
    try {
      await remove(keepalive);
    } catch (error) {
      deleted.delete(uuid);
      tell();
      say(inWords(error));
    }
  };
  const leave = () => void finish(true);
  const timer = window.setTimeout(() => void finish(false), toastMs);
  const stop = () => {
    window.clearTimeout(timer);
    window.removeEventListener("pagehide", leave);
  };
  window.addEventListener("pagehide", leave);
  deleted.add(uuid);
  tell();
  const undo = () => {
    stop();
    deleted.delete(uuid);
    tell();
  };
  say(said, { action: { name: "Undo", run: undo } });
}
