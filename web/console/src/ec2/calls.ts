import * as ec2 from "@aws-sdk/client-ec2";
import { operation } from "../ground/call";
import { clientSettings } from "../ground/session";

const client = new ec2.EC2Client(clientSettings());

export async function describeRegions() {
  const { Regions = [] } = await client.send(new ec2.DescribeRegionsCommand({}));
  return Regions.map((each) => each.RegionName ?? "").sort();
}

/** Without `id`, all of the region. */
export async function describeGroups(id?: string) {
  const groups: ec2.SecurityGroup[] = [];
  for await (const page of ec2.paginateDescribeSecurityGroups({ client }, id === undefined ? {} : { GroupIds: [id] })) groups.push(...(page.SecurityGroups ?? []));
  return groups.sort((one, other) => (one.GroupName ?? "").localeCompare(other.GroupName ?? ""));
}

export async function describeRules(group: string) {
  const rules: ec2.SecurityGroupRule[] = [];
  const asked = { Filters: [{ Name: "group-id", Values: [group] }] };
  for await (const page of ec2.paginateDescribeSecurityGroupRules({ client }, asked)) rules.push(...(page.SecurityGroupRules ?? []));
  return rules;
}

export async function describeVpcs() {
  return (await client.send(new ec2.DescribeVpcsCommand({}))).Vpcs ?? [];
}

export async function describeSubnets() {
  return (await client.send(new ec2.DescribeSubnetsCommand({}))).Subnets ?? [];
}

export async function describeZones() {
  return ((await client.send(new ec2.DescribeAvailabilityZonesCommand({}))).AvailabilityZones ?? []).map((each) => each.ZoneName ?? "").sort();
}

export const createSecurityGroup = operation("ec2", "CreateSecurityGroup", (input: ec2.CreateSecurityGroupCommandInput) =>
  client.send(new ec2.CreateSecurityGroupCommand(input)),
);
export const deleteSecurityGroup = operation("ec2", "DeleteSecurityGroup", (input: ec2.DeleteSecurityGroupCommandInput) =>
  client.send(new ec2.DeleteSecurityGroupCommand(input)),
);
export const authorizeIngress = operation("ec2", "AuthorizeSecurityGroupIngress", (input: ec2.AuthorizeSecurityGroupIngressCommandInput) =>
  client.send(new ec2.AuthorizeSecurityGroupIngressCommand(input)),
);
export const revokeIngress = operation("ec2", "RevokeSecurityGroupIngress", (input: ec2.RevokeSecurityGroupIngressCommandInput) =>
  client.send(new ec2.RevokeSecurityGroupIngressCommand(input)),
);
export const modifyRules = operation("ec2", "ModifySecurityGroupRules", (input: ec2.ModifySecurityGroupRulesCommandInput) =>
  client.send(new ec2.ModifySecurityGroupRulesCommand(input)),
);
