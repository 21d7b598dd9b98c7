#!/usr/bin/python3
"""What db/schema.sql holds by itself, whatever a statement asks for: counts, notifications, policies and privileges."""

import concurrent.futures
import random
import unittest

from support.postgres import Server, Session
from support.program import db
from support.waiting import comes_true

ANDREW, BAYKO, WORF, LONDO = (f"5eed0000-0000-4000-8000-00000000000{n}" for n in range(1, 5))
POST = "5eed0000-0000-4000-8000-000000000101"  # Andrew's
REPLY = "5eed0000-0000-4000-8000-000000000201"  # Bayko's to it

# As a route says for whom it reads.
CALLER = ("with caller as materialized (select uuid, set_config('cruddur.caller', uuid::text, true) as setting "
          "from users where handle = '{}') ")


class RulesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.server.sql("create role web login password 'x'")

    def setUp(self):
        self.name = self._testMethodName
        self.url = self.server.url(self.name)
        self.assertEqual(db("setup", url=self.url).returncode, 0)
        self.server.sql("grant cruddur_app to web")

    def tearDown(self):
        self.assertEqual(db("doctor", url=self.url).returncode, 0, "every count is that of its rows")

    def sql(self, text):
        return self.server.sql(text, self.name)

    def web(self, text):
        """As the application's role."""
        return self.server.sql(text, self.name, user="web", password="x")

    def refused(self, text, why):
        with self.assertRaisesRegex(AssertionError, why):
            self.web(text)

    def post(self, uuid=POST):
        return tuple(map(int, self.sql("select likes_count, reposts_count, replies_count from activities "
                                       f"where uuid = '{uuid}'").split("|")))

    def entries(self, who):
        return self.sql(f"select activity_uuid, reason from notifications where user_uuid = '{who}' order by 1, 2")

    def test_likes_and_reposts_are_counted_and_are_one_entry(self):
        self.sql(f"delete from activity_likes where activity_uuid = '{POST}'; delete from activity_reposts where "
                 f"activity_uuid = '{POST}'")
        self.assertEqual(self.post(), (0, 0, 2))
        self.assertNotIn(f"{POST}|like", self.entries(ANDREW))
        self.web(f"insert into activity_likes (activity_uuid, user_uuid) values ('{POST}', '{ANDREW}')")
        self.assertNotIn(f"{POST}|like", self.entries(ANDREW), "nobody hears of himself")
        self.web(f"insert into activity_likes (activity_uuid, user_uuid) select '{POST}', uuid from users on conflict do nothing")
        self.web(f"insert into activity_reposts (activity_uuid, user_uuid) values ('{POST}', '{WORF}')")
        self.assertEqual(self.post(), (12, 1, 2))
        self.assertEqual(self.entries(ANDREW).count(f"{POST}|like"), 1)
        self.assertEqual(self.entries(ANDREW).count(f"{POST}|repost"), 1)
        self.web(f"delete from activity_likes where user_uuid <> '{ANDREW}'")
        self.web("delete from activity_reposts")
        self.assertEqual(self.post(), (1, 0, 2))
        self.assertEqual(self.entries(ANDREW).count(POST), 0)
        self.refused(f"insert into activity_likes (activity_uuid, user_uuid) values (gen_random_uuid(), '{WORF}')",
                     "a like of a post that is not there")

    def test_likes_and_reposts_are_of_somebody_and_go_with_them(self):
        for table, kind in (("activity_likes", "like"), ("activity_reposts", "repost")):
            self.refused(f"insert into {table} (activity_uuid, user_uuid) values ('{POST}', gen_random_uuid())",
                         f"a {kind} by somebody who is not there")
            self.web(f"insert into {table} (activity_uuid, user_uuid) values ('{POST}', '{LONDO}') on conflict do nothing")
        before = self.post()
        self.sql(f"delete from users where uuid = '{LONDO}'")
        self.assertEqual(self.post(), (before[0] - 1, before[1] - 1, before[2]))
        self.assertEqual(self.sql(f"select count(*) from activity_likes where user_uuid = '{LONDO}'"), "0")

    def test_a_deletion_of_people_and_their_likes_wait_for_each_other(self):
        liked = f"insert into activity_likes (activity_uuid, user_uuid) values ('{REPLY}', '{LONDO}') on conflict do nothing"
        deleted = f"delete from users where uuid = '{LONDO}'"

        def waits(session):
            return comes_true(lambda: self.sql(f"select wait_event_type from pg_stat_activity where pid = {session.pid}") == "Lock")
        self.sql(f"delete from activity_likes where user_uuid = '{LONDO}'")
        with Session(self.url) as liking, Session(self.url) as deleting:
            liking(f"begin; {liked}")
            deleting.begin(deleted)
            self.assertTrue(waits(deleting))
            liking("commit")
            deleting.rest()
            self.assertEqual(self.sql(f"select count(*) from activity_likes where user_uuid = '{LONDO}'"), "0")
            deleting(f"begin; {deleted.replace(LONDO, WORF)}")
            liking.begin(liked.replace(LONDO, WORF))
            self.assertTrue(waits(liking))
            deleting("commit")
            self.assertIn("a like by somebody who is not there", liking.rest())

    def test_an_entry_moves_once_a_second_and_at_once_where_it_was_read(self):
        self.sql(f"delete from activity_likes where activity_uuid = '{POST}'")

        def like(who, when):
            self.sql(f"insert into activity_likes (activity_uuid, user_uuid, created_at) values ('{POST}', '{who}', '{when}')")
            return self.sql(f"select to_char(created_at, 'SS.MS') from notifications where activity_uuid = '{POST}' "
                            "and reason = 'like'")
        self.sql("set timezone = 'UTC'")
        self.assertEqual(like(BAYKO, "2026-01-01 00:00:10Z"), "10.000")
        self.assertEqual(like(WORF, "2026-01-01 00:00:10.5Z"), "10.000")
        self.assertEqual(like(LONDO, "2026-01-01 00:00:11.5Z"), "11.500")
        self.sql(f"update users set notifications_read_until = '2026-01-01 00:00:11.6Z' where uuid = '{ANDREW}'")
        self.assertEqual(like("5eed0000-0000-4000-8000-000000000005", "2026-01-01 00:00:11.9Z"), "11.900")

    def test_replies_and_mentions_are_told_to_whom_they_concern(self):
        self.sql("delete from notifications where reason = 'reply'")
        self.web("insert into activities (uuid, user_uuid, message, reply_to_activity_uuid) values "
                 f"('00000000-0000-4000-8000-000000000001', '{WORF}', 'to @andrewbrown, @Bayko and bayko@example.com; @worf, "
                 f"@nobody, @londo.', '{POST}')")
        self.assertEqual(self.post()[2], 3)
        self.assertEqual(self.sql("select u.handle, n.reason from notifications n join users u on u.uuid = n.user_uuid "
                                  "where n.activity_uuid = '00000000-0000-4000-8000-000000000001' order by 1"),
                         "andrewbrown|reply\nbayko|mention\nlondo|mention")
        self.web("insert into activities (uuid, user_uuid, message) select '00000000-0000-4000-8000-000000000002', "
                 f"'{WORF}', string_agg('@' || handle, ' ' order by handle <> 'worf') || ' @worf2' from users")
        self.assertEqual(self.sql("select count(*) from notifications where activity_uuid = "
                                  "'00000000-0000-4000-8000-000000000002'"), "9", "ten of the handles, and not his own")

    def test_what_is_deleted_takes_what_hangs_on_it_along(self):
        cruds = int(self.sql(f"select cruds_count from users where uuid = '{BAYKO}'"))
        self.sql(f"insert into activities (user_uuid, message, reply_to_activity_uuid) select '{BAYKO}', 'again', '{REPLY}' "
                 "from generate_series(1, 3)")
        self.assertEqual(self.post(REPLY)[2], 3)
        self.web(f"delete from activities where uuid = '{REPLY}'")
        self.assertEqual(self.post()[2], 1)
        self.assertEqual(self.sql(f"select cruds_count from users where uuid = '{BAYKO}'"), str(cruds - 1))
        self.web(f"delete from activities where uuid = '{POST}'")
        for table in ("activity_likes", "activity_reposts", "notifications"):
            self.assertEqual(self.sql(f"select count(*) from {table} where activity_uuid in ('{POST}', '{REPLY}')"), "0", table)

    def test_follows_are_counted_and_a_block_ends_them(self):
        counts = "select handle, followers_count, following_count from users where handle in ('worf', 'londo') order by 1"
        self.web(f"insert into follows (follower_uuid, followed_uuid) values ('{WORF}', '{LONDO}'), ('{LONDO}', '{WORF}'), "
                 f"('{WORF}', '{BAYKO}')")
        self.assertEqual(self.sql(counts), "londo|1|1\nworf|1|2")
        self.web(f"insert into mutes (muter_uuid, muted_uuid) values ('{WORF}', '{LONDO}')")
        self.assertEqual(self.sql(counts), "londo|1|1\nworf|1|2")
        self.web(f"insert into blocks (blocker_uuid, blocked_uuid) values ('{LONDO}', '{WORF}')")
        self.assertEqual(self.sql(counts), "londo|0|0\nworf|0|1")
        for table in ("follows", "mutes", "blocks"):
            self.refused(f"insert into {table} values ('{WORF}', '{WORF}')", f"{table}_of_another")

    def converse(self):
        self.sql(f"insert into message_groups (first_user_uuid, second_user_uuid) values ('{ANDREW}', '{BAYKO}')")
        return self.sql("select uuid from message_groups")

    def say(self, who, text, count=1):
        self.web(CALLER.format(who) + "insert into messages (uuid, message_group_uuid, sender_uuid, receiver_uuid, message) "
                 "select gen_random_uuid(), k.message_group_uuid, k.user_uuid, k.other_user_uuid, "
                 f"'{text}' from caller join message_group_members k on k.user_uuid = caller.uuid "
                 f"cross join generate_series(1, {count})")

    def test_messages_are_seen_by_the_two_whose_they_are_and_by_no_statement_that_forgets_whom(self):
        group = self.converse()
        self.say("andrewbrown", "hello")
        self.say("bayko", "hello yourself")
        reading = "select count(*) from messages where (select setting from caller) is not null"
        for analyzed in ("", "analyze messages; "):  # a table of which the planner knows nothing, and one of two rows
            self.sql(analyzed or "select")
            for who, seen in (("andrewbrown", "2"), ("bayko", "2"), ("worf", "0")):
                self.assertEqual(self.web(CALLER.format(who) + reading), seen, who)
        self.assertEqual(self.web("select count(*) from messages"), "0")
        with Session(self.server.url(self.name, "web", "x")) as one:
            self.assertEqual(one(CALLER.format("andrewbrown") + reading), "2")
            self.assertEqual(one("select count(*) from messages"), "0", "the setting ended with its statement")
        deleting = "delete from messages where (select setting from caller) is not null and message = 'hello' returning 1"
        self.assertEqual(self.web(CALLER.format("bayko") + deleting), "", "only its sender deletes a message")
        self.assertEqual(self.web(CALLER.format("worf") + deleting), "")
        self.assertEqual(self.web(CALLER.format("andrewbrown") + deleting), "1")
        forged = ("insert into messages (message_group_uuid, sender_uuid, receiver_uuid, message) select '{}', '{}', '{}', 'x' "
                  "from caller where setting is not null")
        self.refused(CALLER.format("worf") + forged.format(group, BAYKO, ANDREW), "row-level security")
        self.refused(CALLER.format("worf") + forged.format(group, WORF, ANDREW), "messages_sender_is_member")
        self.refused(CALLER.format("bayko") + forged.format(group, BAYKO, WORF), "messages_receiver_is_member")

    def test_a_read_marker_never_moves_back_and_what_comes_meanwhile_is_unread(self):
        group = self.converse()

        def member(who):
            return self.sql("select unread_count, last_message_at is not null from message_group_members where "
                            f"message_group_uuid = '{group}' and user_uuid = '{who}'")
        self.assertEqual(member(BAYKO), "0|f")
        self.say("andrewbrown", "hello", 3)
        self.assertEqual((member(BAYKO), member(ANDREW)), ("3|t", "0|t"))
        read = "update message_group_members set read_until = {} where user_uuid = '%s' returning unread_count" % BAYKO
        self.assertEqual(self.web(read.format("now()")), "0")
        self.say("andrewbrown", "hello again")
        self.assertEqual(self.web(read.format("'-infinity'")), "1")
        self.sql("delete from messages where message = 'hello again'")
        self.assertEqual(member(BAYKO), "0|t")
        self.sql("delete from messages")
        self.assertEqual(member(BAYKO), "0|f")

    def test_an_account_that_is_deleted_leaves_nothing_of_its_person(self):
        self.converse()
        self.say("bayko", "a secret")
        self.sql(f"insert into follows select '{BAYKO}', uuid from users where uuid <> '{BAYKO}'; "
                 f"insert into follows select uuid, '{BAYKO}' from users where uuid <> '{BAYKO}'; "
                 f"insert into mutes values ('{BAYKO}', '{WORF}'); insert into blocks values ('{LONDO}', '{BAYKO}'); "
                 f"insert into idempotency_keys values ('{BAYKO}', 'k', sha256('x'), now(), '{REPLY}'); "
                 f"insert into reports (activity_uuid, author_uuid, reporter_uuid, reason, message) values "
                 f"('{REPLY}', '{BAYKO}', '{WORF}', 'spam', 'sealed'), ('{POST}', '{ANDREW}', '{BAYKO}', 'other', 'sealed')")
        self.web(f"delete from users where uuid = '{BAYKO}'")
        left = self.server.dump(self.name, "--data-only", "--inserts")
        self.assertNotIn(BAYKO, left)
        self.assertNotIn("a secret", left)
        self.assertEqual(self.sql("select count(*) from reports where message = 'sealed'"), "2", "evidence is kept")

    def test_the_application_may_do_what_it_does_and_no_more(self):
        for wrong in ("update activities set message = 'x'", "update activities set replies_count = 1",
                      "update users set cruds_count = 1", "update users set followers_count = 1",
                      "update users set handle = 'x'", "insert into users (display_name, handle, cognito_user_id) values "
                      "('x', 'x', 'x')", "insert into activities (user_uuid, message, likes_count) select uuid, 'x', 9 from users",
                      "insert into notifications (user_uuid, activity_uuid, reason) select uuid, uuid, 'like' from users",
                      "update message_group_members set unread_count = 0", "update message_groups set uuid = uuid",
                      "update messages set message = 'x'", "update reports set closed_by = 'me'", "update users set left_at = now()", "update users set hidden = true",
                      "update users set disabled_at = null",
                      "create table public.x ()", "select public.count_activities()"):
            self.refused(wrong, "permission denied")
        for right in ("select 1 from activities order by uuid limit 1 for no key update",
                      "select 1 from users order by uuid limit 1 for no key update"):
            self.assertEqual(self.web(right), "1")

    def test_counts_stay_right_and_nobody_deadlocks_where_many_write_at_once(self):
        def some(rows, of):
            return f"select uuid from {of} where uuid::text like '5eed%' order by md5(uuid::text || '{random.random()}') limit {rows}"
        locked = "select uuid from activities where uuid in ({}) order by uuid for no key update"

        def write(at):
            for _ in range(12):
                posts, people = some(4, "activities"), some(3, "users")
                self.web("with posts as materialized (" + locked.format(posts) + ") insert into activity_likes (activity_uuid, "
                         f"user_uuid) select posts.uuid, people.uuid from posts, ({people}) people on conflict do nothing")
                self.web("with posts as materialized (" + locked.format(posts) + ") delete from activity_likes l using posts "
                         f"where l.activity_uuid = posts.uuid and l.user_uuid in ({people})")
                self.web("with people as materialized (select uuid from users where uuid in (" + people + ") order by uuid for no "
                         "key update) insert into follows (follower_uuid, followed_uuid) select a.uuid, b.uuid from people a, "
                         "people b where a.uuid <> b.uuid on conflict do nothing")
                self.web(f"insert into activities (user_uuid, message) select uuid, 'by {at}' from ({people}) people")
            return at
        with concurrent.futures.ThreadPoolExecutor(4) as several:
            self.assertEqual(list(several.map(write, range(4))), list(range(4)))


if __name__ == "__main__":
    unittest.main()
