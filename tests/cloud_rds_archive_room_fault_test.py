#!/usr/bin/python3
"""A full disk for the archive of the write-ahead log: the instance goes on, an event says so, and with room it is backed up anew."""

import os
import subprocess
import time
import unittest

from support.local_aws import LocalAws
from support.rds import admit, as_superuser, create, describe, psql, wait_for, wait_for_backup
from support.waiting import until

OWN = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
LITTLE_MIB, ENOUGH_MIB = 80, 1024
WAL_MIB = 4
# By a process of its own, which has every right in a user namespace that it enters, and would lose them to mount(8) by executing it.
RESIZE = """
import ctypes, os, sys
MS_REMOUNT = 32
c = ctypes.CDLL(None, use_errno=True)
process, folder, mebibytes, *namespaces = sys.argv[1:]
def check(status):
    if status != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
for name in namespaces:
    with open(f"/proc/{process}/ns/{name}") as namespace:
        check(c.setns(namespace.fileno(), 0))
check(c.mount(b"none", folder.encode(), None, MS_REMOUNT, f"size={mebibytes}m".encode()))
"""


class ArchiveRoom(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = LocalAws()
        cls.archives = cls.aws.folder / "wal"  # a disk of its own, for what is run by this
        cls.aws.command = ["/usr/bin/unshare", "--mount", *OWN, "/bin/sh", "-c",
                           f'mkdir -p {cls.archives} && chmod 711 {cls.aws.folder} {cls.archives} && '
                           f'mount -t tmpfs -o size={LITTLE_MIB}m,mode=0711 none {cls.archives} && exec "$@"', "sh", *cls.aws.command]
        cls.enterClassContext(cls.aws)
        cls.rds = cls.aws.client("rds")
        create(cls.rds, "full", BackupRetentionPeriod=1)
        cls.full = wait_for_backup(cls.rds, "full")
        admit(cls.aws, cls.full)

    def resize(self, mebibytes):
        namespaces = (["user"] if OWN else []) + ["mnt"]
        subprocess.run(["/usr/bin/python3", "-c", RESIZE, str(self.aws.process.pid), self.archives, str(mebibytes), *namespaces],
                       timeout=60, check=True)

    def latest(self):
        return describe(self.rds, "full")["LatestRestorableTime"]

    def events(self):
        return [one["Message"] for one in self.rds.describe_events(SourceType="db-instance", SourceIdentifier="full")["Events"]]

    def free_mib(self):
        own = ["--user", "--preserve-credentials"] if OWN else []
        command = ["nsenter", f"--target={self.aws.process.pid}", "--mount", *own, "df", "--output=avail", "-m", self.archives]
        return int(subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.split()[-1])

    def write(self, number):
        self.assertEqual(psql(self.full, f"insert into kept values ({number})").returncode, 0)
        as_superuser(self.aws, self.full, f"select pg_logical_emit_message(false, 'noise', repeat('x', {WAL_MIB << 19})), pg_switch_wal()")

    def test_it_is_said_and_mended(self):
        self.assertEqual(psql(self.full, "create table kept (n integer)").returncode, 0)
        number = 0
        while self.free_mib() >= WAL_MIB:
            number += 1
            self.write(number)
            self.assertLess(number, 100, (self.free_mib(), self.events()))
        until(lambda: any("there is no room left" in one for one in self.events()), self.events)
        stays = self.latest()
        for _ in range(3):
            number += 1
            self.write(number)
            time.sleep(1)  # more than LatestRestorableTime is behind
        self.assertEqual((describe(self.rds, "full")["DBInstanceStatus"], self.latest()), ("available", stays), self.aws.logged[-5:])
        self.assertEqual(psql(self.full, "select count(*) from kept").stdout, f"{number}\n")
        self.resize(ENOUGH_MIB)
        number += 1
        self.write(number)
        at = time.time()
        until(lambda: self.latest().timestamp() > at, lambda: (self.latest(), self.events()[-5:], self.aws.logged[-5:]))
        wait_for(self.rds, "full")
        self.rds.restore_db_instance_to_point_in_time(SourceDBInstanceIdentifier="full", TargetDBInstanceIdentifier="again",
                                                      UseLatestRestorableTime=True)
        self.assertEqual(psql(wait_for(self.rds, "again"), "select count(*), max(n) from kept").stdout, f"{number}|{number}\n")
        told = self.events()
        self.assertIn("The write-ahead log is archived again.", told)
        self.assertEqual(told.count("Finished DB Instance backup"), 1, told)  # nothing was missed


if __name__ == "__main__":
    unittest.main(warnings="ignore")
