import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import type { UserType } from "@aws-sdk/client-cognito-identity-provider";
import { useState } from "react";
import { step, type Step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { Status } from "../ground/status";
import { useSubmit } from "../ground/submit";
import { Unread } from "../ground/unread";
import { confirmUser, createUser, deleteUser, disableUser, enableUser, listUsers, setPassword } from "./calls";

function CreateUser({ pool, close }: { pool: string; close(done?: string): void }) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [isVerified, setVerified] = useState(true);
  const [password, setTyped] = useState("");
  const [invites, setInvites] = useState(false);
  const sending = useSubmit();
  const attributes = email === "" ? undefined : [{ Name: "email", Value: email }, { Name: "email_verified", Value: String(isVerified) }];
  const input = {
    UserPoolId: pool,
    Username: name,
    UserAttributes: attributes,
    TemporaryPassword: password || undefined,
    MessageAction: invites ? undefined : ("SUPPRESS" as const),
    DesiredDeliveryMediums: invites ? (["EMAIL"] as const).slice() : undefined,
  };
  const passwordError = sending.errorOf("password");
  const emailError = sending.errorOf("email");
  const nameError = sending.errorOf("username", "user name", "UsernameExists", "already exists");
  return (
    <ActionDialog title="Create user" action="Create user" disabled={name === ""} steps={[step(createUser, input)]} sending={sending} close={(done) => close(done ? `User ${name} was created.` : undefined)}>
      <FormField label="User name" errorText={nameError}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label="Email address - optional" errorText={emailError}>
        <Input value={email} type="email" onChange={({ detail }) => setEmail(detail.value)} />
      </FormField>
      <Checkbox checked={isVerified} onChange={({ detail }) => setVerified(detail.checked)}>Mark email address as verified</Checkbox>
      <FormField label="Temporary password" description="Left empty: one is made up." errorText={passwordError}>
        <Input value={password} type="password" autoComplete="new-password" onChange={({ detail }) => setTyped(detail.value)} />
      </FormField>
      <Checkbox checked={invites} description="It is in local AWS's mailbox." onChange={({ detail }) => setInvites(detail.checked)}>Send an email invitation</Checkbox>
    </ActionDialog>
  );
}

function SetPassword({ pool, name, close }: { pool: string; name: string; close(done?: string): void }) {
  const [password, setTyped] = useState("");
  const [lasts, setLasts] = useState(true);
  const sending = useSubmit();
  const error = sending.errorOf("password");
  const steps = [step(setPassword, { UserPoolId: pool, Username: name, Password: password, Permanent: lasts })];
  return (
    <ActionDialog title={`Set the password of ${name}`} action="Set password" disabled={password === ""} steps={steps} sending={sending} close={(done) => close(done ? `The password of ${name} was set.` : undefined)}>
      <FormField label="Password" errorText={error}>
        <Input value={password} type="password" autoComplete="new-password" onChange={({ detail }) => setTyped(detail.value)} />
      </FormField>
      <Checkbox checked={lasts} description="A temporary one has to be changed when it is used." onChange={({ detail }) => setLasts(detail.checked)}>Permanent</Checkbox>
    </ActionDialog>
  );
}

interface Action {
  text: string;
  about: string;
  step: Step;
}

function actionsOf(pool: string, user: UserType): Record<string, Action> {
  const whose = { UserPoolId: pool, Username: user.Username };
  return {
    confirm: { text: "Confirm account", about: "The user counts as confirmed, and the pool's Post confirmation trigger runs.", step: step(confirmUser, whose) },
    enable: { text: "Enable user access", about: "The user may sign in again.", step: step(enableUser, whose) },
    disable: { text: "Disable user access", about: "The user cannot sign in, and tokens that were given out end.", step: step(disableUser, whose) },
    delete: { text: "Delete", about: "The user goes for good.", step: step(deleteUser, whose) },
  };
}

function Acting({ action, name, close }: { action: Action; name: string; close(done?: string): void }) {
  const sending = useSubmit();
  return (
    <ActionDialog title={`${action.text}: ${name}`} action={action.text} steps={[action.step]} sending={sending} close={(done) => close(done ? `${action.text}: ${name}` : undefined)}>
      <Box>{action.about}</Box>
    </ActionDialog>
  );
}

function attributeOf(user: UserType, name: string) {
  return user.Attributes?.find((each) => each.Name === name)?.Value;
}

export function Users({ pool }: { pool: string }) {
  const { value, failure, reload } = usePolled(`users-${pool}`, () => listUsers(pool));
  const [selected, setSelected] = useState<string>();
  const [open, setOpen] = useState<string>();
  const notices = useNotices();
  const chosen = value?.find((each) => each.Username === selected);
  const actions = chosen && actionsOf(pool, chosen);
  const close = (done?: string) => {
    setOpen(undefined);
    if (done !== undefined) notices.done(done);
    void reload();
  };
  const action = open === undefined ? undefined : actions?.[open];
  return (
    <SpaceBetween size="m">
      <Unread failure={failure} />
      <Table
        variant="container"
        loading={value === undefined && failure === undefined}
        loadingText="Loading users"
        items={value ?? []}
        trackBy="Username"
        selectionType="single"
        selectedItems={chosen ? [chosen] : []}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems[0]?.Username)}
        ariaLabels={{ tableLabel: "Users", selectionGroupLabel: "Users", itemSelectionLabel: (_, item) => item.Username ?? "" }}
        empty={<Box textAlign="center">No users.</Box>}
        header={
          <Header
            counter={value && `(${value.length})`}
            description={<>Codes and invitations are in <Link href="/_local/mailbox" external externalIconAriaLabel="Opens in a new tab">the mailbox</Link>.</>}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <ButtonDropdown
                  disabled={!chosen}
                  items={[
                    { id: "confirm", text: "Confirm account", disabled: chosen?.UserStatus !== "UNCONFIRMED" },
                    { id: "password", text: "Set password" },
                    chosen?.Enabled ? { id: "disable", text: "Disable user access" } : { id: "enable", text: "Enable user access" },
                    { id: "delete", text: "Delete", disabled: chosen?.Enabled, disabledReason: "Disable the user's access first." },
                  ]}
                  onItemClick={({ detail }) => setOpen(detail.id)}
                >
                  Actions
                </ButtonDropdown>
                <Button variant="primary" onClick={() => setOpen("create")}>Create user</Button>
              </SpaceBetween>
            }
          >
            Users
          </Header>
        }
        columnDefinitions={[
          { id: "name", header: "User name", cell: (item) => item.Username, isRowHeader: true },
          { id: "email", header: "Email address", cell: (item) => attributeOf(item, "email") ?? "-" },
          { id: "verified", header: "Email verified", cell: (item) => (attributeOf(item, "email_verified") === "true" ? "Yes" : "No") },
          { id: "confirmation", header: "Confirmation status", cell: (item) => <Status of={item.UserStatus} /> },
          { id: "status", header: "Status", cell: (item) => (item.Enabled ? "Enabled" : "Disabled") },
        ]}
      />
      {open === "create" && <CreateUser pool={pool} close={close} />}
      {open === "password" && chosen && <SetPassword pool={pool} name={chosen.Username ?? ""} close={close} />}
      {action && chosen && <Acting action={action} name={chosen.Username ?? ""} close={close} />}
    </SpaceBetween>
  );
}
