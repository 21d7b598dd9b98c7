#!/usr/bin/python3
"""EC2's network and security groups in local AWS, by its real clients."""

import json
import re
import unittest

from support.functions import ROLE, script
from support.local_aws import LocalAws, code_of, wire_of


def tcp(port, **sources):
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **sources}


def ipv4(cidr, port=5432):
    return tcp(port, IpRanges=[{"CidrIp": cidr}])


class Ec2Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())

    def setUp(self):
        self.ec2 = self.aws.client("ec2")
        self.group = self.create_group()

    def create_group(self, **more):
        name = f"{self.id()}-{len(self.ec2.describe_security_groups()['SecurityGroups'])}"
        return self.ec2.create_security_group(GroupName=name, Description="for a test", **more)["GroupId"]

    def authorize(self, *permissions, group=None):
        answer = self.ec2.authorize_security_group_ingress(GroupId=group or self.group, IpPermissions=permissions)
        return [rule["SecurityGroupRuleId"] for rule in answer["SecurityGroupRules"]]

    def rules(self, egress=False, group=None):
        found = self.ec2.describe_security_group_rules(
            Filters=[{"Name": "group-id", "Values": [group or self.group]}])["SecurityGroupRules"]
        return [rule for rule in found if rule["IsEgress"] == egress]

    def describe(self, group=None):
        return self.ec2.describe_security_groups(GroupIds=[group or self.group])["SecurityGroups"][0]

    def refused(self, call, code, status=400, **arguments):
        self.assertEqual(code_of(call, **arguments), (code, status))

    def everything(self):
        return (self.ec2.describe_security_groups()["SecurityGroups"], self.ec2.describe_tags()["Tags"],
                self.ec2.describe_security_group_rules()["SecurityGroupRules"])

    def filtered(self, call, member, name, *values):
        return call(Filters=[{"Name": name, "Values": values}])[member]

    def authorize_refused(self, code, *permissions, **more):
        before = self.rules()
        self.refused(self.ec2.authorize_security_group_ingress, code, GroupId=self.group, IpPermissions=permissions,
                     **more)
        self.assertEqual(self.rules(), before)


class Network(Ec2Test):
    def test_every_region_has_a_default_vpc_with_a_subnet_a_zone(self):
        for region, zones in (("us-east-1", "abcdef"), ("ca-central-1", "abd")):
            ec2 = self.aws.client("ec2", region)
            vpc, = ec2.describe_vpcs()["Vpcs"]
            self.assertEqual((vpc["CidrBlock"], vpc["IsDefault"], vpc["OwnerId"]), ("172.31.0.0/16", True, "0" * 12))
            subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["Subnets"]
            self.assertEqual([subnet["AvailabilityZone"] for subnet in subnets], [region + zone for zone in zones])
            self.assertEqual(subnets[1]["CidrBlock"], "172.31.16.0/20")
            names = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]]
            self.assertEqual(names, [region + zone for zone in zones])
        self.assertEqual(ec2.describe_availability_zones(ZoneNames=["ca-central-1d"])["AvailabilityZones"][0]["ZoneId"],
                         "cac1-az3")

    def test_regions_are_apart(self):
        other = self.aws.client("ec2", "eu-west-1")
        self.refused(other.describe_security_groups, "InvalidGroup.NotFound", GroupIds=[self.group])
        self.assertNotEqual(other.describe_vpcs()["Vpcs"][0]["VpcId"], self.ec2.describe_vpcs()["Vpcs"][0]["VpcId"])

    def test_regions_are_listed_and_filtered(self):
        regions = self.ec2.describe_regions(Filters=[{"Name": "region-name", "Values": ["us-*"]}])["Regions"]
        self.assertEqual([region["RegionName"] for region in regions],
                         ["us-east-1", "us-east-2", "us-west-1", "us-west-2"])

    def test_unknown_ids_and_filters_are_refused(self):
        self.refused(self.ec2.describe_vpcs, "InvalidVpcID.NotFound", VpcIds=["vpc-00000000"])
        self.refused(self.ec2.describe_subnets, "InvalidSubnetID.NotFound", SubnetIds=["subnet-00000000"])
        self.refused(self.ec2.describe_availability_zones, "InvalidParameterValue", ZoneNames=["us-east-1z"])
        self.refused(self.ec2.describe_vpcs, "InvalidParameterValue", Filters=[{"Name": "colour", "Values": ["red"]}])
        self.refused(self.ec2.describe_instances, "InvalidAction")

    def test_the_documented_filters_of_vpcs_and_subnets_act(self):
        vpc, = self.ec2.describe_vpcs()["Vpcs"]
        block = vpc["CidrBlockAssociationSet"][0]
        for name, value in (("cidr", vpc["CidrBlock"]), ("cidr-block-association.association-id", block["AssociationId"]),
                            ("cidr-block-association.cidr-block", block["CidrBlock"]),
                            ("cidr-block-association.state", "associated"), ("dhcp-options-id", vpc["DhcpOptionsId"]),
                            ("is-default", "true"), ("owner-id", vpc["OwnerId"]), ("state", "available"),
                            ("vpc-id", vpc["VpcId"])):
            self.assertEqual(self.filtered(self.ec2.describe_vpcs, "Vpcs", name, value), [vpc], name)
            self.assertEqual(self.filtered(self.ec2.describe_vpcs, "Vpcs", name, "other"), [], name)
        for what in ("association-id", "ipv6-cidr-block", "ipv6-pool", "state"):
            self.assertEqual(self.filtered(self.ec2.describe_vpcs, "Vpcs", f"ipv6-cidr-block-association.{what}", "*"), [])
        every = self.ec2.describe_subnets()["Subnets"]
        subnet = every[2]
        for name, value in (("availability-zone", subnet["AvailabilityZone"]), ("subnet-arn", subnet["SubnetArn"]),
                            ("availability-zone-id", subnet["AvailabilityZoneId"]), ("cidr-block", subnet["CidrBlock"]),
                            ("subnet-id", subnet["SubnetId"])):
            self.assertEqual(self.filtered(self.ec2.describe_subnets, "Subnets", name, value), [subnet], name)
        options = subnet["PrivateDnsNameOptionsOnLaunch"]
        for name, value in (("available-ip-address-count", str(subnet["AvailableIpAddressCount"])),
                            ("default-for-az", "true"), ("enable-dns64", str(subnet["EnableDns64"]).lower()),
                            ("ipv6-native", "false"), ("map-customer-owned-ip-on-launch", "false"),
                            ("map-public-ip-on-launch", "true"), ("owner-id", subnet["OwnerId"]), ("state", "available"),
                            ("private-dns-name-options-on-launch.hostname-type", options["HostnameType"]),
                            ("private-dns-name-options-on-launch.enable-resource-name-dns-a-record", "false"),
                            ("private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record", "false"),
                            ("vpc-id", subnet["VpcId"])):
            self.assertEqual(self.filtered(self.ec2.describe_subnets, "Subnets", name, value), every, name)
            self.assertEqual(self.filtered(self.ec2.describe_subnets, "Subnets", name, "other"), [], name)
        for name in ("customer-owned-ipv4-pool", "enable-lni-at-device-index", "outpost-arn",
                     "ipv6-cidr-block-association.association-id", "ipv6-cidr-block-association.ipv6-cidr-block",
                     "ipv6-cidr-block-association.state"):
            self.assertEqual(self.filtered(self.ec2.describe_subnets, "Subnets", name, "*"), [], name)

    def test_zones_are_filtered_and_asked_for(self):
        def found(name, value):
            zones = self.filtered(self.ec2.describe_availability_zones, "AvailabilityZones", name, value)
            return [zone["ZoneName"] for zone in zones]

        for name, value in (("zone-id", "use1-az2"), ("zone-name", "us-east-1b")):
            self.assertEqual(found(name, value), ["us-east-1b"])
        for name, value in (("group-name", "us-east-1"), ("opt-in-status", "opt-in-not-required"),
                            ("region-name", "us-east-1"), ("state", "available"), ("zone-type", "availability-zone")):
            self.assertEqual(len(found(name, value)), 6, name)
        for name in ("message", "parent-zone-id", "parent-zone-name"):
            self.assertEqual(found(name, "*"), [])
        self.refused(self.ec2.describe_availability_zones, "InvalidParameterValue", ZoneIds=["use1-az9"])

    def test_malformed_ids_are_told_from_those_of_nothing(self):
        def of_tags(value):
            return {"Resources": [value], "Tags": [{"Key": "k", "Value": "v"}]}

        def of_list(name):
            return lambda value: {name: [value]}

        def of_filter(name):
            return lambda value: {"Filters": [{"Name": name, "Values": [value]}]}

        group = ("sg", "InvalidGroupId.Malformed", "InvalidGroup.NotFound")
        rule = ("sgr", "InvalidSecurityGroupRuleId.Malformed", "InvalidSecurityGroupRuleId.NotFound")
        vpc = ("vpc", "InvalidVpcID.Malformed", "InvalidVpcID.NotFound")
        subnet = ("subnet", "InvalidSubnetID.Malformed", "InvalidSubnetID.NotFound")
        create = {"GroupName": "g", "Description": "d"}
        for (prefix, malformed, missing), call, arguments in (
                (group, self.ec2.describe_security_groups, of_list("GroupIds")),
                (group, self.ec2.delete_security_group, lambda value: {"GroupId": value}),
                (group, self.ec2.create_tags, of_tags),
                (group, self.ec2.authorize_security_group_ingress,
                 lambda value: {"GroupId": value, "IpPermissions": [ipv4("10.0.0.0/8")]}),
                (group, self.ec2.authorize_security_group_ingress, lambda value: {
                    "GroupId": self.group, "IpPermissions": [tcp(1, UserIdGroupPairs=[{"GroupId": value}])]}),
                (rule, self.ec2.describe_security_group_rules, of_list("SecurityGroupRuleIds")),
                (rule, self.ec2.create_tags, of_tags),
                (rule, self.ec2.revoke_security_group_ingress,
                 lambda value: {"GroupId": self.group, "SecurityGroupRuleIds": [value]}),
                (vpc, self.ec2.describe_vpcs, of_list("VpcIds")),
                (vpc, self.ec2.create_tags, of_tags),
                (vpc, self.ec2.create_security_group, lambda value: {**create, "VpcId": value}),
                (subnet, self.ec2.describe_subnets, of_list("SubnetIds")),
                (subnet, self.ec2.create_tags, of_tags)):
            for digits in ("", "0", "0123456", "xyzxyzxy", "0123456789abcdef01", "ABCDEF01"):
                self.refused(call, malformed, **arguments(f"{prefix}-{digits}"))
            for digits in ("00000000", "0123456789abcdef0"):
                self.refused(call, missing, **arguments(f"{prefix}-{digits}"))
        describe = self.ec2.describe_security_group_rules
        self.refused(describe, group[1], **of_filter("group-id")("foobar"))
        self.refused(describe, rule[1], **of_filter("security-group-rule-id")("foobar"))

    def test_subnets_come_in_pages(self):
        first = self.ec2.describe_subnets(MaxResults=5)
        self.assertEqual(len(first["Subnets"]), 5)
        second = self.ec2.describe_subnets(MaxResults=5, NextToken=first["NextToken"])
        self.assertEqual([subnet["AvailabilityZone"] for subnet in second["Subnets"]], ["us-east-1f"])
        self.assertNotIn("NextToken", second)
        every = list(self.ec2.get_paginator("describe_subnets").paginate(PaginationConfig={"PageSize": 5}))
        self.assertEqual(sum(len(page["Subnets"]) for page in every), 6)


class Groups(Ec2Test):
    def test_the_default_group_admits_itself_and_lets_all_out(self):
        group, = self.ec2.describe_security_groups(GroupNames=["default"])["SecurityGroups"]
        self.assertEqual(group["IpPermissions"][0]["IpProtocol"], "-1")
        self.assertNotIn("FromPort", group["IpPermissions"][0])
        self.assertEqual(group["IpPermissions"][0]["UserIdGroupPairs"][0]["GroupId"], group["GroupId"])
        self.assertEqual(group["IpPermissionsEgress"][0]["IpRanges"], [{"CidrIp": "0.0.0.0/0"}])
        self.refused(self.ec2.delete_security_group, "CannotDelete", GroupId=group["GroupId"])

    def test_a_new_group_admits_no_one(self):
        self.assertRegex(self.group, r"^sg-[0-9a-f]{17}$")
        group = self.describe()
        self.assertEqual(group["IpPermissions"], [])
        self.assertEqual(len(group["IpPermissionsEgress"]), 1)

    def test_a_group_is_deleted_once(self):
        self.ec2.delete_security_group(GroupId=self.group)
        self.refused(self.ec2.delete_security_group, "InvalidGroup.NotFound", GroupId=self.group)

    def test_names_are_checked(self):
        for name in ("sg-mine", "default", "a" * 256, "n\u00e4me", ""):
            self.refused(self.ec2.create_security_group, "InvalidParameterValue", GroupName=name, Description="d")
        self.refused(self.ec2.create_security_group, "InvalidParameterValue", GroupName="g", Description="<>")
        self.refused(self.ec2.create_security_group, "InvalidVpcID.NotFound", GroupName="g", Description="d",
                     VpcId="vpc-00000000")
        name = self.describe()["GroupName"]
        self.refused(self.ec2.create_security_group, "InvalidGroup.Duplicate", GroupName=name, Description="d")

    def test_ids_are_checked(self):
        for group in ("sg-", "sg-xyz", "sg-56fghfghhhhghghhghg", "vpc-00000000", "'"):
            self.refused(self.ec2.describe_security_groups, "InvalidGroupId.Malformed", GroupIds=[group])
        self.refused(self.ec2.describe_security_groups, "InvalidGroup.NotFound", GroupIds=["sg-0123456789abcdef0"])

    def test_a_referenced_group_cannot_be_deleted(self):
        other = self.create_group()
        rule, = self.authorize(tcp(5432, UserIdGroupPairs=[{"GroupId": other}]))
        self.authorize(tcp(5432, UserIdGroupPairs=[{"GroupId": other}]), group=other)
        self.refused(self.ec2.delete_security_group, "DependencyViolation", GroupId=other)
        self.ec2.revoke_security_group_ingress(GroupId=self.group, SecurityGroupRuleIds=[rule])
        self.ec2.delete_security_group(GroupId=other)

    def test_a_group_that_a_function_is_in_cannot_be_deleted(self):
        functions = self.aws.client("lambda")
        other = self.create_group()
        subnet = self.ec2.describe_subnets()["Subnets"][0]["SubnetId"]

        def vpc(*groups):
            return {"SubnetIds": [subnet], "SecurityGroupIds": list(groups)}

        functions.create_function(FunctionName="member", Runtime="provided.al2023", Role=ROLE, Handler="h",
                                  Code={"ZipFile": script()}, VpcConfig=vpc(self.group, other))
        for group in (self.group, other):
            self.refused(self.ec2.delete_security_group, "DependencyViolation", GroupId=group)
        functions.update_function_configuration(FunctionName="member", VpcConfig=vpc(other))
        self.ec2.delete_security_group(GroupId=self.group)
        self.refused(self.ec2.delete_security_group, "DependencyViolation", GroupId=other)
        functions.delete_function(FunctionName="member")
        self.ec2.delete_security_group(GroupId=other)

    def test_groups_are_filtered(self):
        self.authorize(ipv4("203.0.113.9/32", 1234))

        def found(name, *values):
            groups = self.ec2.describe_security_groups(Filters=[{"Name": name, "Values": values}])["SecurityGroups"]
            return [group["GroupId"] for group in groups]

        self.assertEqual(found("group-id", self.group), [self.group])
        self.assertEqual(found("group-name", f"*{self.id()}*"), [self.group])
        self.assertEqual(found("ip-permission.cidr", "203.0.113.9/32"), [self.group])
        self.assertEqual(found("ip-permission.to-port", "1234", "4321"), [self.group])
        self.assertEqual(found("group-name", "nothing"), [])

    def test_groups_are_filtered_by_the_groups_that_they_reference(self):
        other = self.create_group()
        name = self.describe(other)["GroupName"]
        pair = tcp(1, UserIdGroupPairs=[{"GroupId": other}])
        self.authorize(pair)
        self.ec2.authorize_security_group_egress(GroupId=other, IpPermissions=[pair])
        for prefix, wanted in (("", self.group), ("egress.", other)):
            for attribute, value in (("group-id", other), ("group-name", name), ("user-id", "0" * 12)):
                found = self.filtered(self.ec2.describe_security_groups, "SecurityGroups",
                                      f"{prefix}ip-permission.{attribute}", value)
                self.assertIn(wanted, [group["GroupId"] for group in found], attribute)
                if attribute != "user-id":  # which every group that references one has
                    self.assertEqual(len(found), 1)
            self.assertEqual(self.filtered(self.ec2.describe_security_groups, "SecurityGroups",
                                           f"{prefix}ip-permission.prefix-list-id", "*"), [])

    def test_groups_and_rules_have_arns(self):
        arn = "arn:aws:ec2:us-east-1:000000000000:security-group"
        with wire_of(self.ec2) as bodies:
            group = self.create_group()
            rule, = self.authorize(ipv4("10.0.0.0/8"), group=group)
            self.describe(group)
            self.rules(group=group)
        for number, wanted in ((-4, f"<securityGroupArn>{arn}/{group}<"), (-2, f"<securityGroupArn>{arn}/{group}<"),
                               (-3, f"<securityGroupRuleArn>{arn}-rule/{rule}<"),
                               (-1, f"<securityGroupRuleArn>{arn}-rule/{rule}<")):
            self.assertIn(wanted, bodies[number])

    def test_every_operation_heeds_a_dry_run(self):
        rule, = self.authorize(ipv4("10.0.0.0/8"))
        permissions = {"GroupId": self.group, "IpPermissions": [ipv4("10.0.0.0/8")]}
        others = {"GroupId": self.group, "IpPermissions": [ipv4("11.0.0.0/8")]}
        tags = {"Resources": [self.group], "Tags": [{"Key": "k", "Value": "v"}]}
        before = self.everything()
        for call, arguments in (
                (self.ec2.create_security_group, {"GroupName": "dry", "Description": "d"}),
                (self.ec2.authorize_security_group_ingress, others), (self.ec2.authorize_security_group_egress, others),
                (self.ec2.revoke_security_group_ingress, permissions),
                (self.ec2.update_security_group_rule_descriptions_ingress, permissions),
                (self.ec2.modify_security_group_rules, {"GroupId": self.group, "SecurityGroupRules": [
                    {"SecurityGroupRuleId": rule, "SecurityGroupRule": tcp(1, CidrIpv4="1.1.1.1/32")}]}),
                (self.ec2.create_tags, tags), (self.ec2.delete_tags, tags),
                (self.ec2.describe_availability_zones, {}), (self.ec2.describe_regions, {}),
                (self.ec2.describe_security_group_rules, {}), (self.ec2.describe_security_groups, {}),
                (self.ec2.describe_subnets, {}), (self.ec2.describe_tags, {}), (self.ec2.describe_vpcs, {})):
            self.refused(call, "DryRunOperation", 412, DryRun=True, **arguments)
        self.assertEqual(self.everything(), before)

    def test_dry_runs_change_nothing(self):
        self.refused(self.ec2.delete_security_group, "DryRunOperation", 412, GroupId=self.group, DryRun=True)
        self.assertEqual(self.describe()["GroupId"], self.group)
        self.refused(self.ec2.delete_security_group, "InvalidGroup.NotFound", GroupId="sg-00000000", DryRun=True)


class Rules(Ec2Test):
    def test_a_rule_comes_back_as_it_was_made(self):
        made = self.authorize(tcp(5432, IpRanges=[{"CidrIp": "203.0.113.7/32", "Description": "GITPOD"}],
                                  Ipv6Ranges=[{"CidrIpv6": "2001:db8::/32"}],
                                  UserIdGroupPairs=[{"GroupId": self.group}]))
        self.assertEqual(len(made), 3)
        for rule in made:
            self.assertRegex(rule, r"^sgr-[0-9a-f]{17}$")
        first, second, third = self.rules()
        self.assertEqual((first["CidrIpv4"], first["Description"], first["FromPort"], first["ToPort"]),
                         ("203.0.113.7/32", "GITPOD", 5432, 5432))
        self.assertEqual(second["CidrIpv6"], "2001:db8::/32")
        self.assertEqual(third["ReferencedGroupInfo"]["GroupId"], self.group)
        permission, = self.describe()["IpPermissions"]
        self.assertEqual(permission["IpRanges"], [{"CidrIp": "203.0.113.7/32", "Description": "GITPOD"}])
        self.assertEqual(permission["Ipv6Ranges"], [{"CidrIpv6": "2001:db8::/32"}])
        self.assertEqual(permission["UserIdGroupPairs"][0]["GroupId"], self.group)

    def test_a_cidr_becomes_canonical(self):
        self.authorize(ipv4("100.68.0.18/18"))
        self.assertEqual(self.rules()[0]["CidrIpv4"], "100.68.0.0/18")
        self.authorize_refused("InvalidPermission.Duplicate", ipv4("100.68.0.1/18"))

    def test_duplicates_are_refused_and_nothing_of_the_request_is_done(self):
        self.authorize(ipv4("10.0.0.0/8"))
        self.authorize_refused("InvalidPermission.Duplicate", ipv4("11.0.0.0/8"), ipv4("10.0.0.0/8"))
        self.authorize_refused("InvalidParameterValue", ipv4("12.0.0.0/8"), ipv4("12.0.0.0/8"))

    def test_malformed_rules_are_refused(self):
        for cidr in ("10.0.0.0", "10.0.0/8", "10.0.0.0/33", "::/0", "x", ""):
            self.authorize_refused("InvalidParameterValue", ipv4(cidr))
        self.authorize_refused("InvalidParameterValue", tcp(1, Ipv6Ranges=[{"CidrIpv6": "10.0.0.0/8"}]))
        ranges = [{"CidrIp": "10.0.0.0/8"}]
        self.authorize_refused("InvalidParameterValue", {"IpProtocol": "tcp", "IpRanges": ranges})
        self.authorize_refused("InvalidParameterValue",
                               {"IpProtocol": "tcp", "FromPort": 2, "ToPort": 1, "IpRanges": ranges})
        self.authorize_refused("InvalidParameterValue", tcp(65536, IpRanges=ranges))
        self.authorize_refused("InvalidParameterValue", {"IpProtocol": "quic", "IpRanges": ranges})
        self.authorize_refused("MissingParameter", {"FromPort": 1, "ToPort": 1, "IpRanges": ranges})
        self.authorize_refused("MissingParameter", tcp(1))
        self.authorize_refused("InvalidParameterValue", tcp(1, IpRanges=[{**ranges[0], "Description": "<"}]))
        self.authorize_refused("InvalidPrefixListID.NotFound", tcp(1, PrefixListIds=[{"PrefixListId": "pl-1"}]))
        self.authorize_refused("InvalidGroup.NotFound", tcp(1, UserIdGroupPairs=[{"GroupId": "sg-00000000"}]))

    def test_a_group_holds_60_rules(self):
        self.authorize(*[ipv4(f"10.0.0.{host}/32") for host in range(60)])
        self.authorize_refused("RulesPerSecurityGroupLimitExceeded", ipv4("10.0.1.0/32"))
        self.authorize(tcp(1, Ipv6Ranges=[{"CidrIpv6": "::/0"}]))

    def test_rules_are_revoked_by_id_and_by_what_they_are(self):
        first, second = self.authorize(ipv4("10.0.0.0/8"), ipv4("11.0.0.0/8"))
        self.ec2.revoke_security_group_ingress(GroupId=self.group, SecurityGroupRuleIds=[first])
        self.ec2.revoke_security_group_ingress(GroupId=self.group, IpPermissions=[ipv4("11.0.0.0/8")])
        self.assertEqual(self.rules(), [])
        revoke = self.ec2.revoke_security_group_ingress
        self.refused(revoke, "InvalidPermission.NotFound", GroupId=self.group, IpPermissions=[ipv4("11.0.0.0/8")])
        self.refused(revoke, "InvalidSecurityGroupRuleId.NotFound", GroupId=self.group, SecurityGroupRuleIds=[second])
        self.refused(revoke, "InvalidSecurityGroupRuleId.Malformed", GroupId=self.group,
                     SecurityGroupRuleIds=["sgr-76cgcgvbvbnvnvnvnn"])

    def test_what_is_revoked_is_answered(self):
        pair, ipv6 = {"UserIdGroupPairs": [{"GroupId": self.group}]}, {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
        first, second, third = self.authorize(
            tcp(5432, IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "ten"}], **ipv6, **pair))
        with wire_of(self.ec2) as bodies:
            self.ec2.revoke_security_group_ingress(GroupId=self.group, SecurityGroupRuleIds=[first])
            self.ec2.revoke_security_group_ingress(GroupId=self.group, IpPermissions=[tcp(5432, **ipv6, **pair)])
        revoked = ["".join(re.findall(r"<revokedSecurityGroupRuleSet>.*</revokedSecurityGroupRuleSet>", body))
                   for body in bodies]
        ports = "<isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>5432</fromPort><toPort>5432</toPort>"

        def item(rule, source):
            return (f"<item><securityGroupRuleId>{rule}</securityGroupRuleId><groupId>{self.group}</groupId>"
                    f"{ports}{source}</item>")

        self.assertIn(item(first, "<cidrIpv4>10.0.0.0/8</cidrIpv4><description>ten</description>"), revoked[0])
        self.assertIn(item(second, "<cidrIpv6>::/0</cidrIpv6>") +
                      item(third, f"<referencedGroupId>{self.group}</referencedGroupId>"), revoked[1])
        self.assertEqual(self.rules(), [])

    def test_a_groups_name_alone_admits_all_of_three_protocols(self):
        name = self.describe(self.create_group())["GroupName"]
        self.ec2.authorize_security_group_ingress(GroupId=self.group, SourceSecurityGroupName=name)
        self.assertEqual([(rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in self.rules()],
                         [("tcp", 0, 65535), ("udp", 0, 65535), ("icmp", -1, -1)])
        self.ec2.revoke_security_group_ingress(GroupId=self.group, SourceSecurityGroupName=name)
        self.assertEqual(self.rules(), [])

    def test_a_rule_is_given_in_one_way(self):
        call, egress = self.ec2.authorize_security_group_ingress, self.ec2.authorize_security_group_egress
        short = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "CidrIp": "10.0.0.0/8"}
        self.refused(call, "InvalidParameterCombination", GroupId=self.group, IpPermissions=[ipv4("11.0.0.0/8")], **short)
        self.refused(call, "InvalidParameterCombination", GroupId=self.group, SourceSecurityGroupName="default", **short)
        self.refused(call, "InvalidParameterCombination", GroupId=self.group, GroupName="default", **short)
        self.refused(egress, "UnsupportedOperation", GroupId=self.group, **short)
        rule, = self.authorize(ipv4("10.0.0.0/8"))
        self.refused(self.ec2.revoke_security_group_ingress, "InvalidParameterCombination", GroupId=self.group,
                     SecurityGroupRuleIds=[rule], IpPermissions=[ipv4("10.0.0.0/8")])
        self.refused(self.ec2.update_security_group_rule_descriptions_ingress, "InvalidParameterCombination",
                     GroupId=self.group, IpPermissions=[ipv4("10.0.0.0/8")],
                     SecurityGroupRuleDescriptions=[{"SecurityGroupRuleId": rule, "Description": "d"}])

    def test_egress_is_apart_from_ingress(self):
        egress, = self.rules(egress=True)
        self.refused(self.ec2.revoke_security_group_ingress, "InvalidParameterValue", GroupId=self.group,
                     SecurityGroupRuleIds=[egress["SecurityGroupRuleId"]])
        self.ec2.revoke_security_group_egress(GroupId=self.group, SecurityGroupRuleIds=[egress["SecurityGroupRuleId"]])
        self.ec2.authorize_security_group_egress(GroupId=self.group, IpPermissions=[ipv4("10.0.0.0/8")])
        self.assertEqual(self.rules(), [])
        self.assertEqual(len(self.rules(egress=True)), 1)

    def test_the_seeds_command_modifies_a_rule(self):
        rule, = self.authorize(ipv4("0.0.0.0/0"))
        seed = ('aws ec2 modify-security-group-rules --group-id $DB_SG_ID --security-group-rules '
                '"SecurityGroupRuleId=$DB_SG_RULE_ID,SecurityGroupRule={Description=GITPOD,IpProtocol=tcp,'
                'FromPort=5432,ToPort=5432,CidrIpv4=$GITPOD_IP/32}"')
        for _ in range(2):  # every new environment runs it again
            done = self.aws.shell(seed, DB_SG_ID=self.group, DB_SG_RULE_ID=rule, GITPOD_IP="203.0.113.7")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout), {"Return": True})
        changed, = self.rules()
        self.assertEqual((changed["SecurityGroupRuleId"], changed["CidrIpv4"], changed["Description"]),
                         (rule, "203.0.113.7/32", "GITPOD"))
        for address in ("", "not-an-address", "203.0.113.777"):
            done = self.aws.shell(seed, DB_SG_ID=self.group, DB_SG_RULE_ID=rule, GITPOD_IP=address)
            self.assertIn("(InvalidParameterValue)", done.stderr)
        self.assertEqual(self.rules(), [changed])

    def test_modifying_is_checked(self):
        rule, other = self.authorize(ipv4("10.0.0.0/8"), ipv4("11.0.0.0/8"))

        def modify(**request):
            return {"GroupId": self.group, "SecurityGroupRules": [{"SecurityGroupRuleId": rule,
                                                                  "SecurityGroupRule": request}]}

        call = self.ec2.modify_security_group_rules
        self.refused(call, "InvalidPermission.Duplicate", **modify(**tcp(5432, CidrIpv4="11.0.0.0/8")))
        self.refused(call, "MissingParameter", **modify(**tcp(5432)))
        self.refused(call, "MissingParameter", **modify(CidrIpv4="11.0.0.0/8"))
        self.refused(call, "InvalidParameterCombination",
                     **modify(**tcp(5432, CidrIpv4="11.0.0.0/8", CidrIpv6="::/0")))
        request = {"SecurityGroupRuleId": other, "SecurityGroupRule": tcp(1, CidrIpv4="1.1.1.1/32")}
        self.refused(call, "InvalidSecurityGroupRuleId.NotFound", GroupId=self.create_group(),
                     SecurityGroupRules=[request])
        call(**modify(IpProtocol="-1", CidrIpv6="::/0"))
        self.assertEqual(self.rules()[0]["CidrIpv6"], "::/0")

    def test_descriptions_are_updated_and_removed(self):
        rule, = self.authorize(ipv4("10.0.0.0/8"))
        update = self.ec2.update_security_group_rule_descriptions_ingress
        update(GroupId=self.group, SecurityGroupRuleDescriptions=[{"SecurityGroupRuleId": rule, "Description": "a"}])
        self.assertEqual(self.rules()[0]["Description"], "a")
        update(GroupId=self.group, IpPermissions=[tcp(5432, IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "b"}])])
        self.assertEqual(self.rules()[0]["Description"], "b")
        update(GroupId=self.group, IpPermissions=[ipv4("10.0.0.0/8")])
        self.assertNotIn("Description", self.rules()[0])
        self.refused(update, "InvalidPermission.NotFound", GroupId=self.group, IpPermissions=[ipv4("9.0.0.0/8")])

    def test_the_command_lines_short_forms_work(self):
        done = self.aws.shell(f"aws ec2 authorize-security-group-ingress --group-id {self.group} --protocol tcp "
                              "--port 5432 --cidr 203.0.113.7/32")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.rules()[0]["CidrIpv4"], "203.0.113.7/32")
        self.ec2.authorize_security_group_ingress(GroupId=self.group, IpProtocol="tcp", FromPort=1, ToPort=2,
                                                  CidrIp="10.0.0.0/8")
        self.assertEqual(self.rules()[1]["ToPort"], 2)

    def test_rules_come_in_pages(self):
        self.authorize(*[ipv4(f"10.0.0.{host}/32") for host in range(12)])
        pages = self.ec2.get_paginator("describe_security_group_rules").paginate(
            Filters=[{"Name": "group-id", "Values": [self.group]}], PaginationConfig={"PageSize": 5})
        self.assertEqual([len(page["SecurityGroupRules"]) for page in pages], [5, 5, 3])


class Tags(Ec2Test):
    def test_tags_are_put_shown_filtered_and_deleted(self):
        tagged = self.create_group(TagSpecifications=[{"ResourceType": "security-group",
                                                       "Tags": [{"Key": "app", "Value": self.id()}]}])
        self.ec2.create_tags(Resources=[self.group, tagged], Tags=[{"Key": "env", "Value": "\u20ac <&>"}])
        self.assertEqual(self.describe(tagged)["Tags"],
                         [{"Key": "app", "Value": self.id()}, {"Key": "env", "Value": "\u20ac <&>"}])
        found = self.ec2.describe_security_groups(Filters=[{"Name": "tag:app", "Values": [self.id()]}])
        self.assertEqual([group["GroupId"] for group in found["SecurityGroups"]], [tagged])
        self.ec2.delete_tags(Resources=[tagged], Tags=[{"Key": "app", "Value": "another"}, {"Key": "env"}])
        tags = self.ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [tagged]}])["Tags"]
        self.assertEqual(tags, [{"Key": "app", "Value": self.id(), "ResourceId": tagged,
                                 "ResourceType": "security-group"}])
        self.ec2.delete_security_group(GroupId=tagged)
        self.assertEqual(self.ec2.describe_tags(Filters=[{"Name": "value", "Values": [self.id()]}])["Tags"], [])

    def test_tags_are_checked(self):
        call = self.ec2.create_tags
        self.refused(call, "InvalidParameterValue", Resources=[self.group], Tags=[{"Key": "aws:x", "Value": ""}])
        self.refused(call, "InvalidParameterValue", Resources=[self.group], Tags=[{"Key": "k" * 129, "Value": ""}])
        self.refused(call, "InvalidGroup.NotFound", Resources=["sg-00000000"], Tags=[{"Key": "k", "Value": ""}])
        self.refused(call, "InvalidID", Resources=["thing"], Tags=[{"Key": "k", "Value": ""}])
        fifty = [{"Key": str(number), "Value": ""} for number in range(50)]
        call(Resources=[self.group], Tags=fifty)
        self.refused(call, "TagLimitExceeded", Resources=[self.group], Tags=[{"Key": "k", "Value": ""}])


class Lasting(Ec2Test):
    def test_what_was_answered_is_there_after_kill_9(self):
        for _ in range(3):
            rule, = self.authorize(ipv4(f"10.0.0.{len(self.rules())}/32"))
            before = self.ec2.describe_security_groups()["SecurityGroups"]
            self.aws.kill_and_start()
            self.ec2 = self.aws.client("ec2")
            self.assertEqual(self.ec2.describe_security_groups()["SecurityGroups"], before)
            self.assertEqual(self.rules()[-1]["SecurityGroupRuleId"], rule)


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
