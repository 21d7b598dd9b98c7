// The parts of Create database, in AWS's order and words. What local RDS does not take is shown as such, with the reason.
import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import type { SecurityGroup, Vpc } from "@aws-sdk/client-ec2";
import type { ReactNode } from "react";
import type { Submitting } from "../ground/submit";
import type { Version } from "./calls";
import { faultsOf, takesIops, withTemplate, type Draft, type Template } from "./draft";

export interface Offers {
  versions: Version[];
  classes: string[];
  groups: SecurityGroup[];
  zones: string[];
  vpcs: Vpc[];
}

interface PartProps {
  draft: Draft;
  set(change: Partial<Draft>): void;
  offers: Offers;
  sending: Submitting;
  faults: ReturnType<typeof faultsOf>;
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Container header={<Header>{title}</Header>}>
      <SpaceBetween size="l">{children}</SpaceBetween>
    </Container>
  );
}

export function options(values: string[]) {
  return values.map((value) => ({ value, label: value }));
}

export function Engine({ draft, set, offers, sending }: PartProps) {
  const versions = offers.versions.map((each) => ({ value: each.version, label: `PostgreSQL ${each.version}` }));
  return (
    <Section key="engine" title="Engine options">
      <FormField label="Engine type">
        <Tiles
          value="postgres"
          columns={3}
          onChange={() => undefined}
          items={[
            { value: "postgres", label: "PostgreSQL" },
            { value: "aurora", label: "Aurora", disabled: true, description: "Not in local AWS: its storage is AWS's own." },
            { value: "mysql", label: "MySQL, MariaDB and others", disabled: true, description: "Not in local AWS: it runs PostgreSQL's servers." },
          ]}
        />
      </FormField>
      <FormField label="Engine version" description="Versions of the PostgreSQL servers that are installed on this machine." errorText={sending.errorOf("EngineVersion", "Cannot find version", "engine version")}>
        <Select options={versions} selectedOption={versions.find((each) => each.value === draft.version) ?? null} onChange={({ detail }) => set({ version: detail.selectedOption.value ?? "" })} />
      </FormField>
    </Section>
  );
}

export function Templates({ draft, set }: PartProps) {
  return (
    <Section key="templates" title="Templates">
      <FormField label="Choose a sample template to meet your use case" stretch>
        <Tiles
          value={draft.template}
          columns={3}
          onChange={({ detail }) => set(withTemplate(draft, detail.value as Template))}
          items={[
            { value: "production", label: "Production", description: "A standby in another zone, a week of backups, deletion protection." },
            { value: "dev", label: "Dev/Test", description: "The same size, without a standby and protection." },
            { value: "free", label: "Free tier", description: "The smallest: what a new account may run at AWS without paying." },
          ]}
        />
      </FormField>
    </Section>
  );
}

export function Availability({ draft, set }: PartProps) {
  return (
    <Section key="availability" title="Availability and durability">
      <FormField label="Deployment options">
        <RadioGroup
          value={draft.multiAz ? "multi" : "single"}
          onChange={({ detail }) => set({ multiAz: detail.value === "multi" })}
          items={[
            { value: "multi", label: "Multi-AZ DB instance deployment (2 instances)", disabled: draft.template === "free", description: draft.template === "free" ? "Not in the free tier." : "A synchronous standby takes over when the primary fails." },
            { value: "single", label: "Single-AZ DB instance deployment (1 instance)" },
          ]}
        />
      </FormField>
    </Section>
  );
}

export function Settings({ draft, set, sending }: PartProps) {
  return (
    <Section key="settings" title="Settings">
      <FormField label="DB instance identifier" constraintText="1 to 63 letters, digits and hyphens, beginning with a letter." errorText={sending.errorOf("DBInstanceIdentifier", "DBInstanceAlreadyExists", "valid identifier")}>
        <Input value={draft.identifier} onChange={({ detail }) => set({ identifier: detail.value })} />
      </FormField>
    </Section>
  );
}

export function Credentials({ draft, set, sending, faults }: PartProps) {
  return (
    <Section key="credentials" title="Credentials Settings">
      <FormField label="Master username" constraintText="1 to 16 letters and digits, beginning with a letter." errorText={sending.errorOf("MasterUsername")}>
        <Input value={draft.username} autoComplete="off" onChange={({ detail }) => set({ username: detail.value })} />
      </FormField>
      <FormField label="Master password" constraintText={"8 to 128 printable characters, without / ' \" @ and space."} errorText={faults.password ?? sending.errorOf("MasterUserPassword")}>
        <Input value={draft.password} type="password" autoComplete="new-password" onChange={({ detail }) => set({ password: detail.value })} />
      </FormField>
      <FormField label="Confirm master password" errorText={faults.repeated}>
        <Input value={draft.repeated} type="password" autoComplete="new-password" onChange={({ detail }) => set({ repeated: detail.value })} />
      </FormField>
    </Section>
  );
}

export function InstanceConfiguration({ draft, set, offers, sending }: PartProps) {
  const classes = options(offers.classes);
  return (
    <Section key="class" title="Instance configuration">
      <FormField label="DB instance class" errorText={sending.errorOf("Instance class", "DBInstanceClass")}>
        <Select
          filteringType="auto" filteringClearAriaLabel="Clear"
          options={classes}
          selectedOption={{ value: draft.instanceClass, label: draft.instanceClass }}
          onChange={({ detail }) => set({ instanceClass: detail.selectedOption.value ?? "" })}
        />
      </FormField>
    </Section>
  );
}

export const storageTypes = [
  { value: "gp2", label: "General Purpose SSD (gp2)" },
  { value: "gp3", label: "General Purpose SSD (gp3)" },
  { value: "io1", label: "Provisioned IOPS SSD (io1)" },
  { value: "io2", label: "Provisioned IOPS SSD (io2)" },
  { value: "standard", label: "Magnetic" },
];

export function Storage({ draft, set, sending }: PartProps) {
  return (
    <Section key="storage" title="Storage">
      <FormField label="Storage type" errorText={sending.errorOf("Invalid storage type")}>
        <Select options={storageTypes} selectedOption={storageTypes.find((each) => each.value === draft.storageType) ?? null} onChange={({ detail }) => set({ storageType: detail.selectedOption.value ?? "" })} />
      </FormField>
      <FormField label="Allocated storage (GiB)" errorText={sending.errorOf("Invalid storage size", "AllocatedStorage")}>
        <Input value={draft.storage} inputMode="numeric" onChange={({ detail }) => set({ storage: detail.value })} />
      </FormField>
      {takesIops(draft.storageType) && (
        <FormField label="Provisioned IOPS" description={draft.storageType === "gp3" ? "For 400 GiB and more. Left empty: the baseline." : undefined} errorText={sending.errorOf("iops")}>
          <Input value={draft.iops} inputMode="numeric" onChange={({ detail }) => set({ iops: detail.value })} />
        </FormField>
      )}
      {draft.storageType === "gp3" && (
        <FormField label="Storage throughput (MiBps)" description="For 400 GiB and more. Left empty: the baseline." errorText={sending.errorOf("throughput")}>
          <Input value={draft.throughput} inputMode="numeric" onChange={({ detail }) => set({ throughput: detail.value })} />
        </FormField>
      )}
      <Checkbox checked={draft.scales} onChange={({ detail }) => set({ scales: detail.checked })}>Enable storage autoscaling</Checkbox>
      {draft.scales && (
        <FormField label="Maximum storage threshold (GiB)" errorText={sending.errorOf("max storage")}>
          <Input value={draft.storageMax} inputMode="numeric" onChange={({ detail }) => set({ storageMax: detail.value })} />
        </FormField>
      )}
    </Section>
  );
}

export function groupOptions(groups: SecurityGroup[]) {
  return groups.map((each) => ({ value: each.GroupId ?? "", label: each.GroupName ?? "", description: each.GroupId }));
}

function GroupChoice({ draft, set, offers, sending, faults }: PartProps) {
  const groups = groupOptions(offers.groups);
  return (
    <>
      <FormField label="VPC security group (firewall)">
        <RadioGroup
          value={draft.makesGroup ? "new" : "existing"}
          onChange={({ detail }) => set({ makesGroup: detail.value === "new" })}
          items={[
            { value: "existing", label: "Choose existing" },
            { value: "new", label: "Create new", description: "It lets this browser's machine in." },
          ]}
        />
      </FormField>
      {draft.makesGroup ? (
        <FormField label="New VPC security group name" errorText={faults.newGroup ?? sending.errorOf("GroupName", "InvalidGroup")}>
          <Input value={draft.newGroup} onChange={({ detail }) => set({ newGroup: detail.value })} />
        </FormField>
      ) : (
        <FormField label="Existing VPC security groups" errorText={sending.errorOf("security group")}>
          <Multiselect
            options={groups}
            placeholder="Choose one or more"
            selectedOptions={groups.filter((each) => draft.groups.includes(each.value))}
            deselectAriaLabel={(each) => `Remove ${each.label}`}
            onChange={({ detail }) => set({ groups: detail.selectedOptions.map((each) => each.value ?? "") })}
          />
        </FormField>
      )}
    </>
  );
}

export function Connectivity(props: PartProps) {
  const { draft, set, offers, sending } = props;
  const vpc = offers.vpcs.find((each) => each.IsDefault) ?? offers.vpcs[0];
  const zones = [{ value: "", label: "No preference" }, ...options(offers.zones)];
  return (
    <Section key="connectivity" title="Connectivity">
      <FormField label="Network type">
        <RadioGroup
          value="ipv4"
          onChange={() => undefined}
          items={[
            { value: "ipv4", label: "IPv4" },
            { value: "dual", label: "Dual-stack mode", disabled: true, description: "The default DB subnet group supports IPv4 only." },
          ]}
        />
      </FormField>
      <FormField label="Virtual private cloud (VPC)" description="There is the default one alone.">
        <Select disabled selectedOption={{ label: `Default VPC (${vpc?.VpcId ?? ""})` }} options={[]} />
      </FormField>
      <FormField label="Public access" errorText={sending.errorOf("PubliclyAccessible")}>
        <RadioGroup
          value={draft.isPublic ? "yes" : "no"}
          onChange={({ detail }) => set({ isPublic: detail.value === "yes" })}
          items={[
            { value: "yes", label: "Yes", description: "Reachable from outside of the VPC, by whom its security groups let in." },
            { value: "no", label: "No", description: "Reachable from within the VPC alone." },
          ]}
        />
      </FormField>
      {GroupChoice(props)}
      <FormField label="Availability Zone" errorText={sending.errorOf("availability zone")}>
        <Select disabled={draft.multiAz} options={zones} selectedOption={zones.find((each) => each.value === draft.zone) ?? zones[0] ?? null} onChange={({ detail }) => set({ zone: detail.selectedOption.value ?? "" })} />
      </FormField>
      <FormField label="Database port" errorText={sending.errorOf("port")}>
        <Input value={draft.port} inputMode="numeric" onChange={({ detail }) => set({ port: detail.value })} />
      </FormField>
    </Section>
  );
}

export function Authentication({ draft, set, sending }: PartProps) {
  return (
    <Section key="authentication" title="Database authentication">
      <FormField label="Database authentication options" errorText={sending.errorOf("EnableIAMDatabaseAuthentication", "IAM database authentication")}>
        <RadioGroup
          value={draft.takesTokens ? "iam" : "password"}
          onChange={({ detail }) => set({ takesTokens: detail.value === "iam" })}
          items={[
            { value: "password", label: "Password authentication", description: "Users are PostgreSQL's own, with passwords." },
            { value: "iam", label: "Password and IAM database authentication", description: "Users to whom rds_iam is granted sign in by a token of fifteen minutes in place of a password." },
            { value: "kerberos", label: "Password and Kerberos authentication", disabled: true, description: "Not in local AWS: it has no Directory Service." },
          ]}
        />
      </FormField>
    </Section>
  );
}

export function Monitoring({ draft, set }: PartProps) {
  return (
    <Section key="monitoring" title="Monitoring">
      <Checkbox checked={draft.hasInsights} description="Kept for seven days: who was active, and waited for what." onChange={({ detail }) => set({ hasInsights: detail.checked })}>Enable Performance Insights</Checkbox>
      <Checkbox checked={false} disabled description="Nothing collects them in local AWS.">Enable Enhanced Monitoring</Checkbox>
      <FormField label="Log exports" description="Local RDS publishes no logs of PostgreSQL to CloudWatch.">
        <Checkbox checked={false} disabled>PostgreSQL log</Checkbox>
      </FormField>
    </Section>
  );
}

export function Additional({ draft, set, sending }: PartProps) {
  const check = (name: keyof Draft, text: string, description?: string) => (
    <Checkbox checked={draft[name] === true} description={description} onChange={({ detail }) => set({ [name]: detail.checked })}>{text}</Checkbox>
  );
  return (
    <ExpandableSection key="additional" variant="container" headerText="Additional configuration" headerDescription="Database options, backup, encryption, maintenance, deletion protection" defaultExpanded>
      <SpaceBetween size="l">
        <FormField label="Initial database name" description="Left empty: there is postgres alone." errorText={sending.errorOf("DBName")}>
          <Input value={draft.database} onChange={({ detail }) => set({ database: detail.value })} />
        </FormField>
        {check("backs", "Enable automated backups")}
        {draft.backs && (
          <>
            <FormField label="Backup retention period (days)" constraintText="1 to 35" errorText={sending.errorOf("retention period")}>
              <Input value={draft.retention} inputMode="numeric" onChange={({ detail }) => set({ retention: detail.value })} />
            </FormField>
            <FormField label="Backup window" constraintText="In UTC, such as 04:00-04:30. Left empty: no preference." errorText={sending.errorOf("backup window")}>
              <Input value={draft.backupWindow} onChange={({ detail }) => set({ backupWindow: detail.value })} />
            </FormField>
            {check("copiesTags", "Copy tags to snapshots")}
          </>
        )}
        {check("encrypts", "Enable encryption", "Its snapshots are sealed. What lies on this machine's disk is as encrypted as that disk is.")}
        {check("upgrades", "Enable auto minor version upgrade")}
        <FormField label="Maintenance window" constraintText="In UTC, such as sun:05:00-sun:05:30. Left empty: no preference." errorText={sending.errorOf("maintenance window")}>
          <Input value={draft.maintenanceWindow} onChange={({ detail }) => set({ maintenanceWindow: detail.value })} />
        </FormField>
        {check("isProtected", "Enable deletion protection", "While it is on, the database cannot be deleted.")}
        {!draft.backs && <Alert type="info">Without automated backups the database can be brought back from snapshots alone.</Alert>}
      </SpaceBetween>
    </ExpandableSection>
  );
}
