import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { go } from "../ground/address";
import { operation, step } from "../ground/call";
import { CommandBox } from "../ground/command_box";
import { useNotices } from "../ground/notices";
import { useSubmit } from "../ground/submit";
import { createSecurityGroup } from "./calls";

export function CreateSecurityGroup() {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const notices = useNotices();
  const sending = useSubmit();
  let made: string | undefined;
  const creating = operation(createSecurityGroup.service, createSecurityGroup.name, async (input: Parameters<typeof createSecurityGroup.run>[0]) => {
    made = (await createSecurityGroup.run(input)).GroupId;
  });
  const steps = [step(creating, { GroupName: name, Description: description })];
  const create = async () => {
    if (!(await sending.submit(steps))) return;
    notices.done(`Security group ${name} was created.`);
    go("ec2", "group", made ?? "");
  };
  const nameError = sending.errorOf("GroupName", "group name", "InvalidGroup.Duplicate", "already exists");
  const descriptionError = sending.errorOf("Description");
  return (
    <Form
      header={<Header variant="h1" description="It begins without inbound rules, which let nothing in. They are edited once it is there.">Create security group</Header>}
      errorText={sending.rest()}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="link" onClick={() => go("ec2", "groups")}>Cancel</Button>
          <Button variant="primary" loading={sending.busy} onClick={() => void create()}>Create security group</Button>
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        <Container header={<Header>Basic details</Header>}>
          <SpaceBetween size="l">
            <FormField label="Security group name" errorText={nameError}>
              <Input value={name} onChange={({ detail }) => setName(detail.value)} />
            </FormField>
            <FormField label="Description" errorText={descriptionError}>
              <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
            </FormField>
          </SpaceBetween>
        </Container>
        <CommandBox steps={steps} />
      </SpaceBetween>
    </Form>
  );
}
