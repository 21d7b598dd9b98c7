// An alarm's condition, in the words of AWS's console.
import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";

export const comparisons = [
  { value: "GreaterThanThreshold", label: "Greater", sign: ">" },
  { value: "GreaterThanOrEqualToThreshold", label: "Greater/Equal", sign: ">=" },
  { value: "LessThanOrEqualToThreshold", label: "Lower/Equal", sign: "<=" },
  { value: "LessThanThreshold", label: "Lower", sign: "<" },
] as const;

function durationOf(seconds: number) {
  if (seconds % 3600 === 0) return seconds === 3600 ? "1 hour" : `${seconds / 3600} hours`;
  if (seconds % 60 === 0) return seconds === 60 ? "1 minute" : `${seconds / 60} minutes`;
  return `${seconds} seconds`;
}

/** "FreeStorageSpace < 2147483648 for 3 datapoints within 3 minutes" */
export function conditionOf(of: MetricAlarm) {
  const sign = comparisons.find((each) => each.value === of.ComparisonOperator)?.sign ?? of.ComparisonOperator;
  const periods = of.EvaluationPeriods ?? 1;
  const points = of.DatapointsToAlarm ?? periods;
  return `${of.MetricName} ${sign} ${of.Threshold} for ${points} ${points === 1 ? "datapoint" : "datapoints"} within ${durationOf(periods * (of.Period ?? 60))}`;
}
