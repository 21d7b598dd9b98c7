import { useState } from "preact/hooks";
import { confirmAddress, goTo, homeAddress, forgotAddress, signUpAddress } from "../address";
import { AccountCard, HandleField, keepPassword, withoutAt } from "../parts/account";
import { Form, PasswordField } from "../parts/form";
import { signIn, useSession } from "../session";
import type { Parameters } from "../router";

export const pattern = "/signin";
export const title = "Sign in";

export function Page({ parameters: { handle = "" } }: { parameters: Parameters }) {
  const { state } = useSession();
  const [typed, setTyped] = useState(handle);
  const [password, setPassword] = useState("");
  const [sent, setSent] = useState(false);
  const name = withoutAt(typed);
  const wrong = {
    name: name === "" ? "Type your handle or your email address." : undefined,
    password: password === "" ? "Type your password." : undefined,
  };

  async function send() {
    if ((await signIn(name, password)) === "signed in") return goTo(homeAddress());
    keepPassword(name, password);
    goTo(confirmAddress(name));
  }

  return (
    <AccountCard
      title={title}
      below={
        <>
          <a href={forgotAddress(name)}>Forgot your password?</a> <a href={signUpAddress()}>Create an account</a>
        </>
      }
    >
      {state === "ended" && <p class="account-lead">Your session has ended. What you wrote is kept.</p>}
      <Form label={title} action="Sign in" doing="Signing in…" invalid={wrong.name !== undefined || wrong.password !== undefined} attempted={() => setSent(true)} send={send}>
        <HandleField label="Handle or email" value={typed} change={setTyped} wrong={sent ? wrong.name : undefined} />
        <PasswordField label="Password" isNew={false} value={password} change={setPassword} wrong={sent ? wrong.password : undefined} />
      </Form>
    </AccountCard>
  );
}
