#!/usr/bin/python3
"""`cruddur admin`: people, posts and reports, on this machine and in production, by a login that is no superuser."""

import json
import subprocess
import unittest

from support.postgres import WAIT_SECONDS, Server
from support.program import PROGRAM, db, environment

NAME = "cruddur"
POST = "5eed0000-0000-4000-8000-000000000101"  # of andrewbrown
REPLY = "5eed0000-0000-4000-8000-000000000201"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
PASSWORD = "secret"


class AdminTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.server.sql(f"create role root login createdb createrole password '{PASSWORD}'")
        cls.url = cls.server.url(NAME, "root", PASSWORD)

    def setUp(self):
        self.server.sql(f"drop database if exists {NAME} with (force)")
        done = db("setup", url=self.url)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def sql(self, text):
        return self.server.sql(text, NAME)

    def admin(self, *arguments, code=0, **urls):
        done = subprocess.run([PROGRAM, "admin", *arguments], env=environment(**(urls or {"url": self.url})), text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=WAIT_SECONDS)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertNotIn(PASSWORD, done.stdout + done.stderr)
        return done.stdout if code == 0 else done.stderr

    def json(self, *arguments, **urls):
        return json.loads(self.admin(*arguments, "--json", **urls))

    def report(self, post=POST, reporter="worf", reason="spam"):
        return self.sql("insert into reports (activity_uuid, author_uuid, reporter_uuid, reason, message) "
                        f"select a.uuid, a.user_uuid, u.uuid, '{reason}', a.message from activities a, users u "
                        f"where a.uuid = '{post}' and u.handle = '{reporter}' returning uuid").splitlines()[0]

    def test_people_are_listed_and_found(self):
        said = self.admin("users", "list")
        self.assertTrue(said.startswith("== admin-users-list\nhandle "), said)
        self.assertEqual(len(said.splitlines()), 2 + 12)
        self.assertEqual(len(self.json("users", "list", "--limit", "3")), 3)
        found = self.json("users", "list", "--search", "ANDREW b")
        self.assertEqual({each["handle"] for each in found}, {"andrewbrown", "bayko"})
        self.assertEqual(self.json("users", "list", "--search", "%"), [])
        self.assertIn("There is nobody.", self.admin("users", "list", "--search", "nobody"))

    def test_a_person_is_shown(self):
        self.report()
        person, = self.json("users", "show", "AndrewBrown")
        self.assertEqual((person["handle"], person["email"], person["cognito_user_id"]),
                         ("andrewbrown", "andrew@example.com", "MOCK-andrewbrown"))
        self.assertEqual((person["open_reports_of_them"], person["reports_by_them"]), (1, 0))
        self.assertEqual(person["cruds"], int(self.sql("select count(*) from activities a join users u on u.uuid = a.user_uuid "
                                                       "where handle = 'andrewbrown'")))
        self.assertIn("andrew@example.com", self.admin("users", "show", "andrewbrown"))
        said = self.admin("users", "show", "nobody", code=1)
        self.assertIn("cruddur admin users show: nobody in cruddur on 127.0.0.1", said)
        self.assertIn("cruddur admin users list", said)

    def test_a_person_gets_another_handle(self):
        self.admin("users", "rename", "AndrewBrown", "andrew")
        self.assertEqual(self.sql("select handle from users where cognito_user_id = 'MOCK-andrewbrown'"), "andrew")
        self.assertEqual(self.json("users", "rename", "andrew", "Andrew"), {"handle": "Andrew"})
        self.assertIn("is somebody's already", self.admin("users", "rename", "Andrew", "WORF", code=3))
        for wrong in ("a b", "", "é", ".a", "a" * 51):
            self.assertIn("cannot be a handle", self.admin("users", "rename", "Andrew", wrong, code=2))
        self.assertIn("nobody in", self.admin("users", "rename", "nobody", "somebody", code=1))

    def test_a_person_is_deleted_with_what_is_theirs_and_reports_keep_the_text(self):
        self.report()
        self.sql("insert into follows (follower_uuid, followed_uuid) select a.uuid, b.uuid from users a, users b "
                 "where a.handle = 'worf' and b.handle = 'andrewbrown'")
        said = self.admin("users", "delete", "andrewbrown")
        self.assertIn("MOCK-andrewbrown", said)
        self.assertEqual(self.sql("select count(*) from users where handle = 'andrewbrown'"), "0")
        self.assertEqual(self.sql(f"select count(*) from activities where uuid = '{POST}'"), "0")
        self.assertEqual(self.sql("select following_count from users where handle = 'worf'"), "0")
        report, = self.json("reports", "list")
        self.assertEqual((report["author"], report["message"], report["is_there"]), (None, "This was imported as seed data!", False))
        self.assertEqual(self.json("users", "delete", "WORF")["handle"], "worf")
        self.assertIn("nobody in", self.admin("users", "delete", "worf", code=1))

    def test_a_person_is_disabled_and_enabled_again(self):
        said = self.admin("users", "disable", "AndrewBrown")
        self.assertIn("andrewbrown is disabled, in cruddur", said)
        self.assertIn("To undo it: cruddur admin users enable andrewbrown\n", said)
        first = self.json("users", "disable", "andrewbrown")
        self.assertEqual((first["handle"], len(first["uuid"])), ("andrewbrown", 36))
        self.assertEqual(self.json("users", "disable", "andrewbrown"), first, "they stay disabled since then")
        self.assertEqual(self.sql("select handle from users where hidden"), "andrewbrown")
        self.assertEqual(self.sql("select count(*) from people"), "11")
        person, = self.json("users", "show", "andrewbrown")
        self.assertEqual(person["disabled_at"], first["disabled_at"])
        listed = {each["handle"]: each["disabled_at"] for each in self.json("users", "list")}
        self.assertEqual({handle for handle, since in listed.items() if since}, {"andrewbrown"})
        self.assertEqual(self.json("stats")[0]["disabled_people"], 1)
        self.assertIn("andrewbrown is not disabled", self.admin("users", "enable", "ANDREWBROWN"))
        self.assertEqual(self.json("users", "enable", "andrewbrown")["handle"], "andrewbrown")
        self.assertEqual(self.sql("select count(*) from users where hidden or disabled_at is not null"), "0")
        for command in ("disable", "enable"):
            self.assertIn("nobody in", self.admin("users", command, "nobody", code=1))

    def test_who_has_left_is_nobody_to_every_command(self):
        uuid = self.sql("select uuid from users where handle = 'andrewbrown'")
        self.report()
        self.sql("update users set handle = 'left.1', email = null, cognito_user_id = 'x', left_at = now(), hidden = true "
                 "where handle = 'andrewbrown'")
        self.assertNotIn(uuid, json.dumps(self.json("users", "list")))
        for command in ("show", "export", "disable", "enable", "delete"):
            self.assertIn("nobody in", self.admin("users", command, "left.1", code=1))
        self.assertIn("nobody in", self.admin("users", "rename", "left.1", "somebody", code=1))
        self.assertIn("there is no post or reply", self.admin("posts", "show", POST, code=1))
        report, = self.json("reports", "list")
        self.assertEqual((report["author"], report["is_there"]), (None, False))
        self.assertEqual((self.json("stats")[0]["people"], self.json("stats")[0]["people_being_deleted"]), (11, 1))
        # Whoever is deleted next takes them along: nothing of either is left.
        self.admin("users", "delete", "worf")
        self.assertEqual(self.sql(f"select count(*) from users where uuid = '{uuid}' or handle = 'worf'"), "0")

    def test_all_that_is_a_persons_is_one_document(self):
        self.sql("with g as (insert into message_groups (first_user_uuid, second_user_uuid) select least(a.uuid, b.uuid), "
                 "greatest(a.uuid, b.uuid) from users a, users b where a.handle = 'worf' and b.handle = 'andrewbrown' returning *) select 1 from g")
        self.sql("insert into messages (message_group_uuid, sender_uuid, receiver_uuid, message) select k.message_group_uuid, "
                 "k.user_uuid, k.other_user_uuid, 'from ' || u.handle from message_group_members k join users u on u.uuid = k.user_uuid")
        self.report(REPLY, "andrewbrown", "other")
        said = json.loads(self.admin("users", "export", "andrewbrown"))
        self.assertEqual(said["user"]["handle"], "andrewbrown")
        self.assertIn(POST, [each["uuid"] for each in said["activities"]])
        self.assertEqual([each["message"] for each in said["messages_sent"]], ["from andrewbrown"])
        self.assertEqual([(each["from"], each["message"]) for each in said["messages_received"]], [("worf", "from worf")])
        self.assertEqual([each["reason"] for each in said["reports"]], ["other"])
        self.assertEqual(len(said["likes"]), int(self.sql("select count(*) from activity_likes l join users u on u.uuid = l.user_uuid "
                                                          "where handle = 'andrewbrown'")))
        self.assertNotIn("worf@example.com", json.dumps(said))
        self.admin("users", "export", "nobody", code=1)

    def test_a_post_is_shown_and_taken_down_with_its_replies(self):
        self.report()
        post, = self.json("posts", "show", POST)
        self.assertEqual((post["handle"], post["message"], post["expired"], post["open_reports"]),
                         ("andrewbrown", "This was imported as seed data!", False, 1))
        replies = int(self.sql(f"select count(*) from activities where reply_to_activity_uuid = '{POST}'"))
        self.assertEqual(post["replies"], replies)
        self.assertGreater(replies, 0)
        before = int(self.sql(f"select replies_count from activities where uuid = '{POST}'"))
        self.assertEqual(self.json("posts", "take-down", REPLY)["uuid"], REPLY)
        self.assertEqual(int(self.sql(f"select replies_count from activities where uuid = '{POST}'")), before - 1)
        said = self.admin("posts", "take-down", POST)
        self.assertIn("Took down the post of andrewbrown", said)
        self.assertIn("One report is of it open: cruddur admin reports list, then cruddur admin reports close UUID", said)
        self.assertEqual(self.sql(f"select count(*) from activities where '{POST}' in (uuid::text, reply_to_activity_uuid::text)"), "0")
        self.assertIn("there is no post or reply", self.admin("posts", "show", POST, code=1))
        self.assertIn("there is no post or reply", self.admin("posts", "take-down", UNKNOWN, code=1))
        for command in ("show", "take-down"):
            self.assertIn("named by its uuid", self.admin("posts", command, "12", code=2))

    def test_reports_are_listed_oldest_first_shown_and_closed_once(self):
        self.assertIn("No report is open.", self.admin("reports", "list"))
        first, second = self.report(), self.report(reporter="layla", reason="abuse")
        self.sql(f"update reports set created_at = created_at - interval '1 hour' where uuid = '{second}'")
        self.assertEqual([each["uuid"] for each in self.json("reports", "list")], [second, first])
        self.assertEqual(len(self.json("reports", "list", "--limit", "1")), 1)
        report, = self.json("reports", "show", first)
        self.assertEqual((report["reason"], report["author"], report["reporter"], report["reports_of_it"], report["is_there"]),
                         ("spam", "andrewbrown", "worf", 2, True))
        closed = self.json("reports", "close", first, "--by", "jadzia")
        self.assertEqual((closed["uuid"], closed["closed_by"]), (first, "jadzia"))
        self.assertEqual(self.json("reports", "close", first), closed)
        self.assertIn("in the name of root", self.admin("reports", "close", second))
        self.assertEqual(self.json("reports", "list"), [])
        self.assertEqual([each["closed_by"] for each in self.json("reports", "list", "--all")], ["root", "jadzia"])
        self.assertIn("there is no report", self.admin("reports", "close", UNKNOWN, code=1))
        self.assertIn("there is no report", self.admin("reports", "show", UNKNOWN, code=1))
        self.assertIn("named by its uuid", self.admin("reports", "show", "x", code=2))

    def test_everything_is_counted(self):
        self.report()
        counted, = self.json("stats")
        self.assertEqual((counted["people"], counted["open_reports"], counted["reports"], counted["messages"]), (12, 1, 1, 0))
        self.assertEqual(counted["posts"], int(self.sql("select count(*) from activities where reply_to_activity_uuid is null")))
        self.assertEqual(counted["likes"], int(self.sql("select count(*) from activity_likes")))
        self.assertRegex(self.admin("stats"), r"\npeople +12\n")

    def test_production_asks_for_its_name_before_what_cannot_be_undone(self):
        self.sql(f"comment on database {NAME} is '[cruddur environment: production]'")
        uuid = self.report()
        self.assertEqual(self.json("users", "show", "worf", "prod", prod=self.url)[0]["handle"], "worf")
        for line in (("users", "delete", "worf"), ("posts", "take-down", POST)):
            self.assertIn(f"--yes {NAME}", self.admin(*line, "prod", code=3, prod=self.url))
            self.assertIn("--yes names another", self.admin(*line, "prod", "--yes", "another", code=3, prod=self.url))
        self.assertEqual(self.sql(f"select count(*) from activities where uuid = '{POST}'"), "1")
        self.assertIn("list prod", self.admin("users", "show", "nobody", "prod", code=1, prod=self.url))
        # A mixed-up URL does nothing at all.
        for line in (("users", "list"), ("users", "rename", "worf", "wurf"), ("users", "delete", "worf"), ("users", "export", "worf"),
                     ("users", "disable", "worf"), ("users", "enable", "worf"),
                     ("posts", "take-down", POST), ("reports", "close", uuid), ("stats",)):
            self.assertIn("is a production database", self.admin(*line, code=3))
        self.admin("users", "delete", "worf", "prod", "--yes", NAME, prod=self.url)
        self.admin("posts", "take-down", POST, "prod", "--yes", NAME, prod=self.url)
        self.assertEqual(self.sql(f"select count(*) from activities where uuid = '{POST}'"), "0")

    def test_a_login_that_may_not_is_told_who_may(self):
        self.server.sql(f"create role web login password '{PASSWORD}' in role cruddur_app")
        self.addCleanup(self.server.sql, "drop role web")
        url = self.server.url(NAME, "web", PASSWORD)
        for line in (("rename", "worf", "wurf"), ("disable", "worf"), ("enable", "worf")):
            self.assertIn("member of the role cruddur_owner", self.admin("users", *line, code=1, url=url))
        self.assertIn("CONNECTION_URL", self.admin("stats", code=2, url=""))
        self.admin("stats", code=4, url="postgresql://u:p@127.0.0.1:1/cruddur")

    def test_completion_knows_every_command(self):
        said = subprocess.run([PROGRAM, "completion", "bash"], text=True, capture_output=True, check=True, timeout=WAIT_SECONDS).stdout
        for line, words in (("cruddur admin", "users posts reports stats"), ("cruddur admin users", "list show rename disable enable delete export"),
                            ("cruddur admin posts take-down", "prod --yes --json"), ("cruddur admin reports list", "--all")):
            mine, = [each for each in said.splitlines() if each.strip().startswith(f"'{line}')")]
            for word in words.split():
                self.assertIn(word, mine)


if __name__ == "__main__":
    unittest.main(verbosity=2)
