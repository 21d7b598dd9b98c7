// What forms are made of: labelled fields that say what is wrong with them, and one place for why a form was refused.
import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Refusal } from "./refusal";
import "./form.css";

interface FieldProps {
  label: string;
  value: string;
  change: (value: string) => void;
  wrong?: string | undefined; // in words
  hint?: ComponentChildren;
  beside?: ComponentChildren; // a button within the field
  name: string;
  type?: "text" | "email" | "password";
  dir?: "auto" | "ltr";
  autocomplete: string;
  autocapitalize?: "none";
  autoCorrect?: "off"; // so spelt it becomes the attribute: as a property, "off" would count as true
  spellcheck?: boolean;
  inputmode?: "email" | "numeric";
  maxlength?: number;
}

export function Field({ label, value, change, wrong, hint, beside, ...input }: FieldProps) {
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, wrong !== undefined && `${id}-wrong`].filter((one) => one !== false).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="field-row">
        <input
          id={id}
          value={value}
          aria-invalid={wrong !== undefined}
          aria-describedby={described === "" ? undefined : described}
          onInput={(event) => change(event.currentTarget.value)}
          {...(input as InputHTMLAttributes)}
        />
        {beside}
      </div>
      {wrong !== undefined && (
        <p class="field-wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
      {hint !== undefined && (
        <div class="field-hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
    </div>
  );
}

/** What a new password must have, as the user pool's policy says. */
const passwordRules: readonly (readonly [string, (password: string) => boolean])[] = [
  ["12 characters or more", (password) => [...password].length >= 12],
  ["a lower-case letter", (password) => /[a-z]/.test(password)],
  ["an upper-case letter", (password) => /[A-Z]/.test(password)],
  ["a digit", (password) => /[0-9]/.test(password)],
  ["no spaces", (password) => !/\s/.test(password)],
];

export const passwordProblem = "The password does not have all that it needs yet.";

export function isStrong(password: string): boolean {
  return passwordRules.every(([, holds]) => holds(password));
}

function Rules({ password }: { password: string }) {
  return (
    <>
      <span>It needs</span>
      <ul class="rules" role="list">
        {passwordRules.map(([text, holds]) => {
          const met = password !== "" && holds(password);
          return (
            <li key={text} class={met ? "rule-met" : undefined}>
              <span aria-hidden="true">{met ? "✓" : "·"}</span> {text}
              <span class="unseen">{met ? ": done" : ""}</span>
            </li>
          );
        })}
      </ul>
    </>
  );
}

export function PasswordField({ label, isNew, ...props }: Pick<FieldProps, "value" | "change" | "wrong"> & { label: string; isNew: boolean }) {
  const [shown, setShown] = useState(false);
  return (
    <Field
      {...props}
      label={label}
      name="password"
      type={shown ? "text" : "password"}
      autocomplete={isNew ? "new-password" : "current-password"}
      autocapitalize="none"
      spellcheck={false}
      maxlength={256}
      hint={isNew ? <Rules password={props.value} /> : undefined}
      beside={
        <button type="button" class="show" aria-pressed={shown} onClick={() => setShown(!shown)}>
          {shown ? "Hide" : "Show"}
          <span class="unseen"> password</span>
        </button>
      }
    />
  );
}

interface FormProps {
  label: string;
  action: string; // on the button
  doing: string; // on it meanwhile
  invalid: boolean; // what was typed cannot be sent: the first field that is wrong gets the focus
  attempted: () => void; // somebody wants to send it: from now on the fields say what is wrong with them
  send: () => Promise<void>;
  cancel?: () => void;
  children: ComponentChildren;
}

/** Sends once at a time. A refusal is said in words, and read out. */
export function Form({ label, action, doing, invalid, attempted, send, cancel, children }: FormProps) {
  const [state, setState] = useState<"typing" | "sending">("typing");
  const [error, setError] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  const form = useRef<HTMLFormElement>(null);

  useLayoutEffect(() => {
    if (tries > 0) form.current?.querySelector<HTMLElement>("[aria-invalid='true'], .refusal")?.focus();
  }, [tries]);

  async function submit(event: Event) {
    event.preventDefault();
    if (state === "sending") return;
    setError(null);
    attempted();
    if (invalid) {
      setTries(tries + 1);
      return;
    }
    setState("sending");
    try {
      await send();
    } catch (failed) {
      setError(failed);
      setTries(tries + 1);
    }
    setState("typing");
  }

  return (
    <form class="account-form" ref={form} aria-label={label} novalidate onSubmit={(event) => void submit(event)}>
      {children}
      <Refusal error={error} />
      <div class="form-ways">
        <button type="submit" class="button button-main" aria-disabled={state === "sending"}>
          {state === "sending" ? doing : action}
        </button>
        {cancel !== undefined && (
          <button type="button" class="button" onClick={cancel}>
            Cancel
          </button>
        )}
      </div>
    </form>
  );
}
