// What the pages share that sign people up and in.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { homeAddress } from "../address";
import { useSession } from "../session";
import { Field } from "./form";
import { Head } from "./head";
import { Nothing } from "./notice";
import { Refusal } from "./refusal";
import "./account.css";

export const handleProblem = "1 to 50 letters, digits and _, with . and - inside.";
const handleForm = /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,48}[A-Za-z0-9_])?$/;
const codeForm = /^\d{6}$/;

export function isHandle(text: string): boolean {
  return handleForm.test(text);
}

/** What is wrong with a code, in words. */
export function codeProblemOf(digits: string): string | undefined {
  return codeForm.test(digits) ? undefined : "The code has six digits.";
}

/** A code as it is sent: people type spaces, too. */
export function withoutSpaces(code: string): string {
  return code.replace(/\s/g, "");
}

// From signing up to being signed in, in this tab's memory alone: after a reload it is typed again.
let kept: { handle: string; password: string } | null = null;

export function keepPassword(handle: string, password: string): void {
  kept = { handle, password };
}

/** The password that was typed for that account, or null. */
export function passwordOf(handle: string): string | null {
  return kept?.handle === handle ? kept.password : null;
}

export function forgetPassword(): void {
  kept = null;
}

/** A handle as it is stored: people type the @, too. */
export function withoutAt(handle: string): string {
  return handle.trim().replace(/^@/, "");
}

export function AccountCard({ title, children, below }: { title: string; children: ComponentChildren; below?: ComponentChildren }) {
  const { state, handle, endpoint } = useSession();
  if (state === "signed in") {
    return (
      <>
        <Head title={title} back />
        <Nothing title="You are signed in">
          {handle === "" ? "You can post now." : `As @${handle}.`} <a href={homeAddress()}>To the home feed</a>
        </Nothing>
      </>
    );
  }
  return (
    <section class="panel account">
      <h1>{title}</h1>
      {children}
      {below !== undefined && <div class="account-below">{below}</div>}
      {endpoint?.startsWith("http:") && (
        <p class="account-below">
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

interface TextProps {
  value: string;
  change: (value: string) => void;
  wrong?: string | undefined;
}

export function HandleField({ label = "Handle", value, change, wrong, hint }: TextProps & { label?: string; hint?: string }) {
  return (
    <Field
      label={label}
      value={value}
      change={change}
      wrong={wrong}
      hint={hint}
      name="username"
      autocomplete="username"
      autocapitalize="none"
      autoCorrect="off"
      spellcheck={false}
      maxlength={128}
      dir="ltr"
    />
  );
}

export function CodeField({ value, change, wrong }: TextProps) {
  return (
    <Field
      label="Code"
      value={value}
      change={change}
      wrong={wrong}
      hint="Six digits. It is good for a day."
      name="code"
      inputmode="numeric"
      autocomplete="one-time-code"
      maxlength={12}
      dir="ltr"
    />
  );
}

// Sends a code again, and says what came of it.
export function SendAgain({ send }: { send: () => Promise<void> }) {
  const [state, setState] = useState<"idle" | "sending" | "sent">("idle");
  const [error, setError] = useState<unknown>(null);

  async function sendAgain() {
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
      <button type="button" class="button" aria-disabled={state === "sending"} onClick={() => void sendAgain()}>
        {state === "sending" ? "Sending…" : "Send a new code"}
      </button>
      <p role="status">{state === "sent" ? "A new code is on its way; the one before it is dead." : ""}</p>
      <Refusal error={error} />
    </>
  );
}
