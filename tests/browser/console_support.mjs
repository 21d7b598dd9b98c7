// What the console's tests stand on: local AWS on folders of its own, its console in Chromium, and the AWS CLI.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { open, source, start } from "./support.mjs";

export const waitMs = 180_000; // a server that is made while the machine has much else to do
const stops = [];
let quickAws; // the folder of an `aws` that is loaded once: see tests/support/quick_aws.py

async function loadAws() {
  if (quickAws) return;
  quickAws = mkdtempSync(join(tmpdir(), "quick-aws-"));
  process.once("exit", () => rmSync(quickAws, { recursive: true, force: true }));
  const server = spawn("/usr/bin/python3", [join(source, "tests/support/quick_aws.py"), quickAws], { stdio: ["pipe", "inherit", "inherit"] });
  server.unref(); // it ends with us
  server.stdin.unref();
  await until(true, () => existsSync(join(quickAws, "line")));
}

export async function startCloud(...flags) {
  const folder = mkdtempSync(join(tmpdir(), "cruddur-console-"));
  chmodSync(folder, 0o755); // the unprivileged user that PostgreSQL runs as passes through
  await loadAws();
  const cloud = await start(["cloud", "--port", "0", "--data-dir", join(folder, "data"), ...flags], { HOME: folder });
  stops.unshift(async () => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return { url: cloud.line.split(/\s+/).at(-1), folder };
}

/** A tab of the console, at a place of it. */
export async function visit(browser, cloud, place = "") {
  const tab = await open(browser, `${cloud.url}/console${place}`, { permissions: ["clipboard-read", "clipboard-write"] });
  stops.unshift(tab.close);
  return tab;
}

/** Ends what was started here, the newest first. */
export async function stopAll() {
  for (const stop of stops.splice(0)) await stop();
}

/** Lines of shell in which `aws` is Debian's, pointed at a local AWS that startCloud started. */
export function shell(cloud, lines, variables = {}) {
  const env = { PATH: `${quickAws}:/usr/bin:/bin`, HOME: cloud.folder, AWS_DEFAULT_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_PAGER: "", ...variables };
  return execFileSync("bash", ["-ec", `aws() { command aws --endpoint-url ${cloud.url} "$@"; }\n${lines}`], { encoding: "utf8", timeout: waitMs, env, cwd: cloud.folder });
}

/** Asks until it is answered so. */
export async function until(text, ask) {
  const deadline = Date.now() + waitMs;
  for (let found = await ask(); found !== text; found = await ask()) {
    assert.ok(Date.now() < deadline, `${found} instead of ${text}`);
    await pause(200);
  }
}

/** The command of the form or the dialog, copied by its button, as a person would. */
export async function copyCommand(page, within = page) {
  const section = within.getByRole("button", { name: "AWS CLI command" });
  if ((await section.getAttribute("aria-expanded")) === "false") await section.click();
  await within.getByRole("button", { name: "Copy", exact: true }).click();
  return page.evaluate(() => navigator.clipboard.readText());
}

export async function choose(page, label, option, within = page) {
  await within.getByRole("button", { name: label }).last().click();
  await page.getByRole("option", { name: option, exact: true }).click();
}

/** Does what a dialog asks for, and answers its command. */
export async function confirmDialog(page, button) {
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  const command = await copyCommand(page, dialog);
  await dialog.getByRole("button", { name: button, exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  return command;
}
