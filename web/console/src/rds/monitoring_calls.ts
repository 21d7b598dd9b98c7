// What the Monitoring tab reads: CloudWatch's metrics of an instance, and its load by Performance Insights.
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as pi from "@aws-sdk/client-pi";
import { clientSettings } from "../ground/session";

const metrics = new cloudwatch.CloudWatchClient(clientSettings());
const insights = new pi.PIClient(clientSettings());

export const shownMinutes = 60;

export interface Point {
  x: Date;
  y: number;
}

export interface Measured {
  begin: Date;
  end: Date;
  series: Record<string, Point[]>;
}

function range() {
  const end = new Date(Math.ceil(Date.now() / 60_000) * 60_000);
  return { begin: new Date(end.getTime() - shownMinutes * 60_000), end };
}

/** The metrics' averages of each minute, by their names. */
export async function readMetrics(instance: string, names: readonly string[]): Promise<Measured> {
  const { begin, end } = range();
  const found = await metrics.send(new cloudwatch.GetMetricDataCommand({
    StartTime: begin,
    EndTime: end,
    ScanBy: "TimestampAscending",
    MetricDataQueries: names.map((name) => ({
      Id: `m${name}`,
      Label: name,
      MetricStat: { Stat: "Average", Period: 60, Metric: { Namespace: "AWS/RDS", MetricName: name, Dimensions: [{ Name: "DBInstanceIdentifier", Value: instance }] } },
    })),
  }));
  const series = Object.fromEntries((found.MetricDataResults ?? []).map((each) => [each.Label ?? "", (each.Timestamps ?? []).map((x, at) => ({ x, y: each.Values?.[at] ?? 0 }))]));
  return { begin, end, series };
}

export interface Load extends Measured {
  statements: { id: string; text: string; load: number }[];
}

/** The average number of active sessions by what they waited for, and the statements that they ran, the busiest first. */
export async function readLoad(resource: string): Promise<Load> {
  const { begin, end } = range();
  const asked = { ServiceType: "RDS" as const, Identifier: resource, StartTime: begin, EndTime: end, PeriodInSeconds: 60 };
  const byWait = await insights.send(new pi.GetResourceMetricsCommand({
    ...asked,
    PeriodAlignment: "START_TIME",
    MetricQueries: [{ Metric: "db.load.avg", GroupBy: { Group: "db.wait_event", Limit: 7 } }],
  }));
  const keys = await insights.send(new pi.DescribeDimensionKeysCommand({ ...asked, Metric: "db.load.avg", GroupBy: { Group: "db.sql_tokenized", Limit: 10 } }));
  const series: Record<string, Point[]> = {};
  for (const each of byWait.MetricList ?? []) {
    const { "db.wait_event.type": type, "db.wait_event.name": name } = each.Key?.Dimensions ?? {};
    const title = name === undefined ? "" : type === name ? name : `${type}:${name}`;
    series[title] = (each.DataPoints ?? []).flatMap((point) => (point.Timestamp === undefined ? [] : [{ x: point.Timestamp, y: point.Value ?? 0 }]));
  }
  const statements = (keys.Keys ?? []).map((each) => ({
    id: each.Dimensions?.["db.sql_tokenized.id"] ?? "",
    text: each.Dimensions?.["db.sql_tokenized.statement"] ?? "",
    load: each.Total ?? 0,
  }));
  return { begin, end, series, statements };
}
