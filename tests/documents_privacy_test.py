#!/usr/bin/python3
"""docs/privacy.md and the page that says the same in short: their figures are the code's, and no table is left out."""

import pathlib
import re
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = "docs/privacy.md"
PAGE = "web/src/pages/privacy.tsx"

# Where a figure stands, and how the documents have it.
FIGURES = [
    ("db/queries/forget_reports.sql", r"interval '(\d+ days)'", {DOCUMENT: "{}, closed or not", PAGE: "for {}"}),
    ("db/queries/forget_idempotency_keys.sql", r"interval '(\d+ hours)'", {DOCUMENT: "of the request | {} |", PAGE: "for {}"}),
    ("src/app/door/reaper.hpp", r"when_done\{(\d)'000\}", {DOCUMENT: "within some {} seconds"}),
    ("src/cli/door/serve.cpp", r"slow_ms = ([\d']+);", {DOCUMENT: "longer than {} ms (`--slow-ms`)"}),
    ("src/cloud/cognito/mailbox.hpp", r"messages_max = (\d+);", {DOCUMENT: "the newest {} messages"}),
    ("src/cli/rds/rds_create.cpp", r"production_backup_days = (\d+);", {DOCUMENT: "--production`: automated backups of {} days"}),
    ("deploy/cruddur.yaml", r"BackupRetentionPeriod: (\d+)\n", {DOCUMENT: "deploy/cruddur.yaml: automated backups of {} days"}),
    ("deploy/cruddur.yaml", r"DeleteAutomatedBackups: (false)\n", {}),
    ("deploy/cruddur.yaml", r"  Database:\n(?:.*\n){2}    DeletionPolicy: (Snapshot)\n", {DOCUMENT: "a last\n  snapshot"}),
    ("deploy/cruddur.yaml", r"  UserPool:\n.*\n    DeletionPolicy: (Retain)\n", {DOCUMENT: "the pool outlives its stack"}),
    ("deploy/cruddur.yaml", r"PerformanceInsightsRetentionPeriod: (\d+)\n", {DOCUMENT: "without parameters for {} days"}),
    ("deploy/cruddur.yaml", r"log_min_duration_statement: \"(\d+)\"", {DOCUMENT: "took longer than {} ms, as"}),
    ("deploy/cruddur.yaml", r"(log_parameter_max_length): \"0\"", {DOCUMENT: "without what its parameters hold (`{}`)"}),
    ("deploy/cruddur.yaml", r"LogRetention:\n(?:.*\n){2}    Default: (\d+)\n",
     {DOCUMENT: "Its log is kept for {} days by default (`LogRetention`)"}),
    ("deploy/cruddur.yaml", r"AccessTokenValidity: (\d+)\n", {DOCUMENT: "access tokens hold for {} minutes"}),
    ("deploy/cruddur.yaml", r"RefreshTokenValidity: (\d+)\n", {DOCUMENT: "refresh tokens for {} days"}),
]


def text_of(path):
    return (TOP / path).read_text(encoding="utf-8")


def in_a_line(text):
    return re.sub(r"\s+", " ", text)


class PrivacyTest(unittest.TestCase):
    def test_the_figures_are_those_of_the_code(self):
        for source, pattern, documents in FIGURES:
            with self.subTest(source=source, pattern=pattern):
                found = re.findall(pattern, text_of(source))
                self.assertEqual(len(found), 1, "one figure stands there")
                figure = found[0].replace("'", ",")
                for document, words in documents.items():
                    self.assertIn(in_a_line(words.format(figure)), in_a_line(text_of(document)))

    def test_every_table_is_accounted_for(self):
        tables = re.findall(r"create table public\.(\w+)", text_of("db/schema.sql"))
        self.assertGreater(len(tables), 10)
        rows = "".join(line for line in text_of(DOCUMENT).splitlines(True) if line.startswith("|"))
        self.assertEqual([name for name in tables if f"`{name}`" not in rows and name != "schema_migrations"], [])

    def test_the_page_sets_no_cookie_and_keeps_things_by_its_storage_alone(self):
        for path in (TOP / "web" / "src").rglob("*.ts*"):
            text = path.read_text(encoding="utf-8")
            self.assertNotIn("document.cookie", text, path)
            self.assertNotRegex(text, r"indexedDB|cookieStore|caches\.open", path)
            if path.name != "storage.ts":
                self.assertNotRegex(text, r"(?<![\"\w])(local|session)Storage\b", path)


if __name__ == "__main__":
    unittest.main()
