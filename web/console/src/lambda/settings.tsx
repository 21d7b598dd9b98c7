// Configuration: what of a function is changed without its code.
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Box from "@cloudscape-design/components/box";
import Table from "@cloudscape-design/components/table";
import type { FunctionConfiguration, UpdateFunctionConfigurationCommandInput } from "@aws-sdk/client-lambda";
import { useState } from "react";
import { step } from "../ground/call";
import { CommandBox } from "../ground/command_box";
import { Refusal } from "../ground/dialog";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { useSubmit } from "../ground/submit";
import { Unread } from "../ground/unread";
import { statementsOf, updateConfiguration, type Statement } from "./calls";
import { NetworkFields, vpcConfigOf, type Network } from "./network";

type Change = Omit<UpdateFunctionConfigurationCommandInput, "FunctionName">;

interface Variable {
  name: string;
  value: string;
}

function variablesOf(of: FunctionConfiguration): Variable[] {
  return Object.entries(of.Environment?.Variables ?? {}).map(([name, value]) => ({ name, value }));
}

function Variables({ value, set }: { value: Variable[]; set(value: Variable[]): void }) {
  const change = (at: number, part: Partial<Variable>) => set(value.map((each, index) => (index === at ? { ...each, ...part } : each)));
  return (
    <AttributeEditor<Variable>
      items={value}
      addButtonText="Add environment variable"
      removeButtonText="Remove"
      removeButtonAriaLabel={(each) => `Remove ${each.name}`}
      empty="No environment variables."
      onAddButtonClick={() => set([...value, { name: "", value: "" }])}
      onRemoveButtonClick={({ detail }) => set(value.filter((_, index) => index !== detail.itemIndex))}
      definition={[
        { label: "Key", control: (each, at) => <Input value={each.name} onChange={({ detail }) => change(at, { name: detail.value })} /> },
        { label: "Value", control: (each, at) => <Input value={each.value} onChange={({ detail }) => change(at, { value: detail.value })} /> },
      ]}
    />
  );
}

export function Settings({ of, changed }: { of: FunctionConfiguration; changed(): void }) {
  const [description, setDescription] = useState(of.Description ?? "");
  const [handler, setHandler] = useState(of.Handler ?? "");
  const [timeout, setTimeoutText] = useState(String(of.Timeout));
  const [memory, setMemory] = useState(String(of.MemorySize));
  const [variables, setVariables] = useState(variablesOf(of));
  const [network, setNetwork] = useState<Network>({ subnets: of.VpcConfig?.SubnetIds ?? [], groups: of.VpcConfig?.SecurityGroupIds ?? [] });
  const sending = useSubmit();
  const notices = useNotices();
  const before = { subnets: of.VpcConfig?.SubnetIds ?? [], groups: of.VpcConfig?.SecurityGroupIds ?? [] };
  const isOther = (one: unknown, other: unknown) => JSON.stringify(one) !== JSON.stringify(other);
  const change: Change = {
    ...(description !== (of.Description ?? "") ? { Description: description } : {}),
    ...(handler !== of.Handler ? { Handler: handler } : {}),
    ...(timeout !== String(of.Timeout) ? { Timeout: Number(timeout) } : {}),
    ...(memory !== String(of.MemorySize) ? { MemorySize: Number(memory) } : {}),
    ...(isOther(variables, variablesOf(of)) ? { Environment: { Variables: Object.fromEntries(variables.filter((each) => each.name !== "").map((each) => [each.name, each.value])) } } : {}),
    ...(isOther(network, before) ? { VpcConfig: vpcConfigOf(network) } : {}),
  };
  const steps = Object.keys(change).length === 0 ? [] : [step(updateConfiguration, { FunctionName: of.FunctionName, ...change }, { RevisionId: of.RevisionId })];
  const save = async () => {
    if (!(await sending.submit(steps))) return;
    notices.done(`The configuration of ${of.FunctionName} was updated.`);
    changed();
  };
  const errors = {
    timeout: sending.errorOf("timeout"),
    memory: sending.errorOf("memorySize"),
    handler: sending.errorOf("handler"),
    subnets: sending.errorOf("subnet", "security group", "VpcConfig"),
  };
  return (
    <Container header={<Header actions={<Button variant="primary" disabled={steps.length === 0} loading={sending.busy} onClick={() => void save()}>Save</Button>}>Configuration</Header>}>
      <SpaceBetween size="l">
        <FormField label="Description">
          <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
        </FormField>
        <FormField label="Handler" errorText={errors.handler}>
          <Input value={handler} onChange={({ detail }) => setHandler(detail.value)} />
        </FormField>
        <FormField label="Memory (MB)" errorText={errors.memory}>
          <Input value={memory} inputMode="numeric" onChange={({ detail }) => setMemory(detail.value)} />
        </FormField>
        <FormField label="Timeout (seconds)" errorText={errors.timeout}>
          <Input value={timeout} inputMode="numeric" onChange={({ detail }) => setTimeoutText(detail.value)} />
        </FormField>
        <Header variant="h3">Environment variables</Header>
        <Variables value={variables} set={setVariables} />
        <Header variant="h3">VPC</Header>
        <NetworkFields value={network} set={setNetwork} error={errors.subnets} />
        <Refusal sending={sending} />
        <CommandBox steps={steps} />
      </SpaceBetween>
    </Container>
  );
}

function callerOf(statement: Statement) {
  return typeof statement.Principal === "string" ? statement.Principal : (statement.Principal.Service ?? statement.Principal.AWS ?? "-");
}

function sourceOf(statement: Statement) {
  const conditions = Object.values(statement.Condition ?? {}).flatMap((each) => Object.values(each));
  return conditions.join(", ") || "-";
}

/** Who runs the function: the services that its policy lets. */
export function Triggers({ name }: { name: string }) {
  const { value, failure } = usePolled(`policy-${name}`, () => statementsOf(name));
  return (
    <SpaceBetween size="m">
      <Unread failure={failure} />
      <Table
        variant="container"
        items={value ?? []}
        ariaLabels={{ tableLabel: "Triggers" }}
        empty={<Box textAlign="center">No triggers. A user pool adds one by Add Lambda trigger.</Box>}
        header={<Header counter={value && `(${value.length})`}>Triggers</Header>}
        columnDefinitions={[
          { id: "caller", header: "Service", cell: callerOf, isRowHeader: true },
          { id: "source", header: "Source", cell: sourceOf },
          { id: "statement", header: "Statement ID", cell: (each) => each.Sid },
        ]}
      />
    </SpaceBetween>
  );
}
