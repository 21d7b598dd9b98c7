#!/usr/bin/python3
"""RDS after kill -9, SIGTERM and seven days: everything is there, and no committed row is lost."""

import os
import pathlib
import random
import signal
import socket
import time
import unittest

from support.local_aws import LocalAws, code_of
from support.rds import STATUS_SECONDS, admit, create, describe, postmaster_of, psql, wait_for
from support.waiting import until

WEEK_SECONDS = 7 * 24 * 60 * 60
# What one run of the suite has time for; more by hand: CRUDDUR_KILLS=100 CRUDDUR_KILLS_SEED=1.
KILLING_SECONDS = 60
POINTS_MIN = 10
KILLS = int(os.environ.get("CRUDDUR_KILLS", "0"))
SEED = int(os.environ.get("CRUDDUR_KILLS_SEED", "20260314"))


DAY_SECONDS = 24 * 60 * 60


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

    def test_a_day_later_there_is_another_backup_and_the_first_goes_with_its_retention(self):
        with LocalAws() as aws:
            create(aws.client("rds"), "daily", BackupRetentionPeriod=2)
            wait_for(aws.client("rds"), "daily")
            made = []
            for days in range(4):
                if days:
                    aws.stop()
                    aws.flags = ("--clock-ahead", str(days * DAY_SECONDS))
                    aws.start()
                made.append(self.wait_for_backup(aws.client("rds"), made))
            left = [one["DBSnapshotIdentifier"] for one in aws.client("rds").describe_db_snapshots(
                DBInstanceIdentifier="daily", SnapshotType="automated")["DBSnapshots"]]
            self.assertEqual(left, made[-2:])

    def wait_for_backup(self, rds, but):
        deadline = time.monotonic() + STATUS_SECONDS
        while True:
            wait_for(rds, "daily")
            for one in rds.describe_db_snapshots(DBInstanceIdentifier="daily")["DBSnapshots"]:
                if one["Status"] == "available" and one["DBSnapshotIdentifier"] not in but:
                    return one["DBSnapshotIdentifier"]
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)

    def test_rows_survive_the_death_of_anything_at_any_point(self):
        chance = random.Random(SEED)
        with LocalAws() as aws:
            rds = aws.client("rds")
            create(rds, "survivor")
            instance = wait_for(rds, "survivor")
            admit(aws, instance)
            self.assertEqual(psql(instance, "create table kept (n integer)").returncode, 0)
            written = 0
            deadline = time.monotonic() + KILLING_SECONDS
            for point in range(KILLS or 100):
                if not KILLS and point >= POINTS_MIN and time.monotonic() > deadline:
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
                    except (AssertionError, FileNotFoundError, IndexError, ProcessLookupError):
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
            print(f"{written} points", flush=True)
            self.assertGreaterEqual(written, KILLS or POINTS_MIN)

    def wait_for_either(self, rds):
        until(lambda: describe(rds, "survivor")["DBInstanceStatus"] in ("stopped", "available"), "it is neither")

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

    def test_once_it_stops_no_endpoint_takes_a_connection_again_whatever_its_jobs_still_do(self):
        with LocalAws() as aws:
            rds = aws.client("rds")
            create(rds, "ending")
            instance = wait_for(rds, "ending")
            where = instance["Endpoint"]["Address"], instance["Endpoint"]["Port"]

            def is_taken():
                with socket.socket() as client:
                    return client.connect_ex(where) == 0
            # The job waits for the server, and ends well once local AWS is stopping.
            server = postmaster_of(aws, instance)
            os.kill(server, signal.SIGSTOP)
            rds.modify_db_instance(DBInstanceIdentifier="ending", MasterUserPassword="another-one", ApplyImmediately=True)
            self.assertNotEqual(describe(rds, "ending")["DBInstanceStatus"], "available")
            aws.process.send_signal(signal.SIGTERM)
            while is_taken():
                self.assertIsNone(aws.process.poll())
            os.kill(server, signal.SIGCONT)
            while aws.process.poll() is None:
                self.assertFalse(is_taken())
            self.assertEqual(aws.stop(), 0)

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
