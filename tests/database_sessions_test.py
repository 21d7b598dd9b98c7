#!/usr/bin/python3
"""Who is connected: `cruddur db sessions`, `kill-sessions` and `drop`, with real sessions on two servers."""

import json
import unittest

from support.postgres import Server, Session
from support.program import db
from support.waiting import comes_true


class SessionsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dev = cls.enterClassContext(Server())
        cls.prod = cls.enterClassContext(Server())
        cls.prod.sql("create role cruddurroot login createdb createrole password 'x'")

    def setUp(self):
        for server in (self.dev, self.prod):
            server.sql("drop database if exists cruddur with (force)")
            server.sql("create database cruddur")
        self.urls = {"url": self.dev.url("cruddur"), "prod": self.prod.url("cruddur")}

    def session(self, server, database, name, **how):
        return self.enterContext(Session(server.url(database, **how), name))

    def test_sessions_shows_each_environment_its_own_server(self):
        self.session(self.dev, "cruddur", "at_development")
        here = self.session(self.prod, "cruddur", "at_production")
        shown = db("sessions", "prod", **self.urls)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("at_production", shown.stdout)
        self.assertIn(str(here.pid), shown.stdout)
        self.assertNotIn("at_development", shown.stdout)
        listed = json.loads(db("sessions", "--json", **self.urls).stdout)["sessions"]
        self.assertEqual([each["app"] for each in listed], ["at_development"])
        self.assertEqual((listed[0]["user"], listed[0]["db"], listed[0]["client_addr"], listed[0]["state"]),
                         ("postgres", "cruddur", "127.0.0.1", "idle"))

    def test_sessions_tells_who_waits_for_whom(self):
        self.dev.sql("create table t (n int)", "cruddur")
        holder = self.session(self.dev, "cruddur", "a_holder")
        holder("begin; lock table t")
        waiting = self.session(self.dev, "cruddur", "a_waiter")
        waiting.begin("select * from t")
        self.assertTrue(comes_true(lambda: holder("select count(*) from pg_stat_activity where wait_event_type = 'Lock'") == "1"))
        listed = json.loads(db("sessions", "--json", **self.urls).stdout)["sessions"]
        waiter, = [each for each in listed if each["app"] == "a_waiter"]
        self.assertEqual((waiter["blocked_by"], waiter["waits_for"]), (str(holder.pid), "Lock: relation"))

    def test_kill_sessions_ends_the_others_of_its_database_and_says_whom(self):
        idle = self.session(self.dev, "cruddur", "an_idler")
        busy = self.session(self.dev, "cruddur", "a_sleeper")
        busy.begin("select pg_sleep(600)")
        neighbour = self.session(self.dev, "postgres", "a_neighbour")
        elsewhere = self.session(self.prod, "cruddur", "at_production")
        done = db("kill-sessions", **self.urls)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Ended 2 sessions in cruddur", done.stdout)
        for ended in (idle, busy):
            self.assertIn(str(ended.pid), done.stdout)
        self.assertIn("an_idler", done.stdout)
        self.assertIn("a_sleeper", done.stdout)
        self.assertIn("terminating connection", busy.rest())
        self.assertTrue(idle.ended())
        self.assertEqual(neighbour("select 'here'"), "here")
        self.assertEqual(elsewhere("select 'here'"), "here")
        self.assertEqual(json.loads(db("kill-sessions", "--json", **self.urls).stdout), {"ended": []})

    def test_kill_sessions_goes_on_after_one_that_it_may_not_end(self):
        superuser = self.session(self.prod, "cruddur", "a_superuser")
        own = self.session(self.prod, "cruddur", "one_of_ours", user="cruddurroot", password="x")
        done = db("kill-sessions", "prod", "--yes", "cruddur", prod=self.prod.url("cruddur", "cruddurroot", "x"))
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(str(own.pid), done.stdout)
        self.assertIn(f"session {superuser.pid} of postgres was not ended", done.stderr)
        self.assertTrue(own.ended())
        self.assertEqual(superuser("select 'here'"), "here")

    def test_drop_tells_who_is_connected_and_ends_them_by_force_alone(self):
        there = self.session(self.dev, "cruddur", "somebody")
        refused = db("drop", **self.urls)
        self.assertEqual(refused.returncode, 3, refused.stdout)
        self.assertIn("has 1 session connected", refused.stderr)
        self.assertRegex(refused.stderr, rf"process {there.pid}: postgres from 127\.0\.0\.1, somebody, \d+ s old")
        self.assertIn("--force", refused.stderr)
        self.assertEqual(there("select 'here'"), "here")
        forced = db("drop", "--force", **self.urls)
        self.assertEqual(forced.returncode, 0, forced.stderr)
        self.assertTrue(there.ended())
        self.assertFalse(self.dev.has("cruddur"))
        self.assertTrue(self.prod.has("cruddur"))

    def test_force_does_not_stand_for_the_name_of_production(self):
        there = self.session(self.prod, "cruddur", "somebody")
        self.assertEqual(db("drop", "prod", "--force", **self.urls).returncode, 3)
        self.assertEqual(there("select 'here'"), "here")
        self.assertEqual(db("drop", "prod", "--force", "--yes", "cruddur", **self.urls).returncode, 0)
        self.assertFalse(self.prod.has("cruddur"))
        self.assertTrue(self.dev.has("cruddur"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
