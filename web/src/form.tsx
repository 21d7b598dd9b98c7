// What forms are made of: labelled fields that say what is wrong with them, and one place for why a form was refused.
import { type FormEvent, type InputHTMLAttributes, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { inWords } from "./words";

interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "value"> {
  label: string;
  value: string;
  change: (value: string) => void;
  wrong?: string | undefined; // in words
  hint?: ReactNode;
  beside?: ReactNode; // a button within the field
}

export function Field({ label, value, change, wrong, hint, beside, ...input }: FieldProps) {
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, wrong !== undefined && `${id}-wrong`].filter((one) => one !== false).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="field-row">
        <input
          id={id}
          value={value}
          aria-invalid={wrong !== undefined}
          aria-describedby={described === "" ? undefined : described}
          onChange={(event) => change(event.target.value)}
          {...input}
        />
        {beside}
      </div>
      {wrong !== undefined && (
        <p className="field-wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
      {hint !== undefined && (
        <div className="field-hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
    </div>
  );
}

/** What a new password must have, as the user pool's policy says. */
export const passwordRules: readonly (readonly [string, (password: string) => boolean])[] = [
  ["12 characters or more", (password) => [...password].length >= 12],
  ["a lower-case letter", (password) => /[a-z]/.test(password)],
  ["an upper-case letter", (password) => /[A-Z]/.test(password)],
  ["a digit", (password) => /[0-9]/.test(password)],
  ["no spaces", (password) => !/\s/.test(password)],
];

export function isStrong(password: string): boolean {
  return passwordRules.every(([, holds]) => holds(password));
}

function Rules({ password }: { password: string }) {
  return (
    <>
      <span>It needs</span>
      <ul className="rules" role="list">
        {passwordRules.map(([text, holds]) => {
          const met = password !== "" && holds(password);
          return (
            <li key={text} className={met ? "rule rule-met" : "rule"}>
              <span aria-hidden="true">{met ? "✓" : "·"}</span> {text}
              <span className="unseen">{met ? ": done" : ""}</span>
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
      autoComplete={isNew ? "new-password" : "current-password"}
      autoCapitalize="none"
      spellCheck={false}
      maxLength={256}
      hint={isNew ? <Rules password={props.value} /> : undefined}
      beside={
        <button type="button" className="show" aria-pressed={shown} onClick={() => setShown(!shown)}>
          {shown ? "Hide" : "Show"}
          <span className="unseen"> password</span>
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
  children: ReactNode;
}

/** Sends once at a time. A refusal is said in words, and read out. */
export function Form({ label, action, doing, invalid, attempted, send, children }: FormProps) {
  const [state, setState] = useState<"typing" | "sending">("typing");
  const [error, setError] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  const gone = useRef(false);

  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);
  useEffect(() => {
    if (tries > 0) form.current?.querySelector<HTMLElement>("[aria-invalid='true'], .form-error")?.focus();
  }, [tries]);

  async function submit(event: FormEvent) {
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
      if (gone.current) return;
      setError(failed);
      setTries(tries + 1);
    }
    if (!gone.current) setState("typing");
  }

  return (
    <form className="account-form" ref={form} aria-label={label} noValidate onSubmit={(event) => void submit(event)}>
      {children}
      {error !== null && (
        <p className="form-error" role="alert" tabIndex={-1}>
          {inWords(error)}
        </p>
      )}
      <button type="submit" className="button button-main" aria-disabled={state === "sending"}>
        {state === "sending" ? doing : action}
      </button>
    </form>
  );
}
