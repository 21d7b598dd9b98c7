// Checks deploy/ without AWS and without Docker: the CloudFormation template against AWS's own description of every
// resource (@aws-cdk/aws-service-spec), what the design asks of it, the image, the compose file and the unit.
import { createRequire } from "node:module";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import test from "node:test";
import assert from "node:assert/strict";

const require = createRequire(import.meta.url);
const { loadAwsServiceSpecSync } = require("@aws-cdk/aws-service-spec");
const yaml = require("yaml");
const { validate } = require("dockerfile-utils");

const top = new URL("../../", import.meta.url).pathname;
const read = (name) => readFileSync(top + name, "utf8");
const functions = ["Ref", "GetAtt", "Sub", "Select", "GetAZs", "Cidr", "Join", "If", "Equals"];

// A short form (!GetAtt a.b) as its long one ({"Fn::GetAtt": ["a", "b"]}).
const tags = functions.flatMap((name) =>
  ["scalar", "map", "seq"].map((kind) => ({
    tag: "!" + name,
    ...(kind === "scalar" ? {} : { collection: kind }),
    resolve: (value) => {
      const plain = kind === "scalar" ? value : value.toJSON();
      const key = name === "Ref" ? name : "Fn::" + name;
      return { [key]: name === "GetAtt" && kind === "scalar" ? [plain.slice(0, plain.indexOf(".")), plain.slice(plain.indexOf(".") + 1)] : plain };
    },
  })),
);

function parse(text) {
  const document = yaml.parseDocument(text, { customTags: tags, uniqueKeys: true, version: "1.1" });
  assert.deepEqual([...document.errors, ...document.warnings].map(String), []);
  return document.toJS();
}

const spec = loadAwsServiceSpecSync();
const describe = (type) => {
  const found = spec.lookup("resource", "cloudFormationType", "equals", type);
  assert.equal(found.length, 1, `${type} is no type of resource`);
  return found.only();
};
const intrinsic = (value) =>
  value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 1 &&
  (Object.keys(value)[0] === "Ref" || Object.keys(value)[0].startsWith("Fn::"));

function fits(value, type, where, found) {
  if (intrinsic(value)) return;
  const wrong = (what) => found.push(`${where}: ${what}, not ${JSON.stringify(value).slice(0, 60)}`);
  const scalar = ["string", "number", "boolean"].includes(typeof value);
  switch (type.type) {
    case "string": if (!scalar) wrong("a string"); break;
    case "number": case "integer": if (Number.isNaN(Number(value)) || !scalar) wrong("a number"); break;
    case "boolean": if (![true, false, "true", "false"].includes(value)) wrong("a boolean"); break;
    case "array":
      if (!Array.isArray(value)) wrong("a list");
      else value.forEach((one, index) => fits(one, type.element, `${where}[${index}]`, found));
      break;
    case "map": if (scalar || Array.isArray(value)) wrong("a map"); break;
    case "ref": members(value, spec.get("typeDefinition", type.reference.$ref).properties, where, found); break;
    case "union": {
      const each = type.types.map((one) => { const list = []; fits(value, one, where, list); return list; });
      if (each.every((list) => list.length > 0)) found.push(...each[0]);
      break;
    }
    default: break; // "json" and the like take anything
  }
}

function members(value, known, where, found) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return found.push(`${where}: a structure is wanted`);
  for (const [name, inner] of Object.entries(value)) {
    if (!known[name]) found.push(`${where}.${name}: there is no such property`);
    else fits(inner, known[name].type, `${where}.${name}`, found);
  }
  for (const [name, property] of Object.entries(known)) {
    if (property.required && value[name] === undefined) found.push(`${where}.${name} is required`);
  }
}

// Every Ref, GetAtt and ${…} of a template, with the local names of a Sub's own map taken out.
function references(value, into = []) {
  if (Array.isArray(value)) value.forEach((one) => references(one, into));
  else if (value !== null && typeof value === "object") {
    for (const [key, inner] of Object.entries(value)) {
      if (key === "Ref") into.push([inner]);
      else if (key === "Fn::GetAtt") into.push(inner);
      else if (key === "Fn::Sub") {
        const [text, own] = Array.isArray(inner) ? inner : [inner, {}];
        for (const [, name] of text.matchAll(/\$\{([^!}][^}]*)\}/g)) {
          if (own[name] === undefined) into.push(name.startsWith("AWS::") || !name.includes(".") ? [name] : [name.slice(0, name.indexOf(".")), name.slice(name.indexOf(".") + 1)]);
        }
        references(own, into);
      } else references(inner, into);
    }
  }
  return into;
}

const template = parse(read("deploy/cruddur.yaml"));
const resources = template.Resources;
const of = (type) => Object.values(resources).filter((one) => one.Type === type).map((one) => one.Properties);

test("every resource is as AWS describes it", () => {
  const found = [];
  for (const [name, resource] of Object.entries(resources)) members(resource.Properties, describe(resource.Type).properties, name, found);
  assert.deepEqual(found, []);
});

test("the check itself finds an unknown, a missing and a mistyped property", () => {
  const found = [];
  members({ Runtime: "x", Rol: "y", Timeout: "soon" }, describe("AWS::Lambda::Function").properties, "F", found);
  assert.deepEqual(found.map((one) => one.split(/[:, ]/)[0]).sort(), ["F.Code", "F.Rol", "F.Role", "F.Timeout"]);
});

test("every reference leads to a parameter, a resource or an attribute that it has", () => {
  const used = new Set();
  for (const [name, attribute] of references([resources, template.Outputs])) {
    used.add(name);
    if (name.startsWith("AWS::")) assert.ok(["AWS::StackName", "AWS::Region", "AWS::AccountId", "AWS::Partition"].includes(name), name);
    else if (attribute === undefined) assert.ok(template.Parameters[name] || resources[name], `${name} is nowhere`);
    else assert.ok(describe(resources[name].Type).attributes[attribute], `${name} has no ${attribute}`);
  }
  for (const name of Object.keys(template.Parameters)) assert.ok(used.has(name), `the parameter ${name} is used nowhere`);
});

test("no resource waits for itself", () => {
  const needs = (name) => [...references(resources[name]).map(([to]) => to), ...[resources[name].DependsOn ?? []].flat()].filter((to) => resources[to]);
  const done = new Set();
  const visit = (name, path) => {
    assert.ok(!path.includes(name), `a circle: ${[...path, name].join(" → ")}`);
    if (done.has(name)) return;
    needs(name).forEach((to) => visit(to, [...path, name]));
    done.add(name);
  };
  Object.keys(resources).forEach((name) => visit(name, []));
});

test("the database is private, encrypted, doubled, backed up and protected, and its password nobody's", () => {
  const [database] = of("AWS::RDS::DBInstance");
  assert.equal(database.PubliclyAccessible, false);
  for (const flag of ["StorageEncrypted", "MultiAZ", "DeletionProtection", "ManageMasterUserPassword"]) assert.equal(database[flag], true, flag);
  assert.ok(database.BackupRetentionPeriod >= 7);
  assert.equal(database.MasterUserPassword, undefined);
  assert.equal(of("AWS::SecretsManager::RotationSchedule").length, 1);
  assert.doesNotMatch(read("deploy/cruddur.yaml"), /NoEcho/);
});

test("the database's group admits groups and no address, and nobody in the VPC may speak to everyone", () => {
  const into = of("AWS::EC2::SecurityGroupIngress");
  const sources = into.filter((rule) => rule.GroupId.Ref === "DatabaseGroup").map((rule) => rule.SourceSecurityGroupId?.Ref);
  assert.deepEqual(sources.sort(), ["ApplicationGroup", "FunctionGroup"]);
  for (const rule of into) assert.equal(rule.CidrIp ?? rule.CidrIpv6, undefined);
  for (const group of of("AWS::EC2::SecurityGroup")) assert.equal(group.SecurityGroupIngress, undefined);
});

test("the function runs in the VPC with a role that may do what it needs, and Cognito alone may call it", () => {
  const [lambda] = of("AWS::Lambda::Function");
  assert.equal(lambda.Runtime, "provided.al2023");
  // A new account may run ten at once, and all of them must stay unreserved.
  assert.equal(lambda.ReservedConcurrentExecutions, undefined);
  assert.deepEqual(lambda.VpcConfig.SecurityGroupIds, [{ Ref: "FunctionGroup" }]);
  const [permission] = of("AWS::Lambda::Permission");
  assert.equal(permission.Principal, "cognito-idp.amazonaws.com");
  assert.deepEqual(permission.SourceArn, { "Fn::GetAtt": ["UserPool", "Arn"] });
  assert.deepEqual(of("AWS::Cognito::UserPool")[0].LambdaConfig.PostConfirmation, { "Fn::GetAtt": ["PostConfirmation", "Arn"] });
  for (const role of of("AWS::IAM::Role")) {
    assert.equal(role.ManagedPolicyArns, undefined);
    for (const { PolicyDocument } of role.Policies) {
      for (const statement of PolicyDocument.Statement) {
        const actions = [statement.Action].flat();
        for (const action of actions) assert.doesNotMatch(action, /\*/);
        // Only what names no resource in AWS may stand for all of them.
        if (statement.Resource === "*") for (const action of actions) assert.match(action, /^ec2:.*(NetworkInterface|Subnets|PrivateIpAddresses)/);
      }
    }
  }
});

test("every log ends some day", () => {
  assert.ok(of("AWS::Logs::LogGroup").length >= 2);
  for (const group of of("AWS::Logs::LogGroup")) assert.ok(group.RetentionInDays);
});

test("the image is built without findings, and does not run as root", () => {
  const findings = validate(read("deploy/Dockerfile"));
  assert.deepEqual(findings.map((one) => `${one.range.start.line + 1}: ${one.message}`), []);
  const lines = read("deploy/Dockerfile").split("\n");
  assert.ok(lines.lastIndexOf("USER 10001:10001") > lines.findLastIndex((line) => line.startsWith("FROM")));
  assert.ok(lines.some((line) => line.startsWith("HEALTHCHECK")));
});

test("the compose file holds no secret, and every secret and volume that it names is declared", () => {
  const compose = parse(read("deploy/compose.yaml"));
  for (const [name, service] of Object.entries(compose.services)) {
    for (const secret of service.secrets ?? []) assert.ok(compose.secrets[secret], `${name}: ${secret}`);
    for (const needed of Object.keys(service.depends_on ?? {})) assert.ok(compose.services[needed], needed);
    for (const [variable, value] of Object.entries(service.environment ?? {})) {
      if (/PASSWORD/.test(variable)) assert.match(variable, /_FILE$/);
      assert.doesNotMatch(String(value), /:\/\/[^@/]*:[^@/]*@/);
    }
    for (const port of service.ports ?? []) assert.match(port, /^127\.0\.0\.1:/);
  }
  assert.equal(compose.services.db.environment.POSTGRES_PASSWORD_FILE, "/run/secrets/database_password");
});

test("the environments' files name commands that are there", () => {
  const gitpod = parse(read(".gitpod.yml"));
  assert.ok(gitpod.tasks.some((task) => task.command.includes("bin/rds/update-sg-rules")));
  assert.match(JSON.parse(read(".devcontainer/devcontainer.json")).postStartCommand, /^bin\/rds-update-sg-rule/);
  for (const script of ["bin/rds-update-sg-rule", "bin/rds/update-sg-rules", "bin/make-secrets"]) execFileSync("bash", ["-n", top + script]);
});

test("systemd finds the unit well confined", () => {
  const report = execFileSync("systemd-analyze", ["security", "--offline=yes", "--no-pager", "--threshold=15", top + "deploy/cruddur.service"], { encoding: "utf8" });
  assert.match(report, /Overall exposure level for cruddur\.service: 1\.\d OK/);
});
