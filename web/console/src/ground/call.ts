// What a form or a button does: a call of AWS's, and the command that does the same.
import { commandOf, type Service } from "./command";
import { signsInByHand } from "./session";

export interface Operation<Input extends object, Output> {
  service: Service;
  name: string;
  run(input: Input): Promise<Output>;
}

export interface Step {
  command: string;
  run(): Promise<unknown>;
}

export function operation<Input extends object, Output>(service: Service, name: string, run: (input: Input) => Promise<Output>): Operation<Input, Output> {
  return { service, name, run };
}

/** `seen` is the revision that the page shows, which alone may be replaced: another's later change is kept. The command replaces whatever is there. */
export function step<Input extends object, Output>(of: Operation<Input, Output>, input: Input, seen: Partial<Input> = {}): Step {
  return { command: commandOf(of.service, of.name, input), run: () => of.run({ ...input, ...seen }) };
}

export interface Failure {
  code: string;
  message: string;
}

function isOfAnotherRun(code: string | undefined) {
  return !signsInByHand && ["InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch"].includes(code ?? "");
}

export function failureOf(thrown: unknown): Failure {
  const error = thrown as { name?: string; Code?: string; message?: string };
  if (isOfAnotherRun(error.name)) return { code: error.name ?? "", message: "Local AWS has been started again since, and has another key for this page. Load the page again." };
  if (error instanceof TypeError) return { code: "NetworkError", message: "Local AWS does not answer. Is cruddur still running?" };
  return { code: error.Code ?? error.name ?? "Error", message: error.message || "The request failed." };
}
