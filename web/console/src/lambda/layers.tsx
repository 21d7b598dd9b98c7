// The layers of a function, in the order in which they are merged: added from this account's or by an ARN, and removed.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { useState } from "react";
import { step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { useSubmit } from "../ground/submit";
import { Unread } from "../ground/unread";
import { listLayers, listLayerVersions, updateConfiguration } from "./calls";

function arnsOf(of: FunctionConfiguration) {
  return (of.Layers ?? []).map((each) => each.Arn ?? "");
}

interface Chosen {
  set(arn: string): void;
}

function OwnLayer({ set }: Chosen) {
  const layers = usePolled("layers", listLayers);
  const [layer, setLayer] = useState("");
  const [version, setVersion] = useState("");
  const versions = usePolled(`layer-${layer}`, () => (layer === "" ? Promise.resolve([]) : listLayerVersions(layer)));
  const layerOptions = (layers.value ?? []).map((each) => ({ value: each.LayerName ?? "", label: each.LayerName ?? "", description: each.LatestMatchingVersion?.Description }));
  const versionOptions = (versions.value ?? []).map((each) => ({ value: each.LayerVersionArn ?? "", label: String(each.Version), description: each.Description }));
  return (
    <SpaceBetween size="m">
      <Unread failure={layers.failure ?? versions.failure} />
      <FormField label="Custom layers">
        <Select
          options={layerOptions}
          placeholder="Choose a layer"
          empty="This account has no layers."
          selectedOption={layerOptions.find((each) => each.value === layer) ?? null}
          onChange={({ detail }) => {
            setLayer(detail.selectedOption.value ?? "");
            setVersion("");
            set("");
          }}
        />
      </FormField>
      <FormField label="Version">
        <Select
          options={versionOptions}
          placeholder="Choose a version"
          disabled={layer === ""}
          selectedOption={versionOptions.find((each) => each.value === version) ?? null}
          onChange={({ detail }) => {
            setVersion(detail.selectedOption.value ?? "");
            set(detail.selectedOption.value ?? "");
          }}
        />
      </FormField>
    </SpaceBetween>
  );
}

function AddLayer({ of, close }: { of: FunctionConfiguration; close(done: boolean): void }) {
  const [source, setSource] = useState("custom");
  const [arn, setArn] = useState("");
  const sending = useSubmit();
  const steps = arn === "" ? [] : [step(updateConfiguration, { FunctionName: of.FunctionName, Layers: [...arnsOf(of), arn] }, { RevisionId: of.RevisionId })];
  const error = sending.errorOf("layer");
  return (
    <ActionDialog title="Add layer" action="Add" steps={steps} sending={sending} disabled={steps.length === 0} close={close}>
      <FormField label="Layer source" errorText={source === "custom" ? error : undefined}>
        <RadioGroup
          value={source}
          onChange={({ detail }) => {
            setSource(detail.value);
            setArn("");
          }}
          items={[
            { value: "custom", label: "Custom layers", description: "Those of this account." },
            { value: "arn", label: "Specify an ARN", description: "A psycopg2-py layer of any account is stood in for by this machine's own psycopg2." },
          ]}
        />
      </FormField>
      {source === "custom" ? (
        <OwnLayer set={setArn} />
      ) : (
        <FormField label="Layer version ARN" errorText={error}>
          <Input value={arn} placeholder="arn:aws:lambda:us-east-1:123456789012:layer:name:1" onChange={({ detail }) => setArn(detail.value.trim())} />
        </FormField>
      )}
    </ActionDialog>
  );
}

function RemoveLayer({ of, arn, close }: { of: FunctionConfiguration; arn: string; close(done: boolean): void }) {
  const sending = useSubmit();
  const rest = arnsOf(of).filter((each) => each !== arn);
  return (
    <ActionDialog title="Remove layer?" action="Remove" steps={[step(updateConfiguration, { FunctionName: of.FunctionName, Layers: rest }, { RevisionId: of.RevisionId })]} sending={sending} close={close}>
      <Box>{`What ${of.FunctionName} finds in /opt is without ${arn} from its next start on.`}</Box>
    </ActionDialog>
  );
}

export function Layers({ of, changed }: { of: FunctionConfiguration; changed(): void }) {
  const [isAdding, setAdding] = useState(false);
  const [removed, setRemoved] = useState<string>();
  const notices = useNotices();
  const close = (done: boolean) => {
    setAdding(false);
    setRemoved(undefined);
    if (!done) return;
    notices.done(`The layers of ${of.FunctionName} were updated.`);
    changed();
  };
  const arns = arnsOf(of);
  return (
    <>
      <Table
        variant="container"
        items={arns.map((arn, at) => ({ arn, order: at + 1 }))}
        trackBy="arn"
        ariaLabels={{ tableLabel: "Layers" }}
        empty={<Box textAlign="center">There are no layers.</Box>}
        header={<Header counter={`(${arns.length})`} actions={<Button disabled={arns.length === 5} onClick={() => setAdding(true)}>Add a layer</Button>}>Layers</Header>}
        columnDefinitions={[
          { id: "order", header: "Merge order", cell: (each) => each.order },
          { id: "arn", header: "Version ARN", cell: (each) => each.arn, isRowHeader: true },
          { id: "remove", header: "Action", cell: (each) => <Button variant="inline-link" ariaLabel={`Remove ${each.arn}`} onClick={() => setRemoved(each.arn)}>Remove</Button> },
        ]}
      />
      {isAdding && <AddLayer of={of} close={close} />}
      {removed !== undefined && <RemoveLayer of={of} arn={removed} close={close} />}
    </>
  );
}
