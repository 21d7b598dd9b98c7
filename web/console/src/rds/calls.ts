import * as rds from "@aws-sdk/client-rds";
import { operation } from "../ground/call";
import { clientSettings } from "../ground/session";

const client = new rds.RDSClient(clientSettings());

export async function describeInstances() {
  const instances: rds.DBInstance[] = [];
  for await (const page of rds.paginateDescribeDBInstances({ client }, {})) instances.push(...(page.DBInstances ?? []));
  return instances;
}

export async function describeInstance(id: string) {
  const found = await client.send(new rds.DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
  return found.DBInstances?.[0];
}

export async function describeSnapshots(instance?: string) {
  const snapshots: rds.DBSnapshot[] = [];
  const asked = instance === undefined ? {} : { DBInstanceIdentifier: instance };
  for await (const page of rds.paginateDescribeDBSnapshots({ client }, asked)) snapshots.push(...(page.DBSnapshots ?? []));
  return snapshots;
}

const twoWeeksMinutes = 14 * 24 * 60; // as long as AWS keeps them

export async function describeEvents(instance?: string) {
  const events: rds.Event[] = [];
  const asked = instance === undefined ? { Duration: twoWeeksMinutes } : { Duration: twoWeeksMinutes, SourceIdentifier: instance, SourceType: "db-instance" as const };
  for await (const page of rds.paginateDescribeEvents({ client }, asked)) events.push(...(page.Events ?? []));
  return events.reverse();
}

export interface Version {
  version: string;
  isDefault: boolean;
}

/** The newest first. */
export async function describeVersions(): Promise<Version[]> {
  const versions: string[] = [];
  for await (const page of rds.paginateDescribeDBEngineVersions({ client }, { Engine: "postgres" })) versions.push(...(page.DBEngineVersions ?? []).map((each) => each.EngineVersion ?? ""));
  const usual = await client.send(new rds.DescribeDBEngineVersionsCommand({ Engine: "postgres", DefaultOnly: true }));
  const byDefault = usual.DBEngineVersions?.[0]?.EngineVersion ?? versions.at(-1);
  return versions.sort((one, other) => Number(other) - Number(one)).map((version) => ({ version, isDefault: version === byDefault }));
}

/** The newer major versions that an instance of this one can be moved to here. */
export async function describeUpgrades(version: string) {
  const found = await client.send(new rds.DescribeDBEngineVersionsCommand({ Engine: "postgres", EngineVersion: version }));
  return (found.DBEngineVersions ?? []).flatMap((each) => each.ValidUpgradeTarget ?? []).flatMap((each) => (each.IsMajorVersionUpgrade && each.EngineVersion ? [each.EngineVersion] : []));
}

export async function describeParameterGroups() {
  const groups: rds.DBParameterGroup[] = [];
  for await (const page of rds.paginateDescribeDBParameterGroups({ client }, {})) groups.push(...(page.DBParameterGroups ?? []));
  return groups;
}

/** Of the versions that are here, the oldest first. */
export async function describeFamilies() {
  const families = new Set<string>();
  for await (const page of rds.paginateDescribeDBEngineVersions({ client }, { Engine: "postgres" }))
    for (const each of page.DBEngineVersions ?? []) families.add(each.DBParameterGroupFamily ?? "");
  return [...families].sort((one, other) => Number(one.replace(/\D/g, "")) - Number(other.replace(/\D/g, "")));
}

export async function describeParameters(group: string) {
  const parameters: rds.Parameter[] = [];
  for await (const page of rds.paginateDescribeDBParameters({ client }, { DBParameterGroupName: group })) parameters.push(...(page.Parameters ?? []));
  return parameters;
}

/** The classes that a version can have, the smallest first. */
export async function describeClasses(version: string) {
  const classes = new Set<string>();
  for await (const page of rds.paginateDescribeOrderableDBInstanceOptions({ client, pageSize: 100 }, { Engine: "postgres", EngineVersion: version }))
    for (const each of page.OrderableDBInstanceOptions ?? []) classes.add(each.DBInstanceClass ?? "");
  return [...classes];
}

export const createInstance = operation("rds", "CreateDBInstance", (input: rds.CreateDBInstanceCommandInput) => client.send(new rds.CreateDBInstanceCommand(input)));
export const modifyInstance = operation("rds", "ModifyDBInstance", (input: rds.ModifyDBInstanceCommandInput) => client.send(new rds.ModifyDBInstanceCommand(input)));
export const stopInstance = operation("rds", "StopDBInstance", (input: rds.StopDBInstanceCommandInput) => client.send(new rds.StopDBInstanceCommand(input)));
export const startInstance = operation("rds", "StartDBInstance", (input: rds.StartDBInstanceCommandInput) => client.send(new rds.StartDBInstanceCommand(input)));
export const rebootInstance = operation("rds", "RebootDBInstance", (input: rds.RebootDBInstanceCommandInput) => client.send(new rds.RebootDBInstanceCommand(input)));
export const deleteInstance = operation("rds", "DeleteDBInstance", (input: rds.DeleteDBInstanceCommandInput) => client.send(new rds.DeleteDBInstanceCommand(input)));
export const createReplica = operation("rds", "CreateDBInstanceReadReplica", (input: rds.CreateDBInstanceReadReplicaCommandInput) =>
  client.send(new rds.CreateDBInstanceReadReplicaCommand(input)),
);
export const promoteReplica = operation("rds", "PromoteReadReplica", (input: rds.PromoteReadReplicaCommandInput) => client.send(new rds.PromoteReadReplicaCommand(input)));
export const restoreToTime = operation("rds", "RestoreDBInstanceToPointInTime", (input: rds.RestoreDBInstanceToPointInTimeCommandInput) =>
  client.send(new rds.RestoreDBInstanceToPointInTimeCommand(input)),
);
export const createSnapshot = operation("rds", "CreateDBSnapshot", (input: rds.CreateDBSnapshotCommandInput) => client.send(new rds.CreateDBSnapshotCommand(input)));
export const deleteSnapshot = operation("rds", "DeleteDBSnapshot", (input: rds.DeleteDBSnapshotCommandInput) => client.send(new rds.DeleteDBSnapshotCommand(input)));
export const restoreSnapshot = operation("rds", "RestoreDBInstanceFromDBSnapshot", (input: rds.RestoreDBInstanceFromDBSnapshotCommandInput) =>
  client.send(new rds.RestoreDBInstanceFromDBSnapshotCommand(input)),
);
export const createParameterGroup = operation("rds", "CreateDBParameterGroup", (input: rds.CreateDBParameterGroupCommandInput) =>
  client.send(new rds.CreateDBParameterGroupCommand(input)),
);
export const deleteParameterGroup = operation("rds", "DeleteDBParameterGroup", (input: rds.DeleteDBParameterGroupCommandInput) =>
  client.send(new rds.DeleteDBParameterGroupCommand(input)),
);
export const modifyParameterGroup = operation("rds", "ModifyDBParameterGroup", (input: rds.ModifyDBParameterGroupCommandInput) =>
  client.send(new rds.ModifyDBParameterGroupCommand(input)),
);
export const resetParameterGroup = operation("rds", "ResetDBParameterGroup", (input: rds.ResetDBParameterGroupCommandInput) =>
  client.send(new rds.ResetDBParameterGroupCommand(input)),
);
