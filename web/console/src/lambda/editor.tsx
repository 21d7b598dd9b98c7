// The code source of a function: its text files in an editor, and Deploy.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Textarea from "@cloudscape-design/components/textarea";
import { useEffect, useRef, useState } from "react";
import { failureOf, type Failure } from "../ground/call";
import { CommandBox } from "../ground/command_box";
import { Refusal } from "../ground/dialog";
import { useNotices } from "../ground/notices";
import { useSubmit } from "../ground/submit";
import { Unread } from "../ground/unread";
import { getFunction } from "./calls";
import { editedBytesMax, fileOf, filesOf, type CodeFile } from "./code";
import { deployStep, type Package } from "./steps";

// The link names local AWS as it calls itself; the page calls it as its own address does.
async function zipOf(name: string) {
  const { Code } = await getFunction(name);
  const link = new URL(Code?.Location ?? "", location.origin);
  const answer = await fetch(link.pathname + link.search);
  if (!answer.ok) throw new Error(`The code cannot be read: ${answer.status}.`);
  return new Uint8Array(await answer.arrayBuffer());
}

function save(zip: Uint8Array, name: string) {
  const url = URL.createObjectURL(new Blob([zip as BlobPart], { type: "application/zip" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name}.zip`;
  link.click();
  URL.revokeObjectURL(url);
}

function FileEditor({ files, change }: { files: CodeFile[]; change(files: CodeFile[]): void }) {
  const [chosen, setChosen] = useState(files.find((each) => each.text !== undefined)?.name);
  const file = files.find((each) => each.name === chosen);
  if (file === undefined) return <Alert>The package holds no text files: it is replaced by a .zip file.</Alert>;
  return (
    <SpaceBetween size="s">
      <FormField label="File">
        <Select
          options={files.map((each) => ({ value: each.name, label: each.name, disabled: each.text === undefined, disabledReason: "No text" }))}
          selectedOption={{ value: file.name, label: file.name }}
          onChange={({ detail }) => setChosen(detail.selectedOption.value)}
        />
      </FormField>
      <div className="code">
        <Textarea
          ariaLabel={`Code of ${file.name}`}
          rows={18}
          spellcheck={false}
          disableBrowserAutocorrect
          value={file.text ?? ""}
          onChange={({ detail }) => change(files.map((each) => (each === file ? fileOf(file.name, detail.value) : each)))}
        />
      </div>
    </SpaceBetween>
  );
}

export function CodeSource({ name, deployed }: { name: string; deployed(): void }) {
  const [zip, setZip] = useState<Uint8Array>();
  const [files, setFiles] = useState<CodeFile[]>([]);
  const [upload, setUpload] = useState<Package>();
  const [failure, setFailure] = useState<Failure>();
  const [round, setRound] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const sending = useSubmit();
  const notices = useNotices();
  useEffect(() => {
    zipOf(name).then(
      (bytes) => {
        setZip(bytes);
        setUpload(undefined);
        setFiles(bytes.length <= editedBytesMax ? filesOf(bytes) : []);
      },
      (thrown: unknown) => setFailure(failureOf(thrown)),
    );
  }, [name, round]);
  if (zip === undefined) return failure ? <Unread failure={failure} /> : <Spinner />;
  const before = zip.length <= editedBytesMax ? filesOf(zip) : [];
  const isEdited = files.some((each, at) => each.text !== before[at]?.text);
  const steps = upload ? [deployStep(name, upload)] : isEdited ? [deployStep(name, { files })] : [];
  const deploy = async () => {
    if (!(await sending.submit(steps))) return;
    notices.done(`The code of ${name} was updated.`);
    setRound(round + 1);
    deployed();
  };
  const choose = async (file: File | undefined) => {
    if (file) setUpload({ zip: new Uint8Array(await file.arrayBuffer()), name: file.name });
  };
  return (
    <Container
      header={
        <Header
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button onClick={() => save(zip, name)}>Download .zip</Button>
              <Button onClick={() => input.current?.click()}>Upload from .zip file</Button>
              <Button variant="primary" disabled={steps.length === 0} loading={sending.busy} onClick={() => void deploy()}>Deploy</Button>
            </SpaceBetween>
          }
        >
          Code source
        </Header>
      }
    >
      <SpaceBetween size="m">
        <input ref={input} hidden type="file" accept=".zip" aria-label=".zip file" onChange={(event) => void choose(event.target.files?.[0])} />
        {upload && "zip" in upload ? (
          <Alert>{`${upload.name} replaces the code when it is deployed.`}</Alert>
        ) : zip.length > editedBytesMax ? (
          <Box>The package is too large for the editor.</Box>
        ) : (
          <FileEditor key={`${name}-${round}`} files={files} change={setFiles} />
        )}
        <Refusal sending={sending} />
        <CommandBox steps={steps} />
      </SpaceBetween>
    </Container>
  );
}
