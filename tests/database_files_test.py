#!/usr/bin/python3
"""Which files of SQL are loaded, and what is said of it: a checkout's as they stand, or those compiled in; and files as
people have them, with psql's own commands in them, or with the tables of a course."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from support.postgres import Server, client_environment
from support.program import PROGRAM, db, environment

TOP = pathlib.Path(__file__).resolve().parent.parent
# Tables as one writes them on a first day: no names that are unique, no time zones, and a reply by a number.
FIRST_TABLES = """
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
DROP TABLE IF EXISTS public.users;
DROP TABLE IF EXISTS public.activities;
CREATE TABLE public.users (
  uuid UUID DEFAULT uuid_generate_v4() PRIMARY KEY, display_name text, handle text, cognito_user_id text,
  created_at TIMESTAMP default current_timestamp NOT NULL);
CREATE TABLE public.activities (
  uuid UUID DEFAULT uuid_generate_v4() PRIMARY KEY, user_uuid UUID NOT NULL, message text NOT NULL,
  replies_count integer DEFAULT 0, reposts_count integer DEFAULT 0, likes_count integer DEFAULT 0,
  reply_to_activity_uuid integer, expires_at TIMESTAMP, created_at TIMESTAMP default current_timestamp NOT NULL);
"""
FIRST_ROWS = """
INSERT INTO public.users (display_name, handle, cognito_user_id)
VALUES ('Andrew Brown', 'andrewbrown', 'MOCK'), ('Andrew Bayko', 'bayko', 'MOCK');
INSERT INTO public.activities (user_uuid, message, expires_at)
VALUES ((SELECT uuid from public.users WHERE users.handle = 'andrewbrown' LIMIT 1), 'A first row',
        current_timestamp + interval '10 day')
"""


class FilesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())

    def setUp(self):
        self.top = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.checkout = self.top / "checkout"
        for name in ("bin", "db"):
            shutil.copytree(TOP / name, self.checkout / name)
        for name in ("CMakeLists.txt", "VERSION"):
            shutil.copy(TOP / name, self.checkout)
        self.program = self.checkout / "build" / "any" / "cruddur"
        self.program.parent.mkdir(parents=True)
        try:
            os.link(PROGRAM, self.program)
        except OSError:  # another file system
            shutil.copy(PROGRAM, self.program)
        self.name = "files_" + self.top.name.lower()
        self.url = self.server.url(self.name)
        self.server.sql(f'create database "{self.name}"')

    def edit(self, file, text):
        with open(self.checkout / "db" / file, "a", encoding="utf-8") as out:
            out.write(text)

    def run_db(self, *arguments, program=None, code=0, prod=None, **variables):
        done = subprocess.run([program or self.program, "db", *arguments], cwd="/", text=True, capture_output=True,
                              env=environment(self.url, prod, **variables), timeout=120)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def sql(self, text):
        return self.server.sql(text, self.name)

    def test_a_checkout_loads_its_files_as_they_stand_and_says_so(self):
        self.edit("schema.sql", "\ncreate table public.edited (n integer);\n")
        self.edit("seed.sql", "\ninsert into public.edited values (7);\n")
        said = self.run_db("schema-load") + self.run_db("seed")
        self.assertIn(f"Loaded {self.checkout}/db/schema.sql into {self.name}", said)
        self.assertIn(f"Loaded {self.checkout}/db/seed.sql into {self.name}", said)
        self.assertEqual(self.sql("select n from edited"), "7")
        self.edit("migrations/0900_more.sql", "-- cruddur: up\ncreate table public.more ();\n-- cruddur: down\ndrop table public.more;\n")
        for command in ("status", "doctor"):
            self.assertIn("0900_more", self.run_db(command, code=1 if command == "doctor" else 0))
        self.assertIn(f"{self.checkout}/db/migrations/0900_more.sql", self.run_db("migrate"))
        self.assertIn(f"{self.checkout}/db/migrations", self.run_db("migrate"))
        self.run_db("rollback")
        self.edit("seed.sql", "\ninsert into public.edited values (8);\n")
        self.run_db("setup")
        self.assertEqual(self.sql("select sum(n) from edited"), "15")

    def test_the_wrappers_and_the_variable_name_the_checkout_of_a_program_from_elsewhere(self):
        self.edit("schema.sql", "\ncreate table public.edited (n integer);\n")
        (self.checkout / "build" / "release").mkdir()
        (self.checkout / "build" / "release" / "cruddur").symlink_to(PROGRAM)
        said = self.run_db("schema-load", program=self.checkout / "bin" / "cruddur")
        self.assertIn(f"Loaded {self.checkout}/db/schema.sql", said)
        self.assertEqual(self.sql("select count(*) from edited"), "0")
        for wrong in (self.top, self.top / "nothing", "/dev/null"):
            said = self.run_db("status", code=2, CRUDDUR_CHECKOUT=str(wrong))
            self.assertIn("CRUDDUR_CHECKOUT", said)

    def test_elsewhere_the_copy_compiled_in_is_loaded_and_says_so(self):
        alone = self.top / "usr" / "local" / "bin" / "cruddur"
        alone.parent.mkdir(parents=True)
        shutil.move(self.program, alone)
        # Standing in a checkout, which may be anybody's, changes nothing.
        self.edit("schema.sql", "\ncreate table public.edited (n integer);\n")
        done = subprocess.run([alone, "db", "setup"], cwd=self.checkout, env=environment(self.url), text=True,
                              capture_output=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Loaded db/schema.sql (compiled in) into", done.stdout)
        self.assertIn("Loaded db/seed.sql (compiled in) into", done.stdout)
        self.assertEqual(self.sql("select to_regclass('public.edited') is null"), "t")
        self.assertIn("db/migrations (compiled in)", self.run_db("migrate", program=alone))

    def test_any_file_is_loaded_where_it_is_named(self):
        tables, rows = self.top / "tables.sql", self.top / "rows.sql"
        tables.write_text(FIRST_TABLES)
        rows.write_bytes(b"\xef\xbb\xbf" + FIRST_ROWS.replace("\n", "\r\n").encode())
        for _ in range(2):  # it drops what it makes
            self.assertIn(f"Loaded {tables} into", self.run_db("schema-load", "--file", str(tables)))
        self.assertIn(f"Loaded {rows} into", self.run_db("seed", "--file", str(rows)))
        self.assertEqual(self.sql("select message from activities"), "A first row")
        for wrong in (self.top / "nothing.sql", self.top):
            self.assertIn("--file", self.run_db("seed", "--file", str(wrong), code=2))

    def test_a_file_that_is_gone_is_said_before_anything_is_dropped(self):
        self.run_db("setup")
        (self.checkout / "db" / "seed.sql").unlink()
        said = self.run_db("setup", code=2)
        self.assertIn(f"{self.checkout}/db/seed.sql: No such file", said)
        self.assertEqual(self.sql("select count(*) > 0 from activities"), "t")

    def test_what_only_psql_understands_is_refused_with_its_line_and_nothing_is_done(self):
        for line, advice in (("\\c cruddur", "the URL names"), ("\\connect other", "the URL names"),
                             ("\\i db/more.sql", "--file FILE"), ("\\include more.sql", "--file FILE"),
                             ("\\copy t from 'rows.csv'", "cruddur db connect -- -f FILE"),
                             ("\\set ON_ERROR_STOP on", "cruddur db connect -- -f FILE"), ("\\dt", "cruddur db connect"),
                             ("select 1 \\gexec", "cruddur db connect"),
                             ("COPY public.t (n) FROM stdin;\n1\tit's\n\\.", "pg_dump --inserts"),
                             ("copy (select 1) to stdout", "cruddur db connect -- -f FILE"),
                             ("CREATE DATABASE cruddur", "cruddur db create"), ("drop database cruddur", "cruddur db drop"),
                             ("VACUUM", "cruddur db connect -- -c"), ("begin", "one transaction already")):
            file = self.top / "theirs.sql"
            file.write_text(f"create table public.t (n integer);\n\n{line};\n")
            for command in ("schema-load", "seed"):
                said = self.run_db(command, "--file", str(file), code=1)
                self.assertIn(f"{file}:3: ", said)
                self.assertIn(advice, said)
                self.assertEqual(self.sql("select to_regclass('public.t') is null"), "t", line)

    def test_the_files_of_the_checkout_may_be_of_a_course_and_are_taken_over_by_migrate(self):
        (self.checkout / "db" / "schema.sql").write_text(FIRST_TABLES)
        (self.checkout / "db" / "seed.sql").write_text(FIRST_ROWS)
        self.run_db("setup")
        self.assertEqual(self.sql("select count(*) from users where cognito_user_id = 'MOCK'"), "2")
        self.run_db("migrate")
        self.run_db("doctor")
        self.assertEqual(self.sql("select u.handle, a.message from activities a join users u on u.uuid = a.user_uuid"),
                         "andrewbrown|A first row")


class TakeOverTest(unittest.TestCase):
    """Tables that were there first, with rows as people have them."""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(timezone="Europe/Vienna"))

    def database(self, name, *statements):
        self.server.sql(f"create database {name}")
        for text in statements:
            self.server.sql(text, name)
        self.url = self.server.url(name)
        self.sql = lambda text: self.server.sql(text, name)

    def run_db(self, *arguments, code=0):
        done = db(*arguments, url=self.url)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_each_advice_leads_out_of_it_and_every_row_is_kept(self):
        self.database("advised", FIRST_TABLES, FIRST_ROWS,
                      "insert into activities (user_uuid, message, created_at) select uuid, 'By the clock', "
                      "'2023-07-01 12:00:00.123456' from users where handle = 'bayko'")
        self.assertIn("'cruddur db migrate' brings it up to date", self.run_db("schema-load", code=1))
        self.assertRegex(self.run_db("doctor", code=1), "mend it by +cruddur db migrate")
        self.assertIn("Would take over", self.run_db("migrate", "--dry-run"))
        self.assertEqual(self.sql("select to_regnamespace('before_cruddur') is null"), "t")
        said = self.run_db("migrate")
        self.assertIn("Took over users: 2", said)
        self.assertIn("Took over activities: 2 of 2", said)
        self.assertIn("1 cognito_user_ids", said)
        self.assertIn("Europe/Vienna", said)
        self.assertIn("ok", self.run_db("doctor"))
        self.assertIn("Nothing to apply", self.run_db("migrate"))
        self.assertEqual(self.sql("select display_name from users order by handle"), "Andrew Brown\nAndrew Bayko")
        self.assertEqual(self.sql("select count(*) from before_cruddur.users join public.users using (uuid, handle)"), "2")
        self.assertEqual(self.sql("select extract(epoch from created_at) from activities where message = 'By the clock'"),
                         "1688205600.123456")  # noon in Vienna, in summer

    def test_the_schema_is_the_same_as_without_them(self):
        self.database("compared", FIRST_TABLES, FIRST_ROWS)
        self.run_db("migrate")
        taken = self.url
        self.sql("drop schema before_cruddur cascade; drop extension \"uuid-ossp\"")
        self.database("plain")
        self.run_db("migrate")
        dumps = [subprocess.run(["pg_dump", "--schema-only", url], capture_output=True, text=True, timeout=60,
                                env=client_environment()).stdout for url in (taken, self.url)]
        one, other = ["\n".join(line for line in dump.splitlines() if "restrict" not in line) for dump in dumps]
        self.assertIn("CREATE TABLE public.users", one)
        self.assertEqual(one, other)

    def test_rows_that_the_schema_refuses_are_changed_or_left_and_said(self):
        self.database("untidy", FIRST_TABLES, """
            insert into users (display_name, handle, cognito_user_id, created_at) values
              (null, 'Worf', 'a', '2023-01-01'), ('  ', 'worf', 'b', '2023-01-02'), (repeat('x', 80), 'with space', null, now()),
              ('No handle', null, '', now()), ('Dots', '..', 'c', now()),
              (repeat(' ', 50) || 'Late', 'late', 'd', now())""", """
            insert into activities (user_uuid, message, likes_count, reply_to_activity_uuid)
              select uuid, m, null, r from users, (values ('kept', null), ('', null), (repeat('y', 281), null), ('was a reply', 7))
              v (m, r) where handle = 'Worf';
            insert into activities (user_uuid, message) values (gen_random_uuid(), 'whose?')""",
            "create table likes (user_uuid uuid references users)", "create view newest as select message from activities")
        said = self.run_db("migrate")
        for part in ("Took over users: 6", "Took over activities: 2 of 5", "4 display names", "4 handles", "2 cognito_user_ids",
                     "1 activities have no author", "1 activities have no message", "1 replies named no activity",
                     "3 were not taken", "likes, newest refer to the tables as they were"):
            self.assertIn(part, said)
        self.assertEqual(self.sql("select message, likes_count from activities order by 1"), "kept|0\nwas a reply|0")
        self.assertEqual(self.sql("select count(*), count(distinct lower(handle)), count(distinct cognito_user_id) from users"),
                         "6|6|6")
        self.assertEqual(self.sql("select handle, display_name from users where cognito_user_id = 'a'"), "Worf|Worf")
        self.assertEqual(self.sql("select count(*) from before_cruddur.activities"), "5")
        self.run_db("doctor")

    def test_all_of_it_is_one_transaction_and_what_is_no_such_table_is_refused(self):
        self.database("broken", FIRST_TABLES, FIRST_ROWS, "alter table activities alter expires_at type text; "
                      "update activities set expires_at = 'soon'")
        before = self.server.dump("broken")
        self.assertIn("22007", self.run_db("migrate", code=1))
        self.assertEqual(self.sql("select to_regnamespace('before_cruddur') is null and to_regclass('users') is not null"), "t")
        self.assertIn("A first row", before)
        self.assertEqual(self.sql("select count(*) from activities"), "1")
        for table, why in (("users (id integer primary key, handle text)", "primary key"),
                           ("activities (uuid uuid primary key, user_uuid uuid)", "message")):
            self.server.sql("drop database if exists other")
            self.database("other", "create table " + table)
            said = self.run_db("migrate", code=3)
            self.assertIn(why, said)
            self.assertIn("ALTER TABLE public.", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
