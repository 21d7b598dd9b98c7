// A metric and its alarm by the JavaScript SDK.
import assert from "node:assert/strict";
import test from "node:test";

import {
  CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand, GetMetricStatisticsCommand, PutMetricAlarmCommand,
  PutMetricDataCommand, waitUntilAlarmExists,
} from "@aws-sdk/client-cloudwatch";

import { localAws } from "./support.mjs";

const answerMilliseconds = 60_000;

test("the SDK puts a metric, reads it, and sees its alarm go off", async (test) => {
  const { endpoint } = await localAws(test);
  const sdk = new CloudWatchClient({
    endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const metric = { Namespace: "Sdk", MetricName: "turns", Dimensions: [{ Name: "side", Value: "left" }] };
  const begin = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 300_000);
  const { Namespace, ...datum } = metric;
  await sdk.send(new PutMetricDataCommand({
    Namespace, MetricData: [{ ...datum, Timestamp: begin, Value: 2.5, Unit: "Count" }, { ...datum, Value: 7, Unit: "Count" }],
  }));
  const range = { StartTime: begin, EndTime: new Date(Date.now() + 60_000) };
  const statistics = await sdk.send(new GetMetricStatisticsCommand({
    ...metric, ...range, Period: 60, Statistics: ["Average", "SampleCount"], ExtendedStatistics: ["p90"],
  }));
  assert.equal(statistics.Label, "turns");
  const first = statistics.Datapoints.find((point) => point.Timestamp.getTime() === begin.getTime());
  assert.deepEqual([first.Average, first.SampleCount, first.Unit], [2.5, 1, "Count"]);
  const { MetricDataResults: [data] } = await sdk.send(new GetMetricDataCommand({
    ...range, ScanBy: "TimestampAscending",
    MetricDataQueries: [{ Id: "turns", MetricStat: { Metric: metric, Period: 60, Stat: "Sum" } }],
  }));
  assert.deepEqual([data.Values, data.Timestamps[0]], [[2.5, 7], begin]);
  await assert.rejects(sdk.send(new PutMetricDataCommand({ Namespace: "AWS/RDS", MetricData: [{ MetricName: "m", Value: 1 }] })),
    { name: "InvalidParameterValueException" });

  await sdk.send(new PutMetricAlarmCommand({
    ...metric, AlarmName: "left", Statistic: "Maximum", Period: 300, EvaluationPeriods: 1, Threshold: 5,
    ComparisonOperator: "GreaterThanThreshold",
  }));
  await waitUntilAlarmExists({ client: sdk, maxWaitTime: 30 }, { AlarmNames: ["left"] });
  const look = async () => (await sdk.send(new DescribeAlarmsCommand({ AlarmNames: ["left"] }))).MetricAlarms[0];
  const deadline = Date.now() + answerMilliseconds;
  while ((await look()).StateValue !== "ALARM") {
    assert.ok(Date.now() < deadline, "the alarm did not go off");
    await new Promise((resume) => setTimeout(resume, 100));
  }
  assert.match((await look()).StateReason, /^Threshold Crossed: 1 out of the last 1 datapoints \[7\.0 /);
});
