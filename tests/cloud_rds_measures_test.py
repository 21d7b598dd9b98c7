#!/usr/bin/python3
"""What `cruddur rds` tells of what an instance did: its load by Performance Insights, its metrics by CloudWatch."""

import json
import os
import pty
import re
import subprocess
import unittest

from support.cli import Cli
from support.local_aws import LocalAws, PROGRAM
from support.rds import admit, create, session, url_of, wait_for
from support.waiting import until

NAME = "measured"
BUSY = "select pg_sleep(1000)"


class Measures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.rds = cls.aws.client("rds")
        create(cls.rds, NAME)
        create(cls.rds, "looked-at", EnablePerformanceInsights=True)
        cls.instance = wait_for(cls.rds, "looked-at")
        wait_for(cls.rds, NAME)
        admit(cls.aws, cls.instance)
        cls.cruddur = Cli(cls.aws)

    def ends(self, code, *line, **variables):
        done = self.cruddur("rds", *line, **variables)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def busy(self):
        """A session that sleeps in a statement, until the test's end."""
        self.enterContext(session(url_of(self.instance)))
        sleeper = subprocess.Popen(["psql", "-qAt", url_of(self.instance), "-c", BUSY], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(sleeper.wait, 60)
        self.addCleanup(sleeper.kill)

    def on_a_terminal(self, *line):
        ours, theirs = pty.openpty()
        with open(ours, "rb", buffering=0) as screen:
            done = subprocess.Popen([PROGRAM, "rds", *line], env=self.cruddur.variables, stdin=subprocess.DEVNULL, stdout=theirs)
            os.close(theirs)
            shown = b""
            try:
                while part := screen.read(4096):
                    shown += part
            except OSError:  # so ends a terminal that nobody writes to any more
                pass
            self.assertEqual(done.wait(60), 0)
        return shown.decode().replace("\r\n", "\n")

    def insights(self, *more):
        return json.loads(self.ends(0, "insights", "looked-at", "--json", *more).stdout)

    def test_the_load_is_told_apart_by_what_was_asked_for(self):
        self.assertEqual(self.insights("--by", "sql", "--minutes", "1")["by"], "sql")
        self.busy()
        seen = {"db.wait_event.type": "Timeout", "db.wait_event.name": "PgSleep"}
        until(lambda: any(key["dimensions"] == seen for key in self.insights()["keys"]), lambda: self.insights())
        for by, dimension, value in (("sql", "db.sql_tokenized.statement", "select pg_sleep(?)"), ("host", "db.host.name", "127.0.0.1"),
                                     ("user", "db.user.name", "root"), ("database", "db.name", "postgres")):
            load = self.insights("--by", by, "--minutes", "5")
            self.assertIn(value, [key["dimensions"].get(dimension) for key in load["keys"]], by)
            self.assertTrue(0 < load["average_sessions"] <= 5 and load["points"], load)
        self.assertEqual(len(self.insights("--by", "user", "--limit", "1")["keys"]), 1)
        piped = self.ends(0, "insights", "looked-at", "--by", "sql").stdout.splitlines()
        self.assertRegex(piped[0], r"^looked-at: \d+\.\d\d sessions active on average in 60 min, \d+\.\d\d at most, at \d{4}-\d\d-\d\dT\d\d:\d\d:00Z$")
        self.assertRegex(piped[1], r"^load +share +statement$")
        self.assertTrue(any(re.match(r"\d\.\d{3} +\d+ % +select pg_sleep\(\?\)$", line) for line in piped), piped)
        self.assertTrue(any(re.match(r"\d\.\d{3} +\d+ % +█+ +Timeout:PgSleep$", line)
                            for line in self.on_a_terminal("insights", "looked-at").splitlines()))

    def test_where_nothing_looks_at_it_the_command_that_mends_it_is_told(self):
        refused = self.ends(1, "insights", NAME, "--region", "us-east-1")
        self.assertEqual(refused.stdout, "")
        command = re.search(r"`(aws rds modify-db-instance [^`]*)`", refused.stderr)[1]
        self.assertTrue(command.endswith(" --region us-east-1"), command)
        self.assertIn("Performance Insights is off for measured", refused.stderr)
        done = self.aws.shell(command)
        self.assertEqual(done.returncode, 0, done.stderr)
        wait_for(self.rds, NAME)
        self.assertEqual(json.loads(self.ends(0, "insights", NAME, "--json").stdout)["identifier"], NAME)
        self.assertIn("DBInstanceNotFound", self.ends(1, "insights", "nobody").stderr)
        for bad in (("--by", "colour"), ("--minutes", "0"), ("--minutes", "10081"), ("--limit", "26")):
            self.assertEqual(self.ends(2, "insights", NAME, *bad).stdout, "", bad)

    def test_the_latest_value_of_each_metric_is_shown(self):
        def metrics():
            return {each["name"]: each for each in json.loads(self.ends(0, "metrics", "looked-at", "--json").stdout)}
        until(lambda: {"CPUUtilization", "DatabaseConnections", "FreeStorageSpace"} <= set(metrics()), metrics)
        free = metrics()["FreeStorageSpace"]
        self.assertRegex(free["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:00Z$")
        self.assertTrue(0 < free["value"] <= 20 * 2**30, free)
        shown = self.ends(0, "metrics", "looked-at").stdout
        self.assertRegex(shown, r"(?m)^FreeStorageSpace +\d+ (MB|GB) +\d{4}-")
        self.assertRegex(shown, r"(?m)^DatabaseConnections +\d+(\.\d+)? +\d{4}-")
        self.assertIn("DBInstanceNotFound", self.ends(1, "metrics", "nobody").stderr)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
