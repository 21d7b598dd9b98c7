#!/usr/bin/python3
"""Functions of the Node.js runtimes in local AWS: CommonJS and modules, promises and callbacks."""

import base64
import json
import subprocess
import unittest

from support.functions import ROLE, zip_of
from support.local_aws import LocalAws

FILE = 0o100644
SEEN = """
let calls = 0;
exports.handler = async (event, context) => ({ event, context, calls: ++calls, left: context.getRemainingTimeInMillis(),
  environment: process.env, folder: process.cwd(), file: __filename });
"""


class NodeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.functions, cls.logs = cls.aws.client("lambda"), cls.aws.client("logs")
        cls.version = subprocess.run(["/usr/bin/node", "--version"], capture_output=True, text=True, check=True).stdout.strip("v\n")
        cls.major = cls.version.split(".")[0]
        cls.count = 0

    def create(self, text="", files=None, **more):
        type(self).count += 1
        name = f"node-{self.count}"
        packed = zip_of({path: (content, FILE) for path, content in (files or {"index.js": text}).items()})
        self.functions.create_function(**{"FunctionName": name, "Runtime": f"nodejs{self.major}.x", "Role": ROLE,
                                          "Handler": "index.handler", "Code": {"ZipFile": packed}, "Timeout": 30, **more})
        return name

    def invoke(self, name, event=None, **more):
        answer = self.functions.invoke(FunctionName=name, Payload=json.dumps(event or {}), LogType="Tail", **more)
        self.tail = base64.b64decode(answer["LogResult"]).decode()
        return answer.get("FunctionError"), json.loads(answer["Payload"].read())

    def lines(self, name):
        found = self.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        return [event["message"] for event in found]

    def test_a_handler_is_told_what_lambda_tells_and_is_kept_for_the_next_event(self):
        name = self.create(SEEN, MemorySize=256, Environment={"Variables": {"COLOUR": "grün"}})
        wrong, seen = self.invoke(name, {"text": "שלום 🙂"}, ClientContext=base64.b64encode(b'{"custom": {"a": 1}}').decode())
        self.assertIsNone(wrong, seen)
        told, environment = seen["context"], seen["environment"]
        self.assertEqual((seen["event"], seen["calls"], seen["folder"], seen["file"]),
                         ({"text": "שלום 🙂"}, 1, "/var/task", "/var/task/index.js"))
        self.assertTrue(0 < seen["left"] <= 30_000)
        self.assertIn(told.pop("awsRequestId"), self.tail)
        self.assertIn("[$LATEST]", told.pop("logStreamName"))
        self.assertEqual(told, {
            "callbackWaitsForEmptyEventLoop": True, "functionVersion": "$LATEST", "functionName": name,
            "memoryLimitInMB": "256", "logGroupName": f"/aws/lambda/{name}", "clientContext": {"custom": {"a": 1}},
            "invokedFunctionArn": f"arn:aws:lambda:us-east-1:000000000000:function:{name}"})
        for variable, value in {"COLOUR": "grün", "_HANDLER": "index.handler", "LAMBDA_TASK_ROOT": "/var/task",
                                "AWS_EXECUTION_ENV": f"AWS_Lambda_nodejs{self.major}.x"}.items():
            self.assertEqual(environment[variable], value, variable)
        self.assertIn("/opt/nodejs/node_modules", environment["NODE_PATH"].split(":"))
        self.assertEqual(self.invoke(name)[1]["calls"], 2)

    def test_every_runtime_is_run_and_the_first_line_says_by_what(self):
        for major in ("18", "20", "22", "24"):
            name = self.create("exports.handler = async () => 'ran'", Runtime=f"nodejs{major}.x")
            self.assertEqual(self.invoke(name), (None, "ran"))
            first = self.lines(name)[0]
            if major == self.major:
                self.assertTrue(first.startswith("START"), first)
            else:
                self.assertIn(f"nodejs{major}.x is run by", first)
                self.assertTrue(first.startswith(f"INIT_START Runtime Version: nodejs {self.version}\t"), first)

    def test_modules_of_every_kind_are_found(self):
        for handler, files in (
                ("index.handler", {"index.mjs": "export const handler = async () => 'found'"}),
                ("index.handler", {"index.cjs": "exports.handler = async () => 'found'"}),
                ("index.handler", {"index.js": "import { value } from './a.js'; export const handler = async () => value",
                                   "a.js": "export const value = 'found'", "package.json": '{"type": "module"}'}),
                ("src/app/index.run", {"src/app/index.js": "exports.run = async () => require('left')",
                                       "node_modules/left/index.js": "module.exports = 'found'"}),
                ("index.inner.run", {"index.js": "exports.inner = { run: async () => 'found' }"}),
                ("index.handler", {"index.mjs": "export default { handler: async () => 'found' }"})):
            with self.subTest(handler, files=files):
                self.assertEqual(self.invoke(self.create(files=files, Handler=handler)), (None, "found"))

    def test_it_answers_by_promise_by_callback_or_by_having_nothing_left_to_do(self):
        for body, answer in (
                ("async () => 1", 1), ("() => Promise.resolve(2)", 2), ("async () => {}", None), ("() => {}", None),
                ("(event, context, callback) => { setTimeout(() => callback(null, 3), 20) }", 3),
                ("(event, context, callback) => { callback(null, 4); setTimeout(() => {}, 50) }", 4),
                ("(event, context) => { context.succeed(5) }", 5),
                ("(event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; setInterval(() => {}, 1000); "
                 "callback(null, 6) }", 6)):
            name = self.create(f"exports.handler = {body};", Runtime="nodejs20.x")
            for _ in range(2):
                self.assertEqual(self.invoke(name), (None, answer), body)

    def refused(self, kind, message, text="", files=None, **more):
        name = self.create(text, files, **more)
        wrong, answer = self.invoke(name)
        self.assertEqual((wrong, answer["errorType"]), ("Unhandled", kind), answer)
        self.assertIn(message, answer["errorMessage"])
        self.assertIsInstance(answer["trace"], list)
        line, = (line for line in self.lines(name) if "\tERROR\t" in line)
        self.assertIn(f'"errorType":"{kind}"', line)
        return answer

    def test_what_fails_is_told_in_lambdas_words(self):
        self.refused("Runtime.ImportModuleError", "Error: Cannot find module 'nowhere'\nRequire stack:\n- /var/task/index.js",
                     "require('nowhere')")
        self.refused("Runtime.ImportModuleError", "Error: Cannot find", files={"index.mjs": "import 'nowhere'"})
        self.refused("Runtime.ImportModuleError", "Error: Cannot find module 'other'", "", Handler="other.handler")
        self.refused("Runtime.HandlerNotFound", "index.handler is undefined or not exported", "exports.other = 1")
        self.refused("Runtime.HandlerNotFound", "index.handler is not a function", "exports.handler = 1")
        self.refused("Runtime.UserCodeSyntaxError", "SyntaxError: ", "exports.handler = async (")
        self.refused("TypeError", "told", "throw new TypeError('told')")
        answer = self.refused("ReferenceError", "os is not defined", "exports.handler = async () => os.env")
        self.assertIn("/var/task/index.js", answer["trace"][1])
        self.refused("Error", "told", "exports.handler = (event, context, callback) => callback(new Error('told'))")
        self.refused("Runtime.MarshalError", "circular", "exports.handler = async () => { const a = {}; a.a = a; return a }")
        self.refused("Runtime.UnhandledPromiseRejection", "Error: lost",
                     "exports.handler = () => new Promise(() => { Promise.reject(new Error('lost')) })")
        self.refused("Error", "thrown later", "exports.handler = () => new Promise(() => setTimeout(() => { throw new Error('thrown later') }, 1))")
        self.refused("Runtime.CallbackHandlerDeprecated", "callback-based", "exports.handler = (event, context, callback) => callback()",
                     Runtime="nodejs24.x")

    def test_one_that_ended_by_an_error_nobody_awaited_is_replaced(self):
        name = self.create("let calls = 0; exports.handler = async (event) => { if (event.die) setTimeout(() => { throw new Error('x') }); "
                           "await new Promise((done) => setTimeout(done, 30)); return ++calls }")
        for _ in range(3):
            self.assertEqual(self.invoke(name, {"die": True})[0], "Unhandled")
            self.assertEqual(self.invoke(name), (None, 1))

    def test_each_call_of_the_console_is_an_event_and_so_is_each_line(self):
        name = self.create("exports.handler = async () => { console.log('one\\ntwo', { a: 1 }); console.error('three'); "
                           "process.stdout.write('four\\nfive\\n') }")
        self.invoke(name)
        lines = self.lines(name)
        self.assertRegex(lines[1], r"^\d{4}-\d\d-\d\dT[\d:.]+Z\t[0-9a-f-]{36}\tINFO\tone\ntwo \{ a: 1 \}\n$")
        self.assertRegex(lines[2], r"^\S+\t[0-9a-f-]{36}\tERROR\tthree\n$")
        self.assertEqual(lines[3:5], ["four\n", "five\n"])

    def test_memory_and_time_are_limited(self):
        name = self.create("exports.handler = async (event) => { const kept = []; for (let i = 0; i < event.parts; i++) { "
                           "kept.push(Buffer.alloc(8e6, 1)); await new Promise((done) => setTimeout(done, 50)) } "
                           "return kept.length }", MemorySize=128)
        self.assertEqual(self.invoke(name, {"parts": 2}), (None, 2))
        wrong, answer = self.invoke(name, {"parts": 200})
        self.assertEqual((wrong, answer["errorType"]), ("Unhandled", "Runtime.OutOfMemory"), answer)
        name = self.create("exports.handler = () => new Promise((done) => setTimeout(done, 60000))", Timeout=1)
        self.assertIn("Task timed out after 1.00 seconds", self.invoke(name)[1]["errorMessage"])


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
