// People: who they are, who follows whom, and what whom is signed in is to another.
import { type Profile, send } from "./api";
import { hide } from "./changes";
import { Failure, isNotFound } from "./failure";
import { forgetLists } from "./kept";
import { say } from "./toast";
import { inWords } from "./words";

const part = encodeURIComponent;

export const peoplePath = (handle: string, which: "followers" | "following") => `/api/users/@${part(handle)}/${which}`;
export const peopleSearchPath = (term: string) => `/api/users/search?term=${part(term)}&limit=5`;

export function updateProfile(display_name: string, bio: string): Promise<Profile> {
  return send("PUT", "/api/profile/update", { display_name, bio });
}

async function relate(handle: string, how: "follow" | "mute" | "block", on: boolean): Promise<Profile> {
  try {
    return await send<Profile>(on ? "PUT" : "DELETE", `/api/users/@${part(handle)}/${how}`);
  } catch (error) {
    throw isNotFound(error) ? new Failure(["person_gone"], 404) : error;
  }
}

export async function follow(handle: string, on: boolean): Promise<Profile> {
  const profile = await relate(handle, "follow", on);
  forgetLists();
  return profile;
}

/** At once, and back where Cruddur does not take it, of which it says why. `done` is told how it is in the end. */
export async function mute(handle: string, on: boolean, done: (muted: boolean) => void = () => undefined): Promise<void> {
  hide(handle, on ? "muted" : null);
  done(on);
  try {
    await relate(handle, "mute", on);
    if (!on) forgetLists();
    say(on ? `@${handle} is muted: your feeds leave their posts out.` : `@${handle} is muted no longer.`, {
      action: { name: "Undo", run: () => void mute(handle, !on, done) },
    });
  } catch (error) {
    hide(handle, on ? null : "muted");
    done(!on);
    say(inWords(error));
  }
}

/** Not before Cruddur has it: a block is not to be believed where it does not hold. */
export async function block(handle: string, on: boolean): Promise<Profile> {
  const profile = await relate(handle, "block", on);
  hide(handle, on ? "blocked" : null);
  if (!on) forgetLists();
  say(on ? `@${handle} is blocked.` : `@${handle} is blocked no longer.`);
  return profile;
}
