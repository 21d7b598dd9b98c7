"""Organizations' operations, as support/members.py walks them."""

import itertools
import json
import types

SERVICE = "organizations"

ACCOUNT = "000000000000"
TYPE = "SERVICE_CONTROL_POLICY"
numbers = itertools.count()
CONTENT = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "rds:*", "Resource": "*"}]})
OTHER = CONTENT.replace("rds", "ec2")


def policy(world, **given):
    return {"PolicyId": world.client.create_policy(**{**new_policy(world), **given})["Policy"]["PolicySummary"]["Id"]}


def new_policy(world):
    return {"Name": f"walked-{next(numbers)}", "Description": "d", "Type": TYPE, "Content": CONTENT}


def no_organization(world):
    """No policy is left, and so no organization has to be."""
    try:
        for one in world.client.list_policies(Filter=TYPE)["Policies"]:
            if not one["AwsManaged"]:
                for target in world.client.list_targets_for_policy(PolicyId=one["Id"])["Targets"]:
                    world.client.detach_policy(PolicyId=one["Id"], TargetId=target["TargetId"])
                world.client.delete_policy(PolicyId=one["Id"])
        world.client.delete_organization()
    except world.client.exceptions.AWSOrganizationsNotInUseException:
        pass
    return {}


def root(world):
    try:
        world.client.create_organization()
    except world.client.exceptions.AlreadyInOrganizationException:
        pass
    return world.client.list_roots()["Roots"][0]


def set_policies(world, enabled):
    found = root(world)
    if bool(found["PolicyTypes"]) != enabled:
        call = world.client.enable_policy_type if enabled else world.client.disable_policy_type
        call(RootId=found["Id"], PolicyType=TYPE)
    return {"RootId": found["Id"], "PolicyType": TYPE}


def any_policy(world):
    set_policies(world, True)
    return policy(world)


def attached(world):
    made = {**any_policy(world), "TargetId": ACCOUNT}
    while len(held := world.client.list_policies_for_target(TargetId=ACCOUNT, Filter=TYPE)["Policies"]) > 2:
        world.client.detach_policy(PolicyId=held[-1]["Id"] if held[-1]["Id"] != "p-FullAWSAccess" else held[0]["Id"],
                                   TargetId=ACCOUNT)
    world.client.attach_policy(**made)
    return made


def attachable(world):
    made = attached(world)
    world.client.detach_policy(**made)
    return made


def filled(world):
    """An organization with policies, of which two are attached."""
    attached(world)
    return {}


def world(aws):
    return types.SimpleNamespace(client=aws.client("organizations"))


BASE = {
    "AttachPolicy": attachable,
    "CreateOrganization": no_organization,
    "CreatePolicy": lambda world: (root(world), new_policy(world))[1],
    "DeleteOrganization": lambda world: (no_organization(world), root(world), {})[2],
    "DeletePolicy": any_policy,
    "DescribeAccount": lambda world: (root(world), {"AccountId": ACCOUNT})[1],
    "DescribeOrganization": lambda world: (root(world), {})[1],
    "DescribePolicy": lambda world: (root(world), {"PolicyId": "p-FullAWSAccess"})[1],
    "DetachPolicy": attached,
    "DisablePolicyType": lambda world: set_policies(world, True),
    "EnablePolicyType": lambda world: set_policies(world, False),
    "ListAccounts": lambda world: (root(world), {})[1],
    "ListPolicies": lambda world: {**filled(world), "Filter": TYPE},
    "ListPoliciesForTarget": lambda world: {**filled(world), "TargetId": ACCOUNT, "Filter": TYPE},
    "ListRoots": lambda world: (root(world), {})[1],
    "ListTargetsForPolicy": lambda world: (filled(world), {"PolicyId": "p-FullAWSAccess"})[1],
    "UpdatePolicy": any_policy,
}
VALUES = {
    "AccountId": ACCOUNT,
    "Content": OTHER,
    "FeatureSet": "ALL",
    "Filter": TYPE,
    "MaxResults": 1,
    "Name": lambda world: f"walked-by-name-{next(numbers)}",
    "NextToken": "1",
    "AttachPolicy.PolicyId": lambda world: any_policy(world)["PolicyId"],
    "DetachPolicy.PolicyId": lambda world: attached(world)["PolicyId"],
    "UpdatePolicy.PolicyId": lambda world: any_policy(world)["PolicyId"],
    "DeletePolicy.PolicyId": lambda world: any_policy(world)["PolicyId"],
    "DescribePolicy.PolicyId": lambda world: any_policy(world)["PolicyId"],
    "ListTargetsForPolicy.PolicyId": lambda world: attached(world)["PolicyId"],
    "ListPoliciesForTarget.TargetId": lambda world: root(world)["Id"],
    "PolicyType": TYPE,
    "RootId": lambda world: root(world)["Id"],
    "TargetId": ACCOUNT,
    "Type": TYPE,
}


def held(world, given):
    return [one["Id"] for one in world.client.list_policies_for_target(TargetId=given["TargetId"], Filter=TYPE)["Policies"]]


def is_deleted(world, given, answer):
    try:
        world.client.describe_policy(PolicyId=given["PolicyId"])
    except world.client.exceptions.PolicyNotFoundException:
        return True
    return False


ACTS = {
    "AttachPolicy.PolicyId": lambda world, given, answer: given["PolicyId"] in held(world, given),
    "AttachPolicy.TargetId": lambda world, given, answer: given["PolicyId"] in held(world, given),
    "DetachPolicy.PolicyId": lambda world, given, answer: given["PolicyId"] not in held(world, given),
    "DetachPolicy.TargetId": lambda world, given, answer: given["PolicyId"] not in held(world, given),
    "DeletePolicy.PolicyId": is_deleted,
    "DisablePolicyType.RootId": lambda world, given, answer: not root(world)["PolicyTypes"],
    "DisablePolicyType.PolicyType": lambda world, given, answer: not root(world)["PolicyTypes"],
}
UNHEEDED = {
    "ListAccounts.MaxResults": "there is one account",
    "ListRoots.MaxResults": "an organization has one root",
    "DescribeAccount.AccountId": "there is one account",
    "ListPolicies.Filter": "there is one type of policies, and another is refused",
    "ListPoliciesForTarget.Filter": "there is one type of policies, and another is refused",
}
