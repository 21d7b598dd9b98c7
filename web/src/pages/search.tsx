import { useEffect, useState } from "preact/hooks";
import { replaceAddress, searchAddress } from "../address";
import { searchPath } from "../api";
import { useFeed } from "../feed";
import { ActivityList } from "../parts/activity_list";
import { Head } from "../parts/head";
import { Nothing } from "../parts/notice";
import { SearchField } from "../parts/search_box";
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

function Posts({ term }: { term: string }) {
  const source = useFeed(searchPath(termOf(term)));
  return (
    <ActivityList
      source={source}
      label={`Posts with “${term}”`}
      nothing={
        <Nothing title="Nothing found">
          No living post holds “<bdi>{term}</bdi>”. Posts that have expired cannot be found.
        </Nothing>
      }
    />
  );
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
  useEffect(() => setTyped((before) => (before.trim() === term ? before : term)), [term]);
  useEffect(() => {
    if (typed.trim() === term) return;
    const timer = window.setTimeout(() => replaceAddress(searchAddress(typed.trim())), pauseMs);
    return () => window.clearTimeout(timer);
  }, [typed, term]);

  return (
    <>
      <Head title="Search" back />
      <div class="search-here">
        <SearchField value={typed} change={setTyped} submit={() => replaceAddress(searchAddress(typed.trim()))} />
      </div>
      {term === "" ? (
        <>
          <Nothing title="Search posts">Words and their beginnings, “whole phrases” in quotes, #tags, @handles, and from:handle.</Nothing>
          <Tags />
        </>
      ) : (
        <Posts key={term} term={term} />
      )}
    </>
  );
}
