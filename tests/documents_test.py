#!/usr/bin/python3
"""The documents' commands, run in their order from the documents: each fenced block, by bash, with the real AWS CLI and
psql, against a fresh local AWS. A block begins with "# in AWS" where it has no counterpart here; any other is run, and
each of its commands succeeds, or ends with the code that stands behind it ("# exit 3")."""

import contextlib
import json
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import tempfile
import unittest
import urllib.request

from support.document import Block, guard
from support.document import blocks_of as document_blocks
from support.local_aws import LocalAws
from support.postgres import die_with_us, free_port
from support.program import PROGRAM
from support.quick_aws import quick_aws

TOP = pathlib.Path(__file__).resolve().parent.parent
# It shows code to be written and built; what it names is held to be there.
DEVELOP = "docs/develop.md"
GUIDE = "docs/guide.md"  # documents_guide_test runs it
DOCUMENTS = ["README.md", *sorted({str(path.relative_to(TOP)) for path in (TOP / "docs").glob("*.md")} - {DEVELOP, GUIDE})]
# What stays until it is stopped is started by the tests themselves.
STARTED = {"bin/up", "cruddur cloud"}
SUITE = "bin/test"  # which runs this
SECONDS = 300


def blocks_of(document):
    return document_blocks(TOP / document, document)


def script_of(blocks, serve_port):
    lines = ["set -eo pipefail"]
    for block in blocks:
        for command, code in block.commands():
            name = re.split(r"\s+#|\n", command.strip())[0].strip()
            if name in STARTED or name == SUITE:
                continue
            # A server stays beside what follows it.
            command = re.sub(r"^(.*cruddur serve)(.*)$", rf"""\1 --port {serve_port} >serve.log 2>&1 & \2
for _ in $(seq 600); do curl -sfo /dev/null http://127.0.0.1:{serve_port}/readyz && break; sleep 0.1; done
curl -sf http://127.0.0.1:{serve_port}/readyz""", command, flags=re.M)
            lines.append(f"echo '@@ {block.document}:{block.line}: {name.splitlines()[0][:60]}'".replace("$", ""))
            if code == 0:
                lines.append(command)
            else:
                lines += ["set +e", command, f"code=$?; set -e; [ $code -eq {code} ] || {{ echo \"@@ it ended with $code\"; exit 99; }}"]
    return "\n".join([*lines, "echo '@@ the end'", ""])


class DocumentsTest(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="cruddur-documents-")))
        self.top.chmod(0o711)
        self.tree = self.top / "checkout"
        for name in ("bin", "db", "deploy"):
            shutil.copytree(TOP / name, self.tree / name, ignore=shutil.ignore_patterns("secrets", ".env"))
        for name in ("CMakeLists.txt", "VERSION"):
            shutil.copy(TOP / name, self.tree)
        release = self.tree / "build" / "release"
        release.mkdir(parents=True)
        (release / "cruddur").symlink_to(PROGRAM)
        (release / "post-confirmation").symlink_to(pathlib.Path(PROGRAM).parent / "post-confirmation")
        tools = self.top / "tools"
        guard(tools, quick_aws())
        self.variables = {"PATH": f"{tools}:{self.tree}/bin:/usr/bin:/bin", "HOME": str(self.top), "LC_ALL": "C.UTF-8",
                          "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": "", "ASTRAY": str(self.top / "astray")}

    def run_blocks(self, blocks, before="", **places):
        port = free_port()
        text = script_of(blocks, port)
        # All at once, and by the whole port: an address that was put in may read like the next one's, 4567 in 45679.
        text = re.sub(r"http://127\.0\.0\.1:(\d+)", lambda found: places.get(f"port_{found[1]}", found[0]), text)
        process = subprocess.Popen(["/bin/bash", "-c", before + text], cwd=self.tree, env=self.variables, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   preexec_fn=die_with_us, start_new_session=True)
        try:
            said, _ = process.communicate(timeout=SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):  # the servers that it left beside it are of its group
                os.killpg(process.pid, signal.SIGTERM)
        self.assertEqual(process.returncode, 0, said[-3000:])
        self.assertIn("@@ the end", said)
        self.assertFalse((self.top / "astray").exists())
        return said

    def exports_of_cloud(self, aws):
        """The lines that `cruddur cloud` prints for a shell, behind its first."""
        printed = ""
        while "aws()" not in printed:
            printed += (line := aws.process.stdout.readline())
            self.assertTrue(line, printed)
        return printed

    def test_every_block_is_run_or_says_that_it_is_for_elsewhere(self):
        packed = []
        for document in DOCUMENTS:
            for block in blocks_of(document):
                self.assertIn(block.kind, ("sh", "console"), f"{document}:{block.line}")
                self.assertTrue(block.commands() or block.elsewhere, f"{document}:{block.line} has no command")
                # Version 1 of the AWS CLI has none of these.
                self.assertNotRegex(block.text, "logs tail|--cli-binary-format|--no-cli-pager|cli-auto-prompt")
                if block.elsewhere:
                    self.assertRegex(block.text, "aws (cloudformation|secretsmanager|s3)")
                    packed += re.findall("^cruddur lambda package .*$", block.text, re.M)
        # In AWS the function trusts the authorities that are packed in with it, and no others.
        self.assertTrue(packed and all(" --bundle " in line for line in packed), packed)
        covered = {document for document in DOCUMENTS if blocks_of(document)}
        self.assertEqual(covered, {"README.md", "docs/iam.md", "docs/rds.md", "docs/sign-up.md", "docs/trail.md"}, "run the new one below")

    def test_what_a_newcomer_reads_names_what_is_there(self):
        text = (TOP / DEVELOP).read_text(encoding="utf-8")
        made = {"db/queries/count_activities.sql"}  # by who follows it
        places = set(re.findall(r"(?<![\w/])(?:bin|src|tests|db|docs)/[\w./-]*\w", re.sub(r"\S*\*\S*", "", text)))
        self.assertGreater(len(places), 10)
        self.assertEqual([place for place in places - made if not (TOP / place).exists()], [])
        code = "\n".join(path.read_text(encoding="utf-8") for folder in ("src", "tests")
                         for path in (TOP / folder).rglob("*.[ch]pp"))
        listed = "\n".join(block.text for block in blocks_of(DEVELOP) if block.kind == "cpp")
        names = set(re.findall(r"\b(?:\w+::)+\w+|(?<=[ {]\.)\w+(?= =)|\b\w+(?=\()", listed))
        written = {"get_access_key_info", "queries::count_activities", "count", "TEST_F"}
        self.assertGreater(len(names), 10)
        self.assertEqual([name for name in names - written if not re.search(rf"\b{name.split('::')[-1]}\b", code)], [])
        for program in set(re.findall(r"build/quick/tests/(\w+)", text)):
            room, label = re.fullmatch(r"([a-z]+)_(\w+)_test", program).groups()
            self.assertTrue(list((TOP / "tests").glob(f"{room}_*{'' if label == 'unit' else label + '_'}test.cpp")), program)
        for suite, name in re.findall(r"gtest_filter='(\w+)\.\*(?::(\w+)\.\*)?'", text):
            for each in filter(None, (suite, name)):
                self.assertRegex(code, rf"TEST(_F)?\({each},")

    def test_the_managed_database_from_its_first_command_to_its_last(self):
        with LocalAws("--allow-version-substitute") as aws:
            said = self.run_blocks([block for block in blocks_of("docs/rds.md") if not block.elsewhere],
                                   self.exports_of_cloud(aws))
            self.assertRegex(said, r'"Label": "DatabaseConnections",\s+"Datapoints": \[\s+\{')
            self.assertRegex(said, "Unchecked: Initial alarm creation|Threshold Crossed: ")
            self.assertRegex(said, r'"DataPoints": \[\s+\{')

    def test_who_may_do_what(self):
        with LocalAws() as aws:
            said = self.run_blocks(blocks_of("docs/iam.md"), self.exports_of_cloud(aws))
            self.assertIn("arn:aws:iam::000000000000:user/ann", said)
            self.assertIn("with an explicit deny in an identity-based policy", said)

    def test_who_did_what_and_who_hears_of_it(self):
        with LocalAws() as aws:
            said = self.run_blocks(blocks_of("docs/trail.md"), self.exports_of_cloud(aws))
            self.assertRegex(said, r"root\s+CreateSecurityGroup")
            self.assertRegex(said, '"eventName":"DeleteDBInstance"')
            self.assertIn("service-control  the account: no service control policy locks the region", said)
            self.assertNotIn("trail  the account", said)

    def test_sign_up_by_hand_and_what_everything_at_once_shows(self):
        on_this_machine, in_containers, *by_hand = [block for block in blocks_of("docs/sign-up.md") if not block.elsewhere]
        with LocalAws("--allow-version-substitute") as aws:
            said = self.run_blocks(by_hand, self.exports_of_cloud(aws))
            self.assertIn('"ready":true', said)
            self.assertRegex(said, r"worf2 +\| Worf, son of Mogh")
        subprocess.run([self.tree / "bin" / "make-secrets"], check=True, timeout=SECONDS, stdout=subprocess.DEVNULL)
        with LocalAws("--require-signatures", self.tree / "deploy/secrets/aws_credentials") as aws:
            self.assertIn("UserPools", self.run_blocks([in_containers], port_4566=aws.url))
        up = subprocess.Popen([self.tree / "bin" / "cruddur", "up", "--json", "--data-dir", self.top / "up", "--port", "0",
                               "--database-port", "0", "--cloud-port", "0"], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.PIPE, env=self.variables)
        try:
            self.assertTrue(select.select([up.stdout], [], [], SECONDS)[0], "bin/up printed nothing")
            where = json.loads(up.stdout.readline())
            places = {"port_4566": where["aws_endpoint"], "port_4567": where["api_and_page"]}
            self.variables["CONNECTION_URL"] = where["connection_url"]
            pool = json.load(urllib.request.urlopen(where["api_and_page"] + "/api/configuration", timeout=60))
            sign_up = next(block for block in by_hand if "sign-up" in block.text)
            sign_up.text = sign_up.text.replace('"$PROD_CONNECTION_URL"', '"$CONNECTION_URL"')
            self.variables["CLIENT"] = pool["user_pool"]["client_id"]
            exports = Block("docs/sign-up.md", 0, "sh", "", "\n".join(on_this_machine.text.splitlines()[:2]))
            said = self.run_blocks([exports, sign_up, on_this_machine], **places)
            self.assertRegex(said, r"worf2 +\| Worf, son of Mogh +\| [0-9a-f-]{36}")
            said = self.run_blocks(blocks_of("README.md"), **places)
            self.assertIn("This was imported as seed data!", said)
        finally:
            up.terminate()
            _, errors = up.communicate(timeout=60)
        self.assertIn(f"Loaded {self.tree}/db/schema.sql", errors)
        self.assertIn(f"Loaded {self.tree}/db/seed.sql", errors)

    def test_the_commands_in_the_comments_of_deploy(self):
        """Those indented by three blanks: run, or for Docker, systemd and AWS, which the comment's own words are."""
        ran = 0
        for path in sorted((self.tree / "deploy").iterdir()):
            for command in re.findall(r"^#   (\S.*)$", path.read_text(), re.M):
                if command.startswith(("docker ", "systemctl ", "CONNECTION_URL=")):
                    continue
                done = subprocess.run(["/bin/bash", "-c", command], cwd=self.tree, env=self.variables, text=True,
                                      capture_output=True, timeout=60)
                self.assertEqual(done.returncode, 0, f"{path.name}: {command}: {done.stderr}")
                ran += 1
        self.assertGreater(ran, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
