// A message as text, in which tags, handles and addresses lead somewhere. It is never taken for markup.
import type { ComponentChildren } from "preact";
import { profileAddress, searchAddress } from "../address";

const pieces = /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}'])|(?<![\p{L}\p{N}_/@#.])(?:#([\p{L}\p{N}_]+)|@([A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,48}[A-Za-z0-9_])?))/gu;

/** The tags of a text, without their #, in lower case. */
export function tagsOf(text: string): string[] {
  return [...text.matchAll(pieces)].map((found) => found[2]?.toLowerCase()).filter((tag) => tag !== undefined);
}

export function RichText({ text }: { text: string }) {
  const shown: ComponentChildren[] = [];
  let at = 0;
  for (const found of text.matchAll(pieces)) {
    const [whole, link, tag, handle] = found;
    shown.push(text.slice(at, found.index));
    if (link !== undefined)
      shown.push(
        <a href={link} target="_blank" rel="noreferrer nofollow ugc">
          {whole}
        </a>,
      );
    else if (tag !== undefined) shown.push(<a href={searchAddress(`#${tag}`)}>{whole}</a>);
    else if (handle !== undefined) shown.push(<a href={profileAddress(handle)}>{whole}</a>);
    at = found.index + whole.length;
  }
  shown.push(text.slice(at));
  return <>{shown}</>;
}
