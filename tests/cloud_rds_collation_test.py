#!/usr/bin/python3
"""Instances collate as RDS's do, by glibc's en_US.UTF-8, and keep what they were made with."""

import os
import unittest

from support.engines import Registry, engines
from support.local_aws import PROGRAM, LocalAws
from support.rds import admit, create, delete, describe, installed_version, psql, wait_for, wait_for_backup, when_free
from support.waiting import until

SORTED = "select 'a' < 'B', string_agg(word, '' order by word) from unnest(array['b', 'A', 'a', 'B', 'é']) word"
ENGLISH, PLAIN = "t|aAbBé\n", "f|ABabé\n"
LOCALES = "select string_agg(distinct datcollate || ' ' || datctype, ',') from pg_database"
# A machine without Debian's package `locales`, for what is run by it.
OWN = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
WITHOUT_LOCALES = ["/usr/bin/unshare", "--mount", *OWN, "/bin/sh", "-c", 'mount -t tmpfs none /usr/share/i18n && exec "$@"', "sh"]


class Collation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws(through=WITHOUT_LOCALES))
        cls.rds = cls.aws.client("rds")
        registry = cls.enterClassContext(Registry())
        added = engines(cls.aws.folder, "add", "14", registry=registry.url)
        assert added.returncode == 0, added.stderr
        create(cls.rds, "older", EngineVersion="14", BackupRetentionPeriod=1)
        cls.older = wait_for_backup(cls.rds, "older")
        admit(cls.aws, cls.older)

    def held(self, instance, locale, order):
        said = psql(instance, LOCALES)
        self.assertEqual(said.stdout, f"{locale} {locale}\n", said.stderr)
        self.assertEqual(psql(instance, SORTED).stdout, order)

    def upgraded(self, name):
        when_free(self.rds.modify_db_instance, DBInstanceIdentifier=name, AllowMajorVersionUpgrade=True, ApplyImmediately=True,
                  EngineVersion=installed_version().split(".", maxsplit=1)[0])
        made = wait_for(self.rds, name)
        self.assertEqual(made["EngineVersion"], installed_version(), self.events(name))
        return made

    def copies(self, name):
        """A replica of the instance, and another one restored from its last backup."""
        when_free(self.rds.create_db_instance_read_replica, DBInstanceIdentifier=f"{name}-reader", SourceDBInstanceIdentifier=name)
        self.rds.restore_db_instance_to_point_in_time(SourceDBInstanceIdentifier=name, UseLatestRestorableTime=True,
                                                      TargetDBInstanceIdentifier=f"{name}-again")
        return [wait_for(self.rds, f"{name}-{kind}") for kind in ("reader", "again")]

    def delete(self, *names):
        delete(self.rds, *names)

    def events(self, name):
        found = self.rds.describe_events(SourceType="db-instance", SourceIdentifier=name)["Events"]
        return "\n".join(one["Message"] for one in found)

    def test_1_where_the_locale_cannot_be_had_an_event_and_the_log_say_so(self):
        self.held(self.older, "C.UTF-8", PLAIN)
        told = "The databases collate by C.UTF-8, and not by en_US.UTF-8 as in RDS. This machine has no locale en_US.UTF-8"
        self.assertIn(told, self.events("older"))
        self.assertTrue([line for line in self.aws.logged if told in line], self.aws.logged)

    def test_2_what_was_made_without_it_keeps_its_collation_in_copies_and_in_a_newer_version(self):
        self.aws.stop()
        self.aws.command = [PROGRAM]
        self.aws.start()
        type(self).rds = self.aws.client("rds")
        self.held(wait_for(self.rds, "older"), "C.UTF-8", PLAIN)
        for copy in self.copies("older"):
            self.held(copy, "C.UTF-8", PLAIN)
        self.delete("older-reader", "older-again")
        self.held(self.upgraded("older"), "C.UTF-8", PLAIN)
        self.delete("older")

    def test_3_a_new_one_collates_as_in_rds_and_so_do_its_copies_its_standby_and_its_newer_version(self):
        create(self.rds, "newer", EngineVersion="14", BackupRetentionPeriod=1, MultiAZ=True, DBName="app")
        newer = wait_for_backup(self.rds, "newer")
        for sql in ("create database another", "create table words (word text collate \"en_US\")"):
            self.assertEqual(psql(newer, sql).stderr, "")
        self.held(newer, "en_US.UTF-8", ENGLISH)
        self.assertEqual(psql(newer, "show default_text_search_config").stdout, "pg_catalog.simple\n")
        for database in ("app", "another", "template1"):
            self.assertEqual(psql(newer, SORTED, database=database).stdout, ENGLISH)
        self.assertNotIn("collate by", self.events("newer"))
        for copy in self.copies("newer"):
            self.held(copy, "en_US.UTF-8", ENGLISH)
        self.delete("newer-reader", "newer-again")
        zone = describe(self.rds, "newer")["AvailabilityZone"]
        self.rds.reboot_db_instance(DBInstanceIdentifier="newer", ForceFailover=True)
        until(lambda: describe(self.rds, "newer")["AvailabilityZone"] != zone, "it does not fail over")
        self.held(wait_for(self.rds, "newer"), "en_US.UTF-8", ENGLISH)
        newer = self.upgraded("newer")
        self.held(newer, "en_US.UTF-8", ENGLISH)
        self.assertEqual(psql(newer, "select count(*) from words where word < 'B'").stdout, "0\n")
        with self.subTest("of the distribution's PostgreSQL, on a locale that stays where it was made"):
            self.aws.kill_and_start()
            type(self).rds = self.aws.client("rds")
            create(self.rds, "plain")
            self.held(wait_for(self.rds, "plain"), "en_US.UTF-8", ENGLISH)
            self.held(wait_for(self.rds, "newer"), "en_US.UTF-8", ENGLISH)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
