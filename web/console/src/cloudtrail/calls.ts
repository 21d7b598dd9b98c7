import * as cloudtrail from "@aws-sdk/client-cloudtrail";
import { clientSettings } from "../ground/session";

const client = new cloudtrail.CloudTrailClient(clientSettings());
export const pageSize = 25;

export type Attribute = cloudtrail.LookupAttributeKey;

/** What AWS's console shows of an event, and the record as it was kept. */
export interface CallEvent {
  id: string;
  time: string;
  name: string;
  user: string;
  source: string;
  address: string;
  resources: { type: string; name: string }[];
  error: string;
  record: Record<string, unknown>;
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

function eventOf(of: cloudtrail.Event): CallEvent {
  const record = JSON.parse(of.CloudTrailEvent ?? "{}") as Record<string, unknown>;
  return {
    id: of.EventId ?? "",
    time: of.EventTime?.toLocaleString() ?? "-",
    name: of.EventName ?? "",
    user: of.Username ?? "",
    source: of.EventSource ?? "",
    address: textOf(record.sourceIPAddress),
    resources: (of.Resources ?? []).map((each) => ({ type: each.ResourceType ?? "", name: each.ResourceName ?? "" })),
    error: textOf(record.errorCode),
    record,
  };
}

export function lookupOf(key: Attribute, value: string) {
  return value === "" ? {} : { LookupAttributes: [{ AttributeKey: key, AttributeValue: value }] };
}

export interface EventPage {
  events: CallEvent[];
  next: string | undefined;
}

/** The newest first, a page at a time. Without a value, all. */
export async function lookupEvents(key: Attribute, value: string, token?: string): Promise<EventPage> {
  const found = await client.send(new cloudtrail.LookupEventsCommand({ ...lookupOf(key, value), MaxResults: pageSize, NextToken: token }));
  return { events: (found.Events ?? []).map(eventOf), next: found.NextToken };
}

export async function findEvent(id: string) {
  return (await lookupEvents("EventId", id)).events[0];
}
