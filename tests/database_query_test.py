#!/usr/bin/python3
"""`cruddur db query`: rows as a table and as JSON, what is wrong with a statement, and what production is asked before it is
written to."""

import json
import unittest

from support.postgres import WAIT_SECONDS, Server
from support.program import db, start

NAME = "cruddur"


class QueryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())

    def setUp(self):
        self.server.sql(f"drop database if exists {NAME} with (force)")
        self.server.sql(f"create database {NAME}")
        self.url = self.server.url(NAME)
        self.server.sql("create table words (id int, word text); insert into words values (1, 'één'), (2, null)", NAME)

    def query(self, *arguments, code=0, **urls):
        done = db("query", *arguments, **(urls or {"url": self.url}))
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertTrue(done.stdout == "" or code == 0 or done.stdout == "== db-query\n", done.stdout)
        return done.stdout if code == 0 else done.stderr

    def words(self):
        return self.server.sql("select string_agg(id || coalesce(word, '-'), ' ' order by id) from words", NAME)

    def test_rows_are_a_table_and_what_returns_none_says_what_it_did(self):
        self.assertEqual(self.query("select id, word from words order by id;"),
                         "== db-query\nid  word\n1   één\n2\n(2 rows)\n")
        self.assertIn("\n(1 row)\n", self.query("explain select 1"))
        self.assertEqual(self.query("update words set word = 'x'"), "== db-query\nUPDATE 2\n")
        self.assertEqual(self.words(), "1x 2x")
        self.assertEqual(self.query("vacuum words"), "== db-query\nVACUUM\n")

    def test_json_is_the_array_that_postgresql_makes_of_the_rows(self):
        wrapped = ("select coalesce(array_to_json(array_agg(row_to_json(array_row))), '[]'::json) "
                   "from (select *, now() > '-infinity' as old, '{1,2}'::int[] as list from words order by id desc) array_row")
        said = self.query("--json", "select *, now() > '-infinity' as old, '{1,2}'::int[] as list from words order by id desc -- all")
        self.assertEqual(said, self.server.sql(wrapped, NAME) + "\n")
        self.assertEqual([each["word"] for each in json.loads(said)], [None, "één"])
        self.assertEqual(self.query("--json", "select * from words where false"), "[]\n")
        self.assertEqual(self.query("--json", "with one as (values (1)) table one"), '[{"column1":1}]\n')
        self.assertEqual(self.query("--json", "insert into words values (3, 'drei') returning id"), '[{"id":3}]\n')
        self.assertEqual(self.words(), "1één 2- 3drei")
        for other in ("show work_mem", "delete from words"):
            self.assertIn("Anything else runs without --json", self.query("--json", other, code=1))
        self.assertEqual(self.words(), "1één 2- 3drei")

    def test_an_error_has_its_sqlstate_its_place_and_what_to_do(self):
        for flags in ((), ("--json",)):
            said = self.query(*flags, "-- one\nselect 'é',\n\tsome_word\nfrom words", code=1)
            self.assertIn("(42703 undefined_column)", said)
            self.assertIn("\n  line 3:  some_word\n           ^\n", said)
            self.assertIn("(42601 syntax_error)", self.query(*flags, "select (", code=1))
        self.assertIn('Perhaps you meant to reference the column "words.word".', self.query("select wordd from words", code=1))
        long = self.query(f"select {', '.join(['1'] * 100)}, wordd, {', '.join(['2'] * 100)} from words", code=1)
        line, caret = [each for each in long.splitlines() if each.startswith("  ")][-2:]
        self.assertEqual(line[caret.index("^"):][:5], "wordd")
        self.assertLess(len(line), 120)

    def test_it_runs_one_statement_or_none(self):
        for sql, said in (("", "there is no statement"), ("-- nothing", "there is no statement"),
                          ("delete from words; select 1", "these are 2 statements"), ("\\dt", "psql"),
                          ("select 'open", "")):
            self.assertIn(said, self.query(sql, code=1 if said in ("psql", "") else 2))
        self.query("select 1", "select 2", code=2)
        self.query("select 1) array_row; delete from words; select (1", code=2)
        self.assertEqual(self.words(), "1één 2-")

    def test_it_is_read_from_standard_input(self):
        for arguments in ((), ("-",), ("prod", "-"), ("prod",)):
            one = start("db", "query", "--json", *arguments, url=self.url, prod=self.url, stdin=-1)
            out, err = one.communicate("-- from a file\nselect word\nfrom words where id = 1;\n", timeout=WAIT_SECONDS)
            self.assertEqual((one.returncode, out), (0, '[{"word":"één"}]\n'), err)

    def test_production_is_read_at_once_and_written_to_after_its_name(self):
        self.server.sql(f"comment on database {NAME} is '[cruddur environment: production]'")
        self.assertIn("(2 rows)", self.query("prod", "table words", prod=self.url))
        self.assertIn("(1 row)", self.query("show work_mem", "prod", prod=self.url))
        writes = ("update words set word = 'x'", "truncate words", "drop table words", "create database another",
                  "do $$ begin delete from words; end $$", "with gone as (delete from words returning 1) select * from gone")
        for sql in writes:
            for yes in ((), ("--yes", "another")):
                said = self.query("prod", *yes, sql, code=3, prod=self.url)
                self.assertIn(f"--yes {NAME}" if not yes else "--yes names another", said)
        said = self.query("--json", "prod", "delete from words returning 1", code=3, prod=self.url)
        self.assertIn("is production. This would write to it.", said)
        self.assertEqual(self.words(), "1één 2-")
        self.query("prod", "--yes", NAME, "update words set word = 'x'", prod=self.url)
        self.assertEqual(self.words(), "1x 2x")
        # A mixed-up URL, and no server.
        self.assertIn("is a production database", self.query("table words", code=3))
        self.query("prod", "table words", code=3, url=self.url)
        self.query("select 1", code=4, url="postgresql://u:p@127.0.0.1:1/cruddur")


if __name__ == "__main__":
    unittest.main(verbosity=2)
