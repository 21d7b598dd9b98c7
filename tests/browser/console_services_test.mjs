// The console's smaller services by clicks: keys, the secret of a managed password, alarms, and who called what. What is done
// there is what the AWS CLI sees, and the commands that are shown do the same again.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { choose, confirmDialog, copyCommand, shell, startCloud, stopAll, until, visit, waitMs } from "./console_support.mjs";
import { breaches, briefly, launch, source } from "./support.mjs";

const instance = "kept";
let aws, browser;

// With a master password that RDS keeps in a secret: Debian's AWS CLI is older than that member, and boto3 is told of it.
function createManaged() {
  const lines = `import sys, boto3; from support.rds import create_managed, wait_for
rds = boto3.client("rds", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
create_managed(rds, sys.argv[2])
wait_for(rds, sys.argv[2])`;
  execFileSync("/usr/bin/python3", ["-c", lines, aws.url, instance], { cwd: join(source, "tests"), env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" }, timeout: waitMs });
}

before(async () => {
  [aws, browser] = await Promise.all([startCloud(), launch(briefly)]);
  createManaged();
});

after(async () => {
  await stopAll();
  await browser?.close();
});

const text = (lines) => shell(aws, lines).trim();
const told = (page, notice) => page.getByText(notice, { exact: true }).waitFor();

// From anywhere in the console to a service's first page.
async function enter(page, service) {
  await page.getByRole("link", { name: "Local AWS" }).click();
  await page.getByRole("main").getByRole("link", { name: service, exact: true }).click();
}

test("a key is made, disabled, enabled, scheduled for deletion and kept by clicks, and its commands do the same", async () => {
  const { page, complaints } = await visit(browser, aws);
  await enter(page, "KMS");
  await page.getByText("No customer managed keys match.").waitFor();
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByLabel("Alias", { exact: true }).fill("storage");
  await page.getByLabel("Description").fill("Of the database");
  const creating = await confirmDialog(page, "Create");
  await told(page, "Key storage was created.");
  const row = page.getByRole("row", { name: /storage/ });
  await row.getByText("Enabled", { exact: true }).waitFor();
  assert.deepEqual(await breaches(page), []);
  await row.getByRole("radio").check();
  const shown = "aws kms describe-key --key-id alias/storage --query 'KeyMetadata.[KeyState,Description]' --output text";
  const commands = [];
  for (const [action, confirm, notice, seen] of [
    ["Disable", "Disable", "Key storage was disabled.", /^Disabled$/],
    ["Enable", "Enable", "Key storage was enabled.", /^Enabled$/],
    ["Schedule key deletion", "Schedule deletion", "Key storage is scheduled for deletion.", /^Pending deletion, /],
    ["Cancel key deletion", "Cancel deletion", "The deletion of key storage was cancelled.", /^Disabled$/],
  ]) {
    await page.getByRole("button", { name: "Key actions" }).click();
    await page.getByRole("menuitem", { name: action, exact: true }).click();
    if (action === "Schedule key deletion") {
      const days = page.getByLabel("Waiting period (in days)");
      await days.fill("3");
      await page.getByRole("button", { name: "Schedule deletion", exact: true }).click();
      await page.getByText(/^ValidationException: .*pendingWindowInDays/i).waitFor();
      assert.deepEqual(await breaches(page), []);
      await days.fill("7");
    }
    commands.push(await confirmDialog(page, confirm));
    await told(page, notice);
    await row.getByText(seen).waitFor();
  }
  assert.match(commands[2], /schedule-key-deletion .*--pending-window-in-days 7/s);
  assert.match(text([...commands.slice(1), shown].join("\n")), /\nDisabled\tOf the database$/);
  assert.equal(text(`aws kms delete-alias --alias-name alias/storage\n${creating}\n${shown}`), "Enabled\tOf the database");
  assert.deepEqual(complaints.filter((each) => !/400/.test(each)), []); // the refusal
});

test("a managed password is found from its database, read when it is asked for, and rotated", async () => {
  const { page, complaints } = await visit(browser, aws, `#/rds/database/${instance}/configuration`);
  await page.getByRole("link", { name: "Manage in Secrets Manager" }).click();
  await page.getByText("Secret details").waitFor();
  const id = await page.evaluate(() => decodeURIComponent(location.hash.split("/").at(-1)));
  const value = () => JSON.parse(text(`aws secretsmanager get-secret-value --secret-id '${id}' --query SecretString --output text`)).password;
  const password = value();
  assert.equal(await page.getByText(password).count(), 0);
  await page.getByRole("button", { name: "Retrieve secret value" }).click();
  await page.getByText(password, { exact: true }).waitFor();
  assert.deepEqual(await breaches(page), []);
  assert.match(shell(aws, await copyCommand(page)), /SecretString/);
  await page.getByRole("button", { name: "Rotate secret immediately" }).click();
  const rotating = await confirmDialog(page, "Rotate");
  assert.match(rotating, /^aws secretsmanager rotate-secret /);
  await page.getByText(/ is being rotated\.$/).waitFor();
  await page.getByText(password, { exact: true }).waitFor({ state: "detached" }); // it is not it any more
  await until(true, () => value() !== password);
  await page.getByRole("button", { name: "Retrieve secret value" }).click();
  await page.getByText(value(), { exact: true }).waitFor();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await page.getByText(value(), { exact: true }).waitFor({ state: "detached" });

  shell(aws, "aws secretsmanager create-secret --name mine --description 'Of my own' --secret-string 'a text'");
  await enter(page, "Secrets Manager");
  await page.getByRole("cell", { name: "Of my own" }).waitFor();
  assert.deepEqual(await breaches(page), []);
  await page.getByLabel("Filter secrets by name or description").fill("own");
  await page.getByRole("link", { name: "mine", exact: true }).click();
  await page.getByRole("button", { name: "Retrieve secret value" }).click();
  await page.getByText("a text", { exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Rotate secret immediately" }).getAttribute("aria-disabled"), "true");
  assert.deepEqual(complaints, []);
});

test("an alarm on a database's metric is made from its Monitoring tab, seen and deleted", async () => {
  const { page, complaints } = await visit(browser, aws, `#/rds/database/${instance}/monitoring`);
  await page.getByRole("link", { name: "Create alarm" }).click();
  await until("1", () => text(`aws cloudwatch list-metrics --namespace AWS/RDS --metric-name DatabaseConnections --query 'length(Metrics)'`));
  await page.reload();
  await choose(page, /^Metric name/, "DatabaseConnections");
  await choose(page, /^Statistic/, "Maximum");
  await choose(page, /^Whenever DatabaseConnections is/, "Greater/Equal");
  const create = page.getByRole("button", { name: "Create alarm" });
  await page.getByLabel("Threshold").fill("many");
  await page.getByText("It is a number.").waitFor();
  assert.equal(await create.isDisabled(), true);
  await page.getByLabel("Threshold").fill("80");
  await page.getByLabel("Datapoints to alarm").fill("3");
  await page.getByLabel("Alarm name").fill("too-many");
  await page.getByText("DatabaseConnections >= 80 for 3 datapoints within 3 minutes").waitFor();
  assert.deepEqual(await breaches(page), []);
  const command = await copyCommand(page);
  await create.click();
  await told(page, "Alarm too-many was created.");
  const row = page.getByRole("row", { name: /too-many/ });
  await row.getByText(/^(OK|Insufficient data)$/).waitFor();
  await row.getByText("DatabaseConnections >= 80 for 3 datapoints within 3 minutes").waitFor();
  // Each turn of its period judges it anew, so that it may be out of the alarm again before the page has seen it.
  await until(true, () => {
    shell(aws, "aws cloudwatch set-alarm-state --alarm-name too-many --state-value ALARM --state-reason 'To see it'");
    const shown = row.getByText("In alarm", { exact: true }).click({ timeout: 5_000 }).then(() => page.getByText("To see it", { exact: true }).waitFor({ timeout: 5_000 }));
    return shown.then(() => true, () => false);
  });
  assert.deepEqual(await breaches(page), []);
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await row.getByRole("radio").check();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  const deleting = await confirmDialog(page, "Delete");
  await told(page, "Alarm too-many was deleted.");
  await page.getByText("No alarms match.").waitFor();
  const alarms = "aws cloudwatch describe-alarms --query 'MetricAlarms[].[AlarmName,MetricName,Threshold]' --output text";
  assert.equal(text([command, alarms, deleting, alarms].join("\n")), "too-many\tDatabaseConnections\t80.0");
  assert.deepEqual(complaints, []);
});

test("who called what is found by its name, its user and its resource, page by page, with its record", async () => {
  shell(aws, `aws ec2 create-security-group --group-name told --description d
    ! aws rds delete-db-instance --db-instance-identifier nobody --skip-final-snapshot`);
  await until("1", () => text("aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=DeleteDBInstance --query 'length(Events)'"));
  const { page, complaints } = await visit(browser, aws);
  await enter(page, "CloudTrail");
  const row = (name) => page.getByRole("row", { name: new RegExp(name) });
  await row("DeleteDBInstance").getByText("DBInstanceNotFound").waitFor();
  await row("CreateSecurityGroup").first().waitFor();
  assert.equal(await row("LookupEvents").count(), 0); // what only reads is left out at first
  assert.deepEqual(await breaches(page), []);
  const value = page.getByRole("textbox", { name: "Lookup value" });
  await choose(page, /^Lookup value/, "true");
  await row("LookupEvents").first().waitFor();
  const first = await page.getByRole("rowheader").getByRole("link").first().getAttribute("href");
  await page.getByRole("button", { name: "Next page" }).click();
  await page.locator("button[aria-label='Page 2'][aria-current=true]").waitFor();
  await page.getByRole("rowheader").first().waitFor();
  assert.notEqual(await page.getByRole("rowheader").getByRole("link").first().getAttribute("href"), first);
  await page.getByRole("button", { name: "Page 1", exact: true }).click();
  await page.locator(`a[href="${first}"]`).waitFor();

  await choose(page, /^Lookup attribute/, "User name");
  await value.fill("nobody-of-this-name");
  await page.getByText("No events match.").waitFor();
  await choose(page, /^Lookup attribute/, "Resource name");
  await value.fill("nobody");
  await row("DeleteDBInstance").waitFor();
  assert.equal(await page.getByRole("rowheader").count(), 1);
  await choose(page, /^Lookup attribute/, "Event name");
  await value.fill("CreateSecurityGroup");
  await row("CreateSecurityGroup").first().waitFor();
  assert.equal(JSON.parse(shell(aws, await copyCommand(page))).Events[0].EventName, "CreateSecurityGroup");
  await page.getByRole("link", { name: "CreateSecurityGroup" }).first().click();
  const record = JSON.parse(await page.getByRole("region", { name: "Event record" }).innerText());
  assert.deepEqual([record.eventName, record.requestParameters.groupName], ["CreateSecurityGroup", "told"]);
  assert.deepEqual(await breaches(page), []);
  await page.goto(`${aws.url}/console#/cloudtrail/event/00000000-0000-4000-8000-000000000000`);
  await page.getByText("There is no event 00000000-0000-4000-8000-000000000000.").waitFor();
  assert.deepEqual(complaints, []);
});
