#!/usr/bin/python3
"""RDS by its real clients: refusals, lifecycle, and snapshots."""

import time
import unittest

from support.local_aws import LocalAws, code_of
from support.rds import BASE, STATUS_SECONDS, admit, create, describe, postmaster_of, psql, wait_for


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
        with self.assertRaisesRegex(self.rds.exceptions.ClientError, r"14\.6.*Here is PostgreSQL \d+.*engines add 14"):
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

    def test_a_change_of_what_needs_no_restart_is_applied_while_it_runs(self):
        create(self.rds, "live")
        instance = wait_for(self.rds, "live")
        server = postmaster_of(self.aws, instance)
        self.rds.modify_db_instance(DBInstanceIdentifier="live", AllocatedStorage=30, ApplyImmediately=True,
                                    MasterUserPassword="anotherone")
        self.assertEqual(wait_for(self.rds, "live")["AllocatedStorage"], 30)
        self.assertEqual(postmaster_of(self.aws, instance), server)

    def test_values_that_wait_are_applied_when_a_stopped_instance_starts(self):
        create(self.rds, "waiting")
        wait_for(self.rds, "waiting")
        name = {"DBInstanceIdentifier": "waiting"}
        self.rds.stop_db_instance(**name)
        wait_for(self.rds, "waiting", "stopped")
        asked = self.rds.modify_db_instance(DBInstanceClass="db.t3.small", **name)["DBInstance"]
        self.assertEqual((asked["DBInstanceStatus"], asked["DBInstanceClass"]), ("stopped", "db.t3.micro"))
        self.rds.start_db_instance(**name)
        self.assertEqual(wait_for(self.rds, "waiting")["DBInstanceClass"], "db.t3.small")

    def test_what_is_deleted_while_it_is_created_is_gone(self):
        for turn in range(3):
            create(self.rds, "brief", MultiAZ=turn == 2)
            time.sleep(turn * 0.3)
            resource = describe(self.rds, "brief")["DbiResourceId"]
            asked = self.rds.delete_db_instance(DBInstanceIdentifier="brief", SkipFinalSnapshot=True)
            self.assertEqual(asked["DBInstance"]["DBInstanceStatus"], "deleting")
            self.rds.get_waiter("db_instance_deleted").wait(
                DBInstanceIdentifier="brief", WaiterConfig={"Delay": 1, "MaxAttempts": STATUS_SECONDS})
            self.assertFalse((self.aws.folder / "instances" / resource).exists())

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
                create(rds, name, StorageEncrypted=sealed, BackupRetentionPeriod=3)
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
                self.assertEqual(restored["BackupRetentionPeriod"], 3)
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


if __name__ == "__main__":
    unittest.main(warnings="ignore")
