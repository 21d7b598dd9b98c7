import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { List, useList } from "../ground/list";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { listKeys, type Key } from "./calls";
import { CancelDeletion, CreateKey, DisableKey, EnableKey, nameOf, ScheduleDeletion } from "./dialogs";

const everyMs = 5000;
const dialogs = { enable: EnableKey, disable: DisableKey, schedule: ScheduleDeletion, cancel: CancelDeletion };
const states: Record<string, { type: StatusIndicatorProps.Type; text: string }> = {
  Enabled: { type: "success", text: "Enabled" },
  Disabled: { type: "stopped", text: "Disabled" },
  PendingDeletion: { type: "warning", text: "Pending deletion" },
};

function Status({ of }: { of: Key }) {
  const { type, text } = states[of.KeyState ?? ""] ?? { type: "pending" as const, text: of.KeyState ?? "-" };
  return <StatusIndicator type={type}>{of.DeletionDate ? `${text}, ${of.DeletionDate.toLocaleDateString()}` : text}</StatusIndicator>;
}

export default function View() {
  const list = useList(usePolled("keys", listKeys, everyMs), "KeyId", (each) => `${each.aliases.join(" ")} ${each.KeyId} ${each.Description ?? ""}`);
  const [open, setOpen] = useState<keyof typeof dialogs | "create">();
  const notices = useNotices();
  const { chosen } = list;
  const state = chosen?.KeyState;
  const close = (done?: string) => {
    setOpen(undefined);
    if (done !== undefined) notices.done(done);
    void list.reload();
  };
  const Dialog = open && open !== "create" ? dialogs[open] : undefined;
  return (
    <List
      list={list}
      label="Customer managed keys"
      nameOf={nameOf}
      find="Filter keys by alias or key ID"
      columns={[
        { id: "alias", header: "Aliases", cell: (item) => item.aliases.join(", ") || "-" },
        { id: "id", header: "Key ID", cell: (item) => item.KeyId, isRowHeader: true },
        { id: "description", header: "Description", cell: (item) => item.Description || "-" },
        { id: "status", header: "Status", cell: (item) => <Status of={item} /> },
        { id: "created", header: "Creation date", cell: (item) => item.CreationDate?.toLocaleString() ?? "-" },
      ]}
      empty={<Box textAlign="center">No customer managed keys match.</Box>}
      actions={
        <>
          <ButtonDropdown
            disabled={!chosen}
            items={[
              { id: "enable", text: "Enable", disabled: state !== "Disabled" },
              { id: "disable", text: "Disable", disabled: state !== "Enabled" },
              { id: "schedule", text: "Schedule key deletion", disabled: state === "PendingDeletion" },
              { id: "cancel", text: "Cancel key deletion", disabled: state !== "PendingDeletion" },
            ]}
            onItemClick={({ detail }) => setOpen(detail.id as keyof typeof dialogs)}
          >
            Key actions
          </ButtonDropdown>
          <Button variant="primary" onClick={() => setOpen("create")}>Create key</Button>
        </>
      }
    >
      {open === "create" && <CreateKey close={close} />}
      {Dialog && chosen && <Dialog of={chosen} close={close} />}
    </List>
  );
}
