import { type FormEvent, useEffect, useId, useState } from "react";
import { SearchIcon } from "./icons";
import { goTo, searchAddress } from "./route";

export function SearchBox({ term }: { term: string }) {
  const id = useId();
  const [typed, setTyped] = useState(term);
  useEffect(() => setTyped(term), [term]);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (typed.trim() !== "") goTo(searchAddress(typed.trim()));
  }

  return (
    <form className="search-box" role="search" onSubmit={submit}>
      <label className="unseen" htmlFor={id}>
        Search posts
      </label>
      <SearchIcon />
      <input
        id={id}
        type="search"
        dir="auto"
        placeholder="Search posts"
        autoComplete="off"
        enterKeyHint="search"
        maxLength={200}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
    </form>
  );
}
