#!/usr/bin/python3
"""The life of the managed database by `cruddur rds`, bin/db-* and psql, and no other tool."""

import json
import re
import shlex
import stat
import subprocess
import unittest

from support.cli import Tree
from support.local_aws import LocalAws
from support.rds import session

NAME = "cruddur-db-instance"
AGAIN = "cruddur-again"
HANG_SECONDS = 3
DEFAULTS = {"identifier": NAME, "instance_class": "db.t3.micro", "engine": "postgres", "master_username": "cruddurroot",
            "allocated_storage_gib": 20, "availability_zone": "us-east-1a", "backup_retention_days": 0, "port": 5432,
            "multi_az": False, "database": "cruddur", "storage_type": "gp2", "publicly_accessible": True,
            "storage_encrypted": True, "deletion_protection": False}
ROWS = "select count(*) from activities where message = 'This was imported as seed data!'"


class Story(unittest.TestCase):
    def setUp(self):
        self.aws = self.enterContext(LocalAws())
        self.tree = Tree(self.aws)

    def fails(self, code, line, **variables):
        done = self.tree(line, **variables)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def run_ok(self, line, **variables):
        return self.fails(0, line, **variables)

    def take_url(self, name=NAME):
        """As a shell does: the line is evaluated, and its variable exported."""
        line = f'eval "$(cruddur rds url {name})" && printf %s "$PROD_CONNECTION_URL"'
        self.tree.variables["PROD_CONNECTION_URL"] = self.run_ok(line).stdout
        return self.tree.variables["PROD_CONNECTION_URL"]

    def rows(self):
        return self.run_ok(f'psql "$PROD_CONNECTION_URL" -Atc {shlex.quote(ROWS)}').stdout

    def test_from_creation_to_deletion(self):
        self.create()
        self.let_in()
        self.use_the_database()
        self.rotate_the_password()
        self.stop_and_start()
        self.restore_and_delete()

    def create(self):
        begun = json.loads(self.run_ok("cruddur rds create --no-wait --json").stdout)
        self.assertEqual(begun["status"], "creating")
        told = self.run_ok("cruddur rds wait --json")
        made = json.loads(told.stdout)
        self.assertEqual({name: made[name] for name in DEFAULTS}, DEFAULTS)
        self.assertEqual(told.stderr.splitlines()[-1], f"{NAME}  available")
        refused = self.fails(1, "cruddur rds create")
        self.assertIn("DBInstanceAlreadyExists", refused.stderr)
        self.assertIn("Did you mean", self.fails(1, "cruddur rds status cruddur-db-instanse").stderr)

    def let_in(self):
        url = self.take_url()
        self.assertRegex(url, r"^postgresql://cruddurroot:[^@]+@127\.\d+\.\d+\.\d+:5432/cruddur\?.*sslmode=verify-full")
        with self.assertRaises(subprocess.TimeoutExpired):
            self.tree('exec psql "$PROD_CONNECTION_URL" -c "select 1"', timeout=HANG_SECONDS)
        diagnosis = json.loads(self.fails(4, f"db-doctor prod --json --timeout {HANG_SECONDS}").stdout)
        failed = [step for step in diagnosis["steps"] if step["state"] == "failed"]
        self.assertEqual(len(failed), 1, diagnosis)
        self.assertIn("security group", failed[0]["found"])
        self.assertIn("rds-update-sg-rule", failed[0]["mend"])

        added = self.run_ok("rds-update-sg-rule")
        rule = re.search(r"rule (sgr-[0-9a-f]{17})", added.stderr)[1]
        self.assertIn(f"DB_SG_RULE_ID={rule}", added.stdout)
        again = json.loads(self.run_ok("cruddur rds allow-ip --json").stdout)
        self.assertEqual((again["changed"], again["rule"], again["cidr"]), (False, rule, "127.0.0.1/32"))
        encrypted = self.run_ok('psql "$PROD_CONNECTION_URL" -Atc "select ssl from pg_stat_ssl where pid = pg_backend_pid()"')
        self.assertEqual(encrypted.stdout, "t\n")
        bundle = self.run_ok("cruddur rds ca-bundle").stdout.strip()
        self.assertIn(f"sslrootcert={bundle}", url.replace("%2F", "/"))
        with open(bundle, encoding="ascii") as opened:
            self.assertIn("BEGIN CERTIFICATE", opened.read())

    def use_the_database(self):
        self.fails(3, "db-setup prod")
        self.run_ok("db-setup prod --yes cruddur")
        self.assertEqual(self.run_ok(f"db-connect prod -- -Atc {shlex.quote(ROWS)}").stdout, "1\n")
        with session(self.tree.variables["PROD_CONNECTION_URL"]):
            sessions = json.loads(self.run_ok("db-sessions prod --json").stdout)["sessions"]
        self.assertIn(("cruddurroot", "127.0.0.1"), {(one["user"], one["client_addr"]) for one in sessions}, sessions)

    def rotate_the_password(self):
        kept, = self.aws.folder.parent.rglob(f"{NAME}.password")
        self.assertEqual(stat.S_IMODE(kept.stat().st_mode), 0o600)
        before = kept.read_text(encoding="ascii").strip()
        told = self.run_ok("cruddur rds rotate-password")
        after = kept.read_text(encoding="ascii").strip()
        self.assertNotEqual(before, after)
        for secret in (before, after):
            self.assertNotIn(secret, told.stdout + told.stderr)
        self.assertIn("28P01", self.fails(4, "db-status prod").stderr)
        self.take_url()
        self.assertEqual(self.rows(), "1\n")

    def stop_and_start(self):
        self.assertIn("stopping", self.run_ok("cruddur rds stop").stderr)
        refused = self.fails(1, "cruddur rds stop")
        self.assertIn("InvalidDBInstanceState", refused.stderr)
        self.assertIn(f"cruddur rds start {NAME}", refused.stderr)
        self.assertIn("refused", self.fails(4, "db-connect prod").stderr)
        self.run_ok("cruddur rds start && cruddur rds reboot")
        self.assertEqual(self.rows(), "1\n")

    def restore_and_delete(self):
        taken = json.loads(self.run_ok("cruddur rds snapshot --name before --json").stdout)
        self.assertEqual((taken["identifier"], taken["status"], taken["encrypted"]), ("before", "available", True))
        self.run_ok('psql "$PROD_CONNECTION_URL" -c "truncate activities cascade"')
        self.run_ok(f"cruddur rds restore before {AGAIN} --deletion-protection")
        self.take_url(AGAIN)
        self.assertEqual(self.rows(), "1\n")

        self.fails(3, f"cruddur rds delete {AGAIN}")
        protected = self.fails(1, f"cruddur rds delete {AGAIN} --yes {AGAIN}")
        self.assertIn("InvalidParameterCombination", protected.stderr)
        self.assertIn("--unprotect", protected.stderr)
        self.run_ok(f"cruddur rds delete {AGAIN} --yes {AGAIN} --unprotect --skip-final-snapshot")
        self.run_ok(f"cruddur rds delete --yes {NAME} --final-snapshot last")
        left = json.loads(self.run_ok("cruddur rds snapshots --all --json").stdout)
        self.assertEqual({one["identifier"] for one in left if one["instance"] == NAME}, {"before", "last"})
        self.assertEqual(json.loads(self.run_ok("cruddur rds status --all --json").stdout), [])
        self.assertIn("DBInstanceNotFound", self.fails(1, "cruddur rds status").stderr)
        self.assertEqual(list(self.aws.folder.parent.rglob("*.password*")), [])

    def test_production_is_protected_private_encrypted_and_in_two_zones(self):
        call = self.run_ok("cruddur rds create --production --dry-run").stdout.split()
        for wanted in ("DeletionProtection=true", "PubliclyAccessible=false", "StorageEncrypted=true", "MultiAZ=true",
                       "BackupRetentionPeriod=7", "MasterUserPassword=***"):
            self.assertIn(wanted, call)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
