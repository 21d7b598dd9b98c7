// Dialogs that make another DB instance of one: a read replica, one as it was at a time; and that part the two.
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import type { DBInstance } from "@aws-sdk/client-rds";
import { useState } from "react";
import { step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { useSubmit } from "../ground/submit";
import { createReplica, promoteReplica, restoreToTime } from "./calls";

interface DialogProps {
  of: DBInstance;
  close(done?: string): void;
}

export function ReplicaDialog({ of, close }: DialogProps) {
  const source = of.DBInstanceIdentifier ?? "";
  const [name, setName] = useState("");
  const sending = useSubmit();
  const error = sending.errorOf("DBInstanceIdentifier", "already exists");
  return (
    <ActionDialog
      title="Create read replica"
      action="Create read replica"
      disabled={name === ""}
      steps={[step(createReplica, { DBInstanceIdentifier: name, SourceDBInstanceIdentifier: source })]}
      sending={sending}
      close={(done) => close(done ? `Creating the read replica ${name}.` : undefined)}
    >
      <Box>It follows {source} behind an endpoint of its own, and takes no writes.</Box>
      <FormField label="DB instance identifier" errorText={error}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
    </ActionDialog>
  );
}

export function PromoteDialog({ of, close }: DialogProps) {
  const name = of.DBInstanceIdentifier ?? "";
  const sending = useSubmit();
  return (
    <ActionDialog
      title="Promote read replica"
      action="Promote"
      steps={[step(promoteReplica, { DBInstanceIdentifier: name })]}
      sending={sending}
      close={(done) => close(done ? `Promoting ${name}.` : undefined)}
    >
      <Box>{name} follows {of.ReadReplicaSourceDBInstanceIdentifier} no more, and takes writes of its own.</Box>
    </ActionDialog>
  );
}

export function RestoreTimeDialog({ of, close }: DialogProps) {
  const source = of.DBInstanceIdentifier ?? "";
  const latest = of.LatestRestorableTime;
  const [name, setName] = useState(`${source}-restored`);
  const [isLatest, setLatest] = useState(true);
  const [time, setTime] = useState(latest?.toISOString().slice(0, 19) ?? "");
  const sending = useSubmit();
  const at = new Date(`${time}Z`);
  const isTime = !Number.isNaN(at.getTime());
  const input = {
    SourceDBInstanceIdentifier: source,
    TargetDBInstanceIdentifier: name,
    UseLatestRestorableTime: isLatest || undefined,
    RestoreTime: isLatest || !isTime ? undefined : at,
  };
  const timeError = sending.errorOf("restored to a time", "RestoreTime");
  return (
    <ActionDialog
      title="Restore to point in time"
      action="Restore"
      disabled={name === "" || (!isLatest && !isTime)}
      steps={[step(restoreToTime, input)]}
      sending={sending}
      close={(done) => close(done ? `Restoring ${source} as ${name}.` : undefined)}
    >
      <Box>A new DB instance is made as {source} was then; {source} goes on as it is.</Box>
      <Checkbox checked={isLatest} onChange={({ detail }) => setLatest(detail.checked)}>
        Latest restorable time{latest === undefined ? "" : ` (${latest.toISOString()})`}
      </Checkbox>
      {!isLatest && (
        <FormField label="Time in UTC" description="As 2026-11-25T01:47:19" errorText={timeError ?? (isTime ? undefined : "This is no time.")}>
          <Input value={time} onChange={({ detail }) => setTime(detail.value)} />
        </FormField>
      )}
      <FormField label="DB instance identifier">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
    </ActionDialog>
  );
}
