import * as logs from "@aws-sdk/client-cloudwatch-logs";
import { operation } from "../ground/call";
import { clientSettings } from "../ground/session";

const client = new logs.CloudWatchLogsClient(clientSettings());
export const eventsMax = 1000; // as many as a view shows

export async function describeLogGroups() {
  const groups: logs.LogGroup[] = [];
  for await (const page of logs.paginateDescribeLogGroups({ client }, {})) groups.push(...(page.logGroups ?? []));
  return groups;
}

/** That with the newest event first. */
export async function describeLogStreams(group: string) {
  const found = await client.send(new logs.DescribeLogStreamsCommand({ logGroupName: group, orderBy: "LastEventTime", descending: true, limit: 50 }));
  return found.logStreams ?? [];
}

export interface Asked {
  stream?: string;
  pattern?: string;
  since?: number; // ms
}

/** The events of a group, or of one of its streams, the oldest first; none of a group that is not there yet. */
export async function readEvents(group: string, { stream, pattern, since }: Asked = {}): Promise<logs.FilteredLogEvent[]> {
  const events: logs.FilteredLogEvent[] = [];
  const asked = { logGroupName: group, logStreamNames: stream === undefined ? undefined : [stream], filterPattern: pattern || undefined, startTime: since };
  try {
    for await (const page of logs.paginateFilterLogEvents({ client }, asked)) events.push(...(page.events ?? []));
  } catch (thrown) {
    if (!(thrown instanceof logs.ResourceNotFoundException)) throw thrown;
  }
  return events.slice(-eventsMax);
}

export const deleteLogGroup = operation("logs", "DeleteLogGroup", (input: logs.DeleteLogGroupCommandInput) => client.send(new logs.DeleteLogGroupCommand(input)));
export const putRetention = operation("logs", "PutRetentionPolicy", (input: logs.PutRetentionPolicyCommandInput) => client.send(new logs.PutRetentionPolicyCommand(input)));
export const deleteRetention = operation("logs", "DeleteRetentionPolicy", (input: logs.DeleteRetentionPolicyCommandInput) => client.send(new logs.DeleteRetentionPolicyCommand(input)));
export const createLogGroup = operation("logs", "CreateLogGroup", (input: logs.CreateLogGroupCommandInput) => client.send(new logs.CreateLogGroupCommand(input)));
