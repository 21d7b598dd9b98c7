// What one can do with a post: reply, repost, like, share, and what its menu holds.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { activityAddress, goTo, homeAddress } from "../address";
import type { Activity } from "../api";
import { deleteSoon, toggle } from "../changes";
import { keepFocus } from "../focus";
import { mute } from "../people";
import { useSession } from "../session";
import { share } from "../share";
import { LikeIcon, ReplyIcon, RepostIcon, ShareIcon } from "./icons";
import { Menu, type MenuItem } from "./menu";
import { BlockDialog, ReportDialog } from "./person_dialogs";
import "./reactions.css";

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function Count({ count, one, many }: { count: number; one: string; many: string }) {
  return (
    <>
      <span>{count < 1000 ? count : compact.format(count)}</span>
      <span class="unseen"> {count === 1 ? one : many}</span>
    </>
  );
}

interface MarkProps {
  on: boolean | undefined; // undefined: nobody is signed in
  does: string;
  letter?: string;
  press: () => void;
  icon: ComponentChildren;
  count: ComponentChildren;
}

function Mark({ on, does, letter, press, icon, count }: MarkProps) {
  if (on === undefined)
    return (
      <li class="count">
        {icon}
        {count}
      </li>
    );
  return (
    <li class="count">
      <button type="button" class={on ? "act act-on" : "act"} aria-pressed={on} data-key={letter} onClick={press}>
        {icon}
        <span class="unseen">{does}</span>
      </button>
      {count}
    </li>
  );
}

interface ReactionsProps {
  activity: Activity;
  alone: boolean;
  reply: (() => void) | null; // opens or closes the form; null where one cannot, or where it is open anyway
  replying: boolean;
}

export function Reactions({ activity, alone, reply, replying }: ReactionsProps) {
  const address = activityAddress(activity.handle, activity.uuid);
  const replies = <Count count={activity.replies_count} one="reply" many="replies" />;
  return (
    <>
      <ul class="counts" role="list">
        <li class="count">
          {reply === null ? (
            <ReplyIcon />
          ) : (
            <button type="button" class="act" aria-expanded={replying} data-key="r" onClick={reply}>
              <ReplyIcon />
              <span class="unseen">Reply to {activity.display_name}</span>
            </button>
          )}
          {alone ? <span>{replies}</span> : <a href={address}>{replies}</a>}
        </li>
        <Mark
          on={activity.reposted}
          does="Repost"
          press={() => void toggle(activity, "repost")}
          icon={<RepostIcon />}
          count={<Count count={activity.reposts_count} one="repost" many="reposts" />}
        />
        <Mark
          on={activity.liked}
          does="Like"
          letter="l"
          press={() => void toggle(activity, "like")}
          icon={<LikeIcon />}
          count={<Count count={activity.likes_count} one="like" many="likes" />}
        />
      </ul>
      <div class="more-acts">
        <button type="button" class="act" onClick={() => void share(`Post by ${activity.display_name}`, address)}>
          <ShareIcon />
          <span class="unseen">Share this post</span>
        </button>
        <PostMenu activity={activity} alone={alone} />
      </div>
    </>
  );
}

function PostMenu({ activity, alone }: { activity: Activity; alone: boolean }) {
  const { state, handle } = useSession();
  const [asked, setAsked] = useState<"block" | "report" | null>(null);
  if (state !== "signed in" || handle === "") return null;
  const author = activity.handle;
  const close = () => setAsked(null);
  function leave(): void {
    if (alone) goTo(homeAddress());
    else keepFocus();
  }
  function remove(): void {
    deleteSoon(activity);
    leave();
  }
  function muteAuthor(): void {
    void mute(author, true);
    keepFocus();
  }
  const items: MenuItem[] =
    author.toLowerCase() === handle.toLowerCase()
      ? [{ name: "Delete", grave: true, run: remove }]
      : [
          { name: `Mute @${author}`, run: muteAuthor },
          { name: `Block @${author}`, grave: true, run: () => setAsked("block") },
          { name: "Report this post", grave: true, run: () => setAsked("report") },
        ];
  return (
    <>
      <Menu label={`More about this post by ${activity.display_name}`} items={items} />
      {asked === "block" && <BlockDialog handle={author} close={close} blocked={leave} />}
      {asked === "report" && <ReportDialog activity={activity} close={close} />}
    </>
  );
}
