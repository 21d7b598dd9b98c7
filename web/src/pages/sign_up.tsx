import { useState } from "preact/hooks";
import { confirmAddress, goTo, signInAddress } from "../address";
import { isHandleTaken } from "../api";
import { Failure } from "../failure";
import { AccountCard, HandleField, handleProblem, isHandle, keepPassword, withoutAt } from "../parts/account";
import { Field, Form, isStrong, PasswordField, passwordProblem } from "../parts/form";
import { cognito } from "../session";

export const pattern = "/signup";
export const title = "Create an account";

const emailForm = /^[^@\s]+@[^@\s]+$/;

export function Page() {
  const [name, setName] = useState("");
  const [handle, setHandle] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [sent, setSent] = useState(false);
  const [taken, setTaken] = useState<string | null>(null);
  const chosen = withoutAt(handle);
  const wrong = {
    name: name.trim() === "" ? "Say what you are called." : [...name.trim()].length > 50 ? "That is longer than 50 characters." : undefined,
    handle: !isHandle(chosen)
      ? handleProblem
      : chosen === taken
        ? "That handle is taken. Choose another one."
        : undefined,
    email: emailForm.test(email.trim()) ? undefined : "That is no email address.",
    password: isStrong(password) ? undefined : passwordProblem,
  };
  const shown = sent ? wrong : { handle: chosen === taken ? wrong.handle : undefined };

  async function send() {
    if (await isHandleTaken(chosen)) {
      setTaken(chosen);
      throw new Failure(["handle_taken"]);
    }
    try {
      await (await cognito()).signUp({ name: name.trim(), handle: chosen, email: email.trim(), password });
    } catch (error) {
      if (error instanceof Failure && error.codes.includes("UsernameExistsException")) setTaken(chosen);
      throw error;
    }
    keepPassword(chosen, password);
    goTo(confirmAddress(chosen));
  }

  return (
    <AccountCard
      title={title}
      below={
        <>
          Have one already? <a href={signInAddress()}>Sign in</a>
        </>
      }
    >
      <Form
        label={title}
        action="Create account"
        doing="Creating…"
        invalid={Object.values(wrong).some((one) => one !== undefined)}
        attempted={() => setSent(true)}
        send={send}
      >
        <Field label="Name" value={name} change={setName} wrong={"name" in shown ? shown.name : undefined} name="name" autocomplete="name" dir="auto" />
        <HandleField value={handle} change={setHandle} wrong={shown.handle} hint="How others find you: @handle. You sign in by it, too." />
        <Field
          label="Email"
          value={email}
          change={setEmail}
          wrong={"email" in shown ? shown.email : undefined}
          hint="A code is sent there. Others never see it."
          name="email"
          type="email"
          inputmode="email"
          autocomplete="email"
          autocapitalize="none"
          maxlength={254}
          dir="ltr"
        />
        <PasswordField label="Password" isNew value={password} change={setPassword} wrong={"password" in shown ? shown.password : undefined} />
      </Form>
    </AccountCard>
  );
}
