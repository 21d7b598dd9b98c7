#!/usr/bin/python3
"""The compose file without Docker: the commands of its services, in the order in which they wait for each other, against
a server in the place of its own. The logins may do what they are for and nothing else, and people sign up on the page."""

import contextlib
import json
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

import boto3
import botocore
import yaml

from support.cognito import SrpClient
from support.local_aws import code_of
from support.postgres import Server, client_environment, die_with_us, free_port
from support.program import PROGRAM
from support.waiting import comes_true

TOP = pathlib.Path(__file__).resolve().parent.parent
PASSWORD = "Sturdy-Passw0rd"
END_SECONDS = 120


class Stack:
    """What `docker compose up` would run, as processes of this machine: the places of the containers are here, and on
    loopback alone."""

    def __init__(self, top, server):
        self.top, self.server = top, server
        self.services = yaml.safe_load((top / "deploy" / "compose.yaml").read_text())["services"]
        self.ports = {"4566": free_port(), "4567": free_port()}
        self.running = {}

    def here(self, text, service):
        for volume in self.services[service].get("volumes", ()):
            source, place = volume.split(":")[:2]
            source = self.top / "deploy" / source if source.startswith(".") else self.top / "volumes" / source
            text = text.replace(place, str(source))
        text = text.replace("@db:5432", f"@127.0.0.1:{self.server.port}").replace("//cloud:", "//127.0.0.1:")
        text = text.replace("/run/secrets/", f"{self.top}/deploy/secrets/").replace("0.0.0.0", "127.0.0.1")
        return re.sub(r":(456[67])\b", lambda port: f":{self.ports[port[1]]}", text)

    def order(self):
        """The services, each after those that it waits for; the server in the place of "db" runs already."""
        done = ["db"]
        while len(done) < len(self.services):
            done += [name for name, service in self.services.items()
                     if name not in done and set(service.get("depends_on", ())) <= set(done)]
        return done[1:]

    def start(self, name):
        service = self.services[name]
        for volume in service.get("volumes", ()):
            if not volume.startswith("."):
                (self.top / "volumes" / volume.split(":")[0]).mkdir(parents=True, exist_ok=True)
        words = [self.here(word, name) for word in service["command"]]
        words += [word for port in service.get("ports", ()) for word in ("--port", str(self.ports[port.rsplit(":", 1)[1]]))]
        variables = {key: self.here(value, name) for key, value in service.get("environment", {}).items()}
        log = open(self.top / f"{name}.log", "ab")
        with log:
            return subprocess.Popen([PROGRAM, *words], env=client_environment(**variables), stdout=log, stderr=log,
                                    preexec_fn=die_with_us)

    def healthy(self, name):
        _, *check = self.services[name]["healthcheck"]["test"]
        return subprocess.run([self.here(word, name) for word in check], capture_output=True, timeout=60).returncode == 0

    def log(self, name):
        return (self.top / f"{name}.log").read_text()

    def __enter__(self):
        try:
            for name in self.order():
                process = self.start(name)
                if self.services[name].get("restart") == "always":
                    self.running[name] = process
                    check = self.healthy if name == "cloud" else lambda _: self.get("/readyz")[0] == 200
                    assert comes_true(lambda: process.poll() is not None or check(name)) and process.poll() is None, self.log(name)
                else:
                    assert process.wait(END_SECONDS) == 0, self.log(name)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        while self.running:
            _, process = self.running.popitem()
            process.send_signal(signal.SIGTERM)
            process.wait(END_SECONDS)

    def get(self, path, **request):
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            address = urllib.request.Request(f"http://localhost:{self.ports['4567']}{path}", **request)
            with urllib.request.urlopen(address, timeout=60) as answer:
                return answer.status, answer.headers, answer.read()
        return 0, {}, b""

    def pool(self):
        """As the page is told of it."""
        return json.loads(self.get("/api/configuration")[2])["user_pool"]

    def stranger(self):
        """Cognito as the page calls it: by the endpoint that it is told of, and unsigned."""
        return boto3.client("cognito-idp", endpoint_url=self.pool()["endpoint"], region_name=self.pool()["region"],
                            config=botocore.config.Config(signature_version=botocore.UNSIGNED))

    def post(self, message, token):
        return self.get("/api/activities", data=json.dumps({"message": message, "ttl": "1-hour"}).encode(),
                        headers={"Authorization": "Bearer " + token, "Content-Type": "application/json"})


class ComposeTest(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="cruddur-compose-")))
        self.top.chmod(0o711)  # run by root, functions are users of their own, and pass through
        for name in ("bin", "deploy"):
            shutil.copytree(TOP / name, self.top / name, ignore=shutil.ignore_patterns("secrets", ".env"))
        self.secrets = self.top / "deploy" / "secrets"

    def make_secrets(self):
        return subprocess.run([self.top / "bin" / "make-secrets"], capture_output=True, text=True, timeout=60,
                              check=True).stdout

    def database(self):
        """A server as "db" is when it is healthy, with the superuser's password of the secrets."""
        server = self.enterContext(Server())
        server.sql("create database cruddur")
        server.sql(f"alter role postgres password '{(self.secrets / 'database_password').read_text()}'")
        for path in self.secrets.glob("*pgpass"):
            path.write_text(path.read_text().replace("db:5432", f"127.0.0.1:{server.port}"))
        return server

    def ask(self, url, sql):
        return subprocess.run(["psql", "-XAtqc", sql, url], env=client_environment(), capture_output=True, text=True,
                              timeout=60)

    def refused(self, url, *statements):
        for forbidden in statements:
            said = self.ask(url, forbidden).stderr.replace("must be owner", "denied").replace("must be superuser", "denied")
            self.assertIn("denied", said, forbidden)

    def test_secrets_are_made_once_and_what_an_older_checkout_lacks_is_added(self):
        self.assertIn("made", self.make_secrets())
        before = {path.name: path.read_text() for path in self.secrets.iterdir()}
        self.assertIn("nothing was done", self.make_secrets())
        for lacking in (("web_password", "web_pgpass"), ("signup_password",), ("aws_credentials",)):
            for name in lacking:
                (self.secrets / name).unlink()
            self.make_secrets()
            after = {path.name: path.read_text() for path in self.secrets.iterdir()}
            self.assertEqual(set(after), set(before))
            self.assertEqual({name for name in after if after[name] != before[name]}, set(lacking))
            before = after
        for path in self.secrets.iterdir():
            self.assertEqual(path.stat().st_mode & 0o777, 0o600, path)

    def test_people_sign_up_on_the_page_and_a_restart_keeps_them_and_the_logins_may_do_nothing_else(self):
        self.make_secrets()
        server = self.database()
        stack = Stack(self.top, server)
        with stack:
            told = stack.pool()
            self.assertEqual(told["endpoint"], f"http://localhost:{stack.ports['4566']}")
            self.assertIn(f"connect-src 'self' {told['endpoint']};", stack.get("/")[1]["Content-Security-Policy"])
            page = stack.stranger()
            given = {"name": "Ann", "preferred_username": "ann", "email": "ann@example.com"}
            page.sign_up(ClientId=told["client_id"], Username="ann", Password=PASSWORD,
                         UserAttributes=[{"Name": key, "Value": value} for key, value in given.items()])
            mail = re.compile(r"mail to ann@example.com: .* code is (\d+)")
            self.assertTrue(comes_true(lambda: mail.search(stack.log("cloud"))), stack.log("cloud"))
            code = mail.search(stack.log("cloud"))[1]
            page.confirm_sign_up(ClientId=told["client_id"], Username="ann", ConfirmationCode=code)
            client = SrpClient(told["id"], told["client_id"], PASSWORD)
            token = client.sign_in(page, "ann")["AuthenticationResult"]["AccessToken"]
            status, _, body = stack.post("Before", token)
            self.assertEqual((status, json.loads(body)["handle"]), (200, "ann"))
            self.assertEqual(code_of(page.list_users, UserPoolId=told["id"]), ("MissingAuthenticationToken", 403))
        with stack:  # all of it anew, the one-time services too
            self.assertEqual(stack.pool(), told)
            page = stack.stranger()
            token = SrpClient(told["id"], told["client_id"], PASSWORD).sign_in(page, "ann")["AuthenticationResult"]["AccessToken"]
            self.assertEqual(stack.post("After", token)[0], 200)
            self.assertEqual(len(json.loads(stack.get("/api/activities/home")[2])), 2)
            self.check_logins(stack)

    def check_logins(self, stack):
        """The API's login reads and writes rows, the function's adds users."""
        app = stack.services["app"]
        self.assertEqual(set(app["secrets"]), {"web_pgpass"})
        api = stack.here(app["environment"]["CONNECTION_URL"], "app")
        password = (self.secrets / "signup_password").read_text()
        function = stack.here(stack.services["sign-up"]["environment"]["SIGNUP_CONNECTION_URL"], "sign-up").replace(
            "@", f":{password}@")
        for url in (api, function):
            self.assertEqual(self.ask(url, "select rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls "
                                           "from pg_roles where rolname = current_user").stdout.strip(), "f")
            self.refused(url, "drop table activities", "create table public.own ()", "select pg_read_file('/etc/passwd')",
                         "alter role cruddur_web superuser")
        self.assertEqual(self.ask(api, "delete from activities").returncode, 0)
        self.refused(api, "insert into users (handle) values ('x')")
        self.refused(function, "select * from activities", "delete from users")
        healthy = subprocess.run([PROGRAM, "db", "doctor"], env=client_environment(CONNECTION_URL=api),
                                 capture_output=True, text=True, timeout=60)
        self.assertEqual(healthy.returncode, 0, healthy.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")  # boto3 leaves its sockets to the collector
