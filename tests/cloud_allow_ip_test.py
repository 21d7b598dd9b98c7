#!/usr/bin/python3
"""`cruddur rds allow-ip` and `revoke-ip`, and how the program finds its credentials, against local AWS."""

import http.server
import json
import pathlib
import threading
import unittest

from support.cli import Cli, Tree
from support.local_aws import LocalAws


class AllowIp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())

    def setUp(self):
        self.ec2 = self.aws.client("ec2")
        self.group = self.ec2.create_security_group(GroupName=self.id(), Description="for a test")["GroupId"]
        self.cli = Cli(self.aws, DB_SG_ID=self.group)

    def rules(self):
        found = self.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [self.group]}])
        return [rule for rule in found["SecurityGroupRules"] if not rule["IsEgress"]]

    def run_ok(self, *arguments, **variables):
        done = self.cli("rds", *arguments, **variables)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_adds_a_rule_once_and_then_moves_it(self):
        said = self.run_ok("allow-ip", "203.0.113.7", "--port", "5432")
        rule, = self.rules()
        self.assertEqual((rule["CidrIpv4"], rule["FromPort"], rule["ToPort"], rule["IpProtocol"], rule["Description"]),
                         ("203.0.113.7/32", 5432, 5432, "tcp", "GITPOD"))
        self.assertEqual(said, f"export DB_SG_ID={self.group} DB_SG_RULE_ID={rule['SecurityGroupRuleId']}\n")
        self.assertIn("already allowed", self.cli("rds", "allow-ip", "203.0.113.7", "--port", "5432").stderr)
        self.assertEqual(self.rules(), [rule])
        self.run_ok("allow-ip", "203.0.113.8", "--port", "5432")
        moved, = self.rules()
        self.assertEqual((moved["SecurityGroupRuleId"], moved["CidrIpv4"]),
                         (rule["SecurityGroupRuleId"], "203.0.113.8/32"))

    def test_changes_the_rule_that_is_named(self):
        rule = self.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
        rule = rule["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        said = json.loads(self.run_ok("allow-ip", "--json", "--port", "5432", DB_SG_RULE_ID=rule,
                                      GITPOD_IP="203.0.113.9"))
        self.assertEqual((said["rule"], said["changed"], said["cidr"]), (rule, True, "203.0.113.9/32"))
        self.assertEqual(self.rules()[0]["CidrIpv4"], "203.0.113.9/32")

    def test_against_local_aws_the_address_is_loopback_and_revoke_takes_it_out(self):
        self.run_ok("allow-ip", "--port", "5432")
        self.assertEqual(self.rules()[0]["CidrIpv4"], "127.0.0.1/32")
        self.assertIn("no longer allowed", self.run_ok("revoke-ip", "--port", "5432"))
        self.assertEqual(self.rules(), [])
        self.assertIn("nothing was done", self.run_ok("revoke-ip", "--port", "5432"))

    def test_a_proxy_is_not_asked_for_this_machine(self):
        nobody = "http://127.0.0.1:1"
        self.run_ok("allow-ip", "--port", "5432", http_proxy=nobody, all_proxy=nobody)
        self.assertEqual(self.rules()[0]["CidrIpv4"], "127.0.0.1/32")

    def test_admits_ipv6(self):
        self.run_ok("allow-ip", "2001:db8::7", "--port", "5432")
        self.assertEqual(self.rules()[0]["CidrIpv6"], "2001:db8::7/128")

    def test_replaces_a_rule_that_is_gone(self):
        done = self.cli("rds", "allow-ip", "203.0.113.7", "--port", "5432", DB_SG_RULE_ID="sgr-0123456789abcdef0")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("gone", done.stderr)
        self.assertEqual(len(self.rules()), 1)

    def test_leaves_a_wider_rule_and_warns_of_the_widest(self):
        self.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
        done = self.cli("rds", "allow-ip", "203.0.113.7", "--port", "5432")
        self.assertIn("already allowed", done.stderr)
        self.assertIn("whole internet", done.stderr)

    def test_refuses_what_is_no_address_and_has_done_nothing(self):
        for text in ("<html>busy</html>", "203.0.113.0/24", "0.0.0.0", "203.0.113.7; rm -rf /"):
            done = self.cli("rds", "allow-ip", "--port", "5432", GITPOD_IP=text)
            self.assertEqual(done.returncode, 2, text)
        self.assertEqual(self.rules(), [])

    def test_an_unknown_group_is_told_with_awss_code(self):
        done = self.cli("rds", "allow-ip", "203.0.113.7", "--port", "5432", DB_SG_ID="sg-0123456789abcdef0")
        self.assertEqual(done.returncode, 1)
        self.assertIn("InvalidGroup.NotFound", done.stderr)

    def test_the_wrapper_works_from_any_folder(self):
        tree = Tree(self.aws)
        done = tree(f"cd / && {tree.folder}/bin/rds-update-sg-rule --port 5432", **self.cli.variables)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.rules()), 1)


class Unreachable(unittest.TestCase):
    def test_nobody_listening_is_exit_4_and_a_clear_endpoint_elsewhere_exit_2(self):
        aws = LocalAws()
        aws.url = "http://127.0.0.1:1"
        cli = Cli(aws, AWS_MAX_ATTEMPTS="1")
        done = cli("rds", "status")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("127.0.0.1:1", done.stderr)
        self.assertEqual(cli("rds", "status", AWS_ENDPOINT_URL="http://203.0.113.7:4566").returncode, 2)
        self.assertEqual(cli("rds", "statsu").returncode, 2)
        done = cli("rds", "status", AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)
        self.assertEqual(done.returncode, 2)
        self.assertIn("aws configure", done.stderr)
        aws.top.cleanup()

    def test_a_dry_run_sends_nothing_and_shows_no_password(self):
        aws = LocalAws()
        aws.url = "http://127.0.0.1:1"
        done = Cli(aws)("rds", "create", "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        for line in ("DBInstanceIdentifier=cruddur-db-instance", "DBInstanceClass=db.t3.micro", "Engine=postgres",
                     "MasterUsername=cruddurroot", "AllocatedStorage=20", "AvailabilityZone=us-east-1a",
                     "BackupRetentionPeriod=0", "Port=5432", "MultiAZ=false", "DBName=cruddur", "StorageType=gp2",
                     "PubliclyAccessible=true", "StorageEncrypted=true", "EnablePerformanceInsights=true",
                     "PerformanceInsightsRetentionPeriod=7", "DeletionProtection=false", "MasterUserPassword=***"):
            self.assertIn(line, done.stdout)
        done = Cli(aws)("rds", "create", "--dry-run", "--production")
        for line in ("PubliclyAccessible=false", "StorageEncrypted=true", "DeletionProtection=true", "MultiAZ=true",
                     "BackupRetentionPeriod=7"):
            self.assertIn(line, done.stdout)
        self.assertFalse((pathlib.Path(aws.top.name) / ".local").exists())
        aws.top.cleanup()


class Metadata(http.server.BaseHTTPRequestHandler):
    """The container's and the instance's sources of credentials, as their documents describe them."""

    KEYS = json.dumps({"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "secret/+=", "Token": "",
                       "Expiration": "2099-01-01T00:00:00Z"})

    def answer(self, text, status=200):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def do_PUT(self):
        known = self.path == "/latest/api/token" and self.headers["X-aws-ec2-metadata-token-ttl-seconds"]
        self.answer("the-token", 200 if known else 404)

    def do_GET(self):
        roles = "/latest/meta-data/iam/security-credentials/"
        if self.path == "/keys":
            good = self.headers["Authorization"] == "the-token"
            self.answer(self.KEYS if good else "", 200 if good else 401)
        elif self.headers["X-aws-ec2-metadata-token"] != "the-token":
            self.answer("", 401)
        elif self.path == roles:
            self.answer("a-role")
        elif self.path == roles + "a-role":
            self.answer(self.KEYS)
        else:
            self.answer("", 404)

    def log_message(self, *_):
        pass


class Signatures(unittest.TestCase):
    """Local AWS takes nothing but this one key: whatever is let in was signed with it, rightly."""

    @classmethod
    def setUpClass(cls):
        aws = LocalAws()
        cls.keys = aws.folder.parent / "credentials"
        cls.keys.write_text("[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret/+=\n")
        cls.wrong = cls.keys.with_name("wrong")
        cls.wrong.write_text("[wrong]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = other\n")
        aws.flags = ("--require-signatures", str(cls.keys))
        cls.aws = cls.enterClassContext(aws)
        cls.group = cls.aws.client("ec2", key="AKIDEXAMPLE", secret="secret/+=").create_security_group(
            GroupName="g", Description="d & e = f")["GroupId"]
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Metadata)
        cls.metadata = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)

    def allow(self, **variables):
        cli = Cli(self.aws, AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None, DB_SG_ID=self.group)
        return cli("rds", "allow-ip", "203.0.113.7", "--port", "5432", "--description", "a b/c=d:e", **variables)

    def ok(self, **variables):
        done = self.allow(**variables)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_of_a_profile_file_are_right(self):
        self.ok(AWS_SHARED_CREDENTIALS_FILE=str(self.keys))

    def test_of_the_environment_are_right(self):
        self.ok(AWS_ACCESS_KEY_ID="AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY="secret/+=")

    def test_of_a_containers_endpoint_are_right(self):
        self.ok(AWS_CONTAINER_CREDENTIALS_FULL_URI=self.metadata + "/keys",
                AWS_CONTAINER_AUTHORIZATION_TOKEN="the-token")
        done = self.allow(AWS_CONTAINER_CREDENTIALS_FULL_URI=self.metadata + "/keys")
        self.assertEqual(done.returncode, 2)

    def test_of_an_instances_metadata_are_right(self):
        self.ok(AWS_EC2_METADATA_DISABLED=None, AWS_EC2_METADATA_SERVICE_ENDPOINT=self.metadata)

    def test_of_a_wrong_key_are_refused_with_a_hint(self):
        done = self.allow(AWS_SHARED_CREDENTIALS_FILE=str(self.wrong), AWS_PROFILE="wrong")
        self.assertEqual(done.returncode, 1)
        self.assertIn("SignatureDoesNotMatch", done.stderr)
        self.assertIn("clock", done.stderr)
        self.assertNotIn("other", done.stderr)
        done = self.allow(AWS_ACCESS_KEY_ID="unknown", AWS_SECRET_ACCESS_KEY="x")
        self.assertIn("InvalidClientTokenId", done.stderr)


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
