import { privacyAddress } from "../address";
import { Head } from "../parts/head";
import "../parts/prose.css";

export const pattern = "/about";
export const title = "About";

export function Page() {
  return (
    <>
      <Head title="About" back />
      <section class="panel prose">
        <h2>A micro-blog whose posts expire</h2>
        <p>
          Whoever writes a post on Cruddur says how long it lives, from an hour to thirty days. The ring beside it is what is left. When it is
          empty, the post is gone, its replies with it, and nobody can bring it back.
        </p>
        <h2>What one can do</h2>
        <p>
          Anybody can read and search. With an account you post, up to 280 characters at a time, reply, like and repost, and follow people: what
          they write stands under Following.
        </p>
        <p>
          You can mute somebody, whose posts your feeds then leave out, or block them: then neither of you sees the other. A post that breaks the
          rules is reported in its menu.
        </p>
        <h2>By the keyboard</h2>
        <p>
          <kbd>j</kbd> and <kbd>k</kbd> go from post to post, <kbd>/</kbd> leads to the search, and <kbd>?</kbd> lists all keys. They can be
          switched off in the settings.
        </p>
        <h2>What is kept</h2>
        <p>
          That stands on the page about <a href={privacyAddress()}>privacy</a>.
        </p>
      </section>
    </>
  );
}
