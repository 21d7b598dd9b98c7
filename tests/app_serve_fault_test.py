#!/usr/bin/python3
"""`cruddur serve` as a program under what strangers do to it: 10,000 idle connections, and a database that answers nobody."""

import concurrent.futures
import json
import resource
import socket
import time
import unittest

from support.postgres import Server, Session
from support.program import db
from support.serve import START_SECONDS, Serve
from support.waiting import comes_true

CONNECTIONS = 10_000
HOME = "/api/activities/home?limit=5"
POST = "/api/activities/5eed0000-0000-4000-8000-000000000101"  # one statement for each that asks


class ServeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.url = cls.server.url("cruddur")
        done = db("setup", url=cls.url)
        assert done.returncode == 0, done.stderr

    def serve(self, *flags):
        return self.enterContext(Serve(self.url, *flags))

    def test_ten_thousand_idle_connections_cost_little_and_disturb_nobody(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.assertGreater(hard, CONNECTIONS + 500, "the limit of open files is too low: ulimit -Hn")
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        serve = self.serve()
        before = serve.resident_bytes()
        idle = []
        self.addCleanup(lambda: [each.close() for each in idle])
        for at in range(CONNECTIONS):
            one = socket.create_connection(("127.0.0.1", serve.port), timeout=START_SECONDS)
            idle.append(one)
            if at % 10 == 1:  # some of them were used before they fell idle
                one.sendall(b"GET /api/health-check HTTP/1.1\r\nHost: a\r\n\r\n")
                self.assertIn(b"200", one.recv(4096).split(b"\r\n")[0])
        self.assertTrue(comes_true(lambda: serve.metric("cruddur_http_connections") >= CONNECTIONS))
        # Under the sanitizer's own costs too.
        self.assertLess((serve.resident_bytes() - before) / CONNECTIONS, 8_192)
        for target in (HOME, "/", "/api/health-check"):
            self.assertEqual(serve.get(target)[0], 200)
        idle[1].sendall(b"GET /api/health-check HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertIn(b"200", idle[1].recv(4096))
        while idle:
            idle.pop().close()
        self.assertTrue(comes_true(lambda: serve.metric("cruddur_http_connections") < 10))

    def test_a_full_pool_answers_503_within_the_deadline_and_recovers(self):
        serve = self.serve("--connections", "1", "--threads", "1", "--queue", "8")
        self.assertEqual(serve.get(POST)[0], 200)
        with Session(self.url, "a_holder") as holder, concurrent.futures.ThreadPoolExecutor(60) as clients:
            holder("begin; lock table activities")
            begun = time.monotonic()
            answers = list(clients.map(lambda _: (serve.get(POST), time.monotonic() - begun), range(60)))
            holder("commit")
        for (status, headers, body), took in answers:
            self.assertEqual((status, json.loads(body)), (503, ["unavailable"]))
            self.assertEqual(headers["Retry-After"], "1")
        self.assertGreater(serve.metric("cruddur_pool_overloaded_total"), 0)
        # Most find the queue full, and are told at once: long before those who were let in are given up.
        times = sorted(took for _, took in answers)
        self.assertLess(times[len(times) // 3], times[-1] / 2)
        self.assertTrue(comes_true(lambda: serve.get(POST)[0] == 200))


if __name__ == "__main__":
    unittest.main(verbosity=2)
