// Runs `cruddur cloud` for one test, in a folder of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const startMilliseconds = 180_000;

export async function localAws(test, ...flags) {
  const folder = await mkdtemp(join(tmpdir(), "cruddur-sdk-"));
  await chmod(folder, 0o711); // run by root, PostgreSQL's user passes through
  const started = spawn(process.env.CRUDDUR_PROGRAM,
    ["cloud", "--port", "0", "--data-dir", join(folder, "data"), ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  test.after(async () => {
    started.kill();
    if (started.exitCode === null) await once(started, "exit");
    await rm(folder, { recursive: true, force: true });
  });
  const lines = createInterface({ input: started.stdout });
  const [line] = await once(lines, "line", { signal: AbortSignal.timeout(startMilliseconds) });
  return { endpoint: line.split(/\s+/).at(-1), folder };
}
