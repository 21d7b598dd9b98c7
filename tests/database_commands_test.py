#!/usr/bin/python3
"""Every command of `cruddur db` by the production URL's shape, as the managed database's user; and lines mistyped."""

import concurrent.futures
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import unittest

from support.postgres import Server
from support.program import PROGRAM, db, environment

TOP = pathlib.Path(__file__).resolve().parent.parent
COMMANDS = ["create", "drop", "schema-load", "seed", "setup", "migrate", "rollback", "status", "connect", "query",
            "sessions", "kill-sessions", "doctor"]
PASSWORD = "p@ss:w/o%rd?#& é"


class CommandsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        # What Amazon RDS makes of the master user: no superuser.
        cls.server.sql(f"create role cruddurroot login createdb createrole password '{PASSWORD}'; "
                       "grant pg_monitor, pg_signal_backend to cruddurroot")
        cls.url = cls.server.url("cruddur", "cruddurroot", PASSWORD)
        assert cls.url.startswith("postgresql://cruddurroot:p%40ss%3Aw%2Fo%25rd"), cls.url

    def prod(self, *arguments):
        done = db(*arguments, prod=self.url)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stdout}{done.stderr}")
        self.assertNotIn(PASSWORD, done.stdout + done.stderr)
        self.assertNotIn("p%40ss", done.stdout + done.stderr)
        return done.stdout

    def test_the_whole_life_of_production_goes_through_its_url_unmangled(self):
        yes = ("--yes", "cruddur")
        done = set()
        for command, *flags in (("create",), ("schema-load",), ("seed", *yes), ("status",), ("query", "select 1"), ("sessions",), ("doctor",),
                                ("rollback", *yes), ("migrate",), ("kill-sessions", *yes), ("drop", *yes),
                                ("setup", *yes)):
            said = self.prod(command, "prod", *flags)
            done.add(command)
            if command == "create":
                self.assertEqual(self.server.sql("select pg_get_userbyid(datdba) from pg_database where datname = 'cruddur'"),
                                 "cruddurroot")
            if command == "status":
                self.assertIn("production", said)
                self.assertIn("cruddurroot", said)
        said = self.prod("connect", "prod", "--", "-Atc", "select current_user || ' in ' || current_database()")
        self.assertIn("cruddurroot in cruddur", said)
        self.assertEqual(done | {"connect"}, set(COMMANDS))
        names = self.server.sql("select string_agg(datname, ' ' order by datname) from pg_database")
        self.assertEqual(names, "cruddur postgres template0 template1")
        self.assertEqual(self.server.sql("select message from activities where message like 'This was imported%'", "cruddur"),
                         "This was imported as seed data!")
        self.prod("drop", "prod", *yes)
        log = self.server.log.read_text()
        # What waits for the server to start asks before it is ready.
        refused = [line for line in log.splitlines() if "FATAL" in line and "the database system is starting up" not in line]
        self.assertEqual(refused, [])

    def test_a_mistyped_line_of_any_command_has_done_nothing(self):
        lines = [[command, "--frce"] for command in COMMANDS] + [["drop", "pord"], ["setup", "prod", "--yse", "cruddur"]]
        with socket.create_server(("127.0.0.1", 0)) as listener, concurrent.futures.ThreadPoolExecutor(4) as threads:
            listener.settimeout(0)
            url = f"postgresql://u:p@127.0.0.1:{listener.getsockname()[1]}/cruddur"
            for line, done in zip(lines, threads.map(lambda line: db(*line, url=url, prod=url), lines)):
                self.assertEqual(done.returncode, 2, line)
                self.assertIn("Nothing was done", done.stderr)
                self.assertEqual(done.stdout, "")
            with self.assertRaises(BlockingIOError):
                listener.accept()  # nobody came

    def test_the_wrappers_run_their_commands_from_any_folder(self):
        with tempfile.TemporaryDirectory() as top:
            bin, built = pathlib.Path(top) / "bin", pathlib.Path(top) / "build/release"
            shutil.copytree(TOP / "bin", bin)
            built.mkdir(parents=True)
            (built / "cruddur").symlink_to(PROGRAM)
            link = pathlib.Path(top) / "a link"
            link.symlink_to(bin / "db-status")
            wrappers = {path.name.removeprefix("db-"): path for path in bin.glob("db-*")}
            self.assertEqual(set(wrappers), set(COMMANDS))
            url = self.server.url("postgres")
            for path in (wrappers["status"], link):
                done = subprocess.run([path, "--json"], env=environment(url), cwd="/", capture_output=True, timeout=60)
                self.assertEqual(json.loads(done.stdout)["database"], "postgres")
            for name, path in wrappers.items():
                self.assertTrue(os.access(path, os.X_OK), path)
                self.assertIn(f'/cruddur" db {name} "$@"', path.read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
