import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import type { FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import { useRef, useState } from "react";
import { commandOf } from "../ground/command";
import { CommandBox } from "../ground/command_box";
import { usePolled } from "../ground/poll";
import { Unread } from "../ground/unread";
import { eventsMax, readEvents } from "./calls";

/** The events of a group, or of a stream, as they come: those that are newer are asked for. */
export function LogTail({ group, stream }: { group: string; stream?: string }) {
  const [typed, setTyped] = useState("");
  const [pattern, setPattern] = useState("");
  const key = `events-${group}-${stream ?? ""}-${pattern}`;
  const before = useRef<{ key: string; events: FilteredLogEvent[] }>({ key, events: [] });
  const read = async () => {
    const known = before.current.key === key ? before.current.events : [];
    const since = known.at(-1)?.timestamp;
    const ids = new Set(known.map((each) => each.eventId));
    const newer = (await readEvents(group, { stream, pattern, since })).filter((each) => !ids.has(each.eventId));
    before.current = { key, events: [...known, ...newer].slice(-eventsMax) };
    return before.current.events;
  };
  const { value, failure, reload } = usePolled(key, read, 2000);
  const input = { logGroupName: group, logStreamNames: stream === undefined ? undefined : [stream], filterPattern: pattern || undefined };
  return (
    <SpaceBetween size="m">
      <Unread failure={failure} />
      <Table
        variant="container"
        wrapLines
        loading={value === undefined && failure === undefined}
        loadingText="Loading events"
        items={value ?? []}
        trackBy="eventId"
        ariaLabels={{ tableLabel: "Log events" }}
        empty={<Box textAlign="center">No events yet. They are shown as they come.</Box>}
        header={<Header counter={value && `(${value.length})`}>Log events</Header>}
        filter={
          <TextFilter
            filteringText={typed}
            filteringAriaLabel="Filter pattern"
            filteringPlaceholder="Filter pattern"
            onChange={({ detail }) => setTyped(detail.filteringText)}
            onDelayedChange={({ detail }) => setPattern(detail.filteringText)}
          />
        }
        columnDefinitions={[
          { id: "time", header: "Timestamp", width: 210, cell: (event) => (event.timestamp === undefined ? "-" : new Date(event.timestamp).toISOString()) },
          { id: "message", header: "Message", cell: (event) => event.message?.trimEnd(), isRowHeader: true },
        ]}
      />
      <CommandBox steps={[{ command: commandOf("logs", "FilterLogEvents", input), run: reload }]} />
    </SpaceBetween>
  );
}
