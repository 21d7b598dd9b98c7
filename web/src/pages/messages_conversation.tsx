import { useEffect, useRef, useState } from "preact/hooks";
import { isDeleted, removeSoon, useChanges } from "../changes";
import { type Conversation, deleteMessage, findConversation, markMessagesRead, type Message, messagesPath, writeIn } from "../conversations";
import { setUnreadOf, useInbox } from "../inbox";
import { Head } from "../parts/head";
import { MessageList } from "../parts/message_list";
import { Failed, Nothing } from "../parts/notice";
import { SignInFirst } from "../parts/sign_in_first";
import { Skeleton } from "../parts/skeleton";
import { TalkFrame, TalkHead, WriteMessage } from "../parts/talk";
import type { Parameters } from "../router";
import { useSession } from "../session";
import { useTalk } from "../talk";
import { useInWindow, useVisible } from "../visibility";

export const pattern = "/messages/:uuid";
export const title = "Messages";

// Whom the conversation is with: as the list of conversations has it, or who wrote in it. Where neither knows, and there
// are messages, older conversations are looked through.
function useParty(group: string, other: Message | undefined, needed: boolean) {
  const listed = useInbox().conversations.find(({ uuid }) => uuid === group);
  const [found, setFound] = useState<Conversation | null>(null);
  const known = listed ?? other ?? found;
  const unknown = needed && known === null;
  useEffect(() => {
    if (!unknown) return;
    const controller = new AbortController();
    findConversation(({ uuid }) => uuid === group, controller.signal)
      .then(setFound)
      .catch(() => undefined); // it goes without
    return () => controller.abort();
  }, [group, unknown]);
  return known;
}

// What was shown to somebody who can see it is read.
function useMarking(group: string, newest: string | undefined, shown: boolean) {
  const marked = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (!shown || newest === undefined || newest === marked.current) return;
    markMessagesRead(group, newest)
      .then((count) => {
        marked.current = newest;
        setUnreadOf(group, count);
      })
      .catch(() => undefined); // the badge stays, and the next visit tries again
  }, [group, newest, shown]);
}

function Conversing({ group }: { group: string }) {
  const { handle } = useSession();
  const { talk, retry, loadOlder, writing, written, takenBack } = useTalk(messagesPath(group));
  const end = useInWindow("0px 0px 120px 0px");
  const visible = useVisible();
  useChanges();
  const isOwn = (message: Message) => message.handle.toLowerCase() === handle.toLowerCase();
  const { older, pending, state, error } = talk;
  const messages = talk.messages.filter(({ uuid }) => !isDeleted(uuid));
  const theirs = talk.messages.findLast((message) => !isOwn(message));
  const party = useParty(group, theirs, talk.messages.length > 0);
  useMarking(group, theirs?.created_at, end.isIn && visible);

  if (state === "failed") return <Failed error={error} retry={retry} />;
  if (state === "gone") {
    return (
      <>
        <Head title={title} back />
        <Nothing title="There is no such conversation">It may have been another’s, or the other one has left Cruddur.</Nothing>
      </>
    );
  }
  const remove = ({ uuid }: Message) => removeSoon(uuid, (keepalive) => deleteMessage(group, uuid, keepalive), "Message deleted, for both of you.");
  return (
    <>
      <TalkHead party={party} />
      <TalkFrame>
        {state === "loading" ? (
          <Skeleton rows={2} of="messages" />
        ) : (
          <MessageList
            messages={messages}
            pending={pending}
            older={older === null ? null : { state, error, load: loadOlder }}
            isOwn={isOwn}
            isAtEnd={end.isIn}
            remove={remove}
          />
        )}
        <WriteMessage
          draft={`message in ${group}`}
          begin={writing}
          create={async (text, key) => written(await writeIn(group, text, key), key)}
          takeBack={takenBack}
        />
      </TalkFrame>
      <div ref={end.ref} />
    </>
  );
}

export function Page({ parameters: { uuid = "" } }: { parameters: Parameters }) {
  const { state } = useSession();
  if (state === "signed in") return <Conversing group={uuid} />;
  return (
    <>
      <Head title={title} back />
      <SignInFirst>Messages are between two who have accounts.</SignInFirst>
    </>
  );
}
