import Button from "@cloudscape-design/components/button";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { failureOf } from "./ground/call";
import { forgetKeys, keepKeys } from "./ground/session";

/** Where local AWS requires signatures: a key that it admits, kept until the tab is closed. */
export function SignIn({ done }: { done: () => void }) {
  const [accessKeyId, setAccessKeyId] = useState("");
  const [secretAccessKey, setSecret] = useState("");
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const signIn = async () => {
    setBusy(true);
    keepKeys({ accessKeyId: accessKeyId.trim(), secretAccessKey });
    try {
      const { getCallerIdentity } = await import("./sts");
      await getCallerIdentity();
      done();
    } catch (thrown) {
      forgetKeys();
      const failure = failureOf(thrown);
      setError(`${failure.code}: ${failure.message}`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Box margin="xxl" padding="xxl">
      <main>
        <form onSubmit={(event) => { event.preventDefault(); void signIn(); }}>
          <Form errorText={error} actions={<Button variant="primary" formAction="submit" loading={busy}>Sign in</Button>}>
            <Container header={<Header variant="h1" description="This local AWS requires signatures: sign in with a key of its credentials file.">Sign in</Header>}>
              <SpaceBetween size="l">
                <FormField label="Access key ID">
                  <Input value={accessKeyId} autoComplete="username" onChange={({ detail }) => setAccessKeyId(detail.value)} />
                </FormField>
                <FormField label="Secret access key">
                  <Input value={secretAccessKey} type="password" autoComplete="current-password" onChange={({ detail }) => setSecret(detail.value)} />
                </FormField>
              </SpaceBetween>
            </Container>
          </Form>
        </form>
      </main>
    </Box>
  );
}
