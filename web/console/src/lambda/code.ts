// A function's files: what the editor shows, the zip that Lambda takes, and the commands that make the same zip.
import { strFromU8, strToU8, unzipSync, zipSync, type Zippable } from "fflate";
import { quoted } from "../ground/command";

export interface CodeFile {
  name: string;
  bytes: Uint8Array;
  text: string | undefined; // undefined where it is none
}

export const editedBytesMax = 3 * 1024 * 1024; // as much as AWS's editor opens

function textOf(bytes: Uint8Array) {
  try {
    return bytes.includes(0) ? undefined : new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function fileOf(name: string, text: string): CodeFile {
  return { name, bytes: strToU8(text), text };
}

export function filesOf(zip: Uint8Array): CodeFile[] {
  return Object.entries(unzipSync(zip))
    .filter(([name]) => !name.endsWith("/"))
    .map(([name, bytes]) => ({ name, bytes, text: textOf(bytes) }));
}

// What the system runs itself, rather than Python or Node.js.
function isProgram({ name, bytes }: CodeFile) {
  const begin = strFromU8(bytes.subarray(0, 4), true);
  return name === "bootstrap" || begin.startsWith("#!") || begin === "\x7fELF";
}

export function zipOf(files: CodeFile[]): Uint8Array {
  const entries: Zippable = {};
  for (const file of files) entries[file.name] = [file.bytes, { os: 3, attrs: (isProgram(file) ? 0o100755 : 0o100644) << 16, mtime: "1980-01-02" }];
  return zipSync(entries);
}

// A word that ends the text and stands on no line of it.
function endOf(text: string) {
  let end = "END";
  while (text.split("\n").includes(end)) end += "_";
  return end;
}

/** Undefined where a file is no text: such a zip is not typed into a terminal. */
export function zipCommandOf(files: CodeFile[]): string | undefined {
  const lines = ["rm -rf function function.zip && mkdir function"];
  for (const file of files) {
    if (file.text === undefined) return undefined;
    const at = quoted(`function/${file.name}`);
    const folder = file.name.includes("/") ? `mkdir -p ${quoted(`function/${file.name.replace(/\/[^/]*$/, "")}`)}\n` : "";
    const end = endOf(file.text);
    lines.push(`${folder}cat > ${at} <<'${end}'\n${file.text}${file.text.endsWith("\n") ? "" : "\n"}${end}`);
    if (isProgram(file)) lines.push(`chmod +x ${at}`);
  }
  return `${lines.join("\n")}\n(cd function && zip -qr ../function.zip .)`;
}

export interface Runtime {
  value: string;
  label: string;
  handler: string;
  starter: CodeFile;
}

const python = `import json


def lambda_handler(event, context):
    print(json.dumps(event))
    return {"statusCode": 200, "body": json.dumps("Hello from Lambda!")}
`;

const node = `export const handler = async (event) => {
  console.log(JSON.stringify(event));
  return { statusCode: 200, body: JSON.stringify("Hello from Lambda!") };
};
`;

// The runtime API's loop in a few lines of shell: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
const custom = `#!/bin/sh
# Takes an event, answers it, and takes the next.
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  headers=$(mktemp)
  event=$(curl -sS -D "$headers" "$api/next")
  id=$(sed -n 's/^lambda-runtime-aws-request-id: *\\([^ ]*\\).*/\\1/Ip' "$headers" | tr -d '\\r')
  rm -f "$headers"
  echo "$event"
  curl -sS -o /dev/null -d "$event" "$api/$id/response"
done
`;

const runtimeOf = (value: string, label: string, handler: string, name: string, text: string): Runtime => ({ value, label, handler, starter: fileOf(name, text) });

// 3.8 is the course's: local AWS runs it, and AWS has retired it.
export const runtimes: Runtime[] = [
  ...["3.13", "3.12", "3.11", "3.8"].map((version) => runtimeOf(`python${version}`, `Python ${version}`, "lambda_function.lambda_handler", "lambda_function.py", python)),
  ...["24", "22", "20"].map((version) => runtimeOf(`nodejs${version}.x`, `Node.js ${version}.x`, "index.handler", "index.mjs", node)),
  runtimeOf("provided.al2023", "Amazon Linux 2023 (custom runtime)", "bootstrap", "bootstrap", custom),
];
