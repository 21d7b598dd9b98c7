#!/usr/bin/python3
"""`cruddur demo`: lifelike people and posts, whose counts are those of the rows."""

import json
import subprocess
import unittest

from support.postgres import Server
from support.program import PROGRAM, RUN_SECONDS, db, environment

TABLES = ("users", "activities", "activity_likes", "activity_reposts", "follows", "notifications", "message_groups",
          "message_group_members", "messages")


class DemoTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())

    def database(self, name, *prod):
        """A database with the schema and the seed."""
        self.name = name
        self.where = {"prod" if prod else "url": self.server.url(name)}
        done = db("setup", *prod, *(["--yes", name] if prod else []), **self.where)
        self.assertEqual(done.returncode, 0, done.stderr)

    def sql(self, text):
        return self.server.sql(text, self.name)

    def demo(self, *arguments, code=0):
        done = subprocess.run([PROGRAM, "demo", *arguments], env=environment(**self.where), text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=RUN_SECONDS)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def fill(self, *arguments):
        return json.loads(self.demo(*arguments, "--json").stdout)

    def rows(self):
        return {table: int(self.sql(f"select count(*) from {table}")) for table in TABLES}

    def test_the_rows_are_those_that_are_told_and_every_count_is_theirs(self):
        self.database("filled")
        schema, before = self.server.dump("filled", "--schema-only"), self.rows()
        told = self.fill("--people", "300", "--posts", "5000")
        self.assertEqual(self.server.dump("filled", "--schema-only"), schema, "indexes, keys and triggers are back")
        made = {table: count - before[table] for table, count in self.rows().items()}
        self.assertEqual((made["users"], made["activities"]), (300, 5000))
        for table, name in (("users", "people"), ("activities", "posts"), ("activity_likes", "likes"),
                            ("activity_reposts", "reposts"), ("follows", "follows"), ("notifications", "notifications"),
                            ("message_groups", "conversations"), ("messages", "messages")):
            self.assertEqual(made[table], told[name], table)
            self.assertGreater(made[table], 100, table)
        self.assertEqual(made["message_group_members"], 2 * told["conversations"])
        doctor = db("doctor", "--json", url=self.server.url("filled"))
        self.assertEqual(doctor.returncode, 0, doctor.stdout)
        self.assertEqual(self.sql("select count(*) from activities where expires_at <= now() or created_at > now()"), "0")
        self.assertEqual(self.sql("select count(*) from activities r join activities p on p.uuid = r.reply_to_activity_uuid "
                                  "where r.created_at < p.created_at or r.expires_at <> p.expires_at"), "0")

    def test_people_have_the_notifications_that_the_schema_makes(self):
        self.database("noted")
        self.fill("--people", "100", "--posts", "2000")
        entries = "select activity_uuid, user_uuid, reason, created_at from notifications order by 1, 2, 3"
        made = self.sql(entries)
        self.sql("create table likes_kept as select * from activity_likes; create table reposts_kept as select * from "
                 "activity_reposts; create table posts_kept as select * from activities; truncate notifications, "
                 "activity_likes, activity_reposts, activities; update users set cruds_count = 0")
        self.sql("insert into activities select * from posts_kept order by created_at; "
                 "insert into activity_likes select * from likes_kept; insert into activity_reposts select * from reposts_kept")
        self.assertEqual(self.sql(entries), made)

    def test_few_are_far_busier_and_better_known_than_most(self):
        self.database("uneven")
        self.fill("--people", "1000", "--posts", "10000")
        for count, table in (("likes_count", "activities"), ("replies_count", "activities"), ("followers_count", "users"),
                             ("cruds_count", "users")):
            most, middle = self.sql(f"select max({count}), percentile_disc(0.5) within group (order by {count}) from {table}"
                                    ).split("|")
            self.assertGreater(int(most), 8 * max(1, int(middle)), count)

    def test_the_same_seed_makes_the_same_rows_and_another_one_others(self):
        made = []
        for name, seed in (("first", "1"), ("second", "1"), ("third", "2")):
            self.database(name)
            self.fill("--people", "50", "--posts", "500", "--seed", seed)
            made.append(self.sql("select string_agg(u.handle || a.message || a.likes_count || a.replies_count, ' ' "
                                 "order by a.created_at, u.handle) from activities a join users u on u.uuid = a.user_uuid "
                                 "where u.cognito_user_id like 'demo-%'"))
        self.assertEqual(made[0], made[1])
        self.assertNotEqual(made[0], made[2])

    def test_it_is_refused_a_second_time_unless_others_are_asked_for(self):
        self.database("again")
        self.fill("--people", "20", "--posts", "100")
        before = self.rows()
        refused = self.demo("--people", "20", "--posts", "100", code=3)
        self.assertIn("has 20 such people already", refused.stderr)
        self.assertIn("--again", refused.stderr)
        self.assertEqual(self.rows(), before)
        self.fill("--people", "20", "--posts", "100", "--again")
        self.assertEqual(self.sql("select count(*), count(distinct lower(handle)) from users "
                                  "where cognito_user_id like 'demo-%'"), "40|40")
        self.assertEqual(db("doctor", url=self.server.url("again")).returncode, 0)
        self.sql("delete from users where cognito_user_id like 'demo-%'")
        self.database("plain")
        plain = self.rows()
        self.name = "again"
        self.assertEqual(self.rows(), plain, "nothing is left of them")
        self.assertEqual(db("doctor", url=self.server.url("again")).returncode, 0)

    def test_production_is_asked_for_by_name_and_nobody_but_the_owner_fills(self):
        self.database("prod_demo", "prod")
        before = self.rows()
        self.assertIn("production", self.demo("prod", "--people", "10", code=3).stderr)
        self.demo("prod", "--people", "10", "--yes", "other", code=3)
        self.assertEqual(self.rows(), before)
        self.fill("prod", "--people", "10", "--posts", "50", "--yes", "prod_demo")
        self.database("owned")
        self.sql("create role visitor login password 'x' in role cruddur_app")
        self.where = {"url": self.server.url("owned", "visitor", "x")}
        before = self.rows()
        self.assertIn("42501", self.demo("--people", "10", code=1).stderr)
        self.assertEqual(self.rows(), before)

    def test_what_makes_no_sense_is_refused_before_anything_is_done(self):
        self.database("sense")
        before = self.rows()
        for wrong in (("--people", "9"), ("--people", "-1"), ("--posts", "0"), ("--posts", "x"), ("--poeple", "10")):
            self.demo(*wrong, code=2)
        self.assertEqual(self.rows(), before)


if __name__ == "__main__":
    unittest.main()
