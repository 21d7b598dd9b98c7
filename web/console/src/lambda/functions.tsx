import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { linkTo } from "../ground/address";
import { step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { useSubmit } from "../ground/submit";
import { Unread } from "../ground/unread";
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
  const { value, failure, reload } = usePolled("functions", listFunctions);
  const [selected, setSelected] = useState<string>();
  const [isDeleting, setDeleting] = useState(false);
  const notices = useNotices();
  const chosen = value?.find((each) => each.FunctionName === selected);
  return (
    <SpaceBetween size="m">
      <Unread failure={failure} />
      <Table
        variant="full-page"
        loading={value === undefined && failure === undefined}
        loadingText="Loading functions"
        items={value ?? []}
        trackBy="FunctionName"
        selectionType="single"
        selectedItems={chosen ? [chosen] : []}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems[0]?.FunctionName)}
        ariaLabels={{ tableLabel: "Functions", selectionGroupLabel: "Functions", itemSelectionLabel: (_, item) => item.FunctionName ?? "" }}
        empty={<Box textAlign="center">There is no data to display.</Box>}
        header={
          <Header
            variant="h1"
            counter={value && `(${value.length})`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={!chosen} onClick={() => setDeleting(true)}>Delete</Button>
                <Button variant="primary" href={linkTo("lambda", "function-create")}>Create function</Button>
              </SpaceBetween>
            }
          >
            Functions
          </Header>
        }
        columnDefinitions={[
          { id: "name", header: "Function name", cell: (item) => <Link href={linkTo("lambda", "function", item.FunctionName ?? "")}>{item.FunctionName}</Link>, isRowHeader: true },
          { id: "description", header: "Description", cell: (item) => item.Description || "-" },
          { id: "type", header: "Package type", cell: (item) => item.PackageType ?? "Zip" },
          { id: "runtime", header: "Runtime", cell: (item) => item.Runtime },
          { id: "modified", header: "Last modified", cell: (item) => (item.LastModified ? new Date(item.LastModified.replace("+0000", "Z")).toLocaleString() : "-") },
        ]}
      />
      {isDeleting && chosen && (
        <DeleteFunction
          name={chosen.FunctionName ?? ""}
          close={(done) => {
            setDeleting(false);
            if (done) notices.done(`Function ${chosen.FunctionName} was deleted.`);
            void reload();
          }}
        />
      )}
    </SpaceBetween>
  );
}
