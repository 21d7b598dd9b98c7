import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import Tabs from "@cloudscape-design/components/tabs";
import Box from "@cloudscape-design/components/box";
import type { SecurityGroupRule } from "@aws-sdk/client-ec2";
import { linkTo } from "../ground/address";
import { usePolled } from "../ground/poll";
import { Unread } from "../ground/unread";
import { describeGroups, describeRules } from "./calls";
import { portsOf, sourceOf, typeOf, types } from "./rules";

function RuleTable({ rules, title, edit }: { rules: SecurityGroupRule[]; title: string; edit?: string }) {
  return (
    <Table
      variant="container"
      items={rules}
      trackBy="SecurityGroupRuleId"
      ariaLabels={{ tableLabel: title }}
      empty={<Box textAlign="center">No rules.</Box>}
      header={<Header counter={`(${rules.length})`} actions={edit && <Button href={edit}>Edit inbound rules</Button>}>{title}</Header>}
      columnDefinitions={[
        { id: "id", header: "Security group rule ID", cell: (rule) => rule.SecurityGroupRuleId, isRowHeader: true },
        { id: "type", header: "Type", cell: (rule) => (rule.IpProtocol === "tcp" || rule.IpProtocol === "-1" ? types.find((each) => each.value === typeOf(rule))?.label : "Custom protocol") },
        { id: "protocol", header: "Protocol", cell: (rule) => (rule.IpProtocol === "-1" ? "All" : rule.IpProtocol?.toUpperCase()) },
        { id: "ports", header: "Port range", cell: portsOf },
        { id: "source", header: title === "Inbound rules" ? "Source" : "Destination", cell: sourceOf },
        { id: "description", header: "Description", cell: (rule) => rule.Description || "-" },
      ]}
    />
  );
}

export function GroupPage({ id }: { id: string }) {
  const { value, failure } = usePolled(`group-${id}`, async () => ({ group: (await describeGroups(id))[0], rules: await describeRules(id) }));
  const group = value?.group;
  return (
    <SpaceBetween size="l">
      <Header variant="h1">{id}{group && ` - ${group.GroupName}`}</Header>
      <Unread failure={failure} />
      {group && value && (
        <>
          <Container header={<Header>Details</Header>}>
            <KeyValuePairs
              columns={3}
              items={[
                { label: "Security group name", value: group.GroupName },
                { label: "Security group ID", value: group.GroupId },
                { label: "Description", value: group.Description },
                { label: "VPC ID", value: group.VpcId },
                { label: "Owner", value: group.OwnerId },
              ]}
            />
          </Container>
          <Tabs
            tabs={[
              { id: "in", label: "Inbound rules", content: <RuleTable title="Inbound rules" edit={linkTo("ec2", "group-rules", id)} rules={value.rules.filter((rule) => !rule.IsEgress)} /> },
              { id: "out", label: "Outbound rules", content: <RuleTable title="Outbound rules" rules={value.rules.filter((rule) => rule.IsEgress)} /> },
            ]}
          />
        </>
      )}
    </SpaceBetween>
  );
}
