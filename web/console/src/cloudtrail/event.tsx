import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Table from "@cloudscape-design/components/table";
import { useEffect, useState } from "react";
import { failureOf, type Failure } from "../ground/call";
import { Unread } from "../ground/unread";
import { findEvent, type CallEvent } from "./calls";

/** An event does not change: it is read once. */
export function EventPage({ id }: { id: string }) {
  const [found, setFound] = useState<{ event?: CallEvent; failure?: Failure }>();
  useEffect(() => {
    let ended = false;
    findEvent(id).then((event) => !ended && setFound({ event }), (thrown: unknown) => !ended && setFound({ failure: failureOf(thrown) }));
    return () => {
      ended = true;
    };
  }, [id]);
  if (found === undefined) return <Spinner size="large" />;
  const { event, failure } = found;
  if (event === undefined) return failure ? <Unread failure={failure} /> : <Alert type="warning">There is no event {id}.</Alert>;
  const record = JSON.stringify(event.record, null, 2);
  return (
    <SpaceBetween size="l">
      <Header variant="h1">{event.name}</Header>
      <Container header={<Header>Details</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: "Event time", value: event.time },
            { label: "User name", value: event.user || "-" },
            { label: "Event name", value: event.name },
            { label: "Event source", value: event.source },
            { label: "Source IP address", value: event.address || "-" },
            { label: "Error code", value: event.error || "-" },
            { label: "Event ID", value: event.id },
          ]}
        />
      </Container>
      <Table
        variant="container"
        items={event.resources}
        ariaLabels={{ tableLabel: "Resources referenced" }}
        header={<Header counter={`(${event.resources.length})`}>Resources referenced</Header>}
        empty={<Box textAlign="center">No resources.</Box>}
        columnDefinitions={[
          { id: "type", header: "Resource type", cell: (each) => each.type },
          { id: "name", header: "Resource name", cell: (each) => each.name, isRowHeader: true },
        ]}
      />
      <Container header={<Header actions={<CopyToClipboard copyButtonText="Copy" copySuccessText="Event record copied" copyErrorText="The record could not be copied" textToCopy={record} />}>Event record</Header>}>
        <pre className="command" tabIndex={0} role="region" aria-label="Event record">{record}</pre>
      </Container>
    </SpaceBetween>
  );
}
