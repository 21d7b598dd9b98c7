import { useState } from "preact/hooks";
import { goTo, homeAddress, newPasswordAddress, signInAddress } from "../address";
import { AccountCard, CodeField, codeProblemOf, HandleField, SendAgain, withoutAt, withoutSpaces } from "../parts/account";
import { Form, isStrong, PasswordField, passwordProblem } from "../parts/form";
import { cognito, signIn } from "../session";
import type { Parameters } from "../router";

export const pattern = "/forgot";
export const title = ({ sent = "" }: Parameters) => (sent === "" ? askTitle : chooseTitle);

const askTitle = "Recover your password";
const chooseTitle = "Choose a new password";

function Ask({ handle }: { handle: string }) {
  const [typed, setTyped] = useState(handle);
  const [tried, setTried] = useState(false);
  const name = withoutAt(typed);
  const wrong = name === "" ? "Type your handle or your email address." : undefined;

  async function send() {
    await (await cognito()).sendRecoveryCode(name);
    goTo(newPasswordAddress(name));
  }

  return (
    <AccountCard title={askTitle} below={<a href={signInAddress(name)}>Back to signing in</a>}>
      <p class="account-lead">A code is sent to the account’s address. With it you choose a new password.</p>
      <Form label={askTitle} action="Send the code" doing="Sending…" invalid={wrong !== undefined} attempted={() => setTried(true)} send={send}>
        <HandleField label="Handle or email" value={typed} change={setTyped} wrong={tried ? wrong : undefined} />
      </Form>
    </AccountCard>
  );
}

function Choose({ name }: { name: string }) {
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const digits = withoutSpaces(code);
  const wrong = { code: codeProblemOf(digits), password: isStrong(password) ? undefined : passwordProblem };

  async function send() {
    await (await cognito()).setNewPassword(name, digits, password);
    await signIn(name, password);
    goTo(homeAddress());
  }

  return (
    <AccountCard title={chooseTitle} below={<SendAgain send={async () => (await cognito()).sendRecoveryCode(name)} />}>
      <p class="account-lead">If there is such an account, a code is on its way to its address.</p>
      <Form
        label={chooseTitle}
        action="Set password"
        doing="Setting…"
        invalid={wrong.code !== undefined || wrong.password !== undefined}
        attempted={() => setTried(true)}
        send={send}
      >
        <input type="text" name="username" autocomplete="username" value={name} readonly hidden />
        <CodeField value={code} change={setCode} wrong={tried ? wrong.code : undefined} />
        <PasswordField label="New password" isNew value={password} change={setPassword} wrong={tried ? wrong.password : undefined} />
      </Form>
    </AccountCard>
  );
}

export function Page({ parameters: { handle = "", sent = "" } }: { parameters: Parameters }) {
  return sent === "" ? <Ask handle={handle} /> : <Choose name={sent} />;
}
