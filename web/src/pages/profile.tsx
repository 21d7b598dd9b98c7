import { useEffect } from "preact/hooks";
import { type Profile, profilePath } from "../api";
import { isNotFound } from "../failure";
import { type Source, useFeed } from "../feed";
import { ActivityList } from "../parts/activity_list";
import { Head } from "../parts/head";
import { Failed, Nothing } from "../parts/notice";
import { Nobody } from "../parts/people_page";
import { ProfileCard } from "../parts/profile_card";
import { Skeleton } from "../parts/skeleton";
import { forgetLists } from "../kept";
import { inFullTitle, type Parameters } from "../router";

export const pattern = "/@:handle";
export const title = null; // the name is theirs to choose

function Shown({ profile, source }: { profile: Profile; source: Source }) {
  const { load, changeProfile } = source;
  // Their posts bear the name as well.
  function edited(now: Profile) {
    forgetLists();
    changeProfile(now);
    void load();
  }
  return (
    <>
      <ProfileCard
        profile={profile}
        changed={(now) => {
          changeProfile(now);
          if (profile.blocked === true && now.blocked === false) void load();
        }}
        edited={edited}
      />
      {profile.blocked === true ? (
        <Nothing title="Blocked">You see none of their posts, and they see none of yours.</Nothing>
      ) : (
        <ActivityList
          source={source}
          label={`Posts by ${profile.display_name}`}
          nothing={<Nothing title="All quiet">@{profile.handle} has no post that has not expired.</Nothing>}
        />
      )}
    </>
  );
}

export function Page({ parameters: { handle = "" } }: { parameters: Parameters }) {
  const source = useFeed(profilePath(handle));
  const { feed, load } = source;
  const { profile } = feed;
  const none = feed.state === "failed" && isNotFound(feed.error);

  const name = profile === null ? null : `${profile.display_name} (@${profile.handle})`;
  useEffect(() => {
    document.title = inFullTitle(none ? "Nothing here" : (name ?? `@${handle}`));
  }, [name, none, handle]);

  if (none) return <Nobody handle={handle} />;
  return (
    <>
      <Head title="Profile" heading={profile === null} back />
      {profile === null && feed.state === "failed" && <Failed error={feed.error} retry={() => void load()} />}
      {profile === null && feed.state !== "failed" && <Skeleton />}
      {profile !== null && <Shown profile={profile} source={source} />}
    </>
  );
}
