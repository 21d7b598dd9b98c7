import { type MouseEvent, useEffect, useRef } from "react";
import { Confirm, NewPassword, Recover, SignIn, SignUp } from "./account";
import { HomeIcon, Mark, PersonIcon, SearchIcon, SignOutIcon } from "./icons";
import { Home, Nowhere, OneActivity, Search } from "./pages";
import { homeAddress, type Route, signInAddress, useRoute } from "./route";
import { SearchBox } from "./search_box";
import { signOut, useSession } from "./session";
import { focusContent } from "./states";

// Null where the page itself knows it, once it has read what it shows.
function titleOf(route: Route): string | null {
  switch (route.name) {
    case "home":
      return "Cruddur";
    case "search":
      return route.term === "" ? "Search · Cruddur" : `${route.term} · Cruddur`;
    case "activity":
      return null; // whose post it is the address only claims
    case "sign-up":
      return "Create an account · Cruddur";
    case "confirm":
      return "Confirm your address · Cruddur";
    case "sign-in":
      return "Sign in · Cruddur";
    case "recover":
      return "Recover your password · Cruddur";
    case "new-password":
      return "Choose a new password · Cruddur";
    case "nowhere":
      return "Nothing here · Cruddur";
  }
}

function Content({ route }: { route: Route }) {
  switch (route.name) {
    case "home":
      return <Home />;
    case "search":
      return <Search term={route.term} />;
    case "activity":
      return <OneActivity uuid={route.uuid} handle={route.handle} />;
    case "sign-up":
      return <SignUp />;
    case "confirm":
      return <Confirm handle={route.handle} />;
    case "sign-in":
      return <SignIn handle={route.handle} />;
    case "recover":
      return <Recover handle={route.handle} />;
    case "new-password":
      return <NewPassword handle={route.handle} />;
    case "nowhere":
      return <Nowhere />;
  }
}

function Place({ address, current, children }: { address: string; current: boolean; children: React.ReactNode }) {
  return (
    <a className="place" href={address} aria-current={current ? "page" : undefined}>
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
    if (endpoint === undefined) return <span className="place" aria-hidden="true" />; // its room, until that is known
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
        <p className="member" dir="ltr">
          <span className="unseen">Signed in as </span>@{handle}
        </p>
      )}
      <button type="button" className="place place-button" onClick={leave}>
        <SignOutIcon />
        <span>Sign out</span>
      </button>
    </>
  );
}

export function App() {
  const route = useRoute();
  const content = useRef<HTMLElement>(null);
  const place = route.name === "activity" ? `activity ${route.uuid}` : route.name;
  const before = useRef(place);

  // A new place begins at its top, and a screen reader is taken there.
  useEffect(() => {
    const title = titleOf(route);
    if (title !== null) document.title = title;
    if (before.current === place) return;
    before.current = place;
    window.scrollTo({ top: 0 });
    content.current?.focus({ preventScroll: true });
  }, [route, place]);

  // The address behind the # is the page's place, so this link must not change it.
  function skip(event: MouseEvent) {
    event.preventDefault();
    content.current?.focus();
  }

  return (
    <>
      <a className="skip" href="#content" onClick={skip}>
        Skip to the posts
      </a>
      <div className="frame">
        <header className="side">
          <a className="brand" href={homeAddress()} aria-label="Cruddur, home">
            <Mark />
            <span>Cruddur</span>
          </a>
          <nav className="places" aria-label="Main">
            <Place address={homeAddress()} current={route.name === "home"}>
              <HomeIcon />
              <span>Home</span>
            </Place>
            <Place address="#/search" current={route.name === "search"}>
              <SearchIcon />
              <span>Search</span>
            </Place>
            <Member current={route.name === "sign-in"} />
          </nav>
        </header>
        <main className="content" id="content" ref={content} tabIndex={-1}>
          <Content route={route} />
        </main>
        <aside className="rail" aria-label="About">
          {route.name !== "search" && <SearchBox term="" />}
          <section className="about">
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
