#!/usr/bin/python3
"""docs/guide.md, run from the document with version 1 and version 2 of the AWS CLI: each of its commands in its order, in one
shell, against a fresh data folder. What is printed and how a command ends is held against what the document says."""

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
import zipfile

from support.document import agree, blocks_of, guard, printed_by, script_of
from support.postgres import die_with_us
from support.program import PROGRAM
from support.quick_aws import quick_aws

TOP = pathlib.Path(__file__).resolve().parent.parent
GUIDE = TOP / "docs" / "guide.md"
# Version 1, as the CDK has it for its own functions: a package of npm's with AWS's files in a zip.
VERSION_1 = TOP / "tests/sdk/node_modules/@aws-cdk/asset-awscli-v1/lib/layer.zip"
REFUSED, REFUSED_BY_VERSION_1 = 254, 255  # how the CLI ends when AWS refuses a call
SECONDS = 800  # while the machine has much else to do


class Guide(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="cruddur-guide-")))
        self.top.chmod(0o711)  # run by root, PostgreSQL's user passes through
        self.tree = self.top / "checkout"
        for name in ("bin", "db"):
            shutil.copytree(TOP / name, self.tree / name)
        for name in ("CMakeLists.txt", "VERSION"):
            shutil.copy(TOP / name, self.tree)
        release = self.tree / "build" / "release"
        release.mkdir(parents=True)
        for name in ("cruddur", "post-confirmation"):
            (release / name).symlink_to(pathlib.Path(PROGRAM).parent / name)
        self.variables = {"PATH": f"{self.top}/tools:/usr/bin:/bin", "HOME": str(self.top), "LC_ALL": "C.UTF-8",
                          "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": "", "ASTRAY": str(self.top / "astray"),
                          "CRUDDUR_DATA_DIR": str(self.top / "data")}

    def up(self):
        errors = self.enterContext(open(self.top / "errors", "w+", encoding="utf-8"))
        process = subprocess.Popen([self.tree / "bin" / "cruddur", "up", "--json", "--port", "0", "--database-port", "0",
                                    "--cloud-port", "0"], stdout=subprocess.PIPE, stderr=errors, text=True,
                                   env=self.variables, preexec_fn=die_with_us)
        self.addCleanup(process.communicate, timeout=60)
        self.addCleanup(process.terminate)
        self.assertTrue(select.select([process.stdout], [], [], SECONDS)[0], "bin/up printed nothing")
        line = process.stdout.readline()
        errors.seek(0)
        self.assertTrue(line, errors.read())
        return json.loads(line)

    def run_with(self, aws, version):
        guard(self.top / "tools", aws)
        said = subprocess.run([aws, "--version"], capture_output=True, text=True, timeout=60, check=True)
        self.assertRegex(said.stdout, rf"^aws-cli/{version}\.")
        steps = [step for block in blocks_of(GUIDE) for step in block.steps()]
        here = self.up()["connection_url"]
        for step in steps:
            step.command = re.sub(r"postgresql://postgres:…@[\w.:/]+", here, step.command)
        shell = subprocess.Popen(["/bin/bash", "-c", script_of(steps)], cwd=self.tree, env=self.variables, text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 preexec_fn=die_with_us, start_new_session=True)
        try:
            said, _ = shell.communicate(timeout=SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGTERM)
        self.assertIn("@@ the end", said, said[-3000:])
        self.assertFalse((self.top / "astray").exists())
        printed = printed_by(said)
        wrong = []
        for number, step in enumerate(steps):
            lines, code = printed.get(number, (["nothing of it was seen"], None))
            ends = REFUSED_BY_VERSION_1 if version == 1 and step.code == REFUSED else step.code
            if not step.path and (code != ends or not agree(step.printed, lines)):
                wrong.append("\n".join([f"docs/guide.md:{step.line}: {step.command}", f"It ended with {code}, and printed:", *lines]))
        self.assertEqual(wrong, [], "\n\n".join(["The document says otherwise.", *wrong]))

    def test_with_version_2_of_the_aws_cli(self):
        self.run_with(quick_aws(), 2)

    def test_with_version_1_of_the_aws_cli(self):
        self.assertTrue(VERSION_1.exists(), "version 1 is not there: npm ci in tests/sdk brings it")
        with zipfile.ZipFile(VERSION_1) as archive:
            archive.extractall(self.top / "version-1")
        self.run_with(quick_aws(self.top / "version-1" / "awscli"), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
