#!/usr/bin/python3
"""Bad configuration is never swallowed: every option and argument of every command, as --help has them, and every variable
that they read, with a bad value. It is refused, by name, before anything is done. One without a bad value here fails."""

import concurrent.futures
import itertools
import pathlib
import re
import subprocess
import tempfile
import unittest
import uuid

from support.local_aws import LocalAws
from support.postgres import Server, client_environment
from support.program import PROGRAM

TOP = pathlib.Path(__file__).resolve().parent.parent
SECONDS = 30
# By what --help says that a value is.
BY_KIND = {"FILE": ["/nowhere/file", "/"], "DIR": ["/nowhere", "/dev/null"], "INT": ["-1", "seven", "99999999999999999999"],
           "UINT": ["-1", "seven", "99999999999999999999"], "NONNEGATIVE": ["-1", "seven"]}
NAME = ["", "a name", "-begins", "a--b", "x" * 64]
# By name, where the kind says no more than that it is a text.
BY_NAME = {
    "shell": ["tcsh"], "environment": ["pord", ""], "--yes": ["another"], "--host": ["", "no such host", "300.1.1.1"],
    "--data-dir": ["/dev/null/data", "/proc/nothing"], "--output": ["/nowhere/out.zip"],
    "--port": ["65536", "-1", "seven", ""], "--database-port": ["65536", "http"], "--cloud-port": ["65536", "1.5"],
    "--region": ["", "us east", "moon/1"], "--profile": ["nobody"], "--endpoint-url": ["localhost", "ftp://127.0.0.1", "http://", "http://127.0.0.1:66000"],
    "--address-service": ["nothing", "http://127.0.0.1:1"], "address": ["300.1.1.1", "10.0.0.0/8", "<html>"],
    "--for": ["running"], "--description": ["<b>", "x" * 256], "identifier": NAME, "--instance": NAME, "--of": NAME, "snapshot": NAME, "time": ["", "yesterday", "2026-13-01T00:00:00Z"],
    "sql": ["selec 1", "select 1; select 2", " "],
    "--name": NAME, "--final-snapshot": ["a name", "-begins", "a--b", "x" * 256], "--engine-version": ["15.x", "99"], "--db-name": ["1st", "a b"],
    "--master-username": ["rdsadmin", "1st"], "--allocated-storage": ["-1", "0", "seven"], "--storage-type": ["gp9"],
    "--posts-a-minute": ["-1", "many"], "--reactions-a-minute": ["-1", "1000001"], "--requests-a-minute": ["-1", "1.5"],
    "--trusted-proxies": ["10.0.0.1/8", "proxy", ","],
    "handle": ["nobody", "", "a b"], "new-handle": ["a b", ""], "uuid": ["x", "", "00000000-0000-4000-8000-000000000000"],
    "--limit": ["0", "-1", "many"], "--search": [""], "--by": [""],
    "major": ["0", "fourteen", "13", "-1"], "--write": ["a b", "[x]"], "--remove": ["a b", "nobody"],
    "--availability-zone": ["us-east-1"], "--db-instance-class": ["t3.micro", "db.huge"], "--db-subnet-group-name": ["nothing"],
    "--vpc-security-group-ids": ["sg-0", "default"],
    "--user": ["app"],  # which goes with --iam
    "--file": ["/nowhere/file", "/"], "--set": ["work_mem", "=1", ""], "--reset": ["no such parameter"],
}
# What a command cannot do without, besides.
NEEDED = {"rds restore": {"snapshot": "before", "identifier": "again"}, "rds replicate": {"identifier": "again"},
          "rds promote": {"identifier": "again"}, "rds restore-to": {"time": "latest", "identifier": "again"},
          "rds upgrade": {"--engine-version": "15"}, "completion": {"shell": "bash"},
          "lambda package": {"--output": "out.zip"}, "admin users rename": {"handle": "worf", "new-handle": "worf"}}
OTHERS = {"serve"}  # has a test of its own
# Commands that read each variable, and bad values of it.
VARIABLES = {
    "CONNECTION_URL": ("db status", ["", "nonsense", "postgresql://u@h:99999/d", "postgresql://u@127.0.0.1/d\r"]),
    "PROD_CONNECTION_URL": ("db status prod", ["", "nonsense", "postgresql://u@127.0.0.1/d "]),
    "SIGNUP_CONNECTION_URL": ("sign-up", ["", "nonsense", "postgresql://u@127.0.0.1/d"]),
    "SIGNUP_PASSWORD_FILE": ("sign-up", ["/nowhere/password", "/dev/null"]),
    "CRUDDUR_CHECKOUT": ("db status | up", ["/nowhere", "/"]),
    "FRONTEND_URL": ("serve | up", ["nonsense", "ftp://a.example"]),
    "BACKEND_URL": ("serve | up", ["nonsense"]),
    "CRUDDUR_DATA_DIR": ("up", ["/dev/null/data"]),
    "XDG_DATA_HOME": ("up", ["/dev/null"]),
    "AWS_ENDPOINT_URL": ("rds status", ["localhost:4566", "ftp://127.0.0.1", "http://127.0.0.1:66000", "http://127.0.0.1:1\r"]),
    "AWS_REGION": ("rds status", ["us east", "us-east-1\r"]),
    "AWS_DEFAULT_REGION": ("rds status", ["us east"]),
    "AWS_PROFILE": ("rds status", ["nobody"]),
    "AWS_DEFAULT_PROFILE": ("rds status", ["nobody"]),
    "AWS_CONFIG_FILE": ("rds status", ["/nowhere/config", "/"]),
    "AWS_SHARED_CREDENTIALS_FILE": ("rds status", ["/nowhere/credentials", "/"]),
    "AWS_MAX_ATTEMPTS": ("rds status", ["many", "0", "-1"]),
    "AWS_CA_BUNDLE": ("rds status --endpoint-url https://127.0.0.1:1", ["/nowhere/bundle.pem"]),
    "AWS_WEB_IDENTITY_TOKEN_FILE": ("rds status", ["/nowhere/token"]),
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": ("rds status", ["http://example.com/", "nonsense"]),
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": ("rds status", ["nonsense"]),
    "DB_SG_ID": ("rds allow-ip", ["sg", "default", "sg-0\r"]),
    "DB_SG_RULE_ID": ("rds allow-ip", ["rule", "sgr-0\r"]),
    "GITPOD_IP": ("rds allow-ip", ["300.1.1.1", "<html>", "10.0.0.0/8"]),
    "CRUDDUR_POSTS_A_MINUTE": ("up", ["-1", "many", "1000001"]), "CRUDDUR_REACTIONS_A_MINUTE": ("up", ["-1", "1.5"]),
    "CRUDDUR_REQUESTS_A_MINUTE": ("up", ["-1", "ten"]),
    "CRUDDUR_TRUSTED_PROXIES": ("up", ["10.0.0.1/8", "proxy.example.com", "*", "10.0.0.0/8,"]),
    "CRUDDUR_ENGINE_SUBSTITUTE": ("up", ["maybe", "2x"]),
    "CRUDDUR_TRUSTED_PROXIE": ("up", ["10.0.0.0/8"]),
    "CRUDDUR_DATADIR": ("up", ["/data"]), "CRUDDUR_CHEKOUT": ("db status", ["/"]), "CONECTION_URL": ("db status", ["x"]),
    "PROD_CONNECTION_ULR": ("db status prod", ["x"]),
}
# Any text of these is a good one, or they only go with one that stands above, or are the app's or the function's.
ANY_TEXT = {"HOME", "PATH", "TERM", "NO_COLOR", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
            "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "AWS_COGNITO_USER_POOL_ID", "AWS_COGNITO_USER_POOL_CLIENT_ID", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"}


def help_of(words):
    return subprocess.run([PROGRAM, *words, "--help"], capture_output=True, text=True, timeout=60, check=True).stdout


def section(text, name):
    found = re.search(rf"^{name}:\n((?:  .*\n)+)", text, re.M)
    return found[1] if found else ""


def commands(words=()):
    text = help_of(words)
    below = re.findall(r"^  (\S+)", section(text, "Subcommands"), re.M)
    for word in below:
        yield from commands((*words, word))
    if words and (not below or list(options_of(text))):  # `cloud` runs by itself, and has commands below it
        yield words, text


def options_of(text):
    """Each option and positional that takes a value, with what --help says of it."""
    for part in ("Positionals", "Options"):
        for names, kind in re.findall(r"^  (\S+) ((?:TEXT|U?INT)\S*)", section(text, part), re.M):
            yield names.split(",")[-1], kind


def bad_values(name, kind):
    if name in BY_NAME:
        return BY_NAME[name]
    return next((values for word, values in BY_KIND.items() if re.search(rf"\b{word}\b", kind)), None)


class BadValuesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.server.sql("create database cruddur")
        cls.aws = cls.enterClassContext(LocalAws("--allow-version-substitute"))
        cls.top = cls.enterClassContext(tempfile.TemporaryDirectory())
        pathlib.Path(cls.top).chmod(0o711)  # or root's `up`, whose server is another account's, keeps its data elsewhere
        cls.variables = client_environment(
            HOME=cls.top, CONNECTION_URL=cls.server.url("cruddur"), SIGNUP_CONNECTION_URL=cls.server.url("cruddur"),
            AWS_ENDPOINT_URL=cls.aws.url, AWS_REGION="us-east-1", AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_EC2_METADATA_DISABLED="true")

    def refused(self, line, **variables):
        """What is wrong with how a line is refused; None where nothing is."""
        data = pathlib.Path(self.top, uuid.uuid4().hex)
        named = {} if "XDG_DATA_HOME" in variables else {"CRUDDUR_DATA_DIR": data}
        try:
            done = subprocess.run([PROGRAM, *line], env={**self.variables, **named, **variables}, cwd=self.top, text=True,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return "it runs"
        if done.returncode not in (1, 2, 3, 4):
            return f"it ended with {done.returncode}"
        if data.exists():
            return f"it was refused once it had begun: {done.stderr}"
        return None if done.stderr.strip() else "nothing was said"

    def lines(self):
        """Each line with a bad value in it; of what many commands share, the first has every value, and others one."""
        seen = set()
        for words, text in commands():
            if words[0] in OTHERS:
                continue
            command = " ".join(words)
            options = list(options_of(text))
            for name, kind in options:
                values = bad_values(name, kind)
                self.assertTrue(values, f"{command} {name} has no bad value here: give it one")
                first = (words[0], name) not in seen
                seen.add((words[0], name))
                given = {key: good for key, good in NEEDED.get(command, {}).items() if key != name}
                for value in values if first else values[-1:]:
                    line = list(words)
                    for key, _ in options:
                        if not key.startswith("-") and (key == name or key in given):
                            line.append(value if key == name else given[key])
                    if name.startswith("-"):
                        line.append(f"{name}={value}")
                    if command == "rds delete" and name != "--yes":
                        line += ["--yes", "cruddur-db-instance"]
                    yield line

    def test_a_variable_of_ones_own_beside_ours_is_let_be(self):
        kept = {**self.variables, "CONNECTION_URL2": "postgresql://nowhere/"}
        for variables, status in ((kept, 0), ({name: text for name, text in kept.items() if name != "CONNECTION_URL"}, 2)):
            done = subprocess.run([PROGRAM, "db", "query", "select 1"], env=variables, capture_output=True, text=True, timeout=SECONDS)
            self.assertEqual(done.returncode, status, done.stderr)
        self.assertIn("CONNECTION_URL2 is set, which nothing reads", done.stderr)

    def test_every_option_of_every_command(self):
        lines = list(self.lines())
        self.assertGreater(len(lines), 100)
        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            swallowed = [f"{' '.join(line)}: {problem}" for line, problem in zip(lines, threads.map(self.refused, lines))
                         if problem]
        self.assertEqual(swallowed, [])

    def test_every_variable_that_a_command_reads(self):
        # By one of these functions, or through a table of names: those begin or end as only a variable does.
        read = set()
        for room in ("cli", "aws"):
            for path in (TOP / "src" / room).rglob("*.cpp"):
                text = path.read_text()
                read |= set(re.findall(r'(?:environment|variable|getenv)\("([A-Z_]+)"', text))
                read |= set(re.findall(r'"((?:CRUDDUR|AWS|DB_SG)_[A-Z_]+|[A-Z_]+_URL)"', text))
        self.assertLessEqual({"CONNECTION_URL", "PROD_CONNECTION_URL", "CRUDDUR_TRUSTED_PROXIES", "AWS_REGION"}, read,
                             "the commands' files are somewhere else now")
        self.assertEqual(read - set(VARIABLES) - ANY_TEXT, set(), "has no bad value here: give it one")
        swallowed = []
        for name, (lines, values) in VARIABLES.items():
            for line, value in itertools.product(lines.split(" | "), values):
                given = {name: value}
                if name in ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
                    given |= {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_ROLE_ARN": "arn:aws:iam::1:role/r"}
                if name == "AWS_DEFAULT_REGION":
                    given["AWS_REGION"] = ""
                if problem := self.refused(line.split(), **given):
                    swallowed.append(f"{name}={value!r} {line}: {problem}")
        self.assertEqual(swallowed, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
