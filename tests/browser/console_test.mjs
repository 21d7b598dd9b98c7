// What local AWS's console refuses, and whom; what it offers only where it acts.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { choose, confirmDialog, copyCommand, shell, startCloud, stopAll, until, visit, waitMs } from "./console_support.mjs";
import { breaches, briefly, launch, source } from "./support.mjs";

let aws, browser;

before(async () => {
  aws = await startCloud();
  browser = await launch(briefly);
});

after(async () => {
  await stopAll();
  await browser?.close();
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

const instanceOf = (name) => JSON.parse(shell(aws, `aws rds describe-db-instances --db-instance-identifier ${name}`)).DBInstances[0];

// An older PostgreSQL, as `cruddur cloud engines add` brings it; the Python tests keep its package and serve it.
function addEngine(cloud) {
  const lines = `import sys; from support.engines import Registry, engines
with Registry() as registry:
    done = engines(sys.argv[1], "add", "14", registry=registry.url)
sys.exit(done.stderr if done.returncode else 0)`;
  execFileSync("/usr/bin/python3", ["-c", lines, join(cloud.folder, "data")], { cwd: join(source, "tests"), env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" }, timeout: waitMs * 2 });
}

test("Modify offers a newer major version where one is here, and says why otherwise", async () => {
  addEngine(aws);
  const create = (name, version) => `aws rds create-db-instance --db-instance-identifier ${name} --engine postgres --engine-version ${version} --db-instance-class db.t3.micro \\
    --allocated-storage 20 --master-username root --master-user-password milkyway2023 --backup-retention-period 1 >/dev/null`;
  const newest = shell(aws, "aws rds describe-db-engine-versions --engine postgres --default-only --query 'DBEngineVersions[0].EngineVersion' --output text").trim();
  shell(aws, `${create("older", 14)}\n${create("newest", newest)}`);
  for (const name of ["older", "newest"]) await until("available", () => instanceOf(name).DBInstanceStatus);
  const { page, complaints } = await visit(browser, aws, "#/rds/database-modify/newest");
  const version = page.getByRole("button", { name: /^DB engine version/ });
  await page.getByText("No newer major version is here.").waitFor();
  assert.equal(await version.isDisabled(), true);
  assert.deepEqual(await breaches(page), []);

  shell(aws, "aws rds create-db-instance-read-replica --db-instance-identifier reader --source-db-instance-identifier older");
  await until("available", () => instanceOf("reader").DBInstanceStatus);
  await page.goto(`${aws.url}/console#/rds/database-modify/reader`);
  await page.getByText("A read replica has the version of its source, older.").waitFor();
  assert.equal(await version.isDisabled(), true);
  await page.goto(`${aws.url}/console#/rds/database-modify/older`);
  await page.getByRole("heading", { name: "Modify DB instance: older" }).waitFor();
  await choose(page, /^DB engine version/, newest);
  await page.getByRole("radio", { name: "Apply immediately" }).check();
  assert.match(await copyCommand(page), /--allow-major-version-upgrade/);
  await page.getByRole("button", { name: "Modify DB instance" }).click();
  await page.getByText("Upgrading", { exact: true }).first().waitFor();
  for (const name of ["older", "reader"]) await until(newest, () => instanceOf(name).EngineVersion);
  assert.deepEqual(complaints, []);
});

test("a parameter group is made, set and given to an instance by clicks, and its commands do the same", async () => {
  const { page, complaints } = await visit(browser, aws, "#/rds/parameter-groups");
  await page.getByRole("button", { name: "Create parameter group" }).click();
  await page.getByLabel("Parameter group name").fill("by-clicks");
  await page.getByLabel("Description").fill("Made by clicks");
  const commands = [await confirmDialog(page, "Create")];
  await page.getByText("Parameter group by-clicks was created.").waitFor();
  assert.deepEqual(await breaches(page), []);
  await page.getByRole("link", { name: "by-clicks" }).click();
  const row = async (name) => {
    await page.getByRole("searchbox", { name: "Find parameters" }).fill(name);
    await page.getByRole("radio", { name, exact: true }).check();
  };
  await row("work_mem");
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByText("Allowed values: 64-2147483647").waitFor();
  await page.getByLabel("Value", { exact: true }).fill("nothing");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText(/^InvalidParameterValue: /).first().waitFor();
  await page.getByLabel("Value", { exact: true }).fill("8192");
  commands.push(await confirmDialog(page, "Save changes"));
  await page.getByText("work_mem was set.").waitFor();
  await row("max_connections");
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByText("Instances have it from their next reboot on.").waitFor();
  await page.getByLabel("Value", { exact: true }).fill("57");
  commands.push(await confirmDialog(page, "Save changes"));
  await page.getByText("max_connections was set.").waitFor();
  await page.getByRole("button", { name: "Reset" }).click();
  commands.push(await confirmDialog(page, "Reset"));
  await page.getByText("max_connections was reset.").waitFor();
  assert.deepEqual(await breaches(page), []);
  const set = "aws rds describe-db-parameters --db-parameter-group-name by-clicks --source user --query 'Parameters[].[ParameterName,ParameterValue]' --output text";
  assert.equal(shell(aws, set), "work_mem\t8192\n");
  shell(aws, `aws rds delete-db-parameter-group --db-parameter-group-name by-clicks\n${commands.join("\n")}`);
  assert.equal(shell(aws, set), "work_mem\t8192\n");

  await page.goto(`${aws.url}/console#/rds/database-modify/newest`);
  await choose(page, /^DB parameter group/, "by-clicks");
  await page.getByRole("radio", { name: "Apply immediately" }).check();
  assert.match(await copyCommand(page), /--db-parameter-group-name by-clicks/);
  await page.getByRole("button", { name: "Modify DB instance" }).click();
  await until("available", () => instanceOf("newest").DBInstanceStatus);
  shell(aws, "aws rds reboot-db-instance --db-instance-identifier newest >/dev/null");
  await until("by-clicks in-sync", () => instanceOf("newest").DBParameterGroups.map((each) => `${each.DBParameterGroupName} ${each.ParameterApplyStatus}`).join());
  assert.deepEqual(complaints.filter((text) => !/40[04]/.test(text)), []); // a refusal, and the group that was deleted meanwhile
});

// Has a chart tell of its points, one after the other by the keyboard, until it says so. While it tells of one it has no name.
async function tells(page, name, expected) {
  const chart = page.getByRole("application", { name });
  const body = page.locator("[class*=popover-body]");
  const told = body.filter({ hasText: expected });
  const deadline = Date.now() + waitMs;
  const heard = new Set();
  do {
    assert.ok(Date.now() < deadline, `${name} tells of ${JSON.stringify([...heard])}, not of ${expected}`);
    if ((await chart.count()) > 0) await chart.focus();
    await page.keyboard.press("ArrowRight");
    for (const text of await body.allInnerTexts()) heard.add(text);
  } while (!(await told.waitFor({ timeout: 1000 }).then(() => true, () => false)));
}

test("the Monitoring tab draws what a database did, by CloudWatch and by Performance Insights", async () => {
  const instance = "--db-instance-identifier measured";
  shell(aws, `aws rds create-db-instance ${instance} --engine postgres --db-instance-class db.t3.micro --allocated-storage 20 \\
    --master-username root --master-user-password milkyway2023 --backup-retention-period 0 --enable-performance-insights >/dev/null`);
  await until("available", () => instanceOf("measured").DBInstanceStatus);
  const { Endpoint, VpcSecurityGroups } = instanceOf("measured");
  shell(aws, `aws ec2 authorize-security-group-ingress --group-id ${VpcSecurityGroups[0].VpcSecurityGroupId} --protocol tcp --port 5432 --cidr 127.0.0.1/32`);
  const sleeper = spawn("psql", ["-qAt", `postgresql://root:milkyway2023@${Endpoint.Address}:${Endpoint.Port}/postgres`, "-c", "select pg_sleep(600)"], { stdio: "ignore" });
  try {
    const measured = (name) => shell(aws, `aws cloudwatch get-metric-statistics --namespace AWS/RDS --metric-name ${name} --statistics Sum --period 300 \\
      --dimensions Name=DBInstanceIdentifier,Value=measured --start-time $(date -u -d '-5 min' +%FT%TZ) --end-time $(date -u -d '+1 min' +%FT%TZ) --query 'length(Datapoints) > \`0\`'`).trim();
    await until("true", () => measured("CPUUtilization"));
    const { page, complaints } = await visit(browser, aws, "#/rds/database/measured/monitoring");
    await page.getByRole("rowheader", { name: "select pg_sleep(?)" }).waitFor();
    await tells(page, "Free storage space (GiB)", /FreeStorageSpace\s*\d+/);
    await page.keyboard.press("Escape");
    for (const [name, expected] of [["Database connections (count)", /DatabaseConnections\s*[01]/], ["Database load by wait event", /Timeout:PgSleep\s*(0\.\d+|1)/]]) {
      await tells(page, name, expected);
      // Who reads a chart reads on once it has been measured anew.
      for (let turn = 0; turn < 2; turn++) {
        await page.waitForResponse((answer) => answer.request().headers()["x-amz-target"]?.endsWith("DescribeDimensionKeys"));
      }
      await tells(page, name, expected);
      await page.keyboard.press("Escape");
    }
    assert.equal(await page.getByRole("application", { name: "Replica lag (seconds)" }).count(), 0); // it is no replica
    assert.deepEqual(await breaches(page), []);
    assert.deepEqual(complaints, []);
  } finally {
    sleeper.kill();
  }
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
