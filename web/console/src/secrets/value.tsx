// A secret's value, which is read when it is asked for, and forgotten when it is closed or the page is left.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { GetSecretValueCommandOutput } from "@aws-sdk/client-secrets-manager";
import { step } from "../ground/call";
import { CommandBox } from "../ground/command_box";
import { useSubmit } from "../ground/submit";
import { getValue } from "./calls";

/** The pairs of a JSON object, as RDS keeps it, or the text as a whole. */
function pairsOf(text: string) {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return Object.entries(value).map(([key, each]) => ({ key, value: typeof each === "string" ? each : JSON.stringify(each) }));
  } catch {
    // It is a text.
  }
  return [{ key: "Plaintext", value: text }];
}

function textOf(of: GetSecretValueCommandOutput) {
  return of.SecretString ?? btoa(String.fromCharCode(...(of.SecretBinary ?? [])));
}

export function SecretValue({ id }: { id: string }) {
  const [shown, setShown] = useState<GetSecretValueCommandOutput>();
  const sending = useSubmit();
  const asking = { ...step(getValue, { SecretId: id }), run: async () => setShown(await getValue.run({ SecretId: id })) };
  const failure = sending.rest();
  return (
    <Container
      header={
        <Header
          description="Retrieving it is an event of CloudTrail's."
          actions={
            shown === undefined ? (
              <Button loading={sending.busy} onClick={() => void sending.submit([asking])}>Retrieve secret value</Button>
            ) : (
              <Button onClick={() => setShown(undefined)}>Close</Button>
            )
          }
        >
          Secret value
        </Header>
      }
    >
      <SpaceBetween size="l">
        {failure && <Alert type="error">{failure}</Alert>}
        {shown && (
          <KeyValuePairs
            columns={2}
            items={[
              ...pairsOf(textOf(shown)).map((each) => ({
                label: shown.SecretString === undefined ? "Binary, in Base64" : each.key,
                value: <CopyToClipboard variant="inline" textToCopy={each.value} copyButtonAriaLabel={`Copy ${each.key}`} copySuccessText="Copied" copyErrorText="It could not be copied" />,
              })),
              { label: "Version ID", value: shown.VersionId },
            ]}
          />
        )}
        <CommandBox steps={[asking]} />
      </SpaceBetween>
    </Container>
  );
}
