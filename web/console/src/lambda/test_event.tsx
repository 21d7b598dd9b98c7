// Test: an event, what the function made of it, and the end of its log.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { failureOf, type Failure } from "../ground/call";
import { CommandBox } from "../ground/command_box";
import { Unread } from "../ground/unread";
import { invoke } from "./calls";
import { invokeCommand } from "./steps";

interface Outcome {
  result: string;
  error: string | undefined;
  log: string;
}

function faultOf(event: string) {
  try {
    JSON.parse(event);
    return undefined;
  } catch (thrown) {
    return `The event is no JSON: ${(thrown as Error).message}`;
  }
}

function indented(json: string) {
  return faultOf(json) === undefined ? JSON.stringify(JSON.parse(json), undefined, 2) : json;
}

async function run(name: string, event: string): Promise<Outcome> {
  const { Payload, FunctionError, LogResult = "" } = await invoke.run({ FunctionName: name, LogType: "Tail", Payload: new TextEncoder().encode(event) });
  const log = new TextDecoder().decode(Uint8Array.from(atob(LogResult), (each) => each.charCodeAt(0)));
  return { result: indented(new TextDecoder().decode(Payload)), error: FunctionError, log };
}

export function TestEvent({ name }: { name: string }) {
  const [event, setEvent] = useState('{\n  "key1": "value1"\n}');
  const [outcome, setOutcome] = useState<Outcome>();
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const fault = faultOf(event);
  const test = async () => {
    setBusy(true);
    setOutcome(undefined);
    setFailure(undefined);
    await run(name, event).then(setOutcome, (thrown: unknown) => setFailure(failureOf(thrown)));
    setBusy(false);
  };
  return (
    <SpaceBetween size="l">
      <Container header={<Header actions={<Button variant="primary" disabled={fault !== undefined} loading={busy} onClick={() => void test()}>Test</Button>}>Test event</Header>}>
        <SpaceBetween size="m">
          <FormField label="Event JSON" errorText={fault} stretch>
            <Textarea rows={8} spellcheck={false} value={event} onChange={({ detail }) => setEvent(detail.value)} />
          </FormField>
          <CommandBox steps={[{ command: invokeCommand(name, event), run: test }]} />
        </SpaceBetween>
      </Container>
      <Unread failure={failure} />
      {outcome && (
        <Container header={<Header>Execution result</Header>}>
          <SpaceBetween size="m">
            <Alert type={outcome.error === undefined ? "success" : "error"}>{outcome.error === undefined ? "Executing function: succeeded" : `Executing function: failed (${outcome.error})`}</Alert>
            <Box variant="awsui-key-label">Result</Box>
            <pre className="command" tabIndex={0} role="region" aria-label="Result">{outcome.result}</pre>
            <Box variant="awsui-key-label">Log output</Box>
            <pre className="command" tabIndex={0} role="region" aria-label="Log output">{outcome.log}</pre>
          </SpaceBetween>
        </Container>
      )}
    </SpaceBetween>
  );
}
