#!/usr/bin/python3
"""What `cruddur rds` tells of an instance, and how it is set: its events, its log, its parameters."""

import json
import os
import re
import select
import subprocess
import unittest

from support.cli import Tree
from support.local_aws import LocalAws
from support.rds import admit, create, psql, wait_for
from support.waiting import until

NAME = "kept-up"
PATIENCE_SECONDS = 60


class Upkeep(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.rds = cls.aws.client("rds")
        create(cls.rds, NAME)
        cls.instance = wait_for(cls.rds, NAME)
        admit(cls.aws, cls.instance)
        cls.tree = Tree(cls.aws)

    def ends(self, code, line):
        done = self.tree(line)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def json_of(self, line):
        return json.loads(self.ends(0, line + " --json").stdout)

    def test_events_are_told_from_the_oldest_to_the_newest(self):
        told = self.ends(0, f"cruddur rds events {NAME}").stdout.splitlines()
        self.assertRegex(told[0], r"^\d{4}-\d\d-\d\dT[\d:.]+Z  DB instance created")
        self.assertEqual([each["message"] for each in self.json_of(f"cruddur rds events {NAME} --hours 2")],
                         [line.split("  ", 1)[1] for line in told])
        self.assertEqual(self.ends(2, f"cruddur rds events {NAME} --hours 1000").stdout, "")
        self.assertIn("DBInstanceNotFound", self.ends(1, "cruddur rds events nobody").stderr)

    def test_the_log_is_printed_and_followed(self):
        def fail_as(name):
            self.assertIn("division by zero", psql(self.instance, f"select 1/0 as {name}").stderr)
        fail_as("of_the_log")
        until(lambda: "of_the_log" in self.ends(0, f"cruddur rds logs {NAME}").stdout, "the statement is not in the log")
        self.assertIn("of_the_log", self.json_of(f"cruddur rds logs {NAME}")["text"])
        listed = self.ends(0, f"cruddur rds logs {NAME} --list").stdout
        newest = self.json_of(f"cruddur rds logs {NAME} --list")[-1]
        self.assertIn(newest["name"], listed)
        self.assertLessEqual(len(self.ends(0, f"cruddur rds logs {NAME} --file {newest['name']} --lines 2").stdout.splitlines()), 2)
        self.assertIn("DBLogFileNotFound", self.ends(1, f"cruddur rds logs {NAME} --file error/nothing").stderr)
        self.ends(2, f"cruddur rds logs {NAME} --follow --json")
        with subprocess.Popen(["bash", "-c", f"exec cruddur rds logs {NAME} --follow --lines 1"], stdout=subprocess.PIPE,
                              env=self.tree.variables, cwd=self.tree.folder) as following:
            def read_until(text):
                read = b""
                while text not in read:
                    self.assertTrue(select.select([following.stdout], [], [], PATIENCE_SECONDS)[0], read)
                    read += os.read(following.stdout.fileno(), 65536)
            try:
                read_until(b"of_the_log")
                fail_as("while_it_is_followed")
                read_until(b"while_it_is_followed")
            finally:
                following.terminate()

    def test_parameters_are_listed_set_and_taken_back(self):
        self.assertIn("the engine's own values", self.ends(0, f"cruddur rds parameters {NAME}").stderr)
        every = {one["name"]: one for one in self.json_of(f"cruddur rds parameters {NAME} --all")}
        self.assertEqual((every["work_mem"]["allowed"], every["max_connections"]["needs_reboot"]), ("64-2147483647", True))
        refused = self.ends(1, f"cruddur rds parameters {NAME} --set no_such=1")
        self.assertIn("PostgreSQL has no parameter 'no_such'", refused.stderr)
        self.ends(2, f"cruddur rds parameters {NAME} --set work_mem")
        told = self.ends(0, f"cruddur rds parameters {NAME} --set work_mem=8192 --set max_connections=57")
        self.assertEqual(told.stdout, "max_connections = 57  (from a reboot on)\nwork_mem = 8192\n")
        self.assertIn(f"it gets the group {NAME} of its own", told.stderr)
        self.assertRegex(told.stderr, f"holds after `cruddur rds reboot {NAME}`")
        self.ends(0, f"cruddur rds reboot {NAME}")
        shown = [psql(self.instance, f"show {name}").stdout.strip() for name in ("work_mem", "max_connections")]
        self.assertEqual(shown, ["8MB", "57"])
        told = self.ends(0, f"cruddur rds parameters {NAME} --reset work_mem")
        self.assertEqual((told.stdout, re.findall("reboot`", told.stderr)), ("max_connections = 57  (from a reboot on)\n", []))
        until(lambda: psql(self.instance, "show work_mem").stdout.strip() == "4MB", "work_mem is not as it was")


if __name__ == "__main__":
    unittest.main()
