// Two people in two windows, each step by the page and nothing else; and at each the address bears a reload, Back, and
// being pasted elsewhere.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, main, open, sql, startUp } from "./support.mjs";

const password = "Sturdy-Passw0rd";
let up, browser, ada, grace;
const opened = [];

before(async () => {
  up = await startUp();
  browser = await launch();
});

after(async () => {
  for (const tab of opened) await tab.close();
  await browser?.close();
  await up?.stop();
});

async function visit(place) {
  const tab = await open(browser, `${up.page}${place}`, { permissions: ["clipboard-read", "clipboard-write"] });
  opened.push(tab);
  return tab;
}

async function codeFor(address) {
  return (await (await fetch(`${up.aws}/_local/mailbox.json?to=${encodeURIComponent(address)}`)).json()).messages[0].code;
}

async function signUp(handle, name) {
  const { page } = await visit("/signup");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Handle").fill(handle);
  await page.getByLabel("Email").fill(`${handle}@example.com`);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("heading", { name: "Confirm your address" }).waitFor();
  await page.getByLabel("Code").fill(await codeFor(`${handle}@example.com`));
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByLabel("Your post").waitFor();
  return page;
}

const post = (page, text) => main(page).getByRole("article").filter({ hasText: text });
const place = (page, name) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name });
const toast = (page, text) => page.locator(".toast").filter({ hasText: text }).waitFor();

async function menu(page, of, item) {
  await of.getByRole("button", { name: /^More about/ }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

// What is seen here stays so on a reload, and whoever is given the address sees it too.
async function holds(page, seen, forAll = true) {
  await seen(page).first().waitFor();
  await page.reload();
  await seen(page).first().waitFor();
  if (!forAll) return;
  const other = await visit(page.url().slice(up.page.length));
  await seen(other.page).first().waitFor();
  await opened.pop().close();
}

test("two sign up, and one posts; the other finds it by its tag", async () => {
  ada = await signUp("ada", "Ada Lovelace");
  grace = await signUp("grace", "Grace Hopper");
  await ada.getByLabel("Your post").fill("The #engine weaves algebraic patterns.");
  await ada.getByRole("button", { name: "Post", exact: true }).click();
  await post(ada, "algebraic patterns").getByRole("button", { name: "Like" }).waitFor();
  await place(grace, "Search").click();
  await main(grace).getByRole("link", { name: "#engine" }).click();
  await post(grace, "algebraic patterns").waitFor();
  assert.equal(new URL(grace.url()).search, "?term=%23engine");
  await holds(grace, (page) => post(page, "algebraic patterns"));
  await grace.goBack();
  await main(grace).getByRole("link", { name: "#engine" }).waitFor();
  await grace.goForward();
  await grace.getByLabel("Search posts").fill("algebr"); // as one types
  await grace.waitForFunction(() => document.title === "algebr · Cruddur");
  await post(grace, "algebraic patterns").waitFor();
});

test("she likes it, reposts it, and replies in place; the thread has it", async () => {
  const theirs = post(grace, "algebraic patterns");
  await theirs.getByRole("button", { name: "Like" }).click();
  await theirs.getByRole("button", { name: "Repost" }).click();
  await theirs.getByRole("button", { name: "Reply to Ada Lovelace" }).click();
  await theirs.getByLabel("Your reply").fill("As the loom weaves flowers, @ada.");
  await theirs.getByRole("button", { name: "Reply", exact: true }).click();
  await toast(grace, "Replied.");
  assert.match(await theirs.locator(".counts").innerText(), /1\s+reply[^]*1\s+repost[^]*1\s+like/);
  await grace.locator(".toast").getByRole("link", { name: "Show" }).click();
  await grace.getByRole("heading", { level: 1, name: "Grace Hopper" }).waitFor();
  await post(grace, "algebraic patterns").waitFor(); // what it replies to
  await holds(grace, (page) => post(page, "algebraic patterns"));
  await post(grace, "algebraic patterns").getByRole("link", { name: "1 reply" }).click();
  await grace.getByRole("heading", { level: 1, name: "Ada Lovelace" }).waitFor();
  await holds(grace, (page) => page.getByRole("feed", { name: "Replies" }).getByText("As the loom weaves flowers"));
});

test("the other is told, and the count of what is new goes once it was seen", async () => {
  await ada.reload();
  const bell = place(ada, /Notifications/);
  await bell.getByText(/[23]\s*unread/).waitFor();
  await bell.click();
  const list = ada.getByRole("list", { name: "Notifications" });
  for (const what of ["liked your post", "reposted your post", "replied to you"]) await list.getByText(what).first().waitFor();
  await bell.getByText("unread").waitFor({ state: "detached" });
  await ada.reload();
  await list.getByRole("listitem").first().waitFor();
  assert.equal(await list.locator(".notification-new").count(), 0);
  await list.getByRole("link", { name: "As the loom weaves flowers" }).first().click();
  await ada.getByRole("heading", { level: 1, name: "Grace Hopper" }).waitFor();
});

test("a link is shared by the clipboard, and a deletion is undone, then done", async () => {
  await place(ada, "Home").click();
  const mine = post(ada, "algebraic patterns");
  await mine.getByRole("button", { name: "Share this post" }).click();
  await toast(ada, "copied");
  const link = await ada.evaluate(() => navigator.clipboard.readText());
  assert.match(link, /\/@ada\/status\//);
  assert.match(await (await fetch(link)).text(), /og:description" content="The #engine weaves/);
  await menu(ada, mine, "Delete");
  await mine.waitFor({ state: "detached" });
  await ada.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await mine.waitFor();
  const there = () => sql(up.url, "-c", "select count(*) from activities where message like '%algebraic%'");
  assert.equal(there(), "1");
  await post(grace, "algebraic patterns").first().getByRole("button", { name: /^More about/ }).click();
  await grace.getByRole("menuitem", { name: "Report this post" }).waitFor();
  assert.equal(await grace.getByRole("menuitem", { name: "Delete" }).count(), 0); // hers alone
  await menu(ada, mine, "Delete");
  await mine.waitFor({ state: "detached" });
  await ada.reload(); // without waiting for the toast to go
  await ada.getByLabel("Your post").waitFor();
  for (let i = 0; i < 100 && there() !== "0"; ++i) await ada.waitForTimeout(100);
  assert.equal(there(), "0");
  assert.equal((await fetch(link)).status, 404);
});

test("one signs out in the settings, and what is one's own is shown no longer", async () => {
  await place(ada, "Settings").click();
  await ada.getByText("You are signed in as @ada.").waitFor();
  await ada.getByRole("button", { name: "Sign out on this device" }).click();
  await main(ada).getByRole("link", { name: "Sign in" }).waitFor();
  await ada.goto(`${up.page}/notifications`);
  await ada.getByText("Sign in first").waitFor();
});
