// Two people in two windows, who find, follow, mute, report and block one another; at each step the address bears a reload,
// Back, and being pasted elsewhere.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { breaches, launch, main, makeIssuer, open, overflow, sql, startServe, startUp, titled, twoFrames } from "./support.mjs";

const names = { ada: "Ada Lovelace", grace: "Grace Hopper" };
let up, issuer, serve, browser, ada, grace;
const opened = [];

before(async () => {
  up = await startUp();
  issuer = makeIssuer(up.folder);
  for (const [handle, name] of Object.entries(names))
    sql(up.url, "-c", `insert into users (display_name, handle, email, cognito_user_id) values ('${name}', '${handle}', '${handle}@example.com', 'subject-${handle}')`);
  serve = await startServe(up.url, issuer);
  browser = await launch();
  ada = await member("ada", "/");
  grace = await member("grace", "/");
});

after(async () => {
  for (const tab of opened) await tab.close();
  await browser?.close();
  await serve?.stop();
  await up?.stop();
});

async function visit(place, options) {
  const tab = await open(browser, `${serve.page}${place}`, options);
  opened.push(tab);
  return tab;
}

const tokensOf = (handle) => ({ client: issuer.client, accessToken: issuer.token(`subject-${handle}`), idToken: issuer.idToken(handle, names[handle]) });

async function member(handle, place, options) {
  const { page, complaints } = await visit(place, { tokens: tokensOf(handle), ...options });
  page.complaints = complaints;
  return page;
}

const post = (page, text) => main(page).getByRole("article").filter({ hasText: text });
const heading = (page, name) => page.getByRole("heading", { level: 1, name });
const toast = (page, text) => page.locator(".toast").filter({ hasText: text }).waitFor();
const write = (handle, message) =>
  sql(up.url, "-c", `insert into activities (user_uuid, message, expires_at) select uuid, '${message}', now() + interval '7 days' from users where handle = '${handle}' returning uuid`);

async function menu(page, of, item) {
  await of.getByRole("button", { name: /^More about/ }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

// What is seen here stays so on a reload, and whoever is given the address sees it, or what they see instead.
async function holds(page, seen, elsewhere = seen) {
  await seen(page).first().waitFor();
  await page.reload();
  await seen(page).first().waitFor();
  const other = await visit(page.url().slice(serve.page.length));
  await elsewhere(other.page).first().waitFor();
  await opened.pop().close();
}

const watchShift = () => {
  window.shift = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shift += entry.value))).observe({ type: "layout-shift", buffered: true });
};

const found = (page) => page.getByRole("list", { name: "People called" }).getByRole("link", { name: /Ada Lovelace/ });

test("the search finds people and posts as one types, asks when one stops, and forgets what comes too late", async () => {
  write("ada", "The engine weaves patterns.");
  await grace.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Search" }).click();
  const asked = [];
  grace.on("request", (request) => request.url().includes("/api/users/search") && asked.push(new URL(request.url()).searchParams.get("term")));
  let answerLate;
  await grace.route(/activities\/search\?term=coffee/, async (route) => {
    await new Promise((resolve) => (answerLate = resolve));
    await route.continue().catch(() => undefined); // the page has hung up
  });
  // However busy the machine, one does not stop between two letters.
  await grace.evaluate(() => {
    const after = window.setTimeout;
    window.setTimeout = (work, ms, ...rest) => after(work, 10 * ms, ...rest);
  });
  const field = main(grace).getByLabel("Search posts");
  await field.pressSequentially("coffee", { delay: 20 });
  await grace.waitForURL(/term=coffee/);
  await field.fill("");
  await field.pressSequentially("Ada Lo", { delay: 20 });
  await found(grace).waitFor();
  answerLate();
  await grace.getByRole("heading", { name: "No posts" }).waitFor();
  assert.deepEqual(asked, ["coffee", "Ada Lo"]);
  assert.equal(new URL(grace.url()).search, "?term=Ada+Lo");
  await grace.evaluate(() => {
    const replace = history.replaceState;
    history.replaceState = function (...step) {
      if (step[2] === undefined) return replace.apply(history, step);
      history.replaceState = replace;
      replace.apply(history, step);
      const input = document.querySelector("main input[type=search]");
      input.value += "v"; // as one types on, just when what was typed is sought
      input.dispatchEvent(new Event("input", { bubbles: true }));
    };
  });
  await field.fill("wea");
  await grace.waitForURL(/term=weav/);
  await post(grace, "The engine weaves patterns.").waitFor();
  await field.fill("@ada");
  await holds(grace, found);
  await found(grace).click();
  await heading(grace, "Ada Lovelace").waitFor();
  assert.equal(new URL(grace.url()).pathname, "/@ada");
  await grace.goBack();
  await found(grace).waitFor();
  assert.equal(await main(grace).getByLabel("Search posts").inputValue(), "@ada");
  await grace.goForward();
  await heading(grace, "Ada Lovelace").waitFor();
});

test("a follow that Cruddur does not take comes back, and says why", async () => {
  await grace.route("**/api/users/@ada/follow", (route) => route.abort(), { times: 1 });
  await grace.getByRole("button", { name: "Follow @ada", exact: true }).click();
  await toast(grace, "cannot be reached");
  await grace.getByRole("button", { name: "Follow @ada", exact: true }).waitFor();
  await main(grace).getByRole("link", { name: "0 followers" }).waitFor();
  assert.equal(sql(up.url, "-c", "select count(*) from follows"), "0");
});

test("one follows the other, and both profiles say so", async () => {
  await grace.getByRole("button", { name: "Follow @ada", exact: true }).click();
  await grace.getByRole("button", { name: "Unfollow @ada" }).waitFor();
  await holds(grace, (page) => main(page).getByRole("link", { name: "1 follower" }));
  await main(grace).getByRole("link", { name: "1 follower" }).click();
  const followers = (page) => page.getByRole("list", { name: "Followers of @ada" }).getByRole("link", { name: /Grace Hopper/ });
  await holds(grace, followers);
  await grace.goBack();
  await heading(grace, "Ada Lovelace").waitFor();
  await ada.goto(`${serve.page}/@GRACE`);
  await main(ada).getByText("Follows you").waitFor();
  await main(ada).getByRole("link", { name: "1 following" }).click();
  await ada.getByRole("list", { name: "Following of @grace" }).getByRole("link", { name: /Ada Lovelace/ }).waitFor();
});

const followed = (page) => page.getByRole("feed", { name: "Posts of those you follow" });

test("whom one follows stands under Following, and nobody else does", async () => {
  await grace.goto(serve.page);
  await post(grace, "The engine weaves").waitFor();
  await main(grace).getByRole("link", { name: "Following" }).click();
  await followed(grace).getByText("The engine weaves").waitFor();
  assert.equal(new URL(grace.url()).pathname, "/following");
  await titled(grace, "Following · Cruddur");
  assert.equal(await followed(grace).getByRole("article").count(), 1);
  await holds(grace, (page) => followed(page).getByText("The engine weaves"), (page) => page.getByText("Sign in first"));
  await main(grace).getByRole("link", { name: "Everyone" }).click();
  await post(grace, "This was imported as seed data!").waitFor();
  await grace.goBack();
  await followed(grace).getByText("The engine weaves").waitFor();
  assert.equal(await followed(grace).getByRole("article").count(), 1);
  await grace.getByLabel("Your post").fill("Nanoseconds are wires.");
  await grace.getByRole("button", { name: "Post", exact: true }).click();
  await followed(grace).getByText("Nanoseconds are wires.").waitFor();
  await ada.goto(`${serve.page}/@grace`);
  await post(ada, "Nanoseconds are wires.").waitFor();
});

test("the keys work in the lists of a person, of those one follows, and of what was found", async () => {
  for (const [place, feed] of [["/@ada", "Posts by Ada Lovelace"], ["/following", "Posts of those you follow"], ["/search?term=engine", "Posts with"]]) {
    await grace.goto(`${serve.page}${place}`);
    const articles = grace.getByRole("feed", { name: feed }).getByRole("article");
    await articles.filter({ hasText: "The engine weaves" }).getByRole("button", { name: "Like" }).waitFor();
    const at = () => grace.evaluate(() => document.activeElement.getAttribute("aria-posinset"));
    for (let place = 1; place <= (await articles.count()); ++place) {
      await grace.keyboard.press("j");
      assert.equal(await at(), String(place), feed);
    }
    const like = articles.filter({ hasText: "The engine weaves" }).getByRole("button", { name: "Like" });
    const before = await like.getAttribute("aria-pressed");
    await grace.keyboard.press("l");
    await grace.locator(`[aria-posinset="${await articles.count()}"] [data-key=l][aria-pressed=${before === "false"}]`).waitFor();
    await grace.keyboard.press("r");
    await grace.getByLabel("Your reply").waitFor();
    await grace.keyboard.press("?");
    await grace.getByRole("dialog", { name: "Keys" }).waitFor();
    await grace.keyboard.press("Escape");
  }
});

test("a profile is edited; what cannot be is said beside its field", async () => {
  await ada.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Profile" }).click();
  await ada.getByRole("button", { name: "Edit profile" }).click();
  const dialog = ada.getByRole("dialog", { name: "Edit your profile" });
  const name = dialog.getByLabel("Name", { exact: true });
  const bio = dialog.getByLabel("About you");
  const save = dialog.getByRole("button", { name: "Save" });
  await name.fill("\u2800"); // shows nothing: that is known to the API alone
  await save.click();
  await dialog.locator(".field", { has: ada.getByLabel("Name", { exact: true }) }).getByText("Say what you are called.").waitFor();
  assert.equal(await name.evaluate((element) => element === document.activeElement), true);
  assert.equal(await name.getAttribute("aria-invalid"), "true");
  await name.fill("Augusta Ada King");
  assert.equal(await name.getAttribute("aria-invalid"), "false");
  await bio.fill("x".repeat(161));
  await save.click();
  await dialog.locator(".field", { has: ada.getByLabel("About you") }).getByText("longer than 160").waitFor();
  assert.equal(sql(up.url, "-c", "select bio is null and display_name = 'Ada Lovelace' from users where handle = 'ada'"), "t");
  await bio.fill("Notes on the <engine>, for @grace.");
  await save.click();
  await toast(ada, "Your profile is changed.");
  await heading(ada, "Augusta Ada King").waitFor();
  await post(ada, "The engine weaves").getByRole("heading", { name: "Augusta Ada King" }).waitFor(); // their posts bear it too
  await holds(ada, (page) => page.getByText("Notes on the <engine>"));
  await main(ada).getByRole("link", { name: "@grace" }).click();
  await heading(ada, "Grace Hopper").waitFor();
});

test("a profile is read without JavaScript, and told to others by its document", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${serve.page}/@ada`);
  await heading(page, "Augusta Ada King").waitFor();
  await page.getByText("Notes on the <engine>").waitFor();
  await page.getByRole("article").filter({ hasText: "The engine weaves" }).waitFor();
  await page.getByRole("link", { name: "1 follower" }).click();
  await page.getByRole("link", { name: /Grace Hopper/ }).click();
  await heading(page, "Grace Hopper").waitFor();
  await context.close();
  const document = await (await fetch(`${serve.page}/@ada`)).text();
  assert.match(document, /<title>Augusta Ada King \(@ada\) · Cruddur<\/title>/);
  assert.match(document, /og:description" content="Notes on the &lt;engine&gt;/);
  assert.ok(document.includes(`og:url" content="${serve.page}/@ada"`));
  for (const place of ["/@nobody-has-this", "/@nobody-has-this/followers", "/@nobody-has-this/following"]) assert.equal((await fetch(`${serve.page}${place}`)).status, 404, place);
});

test("the page takes the profile from its document: it asks for it no second time, and nothing moves", async () => {
  const { page, complaints } = await visit("/about", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await page.addInitScript(watchShift);
  const asked = [];
  page.on("request", (request) => request.url().includes("/api/") && asked.push(request.url()));
  for (const place of ["/@ada", "/@ada/followers", "/@bayko"]) {
    await page.goto(`${serve.page}${place}`);
    await page.getByRole("link", { name: "Back to the home feed" }).waitFor(); // of the page's own
    await page.waitForTimeout(1_000); // what would be asked for, or move, has been by then
    assert.ok((await page.evaluate(() => window.shift)) < 0.02, `${place} moved by ${await page.evaluate(() => window.shift)}`);
  }
  assert.deepEqual(asked, []);
  assert.deepEqual(complaints, []);
});

test("what the document holds is shown to nobody at once, and to a member not before what the member may see has come", async () => {
  const uuid = sql(up.url, "-c", "select uuid from activities where message like 'The engine weaves%'");
  for (const tokens of [undefined, tokensOf("grace")]) {
    const { page } = await visit("/about", { tokens });
    await page.route("**/api/**", () => {}); // it is asked for, and does not come
    for (const place of ["/", "/@ada", "/@ada/followers", `/@ada/status/${uuid}`]) {
      await page.goto(`${serve.page}${place}`);
      await main(page).waitFor();
      await twoFrames(page);
      const shown = await main(page).locator("article, .person, .profile").count();
      if (tokens === undefined) assert.notEqual(shown, 0, place);
      else assert.equal(shown, 0, place);
    }
    await page.close();
  }
});

test("who is muted is in no feed, still on their own page, and back once that is undone", async () => {
  await grace.goto(serve.page);
  await menu(grace, post(grace, "The engine weaves"), "Mute @ada");
  await toast(grace, "@ada is muted");
  await post(grace, "The engine weaves").waitFor({ state: "detached" });
  assert.equal(await grace.evaluate(() => document.activeElement.id), "content");
  await grace.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await post(grace, "The engine weaves").waitFor();
  await toast(grace, "muted no longer");
  await grace.goto(`${serve.page}/@ada`);
  await menu(grace, main(grace).locator(".profile"), "Mute @ada");
  await main(grace).getByText("Muted", { exact: true }).waitFor();
  await post(grace, "The engine weaves").waitFor();
  await toast(grace, "@ada is muted");
  await main(grace).getByRole("link", { name: "Back to the home feed" }).click();
  await post(grace, "Nanoseconds").waitFor();
  assert.equal(await post(grace, "The engine weaves").count(), 0);
  await grace.reload();
  await post(grace, "Nanoseconds").waitFor();
  assert.equal(await post(grace, "The engine weaves").count(), 0);
  await grace.goBack();
  await main(grace).getByText("Muted", { exact: true }).waitFor();
  await menu(grace, main(grace).locator(".profile"), "Unmute @ada");
  await toast(grace, "muted no longer");
  await main(grace).getByText("Muted", { exact: true }).waitFor({ state: "detached" });
  assert.equal(sql(up.url, "-c", "select count(*) from mutes"), "0");
  await grace.goForward();
  await post(grace, "The engine weaves").waitFor();
});

test("a post is reported, for a reason", async () => {
  await menu(grace, post(grace, "The engine weaves"), "Report this post");
  const dialog = grace.getByRole("dialog", { name: "Report this post" });
  assert.equal(await dialog.getByRole("button", { name: "Report" }).isDisabled(), true);
  await dialog.getByRole("radio", { name: "It is spam" }).check();
  await dialog.getByRole("button", { name: "Report" }).click();
  await toast(grace, "Reported");
  assert.equal(sql(up.url, "-c", "select reason from reports"), "spam");
});

test("who is blocked finds nobody there, and who has blocked sees it until they end it", async () => {
  const own = sql(up.url, "-c", "select uuid from activities where message like 'Nanoseconds%'");
  await ada.goto(`${serve.page}/@grace`);
  await post(ada, "Nanoseconds").waitFor();
  await menu(grace, post(grace, "The engine weaves"), "Block @ada");
  const dialog = grace.getByRole("dialog", { name: "Block @ada?" });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  assert.equal(sql(up.url, "-c", "select count(*) from blocks"), "0");
  await menu(grace, post(grace, "The engine weaves"), "Block @ada");
  await dialog.getByRole("button", { name: "Block" }).click();
  await toast(grace, "@ada is blocked");
  await post(grace, "The engine weaves").waitFor({ state: "detached" });
  await grace.reload();
  await post(grace, "Nanoseconds").waitFor();
  assert.equal(await post(grace, "The engine weaves").count(), 0);

  for (const place of ["/@grace", "/@grace/followers"]) {
    await ada.goto(`${serve.page}${place}`);
    await ada.getByText("There is nobody here").waitFor();
    await titled(ada, "Nothing here · Cruddur");
    assert.equal(await ada.getByText("Nanoseconds").count(), 0);
    assert.deepEqual(await breaches(ada), []);
  }
  await ada.goto(`${serve.page}/@grace/status/${own}`);
  await ada.getByText("That post is not here").waitFor();
  assert.equal(await ada.getByText("Nanoseconds").count(), 0);
  await ada.goto(`${serve.page}/search?term=grace`);
  await ada.getByText("Nothing found").waitFor();

  await grace.goto(`${serve.page}/@ada`);
  await grace.getByRole("heading", { name: "Blocked" }).waitFor();
  await grace.reload();
  await grace.getByRole("heading", { name: "Blocked" }).waitFor();
  assert.equal(await post(grace, "The engine weaves").count(), 0);
  assert.deepEqual(await breaches(grace), []);
  await grace.getByRole("button", { name: "Unblock @ada" }).click();
  await post(grace, "The engine weaves").waitFor();
  await grace.getByRole("button", { name: "Follow @ada", exact: true }).waitFor(); // a block has ended the follow
  await ada.goto(`${serve.page}/@grace`);
  await post(ada, "Nanoseconds").waitFor();
});

test("what the server wrote for anybody is not shown to a member, unless the page's script never comes", async () => {
  for (const tokens of [undefined, tokensOf("grace")]) {
    const { page } = await visit("/about", { tokens });
    await page.route("**/assets/*.js", (route) => route.abort());
    await page.goto(serve.page);
    await page.locator("article").filter({ hasText: "Nanoseconds" }).waitFor({ state: "attached" });
    assert.equal(await page.locator("article").first().isVisible(), tokens === undefined);
    await page.getByRole("article").filter({ hasText: "Nanoseconds" }).waitFor();
    await page.close();
  }
});

test("an address of nobody says so", async () => {
  const { page, complaints } = await visit("/@nobody-has-this");
  await page.getByText("There is nobody here").waitFor();
  await titled(page, "Nothing here · Cruddur");
  await page.goBack();
  assert.deepEqual(complaints.filter((text) => !text.includes("404")), []); // Chromium speaks of every 404
});

for (const colorScheme of ["light", "dark"]) {
  test(`menus and dialogs fit a small phone and shut nobody out, in ${colorScheme}`, async () => {
    const small = { colorScheme, viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true };
    const page = await member("grace", "/@ada", small);
    const sound = async (what) => {
      assert.deepEqual(await breaches(page), [], what);
      assert.ok((await overflow(page)) <= 0, what);
    };
    for (const opener of [main(page).locator(".profile"), post(page, "The engine weaves")]) {
      await opener.getByRole("button", { name: /^More about/ }).click();
      const { x, width } = await page.getByRole("menu").boundingBox();
      assert.ok(x >= 0 && x + width <= 320, `${x} and ${width} wide`);
      await sound("menu");
      await page.keyboard.press("ArrowDown");
      await page.getByRole("menuitem", { name: "Block @ada" }).press("Enter");
      await page.getByRole("dialog", { name: "Block @ada?" }).waitFor();
      await sound("block");
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    await menu(page, post(page, "The engine weaves"), "Report this post");
    await sound("report");
    await page.keyboard.press("Escape");
    await page.goto(`${serve.page}/@grace`);
    await page.getByRole("button", { name: "Edit profile" }).click();
    await page.getByLabel("About you").fill("x".repeat(161));
    await page.locator(".field-wrong").waitFor();
    await sound("edit");
    await page.keyboard.press("Escape");
    for (const place of ["/search?term=ada", "/following"]) {
      await page.goto(`${serve.page}${place}`);
      await main(page).getByText(/Augusta|Nanoseconds/).first().waitFor();
      await sound(place);
    }
    assert.deepEqual(page.complaints, []);
  });
}
