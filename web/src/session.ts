// Who is signed in. The library behind cognito.ts keeps the tokens; everything else asks here, and signs in and out here.
import type * as Cognito from "./cognito";
import { userPool } from "./configuration";
import { givenConfiguration, signedOut } from "./given";
import { lasting } from "./storage";
import { useStore } from "./store";

interface Session {
  state: "signed out" | "signed in" | "ended"; // "ended": signed out by Cognito, not by the person
  handle: string; // "" until it is known
  name: string; // as signed up
  endpoint: string | null | undefined; // of Cognito; null where nobody can sign in, undefined until that is known
}

const keptBy = "CognitoIdentityServiceProvider.";
const retryMs = 5_000;
const leewayMs = 60_000; // a token that runs out on its way is of no use

function hasTokens(): boolean {
  return lasting.keys().some((key) => key.startsWith(keptBy) && key.endsWith(".accessToken"));
}

function givenEndpoint(): string | null | undefined {
  return givenConfiguration === null ? undefined : (givenConfiguration.user_pool?.endpoint ?? null);
}

let session: Session = {
  state: hasTokens() ? "signed in" : "signed out",
  handle: stored()?.handle ?? "",
  name: stored()?.name ?? "",
  endpoint: givenEndpoint(),
};
const listeners = new Set<() => void>();

function become(change: Partial<Session>): void {
  const next = { ...session, ...change };
  if ((Object.keys(next) as (keyof Session)[]).every((member) => next[member] === session[member])) return;
  session = next;
  for (const listener of listeners) listener();
}

let loaded: Promise<typeof Cognito> | null = null;

async function load(): Promise<typeof Cognito> {
  const pool = await userPool();
  if (pool === null) throw new Error("there is no user pool to sign in by");
  const module = await import("./cognito");
  module.configure(pool);
  return module;
}

/** The calls of Cognito. Throws Failure where the configuration cannot be had. */
export async function cognito(): Promise<typeof Cognito> {
  loaded ??= load();
  try {
    return await loaded;
  } catch (error) {
    loaded = null;
    throw error;
  }
}

// What the library keeps, as long as it holds: so it is fetched only where one signs in, and when a token has run out.
function stored(): { accessToken: string; handle: string; name: string } | null {
  const key = lasting.keys().find((one) => one.startsWith(keptBy) && one.endsWith(".accessToken"));
  const accessToken = key === undefined ? null : lasting.getItem(key);
  if (key === undefined || accessToken === null) return null;
  const ends = claimsOf(accessToken)["exp"];
  if (typeof ends !== "number" || ends * 1000 < Date.now() + leewayMs) return null;
  const { preferred_username: handle, name } = claimsOf(lasting.getItem(key.replace(/accessToken$/, "idToken")) ?? "");
  return { accessToken, handle: typeof handle === "string" ? handle : "", name: typeof name === "string" ? name : "" };
}

function claimsOf(token: string): Record<string, unknown> {
  try {
    const bytes = atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (one) => one.charCodeAt(0)))) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** The access token to send, refreshed where it has run out or where that is asked; null for nobody. */
export async function accessToken(refresh = false): Promise<string | null> {
  if (!hasTokens() || (await userPool()) === null) return null;
  const tokens = (refresh ? null : stored()) ?? (await (await cognito()).kept(refresh));
  if (tokens === null) {
    forget();
    become({ state: "ended", handle: "", name: "" });
    return null;
  }
  become({ state: "signed in", handle: tokens.handle, name: tokens.name });
  return tokens.accessToken;
}

function forget(): void {
  for (const key of lasting.keys()) {
    if (key.startsWith(keptBy)) lasting.removeItem(key);
  }
}

export async function signIn(name: string, password: string): Promise<"signed in" | "unconfirmed"> {
  const done = await (await cognito()).signIn(name, password);
  if (done === "signed in") await accessToken();
  return done;
}

/** On this device, and at once: whoever closes the page now has left. The refresh token is revoked where Cognito can be reached. */
export async function signOut(): Promise<void> {
  const key = lasting.keys().find((one) => one.startsWith(keptBy) && one.endsWith(".refreshToken"));
  const token = key === undefined ? null : lasting.getItem(key);
  forget();
  become({ state: "signed out", handle: "", name: "" });
  try {
    const pool = await userPool();
    if (token === null || pool === null) return;
    await fetch(`${pool.endpoint}/`, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSCognitoIdentityProviderService.RevokeToken" },
      body: JSON.stringify({ ClientId: pool.client_id, Token: token }),
    });
  } catch {
    // It runs out by itself.
  }
}

/** Learns where people sign in, and who is. */
export async function begin(): Promise<void> {
  try {
    become({ endpoint: (await userPool())?.endpoint ?? null });
  } catch {
    window.setTimeout(() => void begin(), retryMs);
    return;
  }
  try {
    await accessToken();
  } catch {
    // Cognito is away; the tokens are here, and the next call asks again.
  }
}

// Another tab signed in or out.
function follow(event: StorageEvent): void {
  if (event.key !== null && !event.key.startsWith(keptBy)) return;
  if (!hasTokens()) become({ state: "signed out", handle: "", name: "" });
  else if (session.state !== "signed in") void accessToken().catch(() => undefined);
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) window.addEventListener("storage", follow);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener("storage", follow);
  };
}

function read(): Session {
  return session;
}

/** The session, and a new render whenever it changes. */
export function useSession(): Session {
  return useStore(subscribe, read);
}

/** As whom what one reads is read: another one has other lists. */
export function useReader(): string {
  const { state, handle } = useSession();
  return state === "signed in" ? `signed in ${handle}` : signedOut;
}

/** The handle of whom is signed in, "" for nobody and until it is known. */
export function ownHandle(): string {
  return session.handle;
}
