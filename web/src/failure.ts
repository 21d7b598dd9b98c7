/** Why a call failed: the API's codes, Cognito's, or "unreachable" and "timed_out" when no answer came. */
export class Failure extends Error {
  constructor(
    readonly codes: readonly string[],
    readonly status = 0,
    readonly detail = "", // in the words of who refused
  ) {
    super(codes.join(", "));
  }
}

/** Whether there is nothing of that address. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Failure && error.status === 404;
}
