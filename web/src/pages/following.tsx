// The home feed's other tab.
import { searchAddress } from "../address";
import { followingPath } from "../api";
import { HomeFeed, HomeHead } from "../parts/home_feed";
import { Nothing } from "../parts/notice";
import { SignInFirst } from "../parts/sign_in_first";
import { useSession } from "../session";

export const pattern = "/following";
export const title = "Following";

export function Page() {
  const { state } = useSession();
  return (
    <>
      <HomeHead following />
      {state === "signed in" ? (
        <HomeFeed
          path={followingPath}
          label="Posts of those you follow"
          nothing={
            <Nothing title="All quiet">
              Nobody whom you follow has a post that has not expired. <a href={searchAddress()}>Find people</a>
            </Nothing>
          }
        />
      ) : (
        <SignInFirst>To follow people, and to read them here, takes an account.</SignInFirst>
      )}
    </>
  );
}
