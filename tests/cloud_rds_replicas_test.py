#!/usr/bin/python3
"""Read replicas: they stream behind endpoints of their own, follow their source wherever it goes, and can become
instances of their own."""

import os
import signal
import subprocess
import time
import unittest

from support.local_aws import LocalAws, code_of
from support.rds import admit, as_superuser, create, delete, describe, node_of, postmaster_of, psql, wait_for, \
    wait_for_backup, wait_for_standby, when_free
from support.waiting import until


def message_of(call, **arguments):
    try:
        call(**arguments)
    except call.__self__.exceptions.ClientError as refused:
        return refused.response["Error"]["Message"]
    raise AssertionError("it was not refused")


class Replicas(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.rds = cls.aws.client("rds")
        create(cls.rds, "source", BackupRetentionPeriod=1)
        cls.source = wait_for_backup(cls.rds, "source")
        admit(cls.aws, cls.source)
        assert psql(cls.source, "create table kept (n integer)").returncode == 0

    def replicate(self, name, source="source"):
        when_free(self.rds.create_db_instance_read_replica, DBInstanceIdentifier=name, SourceDBInstanceIdentifier=source)
        return wait_for(self.rds, name)

    def delete(self, *names):
        delete(self.rds, *names)
        for name in names:
            until(lambda: code_of(self.rds.describe_db_instances, DBInstanceIdentifier=name), f"{name} is still there")

    def replicas(self, name):
        return describe(self.rds, name)["ReadReplicaDBInstanceIdentifiers"]

    def await_row(self, instance, number):
        until(lambda: psql(instance, f"select count(*) from kept where n = {number}").stdout.strip() == "1",
              lambda: (number, describe(self.rds, instance["DBInstanceIdentifier"])["StatusInfos"]))

    def write(self, instance, number):
        done = psql(instance, f"insert into kept values ({number})")
        self.assertEqual(done.returncode, 0, done.stderr)

    def await_replicating(self, name):
        return until(lambda: [one for one in describe(self.rds, name)["StatusInfos"] if one["Normal"]],
                     lambda: describe(self.rds, name)["StatusInfos"])[0]

    def test_by_the_command_line(self):
        def ask():
            nonlocal begun
            begun = time.monotonic()
            asked = self.aws.shell("aws rds create-db-instance-read-replica --db-instance-identifier cli-reader "
                                   "--source-db-instance-identifier source --port 6543 --tags Key=owner,Value=ann")
            # Whose archive was cut off with a replica is backed up anew by itself.
            return None if "it is backing-up" in asked.stderr else asked
        begun = 0
        made = until(ask, "the source is being backed up without end")
        self.assertEqual(made.returncode, 0, made.stderr)
        replica = wait_for(self.rds, "cli-reader")
        print(f"a read replica was available after {time.monotonic() - begun:.2f} s", flush=True)
        self.assertEqual((replica["ReadReplicaSourceDBInstanceIdentifier"], self.replicas("source")),
                         ("source", ["cli-reader"]))
        self.assertNotEqual(replica["Endpoint"]["Address"], self.source["Endpoint"]["Address"])
        self.assertEqual(replica["Endpoint"]["Port"], 6543)
        self.assertEqual((replica["BackupRetentionPeriod"], replica["TagList"]), (0, [{"Key": "owner", "Value": "ann"}]))
        status = self.await_replicating("cli-reader")
        self.assertEqual((status["StatusType"], status["Status"]), ("read replication", "replicating"))
        self.assertRegex(status["Message"], r"^ReplicaLag: \d+\.\d{3} s$")
        self.write(self.source, 1)
        self.await_row(replica, 1)
        self.assertIn("read-only transaction", psql(replica, "insert into kept values (2)").stderr)
        self.assertEqual(message_of(self.rds.stop_db_instance, DBInstanceIdentifier="cli-reader"),
                         "Instance cli-reader is a read replica, which cannot be stopped. Delete or promote it.")
        self.assertEqual(code_of(self.rds.stop_db_instance, DBInstanceIdentifier="source"), ("InvalidDBInstanceState", 400))
        self.assertEqual(code_of(self.rds.delete_db_instance, DBInstanceIdentifier="cli-reader",
                                 FinalDBSnapshotIdentifier="none"), ("InvalidParameterCombination", 400))
        self.rds.reboot_db_instance(DBInstanceIdentifier="cli-reader")
        self.write(self.source, 3)
        self.await_row(wait_for(self.rds, "cli-reader"), 3)
        self.delete("cli-reader")
        self.assertEqual(self.replicas("source"), [])
        self.assertEqual(psql(self.source, "select count(*) from pg_replication_slots where slot_name like 'replica%'"
                              ).stdout.strip(), "0")

    def test_what_is_refused(self):
        create(self.rds, "unkept")
        asks = self.rds.create_db_instance_read_replica
        self.assertEqual(code_of(asks, DBInstanceIdentifier="r", SourceDBInstanceIdentifier="unkept"),
                         ("InvalidDBInstanceState", 400))
        wait_for(self.rds, "unkept")
        self.assertIn("Automated backups are not enabled",
                      message_of(asks, DBInstanceIdentifier="r", SourceDBInstanceIdentifier="unkept"))
        self.assertEqual(code_of(asks, DBInstanceIdentifier="r", SourceDBInstanceIdentifier="nobody"),
                         ("DBInstanceNotFound", 404))
        self.assertEqual(code_of(asks, DBInstanceIdentifier="unkept", SourceDBInstanceIdentifier="source"),
                         ("DBInstanceAlreadyExists", 400))
        for more in ({"MultiAZ": True}, {"DBInstanceClass": "db.t2.micro"},
                     {"StorageType": "magnetic"}, {"DBParameterGroupName": "default.postgres9"}):
            self.assertIsNotNone(code_of(asks, DBInstanceIdentifier="r", SourceDBInstanceIdentifier="source", **more), more)
        self.assertEqual(message_of(asks, DBInstanceIdentifier="r", SourceDBInstanceIdentifier="source", MultiAZ=True),
                         "A read replica has no standby here: create it without MultiAZ, and convert it once it has been promoted.")
        self.assertEqual(code_of(self.rds.promote_read_replica, DBInstanceIdentifier="source"),
                         ("InvalidDBInstanceState", 400))
        self.delete("unkept")

    def test_a_replica_of_a_replica_and_its_promotion(self):
        self.replicate("middle")
        self.assertEqual(code_of(self.rds.create_db_instance_read_replica, DBInstanceIdentifier="leaf",
                                 SourceDBInstanceIdentifier="middle"), ("InvalidDBInstanceState", 400))
        self.rds.modify_db_instance(DBInstanceIdentifier="middle", BackupRetentionPeriod=1, ApplyImmediately=True)
        wait_for(self.rds, "middle")
        leaf = self.replicate("leaf", "middle")
        self.assertEqual((leaf["ReadReplicaSourceDBInstanceIdentifier"], self.replicas("middle")), ("middle", ["leaf"]))
        self.write(self.source, 10)
        self.await_row(leaf, 10)
        promoted = self.rds.promote_read_replica(DBInstanceIdentifier="middle", BackupRetentionPeriod=3)["DBInstance"]
        self.assertEqual(promoted["DBInstanceStatus"], "modifying")
        middle = wait_for(self.rds, "middle")
        self.assertNotIn("ReadReplicaSourceDBInstanceIdentifier", middle)
        self.assertEqual((middle["StatusInfos"], middle["BackupRetentionPeriod"]), ([], 3))
        self.assertNotIn("middle", self.replicas("source"))
        self.write(middle, 11)
        self.await_row(leaf, 11)
        self.write(self.source, 12)
        self.assertEqual(psql(middle, "select count(*) from kept where n = 12").stdout.strip(), "0")
        with self.subTest("a source that goes leaves its replicas as instances of their own"):
            self.delete("middle")
            leaf = until(lambda: "ReadReplicaSourceDBInstanceIdentifier" not in describe(self.rds, "leaf")
                         and wait_for(self.rds, "leaf"), "it is still a replica")
            until(lambda: psql(leaf, "insert into kept values (13)").returncode == 0, "it takes no writes")
        self.delete("leaf")

    def test_everything_comes_back_after_the_death_of_anything(self):
        replica = self.replicate("killed")
        for number, victim in enumerate((replica, self.source), 20):
            os.kill(postmaster_of(self.aws, victim, of_standby=victim is replica), signal.SIGKILL)
            until(lambda: psql(self.source, f"insert into kept values ({number})").returncode == 0, "no writes")
            self.await_row(replica, number)
        self.aws.kill_and_start()
        type(self).rds = self.aws.client("rds")
        self.write(self.source, 29)
        self.await_row(replica, 29)
        self.await_replicating("killed")
        self.delete("killed")

    def test_a_replica_that_was_cut_off_says_so_and_is_copied_anew_by_a_reboot(self):
        replica = self.replicate("cutoff")
        as_superuser(self.aws, self.source, "alter system set max_slot_wal_keep_size = '32MB'")
        as_superuser(self.aws, self.source, "select pg_reload_conf()")
        postmaster = postmaster_of(self.aws, replica, of_standby=True)
        receiver = until(lambda: [int(pid) for pid in subprocess.run(
            ["pgrep", "-P", str(postmaster), "-f", "walreceiver"], capture_output=True, text=True).stdout.split()],
            "it does not stream")[0]
        os.kill(receiver, signal.SIGSTOP)
        slots = "select count(*) from pg_replication_slots where not active and slot_name like 'replica%'"
        until(lambda: psql(self.source, slots).stdout.strip() == "1", "it is not let go")
        try:
            lost = until(lambda: self.write_much() and [
                one for one in describe(self.rds, "cutoff")["StatusInfos"] if "max_slot_wal_keep_size" in one.get("Message", "")],
                lambda: describe(self.rds, "cutoff")["StatusInfos"])[0]
        finally:
            os.kill(receiver, signal.SIGCONT)
        self.assertEqual((lost["Normal"], lost["Status"]), (False, "error"))
        events = self.rds.describe_events(SourceType="db-instance", SourceIdentifier="cutoff")["Events"]
        self.assertIn("read replica", [kind for one in events for kind in one["EventCategories"]])
        as_superuser(self.aws, self.source, "alter system reset max_slot_wal_keep_size")
        as_superuser(self.aws, self.source, "select pg_reload_conf()")
        self.rds.reboot_db_instance(DBInstanceIdentifier="cutoff")
        replica = wait_for(self.rds, "cutoff")
        self.await_replicating("cutoff")
        self.write(self.source, 40)
        self.await_row(replica, 40)
        self.delete("cutoff")

    def write_much(self):
        for sql in ("select pg_logical_emit_message(false, 'noise', repeat('x', 16000000))", "checkpoint"):
            as_superuser(self.aws, self.source, sql)
        return True


class Limit(unittest.TestCase):
    def test_a_source_has_fifteen_replicas_and_no_more(self):
        with LocalAws() as aws:
            rds = aws.client("rds")
            create(rds, "crowded", BackupRetentionPeriod=1)
            wait_for_backup(rds, "crowded")

            def ask(number):
                return code_of(rds.create_db_instance_read_replica, DBInstanceIdentifier=f"r{number}",
                               SourceDBInstanceIdentifier="crowded")
            for number in range(15):
                self.assertEqual(until(lambda: (code := ask(number)) != ("InvalidDBInstanceState", 400)  # pylint: disable=cell-var-from-loop
                                       and [code], "the source is not free"), [None])
            self.assertEqual(ask(15), ("InstanceQuotaExceeded", 400))
            self.assertEqual(message_of(rds.create_db_instance_read_replica, DBInstanceIdentifier="r15",
                                        SourceDBInstanceIdentifier="crowded"),
                             "Cannot create more than 15 read replicas of DB instance crowded.")
            self.assertEqual(len(describe(rds, "crowded")["ReadReplicaDBInstanceIdentifiers"]), 15)


class Failover(unittest.TestCase):
    def test_replicas_follow_the_new_primary(self):
        with LocalAws() as aws:
            rds = aws.client("rds")
            create(rds, "pair", BackupRetentionPeriod=1, MultiAZ=True)
            instance = wait_for(rds, "pair")
            admit(aws, instance)
            self.assertEqual(psql(instance, "create table kept (n integer)").returncode, 0)
            rds.create_db_instance_read_replica(DBInstanceIdentifier="reader", SourceDBInstanceIdentifier="pair")
            reader = wait_for(rds, "reader")
            wait_for_standby(aws, instance)
            for number, end in enumerate((
                    lambda: rds.reboot_db_instance(DBInstanceIdentifier="pair", ForceFailover=True),
                    lambda: os.kill(postmaster_of(aws, instance), signal.SIGKILL))):
                before = node_of(aws, instance)
                end()
                until(lambda: psql(instance, f"insert into kept values ({number})").returncode == 0
                      and before / "fenced" and node_of(aws, wait_for(rds, "pair")) != before, "it does not fail over")
                self.assertEqual(psql(instance, f"insert into kept values ({number + 100})").returncode, 0)
                until(lambda: psql(reader, f"select count(*) from kept where n = {number + 100}").stdout.strip() == "1",
                      lambda: describe(rds, "reader")["StatusInfos"])
                wait_for_standby(aws, instance)
            found = psql(reader, "select n from kept order by n").stdout.split()
            self.assertEqual(found, psql(instance, "select n from kept order by n").stdout.split())


if __name__ == "__main__":
    unittest.main(warnings="ignore")
