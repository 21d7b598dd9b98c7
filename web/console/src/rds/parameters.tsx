import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import type { Parameter } from "@aws-sdk/client-rds";
import { useState } from "react";
import { step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { List, useList } from "../ground/list";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { useSubmit } from "../ground/submit";
import { describeParameters, modifyParameterGroup, resetParameterGroup } from "./calls";
import { isDefaultGroup } from "./parameter_groups";

interface DialogProps {
  group: string;
  of: Parameter;
  close(told?: string): void;
}

/** What PostgreSQL reads at its start alone waits for a reboot. */
function methodOf(of: Parameter) {
  return of.ApplyType === "static" ? ("pending-reboot" as const) : ("immediate" as const);
}

function EditParameter({ group, of, close }: DialogProps) {
  const [value, setValue] = useState(of.ParameterValue ?? "");
  const sending = useSubmit();
  const name = of.ParameterName ?? "";
  const input = { DBParameterGroupName: group, Parameters: [{ ParameterName: name, ParameterValue: value, ApplyMethod: methodOf(of) }] };
  return (
    <ActionDialog title={`Edit ${name}`} action="Save changes" disabled={value === ""} steps={[step(modifyParameterGroup, input)]} sending={sending} close={(done) => close(done ? `${name} was set.` : undefined)}>
      <Box>{of.Description}</Box>
      <FormField label="Value" constraintText={of.AllowedValues && `Allowed values: ${of.AllowedValues}`} errorText={sending.errorOf("Parameter")}>
        <Input value={value} onChange={({ detail }) => setValue(detail.value)} />
      </FormField>
      <Box color="text-body-secondary">{of.ApplyType === "static" ? "Instances have it from their next reboot on." : "Instances have it at once."}</Box>
    </ActionDialog>
  );
}

function ResetParameter({ group, of, close }: DialogProps) {
  const sending = useSubmit();
  const name = of.ParameterName ?? "";
  const input = { DBParameterGroupName: group, Parameters: [{ ParameterName: name, ApplyMethod: methodOf(of) }] };
  return (
    <ActionDialog title={`Reset ${name}`} action="Reset" steps={[step(resetParameterGroup, input)]} sending={sending} close={(done) => close(done ? `${name} was reset.` : undefined)}>
      <Box>It gets the engine&apos;s own value again.</Box>
    </ActionDialog>
  );
}

export function ParameterGroup({ name }: { name: string }) {
  const list = useList(usePolled(`parameters-${name}`, () => describeParameters(name)), "ParameterName", (item) => `${item.ParameterName} ${item.Description}`);
  const [open, setOpen] = useState<"edit" | "reset">();
  const notices = useNotices();
  const { chosen } = list;
  const isFixed = chosen === undefined || chosen.IsModifiable !== true || isDefaultGroup(name);
  const close = (told?: string) => {
    setOpen(undefined);
    if (told !== undefined) notices.done(told);
    void list.reload();
  };
  const Dialog = open === "edit" ? EditParameter : ResetParameter;
  return (
    <List
      list={list}
      label="Parameters"
      title={name}
      find="Find parameters"
      nameOf={(item) => item.ParameterName}
      columns={[
        { id: "name", header: "Name", cell: (item) => item.ParameterName, isRowHeader: true },
        { id: "value", header: "Value", cell: (item) => item.ParameterValue ?? "-" },
        { id: "allowed", header: "Allowed values", cell: (item) => item.AllowedValues ?? "-" },
        { id: "modifiable", header: "Modifiable", cell: (item) => (item.IsModifiable ? "Yes" : "No") },
        { id: "source", header: "Source", cell: (item) => item.Source },
        { id: "apply", header: "Apply type", cell: (item) => item.ApplyType },
      ]}
      empty={<Box textAlign="center">No parameters.</Box>}
      actions={
        <>
          <Button disabled={isFixed || chosen.Source !== "user"} onClick={() => setOpen("reset")}>Reset</Button>
          <Button variant="primary" disabled={isFixed} onClick={() => setOpen("edit")}>Edit</Button>
        </>
      }
    >
      {open !== undefined && chosen && <Dialog group={name} of={chosen} close={close} />}
    </List>
  );
}
