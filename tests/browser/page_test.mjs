import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { breaches, keepTokens, launch, main, makeIssuer, open, source, sql, startServe, startUp, titled } from "./support.mjs";

const subject = "browser-test-user";
let up, issuer, serve, browser;
const opened = [];

before(async () => {
  up = await startUp();
  issuer = makeIssuer(up.folder);
  sql(up.url, "-c", `insert into users (display_name, handle, email, cognito_user_id) values ('Test Person', 'tester', 'tester@example.com', '${subject}')`);
  serve = await startServe(up.url, issuer);
  browser = await launch();
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

const posts = (page) => main(page).getByRole("feed", { name: "Home feed" }).getByRole("article");
const tokens = (livesSeconds) => ({ client: issuer.client, accessToken: issuer.token(subject, livesSeconds), idToken: issuer.idToken("tester", "Test Person") });
const signedIn = () => ({ tokens: tokens() });

async function write(page, message, ttl) {
  const form = page.getByRole("form", { name: "Write a post" });
  await form.getByLabel("Your post").fill(message);
  if (ttl) await form.getByLabel("Lives for").selectOption(ttl);
  await form.getByRole("button", { name: "Post" }).click();
}

test("the feed of `cruddur up` shows the seed, with its author, time, life and counts", async () => {
  const { page, complaints } = await visit(up.page);
  const seed = posts(page).filter({ hasText: "This was imported as seed data!" });
  await seed.waitFor();
  assert.equal(await seed.getByRole("heading").innerText(), "Andrew Brown");
  assert.match(await seed.innerText(), /@andrewbrown/);
  assert.match(await seed.locator("time").getAttribute("datetime"), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.match(await seed.locator("time").innerText(), /^\d+ (min|h)$/);
  assert.ok(await seed.locator("time").getAttribute("title"));
  assert.match(await seed.innerText(), /10 days left/);
  assert.match(await seed.locator(".counts").innerText(), /2\s+replies/);
  await titled(page, "Cruddur");
  assert.deepEqual(complaints, []);
});

test("older posts come while one scrolls, until there are no more", async () => {
  const { page, complaints } = await visit(up.page);
  await posts(page).first().waitFor();
  const all = Number(sql(up.url, "-c", "select count(*) from activities where reply_to_activity_uuid is null and (expires_at is null or expires_at > now())"));
  assert.ok(all > 20);
  for (let i = 0; i < 20 && !(await page.getByText("That is everything that has not expired.").isVisible()); ++i) {
    await page.mouse.wheel(0, 4000);
    await page.waitForTimeout(250);
  }
  await page.getByText("That is everything that has not expired.").waitFor();
  const names = await posts(page).locator(".when").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.length > 20 && names.length >= all - 2, `${names.length} of ${all}`);
  assert.deepEqual(complaints, []);
});

test("a post is shown as it was typed, to whom wrote it and to others", async () => {
  const { page, complaints } = await visit(serve.page, signedIn());
  await posts(page).first().waitFor();
  const messages = ["'); DROP TABLE users;--", "<img src=x onerror=alert(1)><b>bold</b> &amp;"];
  for (const message of messages) {
    await write(page, message, "1-hour");
    await posts(page).filter({ has: page.getByText(message, { exact: true }) }).waitFor();
    assert.equal(await posts(page).first().locator(".message").innerText(), message);
    assert.equal(await page.getByLabel("Your post").inputValue(), "");
  }
  const other = await visit(up.page);
  for (const message of messages) await posts(other.page).filter({ has: other.page.getByText(message, { exact: true }) }).waitFor();
  assert.equal(await other.page.locator(".message img, .message b").count(), 0);
  assert.equal(sql(up.url, "-c", "select count(*) > 0 from users"), "t");
  assert.deepEqual(complaints.concat(other.complaints), []);
});

test("only whom holds a token may write, and what is too long cannot be sent", async () => {
  const stranger = await visit(serve.page);
  await posts(stranger.page).first().waitFor();
  assert.equal(await stranger.page.getByRole("form", { name: "Write a post" }).count(), 0);
  const { page } = await visit(serve.page, signedIn());
  const form = page.getByRole("form", { name: "Write a post" });
  const send = form.getByRole("button", { name: "Post" });
  assert.equal(await send.isDisabled(), true);
  await form.getByLabel("Your post").fill("🚲".repeat(280)); // code points, not UTF-16 units
  assert.match(await form.locator(".left").innerText(), /^0/);
  assert.equal(await send.isDisabled(), false);
  await form.getByLabel("Your post").fill("🚲".repeat(281));
  assert.match(await form.locator(".left").innerText(), /^-1/);
  assert.equal(await send.isDisabled(), true);
});

test("an answer that got lost is asked for again without a second post, and the text stays until then", async () => {
  const { page } = await visit(serve.page, signedIn());
  await posts(page).first().waitFor();
  const message = "Written once, whatever the network does.";
  await page.route("**/api/activities", async (route) => {
    await route.fetch(); // the server has it
    await route.abort();
  }, { times: 1 });
  await write(page, message);
  await page.getByText("Cruddur cannot be reached").waitFor();
  assert.equal(await page.getByLabel("Your post").inputValue(), message);
  await page.getByRole("button", { name: "Post", exact: true }).click();
  await posts(page).filter({ hasText: message }).waitFor();
  assert.equal(await page.getByLabel("Your post").inputValue(), "");
  assert.equal(sql(up.url, "-c", `select count(*) from activities where message = '${message}'`), "1");
});

test("a session that ends says so in words, still reads, and keeps what was written", async () => {
  const { page } = await visit(serve.page, signedIn());
  await posts(page).first().waitFor();
  await page.evaluate(keepTokens, tokens(-3600));
  await write(page, "Kept.");
  await page.getByRole("alert").filter({ hasText: "Your session has ended" }).waitFor();
  assert.equal(await page.getByLabel("Your post").count(), 0);
  await posts(page).first().waitFor();
  await page.reload(); // signed in again
  assert.equal(await page.getByLabel("Your post").inputValue(), "Kept.");
});

test("posts of others are announced, and shown when one asks for them", async () => {
  const { page } = await visit(up.page);
  await posts(page).first().waitFor();
  const before = await posts(page).count();
  sql(up.url, "-c", "insert into activities (user_uuid, message, expires_at) select uuid, 'Fresh from elsewhere', now() + interval '1 hour' from users where handle = 'worf'");
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange"))); // as coming back to the tab does
  const pill = page.getByRole("button", { name: "1 new post" });
  await pill.waitFor();
  assert.equal(await posts(page).count(), before);
  await pill.click();
  await posts(page).first().filter({ hasText: "Fresh from elsewhere" }).waitFor();
  assert.equal(await pill.count(), 0);
});

test("a search has its address, and says when nothing was found", async () => {
  const { page, complaints } = await visit(up.page);
  await page.getByLabel("Search posts").fill("jollof");
  await page.keyboard.press("Enter");
  const found = main(page).getByRole("feed", { name: "Posts with" }).getByRole("article");
  await found.filter({ hasText: "Pot of jollof" }).waitFor();
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, "/search?term=jollof");
  await titled(page, "jollof · Cruddur");
  await page.goto(`${up.page}/search?term=${encodeURIComponent("100% nowhere & <b>")}`);
  await page.getByText("Nothing found").waitFor();
  assert.match(await main(page).innerText(), /100% nowhere & <b>/);
  await page.goBack();
  await found.filter({ hasText: "Pot of jollof" }).waitFor();
  assert.deepEqual(complaints, []);
});

test("a post has an address of its own, and one that is gone says so", async () => {
  const { page } = await visit(up.page);
  await posts(page).filter({ hasText: "Three rules of review" }).locator(".when").click();
  await page.getByRole("heading", { level: 1, name: "Andrew Bayko" }).waitFor();
  assert.match(page.url(), /\/@bayko\/status\/[0-9a-f-]{36}$/);
  const again = await visit(page.url());
  const message = again.page.locator(".message").first();
  assert.equal(await message.innerText(), "Three rules of review:\n1. read it\n2. run it\n3. be kind");
  await again.page.goto(`${up.page}/@bayko/status/00000000-0000-4000-8000-000000000000`);
  await again.page.getByText("That post is not here").waitFor();
  await titled(again.page, "Nothing here · Cruddur");
});

test("right-to-left text runs from the right, in a page that runs from the left", async () => {
  const { page } = await visit(up.page);
  const message = posts(page).filter({ hasText: "القهوة" }).locator(".message");
  await message.waitFor();
  assert.equal(await message.evaluate((element) => getComputedStyle(element).direction), "rtl");
  const english = posts(page).filter({ hasText: "Renamed a column" }).locator(".message");
  assert.equal(await english.evaluate((element) => getComputedStyle(element).direction), "ltr");
});

test("while posts are on their way that is said, and that it takes long", async () => {
  const { page } = await visit(`${up.page}/search`);
  await page.clock.install();
  let answer;
  await page.route("**/api/activities/search?*", async (route) => {
    await new Promise((resolve) => (answer = resolve));
    await route.continue();
  });
  await page.getByLabel("Search posts").fill("jollof");
  await page.keyboard.press("Enter");
  await page.getByRole("status").filter({ hasText: "Loading posts" }).waitFor({ state: "attached" });
  await page.clock.runFor(5_000);
  await page.getByRole("status").filter({ hasText: "Still loading posts" }).waitFor();
  answer();
  await main(page).getByRole("feed").getByRole("article").first().waitFor();
  assert.equal(await page.getByText("loading posts").count(), 0);
});

test("without a network that is said, and what failed is read again once it is back", async () => {
  const { page } = await visit(up.page);
  await page.context().setOffline(true);
  await page.getByRole("status").filter({ hasText: "You are offline" }).waitFor();
  await page.getByLabel("Search posts").fill("jollof");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "Cruddur cannot be reached" }).waitFor();
  await page.context().setOffline(false);
  await main(page).getByRole("feed").getByRole("article").first().waitFor();
  assert.equal(await page.getByText("You are offline").count(), 0);
});

test("a server that is gone is an error in words, and trying again recovers", async () => {
  const mortal = await startServe(up.url, issuer);
  const { page } = await visit(mortal.page);
  await posts(page).first().waitFor();
  await mortal.stop("SIGKILL");
  await page.getByLabel("Search posts").fill("coffee");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "Cruddur cannot be reached" }).waitFor();
  const back = await startServe(up.url, issuer, new URL(mortal.page).port);
  try {
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Nothing found").waitFor();
    await page.getByRole("link", { name: "Home", exact: true }).click();
    await posts(page).first().waitFor();
  } finally {
    await back.stop();
  }
});

test("an empty feed says that all is quiet", async () => {
  sql(up.url, "-c", "create database quiet");
  const quiet = up.url.replace(/\/cruddur$/, "/quiet");
  sql(quiet, "--single-transaction", "-f", join(source, "db", "schema.sql"));
  const empty = await startServe(quiet, issuer);
  try {
    const { page, complaints } = await visit(empty.page);
    await page.getByRole("heading", { name: "All quiet" }).waitFor();
    assert.deepEqual(await breaches(page), []);
    assert.deepEqual(complaints, []);
  } finally {
    await empty.stop();
  }
});

const denyStorage = () => {
  for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, {
      get() {
        throw new DOMException("Access is denied for this document.", "SecurityError");
      },
    });
  }
};

const newPost = (message, handle = "worf") =>
  sql(up.url, "-c", `insert into activities (user_uuid, message, expires_at) select uuid, '${message}', now() + interval '7 days' from users where handle = '${handle}' returning uuid`);

const comeBack = (page) => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));

test("a browser that keeps nothing shows the page all the same, and the way in", async () => {
  const { page, complaints } = await visit("about:blank");
  await page.addInitScript(denyStorage);
  await page.goto(up.page);
  await posts(page).first().waitFor();
  await page.getByRole("link", { name: "Sign in" }).first().click();
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  assert.deepEqual(complaints, []);
});

test("a browser that has no room keeps what is written in the page alone", async () => {
  const { page, complaints } = await visit("about:blank");
  await page.addInitScript(keepTokens, tokens());
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
    };
  });
  await page.goto(serve.page);
  await page.getByLabel("Your post").fill("No room for this.");
  await posts(page).first().waitFor();
  assert.equal(await page.getByLabel("Your post").inputValue(), "No room for this.");
  assert.deepEqual(complaints, []);
});

test("new posts are announced even after older ones could not be had", async () => {
  const { page } = await visit("about:blank");
  await page.route(/activities\/home\?/, (route) => route.abort());
  await page.goto(up.page);
  await posts(page).first().waitFor();
  await page.getByRole("button", { name: "Older posts" }).click();
  await page.getByRole("alert").filter({ hasText: "cannot be reached" }).waitFor();
  newPost("After the failure");
  await comeBack(page);
  await page.getByRole("button", { name: "1 new post" }).waitFor();
});

test("new posts stand in the order of their time among those of one's own, and leave none out", async () => {
  const { page } = await visit(serve.page, signedIn());
  await posts(page).first().waitFor();
  newPost("Before mine");
  await write(page, "Mine, a little later");
  await posts(page).filter({ hasText: "Mine, a little later" }).waitFor();
  newPost("After mine");
  await comeBack(page);
  await page.getByRole("button", { name: "2 new posts" }).click();
  await posts(page).filter({ hasText: "After mine" }).waitFor();
  assert.deepEqual((await posts(page).locator(".message").allInnerTexts()).slice(0, 3), ["After mine", "Mine, a little later", "Before mine"]);
  for (let number = 0; number < 25; ++number) newPost(`Many ${number}`);
  await write(page, "Mine, after many");
  await posts(page).filter({ hasText: "Mine, after many" }).waitFor();
  await comeBack(page);
  await page.getByRole("button", { name: /new posts/ }).click();
  await posts(page).filter({ hasText: "Many 24" }).waitFor();
  const shown = () => posts(page).locator(".message").allInnerTexts();
  for (let i = 0; i < 40 && !(await shown()).includes("Many 0"); ++i) {
    await page.mouse.wheel(0, 4000);
    await page.waitForTimeout(250);
  }
  const wanted = ["Mine, after many", ...Array.from({ length: 25 }, (_, number) => `Many ${24 - number}`), "After mine"];
  assert.deepEqual((await shown()).slice(0, wanted.length), wanted);
});

test("times are right at once after a while away", async () => {
  const { page } = await visit("about:blank");
  await page.addInitScript(() => {
    const now = Date.now;
    let away = 0;
    Date.now = () => now() + away;
    window.passTime = (ms) => (away += ms);
    window.setInterval = () => 1; // a browser that holds up the timers of a tab that is out of sight
  });
  newPost("Looked at again later");
  await page.goto(up.page);
  const time = posts(page).filter({ hasText: "Looked at again later" }).locator("time");
  const shows = (text) => page.waitForFunction(
    (wanted) => [...document.querySelectorAll("article")].some((one) => one.textContent.includes("Looked at again later") && one.querySelector("time").textContent === wanted), text);
  assert.equal(await time.innerText(), "now");
  await page.evaluate(() => window.passTime(2 * 3_600_000));
  await comeBack(page);
  await shows("2 h");
  await page.getByRole("link", { name: "Sign in" }).first().click();
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await page.evaluate(() => window.passTime(2 * 3_600_000));
  await page.goBack();
  await shows("4 h");
});

test("a post is titled by whom wrote it, and has no other handle's address", async () => {
  const { page } = await visit(up.page);
  const uuid = newPost("Not by Worf", "londo");
  await page.goto(`${up.page}/@londo/status/${uuid}`);
  await page.getByRole("heading", { level: 1, name: "Londo Mollari" }).waitFor();
  await titled(page, "Post by Londo Mollari (@londo) · Cruddur");
  assert.equal((await page.goto(`${up.page}/@worf/status/${uuid}`)).status(), 404);
  await page.getByText("That post is not here").waitFor();
});

test("a post stands in the list at once, and comes back to the form where it is not taken", async () => {
  const { page } = await visit(serve.page, signedIn());
  await posts(page).first().waitFor();
  let answer;
  await page.route("**/api/activities", async (route) => {
    await new Promise((resolve) => (answer = resolve));
    await route.fulfill({ status: 503, contentType: "application/json", body: '["unavailable"]' });
  }, { times: 1 });
  await write(page, "Here at once");
  const mine = posts(page).filter({ hasText: "Here at once" });
  await mine.getByText("Sending").waitFor();
  assert.equal(await page.getByLabel("Your post").inputValue(), "");
  await page.getByLabel("Your post").fill("And typed meanwhile");
  answer();
  await page.getByRole("alert").filter({ hasText: "catching its breath" }).waitFor();
  assert.equal(await mine.count(), 0);
  assert.equal(await page.getByLabel("Your post").inputValue(), "Here at once\n\nAnd typed meanwhile");
});

test("what is on its way when the page is loaded again is there to be sent once more, and is one post", async () => {
  const { page } = await visit(serve.page, signedIn());
  await posts(page).first().waitFor();
  await page.route("**/api/activities", async (route) => {
    await route.fetch(); // the server has it, and the page never hears of it
    await new Promise(() => undefined);
  }, { times: 1 });
  await write(page, "Sent, and then reloaded", "3-hours");
  await page.waitForFunction(() => document.querySelector(".activity-pending") !== null);
  for (let i = 0; i < 200 && sql(up.url, "-c", "select count(*) from activities where message = 'Sent, and then reloaded'") !== "1"; ++i) await page.waitForTimeout(100);
  await page.reload();
  assert.equal(await page.getByLabel("Your post").inputValue(), "Sent, and then reloaded");
  assert.equal(await page.getByLabel("Lives for").inputValue(), "3-hours");
  await page.getByRole("button", { name: "Post", exact: true }).click();
  await posts(page).filter({ hasText: "Sent, and then reloaded" }).getByText("now").waitFor();
  assert.equal(sql(up.url, "-c", "select count(*) from activities where message = 'Sent, and then reloaded'"), "1");
});

test("tags, handles and addresses in a post lead somewhere, and are text all the same", async () => {
  newPost("Tea, #EarlGrey, for @worf: see https://example.com/tea?a=1&b=2.");
  const { page, complaints } = await visit(up.page);
  const one = posts(page).filter({ hasText: "EarlGrey" });
  assert.equal(await one.locator(".message").innerText(), "Tea, #EarlGrey, for @worf: see https://example.com/tea?a=1&b=2.");
  const address = one.locator(".message").getByRole("link", { name: /example/ });
  assert.equal(await address.getAttribute("href"), "https://example.com/tea?a=1&b=2");
  assert.match(await address.getAttribute("rel"), /nofollow/);
  assert.equal(await one.locator(".message").getByRole("link", { name: "@worf" }).getAttribute("href"), "/@worf");
  await one.locator(".message").getByRole("link", { name: "#EarlGrey" }).click();
  await page.waitForFunction(() => document.title === "#EarlGrey · Cruddur");
  await page.getByRole("feed", { name: "Posts with" }).getByText("EarlGrey").first().waitFor();
  assert.deepEqual(complaints, []);
});

test("Back shows the list where it was left, without asking for it", async () => {
  for (let number = 0; number < 12; ++number) newPost(`Tall ${number}`);
  const { page } = await visit(up.page);
  await posts(page).first().waitFor();
  await page.mouse.wheel(0, 900);
  await page.waitForFunction(() => history.state?.y > 500);
  const before = await page.evaluate(() => window.scrollY);
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
  assert.equal(await page.evaluate(() => window.scrollY), 0);
  await page.goBack();
  await posts(page).first().waitFor();
  assert.ok(Math.abs((await page.evaluate(() => window.scrollY)) - before) < 5);
});

test("an address is a document of its own: it says what it shows without a script, and what is none is a 404", async () => {
  const uuid = newPost("Read <without> a script", "londo");
  const { page } = await visit("about:blank", { javaScriptEnabled: false });
  for (const address of ["/", `/@londo/status/${uuid}`]) {
    await page.goto(up.page + address);
    await page.getByRole("article").getByText("Read <without> a script").waitFor();
  }
  assert.equal(await page.locator("meta[property='og:description']").getAttribute("content"), "Read <without> a script");
  assert.equal(await page.locator("meta[property='og:title']").getAttribute("content"), "Post by Londo Mollari (@londo)");
  const answers = { "/search?term=x": 200, "/settings": 200, "/no/such/place": 404, "/api/none": 404, "/assets/none.js": 404, "/@none": 404 };
  for (const [address, status] of Object.entries(answers)) {
    const answer = await fetch(up.page + address);
    assert.equal(answer.status, status, address);
    const isJson = /^\/(api|assets)\//.test(address);
    assert.match(answer.headers.get("content-type"), isJson ? /json/ : /html/, address);
    if (isJson) assert.deepEqual(await answer.json(), ["not_found"]);
    else assert.equal(answer.headers.get("cache-control"), "no-cache", address);
  }
  const home = await fetch(up.page);
  const again = await fetch(up.page, { headers: { "If-None-Match": home.headers.get("etag") } });
  assert.ok([200, 304].includes(again.status)); // a post may have expired in between
  const script = (await home.text()).match(/src="(\/assets\/[^"]+)"/)[1];
  assert.match((await fetch(up.page + script)).headers.get("cache-control"), /immutable/);
});
