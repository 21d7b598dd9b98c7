#!/usr/bin/python3
"""IAM database authentication: tokens of the AWS CLI, of boto3 and of our own programs, and all that is no such token."""

import contextlib
import datetime
import hashlib
import hmac
import json
import os
import socket
import subprocess
import unittest
import urllib.parse

from support.cli import Cli
from support.local_aws import LocalAws
from support.program import db
from support.rds import BASE, admit, as_superuser, create, psql, wait_for
from support.serve import Serve
from support.waiting import until

KEYS = "[default]\naws_access_key_id = test\naws_secret_access_key = test\n"
DENIED = 'FATAL:  LDAP authentication failed for user "app"\n'


def signed(at, user="app", key="test", secret="test", ago=0, expires=900, host=None, port=None, region="us-east-1",
           service="rds-db", **more):
    """A token as AWS's clients sign it, but for what a test has be otherwise."""
    when = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=ago)
    time, date = when.strftime("%Y%m%dT%H%M%SZ"), when.strftime("%Y%m%d")
    place, scope = f"{host or at['Address']}:{port or at['Port']}", f"{date}/{region}/{service}/aws4_request"
    query = urllib.parse.urlencode(sorted({
        "Action": "connect", "DBUser": user, "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{key}/{scope}",
        "X-Amz-Date": time, "X-Amz-Expires": expires, "X-Amz-SignedHeaders": "host", **more}.items()),
        quote_via=urllib.parse.quote, safe="")
    asked = f"GET\n/\n{query}\nhost:{place}\n\nhost\n{hashlib.sha256().hexdigest()}"
    to_sign = f"AWS4-HMAC-SHA256\n{time}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
    by = ("AWS4" + secret).encode()
    for step in (date, region, service, "aws4_request"):
        by = hmac.new(by, step.encode(), hashlib.sha256).digest()
    return f"{place}/?{query}&X-Amz-Signature={hmac.new(by, to_sign.encode(), hashlib.sha256).hexdigest()}"


def element(tag, value):
    return bytes([tag, 0x83]) + len(value).to_bytes(3, "big") + value


def bind_message(name, password):
    """A simple bind, as PostgreSQL sends it by LDAP."""
    said = element(2, b"\3") + element(4, name.encode()) + element(0x80, password.encode())
    return element(0x30, element(2, b"\1") + element(0x60, said))


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        aws = LocalAws()
        cls.keys = aws.folder.parent / "credentials"
        cls.keys.write_text(KEYS + "[app]\naws_access_key_id = AKIDAPP\naws_secret_access_key = before\n")
        aws.flags = ("--require-signatures", str(cls.keys))
        cls.aws = cls.enterClassContext(aws)
        cls.rds = cls.aws.client("rds")
        made = create(cls.rds, "one", EnableIAMDatabaseAuthentication=True, DBName="cruddur")
        admit(cls.aws, made)
        cls.one = wait_for(cls.rds, "one")
        cls.at = cls.one["Endpoint"]
        done = psql(cls.one, "create role app login createdb createrole password 'a password'; grant rds_iam to app;"
                             "create role team; grant rds_iam to team; create role member login in role team;"
                             "create role plain login password 'a password'")
        assert done.returncode == 0, done.stderr
        as_superuser(cls.aws, cls.one, "alter database cruddur owner to app")
        done = db("setup", url=cls.url(), **cls.variables())
        assert done.returncode == 0, done.stderr

    def sign_in(self, password, user="app", mode="require", at=None):
        at = at or self.at
        return subprocess.run(
            ["psql", "--no-psqlrc", "-qAt", "-w", f"host={at['Address']} port={at['Port']} user={user} dbname=postgres "
             f"sslmode={mode} connect_timeout=30", "-c", "select current_user"],
            capture_output=True, text=True, timeout=120, env={"PATH": "/usr/bin:/bin", "PGPASSWORD": password})

    def token(self, user="app"):
        return self.rds.generate_db_auth_token(DBHostname=self.at["Address"], Port=self.at["Port"], DBUsername=user)

    @classmethod
    def variables(cls):
        aws = {name: value for name, value in cls.aws.environment().items() if name.startswith("AWS_")}
        return {**aws, "AWS_EC2_METADATA_DISABLED": "true"}

    @classmethod
    def url(cls, user="app", more=""):
        return f"postgresql://{user}@{cls.at['Address']}:{cls.at['Port']}/cruddur?iam=true{more}"

    def end_sessions(self):
        return as_superuser(self.aws, self.one, "select count(pg_terminate_backend(pid, 10000)) from pg_stat_activity "
                                                "where usename = 'app'")

    def test_clients_sign_in_by_tokens(self):
        self.assertTrue(self.one["IAMDatabaseAuthenticationEnabled"])
        by_cli = self.aws.shell(f"aws rds generate-db-auth-token --hostname {self.at['Address']} --port {self.at['Port']} "
                                "--username app --region us-east-1").stdout.strip()
        for token, user in [(by_cli, "app"), (self.token(), "app"), (self.token("member"), "member"), (signed(self.at), "app"),
                            (signed(self.at, ago=-200), "app"), (signed(self.at, ago=50, expires=100), "app")]:
            done = self.sign_in(token, user)
            self.assertEqual((done.stdout, done.stderr), (f"{user}\n", ""))

    def test_what_is_no_token_for_that_place_is_refused(self):
        forged = signed(self.at)[:-1] + ("1" if signed(self.at)[-1] == "0" else "0")
        for token, why in [
            (signed(self.at, secret="guessed"), "signature we calculated does not match"),
            (forged, "signature we calculated does not match"),
            (signed(self.at, key="AKIDUNKNOWN"), "security token included in the request is invalid"),
            (signed(self.at, ago=901), "Request has expired"),
            (signed(self.at, ago=101, expires=100), "Request has expired"),
            (signed(self.at, ago=-330), "Signature not yet current"),
            (signed(self.at, expires=901), "longer than 15 minutes"),
            (signed(self.at, host="127.0.0.1"), "another host or port"),
            (signed(self.at, port=self.at["Port"] + 1), "another host or port"),
            (signed(self.at, user="member"), "another user"),
            (signed(self.at, region="eu-west-1"), "another region"),
            (signed(self.at, service="rds"), "another service"),
            (signed(self.at, Action="describe"), "Action is not connect"),
            (signed(self.at) + "&DBUser=app", "more than once"),
            (signed(self.at).replace("X-Amz-Signature", "X-Amz-Signed"), "Signature is missing"),
            ("a password", "no authentication token"),
        ]:
            with self.subTest(why, token=token):
                before = len(self.aws.logged)
                done = self.sign_in(token)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(DENIED, done.stderr)
                told = until(lambda: [line for line in self.aws.logged[before:] if "sign-in refused" in line], "nothing is told")
                self.assertIn(why, told[0])
        self.assertFalse([line for line in self.aws.logged if "X-Amz-Signature" in line])

    def test_policies_of_iam_say_who_connects_as_whom(self):
        iam, sts = self.aws.client("iam"), self.aws.client("sts")
        resource = f"arn:aws:rds-db:us-east-1:000000000000:dbuser:{self.one['DbiResourceId']}/app"
        policy = json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "rds-db:connect", "Resource": resource}]})
        trust = json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "sts:AssumeRole"}]})
        iam.create_user(UserName="ann")
        iam.put_user_policy(UserName="ann", PolicyName="connect", PolicyDocument=policy)
        role = iam.create_role(RoleName="idle", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        made = iam.create_access_key(UserName="ann")["AccessKey"]
        ann = {"key": made["AccessKeyId"], "secret": made["SecretAccessKey"]}
        made = sts.assume_role(RoleArn=role, RoleSessionName="one")["Credentials"]
        idle = {"key": made["AccessKeyId"], "secret": made["SecretAccessKey"]}
        token = {"X-Amz-Security-Token": made["SessionToken"]}
        self.assertEqual(self.sign_in(signed(self.at, **ann)).stdout, "app\n")
        self.assertEqual(self.sign_in(self.token()).stdout, "app\n")  # the account's root
        for given, user, why in [
            (ann, "member", "user/ann is not authorized to perform: rds-db:connect on resource: "
                            f"{resource.replace('/app', '/member')} because no identity-based policy allows"),
            ({**ann, "secret": "guessed"}, "app", "signature we calculated does not match"),
            ({**idle, **token}, "app", "assumed-role/idle/one is not authorized to perform: rds-db:connect"),
            (idle, "app", "its session token is not that of its key"),
        ]:
            with self.subTest(why):
                before = len(self.aws.logged)
                self.assertEqual(self.sign_in(signed(self.at, user, **given), user).returncode, 2)
                told = until(lambda: [line for line in self.aws.logged[before:] if "sign-in refused" in line], "nothing is told")
                self.assertIn(why, told[0])
        iam.put_role_policy(RoleName="idle", PolicyName="connect", PolicyDocument=policy)
        self.assertEqual(self.sign_in(signed(self.at, **idle, **token)).stdout, "app\n")

    def test_a_token_is_not_sent_in_clear(self):
        done = self.sign_in(self.token(), mode="disable")
        self.assertIn("pg_hba.conf rejects connection", done.stderr)
        self.assertEqual(done.returncode, 2)

    def test_passwords_are_for_those_who_are_not_in_rds_iam(self):
        self.assertIn(DENIED, self.sign_in("a password").stderr)
        self.assertEqual(self.sign_in("a password", "plain").stdout, "plain\n")
        self.assertEqual(self.sign_in(BASE["MasterUserPassword"], "root").stdout, "root\n")
        refused = self.sign_in(self.token("plain"), "plain")
        self.assertIn("password authentication failed", refused.stderr)
        self.assertEqual(psql(self.one, "grant rds_iam to root").returncode, 0)
        self.assertIn("LDAP authentication failed", self.sign_in(BASE["MasterUserPassword"], "root").stderr)
        self.assertEqual(self.sign_in(self.token("root"), "root").stdout, "root\n")
        as_superuser(self.aws, self.one, "revoke rds_iam from root")
        self.assertEqual(self.sign_in(BASE["MasterUserPassword"], "root").stdout, "root\n")

    def test_an_instance_without_it_takes_no_tokens(self):
        self.turn(False)
        self.assertEqual(self.sign_in("a password").stdout, "app\n")
        off = Cli(self.aws)("rds", "url", "one", "--iam")
        self.assertEqual(off.returncode, 1)
        self.assertIn("one does not take tokens: IAM database authentication is off", off.stderr)
        self.assertIn("password authentication failed", self.sign_in(self.token()).stderr)
        self.turn(True)
        self.assertEqual(self.sign_in(self.token()).stdout, "app\n")
        self.assertIn(DENIED, self.sign_in("a password").stderr)

    def turn(self, on):
        """While it is configured the status says so; from its end on it holds."""
        changed = self.rds.modify_db_instance(DBInstanceIdentifier="one", EnableIAMDatabaseAuthentication=on)["DBInstance"]
        self.assertEqual((changed["DBInstanceStatus"], changed["IAMDatabaseAuthenticationEnabled"]),
                         ("configuring-iam-database-auth", on))
        self.assertEqual(wait_for(self.rds, "one")["IAMDatabaseAuthenticationEnabled"], on)

    def test_a_change_that_was_killed_is_made_by_the_next_start(self):
        for on in (False, True):
            self.rds.modify_db_instance(DBInstanceIdentifier="one", EnableIAMDatabaseAuthentication=on)
            self.aws.kill_and_start()
            type(self).rds = self.aws.client("rds")
            self.assertEqual(wait_for(self.rds, "one")["IAMDatabaseAuthenticationEnabled"], on)
            self.assertEqual(self.sign_in(self.token()).returncode, 0 if on else 2)

    def test_the_command_line_prints_a_url_without_a_password(self):
        given = {**self.variables(), "AWS_REGION": "us-east-1"}
        done = Cli(self.aws, **given)("rds", "url", "one", "--iam", "--user", "app", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        url = json.loads(done.stdout)["PROD_CONNECTION_URL"]
        self.assertRegex(url, r"^postgresql://app@127\.[\d.]+:5432/cruddur\?.*iam=true")
        self.assertIn("sslmode=verify-full", url)
        said = db("query", "select current_user", url=url, **given)
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("app", said.stdout)
        self.assertIn("root@127", Cli(self.aws, **given)("rds", "url", "one", "--iam").stdout)
        self.assertNotEqual(Cli(self.aws, **given)("rds", "url", "one", "--user", "app").returncode, 0)

    def test_it_holds_after_a_crash_and_with_new_keys(self):
        given = {name: value for name, value in self.variables().items() if "KEY" not in name}
        own = self.keys.with_name("own")
        own.write_text(self.keys.read_text())
        with Serve(self.url(), "--no-snapshot", variables={**given, "AWS_SHARED_CREDENTIALS_FILE": str(own),
                                                           "AWS_PROFILE": "app"}) as app:
            self.keys.write_text(self.keys.read_text().replace("before", "after"))
            self.aws.kill_and_start()
            type(self).rds = self.aws.client("rds")
            wait_for(self.rds, "one")
            self.assertEqual(self.sign_in(signed(self.at)).stdout, "app\n")
            self.assertIn(DENIED, self.sign_in(signed(self.at, key="AKIDAPP", secret="before")).stderr)
            own.write_text(self.keys.read_text())
            self.assertNotEqual(self.end_sessions(), "0")
            until(lambda: app.get("/readyz")[0] == 200, app.said)
            self.assertEqual(app.get("/api/activities/home")[0], 200)

    def test_strangers_are_not_heard(self):
        rules = (self.aws.folder / "instances" / self.one["DbiResourceId"] / "pg_hba.conf").read_text()
        port = int(rules.split("ldapport=")[1].split()[0])
        name = self.one["DbiResourceId"] + "/app"
        for asked, token in ((bind_message(name, self.token()), True), (b"\x30\x83\xff\xff\xff\x02\x01\x01", False)):
            with socket.create_connection(("127.0.0.1", port), timeout=60) as stranger, contextlib.suppress(ConnectionError):
                stranger.sendall(asked)
                heard = stranger.recv(1)  # or a reset
                # Run by root, the servers are another user's, whom alone it hears.
                self.assertEqual(heard, b"\x30" if token and os.geteuid() != 0 else b"")

    def test_our_programs_sign_in_by_themselves(self):
        done = db("query", "select current_user", url=self.url(), **self.variables())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("app", done.stdout)
        for told in (done.stdout, done.stderr):
            self.assertNotIn("X-Amz", told)
        with Serve(self.url(), "--no-snapshot", variables=self.variables()) as app:
            self.assertNotIn("X-Amz", open(f"/proc/{app.process.pid}/cmdline").read())
            for _ in range(2):  # sessions that come after the first get tokens of their own
                self.assertNotEqual(self.end_sessions(), "0")
                until(lambda: app.get("/readyz")[0] == 200, app.said)
                self.assertEqual(app.get("/api/activities/home")[0], 200)
            self.assertNotIn("X-Amz", app.said())

    def test_our_programs_say_what_to_look_at(self):
        for url, variables, said in [
            (self.url(more="&sslmode=prefer"), {}, "sslmode=prefer may send the token in clear"),
            (self.url(more="&sslmode=disable"), {}, "sslmode=disable may send the token in clear"),
            (self.url().replace("app@", "app:word@"), {}, "it has a password as well"),
            (self.url().replace("iam=true", "iam=yes"), {}, "iam is neither true nor false"),
            (self.url(), {"AWS_DEFAULT_REGION": None}, "No region is set"),
            (self.url(), {"AWS_DEFAULT_REGION": "eu-west-1"}, "be granted rds_iam"),
            (self.url(), {"AWS_SECRET_ACCESS_KEY": "guessed"}, "allow rds-db:connect"),
            (self.url("plain"), {}, "the user plain be granted rds_iam"),
        ]:
            with self.subTest(said):
                given = {name: value for name, value in {**self.variables(), **variables}.items() if value is not None}
                done = db("query", "select 1", url=url, **given)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(said, done.stderr)
                self.assertNotIn("X-Amz", done.stderr)


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
