#!/usr/bin/python3
"""`cruddur db doctor`: each step of the way made to fail for real, and what it says mends it, done."""

import contextlib
import json
import pathlib
import re
import socket
import threading
import unittest

from support.postgres import Server, Session
from support.program import db

STEPS = ["name resolution", "TCP", "TLS", "authentication", "database", "environment", "schema", "privileges", "counts"]


@contextlib.contextmanager
def port_that_drops():
    """A port whose queue is full: Linux drops each further SYN, as a closed security group does."""
    with socket.socket() as listener, contextlib.ExitStack() as queued:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            one = queued.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@contextlib.contextmanager
def port_that_answers(answer):
    """A port where each connection is answered so once it has said something; None says nothing, ever."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held = []

        def accept():
            while True:
                try:
                    held.append(listener.accept()[0])
                except OSError:
                    return
                if answer is not None:
                    with contextlib.suppress(OSError):  # one that went without a word
                        held[-1].recv(1)
                        held[-1].sendall(answer)

        thread = threading.Thread(target=accept)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for each in held:
            each.close()

MIGRATIONS = pathlib.Path(__file__).resolve().parent.parent / "db/migrations"


class DoctorTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(
            hba="host all barred 127.0.0.1/32 reject\nhost all all 127.0.0.1/32 scram-sha-256", max_connections="8",
            superuser_reserved_connections="3"))

    def examine(self, *flags, url=None, prod=None, **variables):
        done = db("doctor", *flags, "--json", "--timeout", "20", url=url, prod=prod, **variables)
        found = json.loads(done.stdout)
        self.assertEqual([each["step"] for each in found["steps"]], STEPS)
        return done.returncode, found

    def fails(self, step, code, *flags, **how):
        """What is found and what mends it at the step that must be the only one to fail."""
        ended, found = self.examine(*flags, **how)
        self.assertEqual(ended, code, found)
        self.assertFalse(found["healthy"])
        failed = [each for each in found["steps"] if each["state"] == "failed"]
        self.assertEqual([each["step"] for each in failed], [step], found)
        for each in found["steps"][:STEPS.index(step)]:
            self.assertEqual(each["state"], "ok", found)
        if code == 4:
            for each in found["steps"][STEPS.index(step) + 1:]:
                self.assertEqual(each["state"], "not tried", found)
        return failed[0]["found"], failed[0]["mend"]

    def fails_in_time(self, step, url):
        """Of a step that hangs: it is given up at the limit that is asked for."""
        done = db("doctor", "--json", "--timeout", "1", url=url)
        self.assertEqual(done.returncode, 4, done.stdout)
        failed, = [each for each in json.loads(done.stdout)["steps"] if each["state"] == "failed"]
        self.assertEqual(failed["step"], step)
        self.assertRegex(failed["found"], "no answer .*within 1000 ms")
        return failed["found"], failed["mend"]

    def test_a_name_that_does_not_resolve(self):
        found, mend = self.fails("name resolution", 4, url="postgresql://u@no-such-host.invalid/cruddur")
        self.assertIn("no-such-host.invalid", found)
        self.assertIn("getent hosts", mend)

    def test_packets_that_are_dropped(self):
        with port_that_drops() as port:
            found, mend = self.fails_in_time("TCP", f"postgresql://u:p@127.0.0.1:{port}/cruddur")
            self.assertIn("security group", found)
            self.assertIn("bin/rds-update-sg-rule", mend)
            self.assertIn("cruddur rds allow-ip", mend)
            # The other commands do not hang either.
            other = db("status", url=f"postgresql://u:p@127.0.0.1:{port}/cruddur?connect_timeout=1")
            self.assertEqual(other.returncode, 4)
            self.assertIn("within 1000 ms", other.stderr)
            self.assertIn("cruddur db doctor", other.stderr)

    def test_a_port_that_refuses(self):
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))  # and does not listen
            port = bound.getsockname()[1]
            found, mend = self.fails("TCP", 4, url=f"postgresql://u:p@127.0.0.1:{port}/cruddur")
        self.assertIn("Connection refused", found)
        self.assertIn("cruddur up", mend)

    def test_a_port_that_accepts_and_says_nothing(self):
        with port_that_answers(None) as port:
            for mode, step in (("verify-full", "TLS"), ("disable", "authentication")):
                _, mend = self.fails_in_time(step, f"postgresql://u:p@127.0.0.1:{port}/cruddur?sslmode={mode}")
                self.assertIn("cruddur rds allow-ip", mend)

    def test_a_port_that_is_no_postgresql(self):
        with port_that_answers(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
            for mode, step in (("require", "TLS"), ("disable", "authentication")):
                found, mend = self.fails(step, 4, url=f"postgresql://u:p@127.0.0.1:{port}/cruddur?sslmode={mode}")
                self.assertIn("received", found)
                self.assertIn("something else answers there", mend)

    def test_a_server_without_tls(self):
        found, mend = self.fails("TLS", 4, url=self.server.url("postgres", host="db.example", hostaddr="127.0.0.1"))
        self.assertIn("server does not support SSL", found)
        self.assertIn("ssl = on", mend)

    def test_a_wrong_password_and_a_missing_one(self):
        found, mend = self.fails("authentication", 4, url=self.server.url("postgres", password="wrong"))
        self.assertIn("28P01", found)
        self.assertIn("%40 %3A %2F %25", mend)
        found, mend = self.fails("authentication", 4, url=f"postgresql://postgres@127.0.0.1:{self.server.port}/cruddur")
        self.assertIn("no password", found)
        self.assertIn("The URL has no password", mend)

    def test_a_user_that_the_server_does_not_let_in(self):
        found, _ = self.fails("authentication", 4, url=self.server.url("postgres", "barred"))
        self.assertIn("28000", found)

    def test_a_server_that_is_full(self):
        self.server.sql("create role crowd login password 'x'")
        url = self.server.url("postgres", "crowd", "x")
        with contextlib.ExitStack() as crowd:
            for _ in range(5):
                crowd.enter_context(Session(url))
            found, mend = self.fails("authentication", 4, url=url)
        self.assertIn("53300", found)
        self.assertIn("cruddur db sessions", mend)

    def test_each_lack_of_a_database_is_mended_by_what_is_said(self):
        url = self.server.url("mended")
        _, mend = self.fails("database", 4, url=url)
        self.do(mend, url)
        _, mend = self.fails("schema", 1, url=url)
        self.do(mend, url)
        self.assertEqual(self.examine(url=url)[0], 0)
        self.assertEqual(db("rollback", "--steps", "1", url=url).returncode, 0)
        found, mend = self.fails("schema", 1, url=url)
        newest = max(path.stem for path in MIGRATIONS.glob("*.sql"))
        self.assertIn(newest, found)
        self.do(mend, url)
        code, found = self.examine(url=url)
        self.assertEqual((code, found["healthy"]), (0, True))

    def test_counts_that_are_not_those_of_the_rows(self):
        url = self.server.url("drifted")
        self.assertEqual(db("setup", url=url).returncode, 0)

        def sql(text):
            return self.server.sql(text, "drifted")
        sql("insert into message_groups (first_user_uuid, second_user_uuid) values "
            "('5eed0000-0000-4000-8000-000000000001', '5eed0000-0000-4000-8000-000000000002'); "
            "insert into messages (message_group_uuid, sender_uuid, receiver_uuid, message) "
            "select message_group_uuid, user_uuid, other_user_uuid, 'Hello' from message_group_members")
        code, found = self.examine(url=url)
        self.assertEqual((code, found["counts"]["wrong"], found["counts"]["people"], found["counts"]["conversations"]),
                         (0, 0, 12, 1))
        self.assertEqual(found["counts"]["posts"], int(sql("select count(*) from activities")))
        state = "select md5(string_agg(t::text, ' ' order by t::text)) from (select a::text from activities a union all " \
                "select u::text from users u union all select n::text from notifications n union all " \
                "select l::text from activity_likes l union all select m::text from message_group_members m) t"
        right = sql(state)
        sql("update activities set likes_count = likes_count + 5 where uuid = '5eed0000-0000-4000-8000-000000000101'")
        sql("update activities set replies_count = 0, reposts_count = 9 where uuid = '5eed0000-0000-4000-8000-000000000105'")
        sql("update users set followers_count = 7, cruds_count = 0 where handle = 'worf'")
        sql("update message_group_members set unread_count = unread_count + 1 where user_uuid = "
            "'5eed0000-0000-4000-8000-000000000002'")
        sql("delete from notifications where reason = 'like'")
        sql("set session_replication_role = replica; insert into activity_likes (activity_uuid, user_uuid) "
            "select gen_random_uuid(), uuid from users where handle = 'worf' union all select gen_random_uuid(), gen_random_uuid()")
        entries = int(sql("select count(distinct l.activity_uuid) from activity_likes l join activities a on a.uuid = l.activity_uuid "
                          "where a.user_uuid <> l.user_uuid"))
        code, found = self.examine(url=url)
        self.assertEqual((code, found["counts"]["wrong"], found["counts"]["mended"]), (1, 9 + entries, 0))
        self.assertIn({"of": "post", "uuid": "5eed0000-0000-4000-8000-000000000101", "count": "likes_count",
                       "stands": int(sql("select likes_count from activities where uuid = '5eed0000-0000-4000-8000-000000000101'")),
                       "counted": int(sql("select count(*) from activity_likes where activity_uuid = "
                                          "'5eed0000-0000-4000-8000-000000000101'"))}, found["counts"]["first"])
        _, mend = self.fails("counts", 1, url=url)
        self.assertEqual(mend, "cruddur db doctor --mend")
        self.do(mend, url)
        code, found = self.examine(url=url)
        self.assertEqual((code, found["counts"]["wrong"]), (0, 0))
        self.assertEqual(sql(state), right, "what was right is as it was")

    def test_counts_are_not_mended_in_production_without_its_name(self):
        self.assertEqual(db("setup", "prod", "--yes", "prod_counts", prod=self.server.url("prod_counts")).returncode, 0)
        self.server.sql("update users set cruds_count = 77", "prod_counts")
        _, mend = self.fails("counts", 1, "prod", prod=self.server.url("prod_counts"))
        self.assertEqual(mend, "cruddur db doctor prod --mend")
        refused = db("doctor", "prod", "--mend", prod=self.server.url("prod_counts"))
        self.assertEqual(refused.returncode, 3, refused.stderr)
        self.assertEqual(self.server.sql("select count(*) from users where cruds_count = 77", "prod_counts"), "12")
        done = db("doctor", "prod", "--mend", "--yes", "prod_counts", prod=self.server.url("prod_counts"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.server.sql("select count(*) from users where cruds_count = 77", "prod_counts"), "0")

    def do(self, mend, url):
        self.assertTrue(mend.startswith("cruddur db "), mend)
        done = db(*mend.split()[2:], url=url)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_each_lack_of_a_privilege_is_mended_by_what_is_said(self):
        self.assertEqual(db("setup", url=self.server.url("guarded")).returncode, 0)
        self.server.sql("create role visitor login password 'x'")
        url = self.server.url("guarded", "visitor", "x")
        for step, code in (("database", 4), ("privileges", 1)):
            _, mend = self.fails(step, code, url=url)
            self.server.sql(re.search(r"GRANT .*$", mend)[0], "guarded")
        self.assertEqual(self.examine(url=url)[0], 0)

    def test_a_url_that_leads_to_another_environment(self):
        self.assertEqual(db("setup", url=self.server.url("mixed")).returncode, 0)
        found, mend = self.fails("environment", 1, "prod", prod=self.server.url("mixed"))
        self.assertIn("a development database", found)
        self.assertIn("Set PROD_CONNECTION_URL", mend)

    def test_what_a_file_or_a_clipboard_left_behind_the_url_is_named_and_nothing_is_created(self):
        self.assertEqual(db("setup", url=self.server.url("stray")).returncode, 0)
        good = self.server.url("stray")
        before = self.server.sql("select string_agg(datname, ' ' order by datname) from pg_database")
        for url, word in ((good + "\r", "carriage return"), (good + "\r\n", "carriage return"), (good + "\n", "line break"),
                          (good + " ", "space"), (" " + good, "space"), (good + "\t", "tab"),
                          (good.replace("/stray", "/stray\r"), "carriage return")):
            for command in ("doctor", "create", "status", "migrate", "schema-load", "seed", "setup", "drop", "connect"):
                for where in ("url", "prod"):
                    done = db(command, *(["prod"] if where == "prod" else []), **{where: url})
                    self.assertEqual(done.returncode, 2, done.stdout)
                    self.assertIn(word, done.stderr)
                    self.assertNotRegex(done.stdout + done.stderr, "(?m)^(?!== |cruddur db ).*db create")
        self.assertEqual(self.server.sql("select string_agg(datname, ' ' order by datname) from pg_database"), before)

    def test_a_person_reads_the_same(self):
        done = db("doctor", url=self.server.url("nowhere"))
        self.assertEqual(done.returncode, 4)
        self.assertRegex(done.stdout, r"ok +authentication ")
        self.assertRegex(done.stdout, r"failed +database .*3D000.*\n.*mend it by +cruddur db create\n")
        self.assertRegex(done.stdout, r"not tried +privileges")
        self.assertNotIn("password", done.stdout.replace("passwords", ""))


if __name__ == "__main__":
    unittest.main(verbosity=2)
