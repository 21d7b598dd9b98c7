#!/usr/bin/python3
"""Functions of the Python runtimes in local AWS, as the console's learner writes them: a file with a handler, zipped."""

import base64
import json
import sys
import unittest

from support.functions import ROLE, zip_of
from support.local_aws import LocalAws, code_of

MACHINE = "{}.{}".format(*sys.version_info)
SEEN = """
import json, logging, os, sys
print("cold start")
calls = 0

def lambda_handler(event, context):
    global calls
    calls += 1
    told = {name: getattr(context, name) for name in ("aws_request_id", "function_name", "function_version",
            "invoked_function_arn", "memory_limit_in_mb", "log_group_name", "log_stream_name")}
    return {"event": event, "context": told, "calls": calls, "left": context.get_remaining_time_in_millis(),
            "environment": dict(os.environ), "file": __file__, "folder": os.getcwd(), "path": sys.path,
            "custom": context.client_context and context.client_context.custom,
            "identity": context.identity.cognito_identity_id, "user": os.getuid()}
"""


def code(text, name="lambda_function.py", mode=0o100644, **more):
    return zip_of({name: (text, mode), **more})


class PythonTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.functions, cls.logs = cls.aws.client("lambda"), cls.aws.client("logs")
        cls.count = 0

    def create(self, text, **more):
        type(self).count += 1
        name = f"python-{self.count}"
        self.functions.create_function(**{
            "FunctionName": name, "Runtime": f"python{MACHINE}", "Role": ROLE, "Handler": "lambda_function.lambda_handler",
            "Code": {"ZipFile": text if isinstance(text, bytes) else code(text)}, "Timeout": 30, **more})
        return name

    def invoke(self, name, event=None, **more):
        answer = self.functions.invoke(FunctionName=name, Payload=json.dumps(event or {}), LogType="Tail", **more)
        self.tail = base64.b64decode(answer["LogResult"]).decode()
        return answer.get("FunctionError"), json.loads(answer["Payload"].read())

    def lines(self, name):
        found = self.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        return [event["message"] for event in found]

    def event_of(self, name, begin):
        event, = (line for line in self.lines(name) if line.startswith(begin))
        return event.rstrip("\n")


class Running(PythonTest):
    def test_a_handler_is_told_what_lambda_tells_and_is_kept_for_the_next_event(self):
        name = self.create(SEEN, MemorySize=256, Environment={"Variables": {"COLOUR": "grün", "TZ": "Europe/Berlin"}})
        wrong, seen = self.invoke(name, {"text": "שלום 🙂"}, ClientContext=base64.b64encode(b'{"custom": {"a": 1}}').decode())
        self.assertIsNone(wrong, seen)
        arn = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
        told = seen["context"]
        self.assertEqual((seen["event"], seen["calls"], seen["custom"], seen["identity"]),
                         ({"text": "שלום 🙂"}, 1, {"a": 1}, None))
        self.assertEqual((told["function_name"], told["function_version"], told["invoked_function_arn"],
                          told["memory_limit_in_mb"], told["log_group_name"]),
                         (name, "$LATEST", arn, "256", f"/aws/lambda/{name}"))
        self.assertIn(told["aws_request_id"], self.tail)
        self.assertIn("[$LATEST]", told["log_stream_name"])
        self.assertTrue(0 < seen["left"] <= 30_000)
        environment = seen["environment"]
        for variable, value in {
                "COLOUR": "grün", "TZ": "Europe/Berlin", "LANG": "en_US.UTF-8", "_HANDLER": "lambda_function.lambda_handler",
                "AWS_EXECUTION_ENV": f"AWS_Lambda_python{MACHINE}", "AWS_REGION": "us-east-1",
                "AWS_DEFAULT_REGION": "us-east-1", "AWS_LAMBDA_FUNCTION_NAME": name, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
                "LAMBDA_TASK_ROOT": "/var/task", "LAMBDA_RUNTIME_DIR": "/var/runtime", "PYTHONPATH": "/var/runtime"}.items():
            self.assertEqual(environment[variable], value, variable)
        self.assertTrue(environment["_X_AMZN_TRACE_ID"].startswith("Root=1-"))
        self.assertIn("/opt/lib", environment["LD_LIBRARY_PATH"].split(":"))
        self.assertEqual((seen["file"], seen["folder"]), ("/var/task/lambda_function.py", "/var/task"))
        self.assertEqual(seen["path"][:3], ["/var/task", f"/opt/python/lib/python{MACHINE}/site-packages", "/opt/python"])
        self.assertEqual(self.invoke(name)[1]["calls"], 2)
        self.assertEqual([line.split(" ")[0].rstrip("\n") for line in self.lines(name)],
                         ["START", "cold", "END", "REPORT", "START", "END", "REPORT"])
        first, second = (line for line in self.lines(name) if line.startswith("REPORT"))
        self.assertIn("Init Duration:", first)
        self.assertNotIn("Init Duration:", second)

    def test_every_runtime_is_run_and_the_first_line_says_by_what(self):
        for minor in range(8, 14):
            name = self.create("def lambda_handler(event, context): return 'ran'", Runtime=f"python3.{minor}")
            self.assertEqual(self.invoke(name), (None, "ran"))
            first = self.lines(name)[0]
            if MACHINE == f"3.{minor}":
                self.assertTrue(first.startswith("START"), first)
            else:
                self.assertRegex(first, rf"^INIT_START Runtime Version: python {MACHINE}\..*python3\.{minor} is run by")
        made = {"FunctionName": "wrong", "Role": ROLE, "Handler": "a.b", "Code": {"ZipFile": code("")}}
        for runtime in ("python2.7", "python3.7", "ruby3.2"):
            self.assertEqual(code_of(self.functions.create_function, Runtime=runtime, **made),
                             ("InvalidParameterValueException", 400))

    def test_a_handler_is_found_in_folders_and_by_files_that_nobody_may_read(self):
        packed = zip_of({"pkg/inner/module.py": ("from . import beside\ndef run(event, context): return beside.VALUE", 0o100000),
                         "pkg/inner/beside.py": ("VALUE = 'found'", 0o100200), "pkg/__init__.py": ("", 0o100600)})
        for handler in ("pkg/inner/module.run", "pkg.inner.module.run"):
            self.assertEqual(self.invoke(self.create(packed, Handler=handler)), (None, "found"), handler)

    def test_packages_of_this_machine_are_not_there_but_those_that_aws_has(self):
        text = ("def lambda_handler(event, context):\n    __import__(event['name'])\n    return 'there'\n")
        name = self.create(text)
        wrong, answer = self.invoke(name, {"name": "psycopg2"})
        self.assertEqual((wrong, answer["errorType"], answer["errorMessage"]),
                         ("Unhandled", "ModuleNotFoundError", "No module named 'psycopg2'"))
        self.assertEqual(self.invoke(name, {"name": "boto3"}), (None, "there"))

    def test_memory_beyond_its_own_ends_it(self):
        text = ("import time\ndef lambda_handler(event, context):\n    kept = []\n    for _ in range(event['parts']):\n"
                "        kept.append(bytearray(b'x' * event['bytes']))\n        time.sleep(event['pause'])\n    return 'kept'\n")
        name = self.create(text, MemorySize=128)
        self.assertEqual(self.invoke(name, {"parts": 1, "bytes": 30_000_000, "pause": 0.3}), (None, "kept"))
        for event in ({"parts": 1, "bytes": 900_000_000, "pause": 0}, {"parts": 30, "bytes": 5_000_000, "pause": 0.1}):
            wrong, answer = self.invoke(name, event)
            self.assertEqual((wrong, answer["errorType"]), ("Unhandled", "Runtime.OutOfMemory"), answer)
            self.assertIn("signal: killed", answer["errorMessage"])
        self.assertEqual(self.invoke(name, {"parts": 1, "bytes": 1, "pause": 0}), (None, "kept"))

    def test_one_that_exits_says_how_and_the_next_event_has_another(self):
        name = self.create("import os\ndef lambda_handler(event, context):\n    if 'exit' in event: os._exit(event['exit'])\n"
                           "    if 'quit' in event: quit(4)\n    return os.getpid() > 0\n", Timeout=1)
        for event, status in (({"exit": 3}, "exit status 3"), ({"quit": 1}, "exit status 4")):
            wrong, answer = self.invoke(name, event)
            self.assertEqual((wrong, answer["errorType"]), ("Unhandled", "Runtime.ExitError"))
            self.assertIn(f"Runtime exited with error: {status}", answer["errorMessage"])
            self.assertRegex(self.tail, rf"RequestId: [0-9a-f-]+ Error: Runtime exited with error: {status}\nRuntime.ExitError\n")
            self.assertEqual(self.invoke(name), (None, True))

    def test_time_is_up_at_the_timeout(self):
        name = self.create("import time\ndef lambda_handler(event, context): time.sleep(60)", Timeout=1)
        wrong, answer = self.invoke(name)
        self.assertEqual(wrong, "Unhandled")
        self.assertIn("Task timed out after 1.00 seconds", answer["errorMessage"])
        self.assertRegex(self.tail, r"\n\d{4}-\d\d-\d\dT[\d:.]+Z [0-9a-f-]{36} Task timed out after 1\.00 seconds\n")

    def test_one_that_ended_between_two_events_is_replaced(self):
        name = self.create("import os, threading, time\ndef lambda_handler(event, context):\n"
                           "    threading.Thread(target=lambda: (time.sleep(event['after']), os._exit(9))).start()\n    return 1")
        for after in (0, 0.001, 0.002, 0.005, 0.02):
            for _ in range(4):
                wrong, answer = self.invoke(name, {"after": after + 0.01})
                self.assertIn((wrong, answer if wrong is None else answer["errorType"]), ((None, 1), ("Unhandled", "Runtime.ExitError")))


class Failing(PythonTest):
    def refused(self, text, kind, message, **more):
        name = self.create(text, **more)
        wrong, answer = self.invoke(name)
        self.assertEqual((wrong, answer["errorType"], answer["errorMessage"]), ("Unhandled", kind, message))
        self.assertIsInstance(answer["stackTrace"], list)
        self.assertIn("requestId", answer)
        self.assertTrue(self.event_of(name, "[ERROR]").startswith(f"[ERROR] {kind}: {message}\nTraceback (most recent call last):"))
        return name, answer

    def test_what_cannot_be_loaded_is_told_in_lambdas_words(self):
        handler = "def lambda_handler(event, context): pass"
        for text, kind, message, more in (
                ("import nowhere", "Runtime.ImportModuleError",
                 "Unable to import module 'lambda_function': No module named 'nowhere'", {}),
                (handler, "Runtime.ImportModuleError", "Unable to import module 'other': No module named 'other'",
                 {"Handler": "other.lambda_handler"}),
                (handler, "Runtime.HandlerNotFound", "Handler 'other' missing on module 'lambda_function'",
                 {"Handler": "lambda_function.other"}),
                (handler, "Runtime.MalformedHandlerName",
                 "Bad handler 'other': not enough values to unpack (expected 2, got 1)", {"Handler": "other"}),
                ("def lambda_handler(", "Runtime.UserCodeSyntaxError",
                 "Syntax error in module 'lambda_function': '(' was never closed (lambda_function.py, line 1)", {}),
                ("raise KeyError('a')", "KeyError", "'a'", {})):
            with self.subTest(text, **more):
                self.refused(text, kind, message, **more)

    def test_what_it_raises_is_told_with_its_own_lines(self):
        text = "def inner():\n    return os.environ\n\ndef lambda_handler(event, context):\n    return inner()\n"
        name, answer = self.refused(text, "NameError", "name 'os' is not defined")
        self.assertEqual([line.split(",")[0] for line in answer["stackTrace"]], ['  File "/var/task/lambda_function.py"'] * 2)
        self.assertEqual(self.event_of(name, "[ERROR]").split("\n")[:4], [
            "[ERROR] NameError: name 'os' is not defined", "Traceback (most recent call last):",
            '  File "/var/task/lambda_function.py", line 5, in lambda_handler', "    return inner()"])
        self.assertIn(answer["requestId"], self.tail)

    def test_an_answer_that_is_no_json_is_told(self):
        self.refused("def lambda_handler(event, context): return {1, 2}", "Runtime.MarshalError",
                     "Unable to marshal response: Object of type set is not JSON serializable")
        self.assertEqual(self.invoke(self.create(
            "from decimal import Decimal\ndef lambda_handler(event, context): return [Decimal(2), Decimal('2.5')]")), (None, [2, 2.5]))

    def test_each_line_printed_and_each_record_logged_is_an_event(self):
        name = self.create("import logging\nlogging.getLogger().setLevel('INFO')\ndef lambda_handler(event, context):\n"
                           "    print('one\\ntwo')\n    print('no end', end='')\n    logging.info('three\\nfour')\n"
                           "    logging.warning('über %s', 5)\n")
        self.invoke(name)
        lines = self.lines(name)
        self.assertEqual(lines[1:4], ["one\n", "two\n", "no end\n"])
        self.assertRegex(lines[4], r"^\[INFO\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t[0-9a-f-]{36}\tthree\nfour\n$")
        self.assertRegex(lines[5], r"^\[WARNING\]\t.*\tüber 5\n$")
        self.assertEqual([line.split(" ")[0] for line in lines[6:]], ["END", "REPORT"])


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
