import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useMemo, useState } from "react";
import { step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { useSubmit } from "../ground/submit";
import { cancelDeletion, createSteps, disableKey, enableKey, scheduleDeletion, type Key } from "./calls";

export interface DialogProps {
  of: Key;
  /** With what was done, where it was. */
  close(done?: string): void;
}

export const nameOf = (key: Key) => key.aliases[0] ?? key.KeyId ?? "";

export function CreateKey({ close }: Pick<DialogProps, "close">) {
  const [alias, setAlias] = useState("");
  const [description, setDescription] = useState("");
  const sending = useSubmit();
  const steps = useMemo(() => (alias === "" ? [] : createSteps(alias, description)), [alias, description]);
  const error = sending.errorOf("alias");
  return (
    <ActionDialog title="Create key" action="Create" disabled={alias === ""} steps={steps} sending={sending} close={(done) => close(done ? `Key ${alias} was created.` : undefined)}>
      <Box color="text-body-secondary">A symmetric key that encrypts and decrypts.</Box>
      <FormField label="Alias" errorText={error}>
        <Input value={alias} onChange={({ detail }) => setAlias(detail.value)} />
      </FormField>
      <FormField label={<>Description <i>- optional</i></>}>
        <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
    </ActionDialog>
  );
}

export function EnableKey({ of, close }: DialogProps) {
  const sending = useSubmit();
  return (
    <ActionDialog title="Enable key" action="Enable" steps={[step(enableKey, { KeyId: of.KeyId })]} sending={sending} close={(done) => close(done ? `Key ${nameOf(of)} was enabled.` : undefined)}>
      <Box>{nameOf(of)} encrypts and decrypts again.</Box>
    </ActionDialog>
  );
}

export function DisableKey({ of, close }: DialogProps) {
  const sending = useSubmit();
  return (
    <ActionDialog title="Disable key" action="Disable" steps={[step(disableKey, { KeyId: of.KeyId })]} sending={sending} close={(done) => close(done ? `Key ${nameOf(of)} was disabled.` : undefined)}>
      <Alert type="warning">While it is disabled nothing that {nameOf(of)} has encrypted can be read. Instances whose storage it encrypts are stopped.</Alert>
    </ActionDialog>
  );
}

export function ScheduleDeletion({ of, close }: DialogProps) {
  const [days, setDays] = useState("30");
  const sending = useSubmit();
  const error = sending.errorOf("PendingWindowInDays");
  return (
    <ActionDialog
      title="Schedule key deletion"
      action="Schedule deletion"
      steps={[step(scheduleDeletion, { KeyId: of.KeyId, PendingWindowInDays: Number(days) })]}
      sending={sending}
      close={(done) => close(done ? `Key ${nameOf(of)} is scheduled for deletion.` : undefined)}
    >
      <Alert type="warning">Once {nameOf(of)} is deleted, nothing that it has encrypted can ever be read again. Until then its deletion can be cancelled.</Alert>
      <FormField label="Waiting period (in days)" constraintText="7 to 30" errorText={error}>
        <Input type="number" inputMode="numeric" value={days} onChange={({ detail }) => setDays(detail.value)} />
      </FormField>
    </ActionDialog>
  );
}

export function CancelDeletion({ of, close }: DialogProps) {
  const sending = useSubmit();
  return (
    <ActionDialog title="Cancel key deletion" action="Cancel deletion" steps={[step(cancelDeletion, { KeyId: of.KeyId })]} sending={sending} close={(done) => close(done ? `The deletion of key ${nameOf(of)} was cancelled.` : undefined)}>
      <Box>{nameOf(of)} stays. It is disabled until it is enabled again.</Box>
    </ActionDialog>
  );
}
