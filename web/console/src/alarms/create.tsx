import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { PutMetricAlarmCommandInput, Statistic } from "@aws-sdk/client-cloudwatch";
import { useState } from "react";
import { go } from "../ground/address";
import { step } from "../ground/call";
import { CommandBox } from "../ground/command_box";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { useSubmit } from "../ground/submit";
import { Unread } from "../ground/unread";
import { describeInstances } from "../rds/calls";
import { metricsOf, putAlarm } from "./calls";
import { comparisons, conditionOf } from "./condition";

const statistics: Statistic[] = ["Average", "Minimum", "Maximum", "Sum", "SampleCount"];
const periods = [
  { value: "60", label: "1 minute" },
  { value: "300", label: "5 minutes" },
  { value: "900", label: "15 minutes" },
  { value: "3600", label: "1 hour" },
];
const listMs = 10_000;

interface Draft {
  instance: string;
  metric: string;
  statistic: Statistic;
  period: string;
  comparison: (typeof comparisons)[number]["value"];
  threshold: string;
  evaluations: string;
  name: string;
  description: string;
}

interface ChoiceProps {
  label: string;
  value: string;
  values: readonly (string | { value: string; label: string })[];
  set(value: string): void;
  errorText?: string;
}

function Choice({ label, value, values, set, errorText }: ChoiceProps) {
  const options = values.map((each) => (typeof each === "string" ? { value: each, label: each } : { value: each.value, label: each.label }));
  return (
    <FormField label={label} errorText={errorText}>
      <Select options={options} selectedOption={options.find((each) => each.value === value) ?? null} placeholder="Choose" onChange={({ detail }) => set(detail.selectedOption.value ?? "")} />
    </FormField>
  );
}

const numberOf = (text: string) => (text.trim() === "" || Number.isNaN(Number(text)) ? undefined : Number(text));

function inputOf(draft: Draft): PutMetricAlarmCommandInput {
  return {
    AlarmName: draft.name,
    AlarmDescription: draft.description || undefined,
    Namespace: "AWS/RDS",
    MetricName: draft.metric,
    Dimensions: [{ Name: "DBInstanceIdentifier", Value: draft.instance }],
    Statistic: draft.statistic,
    Period: Number(draft.period),
    EvaluationPeriods: numberOf(draft.evaluations),
    ComparisonOperator: draft.comparison,
    Threshold: numberOf(draft.threshold),
  };
}

export function CreateAlarm({ instance }: { instance: string }) {
  const [draft, setDraft] = useState<Draft>({
    instance, metric: "", statistic: "Average", period: "60", comparison: "GreaterThanThreshold", threshold: "", evaluations: "1", name: "", description: "",
  });
  const set = <Name extends keyof Draft>(name: Name) => (value: string) => setDraft((before) => ({ ...before, [name]: value as Draft[Name] }));
  const instances = usePolled("alarm-instances", describeInstances, listMs);
  const metrics = usePolled(`alarm-metrics-${draft.instance}`, () => (draft.instance === "" ? Promise.resolve([]) : metricsOf(draft.instance)), listMs);
  const notices = useNotices();
  const sending = useSubmit();
  const input = inputOf(draft);
  const isWhole = draft.instance !== "" && draft.metric !== "" && draft.name !== "" && input.Threshold !== undefined && input.EvaluationPeriods !== undefined;
  const steps = isWhole ? [step(putAlarm, input)] : [];
  const create = async () => {
    if (!(await sending.submit(steps))) return;
    notices.done(`Alarm ${draft.name} was created.`);
    go("logs", "alarms");
  };
  const nameError = sending.errorOf("AlarmName");
  const evaluationError = sending.errorOf("EvaluationPeriods", "Period");
  return (
    <Form
      header={<Header variant="h1" description="An alarm of a name that is there already takes its place. A Lambda function that it is to invoke is named by the AWS CLI: --alarm-actions.">Create alarm</Header>}
      errorText={sending.rest()}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="link" onClick={() => go("logs", "alarms")}>Cancel</Button>
          <Button variant="primary" disabled={!isWhole} loading={sending.busy} onClick={() => void create()}>Create alarm</Button>
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        <Unread failure={instances.failure ?? metrics.failure} />
        <Container header={<Header>Metric</Header>}>
          <SpaceBetween size="l">
            <Choice label="DB instance" value={draft.instance} values={(instances.value ?? []).map((each) => each.DBInstanceIdentifier ?? "")} set={set("instance")} />
            <Choice label="Metric name" value={draft.metric} values={metrics.value ?? []} set={set("metric")} />
            <Choice label="Statistic" value={draft.statistic} values={statistics} set={set("statistic")} />
            <Choice label="Period" value={draft.period} values={periods} set={set("period")} />
          </SpaceBetween>
        </Container>
        <Container header={<Header description={isWhole ? conditionOf(input) : undefined}>Conditions</Header>}>
          <SpaceBetween size="l">
            <Choice label={`Whenever ${draft.metric || "the metric"} is`} value={draft.comparison} values={comparisons} set={set("comparison")} />
            <FormField label="Threshold" errorText={draft.threshold !== "" && input.Threshold === undefined ? "It is a number." : undefined}>
              <Input inputMode="decimal" value={draft.threshold} onChange={({ detail }) => set("threshold")(detail.value)} />
            </FormField>
            <FormField label="Datapoints to alarm" description="So many periods in a row." errorText={evaluationError}>
              <Input type="number" inputMode="numeric" value={draft.evaluations} onChange={({ detail }) => set("evaluations")(detail.value)} />
            </FormField>
          </SpaceBetween>
        </Container>
        <Container header={<Header>Name and description</Header>}>
          <SpaceBetween size="l">
            <FormField label="Alarm name" errorText={nameError}>
              <Input value={draft.name} onChange={({ detail }) => set("name")(detail.value)} />
            </FormField>
            <FormField label={<>Alarm description <i>- optional</i></>}>
              <Input value={draft.description} onChange={({ detail }) => set("description")(detail.value)} />
            </FormField>
          </SpaceBetween>
        </Container>
        <CommandBox steps={steps} />
      </SpaceBetween>
    </Form>
  );
}
