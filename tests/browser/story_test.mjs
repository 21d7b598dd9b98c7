// Two people in two windows, each step by the page and nothing else; and at each the address bears a reload, Back, and
// being pasted elsewhere.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { choose, confirmDialog, shell, until } from "./console_support.mjs";
import { launch, open, sql, startUp } from "./support.mjs";

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

async function confirmOnPage(handle, name) {
  const { page } = await visit("/signup");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Handle").fill(handle);
  await page.getByLabel("Email").fill(`${handle}@example.com`);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("heading", { name: "Confirm your address" }).waitFor();
  await page.getByLabel("Code").fill(await codeFor(`${handle}@example.com`));
  await page.getByRole("button", { name: "Confirm" }).click();
  return page;
}

async function signUp(handle, name) {
  const page = await confirmOnPage(handle, name);
  await page.getByLabel("Your post").waitFor();
  return page;
}

const main = (page) => page.getByRole("main");
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

const functionName = "cruddur-post-confirmation";
const code = `import os
import psycopg2

def lambda_handler(event, context):
    user = event["request"]["userAttributes"]
    connection = psycopg2.connect(os.getenv("CONNECTION_URL"))
    with connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO users (display_name, handle, cognito_user_id) VALUES (%s, %s, %s)",
                       (user["name"], user["preferred_username"], user["sub"]))
    print("wrote", user["preferred_username"])
    return event
`;

// An RDS instance that lets this machine in, and the seed's table in it; the console's own test makes one by clicks.
async function database() {
  const cloud = { url: up.aws, folder: up.folder };
  const made = shell(cloud, `aws rds create-db-instance --db-instance-identifier members --db-instance-class db.t3.micro --engine postgres --allocated-storage 20 \\
    --master-username cruddurroot --master-user-password milkyway2023 --db-name cruddur --backup-retention-period 0 --publicly-accessible >/dev/null
    aws ec2 authorize-security-group-ingress --group-name default --protocol tcp --port 5432 --cidr 127.0.0.1/32 >/dev/null
    aws rds wait db-instance-available --db-instance-identifier members
    aws rds describe-db-instances --query 'DBInstances[0].Endpoint.Address' --output text`);
  const url = `postgresql://cruddurroot:milkyway2023@${made.trim()}:5432/cruddur`;
  sql(url, "-c", "create table users (display_name text, handle text, cognito_user_id text)");
  return url;
}

async function pickFirst(page, field) {
  await page.getByRole("button", { name: field }).last().click();
  await page.getByRole("option").first().click();
  await page.keyboard.press("Escape");
}

test("a function in Python, made by clicks, writes who signs up on the page into the RDS database", async () => {
  const url = await database();
  const { page } = await open(browser, `${up.aws}/console#/lambda/functions`, { permissions: ["clipboard-read", "clipboard-write"] });
  await page.getByRole("radio", { name: functionName }).check();
  await page.getByRole("button", { name: "Delete" }).click();
  await confirmDialog(page, "Delete"); // the one of `up`
  await page.getByRole("link", { name: "Create function" }).click();
  await page.getByLabel("Function name").fill(functionName);
  await page.getByRole("button", { name: "Create function" }).click();
  await page.getByLabel("Code of lambda_function.py").fill(code);
  await page.getByRole("button", { name: "Deploy" }).click();
  await page.getByText(`The code of ${functionName} was updated.`).waitFor();
  await page.getByRole("button", { name: "Add a layer" }).click();
  await page.getByRole("radio", { name: "Specify an ARN" }).check();
  await page.getByLabel("Layer version ARN").fill("arn:aws:lambda:us-east-1:898466741470:layer:psycopg2-py38:2");
  await confirmDialog(page, "Add");
  await page.getByRole("tab", { name: "Configuration" }).click();
  await page.getByRole("button", { name: "Add environment variable" }).click();
  await page.getByRole("textbox", { name: "Key" }).fill("CONNECTION_URL");
  await page.getByRole("textbox", { name: "Value" }).fill(url);
  await pickFirst(page, /^Subnets/);
  await pickFirst(page, /^Security groups/);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(`The configuration of ${functionName} was updated.`).waitFor();

  await page.goto(`${up.aws}/console#/cognito`);
  await page.getByRole("link", { name: "cruddur", exact: true }).click();
  await page.getByRole("tab", { name: "Extensions" }).click();
  await page.getByRole("button", { name: "Add Lambda trigger" }).click();
  await page.getByRole("radio", { name: "Post confirmation trigger" }).check();
  await choose(page, /Lambda function/, functionName, page.getByRole("dialog"));
  await confirmDialog(page, "Add Lambda trigger");

  await confirmOnPage("kehleyr", "K'Ehleyr");
  await until("K'Ehleyr|36", () => sql(url, "-c", "select display_name, length(cognito_user_id) from users where handle = 'kehleyr'"));
  await page.goto(`${up.aws}/console#/lambda/function/${functionName}/monitor`);
  await page.getByText("wrote kehleyr").first().waitFor();
  await page.context().close();
});
