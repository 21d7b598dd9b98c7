// The course's week by clicks alone, from an empty data folder: a database in the console, opened to this machine; a function
// in Python that writes into it, as the user pool's trigger; a sign-up on the page. And its commands, on a second local AWS.
// With CRUDDUR_PICTURES=FOLDER the pictures of docs/console.md are taken on the way.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { choose, confirmDialog, copyCommand, shell, startCloud, stopAll, until, visit, waitMs } from "./console_support.mjs";
import { breaches, launch, open, sql, startUp } from "./support.mjs";

const password = "milkyway2023";
const newPassword = "andromeda2024";
const identifier = "cruddur-db-instance";
const functionName = "cruddur-post-confirmation";
const layer = "arn:aws:lambda:us-east-1:898466741470:layer:psycopg2-py38:2";
const hangMs = 3_000;
const commands = []; // of the database, and then of the function
const functionCommands = [];
let up, aws, browser, host;

// The seed's, mended.
const code = `import os
import psycopg2

def lambda_handler(event, context):
    user = event['request']['userAttributes']
    print('userAttributes')
    print(user)
    conn = None
    try:
        conn = psycopg2.connect(os.getenv('CONNECTION_URL'))
        cur = conn.cursor()
        cur.execute(
            "INSERT INTO users (display_name, email, handle, cognito_user_id) VALUES (%s, %s, %s, %s)",
            (user['name'], user['email'], user['preferred_username'], user['sub']))
        conn.commit()
    except (Exception, psycopg2.DatabaseError) as error:
        print(error)
    finally:
        if conn is not None:
            conn.close()
            print('Database connection closed.')
    return event
`;

before(async () => {
  [up, browser] = await Promise.all([startUp(), launch()]);
  aws = { url: up.aws, folder: up.folder };
});

after(async () => {
  await stopAll();
  await browser?.close();
  await up?.stop();
});

function instanceOf(cloud) {
  return JSON.parse(shell(cloud, "aws rds describe-db-instances")).DBInstances[0];
}

function defaultGroupOf(cloud) {
  return JSON.parse(shell(cloud, "aws ec2 describe-security-groups --group-names default")).SecurityGroups[0].GroupId;
}

// What psql says within `timeout`; undefined where it hangs.
function psql(address, secret, timeout = waitMs) {
  const env = { PATH: "/usr/bin:/bin", HOME: aws.folder, PGPASSWORD: secret, PGSSLMODE: "require" };
  return new Promise((resolve) => {
    execFile("psql", ["-XAtq", "-h", address, "-p", "5432", "-U", "cruddurroot", "cruddur", "-c", "select 'answered'"], { env, timeout, encoding: "utf8" }, (failed, out, error) =>
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

// From anywhere in the console to a service's first page.
async function enter(page, service) {
  await page.getByRole("link", { name: "Local AWS" }).click();
  await page.getByRole("main").getByRole("link", { name: service, exact: true }).click();
}

/** `top` is what the picture begins with. */
async function picture(page, name, top) {
  const folder = process.env.CRUDDUR_PICTURES;
  if (folder === undefined) return;
  const before = page.viewportSize();
  await page.setViewportSize({ width: 1200, height: 760 });
  await page.evaluate(() => window.scrollTo(0, 0));
  if (top !== undefined) await top.evaluate((element) => window.scrollTo(0, element.getBoundingClientRect().top + window.scrollY - 80));
  await page.waitForTimeout(500); // what moves has come to rest
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await page.setViewportSize(before);
}

const inboundRules = (page) => page.getByRole("tabpanel", { name: "Inbound rules" });

test("a database is created, stopped, started, given a new password and opened to this machine by clicks alone", async () => {
  const { page, complaints } = await visit(browser, aws);
  await enter(page, "RDS");
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
  assert.match(command, /--enable-performance-insights/);
  assert.doesNotMatch(command, new RegExp(password));
  assert.deepEqual(await breaches(page), []);
  await picture(page, "create-database", page.getByRole("heading", { name: "Templates" }));
  await page.getByRole("button", { name: "Create database" }).click();
  await seesStatus(page, "Available");
  assert.deepEqual(await breaches(page), []);
  await picture(page, "databases");

  await page.getByRole("link", { name: identifier }).click();
  await picture(page, "database");
  host = await page.getByText(/^127\.\d+\.\d+\.\d+$/).first().innerText();
  assert.equal(await psql(host, password, hangMs), undefined);
  await page.getByRole("link", { name: /^sg-/ }).first().click();
  await page.getByRole("link", { name: "Edit inbound rules" }).click();
  await page.getByRole("button", { name: "Add rule" }).click();
  await choose(page, /Source type/, "My IP");
  await page.getByLabel("Description").last().fill("$HOME (mine)");
  await picture(page, "inbound-rules");
  commands.push(await copyCommand(page));
  assert.match(commands.at(-1), /authorize-security-group-ingress/);
  assert.deepEqual(await breaches(page), []);
  await page.getByRole("button", { name: "Save rules" }).click();
  await inboundRules(page).getByText("127.0.0.1/32").waitFor();
  await until("answered", () => psql(host, password));

  await enter(page, "RDS");
  await page.getByRole("link", { name: identifier }).click();
  await page.getByRole("link", { name: "Modify" }).click();
  await page.getByLabel("New master password").fill(newPassword);
  await page.getByLabel("Confirm master password").fill(newPassword);
  await page.getByRole("radio", { name: "Apply immediately" }).check();
  assert.deepEqual(await breaches(page), []);
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

// Ticks the first of what a field offers, and closes it.
async function pickFirst(page, field) {
  await page.getByRole("button", { name: field }).last().click();
  await page.getByRole("option").first().click();
  await page.keyboard.press("Escape");
}

async function writeFunction(page) {
  await enter(page, "Lambda");
  await page.getByRole("radio", { name: functionName }).check();
  await page.getByRole("button", { name: "Delete" }).click();
  await confirmDialog(page, "Delete"); // the one of `up`
  await page.getByRole("link", { name: "Create function" }).click();
  await page.getByLabel("Function name").fill(functionName);
  await choose(page, /^Runtime/, "Python 3.8");
  assert.deepEqual(await breaches(page), []);
  functionCommands.push(await copyCommand(page));
  await page.getByRole("button", { name: "Create function" }).click();
  await page.getByLabel("Code of lambda_function.py").fill(code);
  functionCommands.push(await copyCommand(page, page.getByRole("tabpanel", { name: "Code" })));
  await page.getByRole("button", { name: "Deploy" }).click();
  await page.getByText(`The code of ${functionName} was updated.`).waitFor();
  await page.getByRole("button", { name: "Add a layer" }).click();
  await page.getByRole("radio", { name: "Specify an ARN" }).check();
  await page.getByLabel("Layer version ARN").fill(layer);
  functionCommands.push(await confirmDialog(page, "Add"));
  await page.getByRole("rowheader", { name: layer }).waitFor();
  assert.deepEqual(await breaches(page), []);
}

async function configureFunction(page, url) {
  await page.getByRole("tab", { name: "Configuration" }).click();
  await page.getByRole("button", { name: "Add environment variable" }).click();
  await page.getByRole("textbox", { name: "Key" }).fill("CONNECTION_URL");
  await page.getByRole("textbox", { name: "Value" }).fill(url);
  await pickFirst(page, /^Subnets/);
  await pickFirst(page, /^Security groups/);
  assert.deepEqual(await breaches(page), []);
  functionCommands.push(await copyCommand(page, page.getByRole("tabpanel", { name: "Configuration" })));
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(`The configuration of ${functionName} was updated.`).waitFor();
}

// With the event that the pool will send.
async function tryFunction(page, url) {
  const userAttributes = { sub: "6f1c", name: "Worf", email: "worf@example.com", preferred_username: "worf" };
  await page.getByRole("tab", { name: "Test" }).click();
  await page.getByLabel("Event JSON").fill(JSON.stringify({ triggerSource: "PostConfirmation_ConfirmSignUp", request: { userAttributes } }, null, 2));
  await page.getByRole("tabpanel", { name: "Test" }).getByRole("button", { name: "Test" }).click();
  await page.getByText("Executing function: succeeded").waitFor();
  assert.equal(sql(url, "-c", "select display_name from users where handle = 'worf'"), "Worf");
  assert.deepEqual(await breaches(page), []);
  await picture(page, "function-test", page.getByRole("heading", { name: "Execution result" }));
}

async function addTrigger(page) {
  await enter(page, "Cognito");
  await page.getByRole("button", { name: "Dismiss" }).first().waitFor({ state: "detached" }); // what was done in Lambda is said there
  await page.getByRole("link", { name: "cruddur", exact: true }).click();
  await page.getByRole("tab", { name: "Extensions" }).click();
  await page.getByRole("button", { name: "Add Lambda trigger" }).click();
  await page.getByRole("radio", { name: "Post confirmation trigger" }).check();
  await choose(page, /Lambda function/, functionName, page.getByRole("dialog"));
  await picture(page, "lambda-trigger");
  assert.deepEqual(await breaches(page), []);
  functionCommands.push(await confirmDialog(page, "Add Lambda trigger"));
}

async function signUp(handle, name) {
  const { page, close } = await open(browser, up.page);
  await page.getByRole("link", { name: "Create an account" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Handle").fill(handle);
  await page.getByLabel("Email").fill(`${handle}@example.com`);
  await page.getByLabel("Password", { exact: true }).fill("Sturdy-Passw0rd");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("heading", { name: "Confirm your address" }).waitFor();
  const { messages } = await (await fetch(`${up.aws}/_local/mailbox.json?to=${handle}@example.com`)).json();
  await page.getByLabel("Code").fill(messages[0].code);
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("heading", { name: "Confirm your address" }).waitFor({ state: "detached" });
  await close();
}

test("a function in Python, made by clicks, writes who signs up on the page into that database, and its log says so", async () => {
  const url = `postgresql://cruddurroot:${newPassword}@${host}:5432/cruddur`;
  sql(url, "-c", "create table users (display_name text, email text, handle text, cognito_user_id text)");
  const { page, complaints } = await visit(browser, aws);
  await writeFunction(page);
  await configureFunction(page, url);
  await tryFunction(page, url);
  await addTrigger(page);
  await signUp("kehleyr", "K'Ehleyr");
  await until("K'Ehleyr|kehleyr@example.com|36", () => sql(url, "-c", "select display_name, email, length(cognito_user_id) from users where handle = 'kehleyr'"));

  await enter(page, "Lambda");
  await page.getByRole("link", { name: functionName }).click();
  await page.getByRole("tab", { name: "Monitor" }).click();
  await page.getByRole("link", { name: "View CloudWatch logs" }).click();
  await page.getByRole("heading", { name: `/aws/lambda/${functionName}` }).waitFor();
  assert.deepEqual(await breaches(page), []);
  await page.getByRole("link", { name: /\[\$LATEST\]/ }).first().click();
  await page.getByText("Database connection closed.").first().waitFor();
  assert.deepEqual(await breaches(page), []);
  // Chromium speaks of every 404: the function has no policy yet.
  assert.deepEqual(complaints.filter((text) => !text.includes("404")), []);
});

test("the commands that the console showed make the same state on a second, empty local AWS", async () => {
  const second = await startCloud();
  const [create, authorize, ...rest] = commands;
  shell(second, create, { MASTER_PASSWORD: password });
  await until("available", () => instanceOf(second).DBInstanceStatus);
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

  shell(second, "aws cognito-idp create-user-pool --pool-name cruddur");
  // What has another name there.
  const namesOf = (cloud) => [
    shell(cloud, "aws cognito-idp list-user-pools --max-results 10 --query 'UserPools[0].Id' --output text").trim(),
    defaultGroupOf(cloud),
    ...JSON.parse(shell(cloud, "aws ec2 describe-subnets --query 'sort_by(Subnets, &AvailabilityZone)[].SubnetId'")),
  ];
  const [ours, theirs] = [namesOf(aws), namesOf(second)];
  const onSecond = (text) => ours.reduce((so, name, at) => so.replaceAll(name, theirs[at]), text);
  shell(second, functionCommands.map(onSecond).join("\n"));
  const functionOf = (cloud) => {
    const { Configuration } = JSON.parse(shell(cloud, `aws lambda get-function --function-name ${functionName}`));
    const { LastModified, RevisionId, CodeSha256, CodeSize, VpcConfig, ...same } = Configuration;
    return { ...same, VpcConfig: { SubnetIds: VpcConfig.SubnetIds, SecurityGroupIds: VpcConfig.SecurityGroupIds } };
  };
  assert.deepEqual(functionOf(second), JSON.parse(onSecond(JSON.stringify(functionOf(aws)))));
  const triggersOf = (cloud, [pool]) => JSON.parse(shell(cloud, `aws cognito-idp describe-user-pool --user-pool-id ${pool} --query UserPool.LambdaConfig`));
  assert.deepEqual(triggersOf(second, theirs), triggersOf(aws, ours));
  const callersOf = (cloud) => JSON.parse(JSON.parse(shell(cloud, `aws lambda get-policy --function-name ${functionName}`)).Policy).Statement.map((each) => [each.Principal, each.Condition]);
  assert.deepEqual(callersOf(second), JSON.parse(onSecond(JSON.stringify(callersOf(aws)))));
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
