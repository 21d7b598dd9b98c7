#!/usr/bin/python3
"""`cruddur serve` as its operators and clients meet it: what comes in by headers, variables and options."""

import json
import unittest

from support.postgres import Server, until
from support.program import db
from support.serve import Serve

TRACES = ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")


class ServeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(log_statement="all"))
        cls.url = cls.server.url("cruddur")
        done = db("setup", url=cls.url)
        assert done.returncode == 0, done.stderr

    def serve(self, *flags, **how):
        return self.enterContext(Serve(self.url, *flags, **how))

    def statements(self, beginning):
        """How the server was sent the statements that the client calls so: by their names, or unnamed."""
        lines = self.server.log.read_text().splitlines()[beginning:]
        return [line.split("execute ", 1)[1].split(":")[0] for line in lines if "cruddur serve" in line and " execute " in line]

    def test_a_trace_that_comes_in_costs_no_prepared_statement_and_stands_in_the_log(self):
        serve = self.serve("--log-requests", "--threads", "1")
        beginning = len(self.server.log.read_text().splitlines())
        for target in ("/api/activities/home?limit=3", "/api/activities/search?term=seed", "/api/users/@andrewbrown/short",
                       "/api/activities/5eed0000-0000-4000-8000-000000000101"):
            for trace in TRACES:
                self.assertEqual(serve.get(target, traceparent=trace)[0], 200)
        sent = self.statements(beginning)
        for name in ("home_feed", "search_activities", "show_user_short", "show_activity"):
            self.assertEqual(sent.count(name), len(TRACES), sent)
        self.assertNotIn("<unnamed>", sent)
        self.assertNotIn(TRACES[0].split("-")[1], self.server.log.read_text())
        for trace in TRACES:
            _, trace_id, _, flags = trace.split("-")
            self.assertTrue(until(lambda: trace_id in serve.said()), serve.said())
            lines = [json.loads(line) for line in serve.said().splitlines() if trace_id in line]
            self.assertEqual({line["trace_flags"] for line in lines}, {flags})


if __name__ == "__main__":
    unittest.main(verbosity=2)
