// What the browser tests stand on: the real program on a folder of its own, a token issuer, and Chromium.
import { execFileSync, spawn } from "node:child_process";
import { createSign, generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const program = process.env.CRUDDUR_PROGRAM;
const startMs = 240_000;
const waitMs = 90_000; // both for a machine that has much else to do
export const source = process.env.CRUDDUR_SOURCE_DIR;
export const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A program of ours, running: its first line of standard output, and its end. */
export async function start(args, variables = {}) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...variables } });
  let said = "";
  child.stderr.on("data", (text) => (said += text));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async (signal = "SIGTERM") => {
    if (child.exitCode === null) child.kill(signal);
    return ended;
  };
  const line = await Promise.race([
    new Promise((resolve) => createInterface(child.stdout).once("line", resolve)),
    ended.then((code) => Promise.reject(new Error(`cruddur ${args[0]} ended with ${code}: ${said}`))),
    new Promise((_, reject) => setTimeout(() => reject(new Error(`cruddur ${args[0]} said nothing: ${said}`)), startMs).unref()),
  ]).catch(async (failed) => {
    await stop();
    throw failed;
  });
  return { line, stop };
}

export async function startUp() {
  const folder = mkdtempSync(join(tmpdir(), "cruddur-browser-"));
  chmodSync(folder, 0o755); // the unprivileged user that PostgreSQL runs as passes through
  const up = await start(["up", "--json", "--data-dir", join(folder, "data"), "--port", "0", "--database-port", "0", "--cloud-port", "0"]);
  const addresses = JSON.parse(up.line);
  return {
    folder,
    page: addresses.api_and_page,
    url: addresses.connection_url,
    aws: addresses.aws_endpoint,
    stop: async () => {
      await up.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Somebody who has signed up in the user pool of `cruddur up`, and confirmed it. */
export async function newMember(up, { handle, name, password }) {
  const email = `${handle}@example.com`;
  const { user_pool: pool } = await (await fetch(`${up.page}/api/configuration`)).json();
  const ask = async (action, input) => {
    const headers = { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": `AWSCognitoIdentityProviderService.${action}` };
    const answer = await fetch(up.aws, { method: "POST", headers, body: JSON.stringify({ ClientId: pool.client_id, Username: handle, ...input }) });
    if (!answer.ok) throw new Error(`${action}: ${await answer.text()}`);
  };
  const attributes = { email, name, preferred_username: handle };
  await ask("SignUp", { Password: password, UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })) });
  const { messages } = await (await fetch(`${up.aws}/_local/mailbox.json?to=${encodeURIComponent(email)}`)).json();
  await ask("ConfirmSignUp", { ConfirmationCode: messages[0].code });
}

/** Signs access tokens as a user pool does; `serve` takes them by the key set's file. */
export function makeIssuer(folder) {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwks = join(folder, "jwks.json");
  writeFileSync(jwks, JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "browser", use: "sig", alg: "RS256" }] }));
  const region = "us-east-1";
  const pool = "us-east-1_browser";
  const client = "browser-client";
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return {
    jwks,
    client,
    variables: { AWS_DEFAULT_REGION: region, AWS_COGNITO_USER_POOL_ID: pool, AWS_COGNITO_USER_POOL_CLIENT_ID: client },
    /** As the pool tells the page who somebody is; the API takes none. */
    idToken(handle, name) {
      return `${encode({ alg: "none" })}.${encode({ preferred_username: handle, name })}.`;
    },
    token(subject, livesSeconds = 3600) {
      const now = Math.floor(Date.now() / 1000);
      const text = `${encode({ kid: "browser", alg: "RS256" })}.${encode({
        sub: subject,
        iss: `https://cognito-idp.${region}.amazonaws.com/${pool}`,
        client_id: client,
        token_use: "access",
        iat: now - 7200,
        exp: now + livesSeconds,
        username: subject,
      })}`;
      return `${text}.${createSign("RSA-SHA256").update(text).sign(privateKey).toString("base64url")}`;
    },
  };
}

export async function startServe(url, issuer, port = 0) {
  const serve = await start(["serve", "--port", String(port), "--threads", "1", "--jwks", issuer.jwks], { CONNECTION_URL: url, ...issuer.variables });
  return { page: serve.line.replace("API and page  ", ""), stop: serve.stop };
}

export function sql(url, ...args) {
  return execFileSync("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", url, ...args], { encoding: "utf8", timeout: 60_000, stdio: ["ignore", "pipe", "pipe"] }).trim();
}

// For pages that are looked at for a second or two each: to compile for speed what runs so briefly, axe above all, takes more
// of the processor than it gives back. Whoever signs in by a password needs it: that is numbers of 3,072 bits, by a script.
export const briefly = ["--js-flags=--no-maglev,--no-turbofan"];

/** `more` are further arguments of Chromium's. */
export function launch(more = []) {
  return chromium.launch({
    // Chromium's engine without a browser's window: with one, each page's own address field, menus and all, was loaded
    // beside it, and took the processor from the page that is measured.
    executablePath: "/usr/bin/chromium-headless-shell",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", ...more],
    timeout: startMs,
  });
}

/** Puts tokens where the page's library keeps those of who is signed in. Runs in the page. */
export function keepTokens({ client, accessToken, refreshToken, idToken }) {
  const prefix = `CognitoIdentityServiceProvider.${client}`;
  localStorage.setItem(`${prefix}.LastAuthUser`, "tester");
  localStorage.setItem(`${prefix}.tester.accessToken`, accessToken);
  if (idToken) localStorage.setItem(`${prefix}.tester.idToken`, idToken);
  if (refreshToken) localStorage.setItem(`${prefix}.tester.refreshToken`, refreshToken);
}

/**
 * A tab of its own, in which nothing moves: to draw a page sixty times a second while it waits takes the processor from
 * what it waits for. `tokens` are those of who is signed in at each load. `complaints` collects console errors, exceptions
 * and violations of the page's policy.
 */
export async function open(browser, address, { tokens, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(waitMs);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.exposeFunction("complain", (text) => complaints.push(text));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => window.complain(`${event.violatedDirective} ${event.blockedURI}`));
  });
  if (tokens !== undefined) await page.addInitScript(keepTokens, tokens);
  await page.goto(address);
  return { page, complaints, close: () => context.close() };
}

/**
 * What the page itself shows. What the server wrote in its place has no id: it goes when the script comes, and on a busy
 * machine is seen before.
 */
export const main = (page) => page.locator("main[id]");

/** What the page decides by an element's measured size, a table's focus above all, stands two frames later. */
export function twoFrames(page) {
  return page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))));
}

/** What axe finds in the page as it is. */
export async function breaches(page) {
  // What fades in has not its colours yet; what turns for ever has no end.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((one) => one.playState === "running" && one.effect.getComputedTiming().endTime < Infinity).map((one) => one.finished)));
  await twoFrames(page);
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}

/** How much wider than its window the page is. */
export async function overflow(page) {
  return page.evaluate(() => document.scrollingElement.scrollWidth - window.innerWidth);
}

/** Waits for the document's title, which follows what the page shows. */
export function titled(page, title) {
  return page.waitForFunction((wanted) => document.title === wanted, title, { timeout: waitMs });
}
