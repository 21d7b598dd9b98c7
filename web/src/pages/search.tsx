import { searchPath } from "../api";
import { useFeed } from "../feed";
import { ActivityList } from "../parts/activity_list";
import { Head } from "../parts/head";
import { Nothing } from "../parts/notice";
import { SearchBox } from "../parts/search_box";
import type { Parameters } from "../router";
import "./search.css";

export const pattern = "/search";
export const title = ({ term = "" }: Parameters) => term.trim() || "Search";

function Results({ term }: { term: string }) {
  const source = useFeed(searchPath(term), false);
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

export function Page({ parameters }: { parameters: Parameters }) {
  const term = parameters["term"]?.trim() ?? "";
  return (
    <>
      <Head title="Search" back />
      <div class="search-here">
        <SearchBox term={term} />
      </div>
      {term === "" ? <Nothing title="Search posts">Any part of a word will do, in any script.</Nothing> : <Results key={term} term={term} />}
    </>
  );
}
