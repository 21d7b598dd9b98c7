"""STS's operations, as support/members.py walks them."""

import json
import types

SERVICE = "sts"

ACCOUNT = "000000000000"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]})


def world(aws):
    made = types.SimpleNamespace(iam=aws.client("iam"))
    for name in ("one", "two"):
        made.iam.create_role(RoleName=f"walked-sts-{name}", AssumeRolePolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT},
                                                    "Action": "sts:AssumeRole"}]}))
    return made


def arn(name):
    return f"arn:aws:iam::{ACCOUNT}:role/walked-sts-{name}"


BASE = {"AssumeRole": {"RoleArn": arn("one"), "RoleSessionName": "walked"}}
VALUES = {
    "RoleArn": arn("two"),
    "Policy": POLICY,
    "PolicyArns.arn": "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess",
    "DurationSeconds": 900,
}
ACTS = {
    "RoleArn": lambda world, given, answer: answer["AssumedRoleUser"]["Arn"].endswith("walked-sts-two/walked"),
    "Policy": "cloud_iam_test.py:test_a_session_may_do_no_more_than_its_own_policies_say",
    "PolicyArns.arn": "cloud_iam_test.py:test_a_session_may_do_no_more_than_its_own_policies_say",
    "DurationSeconds": "cloud_iam_test.py:test_a_session_lasts_no_longer_than_its_role_lets_it",
    "ExternalId": "cloud_iam_test.py:test_a_trust_policy_has_conditions",
}
