#!/usr/bin/python3
"""The scripts of bin/: their help, which does nothing else, and the build of a checkout that was copied or moved."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from support.program import PROGRAM

TOP = pathlib.Path(__file__).resolve().parent.parent
# As the real one's, with a program that is made in a moment.
PROJECT = """cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES NONE)
add_custom_target(program ALL COMMAND ${CMAKE_COMMAND} -E touch cruddur)
"""
JSON_PROJECT = PROJECT.replace("-E touch", "-E copy ${CMAKE_SOURCE_DIR}/json-program")
JSON_PROGRAM = """#!/bin/bash
printf '{"asked": "%s"}' "$*"
"""


class ScriptsTest(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "checkout"
        shutil.copytree(TOP / "bin", self.top / "bin")

    def run_in(self, folder, *line, code=0, **variables):
        done = subprocess.run([folder / line[0], *line[1:]], cwd="/", text=True, capture_output=True, timeout=120,
                              stdin=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin", "HOME": str(self.top), **variables})
        self.assertEqual(done.returncode, code, f"{line}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def files(self):
        return sorted(str(path) for path in self.top.rglob("*"))

    def scripts(self):
        found = [path.relative_to(TOP) for path in (TOP / "bin").rglob("*") if path.is_file()]
        self.assertGreater(len(found), 20)
        return found

    def test_the_help_of_each_script_does_nothing_else(self):
        for name in ("bench", "deploy"):
            shutil.copytree(TOP / name, self.top / name, ignore=shutil.ignore_patterns("secrets", "__pycache__"))
        acted = self.top / "acted"
        tools = self.top / "tools"
        tools.mkdir()
        for tool in ("cmake", "ctest", "apt-get", "sudo", "docker", "psql", "npm"):
            (tools / tool).write_text(f"#!/bin/bash\necho {tool} >>{acted}\nexit 1\n")
            (tools / tool).chmod(0o755)
        before = self.files()
        for script in self.scripts():
            for word in ("--help", "-h"):
                said = self.run_in(self.top, script, word, PATH=f"{tools}:/usr/bin:/bin")
                self.assertRegex(said, "(?i)usage|bin/build", script)
        self.assertEqual(self.files(), before)
        self.assertFalse(acted.exists())

    def test_the_help_of_each_script_is_the_programs_own_once_that_is_built(self):
        release = self.top / "build" / "release"
        release.mkdir(parents=True)
        (release / "cruddur").symlink_to(PROGRAM)
        for script in self.scripts():
            text = (TOP / script).read_text()
            if "cruddur\" db " in text or "rds allow-ip" in text or script.name in ("up", "cruddur"):
                said = self.run_in(self.top, script, "--help")
                self.assertIn("OPTIONS" if "OPTIONS" in said else "Options:", said, script)

    def test_what_a_script_does_not_take_is_refused_and_nothing_is_done(self):
        (self.top / "deploy").mkdir()
        for line in (("bin/build", "relaese"), ("bin/build", "release", "dev"), ("bin/install-packages", "rnu"),
                     ("bin/make-secrets", "anew")):
            before = self.files()
            self.assertIn(line[-1], self.run_in(self.top, *line, code=2))
            self.assertEqual(self.files(), before)

    def test_standard_output_is_the_programs_alone_even_when_it_is_built_first(self):
        (self.top / "CMakeLists.txt").write_text(JSON_PROJECT)
        shutil.copy(TOP / "CMakePresets.json", self.top)
        (self.top / "json-program").write_text(JSON_PROGRAM)
        (self.top / "json-program").chmod(0o755)
        for script in self.scripts():
            text = (TOP / script).read_text()
            if "cruddur\"" not in text and "rds-update-sg-rule\"" not in text and script.name not in ("up", "cruddur"):
                continue
            with self.subTest(script):
                shutil.rmtree(self.top / "build", ignore_errors=True)
                done = subprocess.run([self.top / script, "--json"], cwd="/", text=True, capture_output=True, timeout=120,
                                      stdin=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin", "HOME": str(self.top)})
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertRegex(json.loads(done.stdout)["asked"], "--json$")

    def test_a_checkout_that_was_copied_or_moved_is_built_where_it_is_now(self):
        (self.top / "CMakeLists.txt").write_text(PROJECT)
        shutil.copy(TOP / "CMakePresets.json", self.top)
        self.run_in(self.top, "bin/build", "release")
        built = self.top / "build" / "release" / "cruddur"
        self.assertTrue(built.exists())
        copy, moved = self.top.parent / "a copy", self.top.parent / "moved"
        shutil.copytree(self.top, copy)
        (copy / "build" / "release" / "cruddur").unlink()
        built.unlink()
        self.assertIn(f"was made in {self.top}", self.run_in(copy, "bin/build", "release"))
        self.assertTrue((copy / "build" / "release" / "cruddur").exists())
        self.assertFalse(built.exists())  # the first one was left alone
        self.assertNotIn("was made in", self.run_in(copy, "bin/build", "release"))
        os.rename(self.top, moved)
        self.run_in(moved, "bin/build", "release")
        self.assertTrue((moved / "build" / "release" / "cruddur").exists())
        # A checkout that is reached by a link is no other one.
        link = self.top.parent / "link"
        link.symlink_to(moved)
        self.assertNotIn("was made in", self.run_in(link, "bin/build", "release"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
