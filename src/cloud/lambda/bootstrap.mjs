// Runs a Lambda function of JavaScript: asks the runtime API for events and hands each to the handler.
// Usage: bootstrap.mjs LAYERS, the folder in which the function's layers lie.
import { existsSync, readFileSync, writeSync } from "node:fs";
import { Agent, request } from "node:http";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

const TASK = process.env.LAMBDA_TASK_ROOT;
const [HOST, PORT] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const FRAME = Buffer.from([0xa5, 0x5a, 0x00, 0x03]); // then the message's length: one event of the log, whatever lines it has
const RUNTIME_MAJOR = Number(process.env.AWS_EXECUTION_ENV.match(/nodejs(\d+)/)?.[1]);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

let requestId = "undefined"; // before the first event, as Lambda has it in its log

/** What is wrong with the function itself, in Lambda's words. */
class Fault extends Error {
  constructor(kind, message) {
    super(message);
    this.name = kind;
  }
}

function call(method, path, body) {
  return new Promise((answered, failed) => {
    const headers = body === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
    const sent = request({ host: HOST, port: PORT, method, path: `/2018-06-01/runtime${path}`, headers, agent }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => answered({ fields: answer.headers, content: Buffer.concat(parts).toString() }));
      answer.on("error", failed);
    });
    sent.on("error", failed);
    sent.end(body);
  });
}

/** One event of the log. It is written at once, since a function may be stopped between two events. */
function writeEvent(text) {
  const content = Buffer.from(text);
  const head = Buffer.alloc(8);
  FRAME.copy(head);
  head.writeUInt32BE(content.length, 4);
  const whole = Buffer.concat([head, content]);
  for (let at = 0; at < whole.length;) {
    try {
      at += writeSync(1, whole, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

function writeLine(level, ...parts) {
  writeEvent(`${new Date().toISOString()}\t${requestId}\t${level}\t${format(...parts)}`);
}

for (const [name, level] of [["log", "INFO"], ["info", "INFO"], ["debug", "DEBUG"], ["warn", "WARN"], ["error", "ERROR"], ["trace", "TRACE"]]) {
  console[name] = (...parts) => writeLine(level, ...parts);
}

function documentOf(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  const trace = (error.stack ?? "").split("\n").filter((line) => !line.includes(import.meta.url));
  if (trace[0] === `Error: ${error.message}` && error.name !== "Error") trace[0] = `${error.name}: ${error.message}`;
  return { errorType: error.name, errorMessage: error.message, trace };
}

function logError(what, error, document) {
  const { errorType, errorMessage, trace } = document;
  writeLine("ERROR", `${what} \t${JSON.stringify({ errorType, errorMessage, ...(error?.code === undefined ? {} : { code: error.code }), stack: trace })}`);
}

// The nearest package says what a .js file is.
function isModule(file) {
  for (let folder = dirname(file); folder.startsWith(TASK); folder = dirname(folder)) {
    const about = join(folder, "package.json");
    if (existsSync(about)) return JSON.parse(readFileSync(about, "utf8")).type === "module";
  }
  return false;
}

async function loaded(path) {
  const own = createRequire(join(TASK, "index.js"));
  const found = ["", ".js", ".mjs", ".cjs"].map((end) => resolve(TASK, path) + end).find((file) => /\.[cm]?js$/.test(file) && existsSync(file));
  const file = found ?? own.resolve(path, { paths: [TASK] });
  return file.endsWith(".mjs") || (file.endsWith(".js") && isModule(file)) ? import(pathToFileURL(file).href) : own(file);
}

const MISSING = new Set(["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"]);

async function findHandler(handler) {
  const [, folder, module, path] = handler.match(/^(.*\/)?([^/.]+)\.([^/]+)$/) ?? [];
  if (module === undefined) throw new Fault("Runtime.MalformedHandlerName", "Bad handler");
  let exported;
  try {
    exported = await loaded(`${folder ?? ""}${module}`);
  } catch (error) {
    if (MISSING.has(error.code)) throw new Fault("Runtime.ImportModuleError", `Error: ${error.message}`);
    if (error instanceof SyntaxError) throw new Fault("Runtime.UserCodeSyntaxError", `SyntaxError: ${error.message}`);
    throw error;
  }
  const within = (from) => path.split(".").reduce((value, name) => value?.[name], from);
  const found = within(exported) ?? within(exported.default);
  if (found === undefined) throw new Fault("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  if (typeof found !== "function") throw new Fault("Runtime.HandlerNotFound", `${handler} is not a function`);
  if (RUNTIME_MAJOR >= 24 && found.length >= 3) {
    throw new Fault("Runtime.CallbackHandlerDeprecated",
      "AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. Make the handler an async function.");
  }
  return found;
}

function contextOf(fields) {
  const deadline = Number(fields["lambda-runtime-deadline-ms"]);
  const client = fields["lambda-runtime-client-context"];
  const identity = fields["lambda-runtime-cognito-identity"];
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: client === undefined ? undefined : JSON.parse(client),
    identity: identity === undefined ? undefined : JSON.parse(identity),
    invokedFunctionArn: fields["lambda-runtime-invoked-function-arn"],
    awsRequestId: fields["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
  };
}

/** What the handler answers, by a promise or by a callback; by null where it does neither and has nothing left to do. */
function answerOf(handler, event, context) {
  return new Promise((answered, failed) => {
    const idle = () => answered(null);
    const settle = (end) => (value) => {
      process.off("beforeExit", idle);
      end(value);
    };
    const byCallback = (error, value) => {
      const end = error === undefined || error === null ? () => settle(answered)(value) : () => settle(failed)(error);
      process.off("beforeExit", idle);
      if (context.callbackWaitsForEmptyEventLoop) process.once("beforeExit", end);
      else end();
    };
    context.done = byCallback;
    context.succeed = (value) => byCallback(null, value);
    context.fail = (error) => byCallback(error ?? "handled");
    const result = handler(event, context, byCallback);
    if (typeof result?.then === "function") result.then(settle(answered), settle(failed));
    else process.once("beforeExit", idle);
  });
}

function bodyOf(value) {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? "null";
  } catch (error) {
    throw new Fault("Runtime.MarshalError", `Unable to stringify response body: ${error.message}`);
  }
}

// What nobody waits for ends the process, and the event with it.
function end(what, kind, code) {
  return async (error) => {
    const document = documentOf(error);
    if (kind !== undefined) {
      document.errorMessage = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      document.errorType = kind;
    }
    logError(what, error, document);
    const path = requestId === "undefined" ? "/init/error" : `/invocation/${requestId}/error`;
    await call("POST", path, JSON.stringify(document)).catch(() => {});
    process.exit(code);
  };
}

async function main() {
  process.on("uncaughtException", end("Uncaught Exception", undefined, 129));
  process.on("unhandledRejection", end("Unhandled Promise Rejection", "Runtime.UnhandledPromiseRejection", 128));
  let handler;
  try {
    handler = await findHandler(process.env._HANDLER);
  } catch (error) {
    return end("Uncaught Exception", undefined, 1)(error);
  }
  for (;;) {
    const { fields, content } = await call("GET", "/invocation/next");
    requestId = fields["lambda-runtime-aws-request-id"];
    process.env._X_AMZN_TRACE_ID = fields["lambda-runtime-trace-id"];
    let answer;
    try {
      answer = ["response", bodyOf(await answerOf(handler, JSON.parse(content), contextOf(fields)))];
    } catch (error) {
      const document = documentOf(error);
      logError("Invoke Error", error, document);
      answer = ["error", JSON.stringify(document)];
    }
    await call("POST", `/invocation/${requestId}/${answer[0]}`, answer[1]).catch(() => process.exit(0));
  }
}

main().catch(() => process.exit(0)); // local AWS has ended
