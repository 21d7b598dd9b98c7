import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { linkTo } from "../ground/address";
import { step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { Status } from "../ground/status";
import { useSubmit } from "../ground/submit";
import { Unread } from "../ground/unread";
import { deleteSnapshot, describeSnapshots } from "./calls";

function DeleteSnapshot({ id, close }: { id: string; close(done: boolean): void }) {
  const sending = useSubmit();
  return (
    <ActionDialog title="Delete snapshot" action="Delete" steps={[step(deleteSnapshot, { DBSnapshotIdentifier: id })]} sending={sending} close={close}>
      <Box>{id} is deleted, and cannot be restored from any more.</Box>
    </ActionDialog>
  );
}

export function Snapshots({ instance }: { instance?: string }) {
  const { value, failure, reload } = usePolled(`snapshots-${instance ?? ""}`, () => describeSnapshots(instance));
  const [selected, setSelected] = useState<string>();
  const [isDeleting, setDeleting] = useState(false);
  const notices = useNotices();
  const chosen = value?.find((each) => each.DBSnapshotIdentifier === selected);
  const id = chosen?.DBSnapshotIdentifier ?? "";
  return (
    <SpaceBetween size="m">
      <Unread failure={failure} />
      <Table
        variant={instance === undefined ? "full-page" : "container"}
        loading={value === undefined && failure === undefined}
        loadingText="Loading snapshots"
        items={value ?? []}
        trackBy="DBSnapshotIdentifier"
        selectionType="single"
        selectedItems={chosen ? [chosen] : []}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems[0]?.DBSnapshotIdentifier)}
        ariaLabels={{ tableLabel: "Snapshots", selectionGroupLabel: "Snapshots", itemSelectionLabel: (_, item) => item.DBSnapshotIdentifier ?? "" }}
        empty={<Box textAlign="center">No snapshots.</Box>}
        header={
          <Header
            variant={instance === undefined ? "h1" : "h2"}
            counter={value && `(${value.length})`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={chosen?.Status !== "available"} href={linkTo("rds", "snapshot-restore", id)}>Restore snapshot</Button>
                <Button disabled={chosen === undefined || chosen.SnapshotType !== "manual"} onClick={() => setDeleting(true)}>Delete snapshot</Button>
              </SpaceBetween>
            }
          >
            Snapshots
          </Header>
        }
        columnDefinitions={[
          { id: "id", header: "Snapshot name", cell: (item) => item.DBSnapshotIdentifier, isRowHeader: true },
          { id: "instance", header: "DB instance", cell: (item) => item.DBInstanceIdentifier },
          { id: "status", header: "Status", cell: (item) => <Status of={item.Status} /> },
          { id: "type", header: "Snapshot type", cell: (item) => item.SnapshotType },
          { id: "time", header: "Snapshot creation time", cell: (item) => item.SnapshotCreateTime?.toLocaleString() ?? "-" },
          { id: "size", header: "Storage", cell: (item) => `${item.AllocatedStorage} GiB` },
          { id: "encrypted", header: "Encrypted", cell: (item) => (item.Encrypted ? "Yes" : "No") },
        ]}
      />
      {isDeleting && (
        <DeleteSnapshot
          id={id}
          close={(done) => {
            setDeleting(false);
            if (done) notices.done(`Snapshot ${id} was deleted.`);
            void reload();
          }}
        />
      )}
    </SpaceBetween>
  );
}

export function SnapshotsPage() {
  return <Snapshots />;
}
