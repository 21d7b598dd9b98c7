"""Rows that are written at a pace, and a ledger outside of the database of those that were acknowledged."""

import math
import subprocess
import threading
import time

from support.postgres import PSQL
from support.rds import STATUS_SECONDS, psql, url_of
from support.waiting import until

ROWS_A_SECOND = 200
WRITERS = 4


class Writer(threading.Thread):
    """Writes numbers of its own at a pace; its ledger says when each was sent, and when it was acknowledged."""

    def __init__(self, instance, first):
        super().__init__(daemon=True)
        self.instance, self.number, self.ending = instance, first, False
        self.ledger = {}

    def run(self):
        while not self.ending:
            try:
                with subprocess.Popen([PSQL, "--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", url_of(self.instance)],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                      bufsize=1, env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}) as session:
                    try:
                        while not self.ending and self.write(session):
                            time.sleep(WRITERS / ROWS_A_SECOND)
                    finally:
                        session.kill()
            except OSError:  # its server is gone, also to what was not sent yet
                pass

    def write(self, session):
        self.number += WRITERS
        sent = time.time()
        self.ledger[self.number] = (sent, math.inf)
        session.stdin.write(f"insert into ledger values ({self.number}) returning n;\n")
        if session.stdout.readline().strip() != str(self.number):
            return False
        self.ledger[self.number] = (sent, time.time())
        return True


class Load:
    def __init__(self, instance):
        self.writers = [Writer(instance, first) for first in range(WRITERS)]

    def __enter__(self):
        for writer in self.writers:
            writer.start()
        return self

    def __exit__(self, *_):
        for writer in self.writers:
            writer.ending = True
        for writer in self.writers:
            writer.join(STATUS_SECONDS)

    def entries(self):
        return {number: times for writer in self.writers for number, times in list(writer.ledger.items())}

    def acknowledged(self):
        return sum(at < math.inf for _, at in self.entries().values())

    def wait_for_more(self, count=200):
        before = self.acknowledged()
        until(lambda: self.acknowledged() >= before + count, "nothing is written")

    def check(self, test, restored, at):
        """That an instance which was restored to that time has what was acknowledged until then, and nothing of later."""
        found = [int(line) for line in psql(restored, "select n from ledger").stdout.split()]
        test.assertEqual(len(found), len(set(found)))
        entries = self.entries()
        missing = {number for number, (_, acknowledged) in entries.items() if acknowledged <= at} - set(found)
        test.assertEqual(missing, set(), "acknowledged until then, and not there")
        test.assertEqual({number for number in found if entries[number][0] > at}, set(), "of later, and there")
        test.assertGreater(len(found), 100)

    def check_all(self, test, instance):
        """That an instance has all that was acknowledged, each row once. Returns how many it has."""
        said = psql(instance, "select n from ledger")
        test.assertEqual(said.returncode, 0, said.stderr)
        found = [int(line) for line in said.stdout.split()]
        test.assertEqual(len(found), len(set(found)))
        lost = {number for number, (_, acknowledged) in self.entries().items() if acknowledged < math.inf} - set(found)
        test.assertEqual(lost, set(), "acknowledged, and not there")
        return len(found)
