// The Actions menu of a database, and the dialogs behind it.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import type { DBInstance } from "@aws-sdk/client-rds";
import { useState } from "react";
import { go } from "../ground/address";
import { step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { useNotices } from "../ground/notices";
import { useSubmit } from "../ground/submit";
import { PromoteDialog, ReplicaDialog, RestoreTimeDialog } from "./copies";
import { createSnapshot, deleteInstance, rebootInstance, startInstance, stopInstance } from "./calls";

type Action = "stop" | "start" | "reboot" | "snapshot" | "replica" | "promote" | "restore" | "delete";

interface DialogProps {
  of: DBInstance;
  close(done?: string): void;
}

function nameOf(of: DBInstance) {
  return of.DBInstanceIdentifier ?? "";
}

function StopDialog({ of, close }: DialogProps) {
  const [saves, setSaves] = useState(false);
  const [snapshot, setSnapshot] = useState(`${nameOf(of)}-stopped`);
  const sending = useSubmit();
  const steps = [step(stopInstance, { DBInstanceIdentifier: nameOf(of), DBSnapshotIdentifier: saves ? snapshot : undefined })];
  const snapshotError = sending.errorOf("snapshot");
  return (
    <ActionDialog title="Stop DB instance temporarily" action="Stop temporarily" steps={steps} sending={sending} close={(done) => close(done ? `Stopping ${nameOf(of)}.` : undefined)}>
      <Alert type="info">
        The DB instance starts again by itself after seven days, as at AWS: stop it then once more where it is not needed.
      </Alert>
      <Checkbox checked={saves} onChange={({ detail }) => setSaves(detail.checked)}>Save the DB instance in a snapshot</Checkbox>
      {saves && (
        <FormField label="Snapshot name" errorText={snapshotError}>
          <Input value={snapshot} onChange={({ detail }) => setSnapshot(detail.value)} />
        </FormField>
      )}
    </ActionDialog>
  );
}

function StartDialog({ of, close }: DialogProps) {
  const sending = useSubmit();
  return (
    <ActionDialog
      title="Start DB instance"
      action="Start"
      steps={[step(startInstance, { DBInstanceIdentifier: nameOf(of) })]}
      sending={sending}
      close={(done) => close(done ? `Starting ${nameOf(of)}.` : undefined)}
    >
      <Box>{nameOf(of)} is started again, at the same endpoint.</Box>
    </ActionDialog>
  );
}

function RebootDialog({ of, close }: DialogProps) {
  const [fails, setFails] = useState(false);
  const sending = useSubmit();
  const steps = [step(rebootInstance, { DBInstanceIdentifier: nameOf(of), ForceFailover: fails || undefined })];
  return (
    <ActionDialog title="Reboot DB instance" action="Confirm" steps={steps} sending={sending} close={(done) => close(done ? `Rebooting ${nameOf(of)}.` : undefined)}>
      <Box>Connections to {nameOf(of)} end, and are taken again in a moment.</Box>
      <Checkbox
        checked={fails}
        disabled={!of.MultiAZ}
        description={of.MultiAZ ? "The standby in the other Availability Zone takes over." : "Only a Multi-AZ DB instance has a standby that could take over."}
        onChange={({ detail }) => setFails(detail.checked)}
      >
        Reboot with failover
      </Checkbox>
    </ActionDialog>
  );
}

function SnapshotDialog({ of, close }: DialogProps) {
  const [name, setName] = useState("");
  const sending = useSubmit();
  const error = sending.errorOf("snapshot", "DBSnapshotIdentifier");
  return (
    <ActionDialog
      title="Take DB snapshot"
      action="Take snapshot"
      disabled={name === ""}
      steps={[step(createSnapshot, { DBInstanceIdentifier: nameOf(of), DBSnapshotIdentifier: name })]}
      sending={sending}
      close={(done) => close(done ? `Snapshot ${name} is being taken.` : undefined)}
    >
      <FormField label="Snapshot name" errorText={error}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
    </ActionDialog>
  );
}

const confirmation = "delete me";

function DeleteDialog({ of, close }: DialogProps) {
  const isReplica = of.ReadReplicaSourceDBInstanceIdentifier !== undefined; // which leaves no snapshot
  const [keeps, setKeeps] = useState(!isReplica);
  const [snapshot, setSnapshot] = useState(`${nameOf(of)}-final`);
  const [dropsBackups, setDropsBackups] = useState(true);
  const [acknowledged, setAcknowledged] = useState(false);
  const [typed, setTyped] = useState("");
  const sending = useSubmit();
  const input = {
    DBInstanceIdentifier: nameOf(of),
    SkipFinalSnapshot: !keeps,
    FinalDBSnapshotIdentifier: keeps ? snapshot : undefined,
    DeleteAutomatedBackups: dropsBackups,
  };
  const snapshotError = sending.errorOf("FinalDBSnapshot", "snapshot identifier");
  return (
    <ActionDialog
      title={`Delete ${nameOf(of)} instance?`}
      action="Delete"
      disabled={typed !== confirmation || (!keeps && !acknowledged) || of.DeletionProtection === true}
      steps={[step(deleteInstance, input)]}
      sending={sending}
      close={(done) => close(done ? `Deleting ${nameOf(of)}.` : undefined)}
    >
      {of.DeletionProtection && <Alert type="warning">Deletion protection is turned on. Turn it off by Modify first.</Alert>}
      <Checkbox checked={keeps} disabled={isReplica} description="The DB instance can be restored from it." onChange={({ detail }) => setKeeps(detail.checked)}>Create final snapshot</Checkbox>
      {keeps && (
        <FormField label="Final snapshot name" errorText={snapshotError}>
          <Input value={snapshot} onChange={({ detail }) => setSnapshot(detail.value)} />
        </FormField>
      )}
      <Checkbox checked={!dropsBackups} onChange={({ detail }) => setDropsBackups(!detail.checked)}>Retain automated backups</Checkbox>
      {!keeps && (
        <Checkbox checked={acknowledged} onChange={({ detail }) => setAcknowledged(detail.checked)}>
          I acknowledge that without a final snapshot the data of this instance cannot be brought back.
        </Checkbox>
      )}
      <FormField label={<>To confirm deletion, type <i>{confirmation}</i> into the field</>}>
        <Input value={typed} placeholder={confirmation} onChange={({ detail }) => setTyped(detail.value)} />
      </FormField>
    </ActionDialog>
  );
}

const dialogs = { stop: StopDialog, start: StartDialog, reboot: RebootDialog, snapshot: SnapshotDialog, replica: ReplicaDialog, promote: PromoteDialog, restore: RestoreTimeDialog, delete: DeleteDialog };


export function DatabaseActions({ of, changed }: { of: DBInstance | undefined; changed: () => void }) {
  const [open, setOpen] = useState<Action>();
  const notices = useNotices();
  const status = of?.DBInstanceStatus;
  const inState = (...states: string[]) => of !== undefined && states.includes(status ?? "");
  const reason = `Not while the DB instance is ${status ?? "not chosen"}.`;
  const item = (id: Action | "modify", text: string, enabled: boolean) => ({ id, text, disabled: !enabled, disabledReason: reason });
  const Dialog = open && dialogs[open];
  return (
    <>
      <ButtonDropdown
        disabled={of === undefined}
        items={[
          item("stop", "Stop temporarily", inState("available")),
          item("start", "Start", inState("stopped")),
          item("reboot", "Reboot", inState("available")),
          item("modify", "Modify", inState("available", "storage-full")),
          item("snapshot", "Take snapshot", inState("available")),
          item("replica", "Create read replica", inState("available") && (of?.BackupRetentionPeriod ?? 0) > 0),
          item("promote", "Promote", inState("available") && of?.ReadReplicaSourceDBInstanceIdentifier !== undefined),
          item("restore", "Restore to point in time", of?.LatestRestorableTime !== undefined),
          item("delete", "Delete", of !== undefined && status !== "deleting"),
        ]}
        onItemClick={({ detail }) => (detail.id === "modify" ? go("rds", "database-modify", nameOf(of as DBInstance)) : setOpen(detail.id as Action))}
      >
        Actions
      </ButtonDropdown>
      {Dialog && of && (
        <Dialog
          of={of}
          close={(done) => {
            setOpen(undefined);
            if (done !== undefined) notices.done(done);
            changed();
          }}
        />
      )}
    </>
  );
}
