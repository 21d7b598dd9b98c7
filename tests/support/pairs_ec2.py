"""Security groups, for cloud_pairs_test.py."""

import contextlib
import itertools
import types

import botocore.exceptions

numbers = itertools.count()


def tcp(port, *cidrs, **more):
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port,
            "IpRanges": [{"CidrIp": cidr, **more} for cidr in cidrs]}


def authorizes(*permissions):
    return lambda group: group.api.authorize_security_group_ingress(GroupId=group.id, IpPermissions=list(permissions))


def revokes(*permissions):
    return lambda group: group.api.revoke_security_group_ingress(GroupId=group.id, IpPermissions=list(permissions))


def modifies(port, cidr, **more):
    return lambda group: group.api.modify_security_group_rules(GroupId=group.id, SecurityGroupRules=[{
        "SecurityGroupRuleId": group.rule, "SecurityGroupRule": {
            "IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIpv4": cidr, **more}}])


def describes(text):
    return lambda group: group.api.update_security_group_rule_descriptions_ingress(
        GroupId=group.id, IpPermissions=[tcp(5432, "10.0.0.1/32", Description=text)])


def tags(what, **values):
    return lambda group: group.api.create_tags(
        Resources=[getattr(group, what)], Tags=[{"Key": key, "Value": value} for key, value in values.items()])


def untags(what, *keys):
    return lambda group: group.api.delete_tags(Resources=[getattr(group, what)], Tags=[{"Key": key} for key in keys])


class Groups:
    """Groups with one rule, port 5432 from 10.0.0.1/32, and a tag."""

    WEIGHT = 25
    RARE = {}
    CALLS = {
        "authorize": authorizes(tcp(5432, "10.0.0.2/32")),
        "authorize two": authorizes(tcp(5432, "10.0.0.2/32", "10.0.0.3/32")),
        "authorize what there is": authorizes(tcp(5432, "10.0.0.1/32")),
        "authorize another port": authorizes(tcp(443, "10.0.0.2/32", Description="web")),
        "revoke": revokes(tcp(5432, "10.0.0.1/32")),
        "revoke by id": lambda group: group.api.revoke_security_group_ingress(
            GroupId=group.id, SecurityGroupRuleIds=[group.rule]),
        "revoke what comes": revokes(tcp(5432, "10.0.0.2/32")),
        "move": modifies(5432, "10.0.0.2/32"),
        "move elsewhere": modifies(5433, "10.0.0.9/32", Description="moved"),
        "describe": describes("mine"),
        "describe otherwise": describes("yours"),
        "authorize egress": lambda group: group.api.authorize_security_group_egress(
            GroupId=group.id, IpPermissions=[tcp(5432, "10.0.0.2/32")]),
        "revoke egress": lambda group: group.api.revoke_security_group_egress(
            GroupId=group.id, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]),
        "tag": tags("id", Name="db", kept="no"),
        "tag otherwise": tags("id", Name="web"),
        "untag": untags("id", "kept"),
        "tag the rule": tags("rule", Name="me"),
        "untag the rule": untags("rule", "Name"),
        "delete": lambda group: group.api.delete_security_group(GroupId=group.id),
    }

    def __init__(self, aws):
        self.api = aws.ec2

    def outcomes(self, calls, run):
        return [run(calls)]

    @contextlib.contextmanager
    def target(self, calls):
        group = types.SimpleNamespace(api=self.api)
        group.id = self.api.create_security_group(
            GroupName=f"pairs{next(numbers)}", Description="pairs", TagSpecifications=[
                {"ResourceType": "security-group", "Tags": [{"Key": "kept", "Value": "yes"}]}])["GroupId"]
        group.rule = self.api.authorize_security_group_ingress(
            GroupId=group.id, IpPermissions=[tcp(5432, "10.0.0.1/32")])["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        try:
            yield group
        finally:
            with contextlib.suppress(botocore.exceptions.ClientError):
                self.api.delete_security_group(GroupId=group.id)

    def describe(self, group, calls):
        found = self.api.describe_security_groups(Filters=[{"Name": "group-id", "Values": [group.id]}])["SecurityGroups"]
        rules = self.api.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group.id]}])
        kept = [{key: value for key, value in rule.items() if not key.startswith("SecurityGroupRule") and key != "GroupId"}
                | {"is the first": rule["SecurityGroupRuleId"] == group.rule} for rule in rules["SecurityGroupRules"]]
        for each in kept:
            each["Tags"] = sorted(each.get("Tags", []), key=str)
        return [sorted(one.get("Tags", []), key=str) for one in found], sorted(kept, key=str)
