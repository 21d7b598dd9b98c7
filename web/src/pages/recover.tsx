import { useState } from "preact/hooks";
import { goTo, newPasswordAddress, signInAddress } from "../address";
import { AccountCard, HandleField, withoutAt } from "../parts/account";
import { Form } from "../parts/form";
import { cognito } from "../session";
import type { Parameters } from "../router";

export const pattern = "/recover";
export const title = "Recover your password";

export function Page({ parameters: { handle = "" } }: { parameters: Parameters }) {
  const [typed, setTyped] = useState(handle);
  const [sent, setSent] = useState(false);
  const name = withoutAt(typed);
  const wrong = name === "" ? "Type your handle or your email address." : undefined;

  async function send() {
    await (await cognito()).sendRecoveryCode(name);
    goTo(newPasswordAddress(name));
  }

  return (
    <AccountCard title={title} below={<a href={signInAddress(name)}>Back to signing in</a>}>
      <p class="account-lead">A code is sent to the account’s address. With it you choose a new password.</p>
      <Form label={title} action="Send the code" doing="Sending…" invalid={wrong !== undefined} attempted={() => setSent(true)} send={send}>
        <HandleField label="Handle or email" value={typed} change={setTyped} wrong={sent ? wrong : undefined} />
      </Form>
    </AccountCard>
  );
}
