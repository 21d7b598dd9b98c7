// What the pages of one conversation share: whom it is with, and the form at its lower end.
import type { ComponentChildren } from "preact";
import { conversationsAddress, profileAddress } from "../address";
import type { Message } from "../conversations";
import { Failure, isNotFound } from "../failure";
import { useSession } from "../session";
import { useWriting } from "../writing";
import { BackIcon } from "./icons";
import { WritingForm } from "./writing_field";
import "./head.css";
import "./talk.css";

const charactersMax = 1024;

interface Party {
  display_name: string;
  handle: string;
}

export function TalkHead({ party }: { party: Party | null }) {
  return (
    <div class="head talk-head">
      <a class="back" href={conversationsAddress()} aria-label="Back to the conversations">
        <BackIcon />
      </a>
      <h1 class="head-title">
        {party === null ? (
          "Messages"
        ) : (
          <a class="head-person" href={profileAddress(party.handle)}>
            <bdi>{party.display_name}</bdi>{" "}
            <span class="handle" dir="ltr">
              @{party.handle}
            </span>
          </a>
        )}
      </h1>
    </div>
  );
}

/** As high as the window, so that the form stands at its lower edge from the beginning. */
export function TalkFrame({ children }: { children: ComponentChildren }) {
  return <div class="talk">{children}</div>;
}

interface WriteProps {
  draft: string; // names where it is kept
  begin: (message: Message) => void; // shows it, as on its way: its uuid is the key
  create: (text: string, key: string) => Promise<void>;
  takeBack: (key: string) => void;
}

export function WriteMessage({ draft, begin, create, takeBack }: WriteProps) {
  const { name, handle } = useSession();
  const writing = useWriting({
    draft,
    charactersMax,
    begin: (text, key) => begin({ uuid: key, display_name: name, handle, message: text, created_at: new Date().toISOString() }),
    create: async (text, key) => {
      try {
        await create(text, key);
      } catch (error) {
        throw isNotFound(error) ? new Failure(["nobody_there"], 404) : error;
      }
    },
    takeBack,
  });
  return (
    <section class="panel talk-write">
      <WritingForm
        writing={writing}
        name="Write a message"
        label="Your message"
        placeholder="Write a message"
        action="Send"
        doing="Sending…"
        done="Sent."
      />
    </section>
  );
}
