// Local AWS's console in Chromium, from an empty data folder, by clicks alone; and its commands, on a second local AWS.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { choose, confirmDialog, copyCommand, shell, startCloud, stopAll, until, visit, waitMs } from "./console_support.mjs";
import { breaches, launch } from "./support.mjs";

const password = "milkyway2023";
const newPassword = "andromeda2024";
const identifier = "cruddur-db-instance";
const hangMs = 3_000;
const commands = [];
let aws, browser;

before(async () => {
  aws = await startCloud();
  browser = await launch();
});

after(async () => {
  await stopAll();
  await browser?.close();
});

function instanceOf(cloud) {
  return JSON.parse(shell(cloud, "aws rds describe-db-instances")).DBInstances[0];
}

function defaultGroupOf(cloud) {
  return JSON.parse(shell(cloud, "aws ec2 describe-security-groups --group-names default")).SecurityGroups[0].GroupId;
}

// What psql says within `timeout`; undefined where it hangs.
function psql(host, secret, timeout = waitMs) {
  const env = { PATH: "/usr/bin:/bin", HOME: aws.folder, PGPASSWORD: secret, PGSSLMODE: "require" };
  return new Promise((resolve) => {
    execFile("psql", ["-XAtq", "-h", host, "-p", "5432", "-U", "cruddurroot", "cruddur", "-c", "select 'answered'"], { env, timeout, encoding: "utf8" }, (failed, out, error) =>
      resolve(failed?.killed ? undefined : out.trim() || error.trim()),
    );
  });
}

async function act(page, action, confirm) {
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: action, exact: true }).click();
  commands.push(await confirmDialog(page, confirm));
}

async function seesStatus(page, text) {
  await page.getByText(text, { exact: true }).first().waitFor({ timeout: waitMs });
}

const inboundRules = (page) => page.getByRole("tabpanel", { name: "Inbound rules" });

test("a database is created, stopped, started, given a new password and opened to this machine by clicks alone", async () => {
  const { page, complaints } = await visit(browser, aws);
  await page.getByRole("link", { name: "RDS", exact: true }).click();
  await page.getByRole("link", { name: "Create database" }).first().click();
  await page.getByRole("radio", { name: "Free tier" }).check();
  await page.getByLabel("DB instance identifier").fill(identifier);
  await page.getByLabel("Master username").fill("cruddurroot");
  await page.getByLabel("Master password", { exact: true }).fill(password);
  await page.getByLabel("Confirm master password").fill(password);
  await page.getByRole("group", { name: "Public access" }).or(page.getByRole("radiogroup", { name: "Public access" })).getByRole("radio", { name: "Yes" }).check();
  await page.getByLabel("Initial database name").fill("cruddur");
  await page.getByLabel("Enable automated backups").uncheck();
  const command = await copyCommand(page);
  commands.push(command);
  assert.match(command, /--master-user-password "\$MASTER_PASSWORD"/);
  assert.doesNotMatch(command, new RegExp(password));
  assert.deepEqual(await breaches(page), []);
  await page.getByRole("button", { name: "Create database" }).click();
  await seesStatus(page, "Available");
  assert.deepEqual(await breaches(page), []);

  await page.getByRole("link", { name: identifier }).click();
  const host = await page.getByText(/^127\.\d+\.\d+\.\d+$/).first().innerText();
  assert.equal(await psql(host, password, hangMs), undefined);
  await page.getByRole("link", { name: /^sg-/ }).first().click();
  await page.getByRole("link", { name: "Edit inbound rules" }).click();
  await page.getByRole("button", { name: "Add rule" }).click();
  await choose(page, /Source type/, "My IP");
  await page.getByLabel("Description").last().fill("$HOME (mine)");
  commands.push(await copyCommand(page));
  assert.match(commands.at(-1), /authorize-security-group-ingress/);
  assert.deepEqual(await breaches(page), []);
  await page.getByRole("button", { name: "Save rules" }).click();
  await inboundRules(page).getByText("127.0.0.1/32").waitFor();
  await until("answered", () => psql(host, password));

  await page.goto(`${aws.url}/console#/rds/database/${identifier}`);
  await page.getByRole("link", { name: "Modify" }).click();
  await page.getByLabel("New master password").fill(newPassword);
  await page.getByLabel("Confirm master password").fill(newPassword);
  await page.getByRole("radio", { name: "Apply immediately" }).check();
  commands.push(await copyCommand(page));
  await page.getByRole("button", { name: "Modify DB instance" }).click();
  await until("answered", () => psql(host, newPassword));
  assert.notEqual(await psql(host, password), "answered");

  await page.getByText("Available", { exact: true }).waitFor();
  await act(page, "Stop temporarily", "Stop temporarily");
  await seesStatus(page, "Stopped");
  assert.notEqual(await psql(host, newPassword, hangMs), "answered");
  await page.getByText("It starts again by itself after seven days", { exact: false }).waitFor();
  await act(page, "Start", "Start");
  await seesStatus(page, "Available");
  await until("answered", () => psql(host, newPassword));
  for (const tab of ["Monitoring", "Logs & events", "Configuration", "Maintenance & backups"]) {
    await page.getByRole("tab", { name: tab }).click();
    await page.getByRole("tabpanel").getByRole("heading").first().waitFor();
    assert.deepEqual(await breaches(page), [], tab);
  }
  await page.goBack();
  assert.equal(await page.getByRole("tab", { name: "Configuration" }).getAttribute("aria-selected"), "true");
  assert.deepEqual(complaints, []);
});

test("the commands that the console showed make the same state on a second, empty local AWS", async () => {
  const second = await startCloud();
  const [create, authorize, ...rest] = commands;
  const available = `aws rds wait db-instance-available --db-instance-identifier ${identifier}`;
  shell(second, `${create}\n${available}`, { MASTER_PASSWORD: password });
  shell(second, authorize.replaceAll(defaultGroupOf(aws), defaultGroupOf(second)));
  for (const command of rest) {
    shell(second, command, { MASTER_PASSWORD: newPassword });
    await until(/stop-db/.test(command) ? "stopped" : "available", () => instanceOf(second).DBInstanceStatus);
  }
  const settled = ({ Endpoint, InstanceCreateTime, DbiResourceId, KmsKeyId, VpcSecurityGroups, DBSubnetGroup, AutomaticRestartTime, ...same }) => same;
  assert.deepEqual(settled(instanceOf(second)), settled(instanceOf(aws)));
  const rules = (cloud) =>
    JSON.parse(shell(cloud, "aws ec2 describe-security-group-rules")).SecurityGroupRules.filter((each) => !each.IsEgress && each.CidrIpv4)
      .map(({ SecurityGroupRuleId, SecurityGroupRuleArn, GroupId, ...same }) => same);
  assert.deepEqual(rules(second), rules(aws));
  assert.equal(rules(second)[0].Description, "$HOME (mine)");
  await until("answered", () => psql(instanceOf(second).Endpoint.Address, newPassword));
});

test("a refusal stands beside its field in AWS's words, and what needs no call is told before one", async () => {
  const { page } = await visit(browser, aws, "#/rds/database-create");
  await page.getByLabel("DB instance identifier").fill("no--hyphens-");
  await page.getByRole("button", { name: "Create database" }).click();
  await page.getByText("A master password is needed.").first().waitFor();
  await page.getByLabel("Master password", { exact: true }).fill("short");
  await page.getByLabel("Confirm master password").fill("short");
  const field = (name) => page.getByLabel(name, { exact: true });
  const described = (name) => field(name).evaluate((input) => input.getAttribute("aria-describedby")?.split(" ").map((id) => document.getElementById(id)?.textContent).join(" ") ?? "");
  await page.getByRole("button", { name: "Create database" }).click();
  await page.getByText(/^InvalidParameterValue: /).first().waitFor();
  assert.match(await described("DB instance identifier"), /InvalidParameterValue: /);
  await field("DB instance identifier").fill("another");
  await page.getByRole("button", { name: "Create database" }).click();
  await page.getByText(/^InvalidParameterValue: .*MasterUserPassword/).first().waitFor();
  assert.match(await described("Master password"), /MasterUserPassword/);
});

test("a database is deleted once its name for it has been typed, and its final snapshot is there", async () => {
  const { page } = await visit(browser, aws, `#/rds/database/${identifier}`);
  await page.getByText("Available", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Delete", exact: true }).click();
  const dialog = page.getByRole("dialog");
  assert.equal(await dialog.getByRole("button", { name: "Delete", exact: true }).isDisabled(), true);
  await dialog.getByLabel("Final snapshot name").fill("the-last");
  await dialog.getByPlaceholder("delete me").fill("delete me");
  assert.deepEqual(await breaches(page), []);
  await dialog.getByRole("button", { name: "Delete", exact: true }).click();
  await page.goto(`${aws.url}/console#/rds/databases`);
  await page.getByText("No databases").waitFor({ timeout: waitMs });
  await page.getByRole("link", { name: "Snapshots", exact: true }).click();
  await page.getByRole("cell", { name: "the-last" }).waitFor();
});

// What a browser would send for a page; fetch sets no Host and no Origin.
function send(cloud, headers, { method = "POST", path = "/", body = "" } = {}) {
  const { hostname, port } = new URL(cloud.url);
  return new Promise((resolve, reject) => {
    const asked = http.request({ hostname, port, method, path, headers }, (answer) => {
      let text = "";
      answer.on("data", (piece) => (text += piece));
      answer.on("end", () => resolve({ status: answer.statusCode, text }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

test("no page but the console uses its powers: foreign origins, foreign hosts, scripts and unsigned calls are refused", async () => {
  const form = { "Content-Type": "application/x-www-form-urlencoded" };
  const call = { body: "Action=DescribeDBInstances&Version=2014-10-31" };
  const document = { method: "GET", path: "/console" };
  for (const [headers, code] of [
    [{ Origin: "https://evil.example" }, "AccessDenied"],
    [{ Origin: "http://127.0.0.1:3000" }, "AccessDenied"],
    [{ Host: "evil.example" }, "AccessDenied"],
    [{ Origin: aws.url, "Sec-Fetch-Site": "same-origin" }, "MissingAuthenticationToken"],
  ]) {
    const refused = await send(aws, { ...form, ...headers }, call);
    assert.equal(refused.status, 403);
    assert.match(refused.text, new RegExp(code));
    const page = await send(aws, headers, document);
    assert.equal(page.status, 403);
    assert.doesNotMatch(page.text, /secretAccessKey/);
  }
  const { page } = await visit(browser, aws);
  await page.getByRole("heading", { name: "Console Home" }).waitFor();
  const fetched = await page.evaluate(async () => {
    const document = await fetch("/console");
    const call = await fetch("/", { method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: "Action=DescribeDBInstances&Version=2014-10-31" });
    return [document.status, call.status, document.text.length];
  });
  assert.deepEqual(fetched.slice(0, 2), [403, 403]);
  assert.equal(await page.locator("#session").count(), 0);
});

test("where signatures are required, who signs in with an admitted key uses the console, and nobody else", async () => {
  const keys = join(aws.folder, "credentials");
  writeFileSync(keys, "[default]\naws_access_key_id = AKIDADMITTED\naws_secret_access_key = right\n");
  const strict = await startCloud("--require-signatures", keys);
  const { page } = await visit(browser, strict, "#/ec2/groups");
  await page.getByLabel("Access key ID").fill("AKIDADMITTED");
  await page.getByLabel("Secret access key").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText(/SignatureDoesNotMatch/).first().waitFor();
  assert.deepEqual(await breaches(page), []);
  await page.getByLabel("Secret access key").fill("right");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("cell", { name: "default", exact: true }).first().waitFor();
  await page.reload();
  await page.getByRole("cell", { name: "default", exact: true }).first().waitFor();
  await page.getByRole("button", { name: "root" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByLabel("Access key ID").waitFor();
});
