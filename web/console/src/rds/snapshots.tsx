import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { linkTo } from "../ground/address";
import { step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { List, useList } from "../ground/list";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { Status } from "../ground/status";
import { useSubmit } from "../ground/submit";
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
  const list = useList(usePolled(`snapshots-${instance ?? ""}`, () => describeSnapshots(instance)), "DBSnapshotIdentifier");
  const [isDeleting, setDeleting] = useState(false);
  const notices = useNotices();
  const { chosen } = list;
  const id = chosen?.DBSnapshotIdentifier ?? "";
  return (
    <List
      list={list}
      label="Snapshots"
      variant={instance === undefined ? "full-page" : "container"}
      nameOf={(item) => item.DBSnapshotIdentifier}
      columns={[
        { id: "id", header: "Snapshot name", cell: (item) => item.DBSnapshotIdentifier, isRowHeader: true },
        { id: "instance", header: "DB instance", cell: (item) => item.DBInstanceIdentifier },
        { id: "status", header: "Status", cell: (item) => <Status of={item.Status} /> },
        { id: "type", header: "Snapshot type", cell: (item) => item.SnapshotType },
        { id: "time", header: "Snapshot creation time", cell: (item) => item.SnapshotCreateTime?.toLocaleString() ?? "-" },
        { id: "size", header: "Storage", cell: (item) => `${item.AllocatedStorage} GiB` },
        { id: "encrypted", header: "Encrypted", cell: (item) => (item.Encrypted ? "Yes" : "No") },
      ]}
      empty={<Box textAlign="center">No snapshots.</Box>}
      actions={
        <>
          <Button disabled={chosen?.Status !== "available"} href={linkTo("rds", "snapshot-restore", id)}>Restore snapshot</Button>
          <Button disabled={chosen === undefined || chosen.SnapshotType !== "manual"} onClick={() => setDeleting(true)}>Delete snapshot</Button>
        </>
      }
    >
      {isDeleting && (
        <DeleteSnapshot
          id={id}
          close={(done) => {
            setDeleting(false);
            if (done) notices.done(`Snapshot ${id} was deleted.`);
            void list.reload();
          }}
        />
      )}
    </List>
  );
}

export function SnapshotsPage() {
  return <Snapshots />;
}
