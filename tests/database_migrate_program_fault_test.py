#!/usr/bin/python3
"""`cruddur db migrate` as a program: killed anywhere, cut off in an index, on files that were changed, and dry."""

import concurrent.futures
import json
import os
import pathlib
import random
import signal
import tempfile
import time
import unittest

from support.postgres import Server, Session
from support.program import db, start
from support.waiting import comes_true

KILLS, LANES = 100, 4
FILES = 8
INDEX = "0002_index"


class MigrateTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(max_connections="60"))

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.server.sql("drop database if exists cruddur with (force)")
        self.server.sql("create database cruddur")
        self.url = self.server.url("cruddur")

    def write(self, name, up, down="select", header=""):
        (self.folder / f"{name}.sql").write_text(f"{header}-- cruddur: up\n{up};\n-- cruddur: down\n{down};\n")

    def migrate(self, *flags, command="migrate"):
        return db(command, "--dir", self.folder, *flags, url=self.url)

    def sql(self, text):
        return self.server.sql(text, "cruddur")

    # Files that were changed, and runs that write nothing.

    def test_a_file_changed_since_it_was_applied_is_refused_by_its_name(self):
        for number in (1, 2, 3):
            self.write(f"000{number}_table", f"create table t{number} (n int)", f"drop table t{number}")
        self.assertEqual(self.migrate().returncode, 0)
        self.write("0002_table", "create table t2 (n bigint)", "drop table t2")
        self.write("0004_table", "create table t4 (n int)", "drop table t4")
        before = self.server.dump("cruddur")
        for flags in ([], ["--dry-run"]):
            refused = self.migrate(*flags)
            self.assertEqual(refused.returncode, 3, refused.stdout)
            self.assertIn("0002_table.sql: it is not what it was when it was applied", refused.stderr)
            self.assertIn("write the change as a new migration", refused.stderr)
        refused = self.migrate("--steps", "2", command="rollback")
        self.assertEqual(refused.returncode, 3, refused.stdout)
        self.assertIn("0002_table.sql", refused.stderr)
        self.assertEqual(self.server.dump("cruddur"), before)
        self.write("0002_table", "create table t2 (n int)", "drop table t2")
        self.assertEqual(self.migrate().returncode, 0)
        self.assertEqual(self.sql("select count(*) from t4"), "0")

    def test_a_dry_run_writes_nothing(self):
        self.write("0001_table", "create table t (n int)", "drop table t")
        self.write(INDEX, "create index concurrently t_n on t (n)", header="-- cruddur: no transaction\n")
        before = self.server.dump("cruddur")
        dry = json.loads(self.migrate("--dry-run", "--json").stdout)
        self.assertEqual([each["name"] for each in dry["applied"]], ["table", "index"])
        self.assertTrue(dry["dry_run"])
        self.assertEqual(self.server.dump("cruddur"), before)
        self.assertEqual(self.migrate().returncode, 0)
        before = self.server.dump("cruddur")
        for command, said in (("migrate", "Nothing to apply"), ("rollback", "Would roll back 0002_index")):
            done = self.migrate("--dry-run", command=command)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(said, done.stdout)
            self.assertEqual(self.server.dump("cruddur"), before)

    # CREATE INDEX CONCURRENTLY, held by a transaction that has written, and cut off there.

    def held_index(self):
        """The writer that holds it, the running program and its session's process."""
        self.write(INDEX, "create index concurrently if not exists t_n on t (n)", header="-- cruddur: no transaction\n")
        self.sql("create table t (n int); insert into t select generate_series(1, 1000)")
        writer = self.enterContext(Session(self.url, "a_writer"))
        writer("begin; insert into t values (0)")
        program = start("db", "migrate", "--dir", self.folder, url=self.url)
        self.addCleanup(program.communicate)
        self.addCleanup(program.kill)
        unfinished = "select pid from pg_stat_activity a where query like 'create index%' and wait_event_type = 'Lock' " \
                     "and exists (select from pg_index where indexrelid = 't_n'::regclass and not indisvalid)"
        self.assertTrue(comes_true(lambda: self.sql("select to_regclass('t_n') is not null") == "t"))
        self.assertTrue(comes_true(lambda: self.sql(unfinished) != ""))
        return writer, program, int(self.sql(unfinished))

    def expect_mended_by_the_next_run(self):
        self.assertEqual(self.sql("select indisvalid from pg_index where indexrelid = 't_n'::regclass"), "f")
        done = self.migrate()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("0002_index was begun and cut off: it is run again", done.stderr)
        self.assertIn("Dropped the unfinished index public.t_n", done.stdout)
        self.assertEqual(self.sql("select indisvalid from pg_index where indexrelid = 't_n'::regclass"), "t")
        self.assertEqual(self.sql("select count(*) from pg_index where not indisvalid"), "0")
        self.assertIn("Nothing to apply", self.migrate().stdout)

    def test_an_index_cut_off_by_kill_9_of_the_program_is_mended(self):
        writer, program, backend = self.held_index()
        program.send_signal(signal.SIGKILL)
        # Its session, which waits for a lock, ends with it: it does not hold up the next run.
        self.assertTrue(comes_true(lambda: self.sql(f"select count(*) from pg_stat_activity where pid = {backend}") == "0"))
        writer("commit")
        self.expect_mended_by_the_next_run()

    def test_an_index_cut_off_by_kill_9_of_the_backend_is_mended(self):
        _, program, backend = self.held_index()
        os.kill(backend, signal.SIGKILL)
        said = program.communicate(timeout=120)[1]
        self.assertEqual(program.returncode, 1, said)
        self.assertIn("the next run begins it again", said)
        self.assertTrue(comes_true(self.server.answers))
        self.expect_mended_by_the_next_run()

    def test_a_session_ended_in_the_middle_is_told_with_the_file_and_the_line(self):
        writer, program, backend = self.held_index()
        self.sql(f"select pg_terminate_backend({backend})")
        said = program.communicate(timeout=120)[1]
        self.assertEqual(program.returncode, 1, said)
        self.assertIn("0002_index.sql:3: terminating connection", said)
        self.assertIn("57P01", said)
        writer("commit")
        self.expect_mended_by_the_next_run()

    # kill -9 at random points, in lanes of their own, each with a database.

    def test_kill_9_leaves_each_file_before_or_after_and_the_next_run_goes_on(self):
        self.write("0001_log", "create table log (n int, part text)")
        for number in range(2, FILES + 1):
            half = f"insert into log values ({number}, "
            self.write(f"000{number}_rows", f"{half}'a');\nselect pg_sleep(0.02);\n{half}'b')")
        self.write("0009_index", "create index concurrently if not exists log_n on log (n)",
                   header="-- cruddur: no transaction\n")
        seed = random.randrange(2 ** 32)
        with self.subTest(seed=seed), concurrent.futures.ThreadPoolExecutor(LANES) as lanes:
            cut = list(lanes.map(lambda lane: self.kill_in_lane(f"lane_{lane}", random.Random(seed + lane)), range(LANES)))
        self.assertGreater(sum(cut), KILLS // 4)

    def kill_in_lane(self, lane, chance):
        """How many of its kills fell into the work."""
        self.server.sql(f"drop database if exists {lane} with (force)")
        self.server.sql(f"create database {lane}")
        url, cut = self.server.url(lane), 0
        with Session(url, "the_watcher") as watcher:
            took = self.time_of_work(watcher, url)
            for _ in range(KILLS // LANES):
                if self.complete(watcher):
                    watcher("drop table log, schema_migrations")
                program = self.started(watcher, url)
                time.sleep(chance.uniform(0, took))
                program.kill()
                cut += program.wait() == -signal.SIGKILL
                program.communicate()
                self.assertTrue(comes_true(lambda: not self.at_work(watcher)))
                self.assertEqual(self.between(watcher), "")
            done = db("migrate", "--dir", self.folder, url=url)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(self.complete(watcher))
            self.assertEqual(self.between(watcher), "")
            self.assertEqual(watcher("select count(*) from pg_index where not indisvalid"), "0")
        return cut

    def started(self, watcher, url):
        """A program whose session is open: what comes before is loading it."""
        program = start("db", "migrate", "--dir", self.folder, url=url)
        self.assertTrue(comes_true(lambda: self.at_work(watcher) or program.poll() is not None))
        return program

    def time_of_work(self, watcher, url):
        program = self.started(watcher, url)
        begun = time.monotonic()
        self.assertEqual(program.wait(60), 0, program.communicate()[1])
        program.communicate()
        return time.monotonic() - begun

    @staticmethod
    def at_work(watcher):
        return watcher("select count(*) from pg_stat_activity where datname = current_database() "
                       "and backend_type = 'client backend' and pid <> pg_backend_pid()") != "0"

    @staticmethod
    def complete(watcher):
        return (watcher("select to_regclass('public.schema_migrations') is not null") == "t"
                and watcher("select count(*) from schema_migrations where applied_at is not null") == "9")

    @staticmethod
    def between(watcher):
        """What is there and ought not to be: rows of half a file, or bookkeeping that says otherwise."""
        if watcher("select to_regclass('public.schema_migrations') is null") == "t":
            return watcher("select to_regclass('public.log')")
        if watcher("select to_regclass('public.log') is null") == "t":
            return watcher("select version from schema_migrations")
        return watcher(f"select n from generate_series(2, {FILES}) n where (select count(*) from log l where l.n = n.n) <> "
                       "case when exists (select from schema_migrations m where m.version = n.n and m.applied_at is not null) "
                       "then 2 else 0 end")


if __name__ == "__main__":
    unittest.main(verbosity=2)
