import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import type { SecurityGroup } from "@aws-sdk/client-ec2";
import { useEffect, useState } from "react";
import { go } from "../ground/address";
import { failureOf, type Failure } from "../ground/call";
import { CommandBox } from "../ground/command_box";
import { useNotices } from "../ground/notices";
import { useSubmit } from "../ground/submit";
import { Unread } from "../ground/unread";
import { describeGroups, describeRules } from "./calls";
import { editedOf, faultOf, isEditable, myCidr, newRule, sources, stepsOf, types, type EditedRule, type RuleType, type SourceKind } from "./rules";

interface Read {
  rules: EditedRule[];
  others: number;
  groups: SecurityGroup[];
}

async function read(id: string): Promise<Read> {
  const [all, groups] = await Promise.all([describeRules(id), describeGroups()]);
  const inbound = all.filter((rule) => !rule.IsEgress);
  const rules = inbound.filter(isEditable).map(editedOf);
  return { rules, others: inbound.length - rules.length, groups };
}

function SourceValue({ rule, groups, set }: { rule: EditedRule; groups: SecurityGroup[]; set: (change: Partial<EditedRule>) => void }) {
  if (rule.source === "group") {
    const options = groups.map((each) => ({ value: each.GroupId ?? "", label: `${each.GroupName} (${each.GroupId})` }));
    return (
      <Select
        placeholder="Choose a security group"
        options={options}
        selectedOption={options.find((each) => each.value === rule.group) ?? null}
        onChange={({ detail }) => set({ group: detail.selectedOption.value ?? "" })}
      />
    );
  }
  const fixed = rule.source === "my-ip" ? myCidr : rule.source === "anywhere-4" ? "0.0.0.0/0" : rule.source === "anywhere-6" ? "::/0" : undefined;
  return <Input placeholder="203.0.113.0/24" value={fixed ?? rule.cidr} readOnly={fixed !== undefined} onChange={({ detail }) => set({ cidr: detail.value })} />;
}

export function EditInboundRules({ id }: { id: string }) {
  const [before, setBefore] = useState<Read>();
  const [failure, setFailure] = useState<Failure>();
  const [rules, setRules] = useState<EditedRule[]>([]);
  const [tried, setTried] = useState(false);
  const sending = useSubmit();
  const notices = useNotices();
  useEffect(() => {
    read(id).then((found) => { setBefore(found); setRules(found.rules); }, (thrown: unknown) => setFailure(failureOf(thrown)));
  }, [id]);
  if (before === undefined) return failure ? <Unread failure={failure} /> : <Spinner size="large" />;

  const set = (at: number, change: Partial<EditedRule>) => setRules(rules.map((rule, index) => (index === at ? { ...rule, ...change } : rule)));
  const setType = (at: number, type: RuleType) => set(at, { type, ports: types.find((each) => each.value === type)?.ports ?? "" });
  const faults = rules.map(faultOf);
  const isFaulty = faults.some((each) => each.ports ?? each.source);
  const steps = isFaulty ? [] : stepsOf(id, before.rules, rules);
  const back = () => go("ec2", "group", id);
  const save = async () => {
    setTried(true);
    if (isFaulty || !(await sending.submit(steps))) return;
    notices.done("Inbound security group rules were modified.");
    back();
  };
  return (
    <Form
      header={<Header variant="h1" description="Inbound rules decide which connections reach what is in this group. They hold from the next connection on.">Edit inbound rules</Header>}
      errorText={sending.rest()}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="link" onClick={back}>Cancel</Button>
          <Button variant="primary" loading={sending.busy} onClick={() => void save()}>Save rules</Button>
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        <Container header={<Header>Inbound rules</Header>}>
          <AttributeEditor<EditedRule>
            items={rules}
            addButtonText="Add rule"
            removeButtonText="Delete"
            removeButtonAriaLabel={(rule) => `Delete rule ${rule.id ?? ""}`}
            onAddButtonClick={() => setRules([...rules, newRule()])}
            onRemoveButtonClick={({ detail }) => setRules(rules.filter((_, index) => index !== detail.itemIndex))}
            empty="This security group has no inbound rules: nothing reaches what is in it."
            gridLayout={[{ breakpoint: "xs", rows: [[3, 2, 3, 4, 3]], removeButton: { width: "auto" } }, { rows: [[1, 1], [1, 1], [1]], removeButton: { ownRow: true } }]}
            definition={[
              {
                label: "Type",
                control: (rule, at) => (
                  <Select
                    options={types}
                    selectedOption={types.find((each) => each.value === rule.type) ?? null}
                    onChange={({ detail }) => setType(at, detail.selectedOption.value as RuleType)}
                  />
                ),
              },
              {
                label: "Port range",
                errorText: (_, at) => tried && faults[at]?.ports,
                control: (rule, at) => <Input value={rule.ports} readOnly={rule.type !== "tcp"} onChange={({ detail }) => set(at, { ports: detail.value })} />,
              },
              {
                label: "Source type",
                control: (rule, at) => (
                  <Select
                    options={sources}
                    selectedOption={sources.find((each) => each.value === rule.source) ?? null}
                    onChange={({ detail }) => set(at, { source: detail.selectedOption.value as SourceKind })}
                  />
                ),
              },
              { label: "Source", errorText: (_, at) => tried && faults[at]?.source, control: (rule, at) => <SourceValue rule={rule} groups={before.groups} set={(change) => set(at, change)} /> },
              {
                label: "Description - optional",
                control: (rule, at) => <Input value={rule.description} onChange={({ detail }) => set(at, { description: detail.value })} />,
              },
            ]}
          />
        </Container>
        {before.others > 0 && <Alert>{`${before.others} further rules of other protocols are left as they are.`}</Alert>}
        {rules.some((rule) => rule.source.startsWith("anywhere")) && <Alert type="warning">Rules with the source 0.0.0.0/0 or ::/0 let everybody in.</Alert>}
        <Box><CommandBox steps={steps} /></Box>
      </SpaceBetween>
    </Form>
  );
}
