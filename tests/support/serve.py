"""A running `cruddur serve`, as a program."""

import http.client
import pathlib
import resource
import select
import signal
import tempfile

from support.program import start
from support.waiting import comes_true

START_SECONDS = 60


class Serve:
    """A running `cruddur serve`, begun under the limit of open files that a login shell has."""

    def __init__(self, url, *flags, descriptors=None, variables=None):
        self.errors = tempfile.TemporaryFile("w+")
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        limit = (1_024, hard) if descriptors is None else (descriptors, descriptors)
        self.process = start("serve", "--port", "0", "--metrics-port", "0", *flags, url=url, variables=variables, stderr=self.errors,
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limit))

    def __enter__(self):
        assert select.select([self.process.stdout], [], [], START_SECONDS)[0], "serve printed nothing"
        first = self.process.stdout.readline()
        assert first, f"serve ended: {self.said()}"
        self.port = int(first.rsplit(":", 1)[1])
        self.metrics_port = int(self.process.stdout.readline().rsplit(":", 1)[1].split("/")[0])
        assert comes_true(lambda: self.get("/readyz")[0] == 200)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.code = self.process.wait(START_SECONDS)
        self.process.stdout.close()
        self.errors.close()

    def said(self):
        self.errors.seek(0)
        return self.errors.read()

    def get(self, target, port=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=START_SECONDS)
        try:
            connection.request("GET", target, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def metric(self, name):
        line, = [each for each in self.get("/metrics", port=self.metrics_port)[2].decode().splitlines() if each.startswith(name + " ")]
        return float(line.split()[1])

    def resident_bytes(self):
        pages = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * resource.getpagesize()
