// How a form is sent: its steps in order, and which field a refusal is of.
import { useState } from "react";
import { failureOf, type Failure, type Step } from "./call";

export interface Submitting {
  busy: boolean;
  failure: Failure | undefined;
  /** The refusal's words, where they speak of this field; `words` is how AWS speaks of it. */
  errorOf(...words: string[]): string | undefined;
  /** The refusal as a whole, where no field took it. */
  rest(): string | undefined;
  submit(steps: Step[]): Promise<boolean>;
}

export function useSubmit(): Submitting {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  let taken = false;
  return {
    busy,
    failure,
    errorOf(...words) {
      if (failure === undefined || taken) return undefined;
      const text = `${failure.code} ${failure.message}`.toLowerCase();
      if (!words.some((word) => text.includes(word.toLowerCase()))) return undefined;
      taken = true;
      return `${failure.code}: ${failure.message}`;
    },
    rest: () => (failure === undefined || taken ? undefined : `${failure.code}: ${failure.message}`),
    async submit(steps) {
      setBusy(true);
      setFailure(undefined);
      try {
        for (const each of steps) await each.run();
        return true;
      } catch (thrown) {
        setFailure(failureOf(thrown));
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}
