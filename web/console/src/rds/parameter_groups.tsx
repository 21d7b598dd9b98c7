import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import Select from "@cloudscape-design/components/select";
import { useEffect, useState } from "react";
import { linkTo } from "../ground/address";
import { step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { List, useList } from "../ground/list";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { useSubmit } from "../ground/submit";
import { createParameterGroup, deleteParameterGroup, describeFamilies, describeParameterGroups } from "./calls";
import { options } from "./create_parts";

/** AWS's own are the engine's values, which nobody changes. */
export function isDefaultGroup(name: string) {
  return name.startsWith("default.");
}

function CreateGroup({ close }: { close(made?: string): void }) {
  const [families, setFamilies] = useState<string[]>([]);
  const [family, setFamily] = useState<string>();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const sending = useSubmit();
  useEffect(() => {
    void describeFamilies().then(setFamilies, () => undefined);
  }, []);
  const chosen = family ?? families.at(-1) ?? "";
  const input = { DBParameterGroupName: name, DBParameterGroupFamily: chosen, Description: description };
  return (
    <ActionDialog
      title="Create parameter group"
      action="Create"
      disabled={name === "" || description === "" || chosen === ""}
      steps={[step(createParameterGroup, input)]}
      sending={sending}
      close={(done) => close(done ? name : undefined)}
    >
      <FormField label="Parameter group name" errorText={sending.errorOf("DBParameterGroupName", "parameter group")}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label="Description" errorText={sending.errorOf("Description")}>
        <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
      <FormField label="Parameter group family">
        <Select options={options(families)} selectedOption={{ value: chosen, label: chosen }} onChange={({ detail }) => setFamily(detail.selectedOption.value)} />
      </FormField>
    </ActionDialog>
  );
}

function DeleteGroup({ name, close }: { name: string; close(done: boolean): void }) {
  const sending = useSubmit();
  return (
    <ActionDialog title="Delete parameter group" action="Delete" steps={[step(deleteParameterGroup, { DBParameterGroupName: name })]} sending={sending} close={close}>
      <Box>{name} goes with the values that were set in it.</Box>
    </ActionDialog>
  );
}

export function ParameterGroupsPage() {
  const list = useList(usePolled("parameter-groups", describeParameterGroups), "DBParameterGroupName");
  const [open, setOpen] = useState<"create" | "delete">();
  const notices = useNotices();
  const name = list.chosen?.DBParameterGroupName ?? "";
  const close = (told?: string) => {
    setOpen(undefined);
    if (told !== undefined) notices.done(told);
    void list.reload();
  };
  return (
    <List
      list={list}
      label="Parameter groups"
      nameOf={(item) => item.DBParameterGroupName}
      columns={[
        { id: "name", header: "Name", cell: (item) => <Link href={linkTo("rds", "parameter-group", item.DBParameterGroupName ?? "")}>{item.DBParameterGroupName}</Link>, isRowHeader: true },
        { id: "family", header: "Family", cell: (item) => item.DBParameterGroupFamily },
        { id: "type", header: "Type", cell: (item) => (isDefaultGroup(item.DBParameterGroupName ?? "") ? "Default" : "Custom") },
        { id: "description", header: "Description", cell: (item) => item.Description },
      ]}
      empty={<Box textAlign="center">No parameter groups.</Box>}
      actions={
        <>
          <Button disabled={name === "" || isDefaultGroup(name)} onClick={() => setOpen("delete")}>Delete</Button>
          <Button variant="primary" onClick={() => setOpen("create")}>Create parameter group</Button>
        </>
      }
    >
      {open === "create" && <CreateGroup close={(made) => close(made && `Parameter group ${made} was created.`)} />}
      {open === "delete" && <DeleteGroup name={name} close={(done) => close(done ? `Parameter group ${name} was deleted.` : undefined)} />}
    </List>
  );
}
