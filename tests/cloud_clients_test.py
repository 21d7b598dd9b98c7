#!/usr/bin/python3
"""Local AWS by its real clients: what every service shares, and STS."""

import datetime
import json
import subprocess
import unittest
import unittest.mock
import urllib.error
import urllib.request

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from support.local_aws import PROGRAM, LocalAws, code_of

ACCOUNT = "000000000000"


def get(url):
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

    def test_a_request_needs_no_signature(self):
        status, body = get(self.aws.url + "/?Action=GetCallerIdentity&Version=2011-06-15")
        self.assertEqual(status, 200)
        self.assertIn(f"<Account>{ACCOUNT}</Account>", body)

    def test_every_answer_has_a_request_id_of_its_own(self):
        sts = self.aws.client("sts")
        ids = {sts.get_caller_identity()["ResponseMetadata"]["RequestId"] for _ in range(3)}
        self.assertEqual(len(ids), 3)

    def test_what_is_not_there_is_refused_as_aws_does(self):
        self.assertEqual(code_of(self.aws.client("sts").get_session_token), ("InvalidAction", 400))
        self.assertEqual(code_of(self.aws.client("dynamodb").list_tables), ("UnknownOperationException", 400))
        status, body = get(self.aws.url + "/?Action=ListTopics&Version=2010-03-31")
        self.assertEqual(status, 400)
        self.assertIn("UnknownOperationException", body)

    def test_a_region_that_is_none_is_refused(self):
        self.assertEqual(code_of(self.aws.client("sts", region="us-moon-1").get_caller_identity),
                         ("SignatureDoesNotMatch", 403))

    def test_a_request_that_makes_no_sense_is_refused(self):
        for query in ("", "?", "?Action=GetCallerIdentity", "?Version=2011-06-15", "?Action=%00&Version=2011-06-15",
                      "?Action=GetCallerIdentity&Version=2011-06-16"):
            status, body = get(self.aws.url + "/" + query)
            self.assertEqual(status, 400, query + body)

    def test_a_body_beyond_the_limit_is_refused(self):
        request = urllib.request.Request(self.aws.url, data=b"a" * (1024 * 1024 + 1))
        with self.assertRaises(urllib.error.URLError) as refused:
            urllib.request.urlopen(request, timeout=30)
        self.assertEqual(getattr(refused.exception, "code", 413), 413)


class RequiredSignatures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        aws = LocalAws()
        keys = aws.folder.parent / "credentials"
        keys.write_text("[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret/+=\n")
        aws.flags = ("--require-signatures", str(keys))
        cls.aws = cls.enterClassContext(aws)

    def sts(self, **credentials):
        return self.aws.client("sts", **{"key": "AKIDEXAMPLE", "secret": "secret/+=", **credentials})

    def test_a_known_key_is_admitted(self):
        self.assertEqual(self.sts().get_caller_identity()["Account"], ACCOUNT)
        done = self.aws.shell("aws sts get-caller-identity", AWS_ACCESS_KEY_ID="AKIDEXAMPLE",
                              AWS_SECRET_ACCESS_KEY="secret/+=")
        self.assertEqual(done.returncode, 0, done.stderr)

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
