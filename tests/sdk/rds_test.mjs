// The life of a DB instance by the JavaScript SDKs and psql.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import test from "node:test";
import { promisify } from "node:util";

import {
  AuthorizeSecurityGroupIngressCommand, EC2Client, ModifySecurityGroupRulesCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateDBInstanceCommand, DeleteDBInstanceCommand, DescribeDBInstancesCommand, RDSClient, StartDBInstanceCommand,
  StopDBInstanceCommand, waitUntilDBInstanceAvailable, waitUntilDBInstanceDeleted,
} from "@aws-sdk/client-rds";
import { Signer } from "@aws-sdk/rds-signer";

import { localAws } from "./support.mjs";

const hangMilliseconds = 3_000;
const answerMilliseconds = 120_000;
const instance = { DBInstanceIdentifier: "cruddur-db-instance" };

async function newAccount(test) {
  const { endpoint, folder } = await localAws(test, "--allow-version-substitute");
  const how = { endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  const rds = new RDSClient(how);
  const bundle = `${folder}/bundle.pem`;
  await writeFile(bundle, await (await fetch(`${endpoint}/global/global-bundle.pem`)).text());
  const look = async () => (await rds.send(new DescribeDBInstancesCommand(instance))).DBInstances[0];
  return { rds, ec2: new EC2Client(how), bundle, look };
}

// Rejects with `killed` where psql hung, and else with its exit code and what it said.
function psql(host, bundle, sql, timeout = answerMilliseconds, user = "cruddurroot", password = "milkyway2023") {
  const url = `postgresql://${user}@${host}:5432/cruddur?sslmode=verify-full&sslrootcert=${bundle}`;
  return promisify(execFile)("psql", ["--no-psqlrc", "-qAt", "-w", url, "-c", sql],
    { timeout, env: { PATH: "/usr/bin:/bin", HOME: "/nonexistent", PGPASSWORD: password } });
}

async function untilStopped(look) { // for which the SDK has no waiter
  const deadline = Date.now() + answerMilliseconds;
  while ((await look()).DBInstanceStatus !== "stopped") {
    assert.ok(Date.now() < deadline, "the instance did not stop");
    await new Promise((resume) => setTimeout(resume, 100));
  }
}

test("the SDK creates, opens, stops, starts and deletes an instance", async (test) => {
  const { rds, ec2, bundle, look } = await newAccount(test);
  const waiting = { client: rds, maxWaitTime: 120, minDelay: 1, maxDelay: 1 };
  const { DBInstance: made } = await rds.send(new CreateDBInstanceCommand({
    ...instance, DBInstanceClass: "db.t3.micro", Engine: "postgres", EngineVersion: "14.6",
    MasterUsername: "cruddurroot", MasterUserPassword: "milkyway2023", AllocatedStorage: 20,
    AvailabilityZone: "us-east-1a", BackupRetentionPeriod: 0, Port: 5432, MultiAZ: false, DBName: "cruddur",
    StorageType: "gp2", PubliclyAccessible: true, StorageEncrypted: true, EnablePerformanceInsights: true,
    PerformanceInsightsRetentionPeriod: 7, DeletionProtection: false, EnableIAMDatabaseAuthentication: true,
  }));
  assert.equal(made.DBInstanceStatus, "creating");
  assert.equal((await waitUntilDBInstanceAvailable(waiting, instance)).state, "SUCCESS");
  const { Endpoint: { Address: host }, VpcSecurityGroups: [{ VpcSecurityGroupId: GroupId }] } = await look();
  await assert.rejects(psql(host, bundle, "select 1", hangMilliseconds), { killed: true });

  const tcp = { IpProtocol: "tcp", FromPort: 5432, ToPort: 5432 };
  const permissions = [{ ...tcp, IpRanges: [{ CidrIp: "203.0.113.7/32" }] }];
  const add = new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: permissions });
  const { SecurityGroupRules: [{ SecurityGroupRuleId }] } = await ec2.send(add);
  await assert.rejects(ec2.send(add), { name: "InvalidPermission.Duplicate" });
  const changed = (CidrIpv4) => new ModifySecurityGroupRulesCommand({
    GroupId, SecurityGroupRules: [{ SecurityGroupRuleId, SecurityGroupRule: { ...tcp, CidrIpv4 } }],
  });
  await assert.rejects(ec2.send(changed("127.0.0.1")), { name: "InvalidParameterValue" });
  await ec2.send(changed("127.0.0.1/32"));
  assert.equal((await psql(host, bundle, "select ssl from pg_stat_ssl where pid = pg_backend_pid()")).stdout, "t\n");
  await psql(host, bundle, "create table kept as select 42 as n");
  await psql(host, bundle, "create role reader login in role rds_iam");
  const token = (secretAccessKey) => new Signer({
    hostname: host, port: 5432, username: "reader", region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey },
  }).getAuthToken();
  const asReader = async (secret) => psql(host, bundle, "select current_user", answerMilliseconds, "reader", await token(secret));
  assert.equal((await asReader("local")).stdout, "reader\n");
  await assert.rejects(asReader("guessed"), { code: 2, stderr: /LDAP authentication failed/ });

  await rds.send(new StopDBInstanceCommand(instance));
  await untilStopped(look);
  await assert.rejects(rds.send(new StopDBInstanceCommand(instance)), { name: /^InvalidDBInstanceState/ });
  await assert.rejects(psql(host, bundle, "select 1"), { code: 2, stderr: /Connection refused/ });
  await rds.send(new StartDBInstanceCommand(instance));
  await waitUntilDBInstanceAvailable(waiting, instance);
  assert.equal((await psql(host, bundle, "select n from kept")).stdout, "42\n");

  await rds.send(new DeleteDBInstanceCommand({ ...instance, SkipFinalSnapshot: true }));
  assert.equal((await waitUntilDBInstanceDeleted(waiting, instance)).state, "SUCCESS");
  await assert.rejects(look(), { name: /^DBInstanceNotFound/ });
});
