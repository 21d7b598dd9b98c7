#!/usr/bin/python3
"""Functions are kept from each other, from this machine's files, and from outliving anything, as whatever user local AWS
runs, with and without the kernel's namespaces."""

import json
import os
import pathlib
import shutil
import socket
import time
import unittest
import uuid

from support.functions import ROLE, script, zip_of
from support.local_aws import PROGRAM, LocalAws
from support.waiting import comes_true

# Runs what the event holds, as the function itself could.
SHELL = """#!/usr/bin/python3 -u
import http.client, json, os, subprocess
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = api.getresponse()
    event = json.loads(answer.read())
    done = subprocess.run(["/bin/bash", "-c", event["run"]], capture_output=True, timeout=60)
    api.request("POST", "/2018-06-01/runtime/invocation/" + answer.headers["Lambda-Runtime-Aws-Request-Id"] + "/response",
                json.dumps({"out": done.stdout.decode(errors="replace"), "error": done.stderr.decode(errors="replace"),
                            "environment": dict(os.environ)}))
    api.getresponse().read()
"""
# The same as handlers of the runtimes that this machine's interpreters run.
PYTHON = """import os, subprocess
def h(event, context):
    done = subprocess.run(["/bin/bash", "-c", event["run"]], capture_output=True, text=True, timeout=60)
    return {"out": done.stdout, "error": done.stderr, "environment": dict(os.environ)}
"""
NODE = """const { spawnSync } = require("node:child_process");
exports.h = async (event) => {
  const done = spawnSync("/bin/bash", ["-c", event.run], { encoding: "utf8", timeout: 60000 });
  return { out: done.stdout, error: done.stderr, environment: process.env };
};
"""
HANDLERS = {"python3.11": ("f.py", PYTHON), "nodejs20.x": ("f.js", NODE)}
# Looks from its first moment on, and for a while, whether anything that is mounted leads to what the variable names.
SEEKER = SHELL.replace("import http.client, json, os, subprocess\n", """import http.client, json, os, subprocess, time
found, end = set(), time.monotonic() + 0.3
while time.monotonic() < end:
    mounted = [line.split()[4] for line in open("/proc/self/mountinfo")]
    for top in {"/" + name for name in os.listdir("/")}.union(mounted):
        if os.access(os.path.normpath(top + os.environ["SOUGHT"]), os.R_OK):
            found.add(top)
os.environ["FOUND"] = " ".join(sorted(found))
""")
ORDINARY = 12345
# Nobody in these can make a namespace, nor become somebody else.
CLOSED = ("echo 0 > /proc/sys/user/max_user_namespaces; echo 0 > /proc/sys/user/max_pid_namespaces; "
          "echo 0 > /proc/sys/user/max_mnt_namespaces; exec \"$@\"")
# A session of its own, without a parent, and none of its descriptors.
LEAVE = "setsid bash -c 'exec -a {0} sleep 100000 &' </dev/null >/dev/null 2>&1; while ! pgrep -f ^{0} >/dev/null; do sleep 0.01; done"


def ordinary(*command):
    """Run as an ordinary user, which a test that root runs has to become."""
    if os.getuid() != 0:
        return [*command]
    return ["setpriv", f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups", *command]


def start_as(through=()):
    """Local AWS, run through that command."""
    aws = LocalAws(through=through)
    if through:
        # The checkout may be closed to others, and the data are theirs.
        shutil.copy(PROGRAM, aws.top.name)
        aws.command[-1] = os.path.join(aws.top.name, os.path.basename(PROGRAM))
        if f"--reuid={ORDINARY}" in through:
            os.chown(aws.top.name, ORDINARY, ORDINARY)
    return aws


def left_running(name):
    """Processes of the machine, whatever namespace they are in, that call themselves so."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cmdline").read_bytes().startswith(name.encode()):
                found.append(process.name)
        except OSError:
            pass
    return found


class Bounded:
    """What holds everywhere; `start` says as whom local AWS runs."""

    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(cls.start())
        cls.functions = cls.aws.client("lambda")
        cls.secret = uuid.uuid4().hex
        cls.began = int(time.time())
        cls.create("keeper", Environment={"Variables": {"CONNECTION_URL": cls.secret}})
        cls.create("spy")
        cls.create("files", SHELL + f"# {cls.secret}\n")
        cls.kept = cls.run_in("keeper", f"echo {cls.secret} > /tmp/{cls.secret}.kept")
        cls.addClassCleanup(pathlib.Path(f"/tmp/{cls.secret}.kept").unlink, missing_ok=True)  # where /tmp is everybody's

    @classmethod
    def create(cls, name, text=SHELL, **more):
        cls.functions.create_function(FunctionName=name, Runtime="provided.al2023", Role=ROLE, Handler="h",
                                      Code={"ZipFile": script(text)}, Timeout=60, **more)

    @classmethod
    def create_handler(cls, runtime, **more):
        name = runtime.replace(".", "-") + uuid.uuid4().hex[:8]
        file, text = HANDLERS[runtime]
        cls.functions.create_function(FunctionName=name, Runtime=runtime, Role=ROLE, Handler="f.h", Timeout=60,
                                      Code={"ZipFile": zip_of({file: (text, 0o100644)})}, **more)
        return name

    @classmethod
    def run_in(cls, name, command):
        answer = cls.functions.invoke(FunctionName=name, Payload=json.dumps({"run": command}))
        said = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, said
        return said

    @classmethod
    def search(cls):
        """A command that names the files with the secret, in places that may also hold much of others, which is older or bigger."""
        return (f"find /tmp /var/task /var/tmp /opt /home {cls.aws.top.name} /dev/shm -type f -newerct @{cls.began} -size -64k "
                f"-exec grep -lsI {cls.secret} {{}} + 2>/dev/null")

    def assert_kept(self):
        self.assertEqual(self.run_in("keeper", f"cat /tmp/{self.secret}.kept")["out"], f"{self.secret}\n")

    def test_the_first_lines_say_how(self):
        line, = [line for line in self.aws.first_lines if line.startswith("Lambda functions  ")]
        self.assertRegex(line, self.described)

    def test_the_runtime_api_answers_its_own_function_alone(self):
        api = self.kept["environment"]["AWS_LAMBDA_RUNTIME_API"]
        call = f"curl -sS -m 20 -o /dev/null -w '%{{http_code}}' http://{api}/2018-06-01/runtime/"
        for what in ("invocation/next", "init/error -d {}", "invocation/x/response -d {}"):
            self.assertEqual(self.run_in("spy", call + what)["out"], "000", what)
        # Its own child is the function, whatever session it makes.
        self.assertEqual(self.run_in("keeper", "setsid " + call + "invocation/x/response -d {}")["out"], "400")
        host, port = api.split(":")
        with socket.create_connection((host, int(port)), timeout=30) as stranger:
            try:
                stranger.sendall(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n")
                self.assertEqual(stranger.recv(1), b"")
            except ConnectionError:
                pass
        self.assert_kept()  # it is still served

    def test_what_is_left_running_ends_with_its_function(self):
        for number, end in enumerate((lambda name: self.functions.update_function_configuration(FunctionName=name, Timeout=9),
                                      lambda name: self.functions.delete_function(FunctionName=name),
                                      lambda name: self.functions.invoke(FunctionName=name, Payload='{"run": "kill -9 $PPID"}'))):
            name, marker = f"leaver-{number}", f"left-{uuid.uuid4().hex}"
            self.create(name)
            self.run_in(name, LEAVE.format(marker))
            self.assertEqual(len(left_running(marker)), 1)
            end(name)
            self.assertTrue(comes_true(lambda: not left_running(marker)), f"it outlived its function, {number}")

    def test_functions_of_every_runtime_find_their_folders_and_the_log_says_where_they_are_not_in_their_places(self):
        for runtime in HANDLERS:
            layer = self.functions.publish_layer_version(LayerName="l", Content={"ZipFile": zip_of({"bin/told": (
                "#!/bin/sh\necho told", 0o100755), "text": ("of the layer", 0o100644)})})["LayerVersionArn"]
            name = self.create_handler(runtime, Layers=[layer])
            seen = self.run_in(name, "told; pwd; ls")
            task = seen["environment"]["LAMBDA_TASK_ROOT"]
            self.assertEqual(seen["out"], f"told\n{task}\n{HANDLERS[runtime][0]}\n", seen)
            layers = seen["environment"]["PATH"].split(":")[-1].removesuffix("/bin")
            self.assertEqual(self.run_in(name, f"cat {layers}/text; echo x > /tmp/a && cat /tmp/a; rm -f /tmp/a")["out"],
                             "of the layerx\n")
            lines = [line["message"] for line in self.aws.client("logs").filter_log_events(
                logGroupName=f"/aws/lambda/{name}")["events"]]
            if task == "/var/task":
                self.assertEqual(layers, "/opt")
            else:
                self.assertTrue(lines[0].startswith("INIT_START"), lines)
                self.assertIn(f"/var/task is {task}, /opt is {layers}", lines[0])

    def test_what_is_left_running_ends_with_the_service(self):
        for signal, (runtime, file, text) in ((15, ("provided.al2023", "bootstrap", SHELL)), (9, ("provided.al2023", "bootstrap", SHELL)),
                                              *((9, (runtime, *handler)) for runtime, handler in HANDLERS.items())):
            marker = f"left-{uuid.uuid4().hex}"
            with self.start() as aws:
                functions = aws.client("lambda")
                functions.create_function(FunctionName="f", Runtime=runtime, Role=ROLE, Handler="f.h",
                                          Code={"ZipFile": zip_of({file: (text, 0o100755)})}, Timeout=60)
                functions.invoke(FunctionName="f", Payload=json.dumps({"run": LEAVE.format(marker)}))
                self.assertEqual(len(left_running(marker)), 1)
                aws.stop(signal)
                self.assertTrue(comes_true(lambda: not left_running(marker)), f"it outlived the service, by signal {signal}")


class Confined(Bounded):
    """What holds wherever functions are confined at all."""

    def test_neither_memory_nor_environment_of_anybody_else_is_seen(self):
        seen = self.run_in("spy", "cat /proc/[0-9]*/environ /proc/[0-9]*/task/*/environ 2>/dev/null | tr '\\0' '\\n'")
        self.assertIn("AWS_LAMBDA_FUNCTION_NAME=spy", seen["out"])
        self.assertNotIn(self.secret, seen["out"])
        self.assertNotIn("AWS_LAMBDA_FUNCTION_NAME=keeper", seen["out"])
        seen = self.run_in("spy", "for p in /proc/[0-9]*; do [ $(stat -c %u $p) = $(id -u) ] || "
                                  "{ head -c1 $p/environ; head -c1 $p/maps; : < $p/mem && echo open; }; done 2>/dev/null")
        self.assertEqual(seen["out"], "")
        # The one that guards it is a copy of local AWS, and holds its secrets.
        seen = self.run_in("spy", "p=$(ps -o ppid= $PPID | tr -d ' '); for f in environ maps mem; do : < /proc/$p/$f && echo $f; done")
        self.assertEqual(seen["out"], "", seen)

    def test_a_handler_of_any_runtime_sees_nothing_of_another_function(self):
        for runtime in HANDLERS:
            name = self.create_handler(runtime)
            seen = self.run_in(name, "cat /proc/[0-9]*/environ /proc/[0-9]*/task/*/environ 2>/dev/null | tr '\\0' '\\n'; "
                                     f"{self.search()}; "
                                     f"ls {self.aws.folder} 2>/dev/null")["out"]
            self.assertIn(f"AWS_LAMBDA_FUNCTION_NAME={name}", seen)
            for others in (self.secret, "AWS_LAMBDA_FUNCTION_NAME=keeper", "state.db"):
                self.assertNotIn(others, seen)
            changed = self.run_in(name, "f=$LAMBDA_RUNTIME_DIR; echo x >> $f/bootstrap.py; echo x > $f/new; rm -f $f/bootstrap.mjs; "
                                        "echo x > $LAMBDA_TASK_ROOT/new; ls $f $LAMBDA_TASK_ROOT")["out"]
            self.assertNotIn("new", changed)
            self.assertIn("bootstrap.mjs", changed)

    def test_neither_files_nor_code_of_another_are_seen(self):
        self.run_in("files", "true")
        seen = self.run_in("spy", self.search())
        self.assertEqual(seen["out"], "")
        self.assert_kept()

    def test_the_data_of_local_aws_are_not_seen(self):
        self.assertTrue((self.aws.folder / "state.db").exists())
        seen = self.run_in("spy", f"cd {self.aws.folder} && ls -R; cat {self.aws.folder}/state.db {self.aws.folder}/*key*; "
                                  f"ls {self.aws.folder.parent}")
        self.assertEqual(seen["out"], "")

    def test_nothing_mounted_leads_to_the_data_of_local_aws_from_the_first_moment_on(self):
        self.create("seeker", SEEKER, Environment={"Variables": {"SOUGHT": str(self.aws.folder / "state.db")}})
        # Who makes a namespace of his own may mount there, and lift what was mounted there.
        seen = self.run_in("seeker", "unshare -Urm /bin/bash -c 'for at in $(ls -d /*) $(cut -d\" \" -f5 /proc/self/mountinfo); do "
                                     "umount -l $at; test -r $at$SOUGHT && echo $at; done' 2>/dev/null")
        self.assertEqual((seen["environment"]["FOUND"], seen["out"]), ("", ""))

    def test_its_own_code_is_read_and_not_written(self):
        seen = self.run_in("spy", "pwd; head -1 bootstrap; echo x > new; echo x >> bootstrap; chmod 777 . bootstrap; rm -f bootstrap")
        self.assertEqual(seen["out"], seen["environment"]["LAMBDA_TASK_ROOT"] + "\n#!/usr/bin/python3 -u\n")
        self.assertEqual(self.run_in("spy", "ls")["out"], "bootstrap\n")


class AsOrdinaryUser(Confined, unittest.TestCase):
    described = "processes, files and /tmp of their own"

    @classmethod
    def start(cls):
        return start_as(ordinary())


class Unconfined(Bounded, unittest.TestCase):
    """Where the kernel gives nothing, that is said."""
    described = "NOT confined: .*No space left on device"

    @classmethod
    def start(cls):
        return start_as(ordinary("unshare", "--user", "--map-root-user", "/bin/sh", "-c", CLOSED, "sh"))


if os.getuid() == 0:
    class EachUserItsOwn(Confined):
        def test_each_has_a_user_of_its_own_that_nobody_is(self):
            users = {self.run_in(name, "id -u; id -g; id -G")["out"] for name in ("keeper", "spy")}
            self.assertEqual(len(users), 2)
            for user in users:
                self.assertTrue(all(int(number) > 60_000 and int(number) != 65534 for number in user.split()), user)

    class AsRoot(EachUserItsOwn, unittest.TestCase):
        described = "a user each, with processes, files and /tmp of their own"
        start = staticmethod(start_as)

    class AsRootOfAContainer(EachUserItsOwn, unittest.TestCase):
        """Which may not make namespaces."""
        described = "a user each, on this machine's files"

        @classmethod
        def start(cls):
            return start_as(["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
