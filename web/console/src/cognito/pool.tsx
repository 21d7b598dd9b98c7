import Button from "@cloudscape-design/components/button";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Table from "@cloudscape-design/components/table";
import Tabs from "@cloudscape-design/components/tabs";
import type { UserPoolType } from "@aws-sdk/client-cognito-identity-provider";
import { useState } from "react";
import { go } from "../ground/address";
import { step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { useSubmit } from "../ground/submit";
import { Unread } from "../ground/unread";
import { deletePool, describePool } from "./calls";
import { Clients } from "./clients";
import { Triggers } from "./triggers";
import { Users } from "./users";

function DeletePool({ pool, close }: { pool: UserPoolType; close(done: boolean): void }) {
  const sending = useSubmit();
  return (
    <ActionDialog title={`Delete ${pool.Name}?`} action="Delete" steps={[step(deletePool, { UserPoolId: pool.Id })]} sending={sending} close={close}>
      <Box>The user pool goes with all of its users and app clients.</Box>
    </ActionDialog>
  );
}

function Attributes({ pool }: { pool: UserPoolType }) {
  return (
    <Table
      variant="container"
      items={(pool.SchemaAttributes ?? []).filter((each) => each.Required || each.Name?.startsWith("custom:"))}
      ariaLabels={{ tableLabel: "Required and custom attributes" }}
      header={<Header>Required and custom attributes</Header>}
      columnDefinitions={[
        { id: "name", header: "Name", cell: (each) => each.Name, isRowHeader: true },
        { id: "type", header: "Type", cell: (each) => each.AttributeDataType },
        { id: "required", header: "Required", cell: (each) => (each.Required ? "Yes" : "No") },
        { id: "mutable", header: "Mutable", cell: (each) => (each.Mutable ? "Yes" : "No") },
      ]}
    />
  );
}

export function PoolPage({ id, tab = "users" }: { id: string; tab?: string }) {
  const { value: pool, failure, reload } = usePolled(`pool-${id}`, () => describePool(id));
  const [isDeleting, setDeleting] = useState(false);
  const notices = useNotices();
  if (pool === undefined) return failure ? <Unread failure={failure} /> : <Spinner size="large" />;
  return (
    <SpaceBetween size="l">
      <Header variant="h1" actions={<Button onClick={() => setDeleting(true)}>Delete</Button>}>{pool.Name}</Header>
      <Unread failure={failure} />
      <Container header={<Header>User pool information</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: "User pool ID", value: pool.Id },
            { label: "ARN", value: pool.Arn },
            { label: "Estimated number of users", value: pool.EstimatedNumberOfUsers },
            { label: "Self-registration", value: pool.AdminCreateUserConfig?.AllowAdminCreateUserOnly ? "Disabled" : "Enabled" },
            { label: "Deletion protection", value: pool.DeletionProtection === "ACTIVE" ? "Active" : "Inactive" },
            { label: "Created time", value: pool.CreationDate?.toLocaleString() },
          ]}
        />
      </Container>
      <Tabs
        ariaLabel="User pool"
        activeTabId={tab}
        onChange={({ detail }) => go("cognito", "pool", id, detail.activeTabId)}
        tabs={[
          { id: "users", label: "Users", content: <Users pool={id} /> },
          { id: "attributes", label: "Sign-up", content: <Attributes pool={pool} /> },
          { id: "clients", label: "App clients", content: <Clients pool={id} /> },
          { id: "triggers", label: "Extensions", content: <Triggers pool={pool} changed={() => void reload()} /> },
        ]}
      />
      {isDeleting && (
        <DeletePool
          pool={pool}
          close={(done) => {
            setDeleting(false);
            if (!done) return;
            notices.done(`User pool ${pool.Name} was deleted.`);
            go("cognito", "pools");
          }}
        />
      )}
    </SpaceBetween>
  );
}
