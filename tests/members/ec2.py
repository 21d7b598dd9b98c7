"""EC2's operations, as support/members.py walks them."""

import itertools
import types

SERVICE = "ec2"

numbers = itertools.count()
PORT = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5433}
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


def world(aws):
    """Six groups with a rule in each direction, so that there is more than a page."""
    made = types.SimpleNamespace(ec2=aws.client("ec2"))
    groups = [with_rules(made) for _ in range(6)]
    made.group, (made.rule, _) = groups[0]
    made.ec2.create_tags(Resources=[made.group], Tags=[{"Key": "owner", "Value": "ann"}])
    made.name = made.ec2.describe_security_groups(GroupIds=[made.group])["SecurityGroups"][0]["GroupName"]
    return made


BASE = {
    "AuthorizeSecurityGroupEgress": authorize,
    "AuthorizeSecurityGroupIngress": authorize,
    "CreateSecurityGroup": lambda world: {"GroupName": f"members {next(numbers)}", "Description": "for a walk"},
    "CreateTags": tagging,
    "DeleteSecurityGroup": lambda world: {"GroupId": new_group(world)},
    "DeleteTags": untagging,
    "ModifySecurityGroupRules": modify,
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
    "DescribeTags.Filters": {"Name": "key", "Values": ["*"]},
    "Ipv6Ranges": {"CidrIpv6": "2001:db8::/32"},
    "PrefixListIds": {"PrefixListId": "pl-12345678"},
    "UserIdGroupPairs": lambda world: {"GroupId": world.group},
    "TagSpecifications": {"ResourceType": "security-group", "Tags": [{"Key": "owner", "Value": "ann"}]},
    "AuthorizeSecurityGroupEgress.TagSpecifications":
        {"ResourceType": "security-group-rule", "Tags": [{"Key": "owner", "Value": "ann"}]},
    "AuthorizeSecurityGroupIngress.TagSpecifications":
        {"ResourceType": "security-group-rule", "Tags": [{"Key": "owner", "Value": "ann"}]},
}

VALUES = {
    "MaxResults": 5,
    "DescribeVpcs.MaxResults": 4,  # there is one, and a page has five at least
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
    "AuthorizeSecurityGroupEgress": rules_of,
    "AuthorizeSecurityGroupIngress": rules_of,
    "CreateSecurityGroup": lambda world, given, answer: group_of(world, answer, answer),
    "CreateTags": tags_of,
    "ModifySecurityGroupRules": rules_of,
    "UpdateSecurityGroupRuleDescriptionsEgress": rules_of,
    "UpdateSecurityGroupRuleDescriptionsIngress": rules_of,
}

ACTS = {
    "DeleteTags.Tags.Key": lambda world, given, answer: len(tags_of(world, given, answer)) == 1,
    "DeleteTags.Tags.Value": lambda world, given, answer: len(tags_of(world, given, answer)) == 1,
}

UNHEEDED = {
    "AllRegions": "none is disabled",
    "AllAvailabilityZones": "there is none that has to be opted into",
    "RevokeSecurityGroupEgress.IpPermissions.IpRanges.Description": "a rule is what it admits, however described",
    "RevokeSecurityGroupIngress.IpPermissions.IpRanges.Description": "a rule is what it admits, however described",
}
