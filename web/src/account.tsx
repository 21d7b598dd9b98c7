// Signing up, confirming, signing in and recovering a password.
import { type ReactNode, useState } from "react";
import { isHandleTaken } from "./api";
import { Failure } from "./failure";
import { Field, Form, isStrong, PasswordField } from "./form";
import { confirmAddress, goTo, homeAddress, newPasswordAddress, recoverAddress, signInAddress, signUpAddress } from "./route";
import { cognito, signIn, useSession } from "./session";
import { Nothing } from "./states";
import { inWords } from "./words";

const handleForm = /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,48}[A-Za-z0-9_])?$/;
const emailForm = /^[^@\s]+@[^@\s]+$/;
const codeForm = /^\d{6}$/;

// From signing up to being signed in, in this tab's memory alone: after a reload it is typed again.
let newPassword: { handle: string; password: string } | null = null;

function withoutAt(handle: string): string {
  return handle.trim().replace(/^@/, "");
}

function Card({ title, children, below }: { title: string; children: ReactNode; below?: ReactNode }) {
  const { state, handle, endpoint } = useSession();
  if (state === "signed in") {
    return (
      <Nothing title="You are signed in">
        {handle === "" ? "You can post now." : `As @${handle}.`} <a href={homeAddress()}>To the home feed</a>
      </Nothing>
    );
  }
  return (
    <section className="account">
      <h1>{title}</h1>
      {children}
      {below !== undefined && <div className="account-below">{below}</div>}
      {endpoint?.startsWith("http:") && (
        <p className="account-below">
          On this machine, messages come to{" "}
          <a href={`${endpoint}/_local/mailbox`} target="_blank" rel="noreferrer">
            local AWS’s mailbox
          </a>
          .
        </p>
      )}
    </section>
  );
}

function HandleField({ label = "Handle", value, change, wrong, hint }: { label?: string; value: string; change: (value: string) => void; wrong?: string | undefined; hint?: string }) {
  return (
    <Field
      label={label}
      value={value}
      change={change}
      wrong={wrong}
      hint={hint}
      name="username"
      autoComplete="username"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      maxLength={128}
      dir="ltr"
    />
  );
}

function CodeField({ value, change, wrong }: { value: string; change: (value: string) => void; wrong: string | undefined }) {
  return (
    <Field
      label="Code"
      value={value}
      change={change}
      wrong={wrong}
      hint="Six digits. It is good for a day."
      name="code"
      inputMode="numeric"
      autoComplete="one-time-code"
      maxLength={12}
      dir="ltr"
    />
  );
}

// Sends a code again, and says what came of it.
function Again({ send }: { send: () => Promise<void> }) {
  const [state, setState] = useState<"idle" | "sending" | "sent">("idle");
  const [error, setError] = useState<unknown>(null);

  async function again() {
    if (state === "sending") return;
    setState("sending");
    setError(null);
    try {
      await send();
      setState("sent");
    } catch (failed) {
      setState("idle");
      setError(failed);
    }
  }

  return (
    <>
      <button type="button" className="button" aria-disabled={state === "sending"} onClick={() => void again()}>
        {state === "sending" ? "Sending…" : "Send a new code"}
      </button>
      <p role="status">{state === "sent" ? "A new code is on its way; the one before it is dead." : ""}</p>
      {error !== null && (
        <p className="form-error" role="alert">
          {inWords(error)}
        </p>
      )}
    </>
  );
}

export function SignUp() {
  const [name, setName] = useState("");
  const [handle, setHandle] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [sent, setSent] = useState(false);
  const [taken, setTaken] = useState<string | null>(null);
  const chosen = withoutAt(handle);
  const wrong = {
    name: name.trim() === "" ? "Say what you are called." : [...name.trim()].length > 50 ? "That is longer than 50 characters." : undefined,
    handle: !handleForm.test(chosen)
      ? "1 to 50 letters, digits and _, with . and - inside."
      : chosen === taken
        ? "That handle is taken. Choose another one."
        : undefined,
    email: emailForm.test(email.trim()) ? undefined : "That is no email address.",
    password: isStrong(password) ? undefined : "The password does not have all that it needs yet.",
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
    newPassword = { handle: chosen, password };
    goTo(confirmAddress(chosen));
  }

  return (
    <Card
      title="Create an account"
      below={
        <>
          Have one already? <a href={signInAddress()}>Sign in</a>
        </>
      }
    >
      <Form
        label="Create an account"
        action="Create account"
        doing="Creating…"
        invalid={Object.values(wrong).some((one) => one !== undefined)}
        attempted={() => setSent(true)}
        send={send}
      >
        <Field label="Name" value={name} change={setName} wrong={"name" in shown ? shown.name : undefined} name="name" autoComplete="name" dir="auto" />
        <HandleField value={handle} change={setHandle} wrong={shown.handle} hint="How others find you: @handle. You sign in by it, too." />
        <Field
          label="Email"
          value={email}
          change={setEmail}
          wrong={"email" in shown ? shown.email : undefined}
          hint="A code is sent there. Others never see it."
          name="email"
          type="email"
          inputMode="email"
          autoComplete="email"
          autoCapitalize="none"
          maxLength={254}
          dir="ltr"
        />
        <PasswordField label="Password" isNew value={password} change={setPassword} wrong={"password" in shown ? shown.password : undefined} />
      </Form>
    </Card>
  );
}

export function Confirm({ handle }: { handle: string }) {
  const [typed, setTyped] = useState(handle);
  const [code, setCode] = useState("");
  const [sent, setSent] = useState(false);
  const [another, setAnother] = useState<string | null>(null); // a handle in place of one that was taken
  const name = withoutAt(typed);
  const digits = code.replace(/\s/g, "");
  const wrong = {
    handle: name === "" ? "Say which account it is." : undefined,
    code: codeForm.test(digits) ? undefined : "The code has six digits.",
    another: another === null || handleForm.test(withoutAt(another)) ? undefined : "1 to 50 letters, digits and _, with . and - inside.",
  };
  const password = newPassword?.handle === name ? newPassword.password : null;

  async function send() {
    const calls = await cognito();
    if (another !== null && password !== null) {
      await calls.signIn(name, password);
      await calls.chooseHandle(withoutAt(another));
      await calls.signOut();
    }
    try {
      await calls.confirm(name, digits);
    } catch (error) {
      if (error instanceof Failure && password !== null && error.codes.some((one) => one === "handle_taken" || one === "handle_invalid"))
        setAnother("");
      throw error;
    }
    newPassword = null;
    if (password === null) return goTo(signInAddress(name));
    await signIn(name, password);
    goTo(homeAddress());
  }

  return (
    <Card title="Confirm your address" below={name === "" ? undefined : <Again send={async () => (await cognito()).sendCodeAgain(name)} />}>
      <p className="account-lead">{handle === "" ? "Type the code that was sent to you." : `A code was sent to the address of @${handle}. It proves that the address is yours.`}</p>
      <Form
        label="Confirm your address"
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
    </Card>
  );
}

export function SignIn({ handle }: { handle: string }) {
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
    newPassword = { handle: name, password };
    goTo(confirmAddress(name));
  }

  return (
    <Card
      title="Sign in"
      below={
        <>
          <a href={recoverAddress(name)}>Forgot your password?</a> <a href={signUpAddress()}>Create an account</a>
        </>
      }
    >
      {state === "ended" && <p className="account-lead">Your session has ended. What you wrote is kept.</p>}
      <Form label="Sign in" action="Sign in" doing="Signing in…" invalid={wrong.name !== undefined || wrong.password !== undefined} attempted={() => setSent(true)} send={send}>
        <HandleField label="Handle or email" value={typed} change={setTyped} wrong={sent ? wrong.name : undefined} />
        <PasswordField label="Password" isNew={false} value={password} change={setPassword} wrong={sent ? wrong.password : undefined} />
      </Form>
    </Card>
  );
}

export function Recover({ handle }: { handle: string }) {
  const [typed, setTyped] = useState(handle);
  const [sent, setSent] = useState(false);
  const name = withoutAt(typed);
  const wrong = name === "" ? "Type your handle or your email address." : undefined;

  async function send() {
    await (await cognito()).sendRecoveryCode(name);
    goTo(newPasswordAddress(name));
  }

  return (
    <Card title="Recover your password" below={<a href={signInAddress(name)}>Back to signing in</a>}>
      <p className="account-lead">A code is sent to the account’s address. With it you choose a new password.</p>
      <Form label="Recover your password" action="Send the code" doing="Sending…" invalid={wrong !== undefined} attempted={() => setSent(true)} send={send}>
        <HandleField label="Handle or email" value={typed} change={setTyped} wrong={sent ? wrong : undefined} />
      </Form>
    </Card>
  );
}

export function NewPassword({ handle }: { handle: string }) {
  const [typed, setTyped] = useState(handle);
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const [sent, setSent] = useState(false);
  const name = withoutAt(typed);
  const digits = code.replace(/\s/g, "");
  const wrong = {
    handle: name === "" ? "Type your handle or your email address." : undefined,
    code: codeForm.test(digits) ? undefined : "The code has six digits.",
    password: isStrong(password) ? undefined : "The password does not have all that it needs yet.",
  };

  async function send() {
    await (await cognito()).setNewPassword(name, digits, password);
    await signIn(name, password);
    goTo(homeAddress());
  }

  return (
    <Card title="Choose a new password" below={name === "" ? undefined : <Again send={async () => (await cognito()).sendRecoveryCode(name)} />}>
      <p className="account-lead">If there is such an account, a code is on its way to its address.</p>
      <Form
        label="Choose a new password"
        action="Set password"
        doing="Setting…"
        invalid={Object.values(wrong).some((one) => one !== undefined)}
        attempted={() => setSent(true)}
        send={send}
      >
        {handle === "" ? (
          <HandleField label="Handle or email" value={typed} change={setTyped} wrong={sent ? wrong.handle : undefined} />
        ) : (
          <input type="text" name="username" autoComplete="username" value={handle} readOnly hidden />
        )}
        <CodeField value={code} change={setCode} wrong={sent ? wrong.code : undefined} />
        <PasswordField label="New password" isNew value={password} change={setPassword} wrong={sent ? wrong.password : undefined} />
      </Form>
    </Card>
  );
}
