import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FileUpload from "@cloudscape-design/components/file-upload";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Runtime } from "@aws-sdk/client-lambda";
import { useState } from "react";
import { go } from "../ground/address";
import { CommandBox } from "../ground/command_box";
import { useNotices } from "../ground/notices";
import { account } from "../ground/session";
import { useSubmit } from "../ground/submit";
import { runtimes } from "./code";
import { NetworkFields, vpcConfigOf, type Network } from "./network";
import { createStep, type Package } from "./steps";



function Upload({ chosen, set }: { chosen: File[]; set(files: File[], zip: Uint8Array): void }) {
  const read = async (files: File[]) => set(files, new Uint8Array((await files[0]?.arrayBuffer()) ?? new ArrayBuffer(0)));
  return (
    <FormField label=".zip file">
      <FileUpload
        value={chosen}
        accept=".zip"
        onChange={({ detail }) => void read(detail.value)}
        i18nStrings={{ uploadButtonText: () => "Choose file", dropzoneText: () => "Drop the .zip file here", removeFileAriaLabel: () => "Remove file", limitShowFewer: "Show fewer", limitShowMore: "Show more", errorIconAriaLabel: "Error" }}
      />
    </FormField>
  );
}

export function CreateFunction() {
  const [name, setName] = useState("");
  const [runtime, setRuntime] = useState(runtimes[0]?.value ?? "");
  const [source, setSource] = useState("starter");
  const [files, setFiles] = useState<File[]>([]);
  const [zip, setZip] = useState(new Uint8Array());
  const [handler, setHandler] = useState<string>();
  const [role, setRole] = useState(`arn:aws:iam::${account}:role/lambda`);
  const [isInVpc, setInVpc] = useState(false);
  const [network, setNetwork] = useState<Network>({ subnets: [], groups: [] });
  const sending = useSubmit();
  const notices = useNotices();
  const chosen = runtimes.find((each) => each.value === runtime) ?? runtimes[0];
  if (chosen === undefined) return null;
  const code: Package = source === "starter" ? { files: [chosen.starter] } : { zip, name: files[0]?.name ?? "function.zip" };
  const input = { FunctionName: name, Runtime: runtime as Runtime, Role: role, Handler: handler ?? chosen.handler, VpcConfig: isInVpc ? vpcConfigOf(network) : undefined };
  const steps = [createStep(input, code)];
  const create = async () => {
    if (!(await sending.submit(steps))) return;
    notices.done(`Function ${name} was created.`);
    go("lambda", "function", name);
  };
  const errors = {
    runtime: sending.errorOf("runtime"),
    role: sending.errorOf("role"),
    handler: sending.errorOf("handler"),
    subnets: sending.errorOf("subnet", "security group", "VpcConfig"),
    name: sending.errorOf("functionName", "function name", "already exist"),
  };
  return (
    <Form
      header={<Header variant="h1">Create function</Header>}
      errorText={sending.rest()}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="link" onClick={() => go("lambda", "functions")}>Cancel</Button>
          <Button variant="primary" disabled={name === "" || (source === "zip" && files.length === 0)} loading={sending.busy} onClick={() => void create()}>Create function</Button>
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        <Container header={<Header>Basic information</Header>}>
          <SpaceBetween size="l">
            <FormField label="Function name" errorText={errors.name}>
              <Input value={name} onChange={({ detail }) => setName(detail.value)} />
            </FormField>
            <FormField label="Runtime" description="Python and Node.js are this machine's own." errorText={errors.runtime}>
              <Select
                options={runtimes.map(({ value, label }) => ({ value, label }))}
                selectedOption={{ value: chosen.value, label: chosen.label }}
                onChange={({ detail }) => setRuntime(detail.selectedOption.value ?? "")}
              />
            </FormField>
            <FormField label="Code">
              <RadioGroup
                value={source}
                onChange={({ detail }) => setSource(detail.value)}
                items={[{ value: "starter", label: "Author from scratch", description: "A few lines to begin with, which the editor shows." }, { value: "zip", label: "Upload a .zip file" }]}
              />
            </FormField>
            {source === "zip" && <Upload chosen={files} set={(all, bytes) => { setFiles(all); setZip(new Uint8Array(bytes)); }} />}
            <FormField label="Handler" errorText={errors.handler}>
              <Input value={handler ?? chosen.handler} onChange={({ detail }) => setHandler(detail.value)} />
            </FormField>
          </SpaceBetween>
        </Container>
        <Container header={<Header>Permissions and network</Header>}>
          <SpaceBetween size="l">
            <FormField label="Execution role" description="Once policies decide, what the function calls is decided by those of this role. Until then any role of the account will do." errorText={errors.role}>
              <Input value={role} onChange={({ detail }) => setRole(detail.value)} />
            </FormField>
            <Checkbox checked={isInVpc} description="Without it, the function cannot reach a database." onChange={({ detail }) => setInVpc(detail.checked)}>Enable VPC</Checkbox>
            {isInVpc && <NetworkFields value={network} set={setNetwork} error={errors.subnets} />}
          </SpaceBetween>
        </Container>
        <CommandBox steps={steps} />
      </SpaceBetween>
    </Form>
  );
}
