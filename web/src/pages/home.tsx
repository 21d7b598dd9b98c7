import { homePath } from "../api";
import { HomeFeed, HomeHead } from "../parts/home_feed";
import { Nothing } from "../parts/notice";

export const pattern = "/";
export const title = "";

export function Page() {
  return (
    <>
      <HomeHead following={false} />
      <HomeFeed
        path={homePath}
        label="Home feed"
        nothing={<Nothing title="All quiet">Every post has expired, or none was written yet. What comes next shows up here.</Nothing>}
      />
    </>
  );
}
