import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { operation } from "../ground/call";
import { clientSettings } from "../ground/session";

const client = new cloudwatch.CloudWatchClient(clientSettings());

export async function describeAlarms() {
  const alarms: cloudwatch.MetricAlarm[] = [];
  for await (const page of cloudwatch.paginateDescribeAlarms({ client }, {})) alarms.push(...(page.MetricAlarms ?? []));
  return alarms;
}

/** The names of the metrics that an instance has. */
export async function metricsOf(instance: string) {
  const names: string[] = [];
  const asked = { Namespace: "AWS/RDS", Dimensions: [{ Name: "DBInstanceIdentifier", Value: instance }] };
  for await (const page of cloudwatch.paginateListMetrics({ client }, asked)) names.push(...(page.Metrics ?? []).map((each) => each.MetricName ?? ""));
  return [...new Set(names)].sort();
}

export const putAlarm = operation("cloudwatch", "PutMetricAlarm", (input: cloudwatch.PutMetricAlarmCommandInput) => client.send(new cloudwatch.PutMetricAlarmCommand(input)));
export const deleteAlarms = operation("cloudwatch", "DeleteAlarms", (input: cloudwatch.DeleteAlarmsCommandInput) => client.send(new cloudwatch.DeleteAlarmsCommand(input)));
