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

// Where the schema of an answer stands, as a JSON pointer; undefined where the document does not name it.
function schemaOf({ method, path, status, type }) {
  let at = `#/paths/${path.replaceAll("~", "~0").replaceAll("/", "~1")}/${method}/responses`;
  const responses = resolve(at);
  const key = [String(status), `${String(status)[0]}XX`].find((each) => responses?.[each]);
  if (!key) return undefined;
  at = responses[key].$ref ?? `${at}/${key}`;
  const media = type.split(";")[0];
  return resolve(at).content?.[media] ? `${at}/content/${media.replace("/", "~1")}/schema` : undefined;
}

for (const answer of recorded ? JSON.parse(readFileSync(recorded, "utf8")) : []) {
  const name = `${answer.method} ${answer.path} ${answer.status}`;
  const pointer = schemaOf(answer);
  if (!pointer) {
    console.error(`${name}: the document names no such answer (${answer.type})`);
    failures += 1;
    continue;
  }
  const value = answer.type.includes("json") ? JSON.parse(answer.body) : answer.body;
  const valid = ajv.compile({ $ref: `api${encodeURI(pointer).replaceAll("%7E", "~")}` });
  if (valid(value)) continue;
  console.error(`${name}: ${ajv.errorsText(valid.errors)}`);
  failures += 1;
}
process.exit(failures === 0 ? 0 : 1);
