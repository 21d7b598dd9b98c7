import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import { useState } from "react";
import { linkTo } from "../ground/address";
import { step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { List, useList } from "../ground/list";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { useSubmit } from "../ground/submit";
import { deleteFunction, listFunctions } from "./calls";

export function DeleteFunction({ name, close }: { name: string; close(done: boolean): void }) {
  const sending = useSubmit();
  return (
    <ActionDialog title={`Delete ${name}?`} action="Delete" steps={[step(deleteFunction, { FunctionName: name })]} sending={sending} close={close}>
      <Box>Its code and its settings go for good. Its log group stays.</Box>
    </ActionDialog>
  );
}

export function Functions() {
  const list = useList(usePolled("functions", listFunctions), "FunctionName");
  const [isDeleting, setDeleting] = useState(false);
  const notices = useNotices();
  const { chosen } = list;
  return (
    <List
      list={list}
      label="Functions"
      nameOf={(item) => item.FunctionName}
      columns={[
        { id: "name", header: "Function name", cell: (item) => <Link href={linkTo("lambda", "function", item.FunctionName ?? "")}>{item.FunctionName}</Link>, isRowHeader: true },
        { id: "description", header: "Description", cell: (item) => item.Description || "-" },
        { id: "type", header: "Package type", cell: (item) => item.PackageType ?? "Zip" },
        { id: "runtime", header: "Runtime", cell: (item) => item.Runtime },
        { id: "modified", header: "Last modified", cell: (item) => (item.LastModified ? new Date(item.LastModified.replace("+0000", "Z")).toLocaleString() : "-") },
      ]}
      empty={<Box textAlign="center">There is no data to display.</Box>}
      actions={
        <>
          <Button disabled={!chosen} onClick={() => setDeleting(true)}>Delete</Button>
          <Button variant="primary" href={linkTo("lambda", "function-create")}>Create function</Button>
        </>
      }
    >
      {isDeleting && chosen && (
        <DeleteFunction
          name={chosen.FunctionName ?? ""}
          close={(done) => {
            setDeleting(false);
            if (done) notices.done(`Function ${chosen.FunctionName} was deleted.`);
            void list.reload();
          }}
        />
      )}
    </List>
  );
}
