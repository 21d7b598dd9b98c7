#!/usr/bin/python3
"""What an instance is in and shows, by boto3: subnet groups, option groups, certificates, and log files, which come to
CloudWatch Logs where they are exported."""

import pathlib
import subprocess
import time
import unittest

from support.local_aws import LocalAws, code_of
from support.rds import STATUS_SECONDS, admit, create, describe, installed_version, psql, url_of, wait_for
from support.waiting import until

MAJOR = installed_version().split(".")[0]


class Groups(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.rds, cls.logs = cls.aws.client("rds"), cls.aws.client("logs")
        found = sorted(cls.aws.client("ec2").describe_subnets()["Subnets"], key=lambda one: one["AvailabilityZone"])
        cls.subnets = [one["SubnetId"] for one in found]
        cls.zones = [one["AvailabilityZone"] for one in found]
        cls.group("Own", cls.subnets[1:3])
        cls.rds.create_option_group(OptionGroupName="Plain", EngineName="postgres", MajorEngineVersion=MAJOR,
                                    OptionGroupDescription="none")
        create(cls.rds, "one", DBSubnetGroupName="own", OptionGroupName="plain",
               EnableCloudwatchLogsExports=["upgrade", "postgresql"])
        cls.one = wait_for(cls.rds, "one")
        admit(cls.aws, cls.one)

    @classmethod
    def group(cls, name, subnets, **more):
        return cls.rds.create_db_subnet_group(DBSubnetGroupName=name, DBSubnetGroupDescription="d", SubnetIds=subnets, **more)

    def test_a_subnet_group_has_its_subnets_and_instances(self):
        [found] = self.rds.describe_db_subnet_groups(DBSubnetGroupName="OWN")["DBSubnetGroups"]
        self.assertEqual([one["SubnetIdentifier"] for one in found["Subnets"]], self.subnets[1:3])
        self.assertEqual(self.one["DBSubnetGroup"]["DBSubnetGroupName"], "own")
        self.assertEqual(self.one["AvailabilityZone"], self.zones[1])
        self.assertEqual(code_of(self.rds.delete_db_subnet_group, DBSubnetGroupName="own"),
                         ("InvalidDBSubnetGroupStateFault", 400))
        self.assertEqual(code_of(self.rds.modify_db_subnet_group, DBSubnetGroupName="own",
                                 SubnetIds=[self.subnets[0], self.subnets[2]]), ("SubnetAlreadyInUse", 400))
        changed = self.rds.modify_db_subnet_group(DBSubnetGroupName="own", DBSubnetGroupDescription="three",
                                                  SubnetIds=self.subnets[:3])["DBSubnetGroup"]
        self.assertEqual((changed["DBSubnetGroupDescription"], len(changed["Subnets"])), ("three", 3))
        made = self.group("passing", self.subnets[:2], Tags=[{"Key": "owner", "Value": "ann"}])["DBSubnetGroup"]
        self.assertEqual(self.rds.list_tags_for_resource(ResourceName=made["DBSubnetGroupArn"])["TagList"],
                         [{"Key": "owner", "Value": "ann"}])
        self.rds.delete_db_subnet_group(DBSubnetGroupName="passing")
        self.assertEqual(code_of(self.rds.describe_db_subnet_groups, DBSubnetGroupName="passing"),
                         ("DBSubnetGroupNotFoundFault", 404))

    def test_refusals(self):
        named = {"DBSubnetGroupDescription": "d", "SubnetIds": self.subnets[:2]}
        options = {"EngineName": "postgres", "MajorEngineVersion": MAJOR, "OptionGroupDescription": "d"}
        change = {"DBInstanceIdentifier": "one"}
        for code, operation, arguments in [
            ("DBSubnetGroupAlreadyExists", self.rds.create_db_subnet_group, {**named, "DBSubnetGroupName": "own"}),
            ("DBSubnetGroupDoesNotCoverEnoughAZs", self.rds.create_db_subnet_group,
             {**named, "DBSubnetGroupName": "few", "SubnetIds": self.subnets[:1]}),
            ("InvalidSubnet", self.rds.create_db_subnet_group,
             {**named, "DBSubnetGroupName": "few", "SubnetIds": ["subnet-00000000000000000", self.subnets[0]]}),
            ("InvalidParameterValue", self.rds.create_db_subnet_group, {**named, "DBSubnetGroupName": "Default"}),
            ("InvalidDBSubnetGroupStateFault", self.rds.delete_db_subnet_group, {"DBSubnetGroupName": "default"}),
            ("OptionGroupAlreadyExistsFault", self.rds.create_option_group, {**options, "OptionGroupName": "plain"}),
            ("InvalidParameterValue", self.rds.create_option_group,
             {**options, "OptionGroupName": "a", "EngineName": "mysql"}),
            ("InvalidOptionGroupStateFault", self.rds.delete_option_group, {"OptionGroupName": "plain"}),
            ("InvalidOptionGroupStateFault", self.rds.delete_option_group, {"OptionGroupName": f"default:postgres-{MAJOR}"}),
            ("OptionGroupNotFoundFault", self.rds.delete_option_group, {"OptionGroupName": "nobodys"}),
            ("InvalidParameterCombination", self.rds.modify_db_instance, {**change, "OptionGroupName": "default:postgres-12"}),
            ("InvalidVPCNetworkStateFault", self.rds.modify_db_instance, {**change, "DBSubnetGroupName": "default"}),
            ("CertificateNotFound", self.rds.modify_db_instance, {**change, "CACertificateIdentifier": "rds-ca-2019"}),
            ("InvalidParameterCombination", self.rds.modify_db_instance,
             {**change, "CloudwatchLogsExportConfiguration": {"EnableLogTypes": ["audit"]}}),
            ("DBLogFileNotFoundFault", self.rds.download_db_log_file_portion,
             {**change, "LogFileName": "error/../../server.log"}),
        ]:
            with self.subTest(operation=operation.__name__, arguments=arguments):
                self.assertEqual((code_of(operation, **arguments) or [None])[0], code)

    def test_an_option_group_is_there_without_options(self):
        self.assertEqual(self.one["OptionGroupMemberships"], [{"OptionGroupName": "plain", "Status": "in-sync"}])
        found = self.rds.describe_option_groups(EngineName="postgres", MajorEngineVersion=MAJOR)["OptionGroupsList"]
        self.assertEqual([one["OptionGroupName"] for one in found], [f"default:postgres-{MAJOR}", "plain"])
        self.assertEqual(self.rds.describe_option_group_options(EngineName="postgres")["OptionGroupOptions"], [])

    def test_a_certificate_is_of_the_authority_that_is_asked_for(self):
        names = {one["CertificateIdentifier"] for one in self.rds.describe_certificates()["Certificates"]}
        self.assertEqual(names, {"rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"})
        self.assertEqual(self.one["CACertificateIdentifier"], "rds-ca-rsa2048-g1")
        at = self.one["Endpoint"]

        def verified():
            """The issuer of what is shown, and whether a client that trusts the bundle admits it."""
            shown = subprocess.run(["openssl", "s_client", "-starttls", "postgres", "-connect", f"{at['Address']}:{at['Port']}"],
                                   input="", capture_output=True, text=True, timeout=60).stdout
            url = url_of(self.one, mode="verify-full") + f"&sslrootcert={self.aws.folder / 'authority.pem'}"
            done = subprocess.run(["psql", "-qAt", url, "-c", "select 'trusted'"], capture_output=True, text=True, timeout=60)
            return [line for line in shown.splitlines() if line.startswith("issuer=")], done.stdout
        before, admits = verified()
        self.assertEqual(admits, "trusted\n")
        self.rds.modify_db_instance(DBInstanceIdentifier="one", CACertificateIdentifier="rds-ca-ecc384-g1",
                                    ApplyImmediately=True)
        self.assertEqual(describe(self.rds, "one")["CACertificateIdentifier"], "rds-ca-ecc384-g1")
        until(lambda: verified()[0] not in ([], before), "the certificate stayed")
        self.assertEqual(verified()[1], "trusted\n")

    def test_log_files_are_described_and_read_in_parts(self):
        self.assertIn("division by zero", psql(self.one, "select 1/0 as of_the_log_files").stderr)
        newest = until(lambda: [one for one in self.rds.describe_db_log_files(DBInstanceIdentifier="one")["DescribeDBLogFiles"]
                                if one["Size"] > 0], "nothing was logged")[-1]
        self.assertRegex(newest["LogFileName"], r"^error/postgresql\.log\.\d{4}-\d\d-\d\d-\d\d$")
        name = {"DBInstanceIdentifier": "one", "LogFileName": newest["LogFileName"]}
        pages = self.rds.get_paginator("download_db_log_file_portion").paginate(
            **name, PaginationConfig={"StartingToken": "0", "PageSize": 2})
        parts = [page["LogFileData"] for page in pages]
        self.assertGreater(len(parts), 1)
        self.assertTrue(all(part.count("\n") <= 2 for part in parts))
        self.assertIn("of_the_log_files", "".join(parts))
        [file] = pathlib.Path(self.aws.folder / "instances").glob(f"*/log/{newest['LogFileName']}")
        self.assertTrue(file.read_text().startswith("".join(parts)[:50]))
        last = self.rds.download_db_log_file_portion(**name, NumberOfLines=1)
        self.assertEqual((last["LogFileData"].count("\n"), last["AdditionalDataPending"]), (1, False))

    def test_what_is_logged_comes_to_cloudwatch_logs(self):
        self.assertEqual(self.one["EnabledCloudwatchLogsExports"], ["postgresql", "upgrade"])
        group = "/aws/rds/instance/one/postgresql"
        psql(self.one, "select\n1/0 as of_the_export")

        def exported():
            try:
                return [one for one in self.logs.filter_log_events(logGroupName=group)["events"]
                        if "of_the_export" in one["message"]]
            except self.logs.exceptions.ResourceNotFoundException:
                return []
        [event] = until(exported, "nothing was exported")
        self.assertIn("\t1/0 as of_the_export", event["message"])  # a statement's lines are one event
        self.assertLess(abs(event["timestamp"] / 1000 - time.time()), STATUS_SECONDS)
        self.rds.modify_db_instance(DBInstanceIdentifier="one",
                                    CloudwatchLogsExportConfiguration={"DisableLogTypes": ["postgresql"]})
        self.assertEqual(describe(self.rds, "one")["EnabledCloudwatchLogsExports"], ["upgrade"])
        self.rds.modify_db_instance(DBInstanceIdentifier="one",
                                    CloudwatchLogsExportConfiguration={"EnableLogTypes": ["postgresql"]})
        self.assertEqual(len(exported()), 1)


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
