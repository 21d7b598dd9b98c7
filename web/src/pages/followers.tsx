import { PeoplePage } from "../parts/people_page";
import type { Parameters } from "../router";

export const pattern = "/@:handle/followers";
export const title = null; // there may be nobody of that handle

export function Page({ parameters: { handle = "" } }: { parameters: Parameters }) {
  return <PeoplePage handle={handle} which="followers" title="Followers" none={`Nobody follows @${handle}.`} />;
}
