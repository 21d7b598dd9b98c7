// What holds on every page, for everybody: assistive technology, the keyboard, a phone, the address, and what a visit costs.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { axeSource, breaches, briefly, launch, main, makeIssuer, open, overflow, source, sql, startServe, startUp, titled } from "./support.mjs";

const subject = "browser-test-user";
let up, issuer, serve, browser, post, author, conversation;
const opened = [];

before(async () => {
  up = await startUp();
  issuer = makeIssuer(up.folder);
  sql(up.url, "-c", `insert into users (display_name, handle, email, cognito_user_id) values ('Test Person', 'tester', 'tester@example.com', '${subject}')`);
  [post, author] = sql(up.url, "-c", "select '@' || handle || '/status/' || a.uuid || '|' || display_name from activities a join users u on u.uuid = a.user_uuid where replies_count > 0 and reply_to_activity_uuid is null and expires_at > now() limit 1").split("|");
  conversation = sql(up.url, "-c", `with opened as (
    insert into message_groups (first_user_uuid, second_user_uuid)
    select least(me.uuid, other.uuid), greatest(me.uuid, other.uuid) from users me, users other where me.handle = 'tester' and other.handle = 'worf'
    returning uuid) select uuid from opened`);
  sql(up.url, "-c", `insert into messages (message_group_uuid, sender_uuid, receiver_uuid, message, created_at)
    select '${conversation}', case when n % 3 = 0 then k.user_uuid else k.other_user_uuid end, case when n % 3 = 0 then k.other_user_uuid else k.user_uuid end,
           'Message ' || n || repeat(' of honour', n), now() - (40 - n) * interval '1 minute'
    from generate_series(1, 30) n, message_group_members k join users u on u.uuid = k.user_uuid
    where k.message_group_uuid = '${conversation}' and u.handle = 'tester'`);
  serve = await startServe(up.url, issuer);
  browser = await launch(briefly);
});

after(async () => {
  for (const tab of opened) await tab.close();
  await browser?.close();
  await serve?.stop();
  await up?.stop();
});

async function visit(address, options) {
  const tab = await open(browser, address, options);
  opened.push(tab);
  return tab;
}

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const posts = (page) => main(page).getByRole("feed", { name: "Home feed" }).getByRole("article");
const signedIn = () => ({ tokens: { client: issuer.client, accessToken: issuer.token(subject), idToken: issuer.idToken("tester", "Test Person") } });
const focused = (page) => page.evaluate(() => document.activeElement.tagName + (document.activeElement.id && `#${document.activeElement.id}`));

// The address of each file of web/src/pages, and the title it has there.
const places = () => ({
  home: ["/", "Cruddur"],
  search: ["/search?term=review", "review · Cruddur"],
  activity: [`/${post}`, `Post by ${author} (${post.split("/")[0]}) · Cruddur`],
  profile: ["/@andrewbrown", "Andrew Brown (@andrewbrown) · Cruddur"],
  followers: ["/@andrewbrown/followers", "Followers · Cruddur"],
  followees: ["/@andrewbrown/following", "Following · Cruddur"],
  following: ["/following", "Following · Cruddur"],
  notifications: ["/notifications", "Notifications · Cruddur"],
  messages: ["/messages", "Messages · Cruddur"],
  messages_conversation: [`/messages/${conversation}`, "Messages · Cruddur"],
  messages_new: ["/messages/new/londo", "Messages · Cruddur"],
  settings: ["/settings", "Settings · Cruddur"],
  about: ["/about", "About · Cruddur"],
  privacy: ["/privacy", "Privacy · Cruddur"],
  sign_up: ["/signup", "Create an account · Cruddur"],
  confirm: ["/confirm", "Confirm your address · Cruddur"],
  sign_in: ["/signin", "Sign in · Cruddur"],
  forgot: ["/forgot", "Recover your password · Cruddur"],
  nowhere: ["/no/such/place", "Nothing here · Cruddur"],
});

async function isThere(page, title) {
  await titled(page, title);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.getByText(/^Loading (posts|messages)/).waitFor({ state: "detached" });
}

const watchShift = () => {
  window.shift = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shift += entry.value))).observe({ type: "layout-shift", buffered: true });
};

// What the keyboard leads to without showing that it is there.
async function unseenFocus(page) {
  const unseen = [];
  for (let i = 0; i < 25; ++i) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return null;
      const outlined = (one) => one !== null && getComputedStyle(one).outlineStyle !== "none" && parseFloat(getComputedStyle(one).outlineWidth) >= 2;
      const box = element.getBoundingClientRect();
      const shown = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < window.innerHeight;
      return { name: element.outerHTML.slice(0, 120), visible: shown && (outlined(element) || outlined(element.closest("form[role=search]"))) };
    });
    if (stop === null) break;
    if (!stop.visible) unseen.push(stop.name);
  }
  return unseen;
}

test("the pages that are visited here are all there are", () => {
  const files = readdirSync(join(source, "web", "src", "pages")).filter((name) => name.endsWith(".tsx"));
  assert.deepEqual(Object.keys(places()).sort(), files.map((name) => basename(name, ".tsx")).sort());
});

for (const colorScheme of ["light", "dark"]) {
  for (const who of ["a stranger", "a member"]) test(`every page is there for ${who}, stands still, and shuts nobody out, in ${colorScheme}`, async () => {
    const { page, complaints } = await visit(`${serve.page}/about`, { colorScheme, ...phone, ...(who === "a member" && signedIn()) });
    await page.addInitScript(watchShift);
    await page.addInitScript(axeSource); // which takes ten times as long to bring in afterwards
    for (const [name, [place, title]] of Object.entries(places())) {
      const document = await page.goto(`${serve.page}${place}`);
      const served = (await document.text()).match(/<title>([^<]*)/)[1];
      assert.equal(served, name === "search" ? "Search · Cruddur" : title);
      await isThere(page, title);
      assert.deepEqual(await breaches(page), [], name);
      assert.ok((await overflow(page)) <= 0, name);
      assert.ok((await page.evaluate(() => window.shift)) < 0.02, `${name} moved by ${await page.evaluate(() => window.shift)}`);
      assert.deepEqual(await unseenFocus(page), [], name);
    }
    assert.deepEqual(complaints.filter((text) => !text.includes("404")), []); // Chromium speaks of every 404
  });
}

test("Back and Forward lead through the pages, and an address that is none says so", async () => {
  const { page, complaints } = await visit(up.page);
  const way = Object.values(places());
  for (const [place, title] of way) {
    await page.goto(`${up.page}${place}`);
    await isThere(page, title);
  }
  await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  for (const [, title] of way.slice(0, -1).reverse()) {
    await page.goBack();
    await isThere(page, title);
  }
  for (const [, title] of way.slice(1)) {
    await page.goForward();
    await isThere(page, title);
  }
  assert.deepEqual(complaints.filter((text) => !text.includes("404")), []);
});

// What came over the wire of scripts, in bytes.
async function scriptsOf(options) {
  const { page } = await visit("about:blank", options);
  const scripts = [];
  page.on("requestfinished", (request) => request.resourceType() === "script" && scripts.push(request));
  await page.goto(serve.page, { waitUntil: "networkidle" });
  await posts(page).first().waitFor();
  const sizes = await Promise.all(scripts.map(async (request) => (await request.sizes()).responseBodySize));
  return { names: scripts.map((request) => new URL(request.url()).pathname), bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

test("the home page's scripts are small, and Cognito's come only where one signs in", async () => {
  for (const options of [{}, signedIn()]) {
    const { names, bytes } = await scriptsOf(options);
    assert.ok(names.length > 0 && !names.some((name) => name.includes("cognito")), names.join(", "));
    assert.ok(bytes > 0 && bytes <= 60_000, `${bytes} bytes`);
  }
});

for (const colorScheme of ["light", "dark"]) {
  test(`nothing stands in the way of assistive technology, in ${colorScheme}`, async () => {
    const { page, complaints } = await visit(serve.page, { colorScheme, ...signedIn() });
    await posts(page).first().waitFor();
    assert.deepEqual(await breaches(page), []);
    for (const role of ["main", "search", "complementary"]) assert.equal(await page.getByRole(role).count(), 1, role);
    assert.equal(await page.getByRole("navigation", { name: "Main" }).count(), 1);
    await page.goto(`${serve.page}/search?term=zzzz`);
    await page.getByText("Nothing found").waitFor();
    assert.deepEqual(await breaches(page), []);
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
    assert.equal(ground[0] < 128, colorScheme === "dark");
    assert.deepEqual(complaints, []);
  });
}

test("nothing is wider than a phone, not even one long word", async () => {
  const word = "long".repeat(60);
  sql(up.url, "-c", `insert into activities (user_uuid, message) select uuid, '${word}' from users where handle = 'londo'`);
  const { page } = await visit(serve.page, { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true, ...signedIn() });
  const post = posts(page).filter({ hasText: word });
  await post.waitFor();
  assert.ok((await overflow(page)) <= 0);
  assert.deepEqual(await breaches(page), []);
  await post.locator(".when").click();
  await page.getByRole("heading", { level: 1, name: "Londo Mollari" }).waitFor();
  assert.ok((await overflow(page)) <= 0);
});

test("the keyboard alone is enough", async () => {
  const { page } = await visit(serve.page, signedIn());
  await posts(page).first().waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the posts");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "MAIN");
  assert.equal(new URL(page.url()).hash, "");
  const tag = () => page.evaluate(() => document.activeElement.tagName);
  for (let i = 0; i < 4 && (await tag()) !== "TEXTAREA"; ++i) await page.keyboard.press("Tab"); // the feeds' tabs stand before
  await page.keyboard.type("By keyboard");
  await page.keyboard.press("Control+Enter");
  const mine = posts(page).filter({ hasText: "By keyboard" });
  await mine.waitFor();
  const outlined = () => page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== "none");
  for (let i = 0; i < 12 && (await page.evaluate(() => document.activeElement.className)) !== "when"; ++i) await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "when");
  assert.equal(await outlined(), true);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Test Person" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "MAIN");
});

test("the focus stays in the page when what had it is gone", async () => {
  const { page } = await visit("about:blank");
  let fails = true;
  await page.route(/activities\/(search|@worf)/, (route) => (fails ? route.abort() : route.continue()));
  for (const address of ["/search?term=coffee", "/@worf/status/00000000-0000-4000-8000-000000000000"]) {
    await page.goto(`${up.page}${address}`);
    const again = page.getByRole("button", { name: "Try again" });
    await again.focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement.tagName !== "BUTTON");
    assert.equal(await focused(page), "MAIN#content", address);
    await again.waitFor();
  }
  fails = false;
  await page.goto(`${up.page}/search?term=review`);
  await main(page).getByRole("feed", { name: "Posts with" }).getByRole("article").first().waitFor();
});

test("the focus stays at the end of the list while older posts come, and when there are no more", async () => {
  const { page } = await visit("about:blank");
  await page.addInitScript(() => {
    window.IntersectionObserver = class {
      observe() {}
      disconnect() {}
    };
  });
  await page.goto(up.page);
  await posts(page).first().waitFor();
  const older = page.getByRole("button", { name: /Older posts|Loading/ });
  await older.focus();
  for (let shown = await posts(page).count(); (await older.count()) > 0; shown = await posts(page).count()) {
    await page.keyboard.press("Enter");
    await page.waitForFunction((before) => document.querySelectorAll("article").length > before, shown);
    assert.notEqual(await focused(page), "BODY");
  }
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "That is everything that has not expired.");
});

test("nothing on a phone moves by itself while the page comes, whatever comes first", async () => {
  for (const late of ["**/api/configuration", "**/api/activities/home"]) {
    for (const [address, options] of [[up.page, {}], [serve.page, signedIn()]]) {
      const { page } = await visit("about:blank", { ...phone, ...options });
      await page.route(late, async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 400));
        await route.continue();
      });
      await page.addInitScript(watchShift);
      await page.goto(address);
      await posts(page).first().waitFor();
      await page.waitForTimeout(1_000); // what would move has moved by then
      assert.ok((await page.evaluate(() => window.shift)) < 0.02, `${await page.evaluate(() => window.shift)} where ${late} is late at ${address}`);
    }
  }
});

test("keys go from post to post, to the search and to their own list, unless they are switched off", async () => {
  const { page } = await visit(serve.page, signedIn());
  await posts(page).nth(2).waitFor();
  const at = () => page.evaluate(() => document.activeElement.getAttribute("aria-posinset"));
  await page.keyboard.press("j");
  assert.equal(await at(), "1");
  await page.keyboard.press("j");
  await page.keyboard.press("PageDown");
  assert.equal(await at(), "3");
  await page.keyboard.press("PageUp");
  await page.keyboard.press("k");
  assert.equal(await at(), "1");
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  assert.deepEqual(await breaches(page), []);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await at(), "1");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.type), "search");
  await page.keyboard.press("j"); // is a letter there
  assert.equal(await page.getByLabel("Search posts").inputValue(), "j");
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByLabel("Single keys act").uncheck();
  await page.getByRole("link", { name: "Home", exact: true }).click();
  await posts(page).first().waitFor();
  await page.keyboard.press("j");
  assert.equal(await at(), null);
});
