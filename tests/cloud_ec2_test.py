#!/usr/bin/python3
"""EC2's network and security groups in local AWS, by its real clients."""

import json
import unittest

from support.local_aws import LocalAws, code_of


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
                     VpcId="vpc-0")
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
