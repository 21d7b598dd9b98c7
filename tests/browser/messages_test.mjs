// Two people who write to each other, in two windows, until one of them leaves.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "./console_support.mjs";
import { breaches, launch, main, newMember, open, sql, startUp } from "./support.mjs";

const password = "Sturdy-Passw0rd";
let up, browser, ada, grace;
const opened = [];

before(async () => {
  up = await startUp();
  browser = await launch();
  await newMember(up, { handle: "ada", name: "Ada Lovelace", password });
  await newMember(up, { handle: "grace", name: "Grace Hopper", password });
  ada = await signedIn("ada");
  grace = await signedIn("grace");
});

after(async () => {
  for (const tab of opened) await tab.close();
  await browser?.close();
  await up?.stop();
});

async function visit(place, options) {
  const tab = await open(browser, `${up.page}${place}`, options);
  opened.push(tab);
  return tab.page;
}

async function signedIn(handle, options) {
  const page = await visit("/signin", options);
  await signIn(page, handle);
  await page.getByLabel("Your post").waitFor();
  return page;
}

async function signIn(page, handle) {
  await page.getByLabel("Handle or email").fill(handle);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

const place = (page, name) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name });
const messages = (page) => page.getByRole("region", { name: "Messages" }).getByRole("listitem");
const message = (page, text) => messages(page).filter({ hasText: text });
const field = (page) => page.getByLabel("Your message");
const row = (page, name) => page.getByRole("list", { name: "Conversations" }).getByRole("listitem").filter({ hasText: name });
const delivered = (page, text) => message(page, text).getByRole("button", { name: "Delete" }).waitFor();
const path = (page) => new URL(page.url()).pathname;
const count = (statement) => Number(sql(up.url, "-c", statement));
const y = (locator) => locator.evaluate((element) => element.getBoundingClientRect().top);

async function send(page, text) {
  await field(page).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

/** As coming back to the tab does: the page asks for what is new. */
const look = (page) => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));

test("one opens a conversation by the other's handle, who is told, reads it, and answers", async () => {
  await place(ada, "Messages").click();
  await ada.getByRole("heading", { name: "No conversations yet" }).waitFor();
  await ada.goto(`${up.page}/messages/new/GRACE`);
  await ada.getByRole("heading", { level: 1, name: "Grace Hopper" }).waitFor();
  await send(ada, "The engine weaves <b>patterns</b>.");
  await delivered(ada, "The engine weaves <b>patterns</b>.");
  assert.match(path(ada), /^\/messages\/[0-9a-f-]{36}$/);

  await look(grace);
  await place(grace, "Messages").getByText(/^1\s*unread$/).waitFor();
  await place(grace, "Messages").click();
  await row(grace, "Ada Lovelace").getByText("The engine weaves").waitFor();
  await row(grace, "Ada Lovelace").getByText(/^1\s*unread$/).waitFor();
  await row(grace, "Ada Lovelace").getByRole("link").click();
  await message(grace, "The engine weaves").waitFor();
  assert.equal(path(grace), path(ada));
  await place(grace, "Messages").getByText("unread").waitFor({ state: "detached" }); // what is shown is read
  await grace.reload();
  await message(grace, "The engine weaves").waitFor();
  assert.equal(count("select sum(unread_count) from message_group_members"), 0);

  await send(grace, "As the loom weaves flowers.");
  await delivered(grace, "As the loom weaves flowers.");
  await look(ada);
  await message(ada, "As the loom weaves flowers.").waitFor();
  assert.equal(await message(ada, "As the loom").getByRole("button", { name: "Delete" }).count(), 0); // hers alone
  await grace.goBack();
  await row(grace, "Ada Lovelace").getByText("As the loom weaves flowers.").waitFor();
});

test("a conversation's address leads to it: reloaded, elsewhere, by the other's name, and for nobody else", async () => {
  const talk = path(ada);
  for (const way of [talk, "/messages/new/grace"]) {
    const other = await signedIn("ada");
    await other.goto(`${up.page}${way}`);
    await message(other, "As the loom weaves flowers.").waitFor();
    await other.getByRole("heading", { level: 1, name: "Grace Hopper @grace" }).waitFor();
    assert.equal(await other.getByRole("heading", { level: 1 }).getByRole("link").getAttribute("href"), "/@grace");
    assert.equal(path(other), talk);
    await other.close(); // it would go on reading what comes
  }
  const stranger = await visit(talk);
  await stranger.getByText("Sign in first").waitFor();
  assert.equal(await messages(stranger).count(), 0);
  await newMember(up, { handle: "eve", name: "Eve", password });
  const eve = await signedIn("eve");
  const answers = { [talk]: "There is no such conversation", "/messages/new/nobody-at-all": "Nobody to write to", "/messages/new/Eve": "That is you" };
  for (const [address, words] of Object.entries(answers)) {
    await eve.goto(`${up.page}${address}`);
    await eve.getByRole("heading", { name: words }).waitFor();
    assert.equal(await field(eve).count(), 0);
  }
  sql(up.url, "-c", "insert into blocks (blocker_uuid, blocked_uuid) select g.uuid, e.uuid from users g, users e where g.handle = 'grace' and e.handle = 'eve'");
  await eve.goto(`${up.page}/messages/new/grace`);
  await eve.getByRole("heading", { name: "Nobody to write to" }).waitFor();
});

test("what is not sent comes back, stays over a reload, and is sent once", async () => {
  const text = "Written once, whatever the network does.";
  await ada.route("**/api/messages", async (route) => {
    await route.fetch(); // the server has it
    await route.abort();
  }, { times: 1 });
  await send(ada, text);
  await ada.getByRole("alert").filter({ hasText: "Cruddur cannot be reached" }).waitFor();
  assert.equal(await field(ada).inputValue(), text);
  await ada.reload();
  await message(ada, "As the loom").waitFor();
  assert.equal(await field(ada).inputValue(), text);
  await ada.getByRole("button", { name: "Send" }).click();
  await ada.waitForFunction(() => document.querySelector("textarea").value === "");
  await delivered(ada, text);
  assert.equal(await message(ada, text).count(), 1);
  assert.equal(count(`select count(*) from messages where message = '${text}'`), 1);
});

test("a message is there at once, before Cruddur has it", async () => {
  let answer;
  await ada.route("**/api/messages", async (route) => {
    await new Promise((resolve) => (answer = resolve));
    await route.continue();
  }, { times: 1 });
  await send(ada, "Slowly.");
  await message(ada, "Slowly.").getByText("Sending…").waitFor();
  assert.equal(await field(ada).inputValue(), "");
  answer();
  await delivered(ada, "Slowly.");
});

test("one's own message is deleted for both, unless that is undone", async () => {
  await grace.goto(`${up.page}${path(ada)}`);
  await message(grace, "Slowly.").waitFor();
  const there = () => count("select count(*) from messages where message = 'Slowly.'");
  await message(ada, "Slowly.").getByRole("button", { name: "Delete" }).click();
  await message(ada, "Slowly.").waitFor({ state: "detached" });
  await ada.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await message(ada, "Slowly.").waitFor();
  assert.equal(there(), 1);
  await message(ada, "Slowly.").getByRole("button", { name: "Delete" }).click();
  await message(ada, "Slowly.").waitFor({ state: "detached" });
  await ada.reload(); // without waiting for the toast to go
  await message(ada, "As the loom").waitFor();
  for (let i = 0; i < 300 && there() !== 0; ++i) await ada.waitForTimeout(100);
  assert.equal(there(), 0);
  await look(grace);
  await message(grace, "Slowly.").waitFor({ state: "detached" });
});

test("older messages come as one scrolls up, and what one reads stays where it is", async () => {
  sql(up.url, "-c", `insert into messages (message_group_uuid, sender_uuid, receiver_uuid, message, created_at)
    select k.message_group_uuid, k.user_uuid, k.other_user_uuid, 'Old ' || n || repeat(' and long', n % 40), now() - interval '1 day' + n * interval '1 minute'
    from generate_series(1, 70) n, message_group_members k join users u on u.uuid = k.user_uuid where u.handle = 'grace'`);
  let pages = 0;
  await ada.route("**/api/messages/*cursor=*", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 300)); // so that one reads meanwhile
    ++pages;
    await route.continue();
  });
  await ada.reload();
  await messages(ada).first().waitFor();
  assert.equal(await messages(ada).count(), 20);
  assert.ok(await ada.evaluate(() => window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 120)); // it begins at the end
  assert.ok((await y(ada.getByRole("heading", { level: 1 }))) >= 0); // and still says whom it is with
  for (let shown = 20; shown < 70; shown = await messages(ada).count()) {
    await ada.mouse.move(640, 300);
    for (let i = 0; i < 40 && (await messages(ada).count()) === shown && (await ada.getByText("Loading…").count()) === 0; ++i) await ada.mouse.wheel(0, -300);
    await ada.waitForTimeout(50); // the wheel has run out
    const first = await messages(ada).first().elementHandle();
    const before = await y(first);
    await ada.waitForFunction((known) => document.querySelectorAll(".bubble").length > known, shown);
    const moved = (await y(first)) - before;
    assert.ok(Math.abs(moved) < 2, `it moved by ${moved}`);
  }
  await message(ada, /Old 1( |$)/).first().waitFor();
  const all = count("select count(*) from messages");
  await ada.waitForFunction((known) => document.querySelectorAll(".bubble").length === known, all);
  assert.equal(pages, Math.ceil(all / 20) - 1);
});

test("what comes while one reads above is announced, and read once one goes there", async () => {
  await ada.evaluate(() => window.scrollTo({ top: 0 }));
  // What is in the window is told with the next frame.
  await ada.evaluate(() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(shown, 100)))));
  await send(grace, "Are you still there?");
  await delivered(grace, "Are you still there?");
  await look(ada);
  const below = ada.getByRole("button", { name: "New messages" });
  await below.waitFor();
  assert.equal(await ada.evaluate(() => window.scrollY), 0);
  const unread = () => count("select unread_count from message_group_members k join users u on u.uuid = k.user_uuid where u.handle = 'ada'");
  assert.equal(unread(), 1);
  await below.click();
  await below.waitFor({ state: "detached" });
  for (let i = 0; i < 300 && unread() !== 0; ++i) await ada.waitForTimeout(100);
  assert.equal(unread(), 0);
});

const deadEnd = { times: 1 };

async function download(page) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download what is mine" }).click()]);
  const pieces = [];
  for await (const piece of await file.createReadStream()) pieces.push(piece);
  return { name: file.suggestedFilename(), all: JSON.parse(Buffer.concat(pieces).toString()) };
}

test("what is one's own comes as a file, whole or not at all", async () => {
  await place(ada, "Home").click();
  await ada.getByLabel("Your post").fill("To be taken along.");
  await ada.getByRole("button", { name: "Post", exact: true }).click();
  await main(ada).getByRole("article").filter({ hasText: "To be taken along." }).getByRole("button", { name: "Like" }).waitFor();
  await place(ada, "Settings").click();
  await main(ada).getByText("ada@example.com").waitFor();
  assert.equal(await main(ada).getByRole("link", { name: "See and edit your profile" }).getAttribute("href"), "/@ada");
  await ada.route("**/api/account/export", (route) => route.abort(), deadEnd);
  await ada.getByRole("button", { name: "Download what is mine" }).click();
  await ada.getByRole("alert").filter({ hasText: "Cruddur cannot be reached" }).waitFor();
  const { name, all } = await download(ada);
  assert.equal(name, "cruddur-ada.json");
  assert.equal(all.user.email, "ada@example.com");
  assert.deepEqual(all.activities.map((one) => one.message), ["To be taken along."]);
  const [conversation] = all.conversations;
  assert.equal(conversation.handle, "grace");
  assert.equal(conversation.messages.length, count("select count(*) from messages"));
  assert.ok(conversation.messages.some((one) => one.sent && one.message === "The engine weaves <b>patterns</b>."));
  await ada.getByText("It is among your downloads.").waitFor();
});

test("one leaves by typing one's handle, and what fails on the way is said, and gone on with", async () => {
  await ada.getByRole("button", { name: "Delete my account" }).click();
  const dialog = ada.getByRole("dialog", { name: "Delete your account?" });
  const sure = dialog.getByRole("button", { name: "Delete everything" });
  assert.deepEqual(await breaches(ada), []);
  assert.equal(await sure.isDisabled(), true);
  await dialog.getByLabel("Type your handle").fill("grace");
  assert.equal(await sure.isDisabled(), true);
  await dialog.getByLabel("Type your handle").fill("@Ada");
  await ada.route("**/api/account", (route) => (route.request().method() === "DELETE" ? route.abort() : route.continue()), deadEnd);
  await sure.click();
  await dialog.getByRole("alert").filter({ hasText: "Your account is not deleted, or not all of it." }).waitFor();
  assert.equal(count("select count(*) from users where handle = 'ada'"), 1);
  const isDeleteUser = (route) => route.request().headers()["x-amz-target"]?.endsWith(".DeleteUser");
  let fails = true;
  await ada.route(`${up.aws}/**`, (route) => (fails && isDeleteUser(route) ? route.abort() : route.continue()));
  await sure.click();
  await dialog.getByRole("alert").filter({ hasText: "your sign-in is not yet" }).waitFor();
  assert.equal(count("select count(*) from users where handle = 'ada'"), 0);
  await ada.reload(); // whoever gave up there finds the rest
  await ada.getByRole("heading", { name: "Cruddur has no account for this sign-in" }).waitFor();
  assert.deepEqual(await breaches(ada), []);
  fails = false;
  await ada.getByRole("button", { name: "Delete the sign-in" }).click();
  await ada.locator(".toast").getByText("Farewell").waitFor();
  await place(ada, "Sign in").waitFor();
  assert.deepEqual(await ada.evaluate(() => Object.keys(localStorage).concat(Object.keys(sessionStorage))), []);
  await until(0, () => count("select count(*) from activities where message = 'To be taken along.'")); // goes in steps
});

test("who has left cannot sign in, and the conversation with them says that it is gone", async () => {
  await place(ada, "Sign in").click();
  await signIn(ada, "ada");
  await ada.getByRole("alert").filter({ hasText: "The handle or the password is wrong." }).waitFor();
  await look(grace);
  await grace.getByRole("heading", { name: "There is no such conversation" }).waitFor();
  await place(grace, "Messages").click();
  await grace.getByRole("heading", { name: "No conversations yet" }).waitFor();
  await grace.goto(`${up.page}/messages/new/ada`);
  await grace.getByRole("heading", { name: "Nobody to write to" }).waitFor();
});

test("one leaves in one go where nothing fails", async () => {
  await place(grace, "Settings").click();
  await grace.getByRole("button", { name: "Delete my account" }).click();
  await grace.getByLabel("Type your handle").fill("grace");
  await grace.getByRole("button", { name: "Delete everything" }).click();
  await grace.locator(".toast").getByText("Farewell").waitFor();
  assert.equal(count("select count(*) from users where handle = 'grace'"), 0);
  await grace.goto(`${up.page}/signin`);
  await signIn(grace, "grace");
  await grace.getByRole("alert").filter({ hasText: "The handle or the password is wrong." }).waitFor();
});
