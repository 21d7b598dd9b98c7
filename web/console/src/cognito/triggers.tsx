import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import type { UserPoolType } from "@aws-sdk/client-cognito-identity-provider";
import { useState } from "react";
import { linkTo } from "../ground/address";
import { ActionDialog } from "../ground/dialog";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { useSubmit } from "../ground/submit";
import { Unread } from "../ground/unread";
import { listFunctions } from "../lambda/calls";
import { triggerSteps, untriggerSteps } from "./calls";

const kinds = [
  { type: "Sign-up", value: "PreSignUp", label: "Pre sign-up trigger" },
  { type: "Sign-up", value: "PostConfirmation", label: "Post confirmation trigger" },
  { type: "Sign-up", value: "UserMigration", label: "Migrate user trigger" },
  { type: "Authentication", value: "PreAuthentication", label: "Pre authentication trigger" },
  { type: "Authentication", value: "PostAuthentication", label: "Post authentication trigger" },
  { type: "Authentication", value: "PreTokenGeneration", label: "Pre token generation trigger" },
  { type: "Custom authentication", value: "DefineAuthChallenge", label: "Define auth challenge trigger" },
  { type: "Custom authentication", value: "CreateAuthChallenge", label: "Create auth challenge trigger" },
  { type: "Custom authentication", value: "VerifyAuthChallengeResponse", label: "Verify auth challenge response trigger" },
  { type: "Messaging", value: "CustomMessage", label: "Custom message trigger" },
];
const types = [...new Set(kinds.map((each) => each.type))];

interface DialogProps {
  pool: UserPoolType;
  close(done: boolean): void;
}

function AddTrigger({ pool, close }: DialogProps) {
  const [type, setType] = useState("Sign-up");
  const [kind, setKind] = useState("PostConfirmation");
  const [arn, setArn] = useState("");
  const functions = usePolled("trigger-functions", listFunctions);
  const sending = useSubmit();
  const options = (functions.value ?? []).map((each) => ({ value: each.FunctionArn ?? "", label: each.FunctionName ?? "" }));
  const chosen = options.find((each) => each.value === arn);
  const steps = chosen ? triggerSteps(pool, kind, chosen.label, arn) : [];
  const offered = kinds.filter((each) => each.type === type);
  return (
    <ActionDialog title="Add Lambda trigger" action="Add Lambda trigger" disabled={!chosen} steps={steps} sending={sending} close={close}>
      <Unread failure={functions.failure} />
      <FormField label="Trigger type">
        <RadioGroup
          value={type}
          items={types.map((value) => ({ value, label: value }))}
          onChange={({ detail }) => {
            setType(detail.value);
            setKind(kinds.find((each) => each.type === detail.value)?.value ?? "");
          }}
        />
      </FormField>
      <FormField label={type}>
        <RadioGroup value={kind} items={offered} onChange={({ detail }) => setKind(detail.value)} />
      </FormField>
      <FormField label="Lambda function" description="The user pool is allowed to run it.">
        <Select placeholder="Choose a function" empty="No functions" options={options} selectedOption={chosen ?? null} onChange={({ detail }) => setArn(detail.selectedOption.value ?? "")} />
      </FormField>
    </ActionDialog>
  );
}

function RemoveTrigger({ pool, kind, close }: DialogProps & { kind: string }) {
  const sending = useSubmit();
  return (
    <ActionDialog title="Remove Lambda trigger" action="Remove" steps={untriggerSteps(pool, kind)} sending={sending} close={close}>
      <Box>The function stays, and the pool runs it no more.</Box>
    </ActionDialog>
  );
}

export function Triggers({ pool, changed }: { pool: UserPoolType; changed(): void }) {
  const [selected, setSelected] = useState<string>();
  const [open, setOpen] = useState<"add" | "remove">();
  const notices = useNotices();
  const items = Object.entries(pool.LambdaConfig ?? {}).flatMap(([kind, arn]) => (typeof arn === "string" ? [{ kind, arn, name: arn.split(":").at(-1) ?? "" }] : []));
  const chosen = items.find((each) => each.kind === selected);
  const close = (done: boolean) => {
    if (done) notices.done(open === "add" ? "The Lambda trigger was added." : "The Lambda trigger was removed.");
    setOpen(undefined);
    changed();
  };
  return (
    <>
      <Table
        variant="container"
        items={items}
        trackBy="kind"
        selectionType="single"
        selectedItems={chosen ? [chosen] : []}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems[0]?.kind)}
        ariaLabels={{ tableLabel: "Lambda triggers", selectionGroupLabel: "Lambda triggers", itemSelectionLabel: (_, item) => item.kind }}
        empty={<Box textAlign="center">No Lambda triggers.</Box>}
        header={
          <Header
            counter={`(${items.length})`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={!chosen} onClick={() => setOpen("remove")}>Remove</Button>
                <Button variant="primary" onClick={() => setOpen("add")}>Add Lambda trigger</Button>
              </SpaceBetween>
            }
          >
            Lambda triggers
          </Header>
        }
        columnDefinitions={[
          { id: "kind", header: "Trigger", cell: (item) => kinds.find((each) => each.value === item.kind)?.label ?? item.kind, isRowHeader: true },
          { id: "function", header: "Lambda function", cell: (item) => <Link href={linkTo("lambda", "function", item.name)}>{item.name}</Link> },
        ]}
      />
      {open === "add" && <AddTrigger pool={pool} close={close} />}
      {open === "remove" && chosen && <RemoveTrigger pool={pool} kind={chosen.kind} close={close} />}
    </>
  );
}
