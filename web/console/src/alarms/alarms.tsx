import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Popover from "@cloudscape-design/components/popover";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { linkTo } from "../ground/address";
import { step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { List, useList } from "../ground/list";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { useSubmit } from "../ground/submit";
import { deleteAlarms, describeAlarms } from "./calls";
import { conditionOf } from "./condition";

const states: Record<string, { type: StatusIndicatorProps.Type; text: string }> = {
  OK: { type: "success", text: "OK" },
  ALARM: { type: "error", text: "In alarm" },
  INSUFFICIENT_DATA: { type: "pending", text: "Insufficient data" },
};

function State({ of }: { of: MetricAlarm }) {
  const { type, text } = states[of.StateValue ?? ""] ?? { type: "pending" as const, text: "-" };
  return (
    <Popover header={text} content={of.StateReason ?? "-"} dismissAriaLabel="Close" triggerType="text">
      <StatusIndicator type={type}>{text}</StatusIndicator>
    </Popover>
  );
}

function actionsOf(of: MetricAlarm) {
  const count = [of.AlarmActions, of.OKActions, of.InsufficientDataActions].flatMap((each) => each ?? []).length;
  if (count === 0) return "No actions";
  return of.ActionsEnabled ? "Actions enabled" : "Actions disabled";
}

export function Alarms() {
  const list = useList(usePolled("alarms", describeAlarms), "AlarmName", (each) => `${each.AlarmName} ${conditionOf(each)} ${each.Dimensions?.map((one) => one.Value).join(" ")}`);
  const [isDeleting, setDeleting] = useState(false);
  const notices = useNotices();
  const sending = useSubmit();
  const { chosen } = list;
  return (
    <List
      list={list}
      label="Alarms"
      nameOf={(item) => item.AlarmName}
      find="Find alarms"
      columns={[
        { id: "name", header: "Name", cell: (item) => item.AlarmName, isRowHeader: true },
        { id: "state", header: "State", minWidth: 170, cell: (item) => <State of={item} /> },
        { id: "changed", header: "Last state update", cell: (item) => item.StateUpdatedTimestamp?.toLocaleString() ?? "-" },
        { id: "of", header: "Resource", cell: (item) => item.Dimensions?.map((one) => one.Value).join(", ") || "-" },
        { id: "condition", header: "Conditions", cell: conditionOf },
        { id: "actions", header: "Actions", cell: actionsOf },
      ]}
      empty={<Box textAlign="center">No alarms match.</Box>}
      actions={
        <>
          <Button disabled={!chosen} onClick={() => setDeleting(true)}>Delete</Button>
          <Button variant="primary" href={linkTo("logs", "alarm-create")}>Create alarm</Button>
        </>
      }
    >
      {isDeleting && chosen && (
        <ActionDialog
          title="Delete alarm"
          action="Delete"
          sending={sending}
          steps={[step(deleteAlarms, { AlarmNames: [chosen.AlarmName ?? ""] })]}
          close={(done) => {
            setDeleting(false);
            if (done) notices.done(`Alarm ${chosen.AlarmName} was deleted.`);
            void list.reload();
          }}
        >
          <Box>{chosen.AlarmName} is deleted. Its metric stays.</Box>
        </ActionDialog>
      )}
    </List>
  );
}
