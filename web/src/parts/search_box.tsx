import { useId, useState } from "preact/hooks";
import { goTo, searchAddress } from "../address";
import { SearchIcon } from "./icons";
import "./search_box.css";

interface SearchProps {
  value: string;
  change: (value: string) => void;
  submit: () => void;
}

export function SearchField({ value, change, submit }: SearchProps) {
  const id = useId();
  return (
    <form
      class="search-box"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        if (value.trim() !== "") submit();
      }}
    >
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
        value={value}
        onInput={(event) => change(event.currentTarget.value)}
      />
    </form>
  );
}

/** Leads to the search from any page. */
export function SearchBox() {
  const [typed, setTyped] = useState("");
  return (
    <SearchField
      value={typed}
      change={setTyped}
      submit={() => {
        setTyped("");
        goTo(searchAddress(typed.trim()));
      }}
    />
  );
}
