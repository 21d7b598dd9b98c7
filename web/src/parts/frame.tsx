// What stands around every page: the way to the others, who is signed in, and beside it what Cruddur is.
import type { ComponentChildren } from "preact";
import { aboutAddress, conversationsAddress, followingAddress, homeAddress, notificationsAddress, privacyAddress, profileAddress, searchAddress, settingsAddress, signInAddress } from "../address";
import { countUnreadMessages, useInbox, useInboxPolling } from "../inbox";
import { useOnline } from "../network";
import { useSession } from "../session";
import { useUnread, useUnreadPolling } from "../unread";
import { Help } from "./help";
import { BellIcon, HomeIcon, Mark, MessageIcon, PersonIcon, SearchIcon, SettingsIcon } from "./icons";
import { SearchBox } from "./search_box";
import { ToastPlace } from "./toast";
import "./frame.css";

function Place({ address, current, children }: { address: string; current: boolean; children: ComponentChildren }) {
  return (
    <a class="place" href={address} aria-current={current ? "page" : undefined}>
      {children}
    </a>
  );
}

// The way in; nothing where nobody can sign in. Its room stays until that is known.
function WayIn({ current }: { current: boolean }) {
  const { state, endpoint } = useSession();
  if (state === "signed in" || endpoint === null) return null;
  if (endpoint === undefined) return <span class="place" aria-hidden="true" />;
  return (
    <Place address={signInAddress()} current={current}>
      <PersonIcon />
      <span>Sign in</span>
    </Place>
  );
}

function Badge({ count, of }: { count: number; of: string }) {
  if (count === 0) return null;
  return (
    <span class="badge">
      {count > 99 ? "99+" : count}
      <span class="unseen"> {of}</span>
    </span>
  );
}

// Of whom is signed in.
function Notifications({ current }: { current: boolean }) {
  const unread = useUnread();
  useUnreadPolling();
  return (
    <Place address={notificationsAddress()} current={current}>
      <BellIcon />
      <span>Notifications</span>
      <Badge count={unread} of="unread" />
    </Place>
  );
}

// Of whom is signed in.
function Messages({ current }: { current: boolean }) {
  const unread = countUnreadMessages(useInbox());
  useInboxPolling();
  return (
    <Place address={conversationsAddress()} current={current}>
      <MessageIcon />
      <span>Messages</span>
      <Badge count={unread} of="unread" />
    </Place>
  );
}

// An address with a # would be a step of its own in the history.
function skip(event: Event) {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function Offline() {
  if (useOnline()) return null;
  return (
    <p class="offline" role="status">
      You are offline. What you see may be old; what you write is kept.
    </p>
  );
}

export function Frame({ path, children }: { path: string; children: ComponentChildren }) {
  const { state, handle } = useSession();
  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        Skip to the posts
      </a>
      <div class="frame">
        <header class="side">
          <a class="brand" href={homeAddress()} aria-label="Cruddur, home">
            <Mark />
            <span>Cruddur</span>
          </a>
          <nav class="places" aria-label="Main">
            <Place address={homeAddress()} current={path === homeAddress() || path === followingAddress()}>
              <HomeIcon />
              <span>Home</span>
            </Place>
            <Place address={searchAddress()} current={path === "/search"}>
              <SearchIcon />
              <span>Search</span>
            </Place>
            {state === "signed in" && <Notifications current={path === "/notifications"} />}
            {state === "signed in" && <Messages current={path === "/messages"} />}
            {state === "signed in" && handle !== "" && (
              <Place address={profileAddress(handle)} current={path === profileAddress(handle)}>
                <PersonIcon />
                <span>Profile</span>
              </Place>
            )}
            <WayIn current={path === "/signin"} />
            <Place address={settingsAddress()} current={path === "/settings"}>
              <SettingsIcon />
              <span>Settings</span>
            </Place>
          </nav>
          {state === "signed in" && handle !== "" && (
            <p class="member" dir="ltr">
              <span class="unseen">Signed in as </span>@{handle}
            </p>
          )}
        </header>
        <main class="content" id="content" tabIndex={-1}>
          <Offline />
          {children}
        </main>
        <aside class="rail" aria-label="About">
          {path !== "/search" && <SearchBox />}
          <section class="about">
            <h2>Nothing lasts here</h2>
            <p>
              Every post has a lifetime, from an hour to thirty days. The ring beside it is what is left; when it is empty, the post is gone.
            </p>
            <p class="about-links">
              <a href={aboutAddress()}>About</a> <a href={privacyAddress()}>Privacy</a>
            </p>
          </section>
        </aside>
      </div>
      <ToastPlace />
      <Help withAccount={state === "signed in"} />
    </>
  );
}
