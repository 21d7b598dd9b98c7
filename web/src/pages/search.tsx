import { useEffect, useRef, useState } from "preact/hooks";
import { replaceAddress, searchAddress } from "../address";
import { type Person, searchPath } from "../api";
import { type Source, useFeed } from "../feed";
import { type Paging, usePaged } from "../paged";
import { ActivityList } from "../parts/activity_list";
import { Head } from "../parts/head";
import { Nothing } from "../parts/notice";
import { MorePeople, PeopleList } from "../parts/people_list";
import { SearchField } from "../parts/search_box";
import { Skeleton } from "../parts/skeleton";
import { peopleSearchPath } from "../people";
import { useReading } from "../reading";
import type { Parameters } from "../router";
import { readRecentTags } from "../tags";
import "./search.css";

export const pattern = "/search";
export const title = ({ term = "" }: Parameters) => term.trim() || "Search";

const pauseMs = 300; // as long as one stops between two letters

// What is typed is looked for as the beginning of a word, until it ends with anything but a letter.
function termOf(typed: string): string {
  return /(^|\s)[\p{L}\p{N}]{2,}$/u.test(typed) ? `${typed}*` : typed;
}

// What can begin a name or a handle. Of anything else, such as #tags and whole phrases, nobody is called.
const nameForm = /^@?[\p{L}\p{M}\p{N}_.\-’' ]+$/u;

function Posts({ term, source, people = false }: { term: string; source: Source; people?: boolean }) {
  return (
    <ActivityList
      source={source}
      label={`Posts with “${term}”`}
      nothing={
        <Nothing title={people ? "No posts" : "Nothing found"}>
          No living post holds “<bdi>{term}</bdi>”. Posts that have expired cannot be found.
        </Nothing>
      }
    />
  );
}

function People({ term, paged }: { term: string; paged: Paging<Person> }) {
  const { list } = paged;
  if (list.state === "failed") return <p class="people-failed">People could not be looked up just now.</p>;
  if (list.items.length === 0) return null;
  return (
    <div class="people-found">
      <PeopleList people={list.items} label={`People called “${term}”`} />
      <MorePeople paged={paged} />
    </div>
  );
}

// The people stand above the posts, which wait for them: else they would be pushed down by them.
function PeopleAndPosts({ term }: { term: string }) {
  const posts = useFeed(searchPath(termOf(term)));
  const people = usePaged<Person>(peopleSearchPath(term));
  if (people.list.state === "loading") return <Skeleton />;
  return (
    <>
      <People term={term} paged={people} />
      <Posts term={term} source={posts} people={people.list.items.length > 0} />
    </>
  );
}

function PostsAlone({ term }: { term: string }) {
  return <Posts term={term} source={useFeed(searchPath(termOf(term)))} />;
}

function Tags() {
  const { reading } = useReading(readRecentTags);
  if (reading.state !== "read" || reading.value.length === 0) return null;
  return (
    <section class="tags" aria-label="Recent tags">
      <h2>Recent tags</h2>
      <ul role="list">
        {reading.value.map((tag) => (
          <li key={tag}>
            <a class="tag-link" href={searchAddress(`#${tag}`)}>
              #{tag}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Page({ parameters }: { parameters: Parameters }) {
  const term = parameters["term"]?.trim() ?? "";
  const [typed, setTyped] = useState(term);
  const sought = useRef(term);
  function seek(): void {
    sought.current = typed.trim();
    replaceAddress(searchAddress(sought.current));
  }
  // By a link, or Back. What is sought from here is in the field, and more may be by now.
  useEffect(() => {
    if (sought.current === term) return;
    sought.current = term;
    setTyped(term);
  }, [term]);
  useEffect(() => {
    if (typed.trim() === sought.current) return;
    const timer = window.setTimeout(seek, pauseMs);
    return () => window.clearTimeout(timer);
  }, [typed]);

  return (
    <>
      <Head title="Search" back />
      <div class="search-here">
        <SearchField value={typed} change={setTyped} submit={seek} />
      </div>
      {term === "" ? (
        <>
          <Nothing title="Search posts and people">Words and their beginnings, “whole phrases” in quotes, #tags, @handles, and from:handle.</Nothing>
          <Tags />
        </>
      ) : nameForm.test(term) ? (
        <PeopleAndPosts key={term} term={term} />
      ) : (
        <PostsAlone key={term} term={term} />
      )}
    </>
  );
}
