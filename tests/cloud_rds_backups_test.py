#!/usr/bin/python3
"""Automated backups: any second since the first of them can be had again."""

import datetime
import math
import time
import unittest

from support.ledger import ROWS_A_SECOND, Load
from support.local_aws import LocalAws, code_of
from support.rds import admit, as_superuser, create, delete, describe, psql, wait_for
from support.waiting import until

def utc(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


class Backups(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.rds = cls.aws.client("rds")
        create(cls.rds, "books", BackupRetentionPeriod=1, StorageEncrypted=True)
        cls.books = wait_for(cls.rds, "books")
        admit(cls.aws, cls.books)
        cls.archive = cls.aws.folder / "wal" / cls.books["DbiResourceId"]

    def latest(self, name="books"):
        at = describe(self.rds, name).get("LatestRestorableTime")
        return at.timestamp() if at else 0

    def await_restorable(self, at, name="books"):
        until(lambda: self.latest(name) >= at, lambda: (self.latest(name), at, self.aws.logged[-5:]))

    def restore(self, name, at):
        asked = self.aws.shell(
            f"aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier books "
            f"--target-db-instance-identifier {name} --restore-time {utc(at).strftime('%Y-%m-%dT%H:%M:%SZ')}")
        self.assertEqual(asked.returncode, 0, asked.stderr)
        return wait_for(self.rds, name)

    def test_a_dropped_table_is_had_again_as_it_was_a_second_before(self):
        self.rds.create_db_instance_read_replica(DBInstanceIdentifier="reader", SourceDBInstanceIdentifier="books")
        self.assertEqual(psql(self.books, "create table ledger (n integer)").returncode, 0)
        with Load(self.books) as load:
            load.wait_for_more()
            as_superuser(self.aws, self.books, "select pg_switch_wal()")
            wait_for(self.rds, "reader")
            load.wait_for_more(ROWS_A_SECOND * 2)
            while not 0.4 < time.time() % 1 < 0.6:
                time.sleep(0.01)
            at = math.floor(time.time())
            self.assertEqual(psql(self.books, "drop table ledger").returncode, 0)
            self.await_restorable(at)
            begun = time.monotonic()
            restored = self.restore("books-before", at)
            print(f"restored to a point in time after {time.monotonic() - begun:.2f} s", flush=True)
        load.check(self, restored, at)
        self.assertEqual(psql(restored, "insert into ledger values (-1)").returncode, 0)
        self.assertEqual(restored["StorageEncrypted"], True)
        until(lambda: list((self.archive / "run-000001" / "sealed").glob("0*")), "nothing is sealed")
        for sealed in (self.archive / "run-000001" / "sealed").iterdir():
            self.assertEqual(sealed.read_bytes()[:8], b"CRUDVLT1")
        self.assertEqual(oct((self.archive / "run-000001" / "sealed").stat().st_mode & 0o777), "0o700")
        messages = [one["Message"] for one in self.rds.describe_events(
            SourceType="db-instance", SourceIdentifier="books-before")["Events"]]
        self.assertIn("Restored to a point in time", messages)
        delete(self.rds, "reader", "books-before")

    def test_what_is_refused(self):
        restore = self.rds.restore_db_instance_to_point_in_time
        to = {"TargetDBInstanceIdentifier": "never"}
        self.await_restorable(1)
        now = time.time()
        for code, arguments in (
                ("InvalidParameterCombination", {"SourceDBInstanceIdentifier": "books"}),
                ("InvalidParameterCombination", {"SourceDBInstanceIdentifier": "books", "UseLatestRestorableTime": True,
                                                 "RestoreTime": utc(now)}),
                ("InvalidParameterCombination", {"UseLatestRestorableTime": True}),
                ("InvalidParameterValue", {"SourceDBInstanceIdentifier": "books", "RestoreTime": utc(now + 3600)}),
                ("InvalidParameterValue", {"SourceDBInstanceIdentifier": "books", "RestoreTime": utc(now - 86400)}),
                ("DBInstanceNotFound", {"SourceDBInstanceIdentifier": "none", "UseLatestRestorableTime": True}),
                ("DBInstanceAutomatedBackupNotFound", {"SourceDbiResourceId": "db-NONE", "UseLatestRestorableTime": True}),
                ("DBInstanceAlreadyExists", {"SourceDBInstanceIdentifier": "books", "UseLatestRestorableTime": True,
                                             "TargetDBInstanceIdentifier": "books"})):
            found = code_of(restore, **{**to, **arguments})
            self.assertEqual(found and found[0], code, arguments)
        create(self.rds, "unkept")
        self.assertEqual(code_of(restore, SourceDBInstanceIdentifier="unkept", UseLatestRestorableTime=True, **to),
                         ("PointInTimeRestoreNotEnabled", 400))
        self.rds.delete_db_instance(DBInstanceIdentifier="unkept", SkipFinalSnapshot=True)

    def test_backups_that_outlive_their_instance(self):
        create(self.rds, "gone", BackupRetentionPeriod=1)
        gone = wait_for(self.rds, "gone")
        arn = self.rds.describe_db_instance_automated_backups(DBInstanceIdentifier="gone")[
            "DBInstanceAutomatedBackups"][0]["DBInstanceAutomatedBackupsArn"]
        self.assertEqual(psql(gone, "create table kept as select 7 as n").returncode, 0)
        self.await_restorable(time.time(), "gone")
        self.rds.delete_db_instance(DBInstanceIdentifier="gone", SkipFinalSnapshot=True, DeleteAutomatedBackups=False)
        until(lambda: code_of(self.rds.describe_db_instances, DBInstanceIdentifier="gone"), "it is still there")
        left = self.rds.describe_db_instance_automated_backups(
            Filters=[{"Name": "status", "Values": ["retained"]}])["DBInstanceAutomatedBackups"]
        self.assertEqual([(one["DbiResourceId"], one["Status"], one["DBInstanceAutomatedBackupsArn"]) for one in left],
                         [(gone["DbiResourceId"], "retained", arn)])
        self.assertLessEqual(left[0]["RestoreWindow"]["EarliestTime"], left[0]["RestoreWindow"]["LatestTime"])
        self.rds.restore_db_instance_to_point_in_time(SourceDBInstanceAutomatedBackupsArn=arn, Port=6543,
                                                      TargetDBInstanceIdentifier="back", UseLatestRestorableTime=True)
        back = wait_for(self.rds, "back")
        self.assertEqual((psql(back, "select n from kept").stdout.strip(), back["Endpoint"]["Port"]), ("7", 6543))
        folder = self.aws.folder / "wal" / gone["DbiResourceId"]
        self.assertTrue(folder.exists())
        self.rds.delete_db_instance_automated_backup(DbiResourceId=gone["DbiResourceId"])
        until(lambda: not folder.exists(), "its log is still there")
        delete(self.rds, "back")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
