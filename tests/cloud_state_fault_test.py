#!/usr/bin/python3
"""Local AWS whose state cannot be written: locked, without room, or failing. A call fails as AWS's do, what is owed is
written later, and nothing else ends."""

import errno
import os
import signal
import tempfile
import time
import unittest

from support.faults import FailingDisk, locked, no_room
from support.local_aws import LocalAws, code_of
from support.rds import admit, create, describe, postmaster_of, psql, wait_for
from support.waiting import comes_true

UNAVAILABLE = ("ServiceUnavailable", 503)
LASTS_SECONDS = 3


class StateFault(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.TemporaryDirectory()
        cls.disk = FailingDisk(cls.top.name)
        os.environ.update(cls.disk.variables)
        cls.aws = LocalAws("--allow-version-substitute")
        cls.aws.start()
        for name in cls.disk.variables:
            del os.environ[name]
        cls.rds = cls.aws.client("rds")
        create(cls.rds, "kept")
        admit(cls.aws, wait_for(cls.rds, "kept"))
        cls.pool = cls.aws.client("cognito-idp").create_user_pool(PoolName="kept")["UserPool"]["Id"]
        cls.aws.client("logs").create_log_group(logGroupName="kept")

    @classmethod
    def tearDownClass(cls):
        cls.assertEqual(cls(), cls.aws.stop(), 0)
        cls.aws.top.cleanup()
        cls.top.cleanup()

    def calls_that_write(self):
        ec2, cognito, logs = (self.aws.client(name) for name in ("ec2", "cognito-idp", "logs"))
        return [
            (self.rds.modify_db_instance, {"DBInstanceIdentifier": "kept", "BackupRetentionPeriod": 3}),
            (self.rds.create_db_snapshot, {"DBInstanceIdentifier": "kept", "DBSnapshotIdentifier": "half"}),
            (ec2.create_security_group, {"GroupName": "half", "Description": "half"}),
            (cognito.create_user_pool, {"PoolName": "half"}),
            (cognito.admin_create_user, {"UserPoolId": self.pool, "Username": "half"}),
            (logs.create_log_group, {"logGroupName": "half"}),
        ]

    def made(self):
        ec2, cognito, logs = (self.aws.client(name) for name in ("ec2", "cognito-idp", "logs"))
        return (describe(self.rds, "kept")["PendingModifiedValues"],
                [one["DBSnapshotIdentifier"] for one in self.rds.describe_db_snapshots()["DBSnapshots"]],
                [one["GroupName"] for one in ec2.describe_security_groups()["SecurityGroups"]],
                [one["Name"] for one in cognito.list_user_pools(MaxResults=60)["UserPools"]],
                [one["Username"] for one in cognito.list_users(UserPoolId=self.pool)["Users"]],
                [one["logGroupName"] for one in logs.describe_log_groups()["logGroups"]])

    def events(self):
        return [one["Message"] for one in self.rds.describe_events(
            SourceType="db-instance", SourceIdentifier="kept", Duration=600)["Events"]]

    def hold(self, fault, serves_meanwhile):
        """What holds under every fault: the server is killed meanwhile, which is to be written down."""
        before = self.made()
        recoveries = sum("has started" in one for one in self.events())
        killed = postmaster_of(self.aws, describe(self.rds, "kept"))
        with fault:
            begun = time.monotonic()
            os.kill(killed, signal.SIGKILL)
            for call, arguments in self.calls_that_write():
                self.assertEqual(code_of(call, **arguments), UNAVAILABLE, call)
            self.assertEqual(self.made(), before)
            if serves_meanwhile:
                self.assertTrue(comes_true(lambda: psql(describe(self.rds, "kept"), "select 'served'").stdout == "served\n"))
            time.sleep(max(0, begun + LASTS_SECONDS - time.monotonic()))
            self.assertIsNone(self.aws.process.poll(), "it has ended")
            self.assertEqual(self.made(), before)
        instance = wait_for(self.rds, "kept")
        self.assertTrue(comes_true(lambda: sum("has started" in one for one in self.events()) == recoveries + 1), self.events())
        self.assertEqual(psql(instance, "select 'back'").stdout.strip(), "back")
        self.aws.client("logs").create_log_group(logGroupName="half")
        self.aws.client("logs").delete_log_group(logGroupName="half")
        self.assertEqual(self.made(), before)

    def test_a_file_that_another_program_has_locked(self):
        self.hold(locked(self.aws.folder / "state.db"), serves_meanwhile=True)

    def test_writes_that_fail_and_a_disk_that_is_full(self):
        for code in (errno.EIO, errno.ENOSPC):
            with self.subTest(errno.errorcode[code]):
                self.hold(self.disk.fails(code), serves_meanwhile=True)

    def test_a_server_without_room_is_shown_so_is_tried_again_and_comes_back(self):
        before = self.made()
        instance = describe(self.rds, "kept")
        log = self.aws.folder / "instances" / instance["DbiResourceId"] / "log" / "server.log"
        with no_room(self.aws.process.pid):
            os.kill(postmaster_of(self.aws, instance), signal.SIGKILL)
            self.assertTrue(comes_true(lambda: describe(self.rds, "kept")["DBInstanceStatus"] == "storage-full"))
            self.assertIsNone(self.aws.process.poll(), "it has ended")
        self.assertEqual(psql(wait_for(self.rds, "kept"), "select 'back'").stdout.strip(), "back")
        self.assertEqual(self.made(), before)
        self.assertTrue(log.exists())
        self.assertIn("The allocated storage for the DB instance has been exhausted. Allocate additional storage to resolve "
                      "this issue.", self.events())

    def test_a_server_that_cannot_start_is_shown_so_is_tried_with_pauses_and_comes_back(self):
        instance = describe(self.rds, "kept")
        log = self.aws.folder / "instances" / instance["DbiResourceId"] / "log" / "server.log"
        settings = self.aws.folder / "instances" / instance["DbiResourceId"] / "data" / "postgresql.conf"
        right = settings.read_text()
        settings.write_text(right + "\nno_such_setting = 'nonsense'\n")
        begun = log.stat().st_size
        os.kill(postmaster_of(self.aws, instance), signal.SIGKILL)
        self.assertTrue(comes_true(lambda: describe(self.rds, "kept")["DBInstanceStatus"] == "failed"))
        time.sleep(LASTS_SECONDS)
        tries = log.read_text()[begun:].count("no_such_setting")
        self.assertIn(tries, range(3, 9), "tries, with pauses that double")
        settings.write_text(right)
        self.assertEqual(psql(wait_for(self.rds, "kept"), "select 'back'").stdout.strip(), "back")


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")  # boto3 leaves its sockets to the collector
