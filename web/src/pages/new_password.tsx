import { useState } from "preact/hooks";
import { goTo, homeAddress } from "../address";
import { AccountCard, CodeField, codeProblemOf, HandleField, SendAgain, withoutAt, withoutSpaces } from "../parts/account";
import { Form, isStrong, PasswordField, passwordProblem } from "../parts/form";
import { cognito, signIn } from "../session";
import type { Parameters } from "../router";

export const pattern = "/new-password";
export const title = "Choose a new password";

export function Page({ parameters: { handle = "" } }: { parameters: Parameters }) {
  const [typed, setTyped] = useState(handle);
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const [sent, setSent] = useState(false);
  const name = withoutAt(typed);
  const digits = withoutSpaces(code);
  const wrong = {
    handle: name === "" ? "Type your handle or your email address." : undefined,
    code: codeProblemOf(digits),
    password: isStrong(password) ? undefined : passwordProblem,
  };

  async function send() {
    await (await cognito()).setNewPassword(name, digits, password);
    await signIn(name, password);
    goTo(homeAddress());
  }

  return (
    <AccountCard title={title} below={name === "" ? undefined : <SendAgain send={async () => (await cognito()).sendRecoveryCode(name)} />}>
      <p class="account-lead">If there is such an account, a code is on its way to its address.</p>
      <Form
        label={title}
        action="Set password"
        doing="Setting…"
        invalid={Object.values(wrong).some((one) => one !== undefined)}
        attempted={() => setSent(true)}
        send={send}
      >
        {handle === "" ? (
          <HandleField label="Handle or email" value={typed} change={setTyped} wrong={sent ? wrong.handle : undefined} />
        ) : (
          <input type="text" name="username" autocomplete="username" value={handle} readonly hidden />
        )}
        <CodeField value={code} change={setCode} wrong={sent ? wrong.code : undefined} />
        <PasswordField label="New password" isNew value={password} change={setPassword} wrong={sent ? wrong.password : undefined} />
      </Form>
    </AccountCard>
  );
}
