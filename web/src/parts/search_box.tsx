import { useEffect, useId, useState } from "preact/hooks";
import { goTo, searchAddress } from "../address";
import { SearchIcon } from "./icons";
import "./search_box.css";

export function SearchBox({ term }: { term: string }) {
  const id = useId();
  const [typed, setTyped] = useState(term);
  useEffect(() => setTyped(term), [term]);

  function submit(event: Event) {
    event.preventDefault();
    if (typed.trim() !== "") goTo(searchAddress(typed.trim()));
  }

  return (
    <form class="search-box" role="search" onSubmit={submit}>
      <label class="unseen" for={id}>
        Search posts
      </label>
      <SearchIcon />
      <input
        id={id}
        type="search"
        dir="auto"
        placeholder="Search posts"
        autocomplete="off"
        enterkeyhint="search"
        maxlength={200}
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
    </form>
  );
}
