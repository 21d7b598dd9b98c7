#!/usr/bin/python3
"""Local AWS by its real clients: what every service shares, and STS."""

import datetime
import json
import subprocess
import unittest
import unittest.mock
import urllib.error
import urllib.request

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials

from support.local_aws import PROGRAM, LocalAws, code_of

ACCOUNT = "000000000000"


def get(url):
    """Also posts, where it is given a request with a body."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


class AnyCredentials(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())

    def test_the_seeds_command_answers(self):
        done = self.aws.shell("aws sts get-caller-identity")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout),
                         {"UserId": ACCOUNT, "Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:root"})

    def test_a_program_needs_no_signature_and_a_plain_get_does_nothing(self):
        # Once a plain GET was answered: then any page's <img> acted.
        call = "Action=GetCallerIdentity&Version=2011-06-15"
        status, body = get(urllib.request.Request(self.aws.url, call.encode()))
        self.assertEqual(status, 200)
        self.assertIn(f"<Account>{ACCOUNT}</Account>", body)
        status, body = get(f"{self.aws.url}/?{call}")
        self.assertEqual(status, 403)
        self.assertIn("<Code>MissingAuthenticationToken</Code>", body)
        link = self.aws.client("sts").generate_presigned_url("get_caller_identity", HttpMethod="GET")
        self.assertEqual(get(link)[0], 200)
        link = self.aws.client("rds").generate_presigned_url("delete_db_instance", {"DBInstanceIdentifier": "x"},
                                                             HttpMethod="GET")
        status, body = get(link)
        self.assertEqual(status, 403)
        self.assertIn("<Code>AccessDenied</Code>", body)

    def test_every_answer_has_a_request_id_of_its_own(self):
        sts = self.aws.client("sts")
        ids = {sts.get_caller_identity()["ResponseMetadata"]["RequestId"] for _ in range(3)}
        self.assertEqual(len(ids), 3)

    def test_what_is_not_there_is_refused_as_aws_does(self):
        """An operation of each of AWS's protocols, and of each of our services: the client can read what it is told,
        and does not try again."""
        status, body = get(urllib.request.Request(self.aws.url, b"Action=ListTopics&Version=2010-03-31"))
        self.assertEqual(status, 400)
        self.assertIn("<Code>InvalidAction</Code>", body)
        missing = (("iam", "get_account_summary", {}, "InvalidAction", 400),
                   ("sns", "list_topics", {}, "InvalidAction", 400),
                   ("cloudwatch", "list_dashboards", {}, "InvalidAction", 400),
                   ("ec2", "describe_images", {}, "InvalidAction", 400),
                   ("rds", "describe_db_clusters", {}, "InvalidAction", 400),
                   ("sts", "get_session_token", {}, "InvalidAction", 400),
                   ("dynamodb", "list_tables", {}, "UnknownOperationException", 400),
                   ("kms", "list_grants", {"KeyId": "alias/aws/rds"}, "UnknownOperationException", 400),
                   ("secretsmanager", "get_resource_policy", {"SecretId": "x"}, "UnknownOperationException", 400),
                   ("events", "list_archives", {}, "UnknownOperationException", 400),
                   ("cloudtrail", "list_public_keys", {}, "UnknownOperationException", 400),
                   ("logs", "describe_queries", {}, "UnknownOperationException", 400),
                   ("cognito-idp", "list_identity_providers", {"UserPoolId": "us-east-1_x"}, "UnknownOperationException", 400),
                   ("lambda", "get_account_settings", {}, "UnknownOperationException", 404),
                   ("lambda", "list_code_signing_configs", {}, "UnknownOperationException", 404),
                   ("apigateway", "get_rest_apis", {}, "UnknownOperationException", 404),
                   ("s3", "list_buckets", {}, "MethodNotAllowed", 405),
                   ("s3", "create_bucket", {"Bucket": "a-bucket"}, "MethodNotAllowed", 405),
                   ("s3", "head_bucket", {"Bucket": "a-bucket"}, "405", 405),
                   ("route53", "list_hosted_zones", {}, "MethodNotAllowed", 405),
                   ("cloudfront", "list_distributions", {}, "MethodNotAllowed", 405))
        for service, operation, arguments, code, status in missing:
            with self.subTest(f"{service} {operation}"):
                with self.assertRaises(botocore.exceptions.ClientError) as refused:
                    getattr(self.aws.client(service), operation)(**arguments)
                answer = refused.exception.response
                self.assertEqual((answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]), (code, status))
                if operation != "head_bucket":
                    self.assertIn("Local AWS does not have", answer["Error"]["Message"])
                    scope = {"cloudwatch": "monitoring"}.get(service, service)
                    self.assertIn(scope, answer["Error"]["Message"])

    def test_what_is_not_there_is_said_by_the_cli(self):
        for command in ("iam get-account-summary", "lambda get-account-settings", "s3 ls", "sqs list-queues", "ecs list-clusters",
                        "lambda list-code-signing-configs", "route53 list-hosted-zones"):
            with self.subTest(command):
                done = self.aws.shell("aws " + command)
                self.assertIn(done.returncode, (1, 254, 255))
                self.assertRegex(done.stderr, r"An error occurred \(\w+\) when calling the \w+ operation: Local AWS does "
                                              "not have")
                self.assertNotIn("reached max retries", done.stderr)

    def test_what_is_not_there_is_counted_and_logged_once(self):
        with LocalAws() as aws:
            for _ in range(3):
                code_of(aws.client("iam").get_account_summary)
                code_of(aws.client("lambda").get_account_settings)
            status, body = get(aws.url + "/_local/missing.json")
            self.assertEqual(status, 200)
            self.assertEqual(json.loads(body)["missing"], [
                {"service": "iam", "operation": "GetAccountSummary", "times": 3},
                {"service": "lambda", "operation": "GetAccountSettings", "times": 3}])
            aws.stop()
            lines = [line for line in aws.logged if "does not have" in line]
            self.assertEqual(len(lines), 2, lines)

    def test_what_is_no_request_is_refused_in_the_callers_protocol(self):
        sigv4 = "AWS4-HMAC-SHA256 Credential=a/20261130/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"
        for fields, path, start in (
                ({"Authorization": sigv4.format("s3")}, "/%zz", "<Error><Code>"),
                ({"Authorization": sigv4.format("ec2")}, "/", "<Response><Errors>"),
                ({"Authorization": sigv4.format("lambda")}, "/%zz", '{"Type"'),
                ({"X-Amz-Target": "Logs_20140328.X"}, "/%zz", '{"__type"'),
                ({"smithy-protocol": "rpc-v2-cbor"}, "/service/Granite/operation/ListMetrics", "\\xa2")):
            with self.subTest(start):
                request = urllib.request.Request(self.aws.url + path, b"Action=A" if path == "/" else b"", fields,
                                                 method="POST")
                if path != "/":
                    request.add_header("Content-Type", "application/json")
                with self.assertRaises(urllib.error.HTTPError) as refused:
                    urllib.request.urlopen(request, timeout=30)
                self.assertIn(refused.exception.code, (400, 404))
                body = refused.exception.read()
                self.assertIn(start, str(body)[:120])

    def test_every_region_that_the_sdk_knows_is_one(self):
        for region in boto3.Session().get_available_regions("sts") + ["eu-south-3"]:
            identity = self.aws.client("sts", region=region).get_caller_identity()
            self.assertEqual(identity["Account"], ACCOUNT, region)
        for region in ("eu-south-1", "mx-central-1"):
            zones = self.aws.client("ec2", region=region).describe_availability_zones()["AvailabilityZones"]
            self.assertEqual([zone["ZoneName"] for zone in zones], [region + letter for letter in "abc"])
        listed = {each["RegionName"]: each["OptInStatus"] for each in self.aws.client("ec2").describe_regions()["Regions"]}
        self.assertEqual((listed["eu-south-1"], listed["eu-west-1"]), ("opted-in", "opt-in-not-required"))

    def test_a_region_that_is_none_is_refused(self):
        self.assertEqual(code_of(self.aws.client("sts", region="us-moon-1").get_caller_identity),
                         ("SignatureDoesNotMatch", 403))

    def test_a_request_that_makes_no_sense_is_refused(self):
        for query in ("", "?", "?Action=GetCallerIdentity", "?Version=2011-06-15", "?Action=%00&Version=2011-06-15",
                      "?Action=GetCallerIdentity&Version=2011-06-16"):
            status, body = get(urllib.request.Request(self.aws.url, query[1:].encode()))
            self.assertEqual(status, 400, query + body)

    def test_a_body_beyond_the_limit_is_refused(self):
        large = "a" * (9 * 1024 * 1024)
        refused = {
            ("rds", "create_db_instance", "RequestEntityTooLarge"): {
                "DBInstanceIdentifier": large[:1024 * 1024], "DBInstanceClass": "db.t3.micro", "Engine": "postgres"},
            ("iam", "create_user", "RequestEntityTooLarge"): {"UserName": large},
            ("logs", "create_log_group", "RequestEntityTooLargeException"): {"logGroupName": large},
            ("dynamodb", "delete_table", "RequestEntityTooLargeException"): {"TableName": large},
            ("lambda", "update_function_configuration", "RequestEntityTooLargeException"): {
                "FunctionName": "f", "Description": large},
            ("route53", "delete_hosted_zone", "414"): {"Id": large[:20_000]}}  # nothing of it has been read
        for (service, operation, code), arguments in refused.items():
            with self.subTest(service):
                got = code_of(getattr(self.unchecked(service), operation), **arguments)
                self.assertIsNotNone(got)
                self.assertEqual(got[0], code)

    def unchecked(self, service):
        """A client that sends what its model does not allow, once."""
        made = self.aws.client(service)
        made.meta.config.parameter_validation = False
        return made


class RequiredSignatures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        aws = LocalAws()
        keys = aws.folder.parent / "credentials"
        keys.write_text("[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret/+=\n"
                        "[ada]\naws_secret_access_key = of-ada\naws_access_key_id = AKIDADA\n")
        aws.flags = ("--require-signatures", str(keys))
        cls.aws = cls.enterClassContext(aws)

    def sts(self, **credentials):
        return self.aws.client("sts", **{"key": "AKIDEXAMPLE", "secret": "secret/+=", **credentials})

    def test_a_known_key_is_admitted(self):
        self.assertEqual(self.sts().get_caller_identity()["Account"], ACCOUNT)
        done = self.aws.shell("aws sts get-caller-identity", AWS_ACCESS_KEY_ID="AKIDEXAMPLE",
                              AWS_SECRET_ACCESS_KEY="secret/+=")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_identity_is_that_of_the_key(self):
        default, ada = self.sts().get_caller_identity(), self.sts(key="AKIDADA", secret="of-ada").get_caller_identity()
        self.assertEqual(default["Arn"], f"arn:aws:iam::{ACCOUNT}:user/default")
        self.assertEqual(ada["Arn"], f"arn:aws:iam::{ACCOUNT}:user/ada")
        self.assertRegex(ada["UserId"], "^AIDA[A-Z2-7]{17}$")
        self.assertNotEqual(ada["UserId"], default["UserId"])
        self.assertEqual(code_of(self.sts(secret="of-ada").get_caller_identity), ("SignatureDoesNotMatch", 403))

    def signed(self, service, path="/", body=b"", **fields):
        """The status and body of a request whose signature is for that service; `later` are fields that came after."""
        later = fields.pop("later", {})
        request = botocore.awsrequest.AWSRequest("POST" if body else "GET", self.aws.url + path, fields, body)
        botocore.auth.SigV4Auth(botocore.credentials.Credentials("AKIDEXAMPLE", "secret/+="), service,
                                "us-east-1").add_auth(request)
        headers = {**dict(request.headers), **later}
        return get(urllib.request.Request(request.url, body or None, headers))

    def test_a_signature_is_for_one_service_whatever_the_protocol(self):
        functions = "/2015-03-31/functions"
        self.assertEqual(self.signed("lambda", functions)[0], 200)
        status, body = self.signed("sts", functions)
        self.assertEqual(status, 403)
        self.assertIn("correct service: 'lambda'", body)
        listing = {"X-Amz-Target": "Logs_20140328.DescribeLogGroups", "Content-Type": "application/x-amz-json-1.1"}
        self.assertEqual(self.signed("logs", "/", b"{}", **listing)[0], 200)
        self.assertIn("correct service: 'logs'", self.signed("lambda", "/", b"{}", **listing)[1])
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        status, body = self.signed("ec2", "/", b"Action=GetCallerIdentity&Version=2011-06-15", **form)
        self.assertEqual(status, 400)
        self.assertIn("<Code>NoSuchVersion</Code>", body)

    def test_a_field_that_decides_is_signed(self):
        for name in ("X-Amz-Target", "X-Amz-Security-Token", "X-Amz-Invocation-Type"):
            status, body = self.signed("logs", "/", b"{}", **{"Content-Type": "application/x-amz-json-1.1"},
                                       later={name: "Logs_20140328.DescribeLogGroups"})
            self.assertEqual(status, 400, name)
            self.assertIn("must be a signed header", body)

    def test_a_presigned_url_is_admitted(self):
        url = self.sts().generate_presigned_url("get_caller_identity", HttpMethod="GET")
        self.assertEqual(get(url)[0], 200)
        self.assertIn("<Code>SignatureDoesNotMatch</Code>", get(url + "&X=1")[1])

    def test_others_are_refused_as_aws_does(self):
        self.assertEqual(code_of(self.sts(secret="wrong").get_caller_identity), ("SignatureDoesNotMatch", 403))
        self.assertEqual(code_of(self.sts(key="unknown").get_caller_identity), ("InvalidClientTokenId", 403))
        status, body = get(self.aws.url + "/?Action=GetCallerIdentity&Version=2011-06-15")
        self.assertEqual(status, 403)
        self.assertIn("<Code>MissingAuthenticationToken</Code>", body)

    def test_an_old_request_is_refused(self):
        past = unittest.mock.Mock()
        past.datetime.utcnow.return_value = datetime.datetime.utcnow() - datetime.timedelta(minutes=16)
        request = botocore.awsrequest.AWSRequest("GET", self.aws.url + "/?Action=GetCallerIdentity&Version=2011-06-15")
        credentials = botocore.credentials.Credentials("AKIDEXAMPLE", "secret/+=")
        with unittest.mock.patch("botocore.auth.datetime", past):
            botocore.auth.SigV4Auth(credentials, "sts", "us-east-1").add_auth(request)
        status, body = get(urllib.request.Request(request.url, headers=dict(request.headers)))
        self.assertEqual(status, 400)
        self.assertIn("<Code>RequestExpired</Code>", body)


class Program(unittest.TestCase):
    def run_cloud(self, *flags):
        return subprocess.run([PROGRAM, "cloud", "--port", "0", *flags], capture_output=True, text=True, timeout=60)

    def test_stops_on_sigterm(self):
        aws = LocalAws()
        aws.start()
        self.assertEqual(aws.stop(), 0)
        aws.top.cleanup()

    def test_refuses_any_credentials_beyond_loopback(self):
        aws = LocalAws()
        done = self.run_cloud("--host", "0.0.0.0", "--data-dir", aws.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--require-signatures", done.stderr)

    def test_refuses_a_folder_that_is_in_use_and_a_region_that_is_none(self):
        with LocalAws() as aws:
            done = self.run_cloud("--data-dir", aws.folder)
            self.assertEqual(done.returncode, 1)
            self.assertIn("another local AWS", done.stderr)
        self.assertEqual(self.run_cloud("--region", "us-moon-1", "--data-dir", aws.folder).returncode, 1)
        self.assertEqual(self.run_cloud("--regoin", "us-east-1").returncode, 2)


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
