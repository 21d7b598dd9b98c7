#!/usr/bin/python3
"""The compose file without Docker: the commands of its services, in the order in which they wait for each other, against
a server in the place of its own. The API's login may read and write rows, and nothing else."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

import yaml

from support.postgres import Server, client_environment
from support.program import PROGRAM

TOP = pathlib.Path(__file__).resolve().parent.parent


class ComposeTest(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name in ("bin", "deploy"):
            shutil.copytree(TOP / name, self.top / name, ignore=shutil.ignore_patterns("secrets", ".env"))
        self.secrets = self.top / "deploy" / "secrets"

    def make_secrets(self):
        return subprocess.run([self.top / "bin" / "make-secrets"], capture_output=True, text=True, timeout=60,
                              check=True).stdout

    def here(self, text, port):
        """What names a place of the containers, as it is on this machine."""
        return (text.replace("@db:5432", f"@127.0.0.1:{port}").replace("/run/secrets/", f"{self.secrets}/")
                .replace("/run/login.sql", str(self.top / "deploy" / "login.sql")))

    def test_secrets_are_made_once_and_what_an_older_checkout_lacks_is_added(self):
        self.assertIn("made", self.make_secrets())
        before = {path.name: path.read_text() for path in self.secrets.iterdir()}
        self.assertIn("nothing was done", self.make_secrets())
        for name in ("web_password", "web_pgpass"):
            (self.secrets / name).unlink()
        self.make_secrets()
        after = {path.name: path.read_text() for path in self.secrets.iterdir()}
        self.assertEqual(set(after), set(before))
        self.assertEqual(after["pgpass"], before["pgpass"])
        for path in self.secrets.iterdir():
            self.assertEqual(path.stat().st_mode & 0o777, 0o600, path)

    def test_the_api_has_a_login_that_may_read_and_write_rows_and_nothing_else(self):
        self.make_secrets()
        services = yaml.safe_load((self.top / "deploy" / "compose.yaml").read_text())["services"]
        app = services["app"]
        before = []
        needs = app["depends_on"]
        while (name := next(iter(needs))) != "db":
            before.insert(0, services[name])
            needs = services[name]["depends_on"]
        with Server() as server:
            server.sql("create database cruddur")
            server.sql(f"alter role postgres password '{(self.secrets / 'database_password').read_text()}'")
            for path in self.secrets.glob("*pgpass"):
                path.write_text(path.read_text().replace("db:5432", f"127.0.0.1:{server.port}"))
            for service in [*before, *before]:  # as at each start
                variables = {name: self.here(value, server.port) for name, value in service["environment"].items()}
                done = subprocess.run([PROGRAM, *(self.here(word, server.port) for word in service["command"])],
                                      env=client_environment(**variables), capture_output=True, text=True, timeout=120)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            url = self.here(app["environment"]["CONNECTION_URL"], server.port)

            def ask(sql):
                return subprocess.run(["psql", "-XAtqc", sql, url], env=client_environment(), capture_output=True,
                                      text=True, timeout=60)
            self.assertEqual(ask("select rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls "
                                 "from pg_roles where rolname = current_user").stdout.strip(), "f")
            self.assertEqual(ask("delete from activities").returncode, 0)
            for forbidden in ("drop table activities", "create table public.own ()", "select pg_read_file('/etc/passwd')",
                              "alter role cruddur_web superuser", "insert into users (handle) values ('x')"):
                self.assertIn("denied", ask(forbidden).stderr.replace("must be owner", "denied").replace("must be superuser", "denied"))
            healthy = subprocess.run([PROGRAM, "db", "doctor"], env=client_environment(CONNECTION_URL=url),
                                     capture_output=True, text=True, timeout=60)
            self.assertEqual(healthy.returncode, 0, healthy.stdout)
        self.assertEqual(set(app["secrets"]), {"web_pgpass"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
