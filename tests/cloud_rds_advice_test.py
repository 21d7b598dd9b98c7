#!/usr/bin/python3
"""Each command that `cruddur rds` advises works as it is printed, for an instance of another name than the usual one."""

import json
import re
import unittest

from support.cli import Tree
from support.local_aws import LocalAws

NAME = "advised"


class Advice(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.tree = Tree(cls.aws)
        cls.run_line(f"cruddur rds create {NAME}")

    @classmethod
    def run_line(cls, line, code=0):
        done = cls.tree(line)
        assert done.returncode == code, (line, done.returncode, done.stdout, done.stderr)
        return done

    def advised(self, line, code=1):
        """The commands that a failure of this line prints, of which none names the usual instance by its absence."""
        told = self.run_line(line, code).stderr
        commands = re.findall(r"`(cruddur rds [^`]*)`", told)
        self.assertTrue(commands, told)
        for command in commands:
            self.assertRegex(command, f"{NAME}|--all|SNAPSHOT NAME")
        return commands

    def test_of_an_instance_that_is_there_already(self):
        status, = self.advised(f"cruddur rds create {NAME}")
        self.assertIn("available", self.run_line(status).stdout)

    def test_of_a_status_that_does_not_allow_it(self):
        self.run_line(f"cruddur rds stop {NAME}")
        for line in (f"cruddur rds stop {NAME}", f"cruddur rds wait {NAME}"):
            start, = self.advised(line)
            self.run_line(f"{start} --no-wait")
            self.run_line(f"cruddur rds wait {NAME}")
            self.run_line(f"cruddur rds stop {NAME}")
        self.run_line(f"cruddur rds start {NAME}")

    def test_of_a_password_that_is_not_kept(self):
        kept, = self.aws.folder.parent.rglob(f"{NAME}.password")
        password = self.tree.folder / "password"
        password.write_text(kept.read_text(encoding="ascii"), encoding="ascii")
        kept.unlink()
        named, rotate = self.advised(f"cruddur rds url {NAME}", 2)
        self.run_line(named.replace("FILE", "password"))
        url, = re.findall(r"`(cruddur rds [^`]*)`", self.run_line(rotate).stderr)
        self.run_line(url)

    def test_of_an_instance_that_is_not_ready(self):
        self.run_line("cruddur rds create advised-later --no-wait")
        wait, = self.advised("cruddur rds url advised-later")
        self.run_line(wait)
        self.aws.client("rds").modify_db_instance(DBInstanceIdentifier="advised-later", DeletionProtection=True)
        unprotect, = self.advised("cruddur rds delete advised-later --yes advised-later")
        self.run_line(f"{unprotect} --yes advised-later --skip-final-snapshot")

    def test_of_a_snapshot_that_is_not_there(self):
        snapshots, = self.advised(f"cruddur rds restore nowhere {NAME}-again")
        self.run_line(snapshots)

    def test_keeps_the_flags_that_were_given(self):
        flags = f"--region eu-west-1 --endpoint-url {self.aws.url}"
        missing, = self.advised(f"cruddur rds status {NAME} {flags}")
        self.assertIn(flags, missing)
        self.assertEqual(json.loads(self.run_line(f"{missing} --json").stdout), [])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
