#!/usr/bin/python3
"""A database that has rows of an older schema is migrated, while people write, and rolled back."""

import json
import pathlib
import shutil
import tempfile
import unittest

from support.postgres import Server, Session
from support.program import db

MIGRATIONS = pathlib.Path(__file__).resolve().parent.parent / "db/migrations"
LAST_WITHOUT_COUNTS = 7  # feed_membership

# People, posts and who liked them, as anybody could write them then: no count was held to anything.
ROWS = """
insert into users (display_name, handle, cognito_user_id) select 'P' || n, 'p' || n, 'p-' || n from generate_series(1, 60) n;
insert into activities (user_uuid, message, likes_count, replies_count)
    select uuid, 'a #tag and @p1 by ' || handle, 3, 99 from users cross join generate_series(1, 50);
insert into activities (user_uuid, message, reply_to_activity_uuid, created_at)
    select u.uuid, 'a reply', a.uuid, a.created_at + interval '1 minute' from activities a, users u
    where u.handle = 'p2' and hashtext(a.uuid::text) % 3 = 0;
insert into activity_likes (activity_uuid, user_uuid)
    select a.uuid, u.uuid from activities a, users u where hashtext(a.uuid::text || u.handle) % 20 = 0;
insert into activity_reposts (activity_uuid, user_uuid)
    select a.uuid, u.uuid from activities a, users u where hashtext(u.handle || a.uuid::text) % 50 = 0;
insert into idempotency_keys (user_uuid, key, request_hash, activity_uuid)
    select user_uuid, uuid::text, sha256(uuid::text::bytea), uuid from activities limit 5;
"""
KEPT = ("select md5(string_agg(a.uuid::text || a.message || a.created_at, ' ' order by a.uuid)), count(*), "
        "(select count(*) from activity_likes), (select count(*) from activity_reposts), (select count(*) from "
        "idempotency_keys), (select count(*) from users) from activities a")


class OlderRowsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        for path in MIGRATIONS.glob("*.sql"):
            if int(path.stem[:4]) <= LAST_WITHOUT_COUNTS:
                shutil.copy(path, cls.folder)

    def older(self, name):
        self.name, self.url = name, self.server.url(name)
        self.server.sql(f"create database {name}")
        self.run_db("migrate", "--dir", self.folder)
        self.sql(ROWS)

    def sql(self, text):
        return self.server.sql(text, self.name)

    def run_db(self, *arguments):
        done = db(*arguments, url=self.url)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_every_row_is_kept_and_every_count_is_that_of_the_rows(self):
        self.older("kept")
        before = self.sql(KEPT)
        self.run_db("migrate")
        self.assertEqual(self.sql(KEPT), before)
        found = json.loads(self.run_db("doctor", "--json"))
        self.assertEqual((found["counts"]["wrong"], found["counts"]["people"]), (0, 60))
        self.assertEqual(self.sql("select count(*) from pg_extension where extname = 'pg_trgm'"), "0")
        self.assertNotEqual(self.sql("select count(*) from notifications where reason = 'reply'"), "0")
        steps = len(list(MIGRATIONS.glob("*.sql"))) - LAST_WITHOUT_COUNTS
        self.run_db("rollback", "--steps", str(steps))
        self.assertEqual(self.sql(KEPT), before)
        with self.assertRaises(AssertionError):  # a foreign key holds likes again
            self.sql("insert into activity_likes (activity_uuid, user_uuid) select gen_random_uuid(), uuid from users")
        self.run_db("migrate")
        self.assertEqual(self.sql(KEPT), before)
        self.run_db("doctor")

    def test_who_writes_meanwhile_is_counted_too(self):
        self.older("written")
        with Session(self.url) as writer:
            writer.begin("do $$ begin while to_regclass('public.reports') is null loop insert into activities (user_uuid, message) "
                         "select uuid, 'meanwhile' from users order by random() limit 1; commit; end loop; end $$")
            self.run_db("migrate")
            writer.rest()
        self.assertNotEqual(self.sql("select count(*) from activities where message = 'meanwhile'"), "0")
        self.run_db("doctor")

    def test_an_index_of_somebodys_own_keeps_the_extension_that_it_stands_on(self):
        self.older("own")
        self.sql("create table notes (text text); create index notes_text on notes using gin (text gin_trgm_ops)")
        self.run_db("migrate")
        self.assertEqual(self.sql("select count(*) from pg_extension where extname = 'pg_trgm'"), "1")


if __name__ == "__main__":
    unittest.main()
