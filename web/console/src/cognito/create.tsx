import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { CreateUserPoolCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import { useState } from "react";
import { go } from "../ground/address";
import { operation, step } from "../ground/call";
import { CommandBox } from "../ground/command_box";
import { useNotices } from "../ground/notices";
import { useSubmit } from "../ground/submit";
import { createPool } from "./calls";

const attributes = ["email", "name", "preferred_username", "given_name", "family_name", "nickname"].map((value) => ({ value, label: value }));

export function CreatePool() {
  const [name, setName] = useState("");
  const [signIn, setSignIn] = useState("alias");
  const [required, setRequired] = useState(["email"]);
  const [signsUp, setSignsUp] = useState(true);
  const [verifies, setVerifies] = useState(true);
  const [length, setLength] = useState("8");
  const [rules, setRules] = useState({ RequireLowercase: true, RequireUppercase: true, RequireNumbers: true, RequireSymbols: true });
  const sending = useSubmit();
  const notices = useNotices();
  let made: string | undefined;
  const creating = operation(createPool.service, createPool.name, async (input: CreateUserPoolCommandInput) => {
    made = (await createPool.run(input)).UserPool?.Id;
  });
  const steps = [
    step(creating, {
      PoolName: name,
      AliasAttributes: signIn === "alias" ? (["email"] as const).slice() : undefined,
      UsernameAttributes: signIn === "email" ? (["email"] as const).slice() : undefined,
      UsernameConfiguration: { CaseSensitive: false },
      AutoVerifiedAttributes: verifies ? (["email"] as const).slice() : undefined,
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: !signsUp },
      Policies: { PasswordPolicy: { MinimumLength: Number(length), ...rules } },
      Schema: required.length === 0 ? undefined : required.map((each) => ({ Name: each, AttributeDataType: "String" as const, Required: true, Mutable: true })),
    }),
  ];
  const create = async () => {
    if (!(await sending.submit(steps))) return;
    notices.done(`User pool ${name} was created.`);
    go("cognito", "pool", made ?? "");
  };
  const nameError = sending.errorOf("poolName");
  const lengthError = sending.errorOf("minimumLength", "password policy");
  const rule = (key: keyof typeof rules, text: string) => (
    <Checkbox checked={rules[key]} onChange={({ detail }) => setRules({ ...rules, [key]: detail.checked })}>{text}</Checkbox>
  );
  return (
    <Form
      header={<Header variant="h1">Create user pool</Header>}
      errorText={sending.rest()}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="link" onClick={() => go("cognito", "pools")}>Cancel</Button>
          <Button variant="primary" disabled={name === ""} loading={sending.busy} onClick={() => void create()}>Create user pool</Button>
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        <Container header={<Header>Sign-in and sign-up</Header>}>
          <SpaceBetween size="l">
            <FormField label="User pool name" errorText={nameError}>
              <Input value={name} onChange={({ detail }) => setName(detail.value)} />
            </FormField>
            <FormField label="Sign-in options">
              <RadioGroup
                value={signIn}
                onChange={({ detail }) => setSignIn(detail.value)}
                items={[
                  { value: "alias", label: "User name, and email as an alias" },
                  { value: "email", label: "Email" },
                  { value: "name", label: "User name" },
                ]}
              />
            </FormField>
            <FormField label="Required attributes" description="What everybody says of oneself who signs up.">
              <Multiselect
                options={attributes}
                selectedOptions={attributes.filter((each) => required.includes(each.value))}
                deselectAriaLabel={(each) => `Remove ${each.label}`}
                onChange={({ detail }) => setRequired(detail.selectedOptions.map((each) => each.value ?? ""))}
              />
            </FormField>
            <Checkbox checked={signsUp} onChange={({ detail }) => setSignsUp(detail.checked)}>Enable self-registration</Checkbox>
            <Checkbox checked={verifies} description="By a code, which local AWS shows in its mailbox." onChange={({ detail }) => setVerifies(detail.checked)}>Verify email addresses</Checkbox>
          </SpaceBetween>
        </Container>
        <Container header={<Header>Password policy</Header>}>
          <SpaceBetween size="s">
            <FormField label="Minimum length" errorText={lengthError}>
              <Input value={length} inputMode="numeric" onChange={({ detail }) => setLength(detail.value)} />
            </FormField>
            {rule("RequireNumbers", "Contains at least 1 number")}
            {rule("RequireSymbols", "Contains at least 1 special character")}
            {rule("RequireUppercase", "Contains at least 1 uppercase letter")}
            {rule("RequireLowercase", "Contains at least 1 lowercase letter")}
          </SpaceBetween>
        </Container>
        <CommandBox steps={steps} />
      </SpaceBetween>
    </Form>
  );
}
