// Who follows somebody, and whom they follow.
import { useEffect } from "preact/hooks";
import { profileAddress } from "../address";
import type { Person } from "../api";
import { isNotFound } from "../failure";
import { usePaged } from "../paged";
import { peoplePath } from "../people";
import { inFullTitle } from "../router";
import { Head } from "./head";
import { Failed, Nothing } from "./notice";
import { MorePeople, PeopleList } from "./people_list";
import { Skeleton } from "./skeleton";

/** Where an address is of nobody, or of somebody who has blocked who looks: that is not told. */
export function Nobody({ handle }: { handle: string }) {
  return (
    <>
      <Head title="Nothing here" back />
      <Nothing title="There is nobody here">
        <bdi dir="ltr">@{handle}</bdi> is nobody’s handle, or none that you can see.
      </Nothing>
    </>
  );
}

interface PageProps {
  handle: string;
  which: "followers" | "following";
  title: string;
  none: string;
}

export function PeoplePage({ handle, which, title, none }: PageProps) {
  const paged = usePaged<Person>(peoplePath(handle, which));
  const { list, load } = paged;
  const missing = list.state === "failed" && isNotFound(list.error);
  useEffect(() => {
    document.title = inFullTitle(missing ? "Nothing here" : title);
  }, [missing, title]);
  if (missing) return <Nobody handle={handle} />;
  return (
    <>
      <Head title={title} back />
      <p class="people-of">
        <a href={profileAddress(handle)} dir="ltr">
          @{handle}
        </a>
      </p>
      {list.state === "loading" && <Skeleton />}
      {list.state === "failed" && <Failed error={list.error} retry={() => void load()} />}
      {list.items.length > 0 && <PeopleList people={list.items} label={`${title} of @${handle}`} />}
      {list.state === "ready" && list.items.length === 0 && <Nothing title="Nobody yet">{none}</Nothing>}
      <MorePeople paged={paged} />
    </>
  );
}
