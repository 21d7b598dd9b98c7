import type { Activity } from "./api";

/** A post or reply as it is shown until Cruddur has it: its key stands for its uuid. */
export function pendingActivity(
  key: string,
  message: string,
  writer: { name: string; handle: string },
  expiresAt: string | null,
  replyTo: string | null = null,
): Activity {
  return {
    uuid: key,
    display_name: writer.name === "" ? "You" : writer.name,
    handle: writer.handle,
    message,
    replies_count: 0,
    reposts_count: 0,
    likes_count: 0,
    reply_to_activity_uuid: replyTo,
    expires_at: expiresAt,
    created_at: new Date().toISOString(),
    replies: [],
    pending: true,
  };
}
