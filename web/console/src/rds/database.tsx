import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs, { type KeyValuePairsProps } from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Tabs from "@cloudscape-design/components/tabs";
import type { DBInstance } from "@aws-sdk/client-rds";
import type { ReactNode } from "react";
import { go, linkTo } from "../ground/address";
import { usePolled } from "../ground/poll";
import { Status } from "../ground/status";
import { Unread } from "../ground/unread";
import { DatabaseActions } from "./actions";
import { describeInstance } from "./calls";
import { Events } from "./events";
import { Monitoring } from "./monitoring";
import { Snapshots } from "./snapshots";

const yes = (value: boolean | undefined) => (value ? "Yes" : "No");
const on = (value: boolean | undefined) => (value ? "Enabled" : "Disabled");

function Facts({ title, items, children }: { title: string; items: KeyValuePairsProps.Item[]; children?: ReactNode }) {
  return (
    <Container header={<Header>{title}</Header>}>
      <SpaceBetween size="l">
        <KeyValuePairs columns={3} items={items} />
        {children}
      </SpaceBetween>
    </Container>
  );
}

function Copied({ text, label }: { text: string; label: string }) {
  return <CopyToClipboard variant="inline" textToCopy={text} copyButtonAriaLabel={`Copy ${label}`} copySuccessText="Copied" copyErrorText="It could not be copied" />;
}

function Connectivity({ of }: { of: DBInstance }) {
  const host = of.Endpoint?.Address;
  const groups = (of.VpcSecurityGroups ?? []).map((each) => each.VpcSecurityGroupId ?? "");
  const psql = `psql -h ${host} -p ${of.Endpoint?.Port} -U ${of.MasterUsername} ${of.DBName ?? "postgres"}`;
  return (
    <Facts
      title="Connectivity & security"
      items={[
        { label: "Endpoint", value: host === undefined ? "-" : <Copied text={host} label="endpoint" /> },
        { label: "Availability Zone", value: of.AvailabilityZone ?? "-" },
        { label: "VPC security groups", value: <SpaceBetween size="xxs">{groups.map((each) => <Link key={each} href={linkTo("ec2", "group", each)}>{each}</Link>)}</SpaceBetween> },
        { label: "Port", value: of.Endpoint?.Port ?? of.DbInstancePort ?? "-" },
        { label: "VPC", value: of.DBSubnetGroup?.VpcId ?? "-" },
        { label: "Publicly accessible", value: yes(of.PubliclyAccessible) },
        { label: "Network type", value: of.NetworkType ?? "IPV4" },
        { label: "Subnet group", value: of.DBSubnetGroup?.DBSubnetGroupName ?? "-" },
        { label: "Certificate authority", value: <Link href="/global/global-bundle.pem" external externalIconAriaLabel="Opens in a new tab">{of.CACertificateIdentifier ?? "global-bundle.pem"}</Link> },
      ]}
    >
      {host === undefined ? (
        <Box color="text-body-secondary">The endpoint is there once the DB instance has been made.</Box>
      ) : (
        <div>
          <Box variant="awsui-key-label">Connect with psql</Box>
          <Copied text={psql} label="psql command" />
          <Box color="text-body-secondary" fontSize="body-s">It hangs until an inbound rule of the security group lets its address in.</Box>
        </div>
      )}
    </Facts>
  );
}

function MasterCredentials({ of }: { of: DBInstance }) {
  const arn = of.MasterUserSecret?.SecretArn;
  return arn === undefined ? <>Self managed</> : <Link href={linkTo("secretsmanager", "secret", arn)}>Manage in Secrets Manager</Link>;
}

function Configuration({ of }: { of: DBInstance }) {
  return (
    <Facts
      title="Instance configuration"
      items={[
        { label: "DB instance ID", value: of.DBInstanceIdentifier },
        { label: "DB instance class", value: of.DBInstanceClass },
        { label: "Storage type", value: of.StorageType },
        { label: "Engine version", value: of.EngineVersion },
        { label: "Master username", value: of.MasterUsername },
        { label: "Storage", value: `${of.AllocatedStorage} GiB` },
        { label: "Master credentials", value: <MasterCredentials of={of} /> },
        { label: "DB name", value: of.DBName ?? "-" },
        { label: "Multi-AZ", value: yes(of.MultiAZ) },
        { label: "Storage autoscaling", value: of.MaxAllocatedStorage ? `Up to ${of.MaxAllocatedStorage} GiB` : "Disabled" },
        { label: "Resource ID", value: of.DbiResourceId },
        { label: "Secondary zone", value: of.SecondaryAvailabilityZone ?? "-" },
        { label: "Provisioned IOPS", value: of.Iops ?? "-" },
        { label: "Amazon Resource Name (ARN)", value: of.DBInstanceArn },
        { label: "Encryption", value: on(of.StorageEncrypted) },
        { label: "Deletion protection", value: on(of.DeletionProtection) },
        { label: "IAM DB authentication", value: on(of.IAMDatabaseAuthenticationEnabled) },
        { label: "Parameter group", value: of.DBParameterGroups?.[0]?.DBParameterGroupName ?? "-" },
        { label: "AWS KMS key", value: of.KmsKeyId ?? "-" },
        { label: "Created time", value: of.InstanceCreateTime?.toLocaleString() ?? "-" },
      ]}
    />
  );
}

function Replication({ of }: { of: DBInstance }) {
  const source = of.ReadReplicaSourceDBInstanceIdentifier;
  const replicas = of.ReadReplicaDBInstanceIdentifiers ?? [];
  if (source === undefined && replicas.length === 0) return null;
  const status = of.StatusInfos?.[0];
  const database = (id: string) => <Link key={id} href={linkTo("rds", "database", id)}>{id}</Link>;
  return (
    <Facts
      title="Replication"
      items={[
        { label: "Source", value: source === undefined ? "-" : database(source) },
        { label: "Read replicas", value: replicas.length === 0 ? "-" : <SpaceBetween size="xxs">{replicas.map(database)}</SpaceBetween> },
        { label: "Replication state", value: status === undefined ? "-" : `${status.Status}. ${status.Message ?? ""}` },
      ]}
    />
  );
}

function Maintenance({ of }: { of: DBInstance }) {
  const pending = Object.entries(of.PendingModifiedValues ?? {}).filter(([, value]) => value !== undefined);
  return (
    <SpaceBetween size="l">
      <Facts
        title="Maintenance"
        items={[
          { label: "Auto minor version upgrade", value: on(of.AutoMinorVersionUpgrade) },
          { label: "Maintenance window", value: `${of.PreferredMaintenanceWindow} UTC` },
          { label: "Pending modifications", value: pending.length === 0 ? "None" : pending.map(([name, value]) => `${name}: ${name === "MasterUserPassword" ? "****" : String(value)}`).join(", ") },
        ]}
      />
      <Facts
        title="Backup"
        items={[
          { label: "Automated backups", value: of.BackupRetentionPeriod ? `Enabled (${of.BackupRetentionPeriod} days)` : "Disabled" },
          { label: "Latest restorable time", value: of.LatestRestorableTime?.toLocaleString() ?? "-" },
          { label: "Backup window", value: `${of.PreferredBackupWindow} UTC` },
          { label: "Copy tags to snapshots", value: on(of.CopyTagsToSnapshot) },
        ]}
      />
      <Snapshots instance={of.DBInstanceIdentifier ?? ""} />
    </SpaceBetween>
  );
}

function Summary({ of }: { of: DBInstance }) {
  return (
    <Facts
      title="Summary"
      items={[
        { label: "DB identifier", value: of.DBInstanceIdentifier },
        { label: "Status", value: <Status of={of.DBInstanceStatus} /> },
        { label: "Class", value: of.DBInstanceClass },
        { label: "Role", value: "Instance" },
        { label: "Engine", value: `PostgreSQL ${of.EngineVersion}` },
        { label: "Region & AZ", value: of.AvailabilityZone ?? "-" },
      ]}
    >
      {of.AutomaticRestartTime && <Alert type="info">{`It starts again by itself after seven days: ${of.AutomaticRestartTime.toLocaleString()}.`}</Alert>}
    </Facts>
  );
}

export function DatabasePage({ id, tab = "connectivity" }: { id: string; tab?: string }) {
  const { value, failure, reload } = usePolled(`database-${id}`, () => describeInstance(id), 2000);
  if (value === undefined) return failure ? <Unread failure={failure} /> : <Spinner size="large" />;
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button disabled={value.DBInstanceStatus !== "available" && value.DBInstanceStatus !== "storage-full"} href={linkTo("rds", "database-modify", id)}>Modify</Button>
            <DatabaseActions of={value} changed={() => void reload()} />
          </SpaceBetween>
        }
      >
        {id}
      </Header>
      <Unread failure={failure} />
      <Summary of={value} />
      <Tabs
        ariaLabel="Database"
        activeTabId={tab}
        onChange={({ detail }) => go("rds", "database", id, detail.activeTabId)}
        tabs={[
          { id: "connectivity", label: "Connectivity & security", content: <SpaceBetween size="l"><Connectivity of={value} /><Replication of={value} /></SpaceBetween> },
          { id: "monitoring", label: "Monitoring", content: <Monitoring of={value} /> },
          { id: "logs", label: "Logs & events", content: <Events instance={id} /> },
          { id: "configuration", label: "Configuration", content: <Configuration of={value} /> },
          { id: "maintenance", label: "Maintenance & backups", content: <Maintenance of={value} /> },
        ]}
      />
    </SpaceBetween>
  );
}
