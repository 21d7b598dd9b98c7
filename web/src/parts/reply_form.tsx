import { type Activity, createReply } from "../api";
import { countReply } from "../changes";
import { pendingActivity } from "../pending";
import { useSession } from "../session";
import { useWriting } from "../writing";
import { WritingForm } from "./writing_field";

const charactersMax = 1024;

interface ReplyProps {
  parent: Activity;
  written?: (reply: Activity, instead?: string) => void; // shows it, as on its way and as it came to be
  takenBack?: (uuid: string) => void;
  done?: (reply: Activity) => void;
}

export function ReplyForm({ parent, written, takenBack, done }: ReplyProps) {
  const session = useSession();
  const writing = useWriting({
    draft: `reply to ${parent.uuid}`,
    charactersMax,
    begin: (text, key) => {
      countReply(parent, 1);
      written?.(pendingActivity(key, text, session, parent.expires_at, parent.uuid));
    },
    create: async (text, key) => {
      const reply = await createReply(parent.uuid, text, key);
      written?.(reply, key);
      done?.(reply);
    },
    takeBack: (key) => {
      countReply(parent, -1);
      takenBack?.(key);
    },
  });
  return (
    <WritingForm
      writing={writing}
      name={`Reply to ${parent.display_name}`}
      label="Your reply"
      placeholder={`Reply to @${parent.handle}`}
      action="Reply"
      doing="Replying…"
      done="Replied."
    />
  );
}
