// Lints openapi.yaml, and holds recorded answers against it.
// Usage: node lint.mjs openapi.yaml [answers.json]
// answers.json: [{"method": "get", "path": "/as/in/openapi.yaml", "status": 200, "type": "…", "body": "…"}]
import { readFileSync } from "node:fs";
import { createConfig, formatProblems, getTotals, lint } from "@redocly/openapi-core";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";

const [file, recorded] = process.argv.slice(2);
const rules = {
  "info-license": "off", // the project carries no licence yet
  "no-server-example.com": "off",
  "operation-4xx-response": "error",
  "no-invalid-media-type-examples": "error",
  "no-invalid-parameter-examples": "error",
  "no-unused-components": "error",
};
const config = await createConfig({ extends: ["recommended-strict"], rules });
const problems = await lint({ ref: file, config });
formatProblems(problems, { format: "stylish", totals: getTotals(problems), version: "1" });
let failures = problems.length;

const document = parse(readFileSync(file, "utf8"));
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, "api");

function resolve(pointer) {
  const at = pointer.slice(2).split("/").map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"));
  return at.reduce((value, key) => value?.[key], document);
}

// The answer of the document that one recorded is an example of, as a JSON pointer; undefined where it names none.
function documentedFor({ method, path, status }) {
  const at = `#/paths/${path.replaceAll("~", "~0").replaceAll("/", "~1")}/${method}/responses`;
  const key = [String(status), `${String(status)[0]}XX`].find((each) => resolve(at)?.[each]);
  return key && `${at}/${key}`;
}

// What is wrong with it, or undefined.
function flawOf(answer, documented) {
  if (!documented) return "the document names no such answer";
  const at = resolve(documented).$ref ?? documented;
  const content = resolve(at).content;
  if (!content) return answer.body === "" ? undefined : "the document names no body";
  const media = answer.type.split(";")[0];
  if (!content[media]) return `the document names no body of type ${answer.type}`;
  const value = media.includes("json") ? JSON.parse(answer.body) : answer.body;
  const pointer = `${at}/content/${media.replace("/", "~1")}/schema`;
  const valid = ajv.compile({ $ref: `api${encodeURI(pointer).replaceAll("%7E", "~")}` });
  return valid(value) ? undefined : ajv.errorsText(valid.errors);
}

const seen = new Set();
for (const answer of recorded ? JSON.parse(readFileSync(recorded, "utf8")) : []) {
  const documented = documentedFor(answer);
  seen.add(documented);
  const flaw = flawOf(answer, documented);
  if (flaw === undefined) continue;
  console.error(`${answer.method} ${answer.path} ${answer.status}: ${flaw}`);
  failures += 1;
}
// And the other way: each answer that the document names has been given.
for (const [path, operations] of Object.entries(recorded ? document.paths : {})) {
  for (const [method, operation] of Object.entries(operations)) {
    for (const status of Object.keys(operation.responses ?? {})) {
      if (seen.has(documentedFor({ method, path, status }))) continue;
      console.error(`${method} ${path} ${status}: no recorded answer is an example of it`);
      failures += 1;
    }
  }
}
process.exit(failures === 0 ? 0 : 1);
