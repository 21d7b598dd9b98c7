// A call as the AWS CLI makes it.
import { defaultRegion, region } from "./session";

export type Service = "rds" | "ec2" | "lambda" | "logs" | "cloudwatch" | "cloudtrail" | "secretsmanager" | "kms" | "cognito-idp" | "sts";

// What nobody should leave in a shell's history: the command reads it from a variable.
const secrets: Record<string, string> = {
  MasterUserPassword: "$MASTER_PASSWORD",
  Password: "$PASSWORD",
  TemporaryPassword: "$PASSWORD",
};

/** MultiAZ is multi-az, and EnableIAMDatabaseAuthentication enable-iam-database-authentication. */
export function dashed(name: string) {
  return name
    .replace(/([A-Z]{2,})s$/, (_, capitals: string) => `-${capitals.toLowerCase()}s`)
    .replace(/(.)([A-Z][a-z]+)/g, "$1-$2")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/^-/, "")
    .toLowerCase();
}

/** One word of a POSIX shell, whatever it holds. */
export function quoted(text: string) {
  return /^[\w/:.,@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function isScalar(value: unknown) {
  return typeof value === "string" || typeof value === "number";
}

// The CLI reads what such a value names instead of the value itself, and takes one that begins with a dash for an option.
function isTakenForAnother(value: unknown) {
  return typeof value === "string" && /^(fileb?:\/\/|https?:\/\/|-)/.test(value);
}

function optionOf(name: string, value: unknown): string {
  const option = `--${dashed(name)}`;
  if (typeof value === "boolean") return value ? option : `--no-${dashed(name)}`;
  if (name in secrets && typeof value === "string") return `${option} "${secrets[name]}"`;
  if (isScalar(value)) return `${option} ${quoted(String(value))}`;
  if (Array.isArray(value) && value.length > 0 && value.every((each) => isScalar(each) && !isTakenForAnother(each)))
    return `${option} ${value.map((each) => quoted(String(each))).join(" ")}`;
  return `${option} ${quoted(JSON.stringify(value))}`;
}

/** Parts that the CLI calls otherwise than the API are handed in as they are written, in `more`. */
export function commandOf(service: Service, operation: string, input: object, more: string[] = []) {
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  const secret = given.filter(([name]) => name in secrets);
  const plain = given.filter(([name]) => !(name in secrets));
  const options = plain.some(([, value]) => isTakenForAnother(value))
    ? [`--cli-input-json ${quoted(JSON.stringify(Object.fromEntries(plain)))}`, ...secret.map(([name, value]) => optionOf(name, value))]
    : given.map(([name, value]) => optionOf(name, value));
  if (region !== defaultRegion) options.push(`--region ${region}`);
  return [`aws ${service} ${dashed(operation)}`, ...options, ...more].join(" \\\n  ");
}
