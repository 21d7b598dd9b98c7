// Signing up and in by the page of `cruddur up`, from an empty folder, with nothing but local AWS behind it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, afterEach, before, test } from "node:test";
import { breaches, launch, main, open, overflow, sql, startUp, titled } from "./support.mjs";

const password = "Sturdy-Passw0rd";
let up, pool, browser;
const opened = [];

before(async () => {
  up = await startUp();
  pool = (await (await fetch(`${up.page}/api/configuration`)).json()).user_pool;
  browser = await launch();
});

afterEach(async () => {
  for (const tab of opened.splice(0)) await tab.close();
});

after(async () => {
  await browser?.close();
  await up?.stop();
});

async function visit(place = "", options) {
  const tab = await open(browser, `${up.page}/${place}`, options);
  opened.push(tab);
  return tab;
}

async function codeFor(address) {
  return (await (await fetch(`${up.aws}/_local/mailbox.json?to=${encodeURIComponent(address)}`)).json()).messages[0].code;
}

async function cognito(action, input) {
  const headers = { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": `AWSCognitoIdentityProviderService.${action}` };
  const whose = "AccessToken" in input ? {} : { ClientId: pool.client_id };
  const answer = await fetch(up.aws, { method: "POST", headers, body: JSON.stringify({ ...whose, ...input }) });
  const body = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(body));
  return body;
}

async function newMember(handle, confirmed = true) {
  const attributes = { email: `${handle}@example.com`, name: `The ${handle}`, preferred_username: handle };
  await cognito("SignUp", { Username: handle, Password: password, UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })) });
  if (confirmed) await cognito("ConfirmSignUp", { Username: handle, ConfirmationCode: await codeFor(attributes.email) });
  return handle;
}

async function fillSignUp(page, { name = "A Person", handle, email = `${handle}@example.com` }) {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Handle").fill(handle);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
}

async function signIn(page, name, secret = password) {
  await page.getByLabel("Handle or email").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(secret);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

async function confirm(page, code) {
  await page.getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Confirm" }).click();
}

const refusal = (page, text) => page.getByRole("alert").filter({ hasText: text }).waitFor();
const isSignedIn = (page) =>
  page.getByLabel("Your post").waitFor().catch(async (failed) => {
    throw new Error(`${failed.message}\nThe page says: ${await page.locator("body").innerText()}`);
  });
const posts = (page) => main(page).getByRole("feed", { name: "Home feed" }).getByRole("article");
const focused = (page) => page.evaluate(() => document.activeElement.getAttribute("name") ?? document.activeElement.textContent);
const keys = (page) => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("Cognito")));

async function write(page, message) {
  await page.getByLabel("Your post").fill(message);
  await page.getByRole("button", { name: "Post", exact: true }).click();
}

// The refreshes that the page asks Cognito for from now on.
function refreshes(page) {
  const found = [];
  page.on("request", (sent) => {
    if (sent.headers()["x-amz-target"]?.endsWith("GetTokensFromRefreshToken")) found.push(sent.url());
  });
  return found;
}

test("who signs up posts as oneself, over a reload, and others see it; the function wrote the row", async () => {
  const { page, complaints } = await visit("signup");
  const name = "Aoife O'Brien 🦜 مريم'); DROP TABLE users;--";
  await fillSignUp(page, { name, handle: "Aoife9" });
  await page.getByRole("heading", { name: "Confirm your address" }).waitFor();
  assert.equal(sql(up.url, "-c", "select count(*) from users where handle = 'Aoife9'"), "0");
  await confirm(page, await codeFor("Aoife9@example.com"));
  await isSignedIn(page);
  await page.getByText("@Aoife9").first().waitFor();
  const row = "select display_name, email, length(cognito_user_id) from users where handle = 'Aoife9'";
  assert.equal(sql(up.url, "-c", row), `${name}|Aoife9@example.com|36`);
  const message = "I was not here a minute ago.";
  await write(page, message);
  const mine = (tab) => posts(tab).filter({ hasText: message });
  await mine(page).waitFor();
  await page.reload();
  await mine(page).waitFor();
  await isSignedIn(page);
  assert.equal(await mine(page).getByRole("heading").innerText(), name);
  const other = await visit();
  await mine(other.page).waitFor();
  assert.equal(await other.page.getByLabel("Your post").count(), 0);
  const log = execFileSync("/usr/bin/aws", ["--endpoint-url", up.aws, "logs", "tail", "/aws/lambda/cruddur-post-confirmation"], {
    encoding: "utf8",
    timeout: 60_000,
    env: { PATH: process.env.PATH, AWS_DEFAULT_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" },
  });
  assert.match(log, /the user was added/);
  assert.doesNotMatch(log, /Aoife/);
  // Chromium speaks of every 404: that nobody has the handle yet.
  assert.deepEqual(complaints.concat(other.complaints).filter((text) => !text.includes("404")), []);
});

test("an access token that has run out, or that the API refuses, is replaced unseen", async () => {
  await newMember("lasting");
  const { page } = await visit("signin");
  await signIn(page, "lasting");
  await isSignedIn(page);
  const asked = refreshes(page);
  const spoil = () =>
    page.evaluate(() => {
      const key = Object.keys(localStorage).find((name) => name.endsWith(".accessToken"));
      localStorage.setItem(key, `${localStorage.getItem(key).slice(0, -8)}AAAAAAAA`);
    });
  await spoil();
  await write(page, "With a token that was spoilt.");
  await posts(page).filter({ hasText: "that was spoilt" }).waitFor();
  const before = asked.length;
  assert.ok(before > 0);
  await page.clock.install({ time: Date.now() + 2 * 3600_000 });
  await page.reload();
  await isSignedIn(page);
  await write(page, "Two hours later.");
  await posts(page).filter({ hasText: "Two hours later" }).waitFor();
  assert.ok(asked.length > before);
});

test("a sign-in that was revoked ends in words, and what was written is there after signing in again", async () => {
  await newMember("revoked");
  const { page } = await visit("signin");
  await signIn(page, "revoked");
  await isSignedIn(page);
  await page.getByLabel("Your post").fill("Half a thought");
  const kept = await page.evaluate(() => Object.fromEntries(Object.entries(localStorage).map(([key, value]) => [key.split(".").at(-1), value])));
  await cognito("GlobalSignOut", { AccessToken: kept.accessToken });
  await page.evaluate(() => {
    const key = Object.keys(localStorage).find((name) => name.endsWith(".accessToken"));
    localStorage.setItem(key, `${localStorage.getItem(key).slice(0, -8)}AAAAAAAA`);
  });
  await page.getByRole("button", { name: "Post", exact: true }).click();
  await refusal(page, "Your session has ended");
  await main(page).getByRole("link", { name: "Sign in" }).click();
  await signIn(page, "revoked");
  await isSignedIn(page);
  assert.equal(await page.getByLabel("Your post").inputValue(), "Half a thought");
});

test("a handle that somebody took meanwhile is replaced while confirming", async () => {
  const { page } = await visit("signup");
  await fillSignUp(page, { handle: "contested" });
  await page.getByRole("heading", { name: "Confirm your address" }).waitFor();
  sql(up.url, "-c", "insert into users (display_name, handle, cognito_user_id) values ('Faster', 'Contested', 'faster')");
  await confirm(page, await codeFor("contested@example.com"));
  await refusal(page, "That handle is taken");
  await page.getByLabel("Another handle").fill("uncontested");
  await page.getByRole("button", { name: "Confirm" }).click();
  await isSignedIn(page);
  await page.getByText("@uncontested").first().waitFor();
  assert.equal(sql(up.url, "-c", "select handle from users where email = 'contested@example.com'"), "uncontested");
});

test("a form that is not filled in says what is missing, and leads there", async () => {
  const { page, complaints } = await visit();
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByRole("heading", { name: "Create an account" }).waitFor();
  await page.getByRole("button", { name: "Create account" }).click();
  assert.equal(await focused(page), "name");
  await fillSignUp(page, { handle: "no spaces", email: "nowhere" });
  assert.equal(await focused(page), "username");
  assert.equal(await page.getByLabel("Email").getAttribute("aria-invalid"), "true");
  await page.getByLabel("Password", { exact: true }).fill("short");
  assert.equal(await page.locator(".rule-met").count(), 2);
  await page.getByRole("button", { name: "Show password" }).click();
  assert.equal(await page.getByLabel("Password", { exact: true }).getAttribute("type"), "text");
  for (const [label, kind] of [["Name", "name"], ["Handle", "username"], ["Email", "email"], ["Password", "new-password"]])
    assert.equal(await page.getByLabel(label, { exact: true }).getAttribute("autocomplete"), kind);
  assert.deepEqual(complaints, []);
});

test("a wrong code is refused in words, and a new one takes its place", async () => {
  const { page } = await visit("signup");
  await fillSignUp(page, { handle: "twice" });
  await page.getByRole("heading", { name: "Confirm your address" }).waitFor();
  const first = await codeFor("twice@example.com");
  await confirm(page, first === "000000" ? "000001" : "000000");
  await refusal(page, "That is not the code that was sent");
  await page.getByRole("button", { name: "Send a new code" }).click();
  await page.getByRole("status").filter({ hasText: "A new code is on its way" }).waitFor();
  await confirm(page, await codeFor("twice@example.com"));
  await isSignedIn(page);
});

test("a handle that is taken is refused before an account is made of it", async () => {
  await newMember("occupied", false);
  const { page } = await visit("signup");
  for (const handle of ["AndrewBrown", "Occupied"]) {
    await fillSignUp(page, { handle, email: "late@example.com" });
    await refusal(page, "That handle is taken");
    assert.equal(await page.getByLabel("Handle").getAttribute("aria-invalid"), "true");
    assert.equal(await focused(page), "username");
  }
});

test("a wrong password is refused, the right one signs in by handle or address, and signing out ends it everywhere", async () => {
  await newMember("keyholder");
  const { page } = await visit("signin");
  await signIn(page, "keyholder", "Wr0ng-Password");
  await refusal(page, "The handle or the password is wrong");
  await signIn(page, "@KeyHolder");
  await isSignedIn(page);
  await page.getByText("@keyholder").first().waitFor();
  const second = await page.context().newPage();
  await second.goto(up.page);
  await isSignedIn(second);
  const refreshToken = await page.evaluate(() => localStorage.getItem(Object.keys(localStorage).find((key) => key.endsWith(".refreshToken"))));
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Sign out on this device" }).click();
  for (const tab of [page, second]) await tab.getByRole("link", { name: "Sign in" }).first().waitFor();
  assert.deepEqual(await keys(page), []);
  await assert.rejects(cognito("GetTokensFromRefreshToken", { RefreshToken: refreshToken }), /NotAuthorizedException/);
  await page.goto(`${up.page}/signin`);
  await signIn(page, "keyholder@example.com");
  await isSignedIn(page);
});

test("who has not confirmed is led there from signing in", async () => {
  await newMember("halfway", false);
  const { page } = await visit("signin");
  await signIn(page, "halfway");
  await page.getByRole("heading", { name: "Confirm your address" }).waitFor();
  await confirm(page, await codeFor("halfway@example.com"));
  await isSignedIn(page);
});

test("a forgotten password is replaced by the code that was sent", async () => {
  await newMember("forgetful");
  const { page } = await visit("signin");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByLabel("Handle or email").fill("forgetful@example.com");
  await page.getByRole("button", { name: "Send the code" }).click();
  await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
  await page.getByLabel("Code").fill(await codeFor("forgetful@example.com"));
  await page.getByLabel("New password", { exact: true }).fill("Another-Passw0rd");
  await page.getByRole("button", { name: "Set password" }).click();
  await isSignedIn(page);
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Sign out on this device" }).click();
  await page.goto(`${up.page}/signin`);
  await signIn(page, "forgetful", password);
  await refusal(page, "The handle or the password is wrong");
  await signIn(page, "forgetful", "Another-Passw0rd");
  await isSignedIn(page);
});

for (const colorScheme of ["light", "dark"]) {
  test(`no form stands in the way of assistive technology or of a phone, in ${colorScheme}`, async () => {
    const { page, complaints } = await visit("", { colorScheme, viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true });
    await page.getByRole("link", { name: "Create an account" }).waitFor();
    assert.deepEqual(await breaches(page), []);
    for (const [place, title] of [["signup", "Create an account"], ["confirm?handle=x", "Confirm your address"], ["signin", "Sign in"],
      ["forgot", "Recover your password"], ["forgot?sent=x", "Choose a new password"]]) {
      await page.goto(`${up.page}/${place}`);
      await page.getByRole("heading", { name: title }).waitFor();
      await page.locator(".account-form button[type=submit]").click(); // with all that is wrong said
      await page.locator(".field-wrong").first().waitFor();
      assert.deepEqual(await breaches(page), [], place);
      assert.ok((await overflow(page)) <= 0, place);
      await titled(page, `${title} · Cruddur`);
    }
    assert.deepEqual(complaints, []);
  });
}
