#!/usr/bin/python3
"""RDS by its real clients: refusals, lifecycle, what waits, and what survives."""

import os
import pathlib
import random
import signal
import subprocess
import time
import unittest

from support.local_aws import LocalAws, code_of

BASE = {"DBInstanceClass": "db.t3.micro", "Engine": "postgres", "MasterUsername": "root",
        "MasterUserPassword": "milkyway2023", "AllocatedStorage": 20, "BackupRetentionPeriod": 0}
STATUS_SECONDS = 120
WEEK_SECONDS = 7 * 24 * 60 * 60


def create(rds, name, **more):
    return rds.create_db_instance(**{**BASE, "DBInstanceIdentifier": name, "PubliclyAccessible": True, **more})[
        "DBInstance"]


def describe(rds, name):
    return rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def wait_for(rds, name, status="available"):
    deadline = time.monotonic() + STATUS_SECONDS
    while True:
        found = describe(rds, name)
        if found["DBInstanceStatus"] == status and not found["PendingModifiedValues"]:
            return found
        assert time.monotonic() < deadline, (name, found["DBInstanceStatus"], status)
        time.sleep(0.02)


def admit(aws, instance):
    aws.client("ec2").authorize_security_group_ingress(
        GroupId=instance["VpcSecurityGroups"][0]["VpcSecurityGroupId"], IpProtocol="tcp", FromPort=1150, ToPort=65535,
        CidrIp="127.0.0.1/32")


def psql(instance, sql, password="milkyway2023", database="postgres", mode="require", user="root"):
    at = instance["Endpoint"]
    return subprocess.run(
        ["psql", "--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1",
         f"postgresql://{user}:{password}@{at['Address']}:{at['Port']}/{database}?sslmode={mode}&connect_timeout=30",
         "-c", sql], capture_output=True, text=True, timeout=120, env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})


def postmaster_of(aws, instance):
    folder = aws.folder / "instances" / instance["DbiResourceId"] / "data" / "postmaster.pid"
    return int(folder.read_text().split()[0])


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.rds = cls.aws.client("rds")
        create(cls.rds, "protected", DeletionProtection=True)
        wait_for(cls.rds, "protected")

    def test_parameters_of_creation(self):
        for code, wrong in [
            ("InvalidParameterValue", {"DBInstanceIdentifier": "1st"}),
            ("InvalidParameterValue", {"DBInstanceIdentifier": "a--b"}),
            ("InvalidParameterValue", {"DBInstanceIdentifier": "a-"}),
            ("InvalidParameterValue", {"DBInstanceIdentifier": "a" * 64}),
            ("InvalidParameterValue", {"MasterUserPassword": "short"}),
            ("InvalidParameterValue", {"MasterUserPassword": "with a space"}),
            ("InvalidParameterValue", {"MasterUserPassword": "at@and/slash"}),
            ("InvalidParameterValue", {"MasterUserPassword": "a" * 129}),
            ("InvalidParameterValue", {"MasterUsername": "rdsadmin"}),
            ("InvalidParameterValue", {"MasterUsername": "user"}),
            ("InvalidParameterValue", {"MasterUsername": "pg_me"}),
            ("InvalidParameterValue", {"MasterUsername": "1st"}),
            ("InvalidParameterValue", {"DBName": "no-hyphen"}),
            ("InvalidParameterValue", {"DBName": "select"}),
            ("InvalidParameterValue", {"DBInstanceClass": "db.t9.micro"}),
            ("InvalidParameterCombination", {"DBInstanceClass": "db.t2.micro"}),
            ("InvalidParameterValue", {"Engine": "mysql"}),
            ("InvalidParameterCombination", {"EngineVersion": "15.99"}),
            ("InvalidParameterCombination", {"EngineVersion": "14.6"}),
            ("InvalidParameterValue", {"AllocatedStorage": 19}),
            ("InvalidParameterValue", {"AllocatedStorage": 65537}),
            ("InvalidParameterValue", {"StorageType": "gp9"}),
            ("InvalidParameterCombination", {"StorageType": "io1", "AllocatedStorage": 100}),
            ("InvalidParameterCombination", {"StorageType": "gp2", "Iops": 3000}),
            ("InvalidParameterCombination", {"MaxAllocatedStorage": 20}),
            ("InvalidParameterValue", {"AvailabilityZone": "us-east-1"}),
            ("InvalidParameterValue", {"AvailabilityZone": "eu-west-1a"}),
            ("InvalidParameterCombination", {"AvailabilityZone": "us-east-1a", "MultiAZ": True}),
            ("InvalidParameterValue", {"BackupRetentionPeriod": 36}),
            ("InvalidParameterValue", {"PreferredBackupWindow": "04:00-04:10"}),
            ("InvalidParameterValue", {"PreferredMaintenanceWindow": "someday"}),
            ("InvalidParameterValue", {"Port": 80}),
            ("InvalidParameterCombination", {"PerformanceInsightsRetentionPeriod": 7}),
            ("InvalidParameterValue", {"EnablePerformanceInsights": True, "PerformanceInsightsRetentionPeriod": 8}),
            ("InvalidParameterCombination", {"EnableIAMDatabaseAuthentication": True}),
            ("InvalidParameterCombination", {"LicenseModel": "bring-your-own-license"}),
            ("InvalidParameterValue", {"VpcSecurityGroupIds": ["sg-00000000000000000"]}),
            ("KMSKeyNotAccessibleFault", {"StorageEncrypted": True, "KmsKeyId": "1234"}),
            ("DBInstanceAlreadyExists", {"DBInstanceIdentifier": "PROTECTED"}),
        ]:
            with self.subTest(wrong):
                refused = code_of(self.rds.create_db_instance, **{**BASE, "DBInstanceIdentifier": "wrong", **wrong})
                self.assertEqual(refused, (code, 400))
        for code, wrong in [("DBSubnetGroupNotFoundFault", {"DBSubnetGroupName": "mine"}),
                            ("DBParameterGroupNotFound", {"DBParameterGroupName": "mine"}),
                            ("OptionGroupNotFoundFault", {"OptionGroupName": "mine"})]:
            with self.subTest(wrong):
                refused = code_of(self.rds.create_db_instance, **{**BASE, "DBInstanceIdentifier": "wrong", **wrong})
                self.assertEqual(refused, (code, 404))
        self.assertEqual(len(self.rds.describe_db_instances()["DBInstances"]), 1)

    def test_a_version_that_is_not_installed_names_those_there_are(self):
        with self.assertRaisesRegex(self.rds.exceptions.ClientError, r"14\.6.*this machine has PostgreSQL \d+"):
            create(self.rds, "old", EngineVersion="14.6")

    def test_unknown_names(self):
        missing = {"DBInstanceIdentifier": "missing"}
        for call in (self.rds.describe_db_instances, self.rds.stop_db_instance, self.rds.start_db_instance,
                     self.rds.reboot_db_instance, self.rds.modify_db_instance):
            self.assertEqual(code_of(call, **missing), ("DBInstanceNotFound", 404))
        self.assertEqual(code_of(self.rds.delete_db_instance, SkipFinalSnapshot=True, **missing),
                         ("DBInstanceNotFound", 404))
        self.assertEqual(code_of(self.rds.describe_db_snapshots, DBSnapshotIdentifier="missing"),
                         ("DBSnapshotNotFound", 404))
        self.assertEqual(code_of(self.rds.delete_db_snapshot, DBSnapshotIdentifier="missing"),
                         ("DBSnapshotNotFound", 404))
        self.assertEqual(code_of(self.rds.restore_db_instance_from_db_snapshot, DBSnapshotIdentifier="missing",
                                 **missing), ("DBSnapshotNotFound", 404))

    def test_states_and_deletion(self):
        name = {"DBInstanceIdentifier": "protected"}
        self.assertEqual(code_of(self.rds.start_db_instance, **name), ("InvalidDBInstanceState", 400))
        self.assertEqual(code_of(self.rds.delete_db_instance, SkipFinalSnapshot=True, **name),
                         ("InvalidParameterCombination", 400))
        self.assertEqual(code_of(self.rds.reboot_db_instance, ForceFailover=True, **name),
                         ("InvalidParameterCombination", 400))
        self.rds.modify_db_instance(DeletionProtection=False, **name)
        self.assertEqual(code_of(self.rds.delete_db_instance, **name), ("InvalidParameterCombination", 400))
        self.assertEqual(code_of(self.rds.delete_db_instance, SkipFinalSnapshot=True,
                                 FinalDBSnapshotIdentifier="last", **name), ("InvalidParameterCombination", 400))
        self.rds.modify_db_instance(DeletionProtection=True, **name)

    def test_a_group_in_use_is_kept(self):
        ec2 = self.aws.client("ec2")
        group = ec2.create_security_group(GroupName="used", Description="used")["GroupId"]
        self.rds.modify_db_instance(DBInstanceIdentifier="protected", VpcSecurityGroupIds=[group])
        self.assertEqual(code_of(ec2.delete_security_group, GroupId=group), ("DependencyViolation", 400))

    def test_offers(self):
        versions = self.rds.describe_db_engine_versions(Engine="postgres", DefaultOnly=True)["DBEngineVersions"]
        self.assertEqual(len(versions), 1)
        version = versions[0]["EngineVersion"]
        options = self.rds.describe_orderable_db_instance_options(
            Engine="postgres", EngineVersion=version, DBInstanceClass="db.t3.micro")["OrderableDBInstanceOptions"]
        self.assertIn("gp2", {one["StorageType"] for one in options})
        pages = self.rds.get_paginator("describe_orderable_db_instance_options").paginate(Engine="postgres",
                                                                                         EngineVersion=version)
        self.assertGreater(sum(len(page["OrderableDBInstanceOptions"]) for page in pages), 100)
        group = self.rds.describe_db_subnet_groups()["DBSubnetGroups"][0]
        self.assertEqual((group["DBSubnetGroupName"], len(group["Subnets"])), ("default", 6))
        names = {one["DBParameterGroupName"] for one in self.rds.describe_db_parameter_groups()["DBParameterGroups"]}
        self.assertIn("default.postgres15", names)


class Lifecycle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.rds = cls.aws.client("rds")

    def test_the_master_user_is_no_superuser(self):
        create(self.rds, "roles")
        instance = wait_for(self.rds, "roles")
        if not self.aws.client("ec2").describe_security_group_rules(
                Filters=[{"Name": "group-id", "Values": [
                    instance["VpcSecurityGroups"][0]["VpcSecurityGroupId"]]}])["SecurityGroupRules"][2:]:
            admit(self.aws, instance)
        done = psql(instance, "select rolsuper, rolcreatedb, rolcreaterole, pg_has_role('rds_superuser', 'member') "
                              "from pg_roles where rolname = current_user")
        self.assertEqual(done.stdout.strip(), "f|t|t|t", done.stderr)
        for forbidden in ("copy (select 1) to program 'true'", "grant pg_execute_server_program to root",
                          "grant pg_read_server_files to root", "alter role root superuser", "set role rdsadmin",
                          "alter role rdsadmin password 'mine'", "select pg_read_file('postgresql.conf')"):
            self.assertNotEqual(psql(instance, forbidden).returncode, 0, forbidden)
        for admitted in ("create database more", "create role other login", "create extension pgcrypto",
                         "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'other'"):
            done = psql(instance, admitted)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotEqual(psql(instance, "select 1", user="rdsadmin").returncode, 0)

        self.rds.modify_db_instance(DBInstanceIdentifier="roles", MasterUserPassword="anotherone")
        wait_for(self.rds, "roles")
        self.assertEqual(psql(instance, "select 1", password="anotherone").stdout.strip(), "1")
        self.assertIn("password authentication failed", psql(instance, "select 1").stderr)
        if instance["EngineVersion"] >= "15":  # which ask for TLS by themselves
            self.assertIn("no encryption", psql(instance, "select 1", password="anotherone", mode="disable").stderr)

    def test_changes_wait_or_are_applied(self):
        create(self.rds, "changes")
        wait_for(self.rds, "changes")
        name = {"DBInstanceIdentifier": "changes"}
        asked = self.rds.modify_db_instance(DBInstanceClass="db.t3.small", BackupRetentionPeriod=3, **name)
        self.assertEqual(asked["DBInstance"]["PendingModifiedValues"],
                         {"DBInstanceClass": "db.t3.small", "BackupRetentionPeriod": 3})
        self.rds.reboot_db_instance(**name)
        found = wait_for(self.rds, "changes")
        self.assertEqual((found["DBInstanceClass"], found["BackupRetentionPeriod"]), ("db.t3.small", 3))
        asked = self.rds.modify_db_instance(AllocatedStorage=40, DBPortNumber=6543, ApplyImmediately=True, **name)
        self.assertEqual(asked["DBInstance"]["DBInstanceStatus"], "modifying")
        found = wait_for(self.rds, "changes")
        self.assertEqual((found["AllocatedStorage"], found["Endpoint"]["Port"]), (40, 6543))
        self.assertEqual(code_of(self.rds.modify_db_instance, AllocatedStorage=30, **name),
                         ("InvalidParameterCombination", 400))

    def test_pages_filters_and_tags(self):
        arn = create(self.rds, "tagged", Tags=[{"Key": "a", "Value": "b"}])["DBInstanceArn"]
        wait_for(self.rds, "tagged")
        self.rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "c", "Value": "d"}])
        self.rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["a"])
        self.assertEqual(self.rds.list_tags_for_resource(ResourceName=arn)["TagList"], [{"Key": "c", "Value": "d"}])
        found = self.rds.describe_db_instances(Filters=[{"Name": "db-instance-id", "Values": ["tagged"]}])
        self.assertEqual([one["DBInstanceIdentifier"] for one in found["DBInstances"]], ["tagged"])
        self.assertEqual(code_of(self.rds.describe_db_instances, Filters=[{"Name": "colour", "Values": ["red"]}]),
                         ("InvalidParameterValue", 400))
        self.assertEqual(code_of(self.rds.describe_db_instances, MaxRecords=19), ("InvalidParameterValue", 400))
        self.assertEqual(code_of(self.rds.describe_db_instances, Marker="?"), ("InvalidParameterValue", 400))
        events = self.rds.describe_events(SourceType="db-instance", SourceIdentifier="tagged")["Events"]
        self.assertIn("DB instance created", [one["Message"] for one in events])


class Snapshots(unittest.TestCase):
    def test_rows_come_back_from_a_snapshot_whether_sealed_or_not(self):
        with LocalAws() as aws:
            rds = aws.client("rds")
            for name, sealed in (("plain", False), ("sealed", True)):
                create(rds, name, StorageEncrypted=sealed, BackupRetentionPeriod=1)
                instance = wait_for(rds, name)
                automated = rds.describe_db_snapshots(DBInstanceIdentifier=name)["DBSnapshots"]
                self.assertEqual([(one["SnapshotType"], one["Status"], one["Encrypted"]) for one in automated],
                                 [("automated", "available", sealed)])
                if name == "plain":
                    admit(aws, instance)
                done = psql(instance, "create table kept as select 'what nobody else may read' as text")
                self.assertEqual(done.returncode, 0, done.stderr)
                rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-snapshot")
                self.assertEqual(code_of(rds.create_db_snapshot, DBInstanceIdentifier=name,
                                         DBSnapshotIdentifier=f"{name}-again"), ("InvalidDBInstanceState", 400))
                rds.get_waiter("db_snapshot_available").wait(
                    DBSnapshotIdentifier=f"{name}-snapshot", WaiterConfig={"Delay": 1, "MaxAttempts": STATUS_SECONDS})
                wait_for(rds, name)
                self.assertEqual(code_of(rds.create_db_snapshot, DBInstanceIdentifier=name,
                                         DBSnapshotIdentifier=f"{name}-snapshot"), ("DBSnapshotAlreadyExists", 400))
                rds.restore_db_instance_from_db_snapshot(
                    DBInstanceIdentifier=f"{name}-restored", PubliclyAccessible=True,
                    DBSnapshotIdentifier=f"{name}-snapshot")
                restored = wait_for(rds, f"{name}-restored")
                self.assertEqual(psql(restored, "select text from kept").stdout.strip(), "what nobody else may read")
                rds.delete_db_instance(DBInstanceIdentifier=name, FinalDBSnapshotIdentifier=f"{name}-last")
                rds.get_waiter("db_instance_deleted").wait(
                    DBInstanceIdentifier=name, WaiterConfig={"Delay": 1, "MaxAttempts": STATUS_SECONDS})
                left = rds.describe_db_snapshots(DBInstanceIdentifier=name)["DBSnapshots"]
                self.assertEqual([one["DBSnapshotIdentifier"] for one in left], [f"{name}-last", f"{name}-snapshot"])
            found = [b"what nobody else may read" in file.read_bytes() for file in (aws.folder / "snapshots").iterdir()]
            self.assertTrue(any(found) and not all(found))
            rds.delete_db_snapshot(DBSnapshotIdentifier="plain-last")
            self.assertEqual(code_of(rds.describe_db_snapshots, DBSnapshotIdentifier="plain-last"),
                             ("DBSnapshotNotFound", 404))


class Survival(unittest.TestCase):
    def test_a_stopped_instance_starts_by_itself_after_seven_days(self):
        with LocalAws() as aws:
            rds = aws.client("rds")
            create(rds, "forgotten")
            wait_for(rds, "forgotten")
            rds.stop_db_instance(DBInstanceIdentifier="forgotten")
            self.assertIn("AutomaticRestartTime", wait_for(rds, "forgotten", "stopped"))
            self.assertEqual(code_of(rds.stop_db_instance, DBInstanceIdentifier="forgotten"),
                             ("InvalidDBInstanceState", 400))
            aws.stop()
            aws.flags = ("--clock-ahead", str(WEEK_SECONDS - 600))
            aws.start()
            time.sleep(1)
            self.assertEqual(describe(aws.client("rds"), "forgotten")["DBInstanceStatus"], "stopped")
            aws.stop()
            aws.flags = ("--clock-ahead", str(WEEK_SECONDS))
            aws.start()
            wait_for(aws.client("rds"), "forgotten")

    def test_rows_survive_the_death_of_anything_at_any_point(self):
        chance = random.Random(20260314)
        with LocalAws() as aws:
            rds = aws.client("rds")
            create(rds, "survivor")
            instance = wait_for(rds, "survivor")
            admit(aws, instance)
            self.assertEqual(psql(instance, "create table kept (n integer)").returncode, 0)
            written = 0
            deadline = time.monotonic() + 100
            for point in range(100):
                if time.monotonic() > deadline:
                    break
                written += 1
                done = psql(instance, f"insert into kept values ({written})")
                self.assertEqual(done.returncode, 0, done.stderr)
                act = chance.choice(["stop", "reboot", "modify", "nothing"])
                if act == "stop":
                    rds.stop_db_instance(DBInstanceIdentifier="survivor")
                elif act == "reboot":
                    rds.reboot_db_instance(DBInstanceIdentifier="survivor")
                elif act == "modify":
                    rds.modify_db_instance(DBInstanceIdentifier="survivor", ApplyImmediately=True,
                                           DBInstanceClass=f"db.t3.{chance.choice(['micro', 'small'])}")
                time.sleep(chance.random() * 0.3)
                victim = chance.choice(["endpoint", "instance", "both"])
                if victim != "endpoint":
                    try:
                        os.kill(postmaster_of(aws, instance), signal.SIGKILL)
                    except (FileNotFoundError, IndexError, ProcessLookupError):
                        pass  # it is stopped, or was just about to begin
                if victim != "instance":
                    aws.kill_and_start()
                rds = aws.client("rds")
                if act == "stop":
                    self.wait_for_either(rds)
                    if describe(rds, "survivor")["DBInstanceStatus"] == "stopped":
                        rds.start_db_instance(DBInstanceIdentifier="survivor")
                instance = wait_for(rds, "survivor")
                done = psql(instance, "select count(*), max(n) from kept")
                self.assertEqual(done.stdout.strip(), f"{written}|{written}", (point, act, victim, done.stderr))
            self.assertGreater(written, 9)

    def wait_for_either(self, rds):
        deadline = time.monotonic() + STATUS_SECONDS
        while describe(rds, "survivor")["DBInstanceStatus"] not in ("stopped", "available"):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def test_creation_and_deletion_survive_the_endpoints_death(self):
        chance = random.Random(2023)
        with LocalAws() as aws:
            for turn in range(6):
                create(aws.client("rds"), f"made-{turn}", DBName="cruddur")
                time.sleep(chance.random())
                aws.kill_and_start()
                wait_for(aws.client("rds"), f"made-{turn}")
                aws.client("rds").delete_db_instance(DBInstanceIdentifier=f"made-{turn}", SkipFinalSnapshot=True)
                time.sleep(chance.random() * 0.2)
                aws.kill_and_start()
                aws.client("rds").get_waiter("db_instance_deleted").wait(
                    DBInstanceIdentifier=f"made-{turn}", WaiterConfig={"Delay": 1, "MaxAttempts": STATUS_SECONDS})
            self.assertEqual(list((aws.folder / "instances").iterdir()), [])

    def test_servers_end_with_sigterm_and_come_back(self):
        with LocalAws() as aws:
            create(aws.client("rds"), "back")
            instance = wait_for(aws.client("rds"), "back")
            pid = postmaster_of(aws, instance)
            self.assertEqual(aws.stop(), 0)
            self.assertFalse(pathlib.Path(f"/proc/{pid}").exists())
            aws.start()
            wait_for(aws.client("rds"), "back")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
