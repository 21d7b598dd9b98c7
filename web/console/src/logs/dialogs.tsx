import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import type { LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import { useState } from "react";
import { step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { useSubmit } from "../ground/submit";
import { createLogGroup, deleteLogGroup, deleteRetention, putRetention } from "./calls";

interface DialogProps {
  group: LogGroup | undefined;
  close(done: boolean): void;
}

export function CreateGroup({ close }: DialogProps) {
  const [name, setName] = useState("");
  const sending = useSubmit();
  const error = sending.errorOf("logGroupName", "log group");
  return (
    <ActionDialog title="Create log group" action="Create" disabled={name === ""} steps={[step(createLogGroup, { logGroupName: name })]} sending={sending} close={close}>
      <FormField label="Log group name" errorText={error}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
    </ActionDialog>
  );
}

export function DeleteGroup({ group, close }: DialogProps) {
  const sending = useSubmit();
  return (
    <ActionDialog title="Delete log group" action="Delete" steps={[step(deleteLogGroup, { logGroupName: group?.logGroupName })]} sending={sending} close={close}>
      <Box>{group?.logGroupName} goes with all of its events.</Box>
    </ActionDialog>
  );
}

const never = { value: "", label: "Never expire" };
// Those that CloudWatch Logs takes: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
const terms = [never, ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653].map((days) => ({ value: String(days), label: days === 1 ? "1 day" : `${days} days` }))];

export function EditRetention({ group, close }: DialogProps) {
  const [days, setDays] = useState(String(group?.retentionInDays ?? ""));
  const sending = useSubmit();
  const logGroupName = group?.logGroupName;
  const steps = [days === "" ? step(deleteRetention, { logGroupName }) : step(putRetention, { logGroupName, retentionInDays: Number(days) })];
  return (
    <ActionDialog title="Edit retention setting" action="Save" steps={steps} sending={sending} close={close}>
      <FormField label="Expire events after">
        <Select options={terms} selectedOption={terms.find((each) => each.value === days) ?? never} onChange={({ detail }) => setDays(detail.selectedOption.value ?? "")} />
      </FormField>
    </ActionDialog>
  );
}
