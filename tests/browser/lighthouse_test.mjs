// What Lighthouse says of the pages that strangers come to, on a phone. Its figures of time are told and not asserted:
// they are the machine's as much as the page's.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import lighthouse from "lighthouse";
import { launch, sql, startUp } from "./support.mjs";

const bytesMax = 100_000; // of all that a first visit takes
const shiftMax = 0.02;
let up, browser, port, thread;

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = server.address();
      server.close(() => resolve(free));
    });
  });
}

before(async () => {
  up = await startUp();
  thread = sql(up.url, "-c", "select '/@' || handle || '/status/' || a.uuid from activities a join users u on u.uuid = a.user_uuid where replies_count > 0 and reply_to_activity_uuid is null and expires_at > now() limit 1");
  port = await freePort();
  browser = await launch([`--remote-debugging-port=${port}`]);
});

after(async () => {
  await browser?.close();
  await up?.stop();
});

// `listed`: search engines may have it. A post's page asks them not to, since it will be gone.
async function measure(place, { listed }) {
  const { lhr } = await lighthouse(`${up.page}${place}`, { port, output: "json", logLevel: "silent" }, { extends: "lighthouse:default", settings: { skipAudits: listed ? [] : ["is-crawlable"] } });
  assert.equal(lhr.runtimeError, undefined);
  return lhr;
}

function shortcomings({ categories, audits }, category) {
  return categories[category].auditRefs
    .filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 1)
    .map(({ id }) => `${id}: ${JSON.stringify(audits[id].details?.items ?? audits[id].displayValue).slice(0, 500)}`);
}

const places = { home: () => "/", profile: () => thread.split("/status/")[0], thread: () => thread };

for (const [name, place] of Object.entries(places)) {
  test(`Lighthouse finds nothing wrong with ${name} on a phone, which is light and stands still`, async (context) => {
    const report = await measure(place(), { listed: name === "home" });
    for (const category of ["accessibility", "best-practices", "seo"]) {
      assert.deepEqual(shortcomings(report, category), [], category);
      assert.equal(report.categories[category].score, 1, category);
    }
    const bytes = report.audits["total-byte-weight"].numericValue;
    const shift = report.audits["cumulative-layout-shift"].numericValue;
    const score = Math.round(report.categories.performance.score * 100);
    context.diagnostic(`${name}: performance ${score}, ${bytes} bytes, moved by ${shift}; ${shortcomings(report, "performance").join("; ")}`);
    assert.ok(bytes > 0 && bytes <= bytesMax, `${bytes} bytes`);
    assert.ok(shift <= shiftMax, `it moved by ${shift}`);
  });
}
