// Prints what a client has to know to call every operation of openapi.yaml, as JSON: method, path, whether it looks at a
// token, its parameters, and the example of its body.
// Usage: node operations.mjs openapi.yaml
import { readFileSync } from "node:fs";
import { parse } from "yaml";

const document = parse(readFileSync(process.argv[2], "utf8"));
const resolved = (value) => value.$ref ? value.$ref.slice(2).split("/").reduce((at, key) => at[key], document) : value;

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => {
    const parameters = (operation.parameters ?? []).map(resolved);
    const body = operation.requestBody && resolved(operation.requestBody).content["application/json"];
    const answer = resolved(operation.responses["200"]).content;
    return {
      method: method.toUpperCase(),
      path,
      secured: operation.security !== undefined,
      parameters: parameters.map(({ name, in: place, required }) => ({ name, place, required: required === true })),
      body: body ? JSON.stringify(body.example) ?? "" : null, // "": it has no example
      json: answer !== undefined && Object.keys(answer).every((type) => type === "application/json"),
    };
  }));
console.log(JSON.stringify(operations));
