// Cognito by AWS's own library, which proves the password by SRP, keeps the tokens where storage.ts does and refreshes them.
// It is fetched only when somebody signs up or in, or is signed in. Every call has a deadline and throws Failure.
import { Amplify, ConsoleLogger, fetchAuthSession } from "@aws-amplify/core";
import * as amplify from "@aws-amplify/auth/cognito";
import type { UserPool } from "./configuration";
import { Failure } from "./failure";
import { lasting } from "./storage";

const deadlineMs = 20_000;

// In the shape that the library asks for.
const tokenStorage = {
  getItem: async (key: string) => lasting.getItem(key),
  setItem: async (key: string, value: string) => lasting.setItem(key, value),
  removeItem: async (key: string) => lasting.removeItem(key),
  clear: async () => lasting.keys().forEach((key) => lasting.removeItem(key)),
};

export function configure(pool: UserPool): void {
  ConsoleLogger.LOG_LEVEL = "ERROR"; // it warns of every endpoint but AWS's own
  const Auth = { Cognito: { userPoolId: pool.id, userPoolClientId: pool.client_id, userPoolEndpoint: pool.endpoint } };
  amplify.cognitoUserPoolsTokenProvider.setAuthConfig(Auth);
  amplify.cognitoUserPoolsTokenProvider.setKeyValueStorage(tokenStorage);
  Amplify.configure({ Auth }, { Auth: { tokenProvider: amplify.cognitoUserPoolsTokenProvider } });
}

// What our function tells Cognito, which passes on its message alone.
const refusals: readonly (readonly [RegExp, string])[] = [
  [/taken as a handle/, "handle_taken"],
  [/cannot be a handle/, "handle_invalid"],
  [/belongs to another account/, "email_taken"],
  [/name must have/, "name_invalid"],
  [/database did not answer/, "account_pending"],
];

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return new Failure(["unknown"]);
  const { name, message } = error;
  if (name === "NetworkError") return new Failure(["unreachable"]);
  if (name === "UserLambdaValidationException")
    return new Failure([refusals.find(([words]) => words.test(message))?.[1] ?? name], 400, message);
  if (name === "NotAuthorizedException" && /attempts exceeded/i.test(message)) return new Failure(["locked_out"], 400, message);
  if (name === "NotAuthorizedException" && /status is CONFIRMED/.test(message)) return new Failure(["confirmed_already"], 400, message);
  return new Failure([name], 400, message);
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: number | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = window.setTimeout(() => reject(new Failure(["timed_out"])), deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw asFailure(error);
  } finally {
    window.clearTimeout(timer);
  }
}

interface NewMember {
  name: string;
  handle: string;
  email: string;
  password: string;
}

export async function signUp({ name, handle, email, password }: NewMember): Promise<void> {
  await within(amplify.signUp({ username: handle, password, options: { userAttributes: { name, email, preferred_username: handle } } }));
}

export async function confirm(handle: string, code: string): Promise<void> {
  await within(amplify.confirmSignUp({ username: handle, confirmationCode: code }));
}

export async function sendCodeAgain(handle: string): Promise<void> {
  await within(amplify.resendSignUpCode({ username: handle }));
}

/** "unconfirmed" where the password is right and the sign-up was not confirmed yet. */
export async function signIn(name: string, password: string): Promise<"signed in" | "unconfirmed"> {
  const { isSignedIn, nextStep } = await within(amplify.signIn({ username: name, password, options: { authFlowType: "USER_SRP_AUTH" } }));
  if (isSignedIn) return "signed in";
  if (nextStep.signInStep === "CONFIRM_SIGN_UP") return "unconfirmed";
  throw new Failure([nextStep.signInStep]);
}

export async function sendRecoveryCode(name: string): Promise<void> {
  await within(amplify.resetPassword({ username: name }));
}

export async function setNewPassword(name: string, code: string, password: string): Promise<void> {
  await within(amplify.confirmResetPassword({ username: name, confirmationCode: code, newPassword: password }));
}

/** Once signed in: another handle in place of one that was taken. */
export async function chooseHandle(handle: string): Promise<void> {
  await within(amplify.updateUserAttributes({ userAttributes: { preferred_username: handle } }));
}

/** The account itself: nobody can sign in by it any more. */
export async function deleteUser(): Promise<void> {
  await within(amplify.deleteUser());
}

interface Kept {
  accessToken: string;
  handle: string;
  name: string;
}

// As the library names it before it has looked for the refresh token, and after.
const nothingToRefreshWith = new Set(["UserUnAuthenticatedException", "TokenRefreshException"]);

/** The tokens, refreshed where they have run out, or in any case; null where the session has ended. */
export async function kept(refresh: boolean): Promise<Kept | null> {
  try {
    const { tokens } = await within(fetchAuthSession({ forceRefresh: refresh }));
    if (tokens === undefined) return null;
    const claim = (name: string) => {
      const value = tokens.idToken?.payload[name];
      return typeof value === "string" ? value : "";
    };
    return { accessToken: tokens.accessToken.toString(), handle: claim("preferred_username"), name: claim("name") };
  } catch (error) {
    if (error instanceof Failure && nothingToRefreshWith.has(error.codes[0] ?? "")) return null;
    throw error;
  }
}
