// What one can take along, and how one leaves: one's own account, all that it has as a file, and its end.
import { download, send } from "./api";
import { Failure } from "./failure";
import { cognito, signOut } from "./session";
import { ofTab } from "./storage";

export interface Account {
  handle: string;
  display_name: string;
  email: string | null;
}

export function readAccount(signal: AbortSignal): Promise<Account> {
  return send("GET", "/api/account", undefined, { signal });
}

/** Whether Cruddur has no account for whom is signed in. Reads nobody may fail so where nobody is signed in any more. */
export function isUnknown(error: unknown): boolean {
  return error instanceof Failure && error.status === 401;
}

/** All that Cruddur has of whom is signed in, as the file that it is to be; `arrived` is told how many bytes there are. */
export function exportAccount(arrived: (bytes: number) => void): Promise<Blob> {
  return download("/api/account/export", arrived);
}

const deletingMs = 120_000; // of who wrote much

/**
 * Cruddur's part, then the sign-in: without that, nobody could ask for the first. Throws Failure; done again it goes on
 * where it stopped.
 */
export async function leave(part: (which: "account" | "sign-in") => void): Promise<void> {
  part("account");
  try {
    await send("DELETE", "/api/account", undefined, { timeout: AbortSignal.timeout(deletingMs) });
  } catch (error) {
    if (!(error instanceof Failure && error.codes.includes("account_unknown"))) throw error; // it is gone already
  }
  part("sign-in");
  await leaveCognito();
}

/** The sign-in alone, where Cruddur has no account for it. */
export async function leaveCognito(): Promise<void> {
  await (await cognito()).deleteUser();
  for (const key of ofTab.keys()) ofTab.removeItem(key);
  await signOut();
}
