#!/usr/bin/python3
"""Multi-AZ: the standby takes over behind the same endpoint, and no acknowledged write is lost."""

import os
import signal
import subprocess
import threading
import time
import unittest

from support.local_aws import LocalAws, code_of
from support.rds import STATUS_SECONDS, admit, create, describe, node_of, postmaster_of, psql, url_of, wait_for, wait_for_standby

WRITERS = 4
BACK_SECONDS_MAX = 30  # on a machine that has much else to do; the figure that counts is printed


def zones_of_interfaces(aws):
    return {each["AvailabilityZone"] for each in aws.client("ec2").describe_network_interfaces()["NetworkInterfaces"]}


class Writer(threading.Thread):
    """Writes numbers of its own, one a transaction, each sent once, and remembers those acknowledged."""

    def __init__(self, instance, first):
        super().__init__(daemon=True)
        self.instance, self.number = instance, first
        self.acknowledged, self.at = [], []
        self.ending = False

    def run(self):
        while not self.ending:
            with subprocess.Popen(
                    ["psql", "--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", url_of(self.instance)],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1,
                    env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}) as session:
                try:
                    while not self.ending and self.write(session):
                        pass
                except OSError:  # its server is gone
                    pass
                session.kill()

    def write(self, session):
        self.number += WRITERS
        session.stdin.write(f"insert into writes values ({self.number}) returning n;\n")
        if session.stdout.readline().strip() != str(self.number):
            return False
        self.acknowledged.append(self.number)
        self.at.append(time.monotonic())
        return True


class Load:
    def __init__(self, instance):
        self.writers = [Writer(instance, first) for first in range(WRITERS)]

    def __enter__(self):
        for writer in self.writers:
            writer.start()
        self.wait_for_more()
        return self

    def __exit__(self, *_):
        for writer in self.writers:
            writer.ending = True
        for writer in self.writers:
            writer.join(STATUS_SECONDS)

    def wait_for_more(self, each=20):
        """Until every writer has written so many from now on."""
        begun = [len(writer.at) for writer in self.writers]
        deadline = time.monotonic() + STATUS_SECONDS
        while any(len(writer.at) < before + each for writer, before in zip(self.writers, begun)):
            assert time.monotonic() < deadline, begun
            time.sleep(0.01)

    def outage_since(self, begun):
        """The longest time without an acknowledged write of anybody."""
        at = sorted(one for writer in self.writers for one in writer.at if one > begun - 1)
        return max(later - earlier for earlier, later in zip(at, at[1:]))


class Failover(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.rds = cls.aws.client("rds")
        create(cls.rds, "pair", MultiAZ=True)
        instance = wait_for(cls.rds, "pair")
        admit(cls.aws, instance)
        assert psql(instance, "create table writes (n bigint)").returncode == 0

    def wait_for_standby(self):
        wait_for_standby(self.aws, wait_for(self.rds, "pair"))
        return describe(self.rds, "pair")

    def wait_for_other_node(self, instance, than):
        deadline = time.monotonic() + STATUS_SECONDS
        while True:
            self.assertLess(time.monotonic(), deadline)
            try:
                if node_of(self.aws, instance) != than:
                    return
            except AssertionError:  # neither is the primary at this moment
                pass
            time.sleep(0.01)

    def take_over(self, end, what):
        """`end` ends the primary under load; the standby is to have taken its place."""
        before = self.wait_for_standby()
        node = node_of(self.aws, before)
        self.assertEqual(psql(before, "truncate writes").returncode, 0)
        with Load(before) as load:
            begun = time.monotonic()
            end(before)
            self.wait_for_other_node(before, node)
            load.wait_for_more()
            print(f"{what}: writes were back after {load.outage_since(begun):.2f} s", flush=True)
            self.assertLess(load.outage_since(begun), BACK_SECONDS_MAX)
        after = wait_for(self.rds, "pair")
        self.assertNotEqual(node_of(self.aws, after), node)
        self.assertEqual(after["Endpoint"], before["Endpoint"])
        self.assertEqual((after["AvailabilityZone"], after["SecondaryAvailabilityZone"]),
                         (before["SecondaryAvailabilityZone"], before["AvailabilityZone"]))
        events = [one["Message"] for one in self.rds.describe_events(
            SourceType="db-instance", SourceIdentifier="pair", EventCategories=["failover"])["Events"]]
        self.assertEqual(events[-2:], ["Multi-AZ instance failover started", "Multi-AZ instance failover completed"])
        acknowledged = sorted(one for writer in load.writers for one in writer.acknowledged)
        found = [int(line) for line in psql(after, "select n from writes").stdout.split()]
        self.assertEqual(len(found), len(set(found)), "written twice")
        self.assertEqual(set(acknowledged) - set(found), set(), "acknowledged and lost")
        self.wait_for_standby()

    def test_forced_by_a_reboot(self):
        self.take_over(lambda _: self.rds.reboot_db_instance(DBInstanceIdentifier="pair", ForceFailover=True),
                       "forced failover")

    def test_when_the_primary_is_killed(self):
        self.take_over(lambda instance: os.kill(postmaster_of(self.aws, instance), signal.SIGKILL),
                       "kill -9 of the primary")

    def test_there_and_back_again(self):
        for turn in range(2):
            self.take_over(lambda instance: os.kill(postmaster_of(self.aws, instance), signal.SIGKILL),
                           f"kill -9 of the primary, again ({turn + 1})")

    def test_a_standby_that_dies_or_hangs_holds_up_no_write_for_long(self):
        for number in (signal.SIGKILL, signal.SIGSTOP):
            instance = self.wait_for_standby()
            standby = postmaster_of(self.aws, instance, of_standby=True)
            children = subprocess.run(["pgrep", "-P", str(standby)], capture_output=True, text=True).stdout.split()
            with Load(instance) as load:
                begun = time.monotonic()
                for pid in [standby, *map(int, children if number == signal.SIGSTOP else [])]:
                    os.kill(pid, number)
                load.wait_for_more()
                print(f"{number.name} of the standby: writes were back after {load.outage_since(begun):.2f} s",
                      flush=True)
            self.assertEqual(self.wait_for_standby()["AvailabilityZone"], instance["AvailabilityZone"])

    def test_everything_comes_back_after_the_death_of_all(self):
        before = self.wait_for_standby()
        self.assertEqual(psql(before, "insert into writes values (-1)").returncode, 0)
        os.kill(postmaster_of(self.aws, before), signal.SIGKILL)
        self.aws.kill_and_start()
        type(self).rds = self.aws.client("rds")
        after = self.wait_for_standby()
        self.assertEqual(psql(after, "delete from writes where n = -1 returning n").stdout.strip(), "-1")


class Conversion(unittest.TestCase):
    def test_to_multi_az_and_back_while_it_runs(self):
        with LocalAws() as aws:
            rds = aws.client("rds")
            create(rds, "convert")
            name = {"DBInstanceIdentifier": "convert"}
            single = wait_for(rds, "convert")
            self.assertEqual((single["MultiAZ"], single.get("SecondaryAvailabilityZone")), (False, None))
            admit(aws, single)
            self.assertEqual(code_of(rds.reboot_db_instance, ForceFailover=True, **name),
                             ("InvalidParameterCombination", 400))
            primary = postmaster_of(aws, single)
            asked = rds.modify_db_instance(MultiAZ=True, **name)["DBInstance"]
            self.assertEqual((asked["MultiAZ"], asked["PendingModifiedValues"]), (False, {"MultiAZ": True}))
            rds.modify_db_instance(MultiAZ=True, ApplyImmediately=True, **name)
            double = wait_for(rds, "convert")
            self.assertTrue(double["MultiAZ"])
            self.assertNotEqual(double["SecondaryAvailabilityZone"], double["AvailabilityZone"])
            self.assertEqual(zones_of_interfaces(aws), {double["AvailabilityZone"], double["SecondaryAvailabilityZone"]})
            self.assertEqual(postmaster_of(aws, double), primary)
            replicas = "select count(*) from pg_stat_replication where sync_state = 'sync'"
            self.assertEqual(psql(double, replicas).stdout.strip(), "1")
            rds.reboot_db_instance(ForceFailover=True, **name)
            wait_for(rds, "convert")
            rds.modify_db_instance(MultiAZ=False, ApplyImmediately=True, **name)
            single = wait_for(rds, "convert")
            self.assertEqual((single["MultiAZ"], single.get("SecondaryAvailabilityZone")), (False, None))
            self.assertEqual(zones_of_interfaces(aws), {single["AvailabilityZone"]})
            self.assertEqual(psql(single, "select count(*) from pg_replication_slots").stdout.strip(), "0")
            self.assertEqual(psql(single, "create table kept (n integer)").returncode, 0)
            rds.stop_db_instance(**name)
            wait_for(rds, "convert", "stopped")
            rds.start_db_instance(**name)
            self.assertEqual(psql(wait_for(rds, "convert"), "select count(*) from kept").stdout.strip(), "0")
            rds.delete_db_instance(SkipFinalSnapshot=True, **name)
            rds.get_waiter("db_instance_deleted").wait(
                **name, WaiterConfig={"Delay": 1, "MaxAttempts": STATUS_SECONDS})
            self.assertEqual(list((aws.folder / "instances").iterdir()), [])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
