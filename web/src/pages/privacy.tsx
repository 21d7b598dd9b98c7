import { settingsAddress } from "../address";
import { Head } from "../parts/head";
import "../parts/prose.css";

export const pattern = "/privacy";
export const title = "Privacy";

// docs/privacy.md says it at length; its figures and these are held against the code.
export function Page() {
  return (
    <>
      <Head title="Privacy" back />
      <section class="panel prose">
        <h2>What everybody sees</h2>
        <p>
          Your name, your handle, what you say about yourself, whom you follow and who follows you, and what you post, for as long as it lives.
          Anybody can read it, signed in or not.
        </p>
        <h2>What others do not see</h2>
        <p>
          Your email address: codes are sent there, and nothing else. Your messages: the two of you read them, but they are not encrypted from
          who runs this Cruddur. Whom you mute or block. Your password goes to Amazon Cognito, by which you sign in and which keeps what it
          takes to check it; Cruddur itself never has it.
        </p>
        <h2>How long</h2>
        <p>
          A post is gone when it expires, and deleted moments later, with its replies, likes and reposts. What you wrote to somebody stays until you
          delete it, or one of you two leaves. A post that was reported is kept for 90 days, for who looks after Cruddur, whatever becomes of it. That
          something was sent once is remembered for 24 hours, so that it is not sent twice.
        </p>
        <h2>Where your address on the network goes</h2>
        <p>
          It counts your requests for a minute, in memory. It stands in a log when a request fails by our fault or takes long, and wherever who runs
          this Cruddur logs every one; how long that log is kept, they decide. Statistics name nobody.
        </p>
        <h2>What your browser keeps</h2>
        <p>
          Who is signed in, until you sign out, what you are writing, until you close the tab, and whether single keys act. No cookies, and no
          scripts, fonts or counters of anybody else’s.
        </p>
        <h2>To take along, and to leave</h2>
        <p>
          In the <a href={settingsAddress()}>settings</a> you can download what is yours, and delete your account: all of it, at once. Backups that were
          made before still have it, until they go themselves; so has whoever made a copy. The text of a post that was reported stays for its
          time, without your name.
        </p>
      </section>
    </>
  );
}
