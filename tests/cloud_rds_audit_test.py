#!/usr/bin/python3
"""`cruddur rds audit` against local AWS: an account with every fault, of which each is found and most are mended by the command
that it says; one that is laid out as deploy/cruddur.yaml describes; and a caller who may not ask."""

import json
import unittest

from support.cli import Tree
from support.local_aws import LocalAws
from support.rds import create_managed, wait_for

ACCOUNT = "000000000000"
FOUND, NOT_ASKED = 5, 1
CHECKS = {"encryption", "snapshots", "public-access", "security-groups", "tls", "iam-authentication", "master-password",
          "deletion-protection", "backups", "multi-az", "minor-version", "log-exports", "trail", "alerts", "service-control"}
BASE = {"DBInstanceClass": "db.t3.micro", "Engine": "postgres", "MasterUsername": "root", "AllocatedStorage": 20}


class Audit(unittest.TestCase):
    def begin(self):
        self.aws = self.enterContext(LocalAws())
        self.aws.key = "local"  # whom no policy binds
        self.tree = Tree(self.aws)
        self.tree.variables |= {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
        self.rds, self.ec2 = self.aws.client("rds"), self.aws.client("ec2")

    def audit(self, code, *arguments, **variables):
        done = self.tree(f"cruddur rds audit --json {' '.join(arguments)}", **variables)
        self.assertEqual(done.returncode, code, (done.stdout, done.stderr))
        return json.loads(done.stdout)

    def parameter_group(self, force_ssl):
        version = self.rds.describe_db_engine_versions(Engine="postgres", DefaultOnly=True)["DBEngineVersions"][0]
        name = f"ssl-{force_ssl}"
        self.rds.create_db_parameter_group(DBParameterGroupName=name, Description="d",
                                           DBParameterGroupFamily=version["DBParameterGroupFamily"])
        self.rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=[
            {"ParameterName": "rds.force_ssl", "ParameterValue": str(force_ssl), "ApplyMethod": "immediate"}])
        return name

    def group(self, cidr):
        group = self.ec2.create_security_group(GroupName="database", Description="d")["GroupId"]
        self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": cidr}]}])
        return group


    def manage_password(self, name):
        def add(params, **_):
            params["body"]["ManageMasterUserPassword"] = "true"
        self.rds.meta.events.register_first("before-call.rds.ModifyDBInstance", add)
        self.rds.modify_db_instance(DBInstanceIdentifier=name, ApplyImmediately=True)
        self.rds.meta.events.unregister("before-call.rds.ModifyDBInstance", add)


class Faults(Audit):
    def test_every_fault_is_found_and_its_command_mends_it(self):
        self.begin()
        self.rds.create_db_instance(
            DBInstanceIdentifier="bad", MasterUserPassword="a-long-password", PubliclyAccessible=True, BackupRetentionPeriod=0,
            AutoMinorVersionUpgrade=False, DBParameterGroupName=self.parameter_group(0),
            VpcSecurityGroupIds=[self.group("0.0.0.0/0")], **BASE)
        wait_for(self.rds, "bad")
        self.rds.create_db_snapshot(DBInstanceIdentifier="bad", DBSnapshotIdentifier="plain")
        self.rds.get_waiter("db_snapshot_available").wait(DBSnapshotIdentifier="plain", WaiterConfig={"Delay": 1})
        wait_for(self.rds, "bad")
        report = self.audit(FOUND)
        self.assertEqual({each["check"] for each in report["findings"]}, CHECKS)
        self.assertEqual((report["passed"], report["not_checked"], report["instances"]), ([], [], ["bad"]))
        counts = {check: sum(each["check"] == check for each in report["findings"]) for check in CHECKS}
        self.assertEqual((counts["alerts"], counts["service-control"]), (3, 3))
        for each in report["findings"]:
            self.assertTrue(each["meaning"].endswith("."), each)
            self.assertTrue(all(command.startswith("aws ") for command in each["commands"]), each)
        told = self.tree("cruddur rds audit")
        self.assertEqual(told.returncode, FOUND)
        self.assertIn("deletion-protection  bad: it is not protected against deletion\n  means  One command", told.stdout)

        single = [each for each in report["findings"] if len(each["commands"]) == 1]
        self.assertGreater(len(single), 9)
        for each in single:
            if each["check"] == "master-password":  # younger than Debian's AWS CLI
                self.manage_password("bad")
            else:
                done = self.aws.shell(each["commands"][0])
                self.assertEqual(done.returncode, 0, (each, done.stderr))
            wait_for(self.rds, "bad")
        left = self.audit(FOUND)
        self.assertEqual({each["check"] for each in left["findings"]}, {"encryption", "trail", "alerts", "service-control"})
        self.assertEqual(set(left["passed"]), CHECKS - {each["check"] for each in left["findings"]})

    def test_a_range_that_is_as_good_as_everybody_is_found_and_one_of_ones_own_is_not(self):
        self.begin()
        group = self.group("0.0.0.0/1")
        self.rds.create_db_instance(DBInstanceIdentifier="wide", MasterUserPassword="a-long-password", VpcSecurityGroupIds=[group],
                                    **BASE)

        def ranges():
            report = self.audit(FOUND, "wide")
            return [each["finding"].split()[-2] for each in report["findings"] if each["check"] == "security-groups"]

        self.assertEqual(ranges(), ["0.0.0.0/1"])
        self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
            {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
            {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
            {"IpProtocol": "tcp", "FromPort": 5000, "ToPort": 6000, "IpRanges": [{"CidrIp": "198.51.100.0/24"}]}])
        self.assertEqual(sorted(ranges()), ["0.0.0.0/1", "::/0"])
        done = self.tree("cruddur rds audit no-such")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no-such", done.stderr)


class Order(Audit):
    def lay_out(self):
        """What deploy/cruddur.yaml makes, and what it leaves to the account: a trail, alerts and what nobody may do."""
        self.begin()
        create_managed(
            self.rds, "good", StorageType="gp3", StorageEncrypted=True, MultiAZ=True,
            PubliclyAccessible=False, EnableIAMDatabaseAuthentication=True, DBParameterGroupName=self.parameter_group(1),
            VpcSecurityGroupIds=[self.group("10.20.0.0/16")], BackupRetentionPeriod=14, CopyTagsToSnapshot=True,
            DeletionProtection=True, AutoMinorVersionUpgrade=True, EnableCloudwatchLogsExports=["postgresql"])
        wait_for(self.rds, "good")
        trail, events, organizations = (self.aws.client(name) for name in ("cloudtrail", "events", "organizations"))
        trail.create_trail(Name="account", S3BucketName="account-trail", IsMultiRegionTrail=True)
        trail.start_logging(Name="account")
        self.aws.client("logs").create_log_group(logGroupName="/aws/events/alerts")
        for name, pattern in {
                "deleted": {"source": ["aws.rds"], "detail": {"eventName": [{"prefix": "Delete"}]}},
                "opened": {"detail": {"eventName": ["AuthorizeSecurityGroupIngress"], "requestParameters": {"ipPermissions": {
                    "items": {"ipRanges": {"items": {"cidrIp": ["0.0.0.0/0"]}}}}}}},
                "unsaved": {"detail": {"requestParameters": {"backupRetentionPeriod": [{"numeric": ["<", 1]}]}}}}.items():
            events.put_rule(Name=name, EventPattern=json.dumps(pattern))
            events.put_targets(Rule=name, Targets=[
                {"Id": "log", "Arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/events/alerts"}])
        organizations.create_organization()
        organizations.enable_policy_type(RootId=organizations.list_roots()["Roots"][0]["Id"], PolicyType="SERVICE_CONTROL_POLICY")
        policy = organizations.create_policy(Type="SERVICE_CONTROL_POLICY", Name="guard", Description="d", Content=json.dumps({
            "Version": "2012-10-17", "Statement": [
                {"Effect": "Deny", "NotAction": ["iam:*", "organizations:*", "sts:*"], "Resource": "*",
                 "Condition": {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}},
                {"Effect": "Deny", "Action": "rds:Delete*", "Resource": "*"},
                {"Effect": "Deny", "Action": ["rds:CreateDBInstance"], "Resource": "*",
                 "Condition": {"Bool": {"rds:StorageEncrypted": "false"}}}]}))["Policy"]["PolicySummary"]["Id"]
        organizations.attach_policy(PolicyId=policy, TargetId=ACCOUNT)
        return events

    def test_nothing_is_found_where_all_is_in_order(self):
        events = self.lay_out()
        report = self.audit(0)
        self.assertEqual((report["findings"], report["not_checked"], set(report["passed"])), ([], [], CHECKS))

        with self.subTest("a rule that is disabled, or sends to nobody, is no alert"):
            events.disable_rule(Name="opened")
            events.remove_targets(Rule="deleted", Ids=["log"])
            self.assertEqual([each["finding"].split(" alerts on ")[1] for each in self.audit(FOUND)["findings"]], [
                "the deletion of a DB instance", "a security group that is opened to 0.0.0.0/0"])
            self.aws.client("cloudtrail").stop_logging(Name="account")
            self.assertIn("trail", [each["check"] for each in self.audit(FOUND)["findings"]])

        with self.subTest("what the caller may not ask has not passed"):
            iam = self.aws.client("iam")
            iam.create_user(UserName="auditor")
            key = iam.create_access_key(UserName="auditor")["AccessKey"]
            signing = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
            report = self.audit(NOT_ASKED, **signing)
            self.assertEqual(({each["check"] for each in report["not_checked"]}, report["passed"]), (CHECKS, []))
            iam.put_user_policy(UserName="auditor", PolicyName="own", PolicyDocument=json.dumps({
                "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "rds:Describe*", "Resource": "*"}]}))
            report = self.audit(NOT_ASKED, **signing)
            self.assertEqual({each["check"] for each in report["not_checked"]},
                             {"security-groups", "trail", "alerts", "service-control"})
            self.assertIn("AccessDenied", str(report["not_checked"]))
            told = self.tree("cruddur rds audit", **signing)
            self.assertIn("trail  not checked: ", told.stdout)


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
