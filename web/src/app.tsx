import { type MouseEvent, useEffect, useRef } from "react";
import { HomeIcon, Mark, SearchIcon } from "./icons";
import { Home, Nowhere, OneActivity, Search } from "./pages";
import { homeAddress, type Route, useRoute } from "./route";
import { SearchBox } from "./search_box";

function titleOf(route: Route): string {
  switch (route.name) {
    case "home":
      return "Cruddur";
    case "search":
      return route.term === "" ? "Search · Cruddur" : `${route.term} · Cruddur`;
    case "activity":
      return `Post by @${route.handle} · Cruddur`;
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
      return <OneActivity uuid={route.uuid} />;
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

export function App() {
  const route = useRoute();
  const content = useRef<HTMLElement>(null);
  const place = route.name === "activity" ? `activity ${route.uuid}` : route.name;
  const before = useRef(place);

  // A new place begins at its top, and a screen reader is taken there.
  useEffect(() => {
    document.title = titleOf(route);
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
