import Button from "@cloudscape-design/components/button";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import type { DBInstance, ModifyDBInstanceCommandInput } from "@aws-sdk/client-rds";
import type { SecurityGroup } from "@aws-sdk/client-ec2";
import { useEffect, useState } from "react";
import { describeGroups } from "../ec2/calls";
import { go } from "../ground/address";
import { failureOf, step, type Failure } from "../ground/call";
import { CommandBox } from "../ground/command_box";
import { useNotices } from "../ground/notices";
import { useSubmit, type Submitting } from "../ground/submit";
import { Unread } from "../ground/unread";
import { describeClasses, describeInstance, describeParameterGroups, describeUpgrades, modifyInstance } from "./calls";
import { groupOptions, options, storageTypes } from "./create_parts";

interface Read {
  instance: DBInstance;
  classes: string[];
  groups: SecurityGroup[];
  upgrades: string[];
  parameterGroups: string[];
}

type Change = Omit<ModifyDBInstanceCommandInput, "DBInstanceIdentifier" | "ApplyImmediately">;

/** As it is now: what a change is told from. */
function settingsOf(instance: DBInstance): Change {
  return {
    EngineVersion: instance.EngineVersion,
    DBInstanceClass: instance.DBInstanceClass,
    AllocatedStorage: instance.AllocatedStorage,
    StorageType: instance.StorageType,
    MaxAllocatedStorage: instance.MaxAllocatedStorage,
    MultiAZ: instance.MultiAZ,
    VpcSecurityGroupIds: (instance.VpcSecurityGroups ?? []).map((each) => each.VpcSecurityGroupId ?? ""),
    PubliclyAccessible: instance.PubliclyAccessible,
    DBPortNumber: instance.Endpoint?.Port,
    BackupRetentionPeriod: instance.BackupRetentionPeriod,
    PreferredBackupWindow: instance.PreferredBackupWindow,
    PreferredMaintenanceWindow: instance.PreferredMaintenanceWindow,
    CopyTagsToSnapshot: instance.CopyTagsToSnapshot,
    AutoMinorVersionUpgrade: instance.AutoMinorVersionUpgrade,
    DeletionProtection: instance.DeletionProtection,
    EnableIAMDatabaseAuthentication: instance.IAMDatabaseAuthenticationEnabled,
    DBParameterGroupName: instance.DBParameterGroups?.[0]?.DBParameterGroupName,
    EnablePerformanceInsights: instance.PerformanceInsightsEnabled,
  };
}

function changesOf(before: Change, after: Change): Change {
  const entries = Object.entries(after) as [keyof Change, unknown][];
  return Object.fromEntries(entries.filter(([name, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(before[name])));
}

/** Why it stays at its major version; undefined where it need not. */
function whyNoUpgrade({ instance, upgrades }: Read) {
  const source = instance.ReadReplicaSourceDBInstanceIdentifier;
  if (source !== undefined) return `A read replica has the version of its source, ${source}.`;
  return upgrades.length === 0 ? "No newer major version is here. `cruddur cloud engines` lists those that are, and adds others." : undefined;
}

interface PartProps {
  of: Change;
  set(change: Change): void;
  found: Read;
  sending: Submitting;
}

function NumberField({ name, label, words, constraint, of, set, sending }: Omit<PartProps, "found"> & { name: "AllocatedStorage" | "MaxAllocatedStorage" | "DBPortNumber" | "BackupRetentionPeriod"; label: string; words: string[]; constraint?: string }) {
  return (
    <FormField label={label} constraintText={constraint} errorText={sending.errorOf(...words)}>
      <Input value={of[name] === undefined ? "" : String(of[name])} inputMode="numeric" onChange={({ detail }) => set({ [name]: /^\d+$/.test(detail.value) ? Number(detail.value) : undefined })} />
    </FormField>
  );
}

function Capacity({ of, set, found, sending }: PartProps) {
  return (
    <Container key="capacity" header={<Header>Instance configuration and storage</Header>}>
      <SpaceBetween size="l">
        <FormField label="DB instance class" errorText={sending.errorOf("Instance class", "DBInstanceClass")}>
          <Select filteringType="auto" filteringClearAriaLabel="Clear" options={options(found.classes)} selectedOption={{ value: of.DBInstanceClass ?? "", label: of.DBInstanceClass ?? "" }} onChange={({ detail }) => set({ DBInstanceClass: detail.selectedOption.value })} />
        </FormField>
        <FormField label="Storage type" errorText={sending.errorOf("Storage type")}>
          <Select options={storageTypes} selectedOption={storageTypes.find((each) => each.value === of.StorageType) ?? null} onChange={({ detail }) => set({ StorageType: detail.selectedOption.value })} />
        </FormField>
        {NumberField({ name: "AllocatedStorage", label: "Allocated storage (GiB)", words: ["Invalid storage size", "storage size"], of, set, sending })}
        {NumberField({ name: "MaxAllocatedStorage", label: "Maximum storage threshold (GiB)", words: ["max storage"], of, set, sending })}
        <FormField label="Multi-AZ deployment" errorText={sending.errorOf("Multi-AZ")}>
          <RadioGroup
            value={of.MultiAZ ? "yes" : "no"}
            onChange={({ detail }) => set({ MultiAZ: detail.value === "yes" })}
            items={[{ value: "yes", label: "Create a standby instance" }, { value: "no", label: "Do not create a standby instance" }]}
          />
        </FormField>
      </SpaceBetween>
    </Container>
  );
}

function Engine({ of, set, found, sending }: PartProps) {
  const current = found.instance.EngineVersion ?? "";
  const reason = whyNoUpgrade(found);
  const chosen = of.EngineVersion ?? current;
  return (
    <Container key="engine" header={<Header>Engine</Header>}>
      <FormField
        label="DB engine version"
        description="A major upgrade ends the connections while pg_upgrade runs, takes its read replicas along, and is gone back from by a snapshot alone."
        constraintText={reason}
        errorText={sending.errorOf("EngineVersion", "upgrade")}
      >
        <Select
          disabled={reason !== undefined}
          options={options([current, ...found.upgrades])}
          selectedOption={{ value: chosen, label: chosen }}
          onChange={({ detail }) => set({ EngineVersion: detail.selectedOption.value, AllowMajorVersionUpgrade: detail.selectedOption.value === current ? undefined : true })}
        />
      </FormField>
    </Container>
  );
}

function Connectivity({ of, set, found, sending }: PartProps) {
  const groups = groupOptions(found.groups);
  return (
    <Container key="connectivity" header={<Header>Connectivity</Header>}>
      <SpaceBetween size="l">
        <FormField label="Security groups" errorText={sending.errorOf("security group")}>
          <Multiselect
            options={groups}
            selectedOptions={groups.filter((each) => of.VpcSecurityGroupIds?.includes(each.value))}
            deselectAriaLabel={(each) => `Remove ${each.label}`}
            onChange={({ detail }) => set({ VpcSecurityGroupIds: detail.selectedOptions.map((each) => each.value ?? "") })}
          />
        </FormField>
        <Checkbox checked={of.PubliclyAccessible === true} onChange={({ detail }) => set({ PubliclyAccessible: detail.checked })}>Publicly accessible</Checkbox>
        {NumberField({ name: "DBPortNumber", label: "Database port", words: ["port"], of, set, sending })}
      </SpaceBetween>
    </Container>
  );
}

function Options({ of, set, found, sending }: PartProps) {
  const chosen = of.DBParameterGroupName ?? "";
  return (
    <Container key="options" header={<Header>Database options</Header>}>
      <FormField label="DB parameter group" description="Another one holds from the next reboot on." errorText={sending.errorOf("parameter group")}>
        <Select options={options(found.parameterGroups)} selectedOption={{ value: chosen, label: chosen }} onChange={({ detail }) => set({ DBParameterGroupName: detail.selectedOption.value })} />
      </FormField>
    </Container>
  );
}

function Backup({ of, set, sending }: PartProps) {
  return (
    <Container key="backup" header={<Header>Backup and maintenance</Header>}>
      <SpaceBetween size="l">
        {NumberField({ name: "BackupRetentionPeriod", label: "Backup retention period (days)", constraint: "0 to 35; 0 turns automated backups off", words: ["retention period"], of, set, sending })}
        <FormField label="Backup window" errorText={sending.errorOf("backup window")}>
          <Input value={of.PreferredBackupWindow ?? ""} onChange={({ detail }) => set({ PreferredBackupWindow: detail.value })} />
        </FormField>
        <FormField label="DB instance maintenance window" errorText={sending.errorOf("maintenance window")}>
          <Input value={of.PreferredMaintenanceWindow ?? ""} onChange={({ detail }) => set({ PreferredMaintenanceWindow: detail.value })} />
        </FormField>
        <Checkbox checked={of.CopyTagsToSnapshot === true} onChange={({ detail }) => set({ CopyTagsToSnapshot: detail.checked })}>Copy tags to snapshots</Checkbox>
        <Checkbox checked={of.AutoMinorVersionUpgrade === true} onChange={({ detail }) => set({ AutoMinorVersionUpgrade: detail.checked })}>Enable auto minor version upgrade</Checkbox>
        <Checkbox checked={of.DeletionProtection === true} onChange={({ detail }) => set({ DeletionProtection: detail.checked })}>Enable deletion protection</Checkbox>
        <Checkbox checked={of.EnableIAMDatabaseAuthentication === true} onChange={({ detail }) => set({ EnableIAMDatabaseAuthentication: detail.checked })}>Enable IAM database authentication</Checkbox>
        <Checkbox checked={of.EnablePerformanceInsights === true} onChange={({ detail }) => set({ EnablePerformanceInsights: detail.checked })}>Enable Performance Insights</Checkbox>
      </SpaceBetween>
    </Container>
  );
}

async function read(id: string): Promise<Read> {
  const [instance, groups] = await Promise.all([describeInstance(id), describeGroups()]);
  if (instance === undefined) throw new Error(`There is no DB instance ${id}.`);
  const version = instance.EngineVersion ?? "";
  const [classes, upgrades, every] = await Promise.all([describeClasses(version), describeUpgrades(version), describeParameterGroups()]);
  const parameterGroups = every.filter((each) => each.DBParameterGroupFamily === `postgres${version.split(".")[0]}`).map((each) => each.DBParameterGroupName ?? "");
  return { instance, groups, classes, upgrades, parameterGroups };
}

export function ModifyDatabase({ id }: { id: string }) {
  const [found, setFound] = useState<Read>();
  const [failure, setFailure] = useState<Failure>();
  const [edited, setEdited] = useState<Change>({});
  const [password, setPassword] = useState("");
  const [repeated, setRepeated] = useState("");
  const [when, setWhen] = useState("window");
  const sending = useSubmit();
  const notices = useNotices();
  useEffect(() => {
    read(id).then((all) => { setFound(all); setEdited(settingsOf(all.instance)); }, (thrown: unknown) => setFailure(failureOf(thrown)));
  }, [id]);
  if (found === undefined) return failure ? <Unread failure={failure} /> : <Spinner size="large" />;

  const set = (change: Change) => setEdited((before) => ({ ...before, ...change }));
  const changes = { ...changesOf(settingsOf(found.instance), edited), ...(password === "" ? {} : { MasterUserPassword: password }) };
  const isChanged = Object.keys(changes).length > 0;
  const steps = isChanged ? [step(modifyInstance, { DBInstanceIdentifier: id, ...changes, ApplyImmediately: when === "now" })] : [];
  const save = async () => {
    if (!(await sending.submit(steps))) return;
    notices.done(when === "now" ? `Modifying ${id}.` : `${id} will be modified in its maintenance window, but for what takes effect at once.`);
    go("rds", "database", id);
  };
  const parts = { of: edited, set, found, sending };
  const passwordError = sending.errorOf("MasterUserPassword");
  const rendered = [Engine, Capacity, Connectivity, Options, Backup].map((Part) => Part(parts));
  return (
    <Form
      header={<Header variant="h1">{`Modify DB instance: ${id}`}</Header>}
      errorText={sending.rest()}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="link" onClick={() => go("rds", "database", id)}>Cancel</Button>
          <Button variant="primary" disabled={!isChanged || password !== repeated} loading={sending.busy} onClick={() => void save()}>Modify DB instance</Button>
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        <Container header={<Header>Settings</Header>}>
          <SpaceBetween size="l">
            <FormField label="New master password" description="Left empty: it stays." errorText={passwordError}>
              <Input value={password} type="password" autoComplete="new-password" onChange={({ detail }) => setPassword(detail.value)} />
            </FormField>
            <FormField label="Confirm master password" errorText={password === repeated ? undefined : "The passwords are not the same."}>
              <Input value={repeated} type="password" autoComplete="new-password" onChange={({ detail }) => setRepeated(detail.value)} />
            </FormField>
          </SpaceBetween>
        </Container>
        {rendered}
        <Container header={<Header>Schedule modifications</Header>}>
          <SpaceBetween size="m">
            <Box>{isChanged ? `To be modified: ${Object.keys(changes).join(", ")}` : "Nothing has changed yet."}</Box>
            <FormField label="When to apply modifications">
              <RadioGroup
                value={when}
                onChange={({ detail }) => setWhen(detail.value)}
                items={[
                  { value: "window", label: "Apply during the next scheduled maintenance window", description: `${found.instance.PreferredMaintenanceWindow} UTC` },
                  { value: "now", label: "Apply immediately", description: "What needs a restart ends the connections." },
                ]}
              />
            </FormField>
          </SpaceBetween>
        </Container>
        <CommandBox steps={steps} />
      </SpaceBetween>
    </Form>
  );
}
