#!/usr/bin/python3
"""What acts once and is answered by a failing server, or not at all, has been done once, and nobody is locked out."""

import json
import subprocess
import unittest

from support.cli import Cli
from support.faulty_gate import FaultyGate
from support.local_aws import LocalAws

NAME = "cruddur-db-instance"
NO_ANSWER = None
MADE_ONCE = {"CreateDBInstance": "DB instance created", "RebootDBInstance": "DB instance restarted",
             "StopDBInstance": "DB instance stopped", "StartDBInstance": "DB instance started"}


class Retry(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.gate = cls.enterClassContext(FaultyGate(cls.aws.url))
        cls.cli = Cli(cls.aws, AWS_ENDPOINT_URL=cls.gate.url)

    def run_ok(self, *line, fault=(), answered=500):
        """Runs a command whose actions are carried out and then answered so."""
        self.gate.faults = {action: answered for action in fault}
        self.gate.met = []
        done = self.cli("rds", *line)
        self.assertEqual(done.returncode, 0, (line, done.stdout, done.stderr))
        self.assertEqual(self.gate.met, list(fault), line)
        return done.stdout

    def select_one(self, name):
        line = self.run_ok("url", name)
        shell = f'{line}\npsql --no-psqlrc -Atc "select 1" "$PROD_CONNECTION_URL"'
        done = subprocess.run(["/bin/bash", "-c", shell], env=self.cli.variables, capture_output=True, text=True,
                              timeout=120)
        self.assertEqual(done.stdout, "1\n", done.stderr)

    def events(self, name):
        found = self.aws.client("rds").describe_events(SourceType="db-instance", SourceIdentifier=name)["Events"]
        return [one["Message"] for one in found]

    def test_what_a_failing_server_did_is_done_once_and_nobody_is_locked_out(self):
        name = "unlucky"

        def run(action, answered, *line):
            return self.run_ok(*line, fault=[action], answered=answered)

        run("CreateDBInstance", 500, "create", name, "--no-wait", "--json")
        self.run_ok("wait", name)
        allowed = json.loads(run("AuthorizeSecurityGroupIngress", 503, "allow-ip", "--instance", name, "--json"))
        self.assertRegex(allowed["rule"], "^sgr-")
        self.select_one(name)
        run("ModifyDBInstance", 500, "rotate-password", name)
        self.select_one(name)
        run("RebootDBInstance", 500, "reboot", name)
        run("StopDBInstance", 503, "stop", name)
        run("StartDBInstance", NO_ANSWER, "start", name)
        events = self.events(name)
        for action, told in MADE_ONCE.items():
            self.assertEqual(events.count(told), 1, (action, events))
        run("CreateDBSnapshot", 500, "snapshot", name, "--name", "once")
        run("RestoreDBInstanceFromDBSnapshot", NO_ANSWER, "restore", "once", "again")
        self.select_one("again")
        run("RevokeSecurityGroupIngress", 500, "revoke-ip", "--instance", name)
        run("DeleteDBInstance", 500, "delete", name, "--yes", name, "--final-snapshot", "last")
        run("DeleteDBInstance", NO_ANSWER, "delete", "again", "--yes", "again", "--skip-final-snapshot")
        self.assertEqual(list(self.aws.folder.parent.rglob("*.password*")), [])

    def test_an_instance_that_was_there_before_keeps_its_password(self):
        self.run_ok("create", NAME)
        kept, = self.aws.folder.parent.rglob(f"{NAME}.password")
        before = kept.read_text(encoding="ascii")
        self.gate.faults = {"CreateDBInstance": 503}
        again = self.cli("rds", "create", NAME)
        self.assertEqual(again.returncode, 1, again.stdout + again.stderr)
        self.assertIn("DBInstanceAlreadyExists", again.stderr)
        self.assertEqual(kept.read_text(encoding="ascii"), before)
        self.assertEqual(list(self.aws.folder.parent.rglob("*.password.next")), [])
        self.run_ok("delete", NAME, "--yes", NAME, "--skip-final-snapshot")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
