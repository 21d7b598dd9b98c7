// A subnet group, a parameter group and an instance in them, made, changed and destroyed by the calls of the program that most
// people write their infrastructure down for: Terraform's provider, which finds an instance by its resource id.
import assert from "node:assert/strict";
import test from "node:test";

import {
  CreateSecurityGroupCommand, DeleteSecurityGroupCommand, DescribeNetworkInterfacesCommand, DescribeSubnetsCommand, EC2Client,
} from "@aws-sdk/client-ec2";
import {
  AddTagsToResourceCommand, CreateDBInstanceCommand, CreateDBParameterGroupCommand, CreateDBSubnetGroupCommand,
  DeleteDBInstanceCommand, DeleteDBParameterGroupCommand, DeleteDBSubnetGroupCommand, DescribeDBEngineVersionsCommand,
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand, DescribeDBParametersCommand, DescribeDBSubnetGroupsCommand, ListTagsForResourceCommand,
  ModifyDBInstanceCommand, ModifyDBParameterGroupCommand, ModifyDBSubnetGroupCommand, RDSClient,
  RemoveTagsFromResourceCommand, ResetDBParameterGroupCommand,
} from "@aws-sdk/client-rds";

import { localAws } from "./support.mjs";

const patienceMilliseconds = 120_000;
const Tags = [{ Key: "made-by", Value: "terraform" }];
const listed = (tags) => Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

test("what Terraform's provider makes of an instance and its groups is made, changed and destroyed", async (test) => {
  const { endpoint } = await localAws(test);
  const how = { endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  const rds = new RDSClient(how);
  const ask = (command) => rds.send(command);
  const ec2 = new EC2Client(how);
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({
    Filters: [{ Name: "availability-zone", Values: ["us-east-1a", "us-east-1b", "us-east-1c"] }],
  }));
  const subnets = Subnets.map(({ SubnetId }) => SubnetId);
  const { DBEngineVersions: [{ DBParameterGroupFamily, MajorEngineVersion }] } =
    await ask(new DescribeDBEngineVersionsCommand({ Engine: "postgres", DefaultOnly: true }));

  // aws_db_subnet_group
  const DBSubnetGroupName = "infrastructure";
  const { DBSubnetGroup: { DBSubnetGroupArn } } = await ask(new CreateDBSubnetGroupCommand({
    DBSubnetGroupName, DBSubnetGroupDescription: "Managed by Terraform", SubnetIds: subnets.slice(0, 2), Tags,
  }));
  const { DBSubnetGroups: [subnetGroup] } = await ask(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName }));
  assert.equal(subnetGroup.SubnetGroupStatus, "Complete");
  assert.deepEqual(listed((await ask(new ListTagsForResourceCommand({ ResourceName: DBSubnetGroupArn }))).TagList), listed(Tags));

  // aws_db_parameter_group: what its user has set, page by page
  const DBParameterGroupName = "infrastructure";
  const { DBParameterGroup: { DBParameterGroupArn } } = await ask(new CreateDBParameterGroupCommand({
    DBParameterGroupName, DBParameterGroupFamily, Description: "Managed by Terraform", Tags,
  }));
  await ask(new ModifyDBParameterGroupCommand({
    DBParameterGroupName, Parameters: [
      { ParameterName: "log_min_duration_statement", ParameterValue: "500", ApplyMethod: "immediate" },
      { ParameterName: "max_connections", ParameterValue: "60", ApplyMethod: "pending-reboot" },
    ],
  }));
  assert.equal((await ask(new DescribeDBParameterGroupsCommand({ DBParameterGroupName }))).DBParameterGroups.length, 1);
  const parameters = async () => {
    const found = await ask(new DescribeDBParametersCommand({ DBParameterGroupName, Source: "user" }));
    return Object.fromEntries(found.Parameters.map((each) => [each.ParameterName, each.ParameterValue]));
  };
  assert.deepEqual(await parameters(), { log_min_duration_statement: "500", max_connections: "60" });
  assert.deepEqual(listed((await ask(new ListTagsForResourceCommand({ ResourceName: DBParameterGroupArn }))).TagList), listed(Tags));

  // aws_security_group
  const { GroupId } = await ec2.send(new CreateSecurityGroupCommand({ GroupName: "infrastructure", Description: "Managed by Terraform" }));
  const interfaces = async () => (await ec2.send(new DescribeNetworkInterfacesCommand({
    Filters: [{ Name: "group-id", Values: [GroupId] }],
  }))).NetworkInterfaces;
  assert.deepEqual(await interfaces(), []);

  // aws_db_instance
  const DBInstanceIdentifier = "infrastructure";
  const { DBInstance: { DbiResourceId, DBInstanceArn } } = await ask(new CreateDBInstanceCommand({
    DBInstanceIdentifier, AllocatedStorage: 20, AutoMinorVersionUpgrade: true, BackupRetentionPeriod: 0,
    CACertificateIdentifier: "rds-ca-rsa2048-g1", CopyTagsToSnapshot: false, DBInstanceClass: "db.t3.micro",
    DBName: "cruddur", DBParameterGroupName, DBSubnetGroupName, DeletionProtection: true,
    EnableCloudwatchLogsExports: ["postgresql", "upgrade"], Engine: "postgres", EngineVersion: MajorEngineVersion,
    ManageMasterUserPassword: true, MasterUsername: "cruddurroot", PubliclyAccessible: false, StorageEncrypted: true, Tags, VpcSecurityGroupIds: [GroupId],
  }));
  const find = async () => (await ask(new DescribeDBInstancesCommand({
    Filters: [{ Name: "dbi-resource-id", Values: [DbiResourceId] }],
  }))).DBInstances[0];
  const until = async (is, what) => {
    const deadline = Date.now() + patienceMilliseconds;
    for (;;) {
      const found = await find();
      if (is(found)) return found;
      assert.ok(Date.now() < deadline, `${what}: ${JSON.stringify(found)}`);
      await new Promise((resume) => setTimeout(resume, 100));
    }
  };
  const settled = (found) => found.DBInstanceStatus === "available" && Object.keys(found.PendingModifiedValues ?? {}).length === 0;
  const made = await until(settled, "not available");
  assert.equal(made.MasterUserSecret.SecretStatus, "active");
  assert.equal(made.CACertificateIdentifier, "rds-ca-rsa2048-g1");
  assert.deepEqual([...made.EnabledCloudwatchLogsExports].sort(), ["postgresql", "upgrade"]);
  assert.deepEqual(made.DBParameterGroups, [{ DBParameterGroupName, ParameterApplyStatus: "in-sync" }]);
  assert.equal(made.DBSubnetGroup.DBSubnetGroupName, DBSubnetGroupName);
  assert.deepEqual(listed(made.TagList), listed(Tags));
  assert.equal(made.StorageEncrypted && made.KmsKeyId.startsWith("arn:aws:kms:"), true);

  // A change of each of them
  await ask(new ModifyDBSubnetGroupCommand({ DBSubnetGroupName, DBSubnetGroupDescription: "changed", SubnetIds: subnets }));
  await ask(new ResetDBParameterGroupCommand({
    DBParameterGroupName, Parameters: [{ ParameterName: "max_connections", ApplyMethod: "pending-reboot" }],
  }));
  assert.deepEqual(await parameters(), { log_min_duration_statement: "500" });
  await ask(new ModifyDBInstanceCommand({
    DBInstanceIdentifier, ApplyImmediately: true, AllocatedStorage: 30, BackupRetentionPeriod: 1, DeletionProtection: false,
    CACertificateIdentifier: "rds-ca-ecc384-g1", CloudwatchLogsExportConfiguration: { DisableLogTypes: ["upgrade"] },
    MaxAllocatedStorage: 100,
  }));
  await ask(new AddTagsToResourceCommand({ ResourceName: DBInstanceArn, Tags: [{ Key: "stage", Value: "test" }] }));
  await ask(new RemoveTagsFromResourceCommand({ ResourceName: DBInstanceArn, TagKeys: ["made-by"] }));
  const changed = await until((found) => settled(found) && found.AllocatedStorage === 30, "not changed");
  assert.deepEqual([changed.BackupRetentionPeriod, changed.DeletionProtection, changed.MaxAllocatedStorage,
    changed.CACertificateIdentifier], [1, false, 100, "rds-ca-ecc384-g1"]);
  assert.deepEqual(changed.EnabledCloudwatchLogsExports, ["postgresql"]);
  assert.deepEqual(listed(changed.TagList), { stage: "test" });

  // What keeps the group, which the provider asks before it deletes it
  const [{ Attachment, Description, InterfaceType, RequesterManaged, Status }] = await interfaces();
  assert.deepEqual([Attachment.InstanceOwnerId, Description, InterfaceType, RequesterManaged, Status],
    ["amazon-rds", "RDSNetworkInterface", "interface", true, "in-use"]);
  await assert.rejects(ec2.send(new DeleteSecurityGroupCommand({ GroupId })), { name: "DependencyViolation" });

  // And their end, the instance first: its groups are in use until it is gone
  await assert.rejects(ask(new DeleteDBSubnetGroupCommand({ DBSubnetGroupName })), { name: /^InvalidDBSubnetGroupState/ });
  await assert.rejects(ask(new DeleteDBParameterGroupCommand({ DBParameterGroupName })), { name: /^InvalidDBParameterGroupState/ });
  await until(settled, "not available"); // its first backup may be under way
  await ask(new DeleteDBInstanceCommand({ DBInstanceIdentifier, SkipFinalSnapshot: true, DeleteAutomatedBackups: true }));
  await until((found) => found === undefined, "not deleted");
  assert.deepEqual(await interfaces(), []);
  await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
  await ask(new DeleteDBParameterGroupCommand({ DBParameterGroupName }));
  await ask(new DeleteDBSubnetGroupCommand({ DBSubnetGroupName }));
  await assert.rejects(ask(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName })), { name: /^DBSubnetGroupNotFound/ });
  await assert.rejects(ask(new DescribeDBParameterGroupsCommand({ DBParameterGroupName })), { name: /^DBParameterGroupNotFound/ });
});
