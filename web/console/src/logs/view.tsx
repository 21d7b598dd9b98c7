import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import Tabs from "@cloudscape-design/components/tabs";
import { lazy, useState } from "react";
import { linkTo } from "../ground/address";
import { usePolled } from "../ground/poll";
import { Unread } from "../ground/unread";
import { describeLogGroups, describeLogStreams } from "./calls";
import { CreateGroup, DeleteGroup, EditRetention } from "./dialogs";
import { LogTail } from "./tail";

const Alarms = lazy(() => import("../alarms/view"));
const dialogs = { create: CreateGroup, delete: DeleteGroup, retention: EditRetention };

function timeOf(ms: number | undefined) {
  return ms === undefined ? "-" : new Date(ms).toLocaleString();
}

function Groups() {
  const { value, failure, reload } = usePolled("log-groups", describeLogGroups);
  const [selected, setSelected] = useState<string>();
  const [open, setOpen] = useState<keyof typeof dialogs>();
  const chosen = value?.find((each) => each.logGroupName === selected);
  const Dialog = open && dialogs[open];
  return (
    <SpaceBetween size="m">
      <Unread failure={failure} />
      <Table
        variant="full-page"
        loading={value === undefined && failure === undefined}
        loadingText="Loading log groups"
        items={value ?? []}
        trackBy="logGroupName"
        selectionType="single"
        selectedItems={chosen ? [chosen] : []}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems[0]?.logGroupName)}
        ariaLabels={{ tableLabel: "Log groups", selectionGroupLabel: "Log groups", itemSelectionLabel: (_, item) => item.logGroupName ?? "" }}
        empty={<Box textAlign="center">No log groups. A function makes one when it runs.</Box>}
        header={
          <Header
            variant="h1"
            counter={value && `(${value.length})`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={!chosen} onClick={() => setOpen("retention")}>Edit retention setting</Button>
                <Button disabled={!chosen} onClick={() => setOpen("delete")}>Delete log group</Button>
                <Button variant="primary" onClick={() => setOpen("create")}>Create log group</Button>
              </SpaceBetween>
            }
          >
            Log groups
          </Header>
        }
        columnDefinitions={[
          { id: "name", header: "Log group", cell: (item) => <Link href={linkTo("logs", "group", item.logGroupName ?? "")}>{item.logGroupName}</Link>, isRowHeader: true },
          { id: "retention", header: "Retention", cell: (item) => (item.retentionInDays ? `${item.retentionInDays} days` : "Never expire") },
          { id: "bytes", header: "Stored bytes", cell: (item) => item.storedBytes },
          { id: "created", header: "Creation time", cell: (item) => timeOf(item.creationTime) },
        ]}
      />
      {Dialog && <Dialog group={chosen} close={() => { setOpen(undefined); void reload(); }} />}
    </SpaceBetween>
  );
}

function Streams({ group }: { group: string }) {
  const { value, failure } = usePolled(`streams-${group}`, () => describeLogStreams(group));
  return (
    <SpaceBetween size="m">
      <Unread failure={failure} />
      <Table
        variant="container"
        items={value ?? []}
        ariaLabels={{ tableLabel: "Log streams" }}
        empty={<Box textAlign="center">No log streams.</Box>}
        header={<Header counter={value && `(${value.length})`}>Log streams</Header>}
        columnDefinitions={[
          { id: "name", header: "Log stream", cell: (item) => <Link href={linkTo("logs", "group", group, item.logStreamName ?? "")}>{item.logStreamName}</Link>, isRowHeader: true },
          { id: "last", header: "Last event time", cell: (item) => timeOf(item.lastEventTimestamp) },
        ]}
      />
    </SpaceBetween>
  );
}

function GroupPage({ group }: { group: string }) {
  return (
    <SpaceBetween size="l">
      <Header variant="h1">{group}</Header>
      <Tabs
        ariaLabel="Log group"
        tabs={[
          { id: "streams", label: "Log streams", content: <Streams group={group} /> },
          { id: "tail", label: "Live Tail", content: <LogTail group={group} /> },
        ]}
      />
    </SpaceBetween>
  );
}

export default function View({ place }: { place: string[] }) {
  const [page, group = "", stream] = place;
  if (page?.startsWith("alarm")) return <Alarms place={place} />;
  if (page !== "group") return <Groups />;
  if (stream === undefined) return <GroupPage group={group} />;
  return (
    <SpaceBetween size="l">
      <Header variant="h1">{stream}</Header>
      <LogTail group={group} stream={stream} />
    </SpaceBetween>
  );
}
