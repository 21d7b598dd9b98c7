import { useState } from "preact/hooks";
import { type Activity, createActivity } from "../api";
import { pendingActivity } from "../pending";
import { useSession } from "../session";
import { ofTab } from "../storage";
import { useWriting } from "../writing";
import { WritingForm } from "./writing_field";

const charactersMax = 280;
const ttlKey = "draft lives for";

const lifetimes = [
  ["30-days", "30 days", 30 * 24],
  ["7-days", "7 days", 7 * 24],
  ["3-days", "3 days", 3 * 24],
  ["1-day", "1 day", 24],
  ["12-hours", "12 hours", 12],
  ["3-hours", "3 hours", 3],
  ["1-hour", "1 hour", 1],
] as const;

interface ComposeProps {
  written: (activity: Activity, instead?: string) => void;
  takenBack: (uuid: string) => void;
}

/** Writes a post. It stands in the list at once; what Cruddur does not take comes back to be sent again. */
export function Compose({ written, takenBack }: ComposeProps) {
  const session = useSession();
  const [ttl, setTtl] = useState(() => ofTab.getItem(ttlKey) ?? "7-days");
  function choose(to: string): void {
    ofTab.setItem(ttlKey, to);
    setTtl(to);
  }
  const writing = useWriting({
    draft: "draft",
    charactersMax,
    variant: ttl,
    begin: (text, key) => {
      const hours = lifetimes.find(([value]) => value === ttl)?.[2] ?? 0;
      written(pendingActivity(key, text, session, new Date(Date.now() + hours * 3_600_000).toISOString()));
    },
    create: async (text, key) => written(await createActivity(text, ttl, key), key),
    takeBack: takenBack,
  });
  return (
    <section class="panel compose-panel">
      <WritingForm
        writing={writing}
        name="Write a post"
        label="Your post"
        placeholder="What will be gone by next week?"
        action="Post"
        doing="Posting…"
        done="Posted."
      >
        <label class="ttl">
          <span>Lives for</span>
          <select value={ttl} onChange={(event) => choose(event.currentTarget.value)}>
            {lifetimes.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </label>
      </WritingForm>
    </section>
  );
}
