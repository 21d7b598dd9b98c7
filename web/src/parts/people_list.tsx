import { profileAddress } from "../address";
import type { Person } from "../api";
import type { Paging } from "../paged";
import { inWords } from "../words";
import { Avatar } from "./avatar";
import "./activity_card.css";
import "./people_list.css";

export function PeopleList({ people, label }: { people: readonly Person[]; label: string }) {
  return (
    <ul class="panel people" role="list" aria-label={label}>
      {people.map((person) => (
        <li key={person.uuid}>
          <a class="person" href={profileAddress(person.handle)}>
            <Avatar name={person.display_name} handle={person.handle} />
            <span class="person-names">
              <bdi class="name">{person.display_name}</bdi>
              <span class="handle" dir="ltr">
                @{person.handle}
              </span>
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

/** What brings the list's next page, while there is one. It keeps the focus while it works. */
export function MorePeople({ paged: { list, loadMore } }: { paged: Paging<Person> }) {
  if (list.next === null) return null;
  const busy = list.state === "loading more";
  return (
    <div class="more">
      {list.state === "failed more" && <p role="alert">{inWords(list.error)}</p>}
      <button type="button" class="button" aria-disabled={busy} onClick={() => void loadMore()}>
        {busy ? "Loading…" : "More people"}
      </button>
    </div>
  );
}
