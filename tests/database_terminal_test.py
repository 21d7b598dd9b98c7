#!/usr/bin/python3
"""`cruddur db` on a terminal: what is asked before production is destroyed, and psql, which shows nobody the password."""

import os
import pathlib
import pty
import select
import signal
import time
import unittest

from support.postgres import WAIT_SECONDS, Server, Session
from support.program import PROGRAM, db, environment, start

NAME = "cruddur_live"


class Terminal:
    """A program on a pseudo-terminal of its own, as a person has it."""

    def __init__(self, *arguments, **variables):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execve(PROGRAM, [PROGRAM, *arguments], environment(**variables, TERM="xterm"))
        self.said = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.terminal)
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def read_until(self, words):
        deadline = time.monotonic() + WAIT_SECONDS
        while words is None or words not in self.said:
            left = deadline - time.monotonic()
            assert left > 0 and select.select([self.terminal], [], [], left)[0], self.said
            try:
                piece = os.read(self.terminal, 4096)
            except OSError:  # the program has closed its side
                piece = b""
            if not piece:
                assert words is None, self.said
                return
            self.said += piece.decode()

    def type(self, text):
        os.write(self.terminal, text.encode())

    def end(self):
        """The exit status, minus the signal where one ended it."""
        self.read_until(None)
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)


class TerminalTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())

    def setUp(self):
        self.server.sql(f"drop database if exists {NAME} with (force)")
        self.url = self.server.url(NAME)
        self.server.sql(f"create database {NAME}")
        self.server.sql(f"comment on database {NAME} is '[cruddur environment: production]'")
        self.server.sql("create table kept as select 1 as one", NAME)

    def asked(self, *arguments):
        one = self.enterContext(Terminal("db", *arguments, prod=self.url))
        one.read_until("Type the database's name to go on: ")
        self.assertIn(f"{NAME} on 127.0.0.1:{self.server.port} is production", one.said)
        return one

    def expect_kept(self):
        self.assertEqual(self.server.sql("select one from kept", NAME), "1")

    def test_the_name_typed_is_a_yes(self):
        one = self.asked("drop", "prod")
        one.type(f"{NAME}\n")
        self.assertEqual(one.end(), 0, one.said)
        self.assertIn(f"Dropped {NAME}", one.said)
        self.assertFalse(self.server.has(NAME))

    def test_anything_else_is_a_no(self):
        for typed, said in (("cruddur\n", "'cruddur' is not the database's name"), ("no\n", "'no' is not"),
                            ("\n", f"--yes {NAME}"), ("\x04", f"--yes {NAME}")):
            one = self.asked("drop", "prod")
            one.type(typed)
            self.assertEqual(one.end(), 3, one.said)
            self.assertIn(said, one.said)
            self.expect_kept()

    def test_ctrl_c_ends_it_with_nothing_done(self):
        one = self.asked("setup", "prod")
        one.type("\x03")
        self.assertEqual(one.end(), -signal.SIGINT, one.said)
        self.expect_kept()

    def test_a_statement_typed_is_run_after_the_name_typed(self):
        one = self.enterContext(Terminal("db", "query", "prod", prod=self.url))
        one.read_until("Ctrl-D on a line of its own.")
        one.type("update kept set one = 2\n\x04")
        one.read_until("This would write to it.")
        one.read_until("Type the database's name to go on: ")
        self.expect_kept()
        one.type(f"{NAME}\n")
        self.assertEqual(one.end(), 0, one.said)
        self.assertIn("UPDATE 1", one.said)
        self.assertEqual(self.server.sql("select one from kept", NAME), "2")

    def test_sessions_are_ended_after_the_name_only(self):
        with Session(self.url) as there:
            one = self.asked("kill-sessions", "prod")
            self.assertEqual(there("select 'here'"), "here")
            one.type(f"{NAME}\n")
            self.assertEqual(one.end(), 0, one.said)
            self.assertTrue(there.ended())

    def test_without_a_terminal_nothing_is_asked_and_nothing_done(self):
        done = db("drop", "prod", prod=self.url)
        self.assertEqual(done.returncode, 3)
        self.assertIn(f"--yes {NAME}", done.stderr)
        self.assertNotIn("Type the database's name", done.stderr)
        # What is piped in is no answer of a person's.
        piped = start("db", "drop", "prod", prod=self.url, stdin=-1)
        self.assertIn(f"--yes {NAME}", piped.communicate(f"{NAME}\n", timeout=WAIT_SECONDS)[1])
        self.assertEqual(piped.returncode, 3)
        self.expect_kept()

    def test_psql_runs_on_the_terminal_with_the_password_on_no_command_line(self):
        with Terminal("db", "connect", "prod", "--", "-P", "pager=off", prod=self.url) as one:
            one.read_until(f"{NAME}=#")
            process = pathlib.Path(f"/proc/{one.pid}")
            line = (process / "cmdline").read_bytes().decode().split("\0")
            self.assertEqual(pathlib.Path(line[0]).name, "psql")
            self.assertEqual(line[1], f"postgresql://postgres@127.0.0.1:{self.server.port}/{NAME}")
            # As typed, as in the URL, and in pieces: in no argument of any process of the terminal's.
            for each in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    arguments = each.read_bytes().decode(errors="replace")
                except OSError:
                    continue
                if f":{self.server.port}/{NAME}" in arguments:
                    self.assertNotIn("%20%3A%20", arguments)
                    self.assertNotIn(self.server.PASSWORD, arguments)
            self.assertEqual((process / "environ").stat().st_mode & 0o077, 0)
            one.said = ""
            one.type("\x03")  # is psql's, and ends nothing
            one.read_until(f"{NAME}=#")  # what is typed before it asks again is lost
            one.type("select 6 * 7 as answer;\n")
            one.read_until("42")
            one.type("\\q\n")
            self.assertEqual(one.end(), 0, one.said)

    def test_connect_says_what_is_wrong_instead_of_psql(self):
        wrong = db("connect", prod=None, url=self.server.url(NAME, password="wrong"))
        self.assertEqual(wrong.returncode, 4)
        self.assertIn("28P01", wrong.stderr)
        mixed = db("connect", url=self.url)
        self.assertEqual(mixed.returncode, 3)
        self.assertIn("is a production database", mixed.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
