"""Runs `cruddur cloud` for a test and talks to it as users do: by Debian's aws and by boto3."""

import contextlib
import json
import os
import pathlib
import resource
import select
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials

from support.quick_aws import quick_aws

PROGRAM = os.environ["CRUDDUR_PROGRAM"]
START_SECONDS = 180
LINES_SHOWN = 100  # of what it logged
# What is the same for each: data folders as initdb makes them, and the locale.
CACHE = os.environ.get("XDG_CACHE_HOME") or str(pathlib.Path.home() / ".cache")
SHELL_DESCRIPTORS = 1024  # as a login's shell has them, whoever runs the tests


def limit_descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (SHELL_DESCRIPTORS, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

class LocalAws:
    def __init__(self, *flags, folder=None, umask=-1, through=(), program=PROGRAM, on_disk=False):
        # Folders of tests may be in memory (bin/test), where nothing that is measured of a disk is seen.
        self.top = tempfile.TemporaryDirectory(prefix="cruddur-cloud-", dir="/var/tmp" if on_disk else None)
        os.chmod(self.top.name, 0o711)  # run by root, PostgreSQL's user passes through
        self.folder = pathlib.Path(folder or self.top.name) / "data"
        self.flags = flags
        self.umask = umask
        self.key = "test"  # both halves of the pair that its clients sign by, unless they are told another
        self.command = [*through, program]  # what runs it as somebody else, before it
        self.first_lines = []
        self.last_lines = ""  # what it printed at its end
        self.hear = None      # told of every answer to the clients made from now on, as response-received is
        self.process = None
        self.logged = []  # on its standard error
        self.url = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, failed, *_):
        try:
            self.stop()
        finally:
            self.top.cleanup()
            if failed and self.logged:
                print("local AWS logged:\n", *self.logged[-LINES_SHOWN:], sep="", file=sys.stderr)

    def start(self):
        self.process = subprocess.Popen(
            [*self.command, "cloud", "--port", "0", "--data-dir", self.folder, *self.flags],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, umask=self.umask, preexec_fn=limit_descriptors,
            env={**os.environ, "HOME": self.top.name, "XDG_CACHE_HOME": CACHE})
        self.logged = []  # what a full pipe does not take would be missing here
        self.reader = threading.Thread(target=self.logged.extend, args=(self.process.stderr,), daemon=True)
        self.reader.start()
        if not select.select([self.process.stdout], [], [], START_SECONDS)[0]:
            raise AssertionError(f"cruddur cloud printed nothing: {self.logged}")
        line = self.process.stdout.readline()
        assert line.startswith("AWS endpoint  http://"), (line, self.logged)
        self.url = line.split()[-1]
        self.first_lines = [line]
        while line.strip():
            line = self.process.stdout.readline()
            self.first_lines.append(line)

    def stop(self, number=signal.SIGTERM):
        """Its exit status. Fails where it had ended of itself, and where it ends by neither 0 nor the signal."""
        if self.process is None:
            return None
        self.process.send_signal(number)
        code = self.process.wait(START_SECONDS)
        self.reader.join(START_SECONDS)
        self.last_lines = self.process.stdout.read()
        self.process.stdout.close()
        self.process.stderr.close()
        self.process = None
        assert code in (0, -number, -signal.SIGKILL), f"cruddur cloud ended with {code}:\n{''.join(self.logged[-LINES_SHOWN:])}"
        return code

    def kill_and_start(self):
        self.stop(signal.SIGKILL)
        self.start()

    def client(self, service, region="us-east-1", key=None, secret=None, **config):
        made = boto3.client(service, endpoint_url=self.url, region_name=region, aws_access_key_id=key or self.key,
                            aws_secret_access_key=secret or self.key,
                            config=botocore.config.Config(retries={"max_attempts": 0}, **config))
        if self.hear is not None:
            made.meta.events.register("response-received", self.hear)
        return made

    def post_json(self, scope, target, **members):
        """Calls an operation of the JSON protocol by hand, for members that are younger than the clients here."""
        request = botocore.awsrequest.AWSRequest("POST", self.url, {
            "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}, json.dumps(members).encode())
        key = botocore.credentials.Credentials(self.key, self.key)
        botocore.auth.SigV4Auth(key, scope, "us-east-1").add_auth(request)
        sent = urllib.request.Request(self.url, request.body, dict(request.headers.items()))
        try:
            with urllib.request.urlopen(sent, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.loads(refused.read())

    def shell(self, command, **variables):
        """Runs a line of shell in which `aws` is Debian's, pointed at the endpoint by nothing but that."""
        script = f"aws() {{ {quick_aws()} --endpoint-url {self.url} \"$@\"; }}\n{command}"
        return subprocess.run(["/bin/bash", "-c", script], env={**self.environment(), **variables}, capture_output=True,
                              text=True, timeout=120)

    def environment(self):
        """Debian's aws needs no more, but the endpoint."""
        return {"PATH": "/usr/bin:/bin", "HOME": self.top.name, "AWS_PAGER": "", "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": self.key, "AWS_SECRET_ACCESS_KEY": self.key}


@contextlib.contextmanager
def wire_of(client):
    """The bodies that a client is answered within the block, for members that are younger than the client."""
    bodies = []

    def keep(response_dict, **_):
        bodies.append(response_dict["body"].decode())

    client.meta.events.register("response-received", keep)
    yield bodies
    client.meta.events.unregister("response-received", keep)


def code_of(call, **arguments):
    """The error code and HTTP status with which a call is refused."""
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as refused:
        return refused.response["Error"]["Code"], refused.response["ResponseMetadata"]["HTTPStatusCode"]
    return None


def refused(call, **arguments):
    """The error code with which a call is refused, which it must be."""
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as answer:
        return answer.response["Error"]["Code"]
    raise AssertionError("it was not refused")
