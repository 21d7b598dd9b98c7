import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import Pagination from "@cloudscape-design/components/pagination";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { linkTo } from "../ground/address";
import { failureOf, type Failure } from "../ground/call";
import { commandOf } from "../ground/command";
import { CommandBox } from "../ground/command_box";
import { Unread } from "../ground/unread";
import { lookupEvents, lookupOf, type Attribute, type EventPage } from "./calls";

const attributes: { value: Attribute; label: string; usual: string }[] = [
  { value: "ReadOnly", label: "Read-only", usual: "false" },
  { value: "EventName", label: "Event name", usual: "" },
  { value: "Username", label: "User name", usual: "" },
  { value: "ResourceName", label: "Resource name", usual: "" },
  { value: "ResourceType", label: "Resource type", usual: "" },
  { value: "EventSource", label: "Event source", usual: "" },
  { value: "EventId", label: "Event ID", usual: "" },
];
const usual = attributes[0]!;
const truths = ["false", "true"].map((value) => ({ value, label: value }));
const typingMs = 400;

/** The pages that were read, each behind the one before. They are not read again by themselves: that would be events, too. */
function useHistory(key: Attribute, value: string) {
  const [pages, setPages] = useState<EventPage[]>([]);
  const [index, setIndex] = useState(1);
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(true);
  const turn = useRef(0);

  const read = useCallback(async (before: EventPage[]) => {
    const mine = ++turn.current;
    setBusy(true);
    try {
      const page = await lookupEvents(key, value, before.at(-1)?.next);
      if (mine !== turn.current) return;
      setPages([...before, page]);
      setIndex(before.length + 1);
      setFailure(undefined);
    } catch (thrown) {
      if (mine === turn.current) setFailure(failureOf(thrown));
    }
    if (mine === turn.current) setBusy(false);
  }, [key, value]);

  useEffect(() => {
    void read([]);
    return () => {
      turn.current++;
    };
  }, [read]);

  const show = (wanted: number) => (wanted <= pages.length ? setIndex(wanted) : void read(pages));
  return { events: pages[index - 1]?.events ?? [], index, count: pages.length, isOpen: pages.at(-1)?.next !== undefined, busy, failure, show, reload: () => read([]) };
}

/** What is asked for, once nobody has typed for a moment. */
function useSettled<Value>(value: Value) {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), typingMs);
    return () => window.clearTimeout(timer);
  }, [value]);
  return settled;
}

export function EventHistory() {
  const [{ attribute, typed }, setLookup] = useState({ attribute: usual, typed: usual.usual });
  const asked = useSettled(useMemo(() => ({ key: attribute.value, value: typed.trim() }), [attribute, typed]));
  const { events, index, count, isOpen, busy, failure, show, reload } = useHistory(asked.key, asked.value);
  return (
    <SpaceBetween size="m">
      <Unread failure={failure} />
      <Table
        variant="full-page"
        loading={busy}
        loadingText="Loading events"
        items={events}
        trackBy="id"
        ariaLabels={{ tableLabel: "Event history" }}
        empty={<Box textAlign="center">No events match.</Box>}
        header={
          <Header variant="h1" description="Calls of the last 90 days, the newest first." actions={<Button iconName="refresh" ariaLabel="Refresh" onClick={() => void reload()} />}>
            Event history
          </Header>
        }
        filter={
          <SpaceBetween direction="horizontal" size="xs">
            <Select
              ariaLabel="Lookup attribute"
              options={attributes}
              selectedOption={attribute}
              onChange={({ detail }) => {
                const chosen = attributes.find((each) => each.value === detail.selectedOption.value) ?? usual;
                setLookup({ attribute: chosen, typed: chosen.usual });
              }}
            />
            {attribute.value === "ReadOnly" ? (
              <Select ariaLabel="Lookup value" options={truths} selectedOption={truths.find((each) => each.value === typed) ?? null} onChange={({ detail }) => setLookup({ attribute, typed: detail.selectedOption.value ?? "" })} />
            ) : (
              <Input ariaLabel="Lookup value" placeholder={`Enter ${attribute.label.toLowerCase()}`} value={typed} onChange={({ detail }) => setLookup({ attribute, typed: detail.value })} />
            )}
          </SpaceBetween>
        }
        pagination={
          <Pagination
            currentPageIndex={index}
            pagesCount={Math.max(count, 1)}
            openEnd={isOpen}
            ariaLabels={{ paginationLabel: "Event pages", nextPageLabel: "Next page", previousPageLabel: "Previous page", pageLabel: (page) => `Page ${page}` }}
            onChange={({ detail }) => show(detail.currentPageIndex)}
          />
        }
        columnDefinitions={[
          { id: "name", header: "Event name", cell: (event) => <Link href={linkTo("cloudtrail", "event", event.id)}>{event.name}</Link>, isRowHeader: true },
          { id: "time", header: "Event time", cell: (event) => event.time },
          { id: "user", header: "User name", cell: (event) => event.user || "-" },
          { id: "resource", header: "Resource name", cell: (event) => event.resources.map((each) => each.name).join(", ") || "-" },
          { id: "error", header: "Error code", cell: (event) => event.error || "-" },
          { id: "address", header: "Source IP address", cell: (event) => event.address || "-" },
          { id: "source", header: "Event source", cell: (event) => event.source },
        ]}
      />
      <CommandBox steps={[{ command: commandOf("cloudtrail", "LookupEvents", lookupOf(asked.key, asked.value)), run: reload }]} />
    </SpaceBetween>
  );
}
