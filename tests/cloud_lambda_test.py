#!/usr/bin/python3
"""Lambda and CloudWatch Logs in local AWS, by its real clients, with real programs as functions."""

import base64
import concurrent.futures
import contextlib
import http.client
import io
import json
import os
import pathlib
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse
import zipfile

import botocore.exceptions

from support.functions import BOOTSTRAP, ROLE, script, zip_of
from support.local_aws import PROGRAM, LocalAws, code_of


NEVER_READY = """#!/usr/bin/python3 -u
import http.client, json, os
print("starting")
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
api.request("POST", "/2018-06-01/runtime/init/error", json.dumps({"errorType": "NoDatabase", "errorMessage": "it has none"}))
api.getresponse().read()
"""


def descendants_of(pid):
    """Their folders of /proc."""
    children = [child for task in pathlib.Path(f"/proc/{pid}/task").iterdir()
                for child in (task / "children").read_text().split()]
    return [one for child in children for one in (pathlib.Path(f"/proc/{child}"), *descendants_of(child))]


def own_temporary(enter):
    """A folder for temporary files, until the test ends, which no other test's local AWS uses."""
    made = pathlib.Path(enter(tempfile.TemporaryDirectory(prefix="cruddur-temporary-")))
    os.chmod(made, 0o711)  # a function's user passes through
    return made


def within(temporary):
    """What runs local AWS with that folder."""
    return "/usr/bin/env", f"TMPDIR={temporary}"


class LambdaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.count = 0

    def setUp(self):
        self.functions = self.aws.client("lambda")
        self.logs = self.aws.client("logs")

    def create(self, code=None, **more):
        type(self).count += 1
        name = f"function-{type(self).__name__}-{self.count}"
        self.functions.create_function(**{
            "FunctionName": name, "Runtime": "provided.al2023", "Role": ROLE, "Handler": "h",
            "Code": {"ZipFile": code or script()}, "Timeout": 30, **more})
        return name

    def invoke(self, name, event=None, **more):
        answer = self.functions.invoke(FunctionName=name, Payload=json.dumps(event or {}), **more)
        return answer, json.loads(answer["Payload"].read() or "null")

    def refused(self, call, code, status=400, **arguments):
        self.assertEqual(code_of(call, **arguments), (code, status))

    def lines(self, name):
        found = self.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        return [event["message"] for event in found]


class Invoking(LambdaTest):
    def test_a_process_serves_one_event_after_another_in_its_own_folder(self):
        name = self.create(Environment={"Variables": {"COLOUR": "grün"}}, Handler="main.it", MemorySize=256)
        answer, first = self.invoke(name, {"text": "שלום 🙂"})
        self.assertEqual((answer["StatusCode"], answer.get("FunctionError"), answer["ExecutedVersion"]),
                         (200, None, "$LATEST"))
        self.assertEqual(first["event"], {"text": "שלום 🙂"})
        _, second = self.invoke(name)
        self.assertEqual((first["began"], first["calls"], second["calls"]), (second["began"], 1, 2))
        environment = first["environment"]
        self.assertEqual((environment["COLOUR"], environment["_HANDLER"], environment["AWS_LAMBDA_FUNCTION_NAME"],
                          environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], environment["AWS_REGION"]),
                         ("grün", "main.it", name, "256", "us-east-1"))
        self.assertEqual(first["folder"], environment["LAMBDA_TASK_ROOT"])
        self.assertEqual(first["arn"], f"arn:aws:lambda:us-east-1:000000000000:function:{name}")
        self.assertGreater(first["left"], 0)
        self.assertLessEqual(first["left"], 30_000)
        self.assertNotEqual(first["user"], 0)

    def test_its_errors_and_its_crashes_are_told(self):
        name = self.create()
        answer, error = self.invoke(name, {"fail": "no"})
        self.assertEqual((answer["FunctionError"], error), ("Unhandled", {"errorType": "Asked", "errorMessage": "no"}))
        answer, error = self.invoke(name, {"exit": 3})
        self.assertEqual((answer["FunctionError"], error["errorType"]), ("Unhandled", "Runtime.ExitError"))
        self.assertIn("exit status 3", error["errorMessage"])
        _, after = self.invoke(name)
        self.assertEqual(after["calls"], 1)

    def test_time_is_up_at_the_timeout(self):
        name = self.create(Timeout=1)
        self.invoke(name)
        begun = time.monotonic()
        answer, error = self.invoke(name, {"sleep": 60})
        self.assertLess(time.monotonic() - begun, 30)
        self.assertEqual(answer["FunctionError"], "Unhandled")
        self.assertIn("Task timed out after 1.00 seconds", error["errorMessage"])
        self.assertTrue(any("Task timed out after 1.00 seconds" in line for line in self.lines(name)))
        self.assertEqual(self.invoke(name)[1]["calls"], 1)

    def test_memory_is_limited(self):
        name = self.create(MemorySize=128)
        answer, _ = self.invoke(name, {"allocate": 1_000_000_000})
        self.assertEqual(answer["FunctionError"], "Unhandled")

    def test_what_cannot_initialise_says_why_and_is_started_anew(self):
        name = self.create(script(NEVER_READY))
        for _ in range(2):
            answer, error = self.invoke(name)
            self.assertEqual(answer["FunctionError"], "Unhandled")
            self.assertEqual(error, {"errorType": "NoDatabase", "errorMessage": "it has none"})
        self.assertEqual(self.lines(name).count("starting\n"), 2)

    def test_a_bootstrap_that_cannot_be_executed_is_told_with_the_reason_and_what_to_do(self):
        missing = "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
        for files, said, advice in (
                ({"bootstrap": ("#!/bin/sh\n", 0o100644)}, "permission denied", "chmod 755 bootstrap"),
                ({"bootstrap": ("#!/bin/sh\r\n", 0o100755)}, "no such file or directory", "carriage return"),
                ({"bootstrap": ("#!/no/such/shell\n", 0o100755)}, "no such file or directory", "is not here: /no/such/shell"),
                ({"bootstrap": ("echo\n", 0o100755)}, "exec format error", "neither a program nor a script"),
                ({"dist/bootstrap": ("#!/bin/sh\n", 0o100755)}, missing, "in the folder dist: it belongs at the zip's top"),
                ({"index.js": ("1", 0o100644)}, missing, "no file named bootstrap")):
            with self.subTest(advice):
                name = self.create(zip_of(files))
                answer, error = self.invoke(name)
                self.assertEqual((answer["FunctionError"], error["errorType"]), ("Unhandled", "Runtime.InvalidEntrypoint"))
                self.assertIn(said, error["errorMessage"])
                self.assertIn(advice, "".join(self.lines(name)))

    def test_events_at_once_get_a_process_each_up_to_the_reserved_concurrency(self):
        name = self.create()
        with concurrent.futures.ThreadPoolExecutor(5) as pool:
            processes = {answer["began"] for _, answer in pool.map(lambda _: self.invoke(name, {"sleep": 3}), range(5))}
        self.assertEqual(len(processes), 5)
        self.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=2)
        self.assertEqual(self.functions.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"], 2)

        def status(_):
            try:
                return self.invoke(name, {"sleep": 10})[0]["StatusCode"]
            except botocore.exceptions.ClientError as error:
                return error.response["Error"]["Code"]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            answers = sorted(map(str, pool.map(status, range(4))))
        self.assertEqual(answers, ["200"] * 2 + ["TooManyRequestsException"] * 2)
        self.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        self.refused(self.functions.invoke, "TooManyRequestsException", 429, FunctionName=name)
        self.functions.delete_function_concurrency(FunctionName=name)
        self.assertEqual(self.invoke(name)[0]["StatusCode"], 200)

    def test_an_event_is_taken_and_runs_alone_and_a_dry_run_does_nothing(self):
        name = self.create()
        answer, _ = self.invoke(name, {"print": "alone"}, InvocationType="Event")
        self.assertEqual(answer["StatusCode"], 202)
        until = time.monotonic() + 60
        lines = []
        while "alone\n" not in lines and time.monotonic() < until:
            try:
                lines = self.lines(name)
            except botocore.exceptions.ClientError:
                time.sleep(0.1)
        self.assertIn("alone\n", lines)
        answer, _ = self.invoke(name, {"print": "dry"}, InvocationType="DryRun")
        self.assertEqual(answer["StatusCode"], 204)
        self.assertNotIn("dry\n", self.lines(name))

    def test_processes_end_with_the_endpoint(self):
        with LocalAws() as aws:
            functions = aws.client("lambda")
            functions.create_function(FunctionName="f", Runtime="provided.al2023", Role=ROLE, Handler="h",
                                      Code={"ZipFile": script()}, Timeout=30)
            functions.invoke(FunctionName="f")
            processes = descendants_of(aws.process.pid)
            self.assertNotEqual(processes, [])
            aws.stop(9)
            until = time.monotonic() + 30
            while any(one.exists() for one in processes) and time.monotonic() < until:
                time.sleep(0.05)
            self.assertEqual([one for one in processes if one.exists()], [])
            aws.start()
            functions = aws.client("lambda")
            self.assertEqual(json.loads(functions.invoke(FunctionName="f")["Payload"].read())["calls"], 1)

    def test_the_code_of_one_that_was_killed_goes_when_the_next_one_starts(self):
        def folder_of(aws):
            functions = aws.client("lambda")
            functions.create_function(FunctionName="f", Runtime="provided.al2023", Role=ROLE, Handler="h",
                                      Code={"ZipFile": script()}, Timeout=30)
            functions.invoke(FunctionName="f")
            held = {one.resolve() for one in pathlib.Path(f"/proc/{aws.process.pid}/fd").iterdir()}
            folder, = (one for one in held if one.name.startswith("cruddur-lambda-"))
            return folder

        def exists(folder):
            return folder.is_dir() and any(folder.iterdir())

        # A folder of their own: any other test's would clear away what they leave.
        there = within(own_temporary(self.enterContext))
        with LocalAws(through=there) as killed, LocalAws(through=there) as living:
            left, used = folder_of(killed), folder_of(living)
            killed.stop(9)
            self.assertTrue(exists(left))
            others = left.with_name("cruddur-lambda-" + killed.folder.parent.name)
            others.mkdir()
            if os.getuid() == 0:
                os.chown(others, 65534, 65534)
            with LocalAws(through=there):
                self.assertFalse(left.exists())
                self.assertTrue(exists(used))
                self.assertEqual(others.exists(), os.getuid() == 0)
            self.assertEqual(json.loads(living.client("lambda").invoke(FunctionName="f")["Payload"].read())["calls"], 2)
        self.assertFalse(used.exists())


class Uploading(LambdaTest):
    @classmethod
    def setUpClass(cls):
        cls.temporary = own_temporary(cls.enterClassContext)
        cls.aws = cls.enterClassContext(LocalAws(through=within(cls.temporary)))
        cls.count = 0

    def test_a_zips_path_takes_large_bodies_and_no_other_path_does(self):
        where = urllib.parse.urlsplit(self.aws.url)

        def status(method, path, size):
            with socket.create_connection((where.hostname, where.port), timeout=60) as connection:
                connection.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                                   f"Content-Length: {size}\r\n\r\n".encode())
                return int(connection.makefile("rb").readline().split()[1])

        mebibyte = 1024 * 1024
        for method, path in (("POST", "/2015-03-31/functions"), ("PUT", "/2015-03-31/functions/f/code")):
            self.assertEqual(status(method, path, 70 * mebibyte), 100)
            self.assertEqual(status(method, path, 70 * mebibyte + 1), 413)
        self.assertEqual(status("POST", "/2015-03-31/functions/f/invocations", 8 * mebibyte), 100)
        self.assertEqual(status("POST", "/", 8 * mebibyte), 100)  # what JSON can make of a mebibyte of log events
        self.assertEqual(status("POST", "/", 8 * mebibyte + 1), 413)
        for method, path in (("POST", "/2015-03-31/functions/f/policy"), ("PUT", "/elsewhere"),
                             ("PUT", "/2015-03-31/functions/f/configuration"), ("GET", "/2015-03-31/functions")):
            self.assertEqual(status(method, path, mebibyte + 1), 413, path)

    def test_a_zip_may_have_fifty_mebibytes_and_no_more(self):
        def zipped(size):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
                entry = zipfile.ZipInfo("bootstrap")
                entry.create_system, entry.external_attr = 3, 0o100755 << 16
                package.writestr(entry, BOOTSTRAP)
                package.writestr("data", bytes(size))
            return out.getvalue()
        largest = 50 * 1024 * 1024 - len(zipped(0))
        name = self.create(zipped(largest))
        self.assertEqual(self.functions.get_function(FunctionName=name)["Configuration"]["CodeSize"], 50 * 1024 * 1024)
        self.assertEqual(self.invoke(name)[1]["calls"], 1)
        self.refused(self.functions.update_function_code, "InvalidParameterValueException", FunctionName=name,
                     ZipFile=zipped(largest + 1))

    def answered_while(self, work):
        """How many calls, one after another, are answered from when the work says that it has begun until it is done."""
        sts, rds = self.aws.client("sts"), self.aws.client("rds")
        begun, done = threading.Event(), threading.Event()

        def run():
            try:
                return work(begun.set)
            finally:
                begun.set()
                done.set()
        with concurrent.futures.ThreadPoolExecutor(1) as alone:
            result = alone.submit(run)
            begun.wait()
            answers = 0
            while True:
                sts.get_caller_identity() if answers % 2 else rds.describe_db_instances()
                if done.is_set():
                    return answers, result.result()
                answers += 1

    def test_others_are_answered_while_a_large_request_is_parsed(self):
        # Escapes take long to parse, and what comes out is refused at once, so that there is nothing else to be done.
        body = b'{"DryRun": 1, "ZipFile": "' + b"\\u003f" * (11 * 1024 * 1024) + b'"}'
        where = urllib.parse.urlsplit(self.aws.url)
        sts = self.aws.client("sts")
        with socket.create_connection((where.hostname, where.port), timeout=120) as connection:
            connection.sendall(f"PUT /2015-03-31/functions/{self.create()}/code HTTP/1.1\r\nHost: {where.netloc}\r\n"
                               f"Connection: close\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
                               "\r\n\r\n".encode() + body[:-1])
            for _ in range(120):  # turns of the loop, in which it reads what the system still holds of it
                sts.get_caller_identity()

            def finish(begun):
                connection.sendall(body[-1:])
                begun()
                answer = http.client.HTTPResponse(connection)
                answer.begin()
                return answer.status
            answers, status = self.answered_while(finish)
        self.assertEqual(status, 400)
        self.assertGreater(answers, 5)

    def test_large_code_that_is_updated_leaves_one_copy_and_others_are_answered_meanwhile(self):
        size = 240 * 1000 * 1000  # AWS takes 250 MiB, unpacked
        content = bytes(size)

        def large(version):
            return zip_of({"bootstrap": (BOOTSTRAP, 0o100755), "data": (content, 0o100644), "version": (version, 0o100644)})

        def occupied():
            """Bytes of the data folder, and of its part of /tmp, but for what is kept of each of the calls below."""
            total = 0
            kept = self.aws.folder / "calls"
            for one in (*(each for each in self.aws.folder.rglob("*") if kept not in each.parents), *self.temporary.rglob("*")):
                with contextlib.suppress(FileNotFoundError):  # it is removed meanwhile
                    total += one.lstat().st_size
            return total
        before = occupied()
        name = self.create(large("0"))
        self.invoke(name)
        for version in ("1", "2", "3"):
            code = large(version)
            answers, _ = self.answered_while(lambda begun: (begun(), self.functions.update_function_code(
                FunctionName=name, ZipFile=code)))  # pylint: disable=cell-var-from-loop
            self.assertGreater(answers, 5)
            self.assertEqual(self.invoke(name)[1]["calls"], 1)

        def await_copies(count):
            deadline = time.monotonic() + 60
            while round((occupied() - before) / size, 1) > count and time.monotonic() < deadline:
                time.sleep(0.05)  # they are removed by others than the loop
            self.assertEqual(round((occupied() - before) / size, 1), count)
        await_copies(1)
        self.functions.delete_function(FunctionName=name)
        await_copies(0)

    def test_links_that_stay_inside_are_unpacked_and_others_refused(self):
        link = 0o120777
        inside = {"parts/text": ("text.1", link), "parts/text.1": ("text.1.2", link),
                  "parts/text.1.2": ("it is read", 0o100644), "node_modules/.bin/run": ("../../parts/text", link),
                  "all": ("parts/../parts", link)}
        reads = BOOTSTRAP.replace('print("cold start")', 'print(open("node_modules/.bin/run").read(), open("all/text").read())')
        name = self.create(zip_of({**inside, "bootstrap": (reads, 0o100755)}))
        answer, _ = self.invoke(name, LogType="Tail")
        self.assertIn("it is read it is read", base64.b64decode(answer["LogResult"]).decode())
        for wrong in ({"link": ("/etc/passwd", link)}, {"link": ("../out", link)}, {"a/link": ("../../out", link)},
                      {"link": ("", link)}, {"link": ("link", link)}, {"link": ("x" * 5_000, link)},
                      # A way up that only the way through another link makes one that leads out.
                      {"p/q/r/up": ("../../..", link), "link": ("p/q/r/up/../..", link)},
                      # Nothing is written by way of a link.
                      {"up": ("parts", link), "up/file": ("x", 0o100644)}, {"up": ("parts", link), "up/link": ("x", link)}):
            with self.subTest(wrong):
                self.refused(self.functions.update_function_code, "InvalidParameterValueException", FunctionName=name,
                             ZipFile=zip_of({**inside, **wrong, "bootstrap": (reads, 0o100755)}))

    def test_its_user_reads_what_a_strict_mask_and_closed_parents_would_hide(self):
        with LocalAws(umask=0o077) as aws:
            os.chmod(aws.top.name, 0o700)
            functions = aws.client("lambda")
            code = zip_of({"bootstrap": (BOOTSTRAP.replace("cold start", "{open('a/b/text').read()}").replace(
                'print("', 'print(f"'), 0o100755), "a/b/text": ("read", 0o100644)})
            functions.create_function(FunctionName="f", Runtime="provided.al2023", Role=ROLE, Handler="h",
                                      Code={"ZipFile": code}, Timeout=30)
            answer = functions.invoke(FunctionName="f", LogType="Tail")
            self.assertNotIn("FunctionError", answer)
            self.assertIn("read\n", base64.b64decode(answer["LogResult"]).decode())


class Managing(LambdaTest):
    def test_new_code_and_configuration_get_new_processes(self):
        name = self.create()
        _, before = self.invoke(name)
        self.functions.update_function_configuration(FunctionName=name, Environment={"Variables": {"A": "1"}}, Timeout=7)
        _, after = self.invoke(name)
        self.assertEqual(after["environment"]["A"], "1")
        self.assertNotEqual(before["began"], after["began"])
        self.functions.update_function_code(FunctionName=name, ZipFile=script(BOOTSTRAP.replace("cold start", "new code")))
        self.invoke(name)
        self.assertIn("new code\n", self.lines(name))
        found = self.functions.get_function(FunctionName=name)["Configuration"]
        self.assertEqual((found["Timeout"], found["State"], found["Environment"]["Variables"]), (7, "Active", {"A": "1"}))
        self.functions.get_waiter("function_active_v2").wait(FunctionName=name)
        self.functions.delete_function(FunctionName=name)
        self.refused(self.functions.get_function, "ResourceNotFoundException", 404, FunctionName=name)

    def test_what_is_no_function_is_refused(self):
        def create(code=None, **more):
            return {"FunctionName": "wrong", "Runtime": "provided.al2023", "Role": ROLE, "Handler": "h",
                    "Code": {"ZipFile": code or script()}, **more}
        wrong = "InvalidParameterValueException"
        self.refused(self.functions.create_function, wrong, **create(b"no zip"))
        self.refused(self.functions.create_function, wrong, **create(zip_of({"../out": ("x", 0o100644)})))
        self.refused(self.functions.create_function, wrong, **create(zip_of({"/etc/out": ("x", 0o100644)})))
        self.refused(self.functions.create_function, wrong, **create(zip_of({"link": ("/etc/passwd", 0o120777)})))
        self.refused(self.functions.create_function, wrong, **create(Runtime="ruby3.3"))
        self.refused(self.functions.create_function, "ValidationException", **create(Timeout=901))
        self.refused(self.functions.create_function, "ValidationException", **create(MemorySize=64 + 64 + 20_000))
        for variable in ("AWS_REGION", "_HANDLER", "_X_AMZN_TRACE_ID", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"):
            self.refused(self.functions.create_function, wrong, **create(Environment={"Variables": {variable: "x"}}))
        self.refused(self.functions.create_function, wrong,
                     **create(VpcConfig={"SubnetIds": ["subnet-0"], "SecurityGroupIds": ["sg-0"]}))
        name = self.create()
        self.refused(self.functions.create_function, "ResourceConflictException", 409, **create(FunctionName=name))
        self.refused(self.functions.invoke, "ResourceNotFoundException", 404, FunctionName="nowhere")
        self.refused(self.functions.invoke, "InvalidRequestContentException", FunctionName=name, Payload=b"{")

    def test_tags_are_given_listed_and_taken(self):
        name = self.create(Tags={"owner": "ann"})
        arn = self.functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
        self.functions.tag_resource(Resource=arn, Tags={"stage & more": "local"})
        self.assertEqual(self.functions.list_tags(Resource=arn)["Tags"], {"owner": "ann", "stage & more": "local"})
        self.functions.untag_resource(Resource=arn, TagKeys=["owner", "stage & more"])
        self.assertEqual(self.functions.list_tags(Resource=arn)["Tags"], {})

    def test_permissions_make_a_policy(self):
        name = self.create()
        self.functions.add_permission(FunctionName=name, StatementId="pool", Action="lambda:InvokeFunction",
                                      Principal="cognito-idp.amazonaws.com", SourceArn="arn:aws:cognito-idp:us-east-1::x")
        policy = json.loads(self.functions.get_policy(FunctionName=name)["Policy"])
        self.assertEqual(policy["Statement"][0]["Principal"], {"Service": "cognito-idp.amazonaws.com"})
        self.functions.remove_permission(FunctionName=name, StatementId="pool")
        self.refused(self.functions.get_policy, "ResourceNotFoundException", 404, FunctionName=name)

    def test_a_user_pool_runs_a_function_that_lets_it(self):
        name = self.create(script(BOOTSTRAP.replace('"event": event', '"response": {}, "event": event')))
        arn = self.functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
        cognito = self.aws.client("cognito-idp")
        pool = cognito.create_user_pool(PoolName="p", LambdaConfig={"PreSignUp": arn})["UserPool"]
        client = cognito.create_user_pool_client(UserPoolId=pool["Id"], ClientName="c")["UserPoolClient"]["ClientId"]
        users = iter(range(100))

        def refusal():
            try:
                cognito.sign_up(ClientId=client, Username=f"user-{next(users)}", Password="Sturdy-Passw0rd")
            except botocore.exceptions.ClientError as refused:
                return refused.response["Error"]["Code"], refused.response["Error"]["Message"]
            return None

        def refusal_with(**permission):
            self.functions.add_permission(**{
                "FunctionName": name, "StatementId": "s", "Action": "lambda:InvokeFunction",
                "Principal": "cognito-idp.amazonaws.com", **permission})
            found = refusal()
            self.functions.remove_permission(FunctionName=name, StatementId="s")
            return found

        denied = ("UnexpectedLambdaException", "PreSignUp invocation failed due to error AccessDeniedException.")
        self.assertEqual(refusal(), denied)
        for wrong in ({"SourceArn": pool["Arn"] + "x"}, {"SourceAccount": "123456789012"},
                      {"SourceArn": pool["Arn"], "SourceAccount": "123456789012"},
                      {"SourceArn": pool["Arn"].replace("userpool/us-east-1", "userpool/[u]s-east-1")},
                      {"EventSourceToken": "token"}, {"PrincipalOrgID": "o-a1b2c3d4e5"}, {"Principal": "000000000000"},
                      {"Principal": "s3.amazonaws.com"}, {"Action": "lambda:GetFunction"}):
            self.assertEqual(refusal_with(**wrong), denied, wrong)
        for right in ({}, {"SourceArn": pool["Arn"]}, {"SourceArn": pool["Arn"].split("/")[0] + "/*"},
                      {"SourceAccount": "000000000000"}, {"Action": "lambda:*"}):
            self.assertIsNone(refusal_with(**right), right)
        self.assertEqual(refusal(), denied)
        self.functions.delete_function(FunctionName=name)
        self.assertEqual(refusal(), (denied[0], denied[1].replace("AccessDenied", "ResourceNotFound")))


class Qualified(LambdaTest):
    def test_a_version_that_is_not_there_is_told_by_every_operation(self):
        name = self.create()
        for call, more in ((self.functions.get_function, {}), (self.functions.get_function_configuration, {}),
                           (self.functions.invoke, {}), (self.functions.get_policy, {}), (self.functions.delete_function, {}),
                           (self.functions.remove_permission, {"StatementId": "s"}),
                           (self.functions.add_permission, {
                               "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "*"})):
            for given in ({"FunctionName": name, "Qualifier": "7"}, {"FunctionName": name, "Qualifier": "live"},
                          {"FunctionName": f"{name}:7"}):
                self.refused(call, "ResourceNotFoundException", 404, **given, **more)
            self.refused(call, "ValidationException", FunctionName=name, Qualifier="no such", **more)
            self.refused(call, "InvalidParameterValueException", FunctionName=f"{name}:$LATEST", Qualifier="7", **more)
        self.refused(self.functions.update_function_configuration, "ResourceNotFoundException", 404, FunctionName=f"{name}:7")
        for call, more in ((self.functions.put_function_concurrency, {"ReservedConcurrentExecutions": 1}),
                           (self.functions.get_function_concurrency, {}), (self.functions.delete_function_concurrency, {})):
            self.refused(call, "InvalidParameterValueException", FunctionName=f"{name}:$LATEST", **more)
        self.assertEqual(self.invoke(name)[1]["calls"], 1)

    def test_latest_is_what_the_arn_then_ends_in(self):
        name = self.create()
        arn = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
        latest = f"{arn}:$LATEST"
        for given in ({"FunctionName": name, "Qualifier": "$LATEST"}, {"FunctionName": latest},
                      {"FunctionName": f"000000000000:function:{name}:$LATEST"}):
            self.assertEqual(self.functions.get_function(**given)["Configuration"]["FunctionArn"], latest)
            self.assertEqual(self.functions.get_function_configuration(**given)["FunctionArn"], latest)
            self.assertEqual(json.loads(self.functions.invoke(**given)["Payload"].read())["arn"], latest)
        self.assertEqual(self.invoke(name)[1]["arn"], arn)
        listed = self.functions.list_functions(FunctionVersion="ALL")["Functions"]
        self.assertIn(latest, [one["FunctionArn"] for one in listed])
        wrong, permission = "InvalidParameterValueException", {"StatementId": "s", "Action": "*", "Principal": "*"}
        self.refused(self.functions.delete_function, wrong, FunctionName=name, Qualifier="$LATEST")
        self.refused(self.functions.add_permission, wrong, FunctionName=name, Qualifier="$LATEST", **permission)
        self.functions.add_permission(FunctionName=name, **permission)
        self.refused(self.functions.get_policy, "ResourceNotFoundException", 404, FunctionName=name, Qualifier="$LATEST")
        self.refused(self.functions.get_function, "ResourceNotFoundException", 404,
                     FunctionName=arn.replace("us-east-1", "eu-west-1"))
        self.functions.delete_function(FunctionName=name)


class Permitting(LambdaTest):
    def statement(self, name, **more):
        more = {"Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com", **more}
        answer = self.functions.add_permission(FunctionName=name, StatementId="s", **more)
        made, = json.loads(self.functions.get_policy(FunctionName=name)["Policy"])["Statement"]
        self.assertEqual(json.loads(answer["Statement"]), made)
        self.functions.remove_permission(FunctionName=name, StatementId="s")
        return made

    def test_it_grants_exactly_what_was_asked_for(self):
        name = self.create()
        for principal, written in (("events.amazonaws.com", {"Service": "events.amazonaws.com"}),
                                   ("111122223333", {"AWS": "arn:aws:iam::111122223333:root"}),
                                   ("arn:aws:iam::111122223333:role/r", {"AWS": "arn:aws:iam::111122223333:role/r"}),
                                   ("*", "*")):
            self.assertEqual(self.statement(name, Principal=principal)["Principal"], written)
        source = "arn:aws:events:us-east-1:111122223333:rule/r"
        for asked, written in (
                ({"SourceArn": source}, {"ArnLike": {"AWS:SourceArn": source}}),
                ({"SourceArn": source, "SourceAccount": "111122223333"},
                 {"StringEquals": {"AWS:SourceAccount": "111122223333"}, "ArnLike": {"AWS:SourceArn": source}}),
                ({"PrincipalOrgID": "o-a1b2c3d4e5", "Principal": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
                ({"EventSourceToken": "t.1"}, {"StringEquals": {"lambda:EventSourceToken": "t.1"}}),
                ({"FunctionUrlAuthType": "NONE", "Action": "lambda:InvokeFunctionUrl", "Principal": "*"},
                 {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}})):
            self.assertEqual(self.statement(name, **asked)["Condition"], written)

    def test_what_cannot_be_granted_is_refused(self):
        name = self.create()
        wrong = {"FunctionName": name, "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "*"}
        for more in ({"Action": "foo"}, {"Action": "lambda:Invoke*"}, {"StatementId": "a b"}, {"Principal": "a b"},
                     {"SourceArn": "arn"}, {"SourceAccount": "1234"}, {"PrincipalOrgID": "o-A1B2C3D4E5"}, {"EventSourceToken": "a b"},
                     {"FunctionUrlAuthType": "SOME"}):
            self.refused(self.functions.add_permission, "ValidationException", **{**wrong, **more})
        for more in ({"Principal": "nobody"}, {"Principal": "arn:aws:iam::1:root"}, {"FunctionUrlAuthType": "NONE"}):
            self.refused(self.functions.add_permission, "InvalidParameterValueException", **{**wrong, **more})
        self.refused(self.functions.get_policy, "ResourceNotFoundException", 404, FunctionName=name)


class Describing(LambdaTest):
    def test_a_change_is_of_the_revision_that_it_names(self):
        name = self.create()
        revisions = [self.functions.get_function_configuration(FunctionName=name)["RevisionId"]]

        def change(call, **more):
            for stale in ("00000000-0000-0000-0000-000000000000", *revisions[:-1]):
                self.refused(call, "PreconditionFailedException", 412, FunctionName=name, RevisionId=stale, **more)
            call(FunctionName=name, RevisionId=revisions[-1], **more)
            revisions.append(self.functions.get_function_configuration(FunctionName=name)["RevisionId"])
        change(self.functions.update_function_code, ZipFile=script())
        change(self.functions.update_function_configuration, Timeout=4)
        change(self.functions.add_permission, StatementId="s", Action="lambda:InvokeFunction", Principal="*")
        self.assertEqual(self.functions.get_policy(FunctionName=name)["RevisionId"], revisions[-1])
        change(self.functions.remove_permission, StatementId="s")
        self.assertEqual(len(set(revisions)), 5)

    def test_a_role_is_one_of_this_account(self):
        name = self.create()
        for role in ("role", "arn:aws:iam::1:role/r", "arn:aws:iam::000000000000:user/u", "arn:aws:iam::000000000000:role"):
            with self.assertRaises(botocore.exceptions.ClientError) as refused:
                self.functions.update_function_configuration(FunctionName=name, Role=role)
            error = refused.exception.response["Error"]
            self.assertEqual(error["Code"], "ValidationException")
            self.assertTrue(error["Message"].startswith(
                f"1 validation error detected: Value '{role}' at 'role' failed to satisfy constraint: "
                "Member must satisfy regular expression pattern: arn:"), error)
        self.refused(self.functions.update_function_configuration, "AccessDeniedException", 403, FunctionName=name,
                     Role="arn:aws:iam::111122223333:role/r")

    def test_its_code_is_at_the_location(self):
        code = script(BOOTSTRAP + "# no other function's\n")
        name = self.create(code)
        where = self.functions.get_function(FunctionName=name)["Code"]["Location"]

        def read(url):
            connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)
            connection.request("GET", url[url.index("/_local"):])
            with contextlib.closing(connection):
                answer = connection.getresponse()
                return answer.status, answer.read()
        self.assertEqual(read(where), (200, code))
        begin, token = where.rsplit("=", 1)
        for wrong in (begin, f"{begin}=", f"{begin}={'0' * len(token)}", where.split("?")[0],
                      where.replace("expires=", "expires=9")):
            self.assertEqual(read(wrong)[0], 404, wrong)
        self.functions.delete_function(FunctionName=name)
        self.assertEqual(read(where)[0], 404)

    def test_tracing_and_the_clients_context_reach_it(self):
        name = self.create(TracingConfig={"Mode": "Active"}, EphemeralStorage={"Size": 600})
        context = base64.b64encode(b'{"client":\n{"installation_id": "i"}}').decode()
        _, seen = self.invoke(name, ClientContext=context)
        self.assertTrue(seen["trace"].endswith("Sampled=1"), seen["trace"])
        self.assertEqual(json.loads(seen["context"]), {"client": {"installation_id": "i"}})
        for wrong in ("no base64", base64.b64encode(b"[]").decode()):
            self.refused(self.functions.invoke, "InvalidRequestContentException", FunctionName=name, ClientContext=wrong)
        self.functions.update_function_configuration(FunctionName=name, TracingConfig={"Mode": "PassThrough"})
        found = self.functions.get_function_configuration(FunctionName=name)
        self.assertEqual((found["TracingConfig"], found["EphemeralStorage"]), ({"Mode": "PassThrough"}, {"Size": 600}))
        self.assertTrue(self.invoke(name)[1]["trace"].endswith("Sampled=0"))


class Logging(LambdaTest):
    def test_an_invocation_leaves_its_lines_between_start_and_report(self):
        name = self.create()
        answer, _ = self.invoke(name, {"print": "hello"}, LogType="Tail")
        tail = base64.b64decode(answer["LogResult"]).decode()
        lines = self.lines(name)
        self.assertEqual([line.split(" ")[0].strip() for line in lines], ["START", "cold", "hello", "END", "REPORT"])
        self.assertEqual(tail, "".join(lines))
        stream = self.logs.describe_log_streams(logGroupName=f"/aws/lambda/{name}")["logStreams"][0]
        events = self.logs.get_log_events(logGroupName=f"/aws/lambda/{name}", logStreamName=stream["logStreamName"],
                                          startFromHead=True)
        self.assertEqual([event["message"] for event in events["events"]], lines)
        again = self.logs.get_log_events(logGroupName=f"/aws/lambda/{name}", logStreamName=stream["logStreamName"],
                                         startFromHead=True, nextToken=events["nextForwardToken"])
        self.assertEqual((again["events"], again["nextForwardToken"]), ([], events["nextForwardToken"]))
        found = self.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern="hello")["events"]
        self.assertEqual([event["message"] for event in found], ["hello\n"])

    def test_lines_that_cannot_be_written_down_yet_are_owed(self):
        name = self.create()
        self.invoke(name)
        with contextlib.closing(sqlite3.connect(self.aws.folder / "state.db", isolation_level=None)) as other:
            other.execute("begin immediate")
            self.assertEqual(self.invoke(name, {"print": "owed"})[1]["calls"], 2)
            other.execute("rollback")
        until = time.monotonic() + 60
        while "owed\n" not in (lines := self.lines(name)) and time.monotonic() < until:
            time.sleep(0.1)
        self.assertIn("owed\n", lines)

    def test_the_command_line_creates_invokes_and_tails(self):
        code = pathlib.Path(self.aws.top.name) / "code.zip"
        code.write_bytes(script())
        done = self.aws.shell(f"""set -e
            aws lambda create-function --function-name typed --runtime provided.al2023 --role {ROLE} --handler h \
                --zip-file fileb://{code} --timeout 30 >/dev/null
            aws lambda wait function-active-v2 --function-name typed
            aws lambda invoke --function-name typed --cli-binary-format raw-in-base64-out \
                --payload '{{"print":"typed out"}}' {code}.out >/dev/null
            aws logs tail /aws/lambda/typed --format short""")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("typed out", done.stdout)

    def test_the_command_line_follows_a_log(self):
        name = self.create()
        self.invoke(name, {"print": "before"})
        with subprocess.Popen(["/usr/bin/aws", "--endpoint-url", self.aws.url, "logs", "tail", f"/aws/lambda/{name}",
                               "--follow", "--format", "short"], stdout=subprocess.PIPE, text=True,
                              env={**self.aws.environment(), "PYTHONUNBUFFERED": "1"}) as tail:
            limit = threading.Timer(120, tail.kill)
            limit.start()
            self.addCleanup(limit.cancel)
            self.addCleanup(tail.kill)
            for wanted in ("before", "later"):
                while wanted not in (line := tail.stdout.readline()):
                    self.assertNotEqual(line, "", "it ended")
                self.invoke(name, {"print": "later"})
            tail.kill()

    def test_groups_are_made_kept_for_days_and_deleted(self):
        self.logs.create_log_group(logGroupName="mine", tags={"owner": "ann"})
        arn = self.logs.describe_log_groups(logGroupNamePrefix="mine")["logGroups"][0]["arn"].removesuffix(":*")
        self.logs.tag_resource(resourceArn=arn, tags={"stage": "local"})
        self.logs.untag_resource(resourceArn=arn, tagKeys=["owner"])
        self.assertEqual(self.logs.list_tags_for_resource(resourceArn=arn)["tags"], {"stage": "local"})
        self.refused(self.logs.create_log_group, "ResourceAlreadyExistsException", logGroupName="mine")
        self.logs.create_log_stream(logGroupName="mine", logStreamName="one")
        self.logs.put_log_events(logGroupName="mine", logStreamName="one", logEvents=[
            {"timestamp": int(time.time() * 1000), "message": "line"}])
        self.logs.put_retention_policy(logGroupName="mine", retentionInDays=7)
        self.refused(self.logs.put_retention_policy, "InvalidParameterException", logGroupName="mine", retentionInDays=8)
        group, = self.logs.describe_log_groups(logGroupNamePrefix="mine")["logGroups"]
        self.assertEqual(group["retentionInDays"], 7)
        self.logs.delete_log_group(logGroupName="mine")
        self.refused(self.logs.filter_log_events, "ResourceNotFoundException", logGroupName="mine")


class SignUp(LambdaTest):
    def test_the_packaged_function_starts_and_says_in_time_that_there_is_no_database(self):
        code = pathlib.Path(self.aws.top.name) / "post-confirmation.zip"
        done = subprocess.run([PROGRAM, "lambda", "package", "-o", code], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("bootstrap", done.stdout)
        self.assertLess(os.path.getsize(code), 8_000_000)
        name = self.create(code.read_bytes(), Environment={
            "Variables": {"CONNECTION_URL": "postgresql://nobody:secret@127.0.0.1:1/cruddur"}})
        event = {"triggerSource": "PostConfirmation_ConfirmSignUp", "request": {"userAttributes": {
            "sub": "s", "name": "Ann", "email": "ann@example.com", "preferred_username": "ann"}}}
        answer, error = self.invoke(name, event)
        self.assertEqual((answer["FunctionError"], error["errorType"]), ("Unhandled", "DatabaseUnreachable"))
        event["triggerSource"] = "PostConfirmation_ConfirmForgotPassword"
        self.assertEqual(self.invoke(name, event)[1], event)
        text = "".join(self.lines(name))
        for private in ("secret", "ann@example.com", "Ann"):
            self.assertNotIn(private, text)


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
