#!/usr/bin/python3
"""kill -9 of anything at random points, while rows are written: all comes back by itself, and nothing acknowledged is lost.

By hand, for more: CRUDDUR_KILLS=100; the same ones again: CRUDDUR_KILLS_SEED, which it prints.
"""

import collections
import datetime
import math
import os
import random
import signal
import subprocess
import time
import unittest

from support.ledger import Load
from support.local_aws import LocalAws
from support.rds import admit, create, describe, node_of, postmaster_of, psql, wait_for, when_free
from support.waiting import until

KILLS = int(os.environ.get("CRUDDUR_KILLS", "6"))
SEED = int(os.environ.get("CRUDDUR_KILLS_SEED") or random.randrange(1_000_000))
BACK_SECONDS = 120  # for all to be as it was
VICTIMS = ("archiver", "primary", "replica", "cruddur")


class Kills(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.rds = cls.aws.client("rds")
        create(cls.rds, "books", BackupRetentionPeriod=1, StorageEncrypted=True)
        cls.books = wait_for(cls.rds, "books")
        admit(cls.aws, cls.books)
        when_free(cls.rds.create_db_instance_read_replica, DBInstanceIdentifier="reader", SourceDBInstanceIdentifier="books")
        cls.reader = wait_for(cls.rds, "reader")
        assert psql(cls.books, "create table ledger (n integer)").returncode == 0

    def pids(self, victim):
        """The processes to kill; none where they are not there at the moment."""
        if victim == "cruddur":
            return [self.aws.process.pid]
        if victim == "archiver":
            found = subprocess.run(["pgrep", "-f", f"pg_receivewal.*{self.books['DbiResourceId']}"], capture_output=True, text=True)
            return [int(pid) for pid in found.stdout.split()]
        try:
            instance = self.reader if victim == "replica" else self.books
            return [postmaster_of(self.aws, instance, of_standby=victim == "replica")]
        except (AssertionError, OSError, IndexError):
            return []

    def kill(self, victim):
        pids = self.pids(victim)
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                return 0
        if victim == "cruddur":
            self.aws.stop(signal.SIGKILL)
            self.aws.start()
            type(self).rds = self.aws.client("rds")
        return len(pids)

    def is_whole(self):
        books, reader = describe(self.rds, "books"), describe(self.rds, "reader")
        return (books["DBInstanceStatus"], reader["DBInstanceStatus"]) == ("available", "available") \
            and all(one["Normal"] for one in reader["StatusInfos"]) and reader["StatusInfos"] and self.pids("archiver")

    def told(self):
        return [(one["SourceIdentifier"], one["Message"]) for one in self.rds.describe_events(SourceType="db-instance")["Events"]][-10:], \
            [(describe(self.rds, name)["DBInstanceStatus"], describe(self.rds, name)["StatusInfos"]) for name in ("books", "reader")], \
            self.aws.logged[-10:]

    def test_nothing_acknowledged_is_lost_to_the_death_of_anything(self):
        print(f"CRUDDUR_KILLS={KILLS} CRUDDUR_KILLS_SEED={SEED}", flush=True)
        chance = random.Random(SEED)
        copied = os.stat(node_of(self.aws, self.reader, of_standby=True) / "data").st_ino
        killed, longest, begun = collections.Counter(), 0, time.monotonic()
        with Load(self.books) as load:
            load.wait_for_more(50)
            for number in range(KILLS):
                victim = VICTIMS[number % len(VICTIMS)] if KILLS <= 2 * len(VICTIMS) else chance.choice(VICTIMS)
                # Some of them while what was killed before is but coming back.
                comes_back, pause = chance.random() < 0.7, chance.uniform(0, 0.8)
                killed[victim] += self.kill(victim)
                if comes_back:
                    at = time.monotonic()
                    load.wait_for_more(20)
                    longest = max(longest, time.monotonic() - at)
                time.sleep(pause)
            load.wait_for_more(50)
            until(self.is_whole, self.told, BACK_SECONDS)
            load.wait_for_more(50)
            at = math.floor(time.time())
            load.wait_for_more(50)
            until(lambda: (latest := describe(self.rds, "books").get("LatestRestorableTime")) and latest.timestamp() >= at, self.told)
        until(lambda: psql(self.books, "select count(*) from ledger").stdout == psql(self.reader, "select count(*) from ledger").stdout,
              self.told)
        rows = [load.check_all(self, one) for one in (self.books, self.reader)]
        self.assertEqual(rows[0], rows[1])
        self.assertEqual(os.stat(node_of(self.aws, self.reader, of_standby=True) / "data").st_ino, copied,
                         "the replica was copied anew, though its source had all that it lacked")
        self.rds.restore_db_instance_to_point_in_time(
            SourceDBInstanceIdentifier="books", TargetDBInstanceIdentifier="again",
            RestoreTime=datetime.datetime.fromtimestamp(at, datetime.timezone.utc))
        load.check(self, wait_for(self.rds, "again"), at)
        print(f"killed {dict(killed)} in {time.monotonic() - begun:.0f} s; {load.acknowledged()} rows acknowledged, {rows[0]} there; "
              f"the longest wait for twenty more was {longest:.1f} s", flush=True)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
