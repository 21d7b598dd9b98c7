#!/usr/bin/python3
"""What RDS takes acts, and what it says of an instance holds."""

import unittest

from support.local_aws import LocalAws, code_of
from support.rds import BASE, STATUS_SECONDS, admit, create, describe, installed_version, psql, wait_for
from support.waiting import until

# What RDS for PostgreSQL 15 lets its master user create of what PostgreSQL itself comes with.
EXTENSIONS = """amcheck autoinc bloom btree_gin btree_gist citext cube dblink dict_int dict_xsyn earthdistance fuzzystrmatch
    hstore insert_username intagg intarray isn lo ltree moddatetime old_snapshot pg_buffercache pg_freespacemap pg_prewarm
    pg_stat_statements pg_trgm pg_visibility pg_walinspect pgcrypto pgrowlocks pgstattuple postgres_fdw refint seg sslinfo
    tablefunc tcn tsm_system_rows tsm_system_time unaccent uuid-ossp xml2""".split()
NOT_IN_RDS = {"adminpack": "writes files of the machine", "file_fdw": "reads files of the machine", "pageinspect": "reads what no rule admits",
              "pg_surgery": "breaks rows"}
NAME = {"DBInstanceIdentifier": "truth"}


class Truth(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws("--allow-version-substitute"))
        cls.rds = cls.aws.client("rds")
        cls.version = installed_version()
        cls.major, cls.minor = map(int, cls.version.split("."))
        cls.made = cls.rds.create_db_instance(**{**BASE, **NAME, "BackupRetentionPeriod": 2, "StorageEncrypted": True,
                                                 "CopyTagsToSnapshot": True, "EngineVersion": f"{cls.major}.2",
                                                 "EnablePerformanceInsights": True,
                                                 "Tags": [{"Key": "of", "Value": "truth"}]})["DBInstance"]
        cls.instance = wait_for(cls.rds, "truth")
        admit(cls.aws, cls.instance)

    def events(self, name):
        found = self.rds.describe_events(SourceType="db-instance", SourceIdentifier=name)["Events"]
        return "\n".join(one["Message"] for one in found)

    def modified(self, **change):
        return self.rds.modify_db_instance(**NAME, **change)["DBInstance"]

    def refusal(self, call, **arguments):
        with self.assertRaises(self.rds.exceptions.ClientError) as refused:
            call(**arguments)
        return refused.exception.response["Error"]["Code"], refused.exception.response["Error"]["Message"]

    def delete(self, name, **how):
        self.rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True, **how)
        self.rds.get_waiter("db_instance_deleted").wait(DBInstanceIdentifier=name,
                                                        WaiterConfig={"Delay": 1, "MaxAttempts": STATUS_SECONDS})

    def automated(self, name):
        return self.rds.describe_db_snapshots(DBInstanceIdentifier=name, SnapshotType="automated")["DBSnapshots"]

    def test_an_instance_is_public_unless_told_otherwise(self):
        self.assertTrue(self.instance["PubliclyAccessible"])

    def test_the_version_is_the_one_that_runs(self):
        self.assertEqual(self.made["EngineVersion"], self.version)
        self.assertIn(f"Engine version {self.major}.2 was asked for", self.events("truth"))
        ran = psql(self.instance, "show server_version").stdout.split()[0]
        self.assertEqual(describe(self.rds, "truth")["EngineVersion"], ran)
        offered = [one["EngineVersion"] for one in self.rds.describe_db_engine_versions(Engine="postgres")["DBEngineVersions"]]
        self.assertIn(ran, offered)
        older, newer = f"{self.major}.2", f"{self.major}.{self.minor + 1}"
        code, told = self.refusal(self.rds.modify_db_instance, EngineVersion=older, **NAME)
        self.assertEqual((code, told.split(":")[0]),
                         ("InvalidParameterCombination", f"Cannot upgrade postgres from {ran} to {older}"))
        for wrong in ({"EngineVersion": newer}, {"EngineVersion": "17.1"},
                      {"EngineVersion": "17.1", "AllowMajorVersionUpgrade": True}):
            self.assertEqual(code_of(self.rds.modify_db_instance, **NAME, **wrong), ("InvalidParameterCombination", 400))
        for wrong in ({"EngineVersion": newer}, {"EngineVersion": older, "AutoMinorVersionUpgrade": False}):
            self.assertEqual(code_of(create, rds=self.rds, name="wrong", **wrong), ("InvalidParameterCombination", 400))
        self.assertEqual(self.modified(EngineVersion=ran)["PendingModifiedValues"], {})

    def test_what_cannot_be_is_refused(self):
        gp3 = {"StorageType": "gp3", "AllocatedStorage": 20}
        for code, wrong in [("NetworkTypeNotSupported", {"NetworkType": "DUAL"}),
                            ("InvalidParameterValue", {"NetworkType": "IPX"}),
                            ("InvalidParameterCombination", {"LicenseModel": "license-included"}),
                            ("InvalidParameterCombination", {"MaxAllocatedStorage": 10}),
                            ("InvalidParameterCombination", {**gp3, "Iops": 12_000}),
                            ("InvalidParameterCombination", {**gp3, "StorageThroughput": 500})]:
            with self.subTest(wrong):
                self.assertEqual(code_of(self.rds.modify_db_instance, **NAME, **wrong), (code, 400))
                self.assertEqual(code_of(create, rds=self.rds, name="wrong", **wrong), (code, 400))
        overlapping = {"PreferredBackupWindow": "04:45-05:15", "PreferredMaintenanceWindow": "sun:05:00-sun:05:30"}
        for call, arguments in ((self.rds.modify_db_instance, NAME),
                                (self.rds.create_db_instance, {**BASE, "DBInstanceIdentifier": "wrong"})):
            self.assertEqual(self.refusal(call, **arguments, **overlapping),
                             ("InvalidParameterValue", "The backup window and maintenance window must not overlap."))

    def test_one_window_leaves_the_other_beside_it(self):
        for given in ({"PreferredBackupWindow": "05:00-05:30"}, {"PreferredMaintenanceWindow": "sun:04:00-sun:04:30"}):
            made = create(self.rds, "windows", **given)
            self.assertEqual({name: made[name] for name in given}, given)
            self.assertFalse(made["PreferredMaintenanceWindow"].startswith(f"sun:{made['PreferredBackupWindow'][:5]}"))
            self.delete("windows")

    def test_a_filter_without_values_and_one_that_is_not_known_are_refused(self):
        for read in (self.rds.describe_db_instances, self.rds.describe_db_snapshots, self.rds.describe_db_engine_versions):
            self.assertEqual(code_of(read, Filters=[{"Name": "engine", "Values": []}]), ("InvalidParameterCombination", 400))
        for read in (self.rds.describe_db_instances, self.rds.describe_db_snapshots, self.rds.describe_events,
                     self.rds.describe_db_subnet_groups, self.rds.describe_db_parameter_groups):
            self.assertEqual(code_of(read, Filters=[{"Name": "colour", "Values": ["red"]}]), ("InvalidParameterValue", 400))

    def test_the_limit_of_autoscaling_is_kept_and_ends_at_the_storage_itself(self):
        self.assertEqual(self.modified(MaxAllocatedStorage=100)["MaxAllocatedStorage"], 100)
        self.assertEqual(describe(self.rds, "truth")["MaxAllocatedStorage"], 100)
        self.assertNotIn("MaxAllocatedStorage", self.modified(MaxAllocatedStorage=20))

    def test_nothing_is_enabled_or_offered_that_is_not_there(self):
        self.assertTrue(self.made["PerformanceInsightsEnabled"])
        offered = self.rds.describe_orderable_db_instance_options(
            Engine="postgres", DBInstanceClass="db.t3.micro")["OrderableDBInstanceOptions"]
        self.assertEqual({(one["MultiAZCapable"], one["SupportsPerformanceInsights"]) for one in offered}, {(True, True)})
        backup, = self.automated("truth")
        latest = until(lambda: describe(self.rds, "truth").get("LatestRestorableTime"), "there is none")
        self.assertGreater(latest, backup["SnapshotCreateTime"])
        self.assertEqual(backup["TagList"], [{"Key": "of", "Value": "truth"}])

    def test_a_restored_instance_is_as_its_snapshot_and_the_call_say(self):
        backup, = self.automated("truth")
        made = self.rds.restore_db_instance_from_db_snapshot(
            DBInstanceIdentifier="restored", DBSnapshotIdentifier=backup["DBSnapshotIdentifier"], Port=6544)["DBInstance"]
        self.assertEqual(made["KmsKeyId"], self.instance["KmsKeyId"])
        restored = wait_for(self.rds, "restored")
        self.assertEqual((restored["EngineVersion"], restored["Endpoint"]["Port"]), (self.version, 6544))
        self.delete("restored")

    def available(self, name):  # whatever is pending
        found = describe(self.rds, name)
        return found if found["DBInstanceStatus"] == "available" else None

    def test_a_password_alone_applies_nothing_that_waits(self):
        create(self.rds, "waits")
        wait_for(self.rds, "waits")
        name = {"DBInstanceIdentifier": "waits"}
        self.rds.modify_db_instance(DBInstanceClass="db.t3.small", **name)
        asked = self.rds.modify_db_instance(MasterUserPassword="anotherone", **name)["DBInstance"]
        self.assertEqual(asked["DBInstanceStatus"], "resetting-master-credentials")
        found = until(lambda: self.available("waits"), lambda: describe(self.rds, "waits"))
        self.assertEqual((found["DBInstanceClass"], found["PendingModifiedValues"]),
                         ("db.t3.micro", {"DBInstanceClass": "db.t3.small"}))
        self.assertEqual(psql(found, "select 1", password="anotherone").stdout, "1\n")
        asked = self.rds.modify_db_instance(DBPortNumber=6543, **name)["DBInstance"]
        self.assertEqual(asked["DBInstanceStatus"], "modifying")
        found = until(lambda: self.available("waits"), lambda: describe(self.rds, "waits"))
        self.assertEqual((found["Endpoint"]["Port"], found["DBInstanceClass"]), (6543, "db.t3.micro"))
        again = self.rds.modify_db_instance(DBInstanceClass="db.t3.micro", **name)["DBInstance"]
        self.assertEqual(again["PendingModifiedValues"], {})

    def test_automated_backups_stay_where_they_are_to_stay(self):
        for keep in (True, False):
            create(self.rds, "backed", BackupRetentionPeriod=1)
            wait_for(self.rds, "backed")
            self.delete("backed", DeleteAutomatedBackups=not keep)
            left = self.automated("backed")
            self.assertEqual(len(left), 1)
            self.assertEqual(left[0]["Status"], "available")
        self.rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="backed",
                                                      DBSnapshotIdentifier=left[0]["DBSnapshotIdentifier"])
        wait_for(self.rds, "backed")

    def test_automated_backups_that_an_instance_left_are_deleted_by_its_resource_id(self):
        delete = self.rds.delete_db_instance_automated_backup
        create(self.rds, "leaves", BackupRetentionPeriod=1)
        resource = wait_for(self.rds, "leaves")["DbiResourceId"]
        self.assertEqual(code_of(delete, DbiResourceId=resource), ("InvalidDBInstanceAutomatedBackupState", 400))
        self.delete("leaves", DeleteAutomatedBackups=False)
        self.assertEqual([each["DbiResourceId"] for each in self.automated("leaves")], [resource])
        gone = delete(DbiResourceId=resource)["DBInstanceAutomatedBackup"]
        self.assertEqual((gone["DbiResourceId"], gone["DBInstanceIdentifier"], gone["Status"]),
                         (resource, "leaves", "deleting"))
        self.assertEqual(self.automated("leaves"), [])
        for wrong in ({"DbiResourceId": resource}, {"DBInstanceAutomatedBackupsArn": "arn:aws:rds:us-east-1:0:auto-backup:ab-0"}):
            self.assertEqual(code_of(delete, **wrong), ("DBInstanceAutomatedBackupNotFound", 404))
        self.assertEqual(code_of(delete), ("InvalidParameterCombination", 400))

    def test_the_master_user_creates_each_extension_that_rds_has_and_none_that_reaches_the_machine(self):
        there = set(psql(self.instance, "select name from pg_available_extensions").stdout.split())
        offered = set(psql(self.instance, "show rds.extensions").stdout.strip().split(","))
        self.assertLessEqual({"bloom", "pg_stat_statements", "postgres_fdw", "xml2"}, there)
        self.assertEqual(offered, there & {*EXTENSIONS, "plpgsql"})
        for name in there:
            done = psql(self.instance, f'create extension if not exists "{name}" cascade')
            if name in offered:
                self.assertEqual(done.returncode, 0, (name, done.stderr))
            else:
                self.assertIn(name, NOT_IN_RDS)
                self.assertIn("permission denied", done.stderr, name)
        for used in ("select count(*) > 0 from pg_stat_statements",
                     "create server elsewhere foreign data wrapper postgres_fdw options (host '127.0.0.1')",
                     "create table bloomed (n int); create index on bloomed using bloom (n)"):
            done = psql(self.instance, used)
            self.assertEqual(done.returncode, 0, (used, done.stderr))
        self.assertEqual(psql(self.instance, "select rolsuper from pg_roles where rolname = current_user").stdout, "f\n")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
