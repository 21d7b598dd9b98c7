// What stands around every page: the way to the others, who is signed in, and beside it what Cruddur is.
import type { ComponentChildren } from "preact";
import { homeAddress, searchAddress, signInAddress } from "../address";
import { focusContent } from "../focus";
import { signOut, useSession } from "../session";
import { HomeIcon, Mark, PersonIcon, SearchIcon, SignOutIcon } from "./icons";
import { SearchBox } from "./search_box";
import "./frame.css";

function Place({ address, current, children }: { address: string; current: boolean; children: ComponentChildren }) {
  return (
    <a class="place" href={address} aria-current={current ? "page" : undefined}>
      {children}
    </a>
  );
}

// Who is signed in, and the way in or out. Nothing where nobody can sign in.
function Member({ current }: { current: boolean }) {
  const { state, handle, endpoint } = useSession();
  function leave() {
    focusContent();
    void signOut();
  }
  if (state !== "signed in") {
    if (endpoint === null) return null;
    if (endpoint === undefined) return <span class="place" aria-hidden="true" />; // its room, until that is known
    return (
      <Place address={signInAddress()} current={current}>
        <PersonIcon />
        <span>Sign in</span>
      </Place>
    );
  }
  return (
    <>
      {handle !== "" && (
        <p class="member" dir="ltr">
          <span class="unseen">Signed in as </span>@{handle}
        </p>
      )}
      <button type="button" class="place place-button" onClick={leave}>
        <SignOutIcon />
        <span>Sign out</span>
      </button>
    </>
  );
}

// The address behind the # is the page's place, so this link must not change it.
function skip(event: Event) {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

export function Frame({ path, children }: { path: string; children: ComponentChildren }) {
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
            <Place address={homeAddress()} current={path === "/"}>
              <HomeIcon />
              <span>Home</span>
            </Place>
            <Place address={searchAddress()} current={path === "/search"}>
              <SearchIcon />
              <span>Search</span>
            </Place>
            <Member current={path === "/sign-in"} />
          </nav>
        </header>
        <main class="content" id="content" tabIndex={-1}>
          {children}
        </main>
        <aside class="rail" aria-label="About">
          {path !== "/search" && <SearchBox term="" />}
          <section class="about">
            <h2>Nothing lasts here</h2>
            <p>
              Every post has a lifetime, from an hour to thirty days. The ring beside it is what is left; when it is empty, the post is gone.
            </p>
          </section>
        </aside>
      </div>
    </>
  );
}
