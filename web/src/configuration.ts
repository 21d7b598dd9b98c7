// Where people sign up and in: told by the document, or asked of the server that served the page, once.
import { Failure } from "./failure";
import { givenConfiguration } from "./given";

export interface UserPool {
  region: string;
  id: string;
  client_id: string;
  endpoint: string;
}

const deadlineMs = 10_000;
let asked: Promise<UserPool | null> | null = givenConfiguration === null ? null : Promise.resolve(givenConfiguration.user_pool);

async function ask(): Promise<UserPool | null> {
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    const response = await fetch("/api/configuration", { cache: "no-store", signal });
    if (!response.ok) throw new Failure([`http_${response.status}`], response.status);
    return ((await response.json()) as { user_pool: UserPool | null }).user_pool;
  } catch (error) {
    asked = null; // the next one asks again
    throw error instanceof Failure ? error : new Failure([signal.aborted ? "timed_out" : "unreachable"]);
  }
}

/** The user pool, or null where nobody can sign in. Throws Failure. */
export function userPool(): Promise<UserPool | null> {
  return (asked ??= ask());
}
