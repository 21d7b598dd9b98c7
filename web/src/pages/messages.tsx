import { conversationAddress, searchAddress } from "../address";
import { age, useNow } from "../clock";
import type { Conversation } from "../conversations";
import { askInboxAgain, loadOlderConversations, useInbox, useInboxPollingOften } from "../inbox";
import { Avatar } from "../parts/avatar";
import { Head } from "../parts/head";
import { Failed, Nothing } from "../parts/notice";
import { SignInFirst } from "../parts/sign_in_first";
import { Skeleton } from "../parts/skeleton";
import { useSession } from "../session";
import { inWords } from "../words";
import "../parts/activity_list.css";
import "./messages.css";

export const pattern = "/messages";
export const title = "Messages";

function Row({ conversation, now }: { conversation: Conversation; now: number }) {
  const { uuid, display_name, handle, message, created_at, unread_count } = conversation;
  return (
    <li>
      <a class="conversation" href={conversationAddress(uuid)}>
        <Avatar name={display_name} handle={handle} />
        <span class="conversation-what">
          <span class="conversation-who">
            <bdi class="name">{display_name}</bdi>
            <span class="handle" dir="ltr">
              @{handle}
            </span>
            <time datetime={created_at}>{age(created_at, now)}</time>
          </span>
          <span class="conversation-last" dir="auto">
            {message}
          </span>
        </span>
        {unread_count > 0 && (
          <span class="badge">
            {unread_count > 99 ? "99+" : unread_count}
            <span class="unseen"> unread</span>
          </span>
        )}
      </a>
    </li>
  );
}

function List() {
  const { conversations, older, state, error } = useInbox();
  const now = useNow();
  useInboxPollingOften();
  if (state === "loading" && conversations.length === 0) return <Skeleton />;
  if (state === "failed") return <Failed error={error} retry={askInboxAgain} />;
  if (conversations.length === 0) {
    return (
      <Nothing title="No conversations yet">
        One begins with “Message” on somebody’s profile. <a href={searchAddress()}>Search for somebody</a>
      </Nothing>
    );
  }
  const busy = state === "loading more";
  return (
    <>
      <ul class="panel conversations" role="list" aria-label="Conversations">
        {conversations.map((one) => (
          <Row key={one.uuid} conversation={one} now={now} />
        ))}
      </ul>
      {older !== null && (
        <div class="more">
          {state === "failed more" && <p role="alert">{inWords(error)}</p>}
          <button type="button" class="button" aria-disabled={busy} onClick={() => void loadOlderConversations()}>
            {busy ? "Loading…" : state === "failed more" ? "Try again" : "Older conversations"}
          </button>
        </div>
      )}
    </>
  );
}

export function Page() {
  const { state } = useSession();
  return (
    <>
      <Head title={title} back />
      {state === "signed in" ? <List /> : <SignInFirst>Messages are between two who have accounts.</SignInFirst>}
    </>
  );
}
