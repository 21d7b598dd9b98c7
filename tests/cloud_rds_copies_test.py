#!/usr/bin/python3
"""`cruddur rds replicate`, `promote`, `restore-to` and `upgrade`: what they make, and what they say where RDS refuses."""

import datetime
import json
import unittest
import urllib.parse

from support.cli import Cli
from support.engines import Registry, engines, locked
from support.local_aws import LocalAws, code_of
from support.rds import admit, create, delete, describe, installed_version, node_of, psql, wait_for, wait_for_backup
from support.waiting import until

OLDER = locked()[0]
HELD = "select count(*) from kept"


def targets(rds):
    """ValidUpgradeTarget of each version that is offered."""
    offered = rds.describe_db_engine_versions(Engine="postgres")["DBEngineVersions"]
    return {one["EngineVersion"]: [to["EngineVersion"] for to in one["ValidUpgradeTarget"]] for one in offered}


class Copies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.rds = cls.aws.client("rds")
        registry = cls.enterClassContext(Registry())
        cls.alone = targets(cls.rds)
        added = engines(cls.aws.folder, "add", "14", registry=registry.url)
        assert added.returncode == 0, added.stderr
        cls.cruddur = Cli(cls.aws)
        for name, more in {"source": {"BackupRetentionPeriod": 1}, "unkept": {}}.items():
            create(cls.rds, name, EngineVersion="14", **more)
        cls.source = wait_for_backup(cls.rds, "source")
        admit(cls.aws, cls.source)
        assert psql(cls.source, "create table kept as select generate_series(1, 3) n").returncode == 0
        wait_for(cls.rds, "unkept")

    def run_ok(self, *words):
        done = self.cruddur("rds", *words)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def refused(self, code, *words, told=""):
        done = self.cruddur("rds", *words)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stderr, rf"\({code},")
        self.assertIn(told, done.stderr)

    def group_of(self, name):
        return describe(self.rds, name)["DBParameterGroups"][0]["DBParameterGroupName"]

    def delete(self, *names):
        delete(self.rds, *names)

    def test_a_replica_follows_and_takes_writes_once_it_is_promoted(self):
        made = json.loads(self.run_ok("replicate", "reader", "--of", "source", "--json").stdout)
        self.assertEqual((made["identifier"], made["status"], made["engine_version"]), ("reader", "available", OLDER))
        reader = describe(self.rds, "reader")
        self.assertEqual(reader["ReadReplicaSourceDBInstanceIdentifier"], "source")
        until(lambda: psql(reader, HELD).stdout == "3\n", "it has not what its source had")
        self.assertIn("read-only transaction", psql(reader, "insert into kept values (4)").stderr)
        self.refused("DBInstanceAlreadyExists", "replicate", "reader", "--of", "source")
        major = installed_version().split(".")[0]
        self.refused("InvalidParameterCombination", "upgrade", "reader", "--engine-version", major, told="Modify the source")
        promoted = json.loads(self.run_ok("promote", "reader", "--json").stdout)
        self.assertEqual(promoted["status"], "available")
        self.assertNotIn("ReadReplicaSourceDBInstanceIdentifier", describe(self.rds, "reader"))
        written = psql(describe(self.rds, "reader"), "insert into kept values (4)")
        self.assertEqual(written.returncode, 0, written.stderr)
        self.assertEqual(psql(self.source, HELD).stdout, "3\n")
        self.delete("reader")

    def test_what_cannot_be_copied_is_told_by_its_code(self):
        self.refused("DBInstanceNotFound", "replicate", "reader2", "--of", "sauce", told="Did you mean 'source'?")
        self.refused("DBInstanceNotFound", "promote", "nobody")
        self.refused("DBInstanceNotFound", "restore-to", "latest", "again", "--of", "sauce", told="Did you mean 'source'?")
        self.refused("DBInstanceNotFound", "upgrade", "nobody", "--engine-version", "15")
        self.refused("InvalidDBInstanceState", "replicate", "reader2", "--of", "unkept", told="Automated backups are not enabled")
        self.refused("InvalidDBInstanceState", "promote", "source")
        self.refused("PointInTimeRestoreNotEnabled", "restore-to", "latest", "again", "--of", "unkept")
        self.refused("InvalidParameterValue", "restore-to", "2020-01-01T00:00:00Z", "again", "--of", "source", told="earlier than")
        self.refused("InvalidParameterValue", "restore-to", "2999-01-01T00:00:00Z", "again", "--of", "source", told="later than")
        self.refused("DBInstanceAlreadyExists", "restore-to", "latest", "unkept", "--of", "source")

    def test_an_instance_is_made_as_another_was_at_a_time(self):
        def await_archived(since):
            """Until what was there then can be restored; a time is given in whole seconds."""
            second = datetime.timedelta(seconds=1)
            return until(lambda: (at := describe(self.rds, "source").get("LatestRestorableTime")) and at > since + second and at,
                         "the log is not archived")

        def now():
            return datetime.datetime.now(datetime.timezone.utc)
        at = await_archived(now())
        self.assertEqual(psql(self.source, "delete from kept where n = 1").returncode, 0)
        await_archived(now())
        try:
            made = json.loads(self.run_ok("restore-to", at.strftime("%Y-%m-%dT%H:%M:%SZ"), "again", "--of", "source", "--json").stdout)
            self.assertEqual((made["identifier"], made["status"], made["engine_version"]), ("again", "available", OLDER))
            url = json.loads(self.run_ok("url", "again", "--json").stdout)["PROD_CONNECTION_URL"]  # by a password of its own
            password = urllib.parse.urlsplit(url).password
            self.assertEqual(psql(describe(self.rds, "again"), HELD, password=password).stdout, "3\n")
        finally:
            psql(self.source, "insert into kept values (1)")
        self.delete("again")

    def test_what_is_offered_is_what_is_here(self):
        newer = installed_version()
        self.assertEqual(self.alone, {newer: []})
        self.assertEqual(targets(self.rds), {OLDER: [newer], newer: []})
        offered = self.rds.describe_db_engine_versions(Engine="postgres")["DBEngineVersions"]
        self.assertEqual({one["SupportsReadReplica"] for one in offered}, {True})

    def test_an_upgrade_takes_the_standby_along_and_says_where_it_fails(self):
        create(self.rds, "doubled", EngineVersion="14", MultiAZ=True)
        made = wait_for(self.rds, "doubled")
        for statement in ("create table kept as select generate_series(1, 5) n", "create database closed",
                          "alter database closed allow_connections false"):
            self.assertEqual(psql(made, statement).returncode, 0, statement)
        newer = installed_version()
        major = newer.split(".")[0]
        failed = self.cruddur("rds", "upgrade", "doubled", "--engine-version", major)
        self.assertEqual((self.group_of("doubled"), psql(made, "show rds.force_ssl").stdout), ("default.postgres14", "0\n"))
        self.assertEqual(failed.returncode, 1, failed.stderr)  # pg_upgrade takes no database that nobody may connect to
        self.assertIn(f"It runs {OLDER} still", failed.stderr)
        self.assertEqual(psql(made, "drop database closed").returncode, 0)
        self.refused("InvalidParameterCombination", "upgrade", "doubled", "--engine-version", "99", told="Cannot find version 99")
        done = json.loads(self.run_ok("upgrade", "doubled", "--engine-version", major, "--json").stdout)
        self.assertEqual((done["engine_version"], done["status"]), (newer, "available"))
        # The default group of that version, with what it has otherwise.
        self.assertEqual((self.group_of("doubled"), psql(made, "show rds.force_ssl").stdout), (f"default.postgres{major}", "1\n"))
        self.refused("InvalidParameterCombination", "upgrade", "doubled", "--engine-version", "14", told="Cannot upgrade postgres")
        standby = until(lambda: node_of(self.aws, made, of_standby=True), "it has no standby")
        self.assertEqual((standby / "data" / "PG_VERSION").read_text(), f"{major}\n")
        self.assertEqual(psql(made, "insert into kept values (6)").returncode, 0)
        self.run_ok("reboot", "doubled", "--force-failover")
        self.assertEqual(describe(self.rds, "doubled")["AvailabilityZone"], made["SecondaryAvailabilityZone"])
        counted = psql(made, "select count(*), current_setting('server_version_num')::int / 10000 from kept")
        self.assertEqual(counted.stdout, f"6|{major}\n", counted.stderr)
        self.delete("doubled")

    def test_an_upgrade_takes_replicas_and_theirs_along_whatever_is_killed_meanwhile(self):
        create(self.rds, "first", EngineVersion="14", BackupRetentionPeriod=1)
        first = wait_for(self.rds, "first")
        self.assertEqual(psql(first, "create table kept as select generate_series(1, 7) n").returncode, 0)
        for name, source in (("second", "first"), ("third", "second")):
            self.run_ok("replicate", name, "--of", source)
            if name == "second":
                self.rds.modify_db_instance(DBInstanceIdentifier=name, BackupRetentionPeriod=1, ApplyImmediately=True)
                wait_for(self.rds, name)
        newer = installed_version()
        major = newer.split(".")[0]
        for family in ("14", major):
            self.rds.create_db_parameter_group(DBParameterGroupName=f"own{family}", DBParameterGroupFamily=f"postgres{family}", Description="d")
        self.rds.modify_db_parameter_group(DBParameterGroupName=f"own{major}", Parameters=[
            {"ParameterName": "work_mem", "ParameterValue": "7168", "ApplyMethod": "immediate"}])
        upgrade = {"DBInstanceIdentifier": "first", "EngineVersion": major, "AllowMajorVersionUpgrade": True, "ApplyImmediately": True}
        self.assertEqual(code_of(self.rds.modify_db_instance, DBParameterGroupName="own14", **upgrade), ("InvalidParameterCombination", 400))
        self.rds.modify_db_instance(DBParameterGroupName=f"own{major}", **upgrade)
        until(lambda: describe(self.rds, "second")["DBInstanceStatus"] == "upgrading", lambda: describe(self.rds, "second"))
        self.aws.kill_and_start()  # amid it
        type(self).rds, type(self).cruddur = self.aws.client("rds"), Cli(self.aws)
        wait_for(self.rds, "first")
        self.assertEqual((self.group_of("first"), psql(first, "show work_mem").stdout), (f"own{major}", "7MB\n"))
        for name in ("second", "third"):
            until(lambda: describe(self.rds, name)["EngineVersion"] == newer,  # pylint: disable=cell-var-from-loop
                  lambda: describe(self.rds, name))  # pylint: disable=cell-var-from-loop
            wait_for(self.rds, name)
        self.assertEqual(psql(first, "insert into kept values (8)").returncode, 0)
        for name in ("second", "third"):
            one = describe(self.rds, name)
            until(lambda: psql(one, HELD).stdout == "8\n", lambda: psql(one, HELD))  # pylint: disable=cell-var-from-loop
            self.assertEqual(psql(one, "show server_version").stdout.split()[0], newer)
            self.assertIn("ReadReplicaSourceDBInstanceIdentifier", one)
            self.assertEqual(self.group_of(name), f"default.postgres{major}")
            told = [one["Message"] for one in self.rds.describe_events(SourceType="db-instance", SourceIdentifier=name)["Events"]]
            self.assertIn("The engine version upgrade finished.", told)
        self.delete("third", "second", "first")


if __name__ == "__main__":
    unittest.main(verbosity=2)
