#!/usr/bin/python3
"""IAM, Organizations and STS by boto3 and the AWS CLI: users, roles and policies are kept; and once there is a policy,
every operation is decided by it, in the words and by the codes of AWS."""

import contextlib
import datetime
import http.client
import itertools
import json
import sqlite3
import sys
import unittest
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions

from cloud_operations_test import code_in, request_of
from support.answers import MODELS, served
from support.functions import zip_of
from support.local_aws import LocalAws, code_of

ACCOUNT = "000000000000"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
PYTHON = "python{}.{}".format(*sys.version_info)
numbers = itertools.count()


def statement(effect, action, resource="*", **others):
    return {"Effect": effect, "Action": action, "Resource": resource, **others}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trusting(principal, **others):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **others}]})


def zipped(code):
    return zip_of({"main.py": (code, 0o100644)})


def refused(call, **arguments):
    """The message with which a call is refused, and its code."""
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as answer:
        return answer.response["Error"]["Message"], answer.response["Error"]["Code"]
    raise AssertionError("it was not refused")


def setUpModule():
    WithIam.aws = LocalAws()
    WithIam.aws.key = "local"  # the pair of the profile: the account's root
    unittest.enterModuleContext(WithIam.aws)
    # Whatever the order of the tests, there is a policy.
    WithIam.aws.client("iam").create_policy(PolicyName="first", PolicyDocument=document(statement("Allow", "sts:*")))


class WithIam(unittest.TestCase):
    aws = None  # of all classes that share it

    @classmethod
    def setUpClass(cls):
        cls.iam, cls.sts, cls.rds, cls.organizations = (cls.aws.client(name) for name in (
            "iam", "sts", "rds", "organizations"))

    def user(self, *statements, name=None):
        """A user with a policy of these statements, if any, and what makes clients that sign by the user's key."""
        name = name or f"user-{next(numbers)}"
        self.iam.create_user(UserName=name)
        if statements:
            self.iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(*statements))
        return name, self.signing(self.iam.create_access_key(UserName=name)["AccessKey"])

    def signing(self, key):
        def client(service, region="us-east-1"):
            made = self.aws.client(service, region, key=key["AccessKeyId"], secret=key["SecretAccessKey"])
            if "SessionToken" in key:
                made._request_signer._credentials.token = key["SessionToken"]
            return made

        client.key = key
        return client

    def role(self, *statements, trust=None):
        name = f"role-{next(numbers)}"
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust or trusting({"AWS": ACCOUNT}))["Role"]
        if statements:
            self.iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
        return made["Arn"]


class Kept(WithIam):
    """What is made is described again; what AWS refuses is refused with its code and words."""

    def test_a_user_has_keys_that_are_told_once(self):
        made = self.iam.create_user(UserName="ann", Path="/crew/", Tags=[{"Key": "team", "Value": "crud"}])["User"]
        self.assertEqual(made["Arn"], f"arn:aws:iam::{ACCOUNT}:user/crew/ann")
        self.assertRegex(made["UserId"], "^AIDA[A-Z2-7]{17}$")
        self.assertEqual(self.iam.get_user(UserName="ANN")["User"], {**made, "Tags": [{"Key": "team", "Value": "crud"}]})
        self.assertEqual(refused(self.iam.create_user, UserName="Ann"),
                         ("User with name Ann already exists.", "EntityAlreadyExists"))
        keys = [self.iam.create_access_key(UserName="ann")["AccessKey"] for _ in range(2)]
        self.assertRegex(keys[0]["AccessKeyId"], "^AKIA[A-Z2-7]{16}$")
        self.assertEqual(refused(self.iam.create_access_key, UserName="ann"),
                         ("Cannot exceed quota for AccessKeysPerUser: 2", "LimitExceeded"))
        listed = self.iam.list_access_keys(UserName="ann")["AccessKeyMetadata"]
        self.assertEqual({one["AccessKeyId"] for one in listed}, {one["AccessKeyId"] for one in keys})
        for file in self.aws.folder.glob("state.db*"):
            for key in keys:
                self.assertNotIn(key["SecretAccessKey"].encode(), file.read_bytes(), file)
        self.assertNotIn(keys[0]["SecretAccessKey"], "".join(self.aws.logged))
        caller = self.signing(keys[0])("sts").get_caller_identity()
        self.assertEqual((caller["Arn"], caller["UserId"], caller["Account"]), (made["Arn"], made["UserId"], ACCOUNT))
        self.assertEqual(code_of(self.signing({**keys[0], "SecretAccessKey": "wrong"})("sts").get_caller_identity),
                         ("SignatureDoesNotMatch", 403))
        self.iam.update_access_key(UserName="ann", AccessKeyId=keys[0]["AccessKeyId"], Status="Inactive")
        self.assertEqual(self.iam.list_access_keys(UserName="ann")["AccessKeyMetadata"][0]["Status"], "Inactive")
        self.assertEqual(refused(self.iam.delete_user, UserName="ann"),
                         ("Cannot delete entity, must delete access keys first.", "DeleteConflict"))
        for key in keys:
            self.iam.delete_access_key(UserName="ann", AccessKeyId=key["AccessKeyId"])
        self.iam.delete_user(UserName="ann")
        self.assertEqual(refused(self.iam.get_user, UserName="ann"),
                         ("The user with name ann cannot be found.", "NoSuchEntity"))

    def test_who_calls_is_told_by_get_user_without_a_name(self):
        self.assertEqual(self.iam.get_user()["User"]["Arn"], f"arn:aws:iam::{ACCOUNT}:root")
        name, client = self.user(statement("Allow", "iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"))
        self.assertEqual(client("iam").get_user()["User"]["UserName"], name)

    def test_a_managed_policy_has_versions(self):
        first = document(statement("Allow", "rds:Describe*"))
        arn = self.iam.create_policy(PolicyName="versions", PolicyDocument=first, Description="d")["Policy"]["Arn"]
        self.assertEqual(arn, f"arn:aws:iam::{ACCOUNT}:policy/versions")
        second = document(statement("Allow", "rds:*"))
        for number in range(2, 6):
            made = self.iam.create_policy_version(PolicyArn=arn, PolicyDocument=second, SetAsDefault=number == 2)
            self.assertEqual(made["PolicyVersion"]["VersionId"], f"v{number}")
        self.assertEqual(code_of(self.iam.create_policy_version, PolicyArn=arn, PolicyDocument=second), ("LimitExceeded", 409))
        self.assertEqual(self.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"], "v2")
        kept = self.iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]
        self.assertEqual((kept["Document"], kept["IsDefaultVersion"]), (json.loads(first), False))
        self.assertEqual(code_of(self.iam.delete_policy_version, PolicyArn=arn, VersionId="v2"), ("DeleteConflict", 409))
        self.iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
        self.assertEqual(code_of(self.iam.delete_policy, PolicyArn=arn), ("DeleteConflict", 409))
        for number in range(2, 6):
            self.iam.delete_policy_version(PolicyArn=arn, VersionId=f"v{number}")
        user, _ = self.user()
        self.iam.attach_user_policy(UserName=user, PolicyArn=arn)
        holders = self.iam.list_entities_for_policy(PolicyArn=arn)
        self.assertEqual([one["UserName"] for one in holders["PolicyUsers"]], [user])
        self.assertEqual(refused(self.iam.delete_policy, PolicyArn=arn),
                         ("Cannot delete a policy attached to entities.", "DeleteConflict"))
        self.iam.detach_user_policy(UserName=user, PolicyArn=arn)
        self.iam.delete_policy(PolicyArn=arn)
        self.assertEqual(code_of(self.iam.get_policy, PolicyArn=arn), ("NoSuchEntity", 404))

    def test_a_malformed_document_is_refused_with_its_reason(self):
        for text, reason in (("{", "Syntax errors in policy."),
                             (document(statement("Allow", "start")),
                              "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
                             (document({"Effect": "Allow", "Action": "rds:*"}), "Policy statement must contain resources.")):
            self.assertEqual(refused(self.iam.create_policy, PolicyName="broken", PolicyDocument=text),
                             (reason, "MalformedPolicyDocument"))
        self.assertEqual(refused(self.iam.create_role, RoleName="broken",
                                 AssumeRolePolicyDocument=document(statement("Allow", "sts:AssumeRole"))),
                         ("Has prohibited field Resource", "MalformedPolicyDocument"))

    def test_the_command_line_reads_and_writes_it(self):
        done = self.aws.shell("""set -e
            aws iam create-group --group-name cli > /dev/null
            aws iam put-group-policy --group-name cli --policy-name logs --policy-document \
                '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}'
            aws iam create-user --user-name cli > /dev/null
            aws iam add-user-to-group --user-name cli --group-name cli
            aws iam get-group --group-name cli --query 'Users[].UserName' --output text
            aws iam get-group-policy --group-name cli --policy-name logs --query PolicyDocument.Statement[0].Action --output text
            read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY < <(aws iam create-access-key --user-name cli \
                --query 'AccessKey.[AccessKeyId,SecretAccessKey]' --output text)
            aws logs describe-log-groups > /dev/null
            aws rds describe-db-instances""")
        self.assertEqual(done.stdout.split(), ["cli", "logs:*"], done.stderr)
        self.assertIn("(AccessDenied) when calling the DescribeDBInstances operation: User: "
                      f"arn:aws:iam::{ACCOUNT}:user/cli is not authorized to perform: rds:DescribeDBInstances on resource: "
                      f"arn:aws:rds:us-east-1:{ACCOUNT}:db:* because no identity-based policy allows the "
                      "rds:DescribeDBInstances action", done.stderr)


class Enforced(WithIam):
    def test_every_operation_served_is_denied_to_who_has_no_policy(self):
        _, client = self.user()
        keys = botocore.credentials.Credentials(client.key["AccessKeyId"], client.key["SecretAccessKey"])
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.aws.url).netloc, timeout=60)
        codes = {"query": "AccessDenied", "ec2": "UnauthorizedOperation", "json": "AccessDeniedException",
                 "rest-json": "AccessDeniedException"}
        asked, breaches = 0, []
        for model in MODELS.values():
            for operation in served(model):
                method, path, fields, body = request_of(model, operation, model["protocol"])
                request = botocore.awsrequest.AWSRequest(method, self.aws.url + path, fields, body)
                botocore.auth.SigV4Auth(keys, model["service"], "us-east-1").add_auth(request)
                connection.request(method, path, body or None, dict(request.headers.items()))
                answer = connection.getresponse()
                code = code_in(model["protocol"], answer.status, answer.headers, answer.read())
                asked += 1
                if self.is_open(model["service"], operation) == (code == codes[model["protocol"]]):
                    breaches.append(f"{model['service']}.{operation}: {code} ({answer.status})")
        connection.close()
        self.assertGreater(asked, 250)
        self.assertEqual(breaches, [])

    @staticmethod
    def is_open(service, operation):
        """What takes no signature, and what AWS lets everybody ask."""
        strangers = ("SignUp", "ConfirmSignUp", "ResendConfirmationCode", "ForgotPassword", "ConfirmForgotPassword",
                     "ChangePassword", "InitiateAuth", "RespondToAuthChallenge", "GetTokensFromRefreshToken", "GlobalSignOut",
                     "RevokeToken", "GetUser", "UpdateUserAttributes", "VerifyUserAttribute",
                     "GetUserAttributeVerificationCode", "DeleteUserAttributes", "DeleteUser", "AssociateSoftwareToken",
                     "VerifySoftwareToken", "SetUserMFAPreference")
        return service == "sts" or service == "cognito-idp" and operation in strangers

    def test_who_is_not_known_is_refused_and_the_profile_is_the_root(self):
        for service, call, code in (("sts", "get_caller_identity", ("InvalidClientTokenId", 403)),
                                    ("ec2", "describe_vpcs", ("AuthFailure", 401)),
                                    ("logs", "describe_log_groups", ("UnrecognizedClientException", 400)),
                                    ("lambda", "list_functions", ("UnrecognizedClientException", 403))):
            for key in ("test", "AKIAIOSFODNN7EXAMPLE"):
                unknown = self.aws.client(service, key=key, secret="any")
                self.assertEqual(code_of(getattr(unknown, call)), code, (service, key))
            getattr(self.aws.client(service), call)()
        self.assertEqual(self.sts.get_caller_identity()["Arn"], f"arn:aws:iam::{ACCOUNT}:root")
        self.assertEqual(code_of(self.aws.client("sts", key="local", secret="any").get_caller_identity), ("SignatureDoesNotMatch", 403))
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.aws.url).netloc, timeout=60)
        connection.request("GET", "/2015-03-31/functions/")
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.headers["x-amzn-ErrorType"]), (403, "MissingAuthenticationTokenException"))
        connection.close()

    def test_an_explicit_denial_goes_before_what_is_allowed(self):
        name, client = self.user(statement("Allow", "*"), statement("Deny", "rds:Delete*"))
        self.assertEqual(client("rds").describe_db_instances()["DBInstances"], [])
        self.assertEqual(refused(client("rds").delete_db_instance, DBInstanceIdentifier="App", SkipFinalSnapshot=True), (
            f"User: arn:aws:iam::{ACCOUNT}:user/{name} is not authorized to perform: rds:DeleteDBInstance on resource: "
            f"arn:aws:rds:us-east-1:{ACCOUNT}:db:app with an explicit deny in an identity-based policy", "AccessDenied"))
        self.assertEqual(code_of(self.rds.delete_db_instance, DBInstanceIdentifier="app", SkipFinalSnapshot=True),
                         ("DBInstanceNotFound", 404))

    def test_actions_and_resources_are_named_as_policies_name_them(self):
        alarms = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:mine-*"
        name, client = self.user(statement("Allow", ["cloudwatch:PutMetricData", "cloudwatch:DescribeAlarms"]),
                                 statement("Allow", "cloudwatch:PutMetricAlarm", alarms))
        cloudwatch = client("cloudwatch")
        cloudwatch.put_metric_data(Namespace="Allowed", MetricData=[{"MetricName": "m", "Value": 1}])
        alarm = {"Namespace": "Allowed", "MetricName": "m", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
                 "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
        cloudwatch.put_metric_alarm(AlarmName="mine-1", **alarm)
        self.assertEqual([one["AlarmName"] for one in cloudwatch.describe_alarms()["MetricAlarms"]], ["mine-1"])
        self.assertEqual(refused(cloudwatch.put_metric_alarm, AlarmName="other", **alarm), (
            f"User: arn:aws:iam::{ACCOUNT}:user/{name} is not authorized to perform: cloudwatch:PutMetricAlarm on resource: "
            f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:other because no identity-based policy allows the "
            "cloudwatch:PutMetricAlarm action", "AccessDenied"))
        message, code = refused(client("pi").get_resource_metadata, ServiceType="RDS", Identifier="db-1")
        self.assertEqual(code, "AccessDeniedException")
        self.assertIn(f"pi:GetResourceMetadata on resource: arn:aws:pi:us-east-1:{ACCOUNT}:metrics/rds/db-1 because", message)

    def test_each_protocol_words_it_as_its_service_does(self):
        name, client = self.user()
        user = f"arn:aws:iam::{ACCOUNT}:user/{name}"
        self.assertEqual(refused(client("ec2").describe_vpcs), (
            f"You are not authorized to perform this operation. User: {user} is not authorized to perform: ec2:DescribeVpcs "
            "because no identity-based policy allows the ec2:DescribeVpcs action", "UnauthorizedOperation"))
        self.assertEqual(code_of(client("ec2").create_security_group, GroupName="g", Description="d", DryRun=True),
                         ("UnauthorizedOperation", 403))
        self.assertEqual(refused(client("logs").create_log_group, logGroupName="/app"), (
            f"User: {user} is not authorized to perform: logs:CreateLogGroup on resource: "
            f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/app because no identity-based policy allows the "
            "logs:CreateLogGroup action", "AccessDeniedException"))
        self.assertEqual(refused(client("lambda").invoke, FunctionName="app"), (
            f"User: {user} is not authorized to perform: lambda:InvokeFunction on resource: "
            f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:app because no identity-based policy allows the "
            "lambda:InvokeFunction action", "AccessDeniedException"))

    def test_a_policy_names_resources_and_they_are_told_by_the_call(self):
        secrets, kms = self.aws.client("secretsmanager"), self.aws.client("kms")
        secret = secrets.create_secret(Name="app/one", SecretString="s")["ARN"]
        secrets.create_secret(Name="app/two", SecretString="s")
        key = kms.create_key()["KeyMetadata"]
        kms.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        _, client = self.user(statement("Allow", "secretsmanager:GetSecretValue", secret),
                              statement("Allow", ["kms:Encrypt", "kms:Decrypt"], key["Arn"]),
                              statement("Allow", "logs:*", "arn:aws:logs:*:*:log-group:/own:*"),
                              statement("Allow", "iam:*", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"))
        reader = client("secretsmanager")
        for named in ("app/one", secret):
            self.assertEqual(reader.get_secret_value(SecretId=named)["SecretString"], "s")
        self.assertEqual(code_of(reader.get_secret_value, SecretId="app/two"), ("AccessDeniedException", 400))
        sealed = client("kms").encrypt(KeyId="alias/app", Plaintext=b"p")["CiphertextBlob"]
        self.assertEqual(client("kms").decrypt(CiphertextBlob=sealed)["Plaintext"], b"p")
        other = kms.encrypt(KeyId=kms.create_key()["KeyMetadata"]["KeyId"], Plaintext=b"p")["CiphertextBlob"]
        self.assertEqual(code_of(client("kms").decrypt, CiphertextBlob=other), ("AccessDeniedException", 400))
        self.assertEqual(code_of(client("kms").describe_key, KeyId="alias/app"), ("AccessDeniedException", 400))
        logs = client("logs")
        logs.create_log_group(logGroupName="/own")
        logs.create_log_stream(logGroupName="/own", logStreamName="one")
        self.assertEqual(code_of(logs.create_log_group, logGroupName="/other"), ("AccessDeniedException", 400))
        self.assertEqual(client("iam").list_access_keys()["AccessKeyMetadata"][0]["Status"], "Active")
        self.assertEqual(code_of(client("iam").list_access_keys, UserName="root"), ("AccessDenied", 403))

    def test_conditions_are_told_by_the_call_and_by_what_it_names(self):
        tagged = {"StringEquals": {"aws:RequestTag/team": "crud"}, "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}
        _, client = self.user(
            statement("Allow", "ec2:CreateSecurityGroup", Condition={"IpAddress": {"aws:SourceIp": ["127.0.0.1", "::1"]}}),
            statement("Allow", "ec2:CreateTags", Condition=tagged),
            statement("Allow", "ec2:DeleteSecurityGroup", Condition={"StringEquals": {"aws:ResourceTag/team": "crud"}}),
            statement("Allow", "ec2:DescribeVpcs", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}),
            statement("Allow", "ec2:DescribeSubnets", Condition={"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}),
            statement("Allow", "rds:CreateDBParameterGroup"),
            statement("Allow", "rds:AddTagsToResource", Condition={"StringEquals": {"rds:req-tag/team": "crud"}}))
        ec2 = client("ec2")

        def group(name, *tags):
            return {"GroupName": name, "Description": "d", "TagSpecifications": [
                {"ResourceType": "security-group", "Tags": [{"Key": key, "Value": value} for key, value in tags]}]}

        made = ec2.create_security_group(**group("tagged", ("team", "crud")))["GroupId"]
        for tags in ((("team", "other"),), (("team", "crud"), ("cost", "1"))):
            self.assertEqual(code_of(ec2.create_security_group, **group("refused", *tags)), ("UnauthorizedOperation", 403))
        plain = ec2.create_security_group(GroupName="plain", Description="d")["GroupId"]
        self.assertEqual(code_of(ec2.delete_security_group, GroupId=plain), ("UnauthorizedOperation", 403))
        ec2.delete_security_group(GroupId=made)
        self.assertEqual(code_of(ec2.describe_vpcs), ("UnauthorizedOperation", 403))
        client("ec2", "eu-west-1").describe_vpcs()
        self.assertEqual(code_of(ec2.describe_subnets), ("UnauthorizedOperation", 403))
        parameters = {"DBParameterGroupFamily": "postgres15", "Description": "d"}
        client("rds").create_db_parameter_group(DBParameterGroupName="one", **parameters, Tags=[{"Key": "team", "Value": "crud"}])
        self.assertEqual(code_of(client("rds").create_db_parameter_group, DBParameterGroupName="two", **parameters,
                                 Tags=[{"Key": "team", "Value": "x"}]), ("AccessDenied", 403))

    def test_a_denial_holds_by_whatever_name_the_resource_is_called(self):
        ec2 = self.aws.client("ec2")
        group = ec2.create_security_group(GroupName="Guarded", Description="d")["GroupId"]
        ec2.create_security_group(GroupName="open", Description="d")
        _, client = self.user(statement("Allow", "*"), statement("Deny", "ec2:*", f"arn:aws:ec2:*:*:security-group/{group}"),
                              statement("Deny", "lambda:*", "arn:aws:lambda:*:*:function:guarded"),
                              statement("Deny", "rds:*", "arn:aws:rds:*:*:db:guarded"))
        for named in ({"GroupId": group}, {"GroupName": "Guarded"}):
            self.assertEqual(code_of(client("ec2").delete_security_group, **named), ("UnauthorizedOperation", 403))
        client("ec2").delete_security_group(GroupName="open")
        for named in ("guarded", f"{ACCOUNT}:function:guarded", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:guarded"):
            self.assertEqual(code_of(client("lambda").get_function, FunctionName=named), ("AccessDeniedException", 403))
        for named in ("Guarded", f"arn:aws:rds:us-east-1:{ACCOUNT}:db:guarded"):
            self.assertEqual(code_of(client("rds").describe_db_instances, DBInstanceIdentifier=named), ("AccessDenied", 403))

    def test_what_a_group_and_a_managed_policy_say_counts(self):
        name, client = self.user()
        self.iam.create_group(GroupName="readers")
        self.iam.attach_group_policy(GroupName="readers", PolicyArn="arn:aws:iam::aws:policy/AmazonRDSReadOnlyAccess")
        self.assertEqual(code_of(client("rds").describe_db_instances), ("AccessDenied", 403))
        self.iam.add_user_to_group(GroupName="readers", UserName=name)
        client("rds").describe_db_instances()
        self.assertEqual(code_of(client("rds").start_db_instance, DBInstanceIdentifier="x"), ("AccessDenied", 403))
        self.iam.attach_user_policy(UserName=name, PolicyArn=ADMINISTRATOR)
        self.assertEqual(code_of(client("rds").start_db_instance, DBInstanceIdentifier="x"), ("DBInstanceNotFound", 404))
        self.iam.remove_user_from_group(GroupName="readers", UserName=name)
        self.iam.detach_user_policy(UserName=name, PolicyArn=ADMINISTRATOR)
        self.assertEqual(code_of(client("rds").describe_db_instances), ("AccessDenied", 403))

    def test_an_inactive_key_and_a_deleted_user_are_nobody(self):
        name, client = self.user(statement("Allow", "*"))
        client("sts").get_caller_identity()
        self.iam.update_access_key(UserName=name, AccessKeyId=client.key["AccessKeyId"], Status="Inactive")
        self.assertEqual(code_of(client("sts").get_caller_identity), ("InvalidClientTokenId", 403))

    def test_what_is_wrong_with_a_call_is_told_to_who_may_make_it(self):
        _, able = self.user(statement("Allow", "rds:CreateDBSnapshot", "arn:aws:rds:*:*:db:other"))
        _, unable = self.user(statement("Allow", "rds:DescribeDBInstances"))
        for client, code in ((able, ("MissingParameter", 400)), (unable, ("AccessDenied", 403))):
            rds = self.aws.client("rds", key=client.key["AccessKeyId"], secret=client.key["SecretAccessKey"],
                                  parameter_validation=False)
            self.assertEqual(code_of(rds.create_db_snapshot), code)


class Roles(WithIam):
    def test_a_role_is_assumed_by_whom_it_trusts(self):
        trusted, client = self.user()
        arn = self.role(statement("Allow", "rds:DescribeDBInstances"),
                        trust=trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:user/{trusted}"}))
        role = arn.split("/")[-1]
        _, other = self.user(statement("Allow", "sts:AssumeRole"))
        self.assertEqual(code_of(other("sts").assume_role, RoleArn=arn, RoleSessionName="one"), ("AccessDenied", 403))
        before = datetime.datetime.now(datetime.timezone.utc)
        made = client("sts").assume_role(RoleArn=arn, RoleSessionName="one", DurationSeconds=900)
        self.assertRegex(made["Credentials"]["AccessKeyId"], "^ASIA[A-Z2-7]{16}$")
        left = made["Credentials"]["Expiration"] - before
        self.assertTrue(datetime.timedelta(seconds=899) <= left <= datetime.timedelta(seconds=1000), left)
        session = self.signing(made["Credentials"])
        caller = session("sts").get_caller_identity()
        self.assertEqual(caller["Arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/one")
        self.assertEqual(caller["UserId"], made["AssumedRoleUser"]["AssumedRoleId"])
        self.assertRegex(caller["UserId"], "^AROA[A-Z2-7]{17}:one$")
        session("rds").describe_db_instances()
        self.assertEqual(refused(session("rds").describe_db_snapshots), (
            f"User: {caller['Arn']} is not authorized to perform: rds:DescribeDBSnapshots on resource: "
            f"arn:aws:rds:us-east-1:{ACCOUNT}:snapshot:* because no identity-based policy allows the "
            "rds:DescribeDBSnapshots action", "AccessDenied"))
        for wrong in ({}, {"SessionToken": "other"}):
            keys = {name: made["Credentials"][name] for name in ("AccessKeyId", "SecretAccessKey")} | wrong
            self.assertEqual(code_of(self.signing(keys)("rds").describe_db_instances), ("InvalidClientTokenId", 403))
        self.iam.delete_role_policy(RoleName=role, PolicyName="own")
        self.assertEqual(code_of(session("rds").describe_db_instances), ("AccessDenied", 403))
        self.iam.delete_role(RoleName=role)
        self.assertEqual(code_of(session("rds").describe_db_instances), ("InvalidClientTokenId", 403))

    def test_a_role_that_trusts_the_account_leaves_it_to_the_caller_s_policies(self):
        arn = self.role()
        _, able = self.user(statement("Allow", "sts:AssumeRole", arn))
        name, unable = self.user()
        able("sts").assume_role(RoleArn=arn, RoleSessionName="one")
        self.sts.assume_role(RoleArn=arn, RoleSessionName="root")
        self.assertEqual(refused(unable("sts").assume_role, RoleArn=arn, RoleSessionName="one"), (
            f"User: arn:aws:iam::{ACCOUNT}:user/{name} is not authorized to perform: sts:AssumeRole on resource: {arn} "
            "because no identity-based policy allows the sts:AssumeRole action", "AccessDenied"))
        self.assertEqual(code_of(able("sts").assume_role, RoleArn=arn + "-not", RoleSessionName="one"), ("AccessDenied", 403))
        self.assertEqual(code_of(self.sts.assume_role, RoleArn=self.role(trust=trusting({"Service": "lambda.amazonaws.com"})),
                                 RoleSessionName="one"), ("AccessDenied", 403))

    def test_a_trust_policy_has_conditions(self):
        arn = self.role(trust=trusting({"AWS": ACCOUNT}, Condition={"StringEquals": {
            "sts:ExternalId": "shared", "sts:RoleSessionName": "named"}}))
        for given in ({}, {"ExternalId": "wrong"}):
            self.assertEqual(code_of(self.sts.assume_role, RoleArn=arn, RoleSessionName="named", **given), ("AccessDenied", 403))
        self.sts.assume_role(RoleArn=arn, RoleSessionName="named", ExternalId="shared")
        self.assertEqual(code_of(self.sts.assume_role, RoleArn=arn, RoleSessionName="other", ExternalId="shared"),
                         ("AccessDenied", 403))

    def test_a_session_may_do_no_more_than_its_own_policies_say(self):
        arn = self.role(statement("Allow", "*"))
        only = document(statement("Allow", "rds:DescribeDBInstances"))
        made = self.sts.assume_role(RoleArn=arn, RoleSessionName="less", Policy=only, PolicyArns=[
            {"arn": "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"}])
        session = self.signing(made["Credentials"])
        session("rds").describe_db_instances()
        session("ec2").describe_vpcs()
        message, _ = refused(session("rds").describe_db_snapshots)
        self.assertTrue(message.endswith("because no session policy allows the rds:DescribeDBSnapshots action"), message)
        self.assertEqual(code_of(self.sts.assume_role, RoleArn=arn, RoleSessionName="less", Policy="{"),
                         ("MalformedPolicyDocument", 400))

    def test_a_session_lasts_no_longer_than_its_role_lets_it(self):
        arn = self.role(statement("Allow", "sts:AssumeRole"))
        unchecked = self.aws.client("sts", parameter_validation=False)
        for seconds in (899, 43_201, 3601):
            self.assertEqual(code_of(unchecked.assume_role, RoleArn=arn, RoleSessionName="long", DurationSeconds=seconds),
                             ("ValidationError", 400))
        self.iam.update_role(RoleName=arn.split("/")[-1], MaxSessionDuration=7200)
        session = self.sts.assume_role(RoleArn=arn, RoleSessionName="long", DurationSeconds=7200)["Credentials"]
        self.assertEqual(refused(self.signing(session)("sts").assume_role, RoleArn=arn, RoleSessionName="chained",
                                 DurationSeconds=3601),
                         ("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
                          "ValidationError"))
        self.signing(session)("sts").assume_role(RoleArn=arn, RoleSessionName="chained")

    def test_a_role_that_has_not_been_passed_is_not_handed_to_a_function(self):
        role = self.role()
        given = {"FunctionName": "passed", "Role": role, "Runtime": PYTHON, "Handler": "main.handle",
                 "Code": {"ZipFile": zipped("def handle(event, context): return 1")}}
        name, unable = self.user(statement("Allow", "lambda:*"))
        self.assertEqual(refused(unable("lambda").create_function, **given), (
            f"User: arn:aws:iam::{ACCOUNT}:user/{name} is not authorized to perform: iam:PassRole on resource: {role} "
            "because no identity-based policy allows the iam:PassRole action", "AccessDeniedException"))
        _, able = self.user(statement("Allow", "lambda:*"), statement("Allow", "iam:PassRole", role, Condition={
            "StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}))
        able("lambda").create_function(**given)

    def test_a_function_calls_as_a_session_of_its_role(self):
        code = zipped("import boto3\n"
                      "def handle(event, context):\n"
                      f"    aws = {{'endpoint_url': '{self.aws.url}'}}\n"
                      "    boto3.client('ec2', **aws).describe_vpcs()\n"
                      "    try: boto3.client('rds', **aws).describe_db_instances()\n"
                      "    except Exception as why: denied = str(why)\n"
                      "    return [boto3.client('sts', **aws).get_caller_identity()['Arn'], denied]\n")
        functions = self.aws.client("lambda")
        role = self.role(statement("Allow", "ec2:Describe*"), trust=trusting({"Service": "lambda.amazonaws.com"}))
        functions.create_function(FunctionName="calls", Role=role, Runtime=PYTHON, Handler="main.handle", Timeout=60,
                                  Code={"ZipFile": code})
        functions.get_waiter("function_active_v2").wait(FunctionName="calls")
        answer = json.load(functions.invoke(FunctionName="calls")["Payload"])
        self.assertEqual(answer[0], f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.split('/')[-1]}/calls")
        self.assertIn("rds:DescribeDBInstances", answer[1])


class ServiceControl(WithIam):
    """An organization's policies bind everybody in the account but its root."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.organizations.create_organization()
        [root] = cls.organizations.list_roots()["Roots"]
        cls.root = root["Id"]

    def attach(self, name, *statements, target=ACCOUNT):
        """A policy that is attached until the test ends."""
        made = self.organizations.create_policy(Name=name, Description="d", Type="SERVICE_CONTROL_POLICY",
                                                Content=document(*statements))["Policy"]["PolicySummary"]["Id"]
        self.organizations.attach_policy(PolicyId=made, TargetId=target)
        self.addCleanup(self.organizations.delete_policy, PolicyId=made)
        self.addCleanup(self.organizations.detach_policy, PolicyId=made, TargetId=target)
        return made

    def setUp(self):
        self.organizations.enable_policy_type(RootId=self.root, PolicyType="SERVICE_CONTROL_POLICY")
        self.addCleanup(self.organizations.disable_policy_type, RootId=self.root, PolicyType="SERVICE_CONTROL_POLICY")
        self.name, self.client = self.user(statement("Allow", "*"))

    def test_a_region_is_locked(self):
        self.attach("regions", {"Effect": "Deny", "NotAction": ["iam:*", "organizations:*", "sts:*"], "Resource": "*",
                                "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1"]}}})
        self.client("rds").describe_db_instances()
        self.assertEqual(refused(self.client("rds", "eu-west-1").describe_db_instances), (
            f"User: arn:aws:iam::{ACCOUNT}:user/{self.name} is not authorized to perform: rds:DescribeDBInstances on resource: "
            f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:* with an explicit deny in a service control policy", "AccessDenied"))
        self.client("iam", "eu-west-1").list_users()
        self.aws.client("rds", "eu-west-1").describe_db_instances()  # the root is not bound

    def test_databases_are_not_deleted_and_are_encrypted(self):
        self.attach("no-deletion", statement("Deny", ["rds:DeleteDBInstance", "rds:DeleteDBSnapshot"]))
        self.attach("encryption", statement("Deny", "rds:CreateDBInstance", Condition={
            "Bool": {"rds:StorageEncrypted": "false"}}))
        rds = self.client("rds")
        instance = {"DBInstanceIdentifier": "app", "DBInstanceClass": "db.t3.micro", "Engine": "mysql",
                    "MasterUsername": "root", "MasterUserPassword": "huEE33z2Qvl383", "AllocatedStorage": 20}
        for given in ({}, {"StorageEncrypted": False}):
            self.assertEqual(code_of(rds.create_db_instance, **instance, **given), ("AccessDenied", 403))
        # What is let through gets to RDS, which has no such engine here.
        self.assertNotIn(code_of(rds.create_db_instance, **instance, StorageEncrypted=True), (None, ("AccessDenied", 403)))
        for call, given in ((rds.delete_db_instance, {"DBInstanceIdentifier": "app"}),
                            (rds.delete_db_snapshot, {"DBSnapshotIdentifier": "app"})):
            message, _ = refused(call, **given)
            self.assertTrue(message.endswith("with an explicit deny in a service control policy"), message)

    def test_of_an_allow_list_what_no_level_allows_is_refused(self):
        self.attach("rds-alone", statement("Allow", "rds:*"))
        self.organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=ACCOUNT)
        self.addCleanup(self.organizations.attach_policy, PolicyId="p-FullAWSAccess", TargetId=ACCOUNT)
        self.client("rds").describe_db_instances()
        message, _ = refused(self.client("ec2").describe_vpcs)
        self.assertTrue(message.endswith("because no service control policy allows the ec2:DescribeVpcs action"), message)

    def test_a_policy_is_kept_listed_and_changed(self):
        made = self.attach("kept", statement("Deny", "rds:*"), target=self.root)
        self.assertEqual(self.organizations.describe_policy(PolicyId=made)["Policy"]["PolicySummary"]["Name"], "kept")
        self.assertEqual({one["Id"] for one in self.organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]},
                         {"p-FullAWSAccess", made})
        self.assertEqual([one["Type"] for one in self.organizations.list_targets_for_policy(PolicyId=made)["Targets"]], ["ROOT"])
        self.assertEqual([one["Id"] for one in self.organizations.list_policies_for_target(
            TargetId=self.root, Filter="SERVICE_CONTROL_POLICY")["Policies"]], sorted(["p-FullAWSAccess", made]))
        self.assertEqual(code_of(self.client("rds").describe_db_instances), ("AccessDenied", 403))
        self.organizations.update_policy(PolicyId=made, Content=document(statement("Deny", "ec2:*")))
        self.client("rds").describe_db_instances()
        self.assertEqual(code_of(self.organizations.delete_policy, PolicyId=made), ("PolicyInUseException", 400))
        self.assertEqual(code_of(self.organizations.attach_policy, PolicyId=made, TargetId=self.root),
                         ("DuplicatePolicyAttachmentException", 400))
        self.assertEqual(code_of(self.organizations.detach_policy, PolicyId="p-FullAWSAccess", TargetId=ACCOUNT),
                         ("ConstraintViolationException", 400))
        self.assertEqual(code_of(self.organizations.create_policy, Name="x", Description="", Type="SERVICE_CONTROL_POLICY",
                                 Content="{"), ("MalformedPolicyDocumentException", 400))
        self.assertEqual([one["Id"] for one in self.organizations.list_accounts()["Accounts"]], [ACCOUNT])


class Off(unittest.TestCase):
    def test_it_is_the_same_after_a_crash(self):
        with LocalAws() as aws:
            aws.key = "local"
            iam = aws.client("iam")
            iam.create_user(UserName="ann")
            iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=document(statement("Allow", "sts:*")))
            iam.create_role(RoleName="app", AssumeRolePolicyDocument=trusting({"AWS": ACCOUNT}))
            key = iam.create_access_key(UserName="ann")["AccessKey"]
            own = {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
            session = aws.client("sts", **own).assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/app",
                                                           RoleSessionName="one")["Credentials"]
            aws.kill_and_start()
            self.assertEqual(code_of(aws.client("rds", **own).describe_db_snapshots), ("AccessDenied", 403))
            client = aws.client("sts", key=session["AccessKeyId"], secret=session["SecretAccessKey"])
            client._request_signer._credentials.token = session["SessionToken"]
            self.assertEqual(client.get_caller_identity()["Arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/app/one")
            aws.stop()
            with contextlib.closing(sqlite3.connect(aws.folder / "state.db")) as state:
                state.execute("update iam_session set expires_ms = 1")  # as if that hour were over
                state.commit()
            aws.start()
            for service, call, code in (("sts", "get_caller_identity", ("ExpiredToken", 403)),
                                        ("logs", "describe_log_groups", ("ExpiredTokenException", 400)),
                                        ("ec2", "describe_vpcs", ("RequestExpired", 400))):
                client = aws.client(service, key=session["AccessKeyId"], secret=session["SecretAccessKey"])
                client._request_signer._credentials.token = session["SessionToken"]
                self.assertEqual(code_of(getattr(client, call)), code)

    def test_any_credentials_do_until_there_is_a_policy(self):
        with LocalAws() as aws:
            anybody = aws.client("sts")
            iam = aws.client("iam")
            iam.create_user(UserName="early")
            key = iam.create_access_key(UserName="early")["AccessKey"]
            own = aws.client("rds", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
            own.describe_db_instances()
            iam.put_user_policy(UserName="early", PolicyName="p", PolicyDocument=document(statement("Allow", "ec2:*")))
            self.assertEqual(code_of(anybody.get_caller_identity), ("InvalidClientTokenId", 403))
            self.assertEqual(code_of(own.describe_db_instances), ("AccessDenied", 403))
            # Nobody whom the last policy bound can do more once it is gone.
            root = aws.client("iam", key="local", secret="local")
            root.delete_user_policy(UserName="early", PolicyName="p")
            self.assertEqual(code_of(own.describe_db_instances), ("AccessDenied", 403))
            root.delete_access_key(UserName="early", AccessKeyId=key["AccessKeyId"])
            root.delete_user(UserName="early")
            anybody.get_caller_identity()
            # A user of later is not bound by what was there once.
            iam.create_user(UserName="late")
            anybody.get_caller_identity()

    def test_a_flag_enforces_from_the_start(self):
        with LocalAws("--enforce-iam") as aws:
            self.assertEqual(code_of(aws.client("sts").get_caller_identity), ("InvalidClientTokenId", 403))
            root = aws.client("iam", key="local", secret="local")
            root.create_user(UserName="nobody")
            key = root.create_access_key(UserName="nobody")["AccessKey"]
            own = aws.client("rds", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
            self.assertEqual(code_of(own.describe_db_instances), ("AccessDenied", 403))

    def test_keys_that_the_operator_named_are_the_root_s(self):
        aws = LocalAws()
        keys = aws.folder.parent / "credentials"
        keys.write_text("[ops]\naws_access_key_id = AKIDOPS\naws_secret_access_key = of-ops\n")
        aws.flags = ("--require-signatures", str(keys), "--enforce-iam")
        with aws:
            root = aws.client("iam", key="AKIDOPS", secret="of-ops")
            root.create_user(UserName="ann")
            key = root.create_access_key(UserName="ann")["AccessKey"]
            own = aws.client("sts", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
            self.assertEqual(own.get_caller_identity()["Arn"], f"arn:aws:iam::{ACCOUNT}:user/ann")
            self.assertEqual(code_of(aws.client("sts", key="local", secret="local").get_caller_identity),
                             ("InvalidClientTokenId", 403))


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
