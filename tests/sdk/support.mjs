// Runs `cruddur cloud` for one test, or `cruddur up` for several, in a folder of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const startMilliseconds = 180_000;

async function start(args, folder) {
  const started = spawn(process.env.CRUDDUR_PROGRAM, [...args, "--data-dir", join(folder, "data")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stop = async () => {
    started.kill();
    if (started.exitCode === null) await once(started, "exit");
    await rm(folder, { recursive: true, force: true });
  };
  const lines = createInterface({ input: started.stdout });
  const [line] = await once(lines, "line", { signal: AbortSignal.timeout(startMilliseconds) });
  return { line, stop };
}

export async function localAws(test, ...flags) {
  const folder = await mkdtemp(join(tmpdir(), "cruddur-sdk-"));
  await chmod(folder, 0o755); // the unprivileged user that PostgreSQL runs as passes through
  const { line, stop } = await start(["cloud", "--port", "0", ...flags], folder);
  test.after(stop);
  return { endpoint: line.split(/\s+/).at(-1), folder };
}

export async function cruddurUp() {
  const folder = await mkdtemp(join(tmpdir(), "cruddur-sdk-"));
  await chmod(folder, 0o755); // the unprivileged user that PostgreSQL runs as passes through
  const { line, stop } = await start(["up", "--json", "--port", "0", "--database-port", "0", "--cloud-port", "0"], folder);
  const { api_and_page: api, aws_endpoint: aws, connection_url: url } = JSON.parse(line);
  return { api, aws, url, stop };
}
