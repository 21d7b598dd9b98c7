#!/usr/bin/python3
"""Each command that `cruddur rds` advises works as it is printed, for an instance of another name than the usual one; and
each that any message names is there, with its options."""

import functools
import json
import os
import re
import subprocess
import unittest

import botocore.session
from botocore import xform_name

from support.cli import TOP, Tree
from support.local_aws import PROGRAM, LocalAws

NAME = "advised"
LITERAL = r'"(?:[^"\\\n]|\\.)*"'


def messages():
    """Every text of the program, with the file that it stands in; what stands beside it is one with it."""
    for file in sorted((TOP / "src").rglob("*.cpp")):
        code = re.sub(r"^\s*(//|#include).*$", "", file.read_text(encoding="utf-8"), flags=re.M)
        for found in re.finditer(rf"{LITERAL}(\s*{LITERAL})*", code):
            text = "".join(each[1:-1] for each in re.findall(LITERAL, found[0]))
            yield file.relative_to(TOP), text.replace("\\\"", "\"").replace("\\n", "\n")


@functools.cache
def help_of(*command):
    """What a command says of itself, or None where there is no such command."""
    done = subprocess.run([PROGRAM, *command, "--help"], capture_output=True, text=True, timeout=60,
                          env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"})
    return done.stdout if f"Usage: cruddur {' '.join(command)} " in done.stdout else None


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

    def test_of_snapshots_of_an_instance_that_never_was(self):
        for flags in ("", " --json"):
            status, = self.advised(f"cruddur rds snapshots nowhere{flags}")
            self.assertIn(NAME, self.run_line(status).stdout)
        self.assertIn("There is no snapshot", self.run_line(f"cruddur rds snapshots {NAME}").stderr)

    def test_of_an_instance_that_was_deleted_and_left_a_snapshot(self):
        self.run_line("cruddur rds create advised-last")
        told = self.run_line("cruddur rds delete advised-last --yes advised-last --unprotect").stderr
        restore, = re.findall(r"`(cruddur rds restore [^`]*)`", told)
        self.assertIn("available", self.run_line("cruddur rds snapshots advised-last").stdout)
        self.run_line(restore)
        self.run_line("cruddur rds delete advised-last --yes advised-last --unprotect --skip-final-snapshot")

    def test_of_a_group_that_is_full_of_rules(self):
        ec2 = self.aws.client("ec2")
        group, = (each["VpcSecurityGroupId"] for each in self.aws.client("rds").describe_db_instances(
            DBInstanceIdentifier=NAME)["DBInstances"][0]["VpcSecurityGroups"])
        permission = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
        room = 60 - sum(not rule["IsEgress"] for rule in ec2.describe_security_group_rules(
            Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"])
        full = [{**permission, "IpRanges": [{"CidrIp": f"203.0.113.{number}/32"} for number in range(room)]}]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=full)
        revoke, = self.advised(f"cruddur rds allow-ip 198.51.100.7 --instance {NAME}")
        self.assertIn("no longer allowed", self.run_line(revoke.replace("ADDRESS", "203.0.113.1")).stdout)
        self.run_line(f"cruddur rds allow-ip 198.51.100.7 --instance {NAME}")

    def test_of_a_rules_ids_survives_eval(self):
        line = f'eval "$(cruddur rds allow-ip --instance {NAME})" && echo $DB_SG_ID $DB_SG_RULE_ID'
        done = self.run_line(line)
        self.assertRegex(done.stdout, "^sg-[0-9a-f]+ sgr-[0-9a-f]+\n$")
        self.assertNotIn("command not found", done.stderr)

    def test_by_the_aws_cli_that_needs_nothing_filled_in(self):
        commands = [command for _, text in messages() for command in re.findall(r"aws rds describe[^`\n{}]*$", text)]
        self.assertTrue(commands)
        for command in commands:
            listed = self.aws.shell(command)
            self.assertEqual(listed.returncode, 0, listed.stderr)
            self.assertIn("15.", listed.stdout)

    def test_keeps_the_flags_that_were_given(self):
        flags = f"--region eu-west-1 --endpoint-url {self.aws.url}"
        missing, = self.advised(f"cruddur rds status {NAME} {flags}")
        self.assertIn(flags, missing)
        self.assertEqual(json.loads(self.run_line(f"{missing} --json").stdout), [])


class Words(unittest.TestCase):
    """Of every message of the program: what cannot be brought about here as well."""

    def test_name_commands_and_options_that_there_are(self):
        named = 0
        for file, text in messages():
            for command in re.findall(r"(?:^|[^\w/.<-])cruddur ((?:\{\}|[a-z][a-z-]*)[^`'\n;|]*)", text):
                words = re.sub(r"(\s#|[,:;)]|\.(\s|$)).*", "", command, flags=re.S).split()
                path = []
                while words and re.fullmatch("[a-z][a-z-]*", words[0]) and help_of(*path, words[0]):
                    path.append(words.pop(0))
                if not path:
                    continue  # prose
                named += 1
                options = [word.partition("=")[0] for word in words if word.startswith("--") and len(word) > 2]
                options = options[:words.index("--")] if "--" in words else options
                for option in options:
                    self.assertRegex(help_of(*path), rf"{option}\b", f"{file}: {command}")
                if path in (["db"], ["rds"]):
                    self.assertTrue(not words or "{}" in words[0] or words[0] == "help", f"{file}: {command}")
        self.assertGreater(named, 40)

    def test_name_operations_of_aws_and_members_that_there_are(self):
        session = botocore.session.get_session()
        named = 0
        for file, text in messages():
            for service, name, rest in re.findall(r"(?:^|[`:] ?)aws ([a-z0-9-]+) ([a-z-]+)([^`\n]*)", text):
                if service in ("configure", "sso"):
                    continue  # of the CLI itself
                named += 1
                model = session.get_service_model(service)
                operations = {xform_name(each, "-"): each for each in model.operation_names}
                self.assertIn(name, operations, f"{file}: {text}")
                members = {xform_name(each, "-") for each in model.operation_model(operations[name]).input_shape.members}
                for option in re.findall(r"--([a-z0-9-]+)", rest):
                    self.assertTrue(option in members | {"query"} or option.removeprefix("no-") in members,
                                    f"{file}: {option} of {text}")
        self.assertGreater(named, 2)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
