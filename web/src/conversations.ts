// The API of messages between two people.
import { type ListPage, readList, send } from "./api";

export interface Conversation {
  uuid: string;
  display_name: string; // of the other one
  handle: string;
  message: string; // the newest
  created_at: string; // of that
  unread_count: number;
}

export interface Message {
  uuid: string;
  display_name: string; // of whom wrote it
  handle: string;
  message: string;
  created_at: string;
}

const part = encodeURIComponent;

/** As many as one request may ask for: who counts what is unread sees more of them. */
export const conversationsPath = "/api/message_groups?limit=100";
export const messagesPath = (group: string) => `/api/messages/${part(group)}`;
export const messagesWithPath = (handle: string) => `/api/messages/@${part(handle)}`;

/** The first one that it is, or null where there is none. Reads on for as long as there are more. */
export async function findConversation(is: (conversation: Conversation) => boolean, signal: AbortSignal): Promise<Conversation | null> {
  for (let path: string | null = conversationsPath; path !== null; ) {
    const page: ListPage<Conversation> = await readList<Conversation>(path, signal);
    const found = page.items.find(is);
    if (found !== undefined) return found;
    path = page.next;
  }
  return null;
}

/** Opens the conversation with somebody, or finds it: its uuid. */
export async function writeTo(handle: string, message: string, idempotencyKey: string): Promise<string> {
  const headers = { "Idempotency-Key": idempotencyKey };
  return (await send<{ message_group_uuid: string }>("POST", "/api/messages", { message, handle }, { headers })).message_group_uuid;
}

export function writeIn(group: string, message: string, idempotencyKey: string): Promise<Message> {
  const headers = { "Idempotency-Key": idempotencyKey };
  return send("POST", "/api/messages", { message, message_group_uuid: group }, { headers });
}

/** What came up to that time; how many are unread now. */
export async function markMessagesRead(group: string, until: string): Promise<number> {
  return (await send<{ unread_count: number }>("PUT", `${messagesPath(group)}/read`, { until })).unread_count;
}

/** `keepalive` where the page is about to go. */
export function deleteMessage(group: string, uuid: string, keepalive: boolean): Promise<unknown> {
  return send("DELETE", `${messagesPath(group)}/${part(uuid)}`, undefined, { keepalive });
}
