import { useCallback, useState } from "preact/hooks";
import { conversationAddress, replaceAddress, searchAddress } from "../address";
import { type Person, readList, send } from "../api";
import { findConversation, type Message, messagesWithPath, writeTo } from "../conversations";
import { isNotFound } from "../failure";
import { Head } from "../parts/head";
import { MessageList } from "../parts/message_list";
import { Failed, Nothing } from "../parts/notice";
import { SignInFirst } from "../parts/sign_in_first";
import { Skeleton } from "../parts/skeleton";
import { TalkFrame, TalkHead, WriteMessage } from "../parts/talk";
import { useReading } from "../reading";
import type { Parameters } from "../router";
import { useSession } from "../session";

export const pattern = "/messages/new/:handle";
export const title = "Messages";

// Who it is. One who has been written to, or has written, is read on at the conversation's own address. Nobody, and whom a
// block stands between, is a 404.
async function open(handle: string, signal: AbortSignal): Promise<Person> {
  const [person, begun] = await Promise.all([
    send<Person>("GET", `/api/users/@${encodeURIComponent(handle)}/short`, undefined, { signal }),
    readList<Message>(messagesWithPath(handle), signal),
  ]);
  const found = begun.items.length > 0 ? await findConversation((one) => one.handle === person.handle, signal) : null;
  if (found !== null && !signal.aborted) replaceAddress(conversationAddress(found.uuid));
  return person;
}

function Beginning({ handle }: { handle: string }) {
  const { reading, retry } = useReading(useCallback((signal: AbortSignal) => open(handle, signal), [handle]));
  const [pending, setPending] = useState<Message[]>([]);
  if (reading.state === "failed") {
    return (
      <>
        <Head title={title} back />
        {isNotFound(reading.error) ? (
          <Nothing title="Nobody to write to">
            There is nobody with the handle @{handle}. <a href={searchAddress()}>Search for somebody</a>
          </Nothing>
        ) : (
          <Failed error={reading.error} retry={retry} />
        )}
      </>
    );
  }
  return (
    <>
      <TalkHead party={reading.state === "read" ? reading.value : null} />
      <TalkFrame>
        {reading.state === "loading" ? (
          <Skeleton rows={1} of="messages" />
        ) : (
          <MessageList messages={[]} pending={pending} older={null} isOwn={() => true} isAtEnd />
        )}
        <WriteMessage
          draft={`message to ${handle.toLowerCase()}`}
          begin={(message) => setPending([message])}
          create={async (text, key) => replaceAddress(conversationAddress(await writeTo(handle, text, key)))}
          takeBack={() => setPending([])}
        />
      </TalkFrame>
    </>
  );
}

export function Page({ parameters: { handle = "" } }: { parameters: Parameters }) {
  const { state, handle: own } = useSession();
  if (state === "signed in" && handle.toLowerCase() !== own.toLowerCase()) return <Beginning handle={handle} />;
  return (
    <>
      <Head title={title} back />
      {state === "signed in" ? (
        <Nothing title="That is you">Messages are between two.</Nothing>
      ) : (
        <SignInFirst>Messages are between two who have accounts.</SignInFirst>
      )}
    </>
  );
}
