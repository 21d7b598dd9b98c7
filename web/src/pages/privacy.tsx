import { Head } from "../parts/head";
import "../parts/prose.css";

export const pattern = "/privacy";
export const title = "Privacy";

export function Page() {
  return (
    <>
      <Head title="Privacy" back />
      <section class="panel prose">
        <h2>What others see</h2>
        <p>Your name, your handle, and what you post for as long as it lives. Anybody can read it, signed in or not.</p>
        <h2>What nobody else sees</h2>
        <p>
          Your email address: codes are sent there, and nothing else. Your password goes to Amazon Cognito, which keeps what it takes to check
          it; Cruddur itself never has it.
        </p>
        <h2>What your browser keeps</h2>
        <p>
          Who is signed in, until you sign out, what you are writing, until you close the tab, and what you chose in the settings. No cookies, and
          nothing of anybody else’s: the page loads from Cruddur alone.
        </p>
        <h2>How long</h2>
        <p>A post is deleted when it expires, its replies with it. A copy that somebody made meanwhile, or a backup, may last longer.</p>
      </section>
    </>
  );
}
