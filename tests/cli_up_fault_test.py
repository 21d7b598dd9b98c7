#!/usr/bin/env python3
"""`cruddur up` with faults: what it says, what it serves meanwhile, and that it comes back."""

import os
import pathlib
import signal
import tempfile
import time
import unittest
import urllib.error
import urllib.request

from cli_up_test import FREE, START_SECONDS, Up, processes_of, query, until
from support.faults import locked, no_room

SERVED = "/api/activities/home"
# Moments of a start at which a signal comes: most of an existing folder's, some of a new one's.
MOMENTS_OF_EXISTING = 44
MOMENTS_OF_NEW = 6
STOP_SECONDS = 15  # on a busy machine; it is a fraction of one


def status(url):
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


class UpFault(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.TemporaryDirectory()
        os.chmod(cls.top.name, 0o755)  # the unprivileged user that PostgreSQL runs as passes through
        cls.folder = pathlib.Path(cls.top.name) / "data"

    @classmethod
    def tearDownClass(cls):
        cls.top.cleanup()

    def setUp(self):
        self.running = []

    def tearDown(self):
        for up in self.running:
            up.end()
            up.errors.close()
        self.assertEqual(processes_of(self.folder), [])

    def start(self, folder=None):
        up = Up(folder or self.folder, *FREE)
        self.running.append(up)
        return up

    def hold_fault(self, fault_of, breaks_database):
        up = self.start()
        where = up.addresses()
        pid_file = self.folder / "postgres" / "data" / "postmaster.pid"
        with fault_of(up):
            if breaks_database:
                os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
                self.assertTrue(until(lambda: status(where["api_and_page"] + "/readyz") == 503), up.said())
                time.sleep(2)
                self.assertEqual(status(where["api_and_page"] + "/readyz"), 503)
            else:
                time.sleep(1)
                self.assertEqual(status(where["api_and_page"] + SERVED), 200)
            self.assertEqual(status(where["api_and_page"] + "/"), 200)
            self.assertEqual(status(where["api_and_page"] + "/livez"), 200)
            self.assertIsNone(up.process.poll(), up.said())
            said = up.said()
        self.assertTrue(until(lambda: status(where["api_and_page"] + SERVED) == 200), up.said())
        self.assertEqual(query(where["connection_url"], "select 'back'"), "back")
        self.assertEqual(up.end(), 0)
        return said

    def test_the_state_is_locked(self):
        self.start().addresses()
        self.running[-1].end()
        self.hold_fault(lambda up: locked(self.folder / "cloud" / "state.db"), breaks_database=False)

    def test_the_disk_is_full(self):
        self.hold_fault(lambda up: no_room(up.process.pid), breaks_database=True)

    def test_the_database_does_not_start(self):
        self.start().addresses()
        self.running[-1].end()
        settings = self.folder / "postgres" / "data" / "postgresql.conf"
        right = settings.read_text()

        class Broken:
            def __enter__(self):
                settings.write_text(right + "\nno_such_setting = 1\n")

            def __exit__(self, *_):
                settings.write_text(right)

        self.assertIn("PostgreSQL has ended and does not start: what needs it is answered with 503",
                      self.hold_fault(lambda up: Broken(), breaks_database=True))
        with Broken():
            up = self.start()
            self.assertEqual(up.process.wait(START_SECONDS), 1)
            self.assertIn("no_such_setting", up.said())
        self.assertEqual(status(self.start().addresses()["api_and_page"] + SERVED), 200)

    def test_a_signal_at_any_moment_of_its_start_stops_it_and_the_next_start_is_good(self):
        self.start().addresses()
        self.running[-1].end()
        begun = time.monotonic()
        self.start().addresses()
        start_seconds = time.monotonic() - begun
        self.running.pop().end()
        slowest = 0
        for moment in range(MOMENTS_OF_EXISTING + MOMENTS_OF_NEW):
            is_new = moment >= MOMENTS_OF_EXISTING
            folder = pathlib.Path(self.top.name) / f"new{moment}" if is_new else self.folder
            share = (moment - MOMENTS_OF_EXISTING + 1) / MOMENTS_OF_NEW if is_new else moment / MOMENTS_OF_EXISTING
            up = Up(folder, *FREE)
            time.sleep(0.02 + share * start_seconds)
            begun = time.monotonic()
            code = up.end()
            slowest = max(slowest, time.monotonic() - begun)
            self.assertIn(code, (0, -signal.SIGTERM), (moment, up.said()))  # the latter before it waits for signals
            self.assertEqual(processes_of(folder), [], (moment, up.said()))
            up.errors.close()
            if is_new:
                where = self.start(folder).addresses()
                self.assertEqual(status(where["api_and_page"] + SERVED), 200, moment)
                self.assertEqual(query(where["connection_url"], "select count(*) from users where handle = 'andrewbrown'"), "1")
                self.running[-1].end()
        print(f"a start takes {start_seconds:.2f} s; the slowest stop took {slowest:.2f} s", flush=True)
        self.assertLess(slowest, STOP_SECONDS)
        where = self.start().addresses()
        self.assertEqual(status(where["api_and_page"] + SERVED), 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
