#!/usr/bin/python3
"""Every advice that `cruddur db` prints is followed: the trouble is provoked, the command that was printed is run as it
stands, and the trouble is gone, or what is there is known better and no worse off. An advice that no test here has had
printed fails the last one."""

import contextlib
import os
import pathlib
import re
import shlex
import signal
import socket
import tempfile
import unittest

from support.postgres import Server, Session
from support.program import db

TOP = pathlib.Path(__file__).resolve().parent.parent
COMMAND = re.compile(r"cruddur db ([a-z-]+(?: prod)?(?: --? ?(?:'[A-Z]+'|[^`'\n])*)?)")
# Where advice stands, but for the examples of --help.
SOURCES = [*sorted((TOP / "src/database").glob("*.cpp")), *sorted((TOP / "src/postgres").glob("*.cpp")),
           TOP / "src/cli/db/db.cpp", TOP / "src/cli/db/db_sessions.cpp"]
printed = []


def advised_in(text):
    """The advice of a source, each as a pattern: two words before the command and its name."""
    for literal in re.finditer(r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*', text):
        joined = "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', literal[0])).replace('\\"', '"')
        if "Example" in joined or "\\n" in joined:
            continue
        for found in re.finditer(r"(?:\S+ ){0,2}\S?cruddur db [a-z-]+", joined):
            yield ".*".join(re.escape(part) for part in re.split(r"\{\}", found[0]))


class AdviceTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(max_connections="9", superuser_reserved_connections="3"))
        cls.file = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory())) / "a file.sql"

    def setUp(self):
        self.name = re.sub("[^a-z]", "", self.id().rsplit(".", 1)[1])[:40]
        self.url = self.server.url(self.name)

    def run_db(self, *line, prod=False, url=None):
        url = url or self.url
        done = db(*line, **({"prod": url, "url": self.server.url("another")} if prod else {"url": url}))
        printed.append(done.stdout + done.stderr)
        return done.returncode, done.stdout + done.stderr

    def provoke(self, *line, **how):
        code, said = self.run_db(*line, **how)
        self.assertNotEqual(code, 0, said)
        return said

    def advised(self, said, *names):
        """The commands that were printed as advice, as lists of words."""
        found = [shlex.split(line.rstrip(".,; ")) for line in
                 COMMAND.findall("\n".join(row for row in said.splitlines() if not row.startswith("cruddur db ")))]
        self.assertEqual([words[0] for words in found], list(names), said)
        return found

    def follow(self, words, code=0, **how):
        ended, said = self.run_db(*words, **how)
        self.assertEqual(ended, code, said)
        return said

    def fill(self, text):
        self.file.write_text(text)
        return "--file", str(self.file)

    def setup_database(self):
        self.assertEqual(self.run_db("setup")[0], 0)

    def test_from_nothing_to_a_database_that_serves_in_either_environment(self):
        for prod in (False, True):
            self.url = self.server.url(f"nothing_{prod}".lower())
            where = ["prod"] if prod else []
            for lacking, advised in ((("status",), "create"), (("doctor",), "schema-load")):
                command, = self.advised(self.provoke(*lacking, *where, prod=prod), advised)
                self.assertEqual(command[1:], where)
                self.follow(command, prod=prod)
            self.follow(["doctor", *where], prod=prod)
            self.follow(["rollback", *where, "--yes", f"nothing_{prod}".lower()], prod=prod)
            command, = self.advised(self.provoke("doctor", *where, prod=prod), "migrate")
            self.follow(command, prod=prod)
            self.follow(["doctor", *where], prod=prod)
        self.assertFalse(self.server.has("another"))  # CONNECTION_URL's, which nobody meant

    def test_a_database_that_is_missing_by_the_doctor(self):
        command, = self.advised(self.provoke("doctor"), "create")
        self.follow(command)
        self.assertTrue(self.server.has(self.name))

    def test_a_seed_without_its_tables(self):
        for which in range(2):
            self.server.sql(f"drop database if exists {self.name}")
            self.follow(["create"])
            commands = self.advised(self.provoke("seed"), "schema-load", "migrate")
            self.follow(commands[which])
            self.follow(["seed"])

    def test_a_schema_that_is_loaded_already(self):
        self.setup_database()
        migrate, setup = self.advised(self.provoke("schema-load"), "migrate", "setup")
        rows = "select count(*) from activities"
        before = self.server.sql(rows, self.name)
        self.follow(migrate)
        self.assertEqual(self.server.sql(rows, self.name), before)
        self.follow(setup)

    def test_a_database_that_is_there_already_loses_nothing_by_what_is_advised(self):
        self.setup_database()
        command, = self.advised(self.provoke("create"), "status")
        self.assertIn("public.activities", self.follow(command))
        self.assertNotEqual(self.server.sql("select count(*) from activities", self.name), "0")

    def test_tables_of_another_making(self):
        self.server.sql(f"create database {self.name}")
        self.server.sql("create table users (uuid uuid primary key, handle text); create table activities (uuid uuid "
                        "primary key, user_uuid uuid, message text, expires_at timestamp)", self.name)
        command, = self.advised(self.provoke("seed"), "status")
        self.assertIn("pending", self.follow(command))
        command, = self.advised(self.provoke("doctor"), "migrate")
        self.follow(command)
        self.follow(["doctor"])
        self.follow(["seed"])

    def test_tables_that_are_no_ones_to_take_over(self):
        self.server.sql(f"create database {self.name}")
        self.server.sql("create table users (id integer)", self.name)
        said = self.provoke("migrate")
        command, = self.advised(said, "create")
        self.url = self.server.url("another_name")  # as it says
        self.follow(command)
        self.follow(["migrate"])
        self.url = self.server.url(self.name)
        self.server.sql(re.search(r"\((ALTER TABLE .* TO) …\)", said)[1] + " theirs", self.name)
        self.follow(["migrate"])

    def test_columns_and_functions_that_are_missing(self):
        self.setup_database()
        for text in ("select no_column from users", "create trigger one after insert on users execute function no_function()"):
            command, = self.advised(self.provoke("seed", *self.fill(text)), "status")
            self.assertIn("up to date", self.follow(command))

    def test_somebody_who_is_in_the_way(self):
        self.setup_database()
        with Session(self.url) as session:
            self.assertIn("--force", self.provoke("drop"))
            session("begin; lock table users")
            command, = self.advised(self.provoke("seed", *self.fill("lock table users nowait")), "sessions")
            self.assertIn("a_session", self.follow(command))
            session("rollback")
        said = self.provoke("seed", *self.fill("create table one (); declare c cursor for select from one; fetch c; drop table one"))
        command, = self.advised(said, "sessions")
        self.follow(command)
        self.follow(["drop", "--force"])

    def test_a_schema_that_somebody_changes(self):
        self.setup_database()
        key = re.search(r"pg_try_advisory_lock\(([^)]*)\)", (TOP / "db/queries/try_schema_lock.sql").read_text())[1]
        with Session(self.url) as session:
            session(f"select pg_advisory_lock({key})")
            said = self.provoke("migrate", "--lock-timeout", "0")
            command, = self.advised(said, "sessions")
            self.assertIn("a_session", self.follow(command))
            self.assertIn("--lock-timeout", said)
        self.follow(["migrate", "--lock-timeout", "60"])

    def test_a_server_that_is_full(self):
        self.server.sql("create role crowd login password 'x'")
        self.server.sql("create database crowded")
        url = self.server.url("crowded", "crowd", "x")
        with contextlib.ExitStack() as crowd:
            for _ in range(6):
                crowd.enter_context(Session(url))
            command, = self.advised(self.provoke("status", url=url), "sessions")
            self.assertIn("crowd", self.follow(command, url=self.server.url("crowded")))  # as a superuser, as it says

    def test_a_server_that_is_not_there(self):
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))  # and does not listen
            nobody = f"postgresql://u:p@127.0.0.1:{bound.getsockname()[1]}/cruddur"
            with socket.create_server(("127.0.0.1", 0)) as silent:
                slow = f"postgresql://u:p@127.0.0.1:{silent.getsockname()[1]}/cruddur?connect_timeout=1&sslmode=disable"
                for url, why in ((nobody, "failed +TCP"), (slow, "failed +authentication")):
                    command, = self.advised(self.provoke("status", url=url), "doctor")
                    ended, said = self.run_db(*command, "--timeout", "1", url=url)
                    self.assertEqual(ended, 4)
                    self.assertRegex(said, why)

    def test_a_server_that_says_nothing_more(self):
        self.follow(["create"])
        folder = self.file.parent / "stops"
        folder.mkdir()
        (folder / "0001_stop.sql").write_text("-- cruddur: up\ncopy (select 1) to program 'kill -STOP $PPID';\n")
        try:
            said = self.provoke("migrate", "--statement-timeout", "1", "--dir", str(folder))
        finally:
            stopped = self.server.sql(f"select pid from pg_stat_activity where datname = '{self.name}'")
            os.kill(int(stopped), signal.SIGCONT)
        command, = self.advised(said, "doctor")
        self.assertRegex(self.run_db(*command)[1], "ok +database")

    def test_files_that_are_psqls(self):
        self.follow(["create"])
        for text, name in (("\\set n 7\ncreate table made (n) as select :n;", "connect"),
                           ("create table made (n int);\ncopy made from stdin;\n7\n\\.\n", "connect"),
                           ("create table made as select 7 as n;\ncopy made to stdout;", "connect")):
            command, = self.advised(self.provoke("schema-load", *self.fill(text)), name)
            self.follow([str(self.file) if word == "FILE" else word for word in command])
            self.assertEqual(self.server.sql("select n from made", self.name), "7")
            self.server.sql("drop table made", self.name)
        command, = self.advised(self.provoke("schema-load", *self.fill("create database made")), "create")
        self.assertEqual(self.run_db(*command)[0], 1)  # it is there, and nothing is worse
        self.assertTrue(self.server.has(self.name))
        command, = self.advised(self.provoke("schema-load", *self.fill("vacuum")), "connect")
        self.follow(["vacuum" if word == "STATEMENT" else word for word in command])
        with open(self.file, "wb") as large:
            large.truncate((64 << 20) + 1)
        self.advised(self.provoke("seed", "--file", str(self.file)), "connect")

    def test_a_url_of_the_other_environment(self):
        self.setup_database()
        said = self.provoke("migrate", "prod", prod=True)
        self.server.sql(re.search("COMMENT ON DATABASE .*$", said, re.M)[0])
        self.follow(["doctor", "prod"], prod=True)

    def test_a_migration_that_is_not_what_it_was(self):
        self.setup_database()
        self.server.sql("update schema_migrations set checksum = 'other' where version = 2", self.name)
        said = self.provoke("migrate")
        self.server.sql(re.search("UPDATE public.schema_migrations .*$", said, re.M)[0], self.name)
        self.follow(["migrate"])
        self.follow(["doctor"])

    def test_two_statements_where_one_is_run(self):
        self.setup_database()
        said = self.provoke("query", "select 1; select 2")
        self.follow(["query", re.search("cruddur db query '(.*)'", said)[1]])

    def test_zz_every_advice_was_printed_and_followed(self):
        said = "\n".join(printed).replace(" prod", "")
        missing = [(path.name, advice) for path in SOURCES for advice in advised_in(path.read_text())
                   if not re.search(advice, said)]
        self.assertEqual(missing, [])
        self.assertGreater(sum(1 for path in SOURCES for _ in advised_in(path.read_text())), 15)


if __name__ == "__main__":
    unittest.main(verbosity=2)
