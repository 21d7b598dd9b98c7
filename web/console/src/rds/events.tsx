import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { usePolled } from "../ground/poll";
import { Unread } from "../ground/unread";
import { describeEvents } from "./calls";

/** What happened to a DB instance, or to all, within the two weeks that events are kept. */
export function Events({ instance }: { instance?: string }) {
  const { value, failure } = usePolled(`events-${instance ?? ""}`, () => describeEvents(instance));
  return (
    <SpaceBetween size="m">
      <Unread failure={failure} />
      <Table
        variant={instance === undefined ? "full-page" : "container"}
        loading={value === undefined && failure === undefined}
        loadingText="Loading events"
        items={value ?? []}
        ariaLabels={{ tableLabel: "Recent events" }}
        empty={<Box textAlign="center">No events in the last two weeks.</Box>}
        header={<Header variant={instance === undefined ? "h1" : "h2"} counter={value && `(${value.length})`}>{instance === undefined ? "Events" : "Recent events"}</Header>}
        columnDefinitions={[
          { id: "time", header: "Time", cell: (event) => event.Date?.toLocaleString() ?? "-" },
          ...(instance === undefined ? [{ id: "source", header: "Source", cell: (event: { SourceIdentifier?: string }) => event.SourceIdentifier }] : []),
          { id: "message", header: "System notes", cell: (event) => event.Message, isRowHeader: true },
        ]}
      />
    </SpaceBetween>
  );
}

export function EventsPage() {
  return <Events />;
}
