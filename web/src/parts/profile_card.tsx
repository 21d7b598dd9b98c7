// Who somebody is, and what one can be to them.
import { useState } from "preact/hooks";
import { peopleAddress, profileAddress, signInAddress } from "../address";
import type { Profile } from "../api";
import { block, follow, mute } from "../people";
import { useSession } from "../session";
import { share } from "../share";
import { say } from "../toast";
import { inWords } from "../words";
import { Avatar } from "./avatar";
import { ShareIcon } from "./icons";
import { Menu, type MenuItem } from "./menu";
import { BlockDialog } from "./person_dialogs";
import { ProfileDialog } from "./profile_dialog";
import { RichText } from "./rich_text";
import "./profile_card.css";

type Change = (change: Partial<Profile>) => void;

interface CardProps {
  profile: Profile;
  changed: Change; // what is between the two of them
  edited: (profile: Profile) => void; // one's own
}

// At once, and back where Cruddur does not take it.
function Follow({ profile, changed }: { profile: Profile; changed: Change }) {
  const [busy, setBusy] = useState(false);
  const on = profile.followed === true;
  async function press() {
    if (busy) return;
    setBusy(true);
    changed({ followed: !on, followers_count: Math.max(0, profile.followers_count + (on ? -1 : 1)) });
    try {
      changed(await follow(profile.handle, !on));
    } catch (error) {
      changed({ followed: on, followers_count: profile.followers_count });
      say(inWords(error));
    }
    setBusy(false);
  }
  return (
    <button type="button" class={on ? "button" : "button button-main"} onClick={() => void press()}>
      {on ? "Unfollow" : "Follow"}
      <span class="unseen"> @{profile.handle}</span>
    </button>
  );
}

function Relation({ profile, changed }: { profile: Profile; changed: Change }) {
  const [asked, setAsked] = useState(false);
  const { handle, muted = false, blocked = false } = profile;
  async function unblock() {
    try {
      changed(await block(handle, false));
    } catch (error) {
      say(inWords(error));
    }
  }
  const items: MenuItem[] = [
    { name: muted ? `Unmute @${handle}` : `Mute @${handle}`, run: () => void mute(handle, !muted, (now) => changed({ muted: now })) },
    { name: `Block @${handle}`, run: () => setAsked(true), grave: true },
  ];
  return (
    <>
      {blocked ? (
        <button type="button" class="button" onClick={() => void unblock()}>
          Unblock<span class="unseen"> @{handle}</span>
        </button>
      ) : (
        <>
          <Follow profile={profile} changed={changed} />
          <Menu label={`More about @${handle}`} items={items} />
        </>
      )}
      {asked && <BlockDialog handle={handle} close={() => setAsked(false)} blocked={changed} />}
    </>
  );
}

// Their room is there before it is known what they are.
function Acts({ profile, changed, edited }: CardProps) {
  const { state, handle, endpoint } = useSession();
  const [editing, setEditing] = useState(false);
  const own = handle.toLowerCase() === profile.handle.toLowerCase();
  return (
    <div class="profile-acts">
      {state === "signed in" && own && (
        <button type="button" class="button" onClick={() => setEditing(true)}>
          Edit profile
        </button>
      )}
      {state === "signed in" && !own && profile.followed !== undefined && <Relation profile={profile} changed={changed} />}
      {state !== "signed in" && endpoint != null && (
        <a class="button" href={signInAddress()}>
          Sign in to follow
        </a>
      )}
      <button type="button" class="act" onClick={() => void share(profile.display_name, profileAddress(profile.handle))}>
        <ShareIcon />
        <span class="unseen">Share this profile</span>
      </button>
      {editing && <ProfileDialog profile={profile} changed={edited} close={() => setEditing(false)} />}
    </div>
  );
}

function Counts({ profile: { handle, cruds_count, followers_count, following_count } }: { profile: Profile }) {
  return (
    <ul class="profile-counts" role="list">
      <li>
        <b>{cruds_count}</b> {cruds_count === 1 ? "post" : "posts"}
      </li>
      <li>
        <a href={peopleAddress(handle, "followers")}>
          <b>{followers_count}</b> {followers_count === 1 ? "follower" : "followers"}
        </a>
      </li>
      <li>
        <a href={peopleAddress(handle, "following")}>
          <b>{following_count}</b> following
        </a>
      </li>
    </ul>
  );
}

/** The server writes the same into its documents (src/app/pages/lines.cpp). */
export function ProfileCard({ profile, changed, edited }: CardProps) {
  const { display_name, handle, bio, follows_you, muted, blocked } = profile;
  return (
    <section class="panel profile" aria-labelledby="profile-name">
      <Avatar name={display_name} handle={handle} />
      <Acts profile={profile} changed={changed} edited={edited} />
      <h1 class="name" id="profile-name">
        <bdi>{display_name}</bdi>
      </h1>
      <p class="profile-handle">
        <span class="handle" dir="ltr">
          @{handle}
        </span>
        {follows_you === true && <span class="tag">Follows you</span>}
        {muted === true && <span class="tag">Muted</span>}
        {blocked === true && <span class="tag">Blocked</span>}
      </p>
      {bio !== null && bio !== "" && (
        <p class="bio" dir="auto">
          <RichText text={bio} />
        </p>
      )}
      <Counts profile={profile} />
    </section>
  );
}
