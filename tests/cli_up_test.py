#!/usr/bin/env python3
"""`cruddur up`: its ports, its addresses, how it ends and how it comes back, against the real program."""

import json
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import tempfile
import unittest
import urllib.request

from support.cognito import SrpClient, code_for
from support.functions import ROLE, zip_of
from support.local_aws import LocalAws
from support.waiting import comes_true

PROGRAM = os.environ["CRUDDUR_PROGRAM"]
SOURCE = pathlib.Path(__file__).resolve().parent.parent
START_SECONDS = 180


def request(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
        return answer.status, answer.headers, answer.read()


def query(url, sql):
    done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", url, "-c", sql], capture_output=True, text=True,
                          timeout=30)
    return done.stdout.strip() if done.returncode == 0 else done.stderr


def processes_of(folder):
    """The processes that name the folder in their arguments, PostgreSQL's among them."""
    found = []
    for process in pathlib.Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                line = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in line:
                found.append(int(process.name))
    return found


class Up:
    """A running `cruddur up --json`. Its ports are free ones unless a test says otherwise."""

    def __init__(self, folder, *flags, descriptors=None, file_bytes=None, **variables):
        limits = [f"--nofile={descriptors}"] * bool(descriptors) + [f"--fsize={file_bytes}"] * bool(file_bytes)
        limited = ["prlimit", *limits] if limits else []
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([*limited, PROGRAM, "up", "--json", "--data-dir", str(folder), *flags],
                                        stdout=subprocess.PIPE, stderr=self.errors, text=True,
                                        env={**os.environ, **variables})

    def addresses(self):
        if not select.select([self.process.stdout], [], [], START_SECONDS)[0]:
            raise AssertionError("nothing was printed: " + self.said())
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"it ended with {self.process.wait(START_SECONDS)}: {self.said()}")
        return json.loads(line)

    def said(self):
        self.errors.seek(0)
        return self.errors.read()

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(START_SECONDS)
        self.process.stdout.close()
        return code


FREE = ("--port", "0", "--database-port", "0", "--cloud-port", "0")


class UpTest(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.TemporaryDirectory()
        os.chmod(self.top.name, 0o755)  # the unprivileged user that PostgreSQL runs as passes through
        self.folder = pathlib.Path(self.top.name) / "data"
        self.running = []

    def tearDown(self):
        for up in self.running:
            up.end()
            up.errors.close()
        self.assertTrue(comes_true(lambda: not processes_of(self.folder)), processes_of(self.folder))
        self.top.cleanup()

    def start(self, *flags, **variables):
        up = Up(self.folder, *flags, **variables)
        self.running.append(up)
        return up

    def test_a_front_end_of_ones_own_is_let_in_and_a_wrong_one_refused_before_anything_starts(self):
        refused = self.start(*FREE, FRONTEND_URL="localhost:3000")
        self.assertEqual(refused.process.wait(START_SECONDS), 2)
        self.assertIn("FRONTEND_URL", refused.said())
        self.assertFalse(self.folder.exists())
        own = "http://localhost:3000"
        where = self.start(*FREE, FRONTEND_URL=own, BACKEND_URL="http://localhost:4567").addresses()
        for origin, allowed in ((own, own), ("http://evil.example", None)):
            headers = request(where["api_and_page"] + "/api/activities/home", Origin=origin)[1]
            self.assertEqual(headers["Access-Control-Allow-Origin"], allowed)
        for name in ("api_and_page", "aws_endpoint"):
            port = int(where[name].rsplit(":", 1)[1])
            socket.create_connection(("::1", port), timeout=START_SECONDS).close()

    def test_a_new_folder_serves_the_seed_the_page_and_local_aws(self):
        where = self.start(*FREE).addresses()
        status, headers, body = request(where["api_and_page"] + "/api/activities/home")
        self.assertEqual(status, 200)
        first = json.loads(body)[0]
        self.assertEqual((first["display_name"], first["message"]), ("Andrew Brown", "This was imported as seed data!"))
        status, headers, body = request(where["api_and_page"] + "/")
        self.assertTrue(headers["Content-Type"].startswith("text/html"))
        self.assertIn(b'<div id="root">', body)
        call = b"Action=GetCallerIdentity&Version=2011-06-15"  # by POST: a plain GET, as any page's link, does nothing
        with urllib.request.urlopen(where["aws_endpoint"], call, timeout=20) as answer:
            self.assertIn(b"<Arn>", answer.read())
        self.assertEqual(query(where["connection_url"], "select count(*) from users where handle = 'andrewbrown'"), "1")

    def test_people_sign_up_by_a_user_pool_that_is_made_once(self):
        def pools(where, action="ListUserPools", **input):
            body = json.dumps({"MaxResults": 60, **input} if action.startswith("List") else input).encode()
            headers = {"Content-Type": "application/x-amz-json-1.1",
                       "X-Amz-Target": "AWSCognitoIdentityProviderService." + action}
            with urllib.request.urlopen(urllib.request.Request(where["aws_endpoint"], body, headers), timeout=20) as answer:
                return json.load(answer)

        up = self.start(*FREE)
        where = up.addresses()
        told = json.loads(request(where["api_and_page"] + "/api/configuration")[2])["user_pool"]
        self.assertEqual((told["region"], told["endpoint"]), ("us-east-1", where["aws_endpoint"]))
        self.assertEqual([pool["Id"] for pool in pools(where)["UserPools"]], [told["id"]])
        client = pools(where, "DescribeUserPoolClient", UserPoolId=told["id"], ClientId=told["client_id"])["UserPoolClient"]
        self.assertEqual(client["ExplicitAuthFlows"], ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
        self.assertNotIn("ClientSecret", client)
        policy = request(where["api_and_page"] + "/")[1]["Content-Security-Policy"]
        self.assertIn(f"connect-src 'self' {where['aws_endpoint']};", policy)
        up.end()
        where = self.start(*FREE).addresses()
        again = json.loads(request(where["api_and_page"] + "/api/configuration")[2])["user_pool"]
        self.assertEqual((again["id"], again["client_id"]), (told["id"], told["client_id"]))
        pools(where, "DeleteUserPool", UserPoolId=told["id"])
        self.running[-1].end()
        where = self.start(*FREE).addresses()
        anew = json.loads(request(where["api_and_page"] + "/api/configuration")[2])["user_pool"]
        self.assertNotEqual(anew["id"], told["id"])
        self.assertEqual([pool["Id"] for pool in pools(where)["UserPools"]], [anew["id"]])

    def test_the_aws_cli_and_boto3_sign_people_up_and_the_function_writes_their_rows(self):
        where = self.start(*FREE).addresses()
        told = json.loads(request(where["api_and_page"] + "/api/configuration")[2])["user_pool"]
        aws = LocalAws()
        aws.url = where["aws_endpoint"]
        self.addCleanup(aws.top.cleanup)
        done = aws.shell(
            f"""aws cognito-idp sign-up --client-id {told["client_id"]} --username typed --password Sturdy-Passw0rd \
                --user-attributes Name=email,Value=typed@example.com Name=name,Value="Typed In" Name=preferred_username,Value=typed""")
        self.assertEqual(done.returncode, 0, done.stderr)
        cognito = aws.client("cognito-idp")
        given = {"name": "بوتو O'Three", "preferred_username": "boto3", "email": "boto3@example.com"}
        cognito.sign_up(ClientId=told["client_id"], Username="boto3", Password="Sturdy-Passw0rd",
                        UserAttributes=[{"Name": key, "Value": value} for key, value in given.items()])
        count = "select count(*) from users where handle in ('typed', 'boto3')"
        self.assertEqual(query(where["connection_url"], count), "0")
        code = code_for(aws, "typed@example.com")
        done = aws.shell(f"aws cognito-idp confirm-sign-up --client-id {told['client_id']} --username typed --confirmation-code {code}")
        self.assertEqual(done.returncode, 0, done.stderr)
        cognito.confirm_sign_up(ClientId=told["client_id"], Username="boto3", ConfirmationCode=code_for(aws, given["email"]))
        self.assertEqual(query(where["connection_url"], "select display_name, email from users where handle in ('typed', 'boto3') "
                                                        "order by handle"),
                         "بوتو O'Three|boto3@example.com\nTyped In|typed@example.com")
        token = SrpClient(told["id"], told["client_id"], "Sturdy-Passw0rd").sign_in(cognito, "boto3")["AuthenticationResult"]
        post = urllib.request.Request(where["api_and_page"] + "/api/activities", b'{"message":"Posted","ttl":"1-hour"}',
                                      {"Authorization": "Bearer " + token["AccessToken"], "Content-Type": "application/json"})
        with urllib.request.urlopen(post, timeout=20) as answer:
            self.assertEqual(json.load(answer)["handle"], "boto3")
        tailed = aws.shell("aws logs tail /aws/lambda/cruddur-post-confirmation")
        self.assertEqual(tailed.stdout.count("the user was added"), 2, tailed.stderr)

    def test_the_function_and_its_trigger_are_made_once_and_again_where_they_were_deleted(self):
        def functions(where):
            aws = LocalAws()
            self.addCleanup(aws.top.cleanup)
            aws.url = where["aws_endpoint"]
            return aws.client("lambda"), aws.client("cognito-idp")

        up = self.start(*FREE)
        where = up.addresses()
        told = json.loads(request(where["api_and_page"] + "/api/configuration")[2])["user_pool"]
        api, cognito = functions(where)
        first = api.get_function_configuration(FunctionName="cruddur-post-confirmation")
        self.assertEqual((first["Runtime"], first["Timeout"], len(first["VpcConfig"]["SecurityGroupIds"])), ("provided.al2023", 5, 1))
        pool = cognito.describe_user_pool(UserPoolId=told["id"])["UserPool"]
        self.assertEqual(pool["LambdaConfig"]["PostConfirmation"], first["FunctionArn"])
        self.assertEqual(pool["Policies"]["PasswordPolicy"]["MinimumLength"], 12)
        self.assertIn(pool["Arn"], api.get_policy(FunctionName="cruddur-post-confirmation")["Policy"])
        up.end()
        where = self.start(*FREE).addresses()
        api, _ = functions(where)
        again = api.get_function_configuration(FunctionName="cruddur-post-confirmation")
        self.assertEqual(again["CodeSha256"], first["CodeSha256"])
        port = where["connection_url"].rsplit(":", 1)[1]
        self.assertTrue(again["Environment"]["Variables"]["CONNECTION_URL"].rsplit(":", 1)[1].startswith(port.split("/")[0]))
        self.assertEqual(len(api.list_functions()["Functions"]), 1)
        api.delete_function(FunctionName="cruddur-post-confirmation")
        self.running[-1].end()
        api, _ = functions(self.start(*FREE).addresses())
        self.assertEqual(api.get_function_configuration(FunctionName="cruddur-post-confirmation")["CodeSha256"], first["CodeSha256"])
        self.assertIn(pool["Arn"], api.get_policy(FunctionName="cruddur-post-confirmation")["Policy"])
        api.delete_function(FunctionName="cruddur-post-confirmation")
        own = api.create_function(FunctionName="cruddur-post-confirmation", Runtime="python3.13", Handler="lambda_function.lambda_handler",
                                  Role=ROLE, Code={"ZipFile": zip_of({"lambda_function.py": ("", 0o100644)})})
        self.running[-1].end()
        api, _ = functions(self.start(*FREE).addresses())  # somebody's own is left alone
        left = api.get_function_configuration(FunctionName="cruddur-post-confirmation")
        self.assertEqual((left["CodeSha256"], left["Runtime"]), (own["CodeSha256"], "python3.13"))

    def test_the_api_is_not_superuser_and_may_not_change_the_schema(self):
        where = self.start(*FREE).addresses()
        request(where["api_and_page"] + "/api/activities/home")
        logins = query(where["connection_url"],
                       "select distinct s.usename, r.rolsuper, r.rolcreaterole, r.rolcreatedb from pg_stat_activity s "
                       "join pg_roles r on r.rolname = s.usename where s.application_name like 'cruddur serve%'")
        self.assertEqual(logins, "cruddur_web|f|f|f")
        self.assertEqual(query(where["connection_url"], "select has_schema_privilege('cruddur_web', 'public', 'create')"), "f")

    def test_no_password_is_readable_by_others_or_in_a_log(self):
        up = self.start(*FREE)
        where = up.addresses()
        files = [self.folder / "api_password", self.folder / "signup_password", self.folder / "postgres" / "password"]
        secrets = [file.read_text().strip() for file in files]
        for file in files:
            self.assertEqual(file.stat().st_mode & 0o077, 0, file)
        self.assertEqual(up.end(), 0)
        said = up.said() + "".join(log.read_text() for log in (self.folder / "postgres" / "log").iterdir())
        for secret in secrets:
            self.assertEqual(len(secret), 48)
            self.assertNotIn(secret, said)
        self.assertIn(secrets[-1], where["connection_url"])

    def test_each_address_is_on_a_line_of_its_own(self):
        process = subprocess.Popen([PROGRAM, "up", "--data-dir", str(self.folder), *FREE], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        try:
            lines = [process.stdout.readline() for _ in range(5)]
        finally:
            process.send_signal(signal.SIGINT)
            rest = process.communicate(timeout=START_SECONDS)[0]
        self.assertRegex(lines[0], r"^API and page  http://127\.0\.0\.1:\d+\n$")
        self.assertRegex(lines[1], r"^CONNECTION_URL  postgresql://\S+@127\.0\.0\.1:\d+/cruddur\n$")
        self.assertRegex(lines[2], r"^AWS endpoint  http://127\.0\.0\.1:\d+\n$")
        self.assertEqual(lines[3], lines[2].replace("endpoint", "console").replace("\n", "/console\n"))
        self.assertRegex(lines[4], r"^AWS CLI  eval \"\$\(cruddur cloud .*profile\)\" \(.*the real AWS\)\n$")
        self.assertEqual(rest, "")
        self.assertEqual(process.returncode, 0)

    def test_its_line_for_the_aws_cli_can_be_pasted_as_it_is(self):
        checkout = pathlib.Path(self.top.name) / "it's here"
        (checkout / "bin").mkdir(parents=True)
        for name in ("db", "CMakeLists.txt", "VERSION"):
            (checkout / name).symlink_to(SOURCE / name)
        script = checkout / "bin/cruddur"
        script.write_text(f'#!/bin/sh\nexec {PROGRAM} "$@"\n')
        script.chmod(0o755)
        plain = {**os.environ, "CRUDDUR_CHECKOUT": str(checkout), "CRUDDUR_DATA_DIR": str(self.folder), "PATH": "/usr/bin:/bin"}
        for known, named in ((plain, True), ({**plain, "PATH": f"{checkout}/bin:/usr/bin:/bin"}, False)):
            with self.subTest(path=known["PATH"]):
                process = subprocess.Popen([PROGRAM, "up", *FREE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=known)
                try:
                    *_, endpoint, _, line = (process.stdout.readline() for _ in range(5))
                    pasted = re.fullmatch(r"AWS CLI  (eval .*\)\") \(without .*\n", line)[1]
                    shell = subprocess.run(["bash", "-ec", f'{pasted}; echo "$AWS_ENDPOINT_URL"'], env=known, capture_output=True,
                                           text=True, timeout=60)
                finally:
                    process.send_signal(signal.SIGINT)
                    process.communicate(timeout=START_SECONDS)
                self.assertEqual((shell.stdout, shell.stderr), (endpoint.split()[-1] + "\n", ""))
                self.assertEqual(str(checkout).split("'", maxsplit=1)[0] in line, named, line)

    def test_sigterm_and_ctrl_c_leave_nothing_running(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            up = self.start(*FREE)
            up.addresses()
            self.assertTrue(processes_of(self.folder))
            self.assertEqual(up.end(number), 0, up.said())
            self.assertEqual(processes_of(self.folder), [])

    def test_what_was_written_is_there_after_a_restart_and_nothing_is_seeded_twice(self):
        up = self.start(*FREE)
        where = up.addresses()
        query(where["connection_url"], "delete from activities where message = 'Prune juice.'")
        query(where["connection_url"], "update users set bio = 'changed' where handle = 'worf'")
        up.end()
        where = self.start(*FREE).addresses()
        self.assertEqual(query(where["connection_url"], "select bio from users where handle = 'worf'"), "changed")
        self.assertEqual(query(where["connection_url"], "select count(*) from activities where message = 'Prune juice.'"), "0")

    def test_a_second_one_on_the_same_folder_is_told_who_runs(self):
        first = self.start(*FREE)
        where = first.addresses()
        second = self.start(*FREE)
        self.assertEqual(second.process.wait(START_SECONDS), 1)
        self.assertIn(f"pid {first.process.pid}", second.said())
        self.assertEqual(request(where["api_and_page"] + "/livez")[0], 200)

    def test_after_kill_9_the_next_one_adopts_the_server(self):
        first = self.start(*FREE)
        before = first.addresses()
        postmaster = (self.folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0]
        first.end(signal.SIGKILL)
        second = self.start(*FREE)
        after = second.addresses()
        self.assertEqual(after["connection_url"], before["connection_url"])
        self.assertEqual((self.folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0], postmaster)
        self.assertEqual(request(after["api_and_page"] + "/api/activities/home")[0], 200)
        self.assertEqual(second.end(), 0)
        self.assertEqual(processes_of(self.folder), [])

    def test_a_server_that_was_killed_is_started_again(self):
        up = self.start(*FREE)
        where = up.addresses()
        pid_file = self.folder / "postgres" / "data" / "postmaster.pid"
        killed = int(pid_file.read_text().split()[0])
        os.kill(killed, signal.SIGKILL)
        self.assertTrue(comes_true(lambda: query(where["connection_url"], "select 'back'") == "back"), up.said())
        self.assertNotEqual(int(pid_file.read_text().split()[0]), killed)

    def test_a_port_asked_for_that_is_taken_is_an_error_that_names_its_holder(self):
        with socket.create_server(("127.0.0.1", 0)) as held:
            port = held.getsockname()[1]
            for flag in ("--port", "--database-port", "--cloud-port"):
                flags = [value for name in ("--port", "--database-port", "--cloud-port")
                         for value in (name, str(port) if name == flag else "0")]
                up = self.start(*flags)
                self.assertEqual(up.process.wait(START_SECONDS), 1)
                self.assertIn(f"Port {port} is taken by", up.said())
                self.assertIn(f"(pid {os.getpid()})", up.said())
                self.assertEqual(up.process.stdout.read(), "")
                self.assertEqual(processes_of(self.folder), [])

    def test_a_default_port_that_is_taken_gives_way_and_that_is_said(self):
        holder = socket.socket()
        with holder:
            try:
                holder.bind(("127.0.0.1", 4567))
                holder.listen()
            except OSError:
                pass  # somebody else holds it, which is as good
            up = self.start("--database-port", "0", "--cloud-port", "0")
            where = up.addresses()
            self.assertNotEqual(where["api_and_page"], "http://127.0.0.1:4567")
            self.assertIn("Port 4567 is taken", up.said())
            self.assertEqual(request(where["api_and_page"] + "/livez")[0], 200)

    def test_a_mistyped_flag_does_nothing(self):
        up = self.start("--prot", "1")
        self.assertEqual(up.process.wait(START_SECONDS), 2)
        self.assertFalse(self.folder.exists())


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")  # boto3 leaves its sockets to the collector
