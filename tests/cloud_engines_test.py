#!/usr/bin/python3
"""Local RDS serves the version of PostgreSQL that is asked for, once it was brought; until then it says so."""

import datetime
import json
import os
import pathlib
import tempfile
import unittest

import botocore.exceptions

from support.engines import Registry, engines, locked, package
from support.local_aws import LocalAws
from support.rds import admit, create, delete, installed_version, node_of, postmaster_of, psql, wait_for

# The diary's step 2, to the letter.
STEP_2 = r"""
aws rds create-db-instance \
  --db-instance-identifier cruddur-db-instance \
  --db-instance-class db.t3.micro \
  --engine postgres \
  --engine-version  14.6 \
  --master-username cruddurroot \
  --master-user-password milkyway2023 \
  --allocated-storage 20 \
  --availability-zone us-east-1a \
  --backup-retention-period 0 \
  --port 5432 \
  --no-multi-az \
  --db-name cruddur \
  --storage-type gp2 \
  --publicly-accessible \
  --storage-encrypted \
  --enable-performance-insights \
  --performance-insights-retention-period 7 \
  --no-deletion-protection
"""
NAME = "cruddur-db-instance"
# What RDS for PostgreSQL 14 lets its master user create of what PostgreSQL itself comes with.
EXTENSIONS = """amcheck autoinc bloom btree_gin btree_gist citext cube dblink dict_int dict_xsyn earthdistance fuzzystrmatch
    hstore insert_username intagg intarray isn lo ltree moddatetime old_snapshot pg_buffercache pg_freespacemap pg_prewarm
    pg_stat_statements pg_trgm pg_visibility pgcrypto pgrowlocks pgstattuple postgres_fdw refint seg sslinfo tablefunc tcn
    tsm_system_rows tsm_system_time unaccent uuid-ossp""".split()
VERSION = locked()[0]


def events(aws, name):
    found = aws.client("rds").describe_events(SourceType="db-instance", SourceIdentifier=name)["Events"]
    return "\n".join(one["Message"] for one in found)


class WithoutIt(unittest.TestCase):
    def test_step_2_is_refused_with_the_command_that_brings_the_version(self):
        with LocalAws() as aws:
            done = aws.shell(STEP_2)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("(InvalidParameterCombination)", done.stderr)
            self.assertIn("Cannot find version 14.6 for postgres", done.stderr)
            self.assertIn(f"`cruddur cloud --data-dir '{aws.folder}' engines add 14` brings it", done.stderr)
            self.assertEqual(aws.client("rds").describe_db_instances()["DBInstances"], [])

    def test_where_another_may_stand_in_the_instance_says_what_it_runs(self):
        through = ("/usr/bin/env", "CRUDDUR_ENGINE_SUBSTITUTE=1")
        with LocalAws(through=through) as aws:
            done = aws.shell(STEP_2)
            self.assertEqual(json.loads(done.stdout)["DBInstance"]["EngineVersion"], installed_version(), done.stderr)
            made = wait_for(aws.client("rds"), NAME)
            admit(aws, made)
            ran = psql(made, "show server_version", user="cruddurroot").stdout.split()[0]
            self.assertEqual((made["EngineVersion"], ran), (installed_version(), installed_version()))
            told = f"PostgreSQL {ran} stands in for engine version 14.6"
            self.assertIn(told, events(aws, NAME))
            self.assertTrue([line for line in aws.logged if told in line], aws.logged)


class OfBefore(unittest.TestCase):
    def test_a_data_folder_whose_log_has_larger_segments_is_upgraded_with_them(self):
        with Registry() as registry, tempfile.TemporaryDirectory() as cache, \
                LocalAws(through=("/usr/bin/env", f"XDG_CACHE_HOME={cache}")) as aws:
            self.assertEqual(engines(aws.folder, "add", "14", registry=registry.url).returncode, 0)
            [initdb] = aws.folder.rglob("bin/initdb")
            initdb.rename(initdb.with_name("initdb-14"))
            initdb.write_text('#!/bin/sh\nexec "${0%/*}/initdb-14" "$@" --wal-segsize=16\n')
            initdb.chmod(0o755)
            rds = aws.client("rds")
            create(rds, "large", EngineVersion="14")
            made = wait_for(rds, "large")
            admit(aws, made)
            sizes = "select current_setting('wal_segment_size'), count(*) from kept"
            self.assertEqual(psql(made, "create table kept as select generate_series(1, 1000)").returncode, 0)
            self.assertEqual(psql(made, sizes).stdout, "16MB|1000\n")
            rds.modify_db_instance(DBInstanceIdentifier="large", EngineVersion=installed_version().split(".")[0],
                                   ApplyImmediately=True, AllowMajorVersionUpgrade=True)
            after = wait_for(rds, "large")
            self.assertEqual((after["EngineVersion"], psql(after, sizes).stdout), (installed_version(), "16MB|1000\n"),
                             events(aws, "large"))


class WithIt(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.registry = cls.enterClassContext(Registry())
        cls.aws = cls.enterClassContext(LocalAws())
        cls.rds = cls.aws.client("rds")
        cls.added = engines(cls.aws.folder, "add", "14", registry=cls.registry.url)  # while it runs
        assert cls.added.returncode == 0, cls.added.stderr
        groups = cls.aws.client("ec2").describe_security_groups(GroupNames=["default"])["SecurityGroups"]
        admit(cls.aws, {"VpcSecurityGroups": [{"VpcSecurityGroupId": groups[0]["GroupId"]}]})

    def test_step_2_runs_it(self):
        done = self.aws.shell(STEP_2)
        self.assertEqual(json.loads(done.stdout)["DBInstance"]["EngineVersion"], VERSION, done.stderr)
        told = f"Engine version 14.6 was asked for; its automatic minor version upgrade has made it {VERSION}"
        made = wait_for(self.rds, NAME)
        self.assertEqual(made["EngineVersion"], VERSION)
        self.assertIn(told, events(self.aws, NAME))
        self.assertTrue([line for line in self.aws.logged if told in line], self.aws.logged)
        said = psql(made, "select version(), (select ssl from pg_stat_ssl where pid = pg_backend_pid())",
                    user="cruddurroot", database="cruddur")
        self.assertRegex(said.stdout, rf"^PostgreSQL {VERSION} .*\|t\n$", said.stderr)
        used = engines(self.aws.folder, "remove", "14")
        self.assertEqual(used.returncode, 1)
        self.assertIn(f"PostgreSQL 14 is used by {NAME} (us-east-1)", used.stderr)
        delete(self.rds, NAME)

    def test_it_does_all_that_rds_does(self):
        create(self.rds, "all", EngineVersion="14", MultiAZ=True, StorageEncrypted=True)
        made = wait_for(self.rds, "all")
        self.assertEqual(made["EngineVersion"], VERSION)
        for name in EXTENSIONS:
            done = psql(made, f'create extension "{name}" cascade')
            self.assertEqual(done.returncode, 0, f"{name}: {done.stderr}")
        used = psql(made, "create server there foreign data wrapper postgres_fdw; create table kept (id uuid); "
                          "insert into kept values (uuid_generate_v4()); select count(*) from pg_stat_statements(false) limit 1; "
                          "select 'kept' % 'kept', encode(digest('a', 'sha256'), 'hex') like 'ca978112%'")
        self.assertEqual((used.returncode, used.stdout.split()[-1]), (0, "t|t"), used.stderr)
        self.assertNotEqual(postmaster_of(self.aws, made), postmaster_of(self.aws, made, of_standby=True))
        self.rds.reboot_db_instance(DBInstanceIdentifier="all", ForceFailover=True)
        after = wait_for(self.rds, "all")
        self.assertEqual(after["AvailabilityZone"], made["SecondaryAvailabilityZone"])
        self.assertEqual(psql(after, "select count(*) from kept").stdout, "1\n")
        self.rds.create_db_snapshot(DBInstanceIdentifier="all", DBSnapshotIdentifier="before")
        wait_for(self.rds, "all")
        self.rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="again", DBSnapshotIdentifier="before")
        again = wait_for(self.rds, "again")
        counted = psql(again, "select count(*), current_setting('server_version_num')::int / 10000 from kept")
        self.assertEqual((again["EngineVersion"], counted.stdout), (VERSION, "1|14\n"), counted.stderr)
        delete(self.rds, "all", "again")

    def test_a_major_upgrade_takes_the_data_along_and_goes_back_where_it_fails(self):
        name = "older"
        create(self.rds, name, EngineVersion="14", MultiAZ=True, BackupRetentionPeriod=1, StorageEncrypted=True)
        made = wait_for(self.rds, name)
        for statement in ("create extension hstore", "create role reader login password 'r'", "create database closed",
                          "create table kept as select n, 'a=>1'::hstore as h from generate_series(1, 10000) n",
                          "alter database closed allow_connections false"):
            done = psql(made, statement)
            self.assertEqual(done.returncode, 0, done.stderr)
        newer = installed_version()
        major = newer.split(".")[0]

        def upgrade(**more):
            return self.rds.modify_db_instance(DBInstanceIdentifier=name, EngineVersion=major, **more)["DBInstance"]

        with self.assertRaisesRegex(botocore.exceptions.ClientError, "The AllowMajorVersionUpgrade flag must be present"):
            upgrade(ApplyImmediately=True)
        begun = upgrade(ApplyImmediately=True, AllowMajorVersionUpgrade=True)
        self.assertEqual((begun["DBInstanceStatus"], begun["PendingModifiedValues"]), ("upgrading", {"EngineVersion": newer}))
        failed = wait_for(self.rds, name)  # pg_upgrade takes no database that nobody may connect to
        self.assertEqual(failed["EngineVersion"], VERSION)
        told = events(self.aws, name)
        self.assertIn("The engine version upgrade rollback succeeded.", told)
        self.assertIn("do not allow connections", told)
        counted = "select count(*), sum((h->'a')::int), current_setting('server_version_num')::int / 10000 from kept"
        self.assertEqual(psql(failed, counted).stdout, "10000|10000|14\n")

        self.assertEqual(psql(failed, "drop database closed").returncode, 0)
        waits = upgrade(AllowMajorVersionUpgrade=True)
        self.assertEqual((waits["DBInstanceStatus"], waits["PendingModifiedValues"]), ("available", {"EngineVersion": newer}))
        now = datetime.datetime.now(datetime.timezone.utc)
        window = "-".join(f"{now + datetime.timedelta(minutes=by):%a:%H:%M}" for by in (-5, 40))
        backups = "-".join(f"{now + datetime.timedelta(hours=by):%H:%M}" for by in (6, 7))
        self.rds.modify_db_instance(DBInstanceIdentifier=name, PreferredMaintenanceWindow=window, PreferredBackupWindow=backups)
        after = wait_for(self.rds, name)
        self.assertEqual(after["EngineVersion"], newer)
        self.assertIn("The engine version upgrade finished.", events(self.aws, name))
        self.assertEqual(psql(after, counted).stdout, f"10000|10000|{major}\n")
        self.assertEqual(psql(after, "select 1", user="reader", password="r").stdout, "1\n")
        taken = [one["DBSnapshotIdentifier"] for one in self.rds.describe_db_snapshots(DBInstanceIdentifier=name)["DBSnapshots"]
                 if one["EngineVersion"] == VERSION]
        self.assertTrue([one for one in taken if one.startswith(f"rds:preupgrade-{name}-{VERSION.replace('.', '-')}-to-")], taken)
        follows = node_of(self.aws, after, of_standby=True)
        self.assertEqual((follows / "data" / "PG_VERSION").read_text(), f"{major}\n")
        self.assertEqual([one.name for one in follows.parent.rglob("upgrade")], [])
        with self.assertRaisesRegex(botocore.exceptions.ClientError, f"Cannot upgrade postgres from {newer} to {VERSION}"):
            self.rds.modify_db_instance(DBInstanceIdentifier=name, EngineVersion=VERSION, AllowMajorVersionUpgrade=True)
        delete(self.rds, name)

    def test_it_is_listed_and_offered_beside_the_distributions(self):
        listed = json.loads(engines(self.aws.folder, "--json").stdout)
        ours, = [one for one in listed["engines"] if one["source"] == "added"]
        self.assertEqual((ours["major"], ours["version"]), (14, VERSION))
        self.assertGreater(ours["bytes"], len(package()))
        self.assertIn(installed_version(), [one["version"] for one in listed["engines"] if one["source"] == "installed"])
        offered = [one["EngineVersion"] for one in self.rds.describe_db_engine_versions(Engine="postgres")["DBEngineVersions"]]
        self.assertEqual(sorted(offered), sorted({VERSION, installed_version()}))
        orderable = self.rds.describe_orderable_db_instance_options(
            Engine="postgres", EngineVersion="14", DBInstanceClass="db.t3.micro")["OrderableDBInstanceOptions"]
        self.assertEqual({one["EngineVersion"] for one in orderable}, {VERSION})
        default, = self.rds.describe_db_engine_versions(Engine="postgres", DefaultOnly=True)["DBEngineVersions"]
        self.assertEqual(default["EngineVersion"], installed_version())
        again = engines(self.aws.folder, "add", "14")  # with no registry there
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("there already", again.stdout)


class Bringing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.registry = cls.enterClassContext(Registry())

    def setUp(self):
        self.registry.content, self.registry.bytes_max, self.registry.status = package(), None, None
        self.registry.ranges = []
        top = self.enterContext(tempfile.TemporaryDirectory(prefix="cruddur-engines-"))
        os.chmod(top, 0o711)  # run by root, PostgreSQL's user passes through
        self.folder = pathlib.Path(top) / "cloud"

    def add(self):
        return engines(self.folder, "add", "14", registry=self.registry.url)

    def there(self):
        return [one["version"] for one in json.loads(engines(self.folder, "--json").stdout)["engines"]
                if one["source"] == "added"]

    def test_what_broke_off_is_gone_on_with(self):
        self.registry.bytes_max = 1_000_000
        broken = self.add()
        self.assertEqual(broken.returncode, 1)
        self.assertIn(f"1000000 of {len(package())} bytes are here, and the same command goes on from there", broken.stderr)
        self.assertEqual(self.there(), [])
        self.registry.bytes_max = None
        done = self.add()
        self.assertEqual((done.returncode, self.there()), (0, [VERSION]), done.stderr)
        self.assertEqual(self.registry.ranges, [None, "bytes=1000000-"])
        self.assertEqual(sorted(one.name for one in (self.folder / "engines").iterdir()), [VERSION, "lock"])
        library = self.folder / "engines" / VERSION / "lib" / "libpq.so.5"
        self.assertTrue(library.is_symlink() and library.resolve().is_file())
        removed = engines(self.folder, "remove", "14")
        self.assertEqual((removed.returncode, self.there()), (0, []), removed.stderr)
        again = engines(self.folder, "remove", "14")
        self.assertEqual((again.returncode, "No engine of PostgreSQL 14 was added" in again.stderr), (1, True), again.stderr)

    def test_another_package_than_was_locked_is_thrown_away_before_it_is_unpacked(self):
        whole = package()
        for content, told in ((whole[:-1] + bytes([whole[-1] ^ 1]), "its SHA-512 is"), (whole + b"more", "more than")):
            self.registry.content = content
            done = self.add()
            self.assertEqual((done.returncode, "is not what was locked" in done.stderr, told in done.stderr), (1, True, True),
                             done.stderr)
            self.assertEqual([one.name for one in (self.folder / "engines").iterdir()], ["lock"])

    def test_a_registry_that_has_it_not_or_is_not_there_is_told_of(self):
        self.registry.status = 404
        for done in (self.add(), engines(self.folder, "add", "14")):
            self.assertEqual((done.returncode, "does not come" in done.stderr), (1, True), done.stderr)
            self.assertIn("npm config get registry", done.stderr)
        self.assertEqual([one.name for one in (self.folder / "engines").iterdir()], ["lock"])

    def test_what_rds_could_not_do_all_of_is_refused_before_anything_is_fetched(self):
        for major, told in (("13", "Local RDS serves PostgreSQL 14 and later"), ("18", "No pg_basebackup on this machine")):
            done = engines(self.folder, "add", major, registry=self.registry.url)
            self.assertEqual((done.returncode, told in done.stderr), (1, True), done.stderr)
        self.assertEqual((self.registry.ranges, self.folder.exists()), ([], False))


if __name__ == "__main__":
    unittest.main(verbosity=2)
