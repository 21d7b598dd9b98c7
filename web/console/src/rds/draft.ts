// What the form of Create database holds, and the calls that it makes.
import type { CreateDBInstanceCommandInput } from "@aws-sdk/client-rds";
import { operation, step, type Step } from "../ground/call";
import { commandOf } from "../ground/command";
import { ownAddress } from "../ground/session";
import { authorizeIngress, createSecurityGroup } from "../ec2/calls";
import { myCidr } from "../ec2/rules";
import { createInstance } from "./calls";

export type Template = "production" | "dev" | "free";

export interface Draft {
  template: Template;
  version: string;
  identifier: string;
  username: string;
  password: string;
  repeated: string;
  instanceClass: string;
  storageType: string;
  storage: string;
  iops: string;
  throughput: string;
  scales: boolean;
  storageMax: string;
  multiAz: boolean;
  isPublic: boolean;
  makesGroup: boolean;
  groups: string[];
  defaultGroup: string; // what RDS takes where none is named
  newGroup: string;
  zone: string;
  port: string;
  database: string;
  backs: boolean;
  retention: string;
  backupWindow: string;
  maintenanceWindow: string;
  copiesTags: boolean;
  encrypts: boolean;
  upgrades: boolean;
  isProtected: boolean;
  takesTokens: boolean;
  hasInsights: boolean;
}

const byTemplate: Record<Template, Partial<Draft>> = {
  production: { instanceClass: "db.m7g.large", storageType: "gp3", storage: "200", multiAz: true, isPublic: false, backs: true, retention: "7", isProtected: true, zone: "" },
  dev: { instanceClass: "db.m7g.large", storageType: "gp3", storage: "200", multiAz: false, isPublic: false, backs: true, retention: "7", isProtected: false },
  free: { instanceClass: "db.t3.micro", storageType: "gp2", storage: "20", multiAz: false, isPublic: false, backs: true, retention: "1", isProtected: false },
};

export function withTemplate(draft: Draft, template: Template): Draft {
  return { ...draft, ...byTemplate[template], template };
}

export function newDraft(version: string): Draft {
  return withTemplate(
    {
      template: "free",
      version,
      identifier: "database-1",
      username: "postgres",
      password: "",
      repeated: "",
      instanceClass: "",
      storageType: "",
      storage: "",
      iops: "",
      throughput: "",
      scales: true,
      storageMax: "1000",
      multiAz: false,
      isPublic: false,
      makesGroup: false,
      groups: [],
      defaultGroup: "",
      newGroup: "",
      zone: "",
      port: "5432",
      database: "",
      backs: true,
      retention: "1",
      backupWindow: "",
      maintenanceWindow: "",
      copiesTags: true,
      encrypts: true,
      upgrades: true,
      isProtected: false,
      takesTokens: false,
      hasInsights: true,
    },
    "free",
  );
}

function numberOf(text: string) {
  return text.trim() === "" ? undefined : Number(text);
}

export function takesIops(type: string) {
  return type === "io1" || type === "io2" || type === "gp3";
}

export function inputOf(draft: Draft): CreateDBInstanceCommandInput {
  return {
    DBInstanceIdentifier: draft.identifier,
    Engine: "postgres",
    EngineVersion: draft.version,
    DBInstanceClass: draft.instanceClass,
    MasterUsername: draft.username,
    MasterUserPassword: draft.password,
    AllocatedStorage: numberOf(draft.storage),
    StorageType: draft.storageType,
    Iops: takesIops(draft.storageType) ? numberOf(draft.iops) : undefined,
    StorageThroughput: draft.storageType === "gp3" ? numberOf(draft.throughput) : undefined,
    MaxAllocatedStorage: draft.scales ? numberOf(draft.storageMax) : undefined,
    MultiAZ: draft.multiAz,
    AvailabilityZone: draft.multiAz ? undefined : draft.zone || undefined,
    PubliclyAccessible: draft.isPublic,
    VpcSecurityGroupIds: draft.groups.length === 0 || draft.groups.join() === draft.defaultGroup ? undefined : draft.groups,
    Port: numberOf(draft.port),
    DBName: draft.database || undefined,
    BackupRetentionPeriod: draft.backs ? numberOf(draft.retention) : 0,
    PreferredBackupWindow: draft.backs ? draft.backupWindow || undefined : undefined,
    PreferredMaintenanceWindow: draft.maintenanceWindow || undefined,
    CopyTagsToSnapshot: draft.copiesTags,
    StorageEncrypted: draft.encrypts,
    AutoMinorVersionUpgrade: draft.upgrades,
    DeletionProtection: draft.isProtected,
    EnableIAMDatabaseAuthentication: draft.takesTokens || undefined,
    EnablePerformanceInsights: draft.hasInsights || undefined,
  };
}

/** A new group is made first, and lets this browser's machine in, as AWS's console does it. */
export function stepsOf(draft: Draft): Step[] {
  const input = inputOf(draft);
  if (!draft.makesGroup) return [step(createInstance, input)];
  let made: string | undefined;
  const group = { GroupName: draft.newGroup, Description: "Created by the RDS console" };
  const port = numberOf(draft.port);
  const range = ownAddress.includes(":") ? { Ipv6Ranges: [{ CidrIpv6: myCidr }] } : { IpRanges: [{ CidrIp: myCidr }] };
  const permissions = [{ IpProtocol: "tcp", FromPort: port, ToPort: port, ...range }];
  const { VpcSecurityGroupIds: _, ...rest } = input;
  const creation = operation("ec2", createSecurityGroup.name, async (given: typeof group) => {
    made ??= (await createSecurityGroup.run(given)).GroupId;
  });
  return [
    { command: `GROUP_ID=$(${commandOf("ec2", creation.name, group, ["--query GroupId", "--output text"])})`, run: () => creation.run(group) },
    {
      command: commandOf("ec2", authorizeIngress.name, { IpPermissions: permissions }, ['--group-id "$GROUP_ID"']),
      run: () => authorizeIngress.run({ GroupId: made, IpPermissions: permissions }),
    },
    {
      command: commandOf("rds", createInstance.name, rest, ['--vpc-security-group-ids "$GROUP_ID"']),
      run: () => createInstance.run({ ...rest, VpcSecurityGroupIds: [made ?? ""] }),
    },
  ];
}

/** What no call is needed for to see. */
export function faultsOf(draft: Draft): { password?: string; repeated?: string; newGroup?: string } {
  return {
    ...(draft.password === "" ? { password: "A master password is needed." } : {}),
    ...(draft.password !== draft.repeated ? { repeated: "The passwords are not the same." } : {}),
    ...(draft.makesGroup && draft.newGroup === "" ? { newGroup: "A name for the new security group is needed." } : {}),
  };
}
