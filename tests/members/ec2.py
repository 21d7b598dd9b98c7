"""EC2's operations, as support/members.py walks them."""

import contextlib
import itertools
import types

import botocore.exceptions

from support.functions import ROLE, script

SERVICE = "ec2"

numbers = itertools.count()
PORT = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5433}
FUNCTION = {"FunctionName": "in-a-subnet", "Runtime": "provided.al2023", "Handler": "bootstrap", "Code": {"ZipFile": script()}, "Role": ROLE}
PERMISSION = {**PORT, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}


def new_group(world):
    return world.ec2.create_security_group(GroupName=f"members {next(numbers)}", Description="for a walk")["GroupId"]


def with_rules(world):
    """A group with the same rule in both directions, and their ids."""
    group = new_group(world)
    both = (world.ec2.authorize_security_group_ingress, world.ec2.authorize_security_group_egress)
    return group, [authorize(GroupId=group, IpPermissions=[PERMISSION])["SecurityGroupRules"][0]["SecurityGroupRuleId"]
                   for authorize in both]


def authorize(world):
    return {"GroupId": new_group(world), "IpPermissions": [PERMISSION]}


def on_rules(world):
    return {"GroupId": with_rules(world)[0], "IpPermissions": [PERMISSION]}


def modify(world):
    group, (rule, _) = with_rules(world)
    return {"GroupId": group, "SecurityGroupRules": [
        {"SecurityGroupRuleId": rule, "SecurityGroupRule": {**PORT, "CidrIpv4": "10.0.0.0/8"}}]}


def tagging(world):
    return {"Resources": [new_group(world)], "Tags": [{"Key": "owner", "Value": "ann"}]}


def untagging(world):
    group = new_group(world)
    world.ec2.create_tags(Resources=[group], Tags=[{"Key": "owner", "Value": "ann"}])
    return {"Resources": [group], "Tags": [{"Key": "owner", "Value": "ann"}]}


def group_of(world, given, answer):
    return world.ec2.describe_security_groups(GroupIds=[given["GroupId"]])["SecurityGroups"]


def rules_of(world, given, answer):
    return [world.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [given["GroupId"]]}]),
            group_of(world, given, answer)]


def tags_of(world, given, answer):
    return world.ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": given["Resources"]}])["Tags"]


def new_vpc(world):
    """In the place of the one that the walk made before: there may be five."""
    for one in world.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]:
        if one["VpcId"] != world.vpc:
            world.ec2.delete_vpc(VpcId=one["VpcId"])
    return world.ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]


def for_a_vpc(world):
    world.ec2.delete_vpc(VpcId=new_vpc(world))
    return {"CidrBlock": "10.9.0.0/16"}


def new_subnet(world):
    return world.ec2.create_subnet(VpcId=world.vpc, CidrBlock=f"10.7.{next(numbers) % 256}.0/24")["Subnet"]["SubnetId"]


def new_gateway(world):
    """Detached, and the only one of those that the walk made."""
    for one in world.ec2.describe_internet_gateways()["InternetGateways"]:
        if one["InternetGatewayId"] != world.gateway and not one["Attachments"]:
            world.ec2.delete_internet_gateway(InternetGatewayId=one["InternetGatewayId"])
    return world.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]


def for_a_gateway(world):
    world.ec2.delete_internet_gateway(InternetGatewayId=new_gateway(world))
    return {}


def detached(world):
    """The world's own gateway, which is attached to nothing now."""
    with contextlib.suppress(botocore.exceptions.ClientError):
        world.ec2.detach_internet_gateway(InternetGatewayId=world.gateway, VpcId=world.vpc)
    return attachment(world)


def attached(world):
    with contextlib.suppress(botocore.exceptions.ClientError):
        world.ec2.attach_internet_gateway(**attachment(world))
    return attachment(world)


def attachment(world):
    return {"InternetGatewayId": world.gateway, "VpcId": world.vpc}


def new_table(world):
    return world.ec2.create_route_table(VpcId=world.vpc)["RouteTable"]["RouteTableId"]


def association(world):
    return world.ec2.associate_route_table(RouteTableId=new_table(world), SubnetId=new_subnet(world))["AssociationId"]


def for_a_route(world):
    attached(world)
    return {"RouteTableId": new_table(world), "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": world.gateway}


def with_a_route(world):
    given = for_a_route(world)
    world.ec2.create_route(**given)
    return given


def table_of(world, given, answer):
    return world.ec2.describe_route_tables(RouteTableIds=[given["RouteTableId"]])["RouteTables"]


def world(aws):
    """Six groups with a rule in each direction, and six route tables, so that there is more than a page."""
    made = types.SimpleNamespace(ec2=aws.client("ec2"))
    made.vpc = made.ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    made.subnet = new_subnet(made)
    [group] = made.ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [made.vpc]}])["SecurityGroups"]
    aws.client("lambda").create_function(**FUNCTION, VpcConfig={"SubnetIds": [made.subnet], "SecurityGroupIds": [group["GroupId"]]})
    made.gateway = made.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    made.tables = [new_table(made) for _ in range(6)]
    groups = [with_rules(made) for _ in range(6)]
    made.group, (made.rule, _) = groups[0]
    made.ec2.create_tags(Resources=[made.group], Tags=[{"Key": "owner", "Value": "ann"}])
    made.name = made.ec2.describe_security_groups(GroupIds=[made.group])["SecurityGroups"][0]["GroupName"]
    return made


BASE = {
    "AssociateRouteTable": lambda world: {"RouteTableId": new_table(world), "SubnetId": new_subnet(world)},
    "AttachInternetGateway": detached,
    "AuthorizeSecurityGroupEgress": authorize,
    "AuthorizeSecurityGroupIngress": authorize,
    "CreateInternetGateway": for_a_gateway,
    "CreateRoute": for_a_route,
    "CreateRouteTable": lambda world: {"VpcId": world.vpc},
    "CreateSecurityGroup": lambda world: {"GroupName": f"members {next(numbers)}", "Description": "for a walk"},
    "CreateSubnet": lambda world: {"VpcId": world.vpc, "CidrBlock": f"10.7.{next(numbers) % 256}.0/24"},
    "CreateTags": tagging,
    "CreateVpc": for_a_vpc,
    "DeleteInternetGateway": lambda world: {"InternetGatewayId": new_gateway(world)},
    "DeleteRoute": lambda world: {name: value for name, value in with_a_route(world).items() if name != "GatewayId"},
    "DeleteRouteTable": lambda world: {"RouteTableId": new_table(world)},
    "DeleteSecurityGroup": lambda world: {"GroupId": new_group(world)},
    "DeleteSubnet": lambda world: {"SubnetId": new_subnet(world)},
    "DeleteTags": untagging,
    "DeleteVpc": lambda world: {"VpcId": new_vpc(world)},
    "DescribeVpcAttribute": lambda world: {"VpcId": world.vpc, "Attribute": "enableDnsSupport"},
    "DetachInternetGateway": attached,
    "DisassociateRouteTable": lambda world: {"AssociationId": association(world)},
    "ModifySecurityGroupRules": modify,
    "ModifySubnetAttribute": lambda world: {"SubnetId": new_subnet(world), "MapPublicIpOnLaunch": {"Value": True}},
    "ModifyVpcAttribute": lambda world: {"VpcId": world.vpc, "EnableDnsSupport": {"Value": True}},
    "ReplaceRoute": with_a_route,
    "ReplaceRouteTableAssociation": lambda world: {"AssociationId": association(world), "RouteTableId": new_table(world)},
    "RevokeSecurityGroupEgress": on_rules,
    "RevokeSecurityGroupIngress": on_rules,
    "UpdateSecurityGroupRuleDescriptionsEgress": on_rules,
    "UpdateSecurityGroupRuleDescriptionsIngress": on_rules,
}

WITHIN = {
    "Filters": {"Name": "owner-id", "Values": ["000000000000"]},
    "DescribeAvailabilityZones.Filters": {"Name": "state", "Values": ["available"]},
    "DescribeRegions.Filters": {"Name": "region-name", "Values": ["*"]},
    "DescribeSecurityGroupRules.Filters": lambda world: {"Name": "group-id", "Values": [world.group]},
    "DescribeNetworkAcls.Filters": {"Name": "default", "Values": ["true"]},
    "DescribeTags.Filters": {"Name": "key", "Values": ["*"]},
    "Ipv6Ranges": {"CidrIpv6": "2001:db8::/32"},
    "PrefixListIds": {"PrefixListId": "pl-12345678"},
    "UserIdGroupPairs": lambda world: {"GroupId": world.group},
    "TagSpecifications": {"ResourceType": "security-group", "Tags": [{"Key": "owner", "Value": "ann"}]},
    "CreateInternetGateway.TagSpecifications":
        {"ResourceType": "internet-gateway", "Tags": [{"Key": "owner", "Value": "ann"}]},
    "CreateRouteTable.TagSpecifications": {"ResourceType": "route-table", "Tags": [{"Key": "owner", "Value": "ann"}]},
    "CreateSubnet.TagSpecifications": {"ResourceType": "subnet", "Tags": [{"Key": "owner", "Value": "ann"}]},
    "CreateVpc.TagSpecifications": {"ResourceType": "vpc", "Tags": [{"Key": "owner", "Value": "ann"}]},
    "AuthorizeSecurityGroupEgress.TagSpecifications":
        {"ResourceType": "security-group-rule", "Tags": [{"Key": "owner", "Value": "ann"}]},
    "AuthorizeSecurityGroupIngress.TagSpecifications":
        {"ResourceType": "security-group-rule", "Tags": [{"Key": "owner", "Value": "ann"}]},
}

VALUES = {
    "MaxResults": 5,
    "DescribeNetworkInterfaces.MaxResults": 4,  # a function has one a subnet, and there is no more
    "DescribeVpcs.MaxResults": 4,  # a page has five at least, and there are no more
    "DescribeInternetGateways.MaxResults": 4,
    "DescribeNetworkAcls.MaxResults": 4,
    "InternetGatewayIds": lambda world: [world.gateway],
    "RouteTableIds": lambda world: [world.tables[0]],
    "NetworkAclIds": lambda world: ["acl-" + world.vpc.removeprefix("vpc-")],
    "AssociateRouteTable.SubnetId": new_subnet,
    "AssociateRouteTable.RouteTableId": new_table,
    "Attribute": "enableDnsHostnames",
    "CreateVpc.CidrBlock": "10.6.0.0/20",
    "CreateSubnet.CidrBlock": "10.7.255.240/28",
    "AvailabilityZone": "us-east-1c",
    "AvailabilityZoneId": "use1-az4",
    "DestinationCidrBlock": "192.0.2.0/24",
    "GatewayId": lambda world: world.gateway,
    "EnableDnsSupport.Value": False,
    "MapPublicIpOnLaunch.Value": False,
    "VpcPeeringConnectionId": "pcx-0123456789abcdef0",
    "IpProtocol": "udp",
    "FromPort": 5431,
    "ToPort": 5434,
    "CidrIp": "192.0.2.0/24",
    "CidrIpv4": "192.0.2.0/24",
    "CidrIpv6": "2001:db8:1::/48",
    "UserIdGroupPairs.UserId": "000000000000",
    "SourceSecurityGroupName": lambda world: world.name,
    "ZoneNames": ["us-east-1b"],
    "ZoneIds": ["use1-az2"],
    "RegionNames": ["eu-west-1"],
}

SEEN = {
    "AssociateRouteTable": table_of,
    "AttachInternetGateway": lambda world, given, answer: world.ec2.describe_internet_gateways()["InternetGateways"],
    "CreateRoute": table_of,
    "ReplaceRoute": table_of,
    "ReplaceRouteTableAssociation": table_of,
    "AuthorizeSecurityGroupEgress": rules_of,
    "AuthorizeSecurityGroupIngress": rules_of,
    "CreateSecurityGroup": lambda world, given, answer: group_of(world, answer, answer),
    "CreateTags": tags_of,
    "ModifySecurityGroupRules": rules_of,
    "UpdateSecurityGroupRuleDescriptionsEgress": rules_of,
    "UpdateSecurityGroupRuleDescriptionsIngress": rules_of,
}

ACTS = {
    "CreateSubnet.AvailabilityZoneId": lambda world, given, answer: answer["Subnet"]["AvailabilityZoneId"] == "use1-az4",
    "MapPublicIpOnLaunch.Value": lambda world, given, answer: not world.ec2.describe_subnets(
        SubnetIds=[given["SubnetId"]])["Subnets"][0]["MapPublicIpOnLaunch"],
    "ModifyVpcAttribute.EnableDnsSupport.Value": lambda world, given, answer: not world.ec2.describe_vpc_attribute(
        VpcId=world.vpc, Attribute="enableDnsSupport")["EnableDnsSupport"]["Value"],
    "DeleteTags.Tags.Key": lambda world, given, answer: len(tags_of(world, given, answer)) == 1,
    "DeleteTags.Tags.Value": lambda world, given, answer: len(tags_of(world, given, answer)) == 1,
}

UNHEEDED = {
    "IncludeManagedResources": "there is none that is hidden",
    "AllRegions": "none is disabled",
    "AllAvailabilityZones": "there is none that has to be opted into",
    "RevokeSecurityGroupEgress.IpPermissions.IpRanges.Description": "a rule is what it admits, however described",
    "RevokeSecurityGroupIngress.IpPermissions.IpRanges.Description": "a rule is what it admits, however described",
}
