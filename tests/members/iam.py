"""IAM's operations, as support/members.py walks them."""

import itertools
import json
import types

SERVICE = "iam"

numbers = itertools.count()
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "rds:*", "Resource": "*"}]})
OTHER = POLICY.replace("rds", "ec2")
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "sts:AssumeRole"}]})
OTHER_TRUST = TRUST.replace("Allow", "Deny")
READ_ONLY = "arn:aws:iam::aws:policy/AmazonRDSReadOnlyAccess"


def name(kind):
    return f"walked-{kind}-{next(numbers)}"


def user(world):
    made = {"UserName": name("user")}
    world.iam.create_user(**made)
    return made


def group(world):
    made = {"GroupName": name("group")}
    world.iam.create_group(**made)
    return made


def role(world):
    made = {"RoleName": name("role")}
    world.iam.create_role(**made, AssumeRolePolicyDocument=TRUST)
    return made


def policy(world):
    return {"PolicyArn": world.iam.create_policy(PolicyName=name("policy"), PolicyDocument=POLICY)["Policy"]["Arn"]}


def version(world, default=False):
    made = policy(world)
    return {**made, "VersionId": world.iam.create_policy_version(**made, PolicyDocument=OTHER, SetAsDefault=default)[
        "PolicyVersion"]["VersionId"]}


def key(world):
    made = user(world)
    return {**made, "AccessKeyId": world.iam.create_access_key(**made)["AccessKey"]["AccessKeyId"]}


def member(world):
    made = {**group(world), **user(world)}
    world.iam.add_user_to_group(**made)
    return made


KINDS = {"User": user, "Group": group, "Role": role}


def with_inline(kind):
    def made(world):
        out = {**KINDS[kind](world), "PolicyName": "walked-inline"}
        getattr(world.iam, f"put_{kind.lower()}_policy")(**out, PolicyDocument=POLICY)
        return out

    return made


def with_attached(kind):
    def made(world):
        out = {**KINDS[kind](world), **policy(world)}
        getattr(world.iam, f"attach_{kind.lower()}_policy")(**out)
        return out

    return made


def with_tag(kind):
    def made(world):
        out = KINDS[kind](world)
        getattr(world.iam, f"tag_{kind.lower()}")(**out, Tags=[{"Key": "walked", "Value": "v"}])
        return {**out, "TagKeys": ["walked"]}

    return made


def world(aws):
    made = types.SimpleNamespace(iam=aws.client("iam"))
    made.user, made.group, made.role = {}, {}, {}
    for kind in ("user", "group", "role"):
        own = KINDS[kind.capitalize()](made)
        setattr(made, kind, own)
        for policy_name in ("one", "two"):
            getattr(made.iam, f"put_{kind}_policy")(**own, PolicyName=policy_name, PolicyDocument=POLICY)
        for arn in (READ_ONLY, "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"):
            getattr(made.iam, f"attach_{kind}_policy")(**own, PolicyArn=arn)
    for kind in ("user", "role"):
        getattr(made.iam, f"tag_{kind}")(**getattr(made, kind), Tags=[{"Key": key, "Value": "v"} for key in ("one", "two")])
    for more in (made.user, user(made)):
        made.iam.add_user_to_group(**made.group, **more)
    made.iam.add_user_to_group(**group(made), **made.user)
    for _ in range(2):
        made.iam.create_access_key(**made.user)
    made.policy = version(made)
    return made


def own(kind):
    return lambda world: dict(getattr(world, kind.lower()))


def seen(call, *members):
    return lambda world, given, answer: getattr(world.iam, call)(**{name: given[name] for name in members})


BASE = {
    "AddUserToGroup": lambda world: {**group(world), **user(world)},
    "CreateAccessKey": user,
    "CreateGroup": lambda world: {"GroupName": name("group")},
    "CreatePolicy": lambda world: {"PolicyName": name("policy"), "PolicyDocument": POLICY},
    "CreatePolicyVersion": lambda world: {**policy(world), "PolicyDocument": OTHER},
    "CreateRole": lambda world: {"RoleName": name("role"), "AssumeRolePolicyDocument": TRUST},
    "CreateUser": lambda world: {"UserName": name("user")},
    "DeleteAccessKey": key,
    "DeleteGroup": group,
    "DeletePolicy": policy,
    "DeletePolicyVersion": version,
    "DeleteRole": role,
    "DeleteUser": user,
    "GetGroup": own("group"),
    "GetPolicy": lambda world: {"PolicyArn": world.policy["PolicyArn"]},
    "GetPolicyVersion": lambda world: {**world.policy},
    "GetRole": own("role"),
    "ListAccessKeys": own("user"),
    "ListEntitiesForPolicy": lambda world: {"PolicyArn": READ_ONLY},
    "ListGroupsForUser": own("user"),
    "ListPolicyVersions": lambda world: {"PolicyArn": world.policy["PolicyArn"]},
    "ListRoleTags": own("role"),
    "ListUserTags": own("user"),
    "RemoveUserFromGroup": member,
    "SetDefaultPolicyVersion": version,
    "TagRole": lambda world: {**role(world), "Tags": [{"Key": "a", "Value": "b"}]},
    "TagUser": lambda world: {**user(world), "Tags": [{"Key": "a", "Value": "b"}]},
    "UntagRole": with_tag("Role"),
    "UntagUser": with_tag("User"),
    "UpdateAccessKey": lambda world: {**key(world), "Status": "Inactive"},
    "UpdateAssumeRolePolicy": lambda world: {**role(world), "PolicyDocument": OTHER_TRUST},
    "UpdateRole": role,
}
for kind in KINDS:
    BASE[f"Attach{kind}Policy"] = lambda world, kind=kind: {**KINDS[kind](world), "PolicyArn": READ_ONLY}
    BASE[f"Detach{kind}Policy"] = with_attached(kind)
    BASE[f"Put{kind}Policy"] = lambda world, kind=kind: {
        **KINDS[kind](world), "PolicyName": "walked-inline", "PolicyDocument": POLICY}
    BASE[f"Get{kind}Policy"] = lambda world, kind=kind: {**getattr(world, kind.lower()), "PolicyName": "one"}
    BASE[f"Delete{kind}Policy"] = with_inline(kind)
    BASE[f"List{kind}Policies"] = own(kind)
    BASE[f"ListAttached{kind}Policies"] = own(kind)

VALUES = {
    "MaxItems": 1,
    "Marker": "1",
    "Path": "/walked/",
    "PathPrefix": "/walked/",
    "MaxSessionDuration": 7200,
    "SetAsDefault": True,
    "OnlyAttached": True,
    "Scope": "Local",
    "EntityFilter": "User",
    "PolicyDocument": POLICY,
    "UpdateAssumeRolePolicy.PolicyDocument": OTHER_TRUST,
    "AssumeRolePolicyDocument": TRUST,
    "Status": "Inactive",
    "GetUserPolicy.PolicyName": "two",
    "GetGroupPolicy.PolicyName": "two",
    "GetRolePolicy.PolicyName": "two",
    "GetPolicyVersion.VersionId": "v1",
    "TagKeys": ["walked"],
    "ListPolicies.PathPrefix": "/service-role/",
}

SEEN = {
    "AddUserToGroup": seen("get_group", "GroupName"),
    "CreatePolicyVersion": lambda world, given, answer: [
        {"PolicyArn": given["PolicyArn"]}, world.iam.get_policy(PolicyArn=given["PolicyArn"]),
        {"SetAsDefault": answer["PolicyVersion"]["IsDefaultVersion"], "PolicyDocument": json.dumps(
            world.iam.get_policy_version(PolicyArn=given["PolicyArn"], VersionId=answer["PolicyVersion"]["VersionId"])[
                "PolicyVersion"]["Document"])}],
    "CreatePolicy": lambda world, given, answer: [answer, {"PolicyDocument": json.dumps(world.iam.get_policy_version(
        PolicyArn=answer["Policy"]["Arn"], VersionId="v1")["PolicyVersion"]["Document"])}],
    "CreateRole": lambda world, given, answer: {"AssumeRolePolicyDocument": json.dumps(answer["Role"][
        "AssumeRolePolicyDocument"])},
    "SetDefaultPolicyVersion": seen("get_policy", "PolicyArn"),
    "UpdateAccessKey": seen("list_access_keys", "UserName"),
    "UpdateAssumeRolePolicy": lambda world, given, answer: [
        seen("get_role", "RoleName")(world, given, answer), {"PolicyDocument": json.dumps(world.iam.get_role(
            RoleName=given["RoleName"])["Role"]["AssumeRolePolicyDocument"])}],
    "UpdateRole": seen("get_role", "RoleName"),
}
for kind in KINDS:
    SEEN[f"Attach{kind}Policy"] = lambda world, given, answer, kind=kind: [
        getattr(world.iam, f"list_attached_{kind.lower()}_policies")(**{f"{kind}Name": given[f"{kind}Name"]}), given]
    SEEN[f"Put{kind}Policy"] = lambda world, given, answer, kind=kind: [
        (shown := getattr(world.iam, f"get_{kind.lower()}_policy")(
            **{name: given[name] for name in (f"{kind}Name", "PolicyName")})),
        {"PolicyDocument": json.dumps(shown["PolicyDocument"])}]
for kind in ("User", "Role"):
    SEEN[f"Tag{kind}"] = lambda world, given, answer, kind=kind: [
        given[f"{kind}Name"], getattr(world.iam, f"list_{kind.lower()}_tags")(**{f"{kind}Name": given[f"{kind}Name"]})]


def is_gone(call, *members):
    def acts(world, given, answer):
        try:
            getattr(world.iam, call)(**{name: given[name] for name in members})
        except world.iam.exceptions.NoSuchEntityException:
            return True
        return False

    return acts


ACTS = {
    "DeleteUser.UserName": is_gone("get_user", "UserName"),
    "DeleteGroup.GroupName": is_gone("get_group", "GroupName"),
    "DeleteRole.RoleName": is_gone("get_role", "RoleName"),
    "DeletePolicy.PolicyArn": is_gone("get_policy", "PolicyArn"),
}
for member_name in ("UserName", "AccessKeyId"):
    ACTS[f"DeleteAccessKey.{member_name}"] = lambda world, given, answer: not world.iam.list_access_keys(
        UserName=given["UserName"])["AccessKeyMetadata"]
for kind in ("User", "Role"):
    for member_name in (f"{kind}Name", "TagKeys"):
        ACTS[f"Untag{kind}.{member_name}"] = lambda world, given, answer, kind=kind: not getattr(
            world.iam, f"list_{kind.lower()}_tags")(**{f"{kind}Name": given[f"{kind}Name"]})["Tags"]
