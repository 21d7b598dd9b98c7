import { useState } from "preact/hooks";
import { goTo, homeAddress, signInAddress } from "../address";
import { Failure } from "../failure";
import { AccountCard, CodeField, codeProblemOf, forgetPassword, HandleField, handleProblem, isHandle, passwordOf, SendAgain, withoutAt, withoutSpaces } from "../parts/account";
import { Form } from "../parts/form";
import { cognito, signIn, signOut } from "../session";
import type { Parameters } from "../router";

export const pattern = "/confirm";
export const title = "Confirm your address";

export function Page({ parameters: { handle = "" } }: { parameters: Parameters }) {
  const [typed, setTyped] = useState(handle);
  const [code, setCode] = useState("");
  const [sent, setSent] = useState(false);
  const [another, setAnother] = useState<string | null>(null); // a handle in place of one that was taken
  const name = withoutAt(typed);
  const digits = withoutSpaces(code);
  const wrong = {
    handle: name === "" ? "Say which account it is." : undefined,
    code: codeProblemOf(digits),
    another: another === null || isHandle(withoutAt(another)) ? undefined : handleProblem,
  };
  const password = passwordOf(name);

  async function send() {
    const calls = await cognito();
    if (another !== null && password !== null) {
      await calls.signIn(name, password);
      await calls.chooseHandle(withoutAt(another));
      await signOut();
    }
    try {
      await calls.confirm(name, digits);
    } catch (error) {
      if (error instanceof Failure && password !== null && error.codes.some((one) => one === "handle_taken" || one === "handle_invalid"))
        setAnother("");
      throw error;
    }
    forgetPassword();
    if (password === null) return goTo(signInAddress(name));
    await signIn(name, password);
    goTo(homeAddress());
  }

  return (
    <AccountCard title={title} below={name === "" ? undefined : <SendAgain send={async () => (await cognito()).sendCodeAgain(name)} />}>
      <p class="account-lead">{handle === "" ? "Type the code that was sent to you." : `A code was sent to the address of @${handle}. It proves that the address is yours.`}</p>
      <Form
        label={title}
        action="Confirm"
        doing="Confirming…"
        invalid={Object.values(wrong).some((one) => one !== undefined)}
        attempted={() => setSent(true)}
        send={send}
      >
        {handle === "" && <HandleField value={typed} change={setTyped} wrong={sent ? wrong.handle : undefined} />}
        <CodeField value={code} change={setCode} wrong={sent ? wrong.code : undefined} />
        {another !== null && <HandleField label="Another handle" value={another} change={setAnother} wrong={sent ? wrong.another : undefined} />}
      </Form>
    </AccountCard>
  );
}
