import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import type { ExplicitAuthFlowsType } from "@aws-sdk/client-cognito-identity-provider";
import { useState } from "react";
import { step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { useSubmit } from "../ground/submit";
import { Unread } from "../ground/unread";
import { createClient, deleteClient, listClients } from "./calls";

const flows: { value: ExplicitAuthFlowsType; label: string }[] = [
  { value: "ALLOW_USER_SRP_AUTH", label: "ALLOW_USER_SRP_AUTH" },
  { value: "ALLOW_USER_PASSWORD_AUTH", label: "ALLOW_USER_PASSWORD_AUTH" },
  { value: "ALLOW_ADMIN_USER_PASSWORD_AUTH", label: "ALLOW_ADMIN_USER_PASSWORD_AUTH" },
  { value: "ALLOW_REFRESH_TOKEN_AUTH", label: "ALLOW_REFRESH_TOKEN_AUTH" },
];

function CreateClient({ pool, close }: { pool: string; close(done: boolean): void }) {
  const [name, setName] = useState("");
  const [hasSecret, setHasSecret] = useState(false);
  const [chosen, setChosen] = useState<ExplicitAuthFlowsType[]>(["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
  const sending = useSubmit();
  const input = { UserPoolId: pool, ClientName: name, GenerateSecret: hasSecret, ExplicitAuthFlows: chosen, PreventUserExistenceErrors: "ENABLED" as const };
  const nameError = sending.errorOf("clientName");
  return (
    <ActionDialog title="Create app client" action="Create app client" disabled={name === ""} steps={[step(createClient, input)]} sending={sending} close={close}>
      <FormField label="App client name" errorText={nameError}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <Checkbox checked={hasSecret} description="For servers alone: a page cannot keep it." onChange={({ detail }) => setHasSecret(detail.checked)}>Generate a client secret</Checkbox>
      <FormField label="Authentication flows">
        <Multiselect
          options={flows}
          selectedOptions={flows.filter((each) => chosen.includes(each.value))}
          deselectAriaLabel={(each) => `Remove ${each.label}`}
          onChange={({ detail }) => setChosen(detail.selectedOptions.map((each) => each.value as ExplicitAuthFlowsType))}
        />
      </FormField>
    </ActionDialog>
  );
}

function DeleteClient({ pool, id, close }: { pool: string; id: string; close(done: boolean): void }) {
  const sending = useSubmit();
  return (
    <ActionDialog title="Delete app client" action="Delete" steps={[step(deleteClient, { UserPoolId: pool, ClientId: id })]} sending={sending} close={close}>
      <Box>Who signs in by {id} cannot any more.</Box>
    </ActionDialog>
  );
}

export function Clients({ pool }: { pool: string }) {
  const { value, failure, reload } = usePolled(`clients-${pool}`, () => listClients(pool));
  const [selected, setSelected] = useState<string>();
  const [open, setOpen] = useState<"create" | "delete">();
  const notices = useNotices();
  const chosen = value?.find((each) => each.ClientId === selected);
  const close = (done: boolean) => {
    if (done) notices.done(open === "create" ? "The app client was created." : "The app client was deleted.");
    setOpen(undefined);
    void reload();
  };
  return (
    <SpaceBetween size="m">
      <Unread failure={failure} />
      <Table
        variant="container"
        items={value ?? []}
        trackBy="ClientId"
        selectionType="single"
        selectedItems={chosen ? [chosen] : []}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems[0]?.ClientId)}
        ariaLabels={{ tableLabel: "App clients", selectionGroupLabel: "App clients", itemSelectionLabel: (_, item) => item.ClientName ?? "" }}
        empty={<Box textAlign="center">No app clients.</Box>}
        header={
          <Header
            counter={value && `(${value.length})`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={!chosen} onClick={() => setOpen("delete")}>Delete</Button>
                <Button variant="primary" onClick={() => setOpen("create")}>Create app client</Button>
              </SpaceBetween>
            }
          >
            App clients
          </Header>
        }
        columnDefinitions={[
          { id: "name", header: "App client name", cell: (item) => item.ClientName, isRowHeader: true },
          { id: "id", header: "Client ID", cell: (item) => item.ClientId },
          { id: "secret", header: "Client secret", cell: (item) => (item.ClientSecret === undefined ? "None" : "Generated") },
          { id: "flows", header: "Authentication flows", cell: (item) => item.ExplicitAuthFlows?.join(", ") || "-" },
        ]}
      />
      {open === "create" && <CreateClient pool={pool} close={close} />}
      {open === "delete" && chosen && <DeleteClient pool={pool} id={chosen.ClientId ?? ""} close={close} />}
    </SpaceBetween>
  );
}
