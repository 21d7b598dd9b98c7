import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { go } from "../ground/address";
import { step } from "../ground/call";
import { CommandBox } from "../ground/command_box";
import { useNotices } from "../ground/notices";
import { useSubmit } from "../ground/submit";
import { restoreSnapshot } from "./calls";

/** A new DB instance of a snapshot; what is not said here is as it was in the one it was taken of. */
export function RestoreSnapshot({ id }: { id: string }) {
  const [name, setName] = useState("");
  const [instanceClass, setClass] = useState("");
  const [isPublic, setPublic] = useState(false);
  const [isMultiAz, setMultiAz] = useState(false);
  const [isProtected, setProtected] = useState(false);
  const sending = useSubmit();
  const notices = useNotices();
  const input = {
    DBInstanceIdentifier: name,
    DBSnapshotIdentifier: id,
    DBInstanceClass: instanceClass || undefined,
    PubliclyAccessible: isPublic,
    MultiAZ: isMultiAz,
    DeletionProtection: isProtected,
  };
  const steps = [step(restoreSnapshot, input)];
  const restore = async () => {
    if (!(await sending.submit(steps))) return;
    notices.done(`Restoring ${id} as ${name}.`);
    go("rds", "databases");
  };
  const nameError = sending.errorOf("DBInstanceIdentifier", "DBInstanceAlreadyExists", "identifier");
  const classError = sending.errorOf("class");
  return (
    <Form
      header={<Header variant="h1" description={`A new DB instance with the data of ${id}, and with the master user and password that it had.`}>Restore snapshot</Header>}
      errorText={sending.rest()}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="link" onClick={() => go("rds", "snapshots")}>Cancel</Button>
          <Button variant="primary" loading={sending.busy} onClick={() => void restore()}>Restore DB instance</Button>
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        <Container header={<Header>DB instance settings</Header>}>
          <SpaceBetween size="l">
            <FormField label="DB instance identifier" errorText={nameError}>
              <Input value={name} onChange={({ detail }) => setName(detail.value)} />
            </FormField>
            <FormField label="DB instance class" description="Left empty: as it was." errorText={classError}>
              <Input value={instanceClass} placeholder="db.t3.micro" onChange={({ detail }) => setClass(detail.value)} />
            </FormField>
            <Checkbox checked={isPublic} onChange={({ detail }) => setPublic(detail.checked)}>Publicly accessible</Checkbox>
            <Checkbox checked={isMultiAz} onChange={({ detail }) => setMultiAz(detail.checked)}>Multi-AZ DB instance deployment</Checkbox>
            <Checkbox checked={isProtected} onChange={({ detail }) => setProtected(detail.checked)}>Enable deletion protection</Checkbox>
          </SpaceBetween>
        </Container>
        <CommandBox steps={steps} />
      </SpaceBetween>
    </Form>
  );
}
