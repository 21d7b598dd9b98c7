// Lambda, CloudWatch and Cognito in local AWS's console, by clicks alone, and its commands on a second local AWS.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { choose, confirmDialog, copyCommand, shell, startCloud, stopAll, until, visit } from "./console_support.mjs";
import { breaches, briefly, launch } from "./support.mjs";

const name = "hello";
const pool = "people";
const commands = [];
let aws, second, browser;

before(async () => {
  aws = await startCloud();
  browser = await launch(briefly);
});

after(async () => {
  await stopAll();
  await browser?.close();
});

const region = (page, label) => page.getByRole("region", { name: label, exact: true });
const editor = (page) => page.getByLabel("Code of bootstrap");

test("a function is created, edited, configured and tested, and its log is there, by clicks alone", async () => {
  const { page, complaints } = await visit(browser, aws);
  await page.getByRole("link", { name: "Lambda", exact: true }).click();
  await page.getByRole("link", { name: "Create function" }).click();
  await page.getByLabel("Function name").fill(name);
  await choose(page, /^Runtime/, "Amazon Linux 2023 (custom runtime)");
  assert.deepEqual(await breaches(page), []);
  commands.push(await copyCommand(page));
  await page.getByRole("button", { name: "Create function" }).click();
  await page.getByRole("heading", { name, exact: true }).waitFor();

  const code = await editor(page).inputValue();
  await editor(page).fill(code.replace('echo "$event"', 'echo "$GREETING"'));
  commands.push(await copyCommand(page, page.getByRole("tabpanel", { name: "Code" })));
  assert.deepEqual(await breaches(page), []);
  await page.getByRole("button", { name: "Deploy" }).click();
  await page.getByText(`The code of ${name} was updated.`).waitFor();

  await page.getByRole("tab", { name: "Configuration" }).click();
  await page.getByRole("button", { name: "Add environment variable" }).click();
  await page.getByRole("textbox", { name: "Key" }).fill("GREETING");
  await page.getByRole("textbox", { name: "Value" }).fill("it's O'Brien's");
  commands.push(await copyCommand(page, page.getByRole("tabpanel", { name: "Configuration" })));
  assert.deepEqual(await breaches(page), []);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(`The configuration of ${name} was updated.`).waitFor();

  await page.getByRole("tab", { name: "Test" }).click();
  await page.getByLabel("Event JSON").fill("{");
  await page.getByText(/The event is no JSON/).waitFor();
  await page.getByLabel("Event JSON").fill('{"who": "d\'Artagnan"}');
  commands.push(await copyCommand(page, page.getByRole("tabpanel", { name: "Test" })));
  await page.getByRole("tabpanel", { name: "Test" }).getByRole("button", { name: "Test" }).click();
  await page.getByText("Executing function: succeeded").waitFor();
  assert.deepEqual(JSON.parse(await region(page, "Result").innerText()), { who: "d'Artagnan" });
  assert.match(await region(page, "Log output").innerText(), /it's O'Brien's[^]*REPORT RequestId/);
  assert.deepEqual(await breaches(page), []);

  await page.getByRole("tab", { name: "Code", exact: true }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download .zip" }).click()]);
  assert.equal(download.suggestedFilename(), `${name}.zip`);
  const listing = execFileSync("python3", ["-m", "zipfile", "-l", await download.path()], { encoding: "utf8" });
  assert.match(listing, /bootstrap/);
  await page.getByLabel(".zip file", { exact: true }).setInputFiles({ name: "again.zip", mimeType: "application/zip", buffer: readFileSync(await download.path()) });
  await page.getByText("again.zip replaces the code when it is deployed.").waitFor();
  await page.getByRole("button", { name: "Deploy" }).click();
  await page.getByText("again.zip replaces").waitFor({ state: "detached" });
  assert.match(await editor(page).inputValue(), /GREETING/);

  await page.getByRole("tab", { name: "Monitor" }).click();
  await page.getByRole("cell", { name: "it's O'Brien's" }).or(page.getByRole("rowheader", { name: "it's O'Brien's" })).waitFor();
  await page.getByRole("link", { name: "View CloudWatch logs" }).click();
  await page.getByRole("heading", { name: `/aws/lambda/${name}` }).waitFor();
  await page.getByRole("tab", { name: "Live Tail" }).click();
  shell(aws, commands.at(-1)); // somebody else runs it
  await until(2, () => page.getByText("it's O'Brien's", { exact: true }).count());
  assert.deepEqual(await breaches(page), []);
  // Chromium speaks of every 404: the function has no policy yet.
  assert.deepEqual(complaints.filter((text) => !text.includes("404")), []);
});

test("the commands that the console showed make the same function on a second, empty local AWS", async () => {
  second = await startCloud();
  const results = commands.map((command) => shell(second, command));
  assert.match(results.at(-1), /"who": ?"d'Artagnan"/);
  const functionOf = (cloud) => {
    const { Configuration } = JSON.parse(shell(cloud, `aws lambda get-function --function-name ${name}`));
    const { LastModified, RevisionId, CodeSha256, CodeSize, ...same } = Configuration;
    return same;
  };
  assert.deepEqual(functionOf(second), functionOf(aws));
});

test("layers are added from the account's own and by an ARN, and removed, with the commands that do it", async () => {
  const psycopg2 = "arn:aws:lambda:us-east-1:898466741470:layer:psycopg2-py38:2";
  const layersOf = (cloud) => JSON.parse(shell(cloud, `aws lambda get-function-configuration --function-name ${name}`)).Layers?.map((each) => each.Arn) ?? [];
  const publish = `mkdir -p python; for version in 1 2; do echo "version = $version" > python/extra.py; python3 -m zipfile -c extra.zip python
    aws lambda publish-layer-version --layer-name extra --zip-file fileb://extra.zip >/dev/null; done`;
  shell(aws, publish);
  const { page, complaints } = await visit(browser, aws, `#/lambda/function/${name}`);
  await page.getByRole("button", { name: "Add a layer" }).click();
  const dialog = page.getByRole("dialog");
  await choose(page, /^Custom layers/, "extra", dialog);
  await choose(page, /^Version/, "2", dialog);
  assert.deepEqual(await breaches(page), []);
  const own = await confirmDialog(page, "Add");
  const [extra] = layersOf(aws);
  assert.match(extra, /:layer:extra:2$/);
  await page.getByRole("rowheader", { name: extra }).waitFor();
  await page.getByRole("button", { name: "Add a layer" }).click();
  await page.getByRole("radio", { name: "Specify an ARN" }).check();
  await page.getByLabel("Layer version ARN").fill(psycopg2.replace("psycopg2-py38", "another"));
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.getByText(/^AccessDeniedException: .*another account/).waitFor();
  await page.getByLabel("Layer version ARN").fill(psycopg2);
  const foreign = await confirmDialog(page, "Add");
  assert.deepEqual(layersOf(aws), [extra, psycopg2]);
  await page.getByRole("rowheader", { name: psycopg2 }).waitFor();
  await page.getByRole("button", { name: `Remove ${extra}` }).click();
  const removal = await confirmDialog(page, "Remove");
  assert.deepEqual(layersOf(aws), [psycopg2]);
  shell(second, publish);
  shell(second, `${own}\n${foreign}\n${removal}`);
  assert.deepEqual(layersOf(second), [psycopg2]);

  // What another changed since the page was read is not undone by it.
  await page.getByRole("rowheader", { name: extra }).waitFor({ state: "detached" });
  await page.route("**/configuration", async (route) => {
    if (route.request().method() === "PUT") shell(aws, own);
    await route.continue();
  });
  await page.getByRole("button", { name: `Remove ${psycopg2}` }).click();
  await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  await dialog.getByText(/^PreconditionFailedException: /).waitFor();
  assert.deepEqual(layersOf(aws), [extra]);
  await page.unroute("**/configuration");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: `Remove ${extra}` }).click();
  await confirmDialog(page, "Remove");
  assert.deepEqual(layersOf(aws), []);
  assert.deepEqual(complaints.filter((text) => !/4(0[034]|12)/.test(text)), []);
});

test("a user pool gets a Post confirmation trigger, and whoever is confirmed is in the function's log", async () => {
  const { page, complaints } = await visit(browser, aws, "#/cognito");
  await page.getByRole("link", { name: "Create user pool" }).click();
  await page.getByLabel("User pool name").fill(pool);
  assert.deepEqual(await breaches(page), []);
  const create = await copyCommand(page);
  await page.getByRole("button", { name: "Create user pool" }).click();
  await page.getByRole("heading", { name: pool, exact: true }).waitFor();

  await page.getByRole("tab", { name: "App clients" }).click();
  await page.getByRole("button", { name: "Create app client" }).click();
  await page.getByLabel("App client name").fill("web");
  await confirmDialog(page, "Create app client");
  const client = await page.getByRole("row", { name: /web/ }).getByRole("cell").nth(1).innerText();

  await page.getByRole("tab", { name: "Extensions" }).click();
  await page.getByRole("button", { name: "Add Lambda trigger" }).click();
  await page.getByRole("radio", { name: "Post confirmation trigger" }).check();
  await choose(page, /Lambda function/, name, page.getByRole("dialog"));
  assert.deepEqual(await breaches(page), []);
  const trigger = await confirmDialog(page, "Add Lambda trigger");
  await page.getByRole("row", { name: /Post confirmation trigger/ }).waitFor();

  shell(aws, `aws cognito-idp sign-up --client-id ${client} --username worf --password 'Sturdy-Passw0rd' --user-attributes Name=email,Value=worf@example.com`);
  await page.getByRole("tab", { name: "Users" }).click();
  await page.getByRole("row", { name: /worf/ }).getByText("Unconfirmed").waitFor();
  await page.getByRole("radio", { name: "worf" }).check();
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Confirm account" }).click();
  await confirmDialog(page, "Confirm account");
  await page.getByRole("row", { name: /worf/ }).getByText("Confirmed").waitFor();
  assert.deepEqual(await breaches(page), []);
  assert.equal(shell(aws, `aws logs filter-log-events --log-group-name /aws/lambda/${name} --filter-pattern START --query 'length(events)' --output text`).trim(), "3");
  await page.goto(`${aws.url}/console#/lambda/function/${name}/configuration`);
  await page.getByRole("row", { name: /cognito-idp\.amazonaws\.com/ }).waitFor();

  const second = await startCloud();
  const poolOf = (cloud) => JSON.parse(shell(cloud, "aws cognito-idp describe-user-pool --user-pool-id $(aws cognito-idp list-user-pools --max-results 10 --query 'UserPools[0].Id' --output text)")).UserPool;
  shell(second, `${commands[0]}\n${create}`);
  shell(second, trigger.replaceAll(poolOf(aws).Id, poolOf(second).Id));
  const settled = ({ Id, Arn, CreationDate, LastModifiedDate, EstimatedNumberOfUsers, ...same }) => same;
  assert.deepEqual(settled(poolOf(second)), settled(poolOf(aws)));
  assert.deepEqual(complaints, []);
});

test("a user is created, disabled, enabled and deleted, and a refusal stands beside its field", async () => {
  const { page } = await visit(browser, aws, "#/cognito");
  await page.getByRole("link", { name: pool }).click();
  await page.getByRole("button", { name: "Create user" }).click();
  await page.getByLabel("User name").fill("data");
  await page.getByLabel("Temporary password").fill("short");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Create user" }).click();
  await dialog.getByText(/^InvalidPasswordException: /).waitFor();
  await page.getByLabel("Email address - optional").fill("data@example.com");
  await page.getByLabel("Temporary password").fill("Sturdy-Passw0rd");
  const command = await confirmDialog(page, "Create user");
  assert.match(command, /--temporary-password "\$PASSWORD"/);
  const row = page.getByRole("row", { name: /data@example\.com/ });
  await row.getByRole("radio").check();
  for (const [action, status] of [["Disable user access", "Disabled"], ["Enable user access", "Enabled"], ["Disable user access", "Disabled"]]) {
    await page.getByRole("button", { name: "Actions" }).click();
    await page.getByRole("menuitem", { name: action }).click();
    await confirmDialog(page, action);
    await row.getByText(status, { exact: true }).waitFor();
  }
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await confirmDialog(page, "Delete");
  await row.waitFor({ state: "detached" });
});
