#!/usr/bin/env python3
"""Starts the sign-up function and the seed's Python handler in turn, under one runtime API and on one PostgreSQL with
verified TLS, and prints the time from process start to first response, the warm time and the memory.

Usage: bench/cold_start.py PROGRAM [--rounds N]
"""

import argparse
import contextlib
import http.server
import itertools
import json
import os
import pathlib
import pwd
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid

HERE = pathlib.Path(__file__).resolve().parent
POSTGRESQL = pathlib.Path("/usr/lib/postgresql/15/bin")
PATIENCE_SECONDS = 60
WARM_EVENTS = 200


class RuntimeApi(http.server.ThreadingHTTPServer):
    """Hands out events one by one and keeps when each was handed out and answered."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Calls)
        self.events = []
        self.handed = None
        self.answered = threading.Semaphore(0)
        self.ready = threading.Semaphore(0)
        self.times = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def invoke(self, event):
        self.events.append(json.dumps(event).encode())
        self.ready.release()

    def wait(self):
        if not self.answered.acquire(timeout=PATIENCE_SECONDS):
            raise SystemExit("cold_start: no answer came")
        return self.times.pop()


class Calls(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        self.server.ready.acquire()
        body = self.server.events.pop(0)
        head = (f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nLambda-Runtime-Aws-Request-Id: {uuid.uuid4()}\r\n"
                f"Lambda-Runtime-Deadline-Ms: {int(time.time() * 1000) + 60000}\r\n\r\n").encode()
        self.server.handed = time.perf_counter()
        self.wfile.write(head + body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        now = time.perf_counter()
        self.wfile.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
        if not self.path.endswith("/response"):
            raise SystemExit(f"cold_start: {self.path}: {body.decode()}")
        self.server.times.append((now, now - self.server.handed))
        self.server.answered.release()

    def finish(self):
        with contextlib.suppress(OSError):  # the function was killed
            super().finish()

    def handle(self):
        with contextlib.suppress(ConnectionResetError):
            super().handle()

    def log_message(self, *_):
        pass


def event_of(number):
    name = f"user{number}"
    return {"version": "1", "triggerSource": "PostConfirmation_ConfirmSignUp", "region": "us-east-1", "userName": name,
            "request": {"userAttributes": {"sub": str(uuid.uuid4()), "name": name, "preferred_username": name,
                                           "email": f"{name}@example.com"}}, "response": {}}


@contextlib.contextmanager
def postgresql(folder):
    """A server with TLS and SCRAM, as RDS has; yields the sign-up role's URL and the certificate's file."""
    as_whom = pwd.getpwnam("postgres") if os.getuid() == 0 else None
    demoted = {"user": as_whom.pw_uid, "group": as_whom.pw_gid, "extra_groups": []} if as_whom else {}

    def run(*arguments, **more):
        subprocess.run([str(part) for part in arguments], check=True, cwd="/", stdout=subprocess.DEVNULL, **demoted, **more)

    data = folder / "data"
    (folder / "password").write_text("cold")
    run(POSTGRESQL / "initdb", "-D", data, "-U", "owner", "-A", "scram-sha-256", "--pwfile", folder / "password", "-N")
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", data / "server.key", "-out",
        data / "server.crt", stderr=subprocess.DEVNULL)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    run(POSTGRESQL / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o",
        f"-p {port} -c ssl=on -c unix_socket_directories= -c listen_addresses=127.0.0.1", "start")
    try:
        owner = f"postgresql://owner:cold@127.0.0.1:{port}/cruddur"
        psql = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"]
        run(*psql, owner.replace("/cruddur", "/postgres"), "-c", "create database cruddur")
        shutil.copy(HERE.parent / "db" / "schema.sql", folder / "schema.sql")
        run(*psql, owner, "--single-transaction", "-f", folder / "schema.sql")
        run(*psql, owner, "-c", "create role signup login password 'cold' in role cruddur_signup")
        yield f"postgresql://signup:cold@127.0.0.1:{port}/cruddur", data / "server.crt"
    finally:
        run(POSTGRESQL / "pg_ctl", "-D", data, "-m", "immediate", "stop")


class Function:
    """A program that can be started as a function's process, again and again."""

    numbers = itertools.count()

    def __init__(self, program, environment):
        self.program = program
        self.environment = environment

    @contextlib.contextmanager
    def started(self):
        """Yields the runtime API, its process and the seconds from the start of that to its first response."""
        api = RuntimeApi()
        api.invoke(event_of(next(self.numbers)))
        environment = {"PATH": "/usr/bin:/bin", "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_address[1]}",
                       "PYTHONDONTWRITEBYTECODE": "1", **self.environment}
        begun = time.perf_counter()
        process = subprocess.Popen([self.program], env=environment, stdout=subprocess.DEVNULL)
        try:
            yield api, process, api.wait()[0] - begun
        finally:
            process.kill()
            process.wait()
            api.shutdown()
            api.server_close()

    def cold(self):
        with self.started() as (_, _, seconds):
            return seconds

    def warm(self):
        """The median of its later responses, in seconds, and its peak resident memory, in MiB."""
        with self.started() as (api, process, _):
            times = []
            for _ in range(WARM_EVENTS):
                api.invoke(event_of(next(self.numbers)))
                times.append(api.wait()[1])
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            return statistics.median(times), int(status.split("VmHWM:")[1].split()[0]) / 1024


@contextlib.contextmanager
def contestants(program):
    """Yields the function of this program and the seed's, on one PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="cruddur-cold-") as top:
        folder = pathlib.Path(top)
        if os.getuid() == 0:
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, pwd.getpwnam("postgres").pw_gid)
        with postgresql(folder) as (url, certificate):
            bundle = folder / "rds-bundle.pem"
            shutil.copy(certificate, bundle)
            environment = {"CONNECTION_URL": f"{url}?sslmode=verify-full&sslrootcert={bundle}"}
            yield Function(program.resolve(), environment), Function(HERE / "seed_lambda" / "bootstrap", environment)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("program", type=pathlib.Path)
    options.add_argument("--rounds", type=int, default=20)
    given = options.parse_args()
    with contestants(given.program) as (ours, seed):
        pairs = [(ours.cold(), seed.cold()) for _ in range(given.rounds)]
        for name, function, times in zip(("ours", "seed"), (ours, seed), zip(*pairs)):
            warm, resident = function.warm()
            print(f"{name}: cold {statistics.median(times) * 1e3:.1f} ms (min {min(times) * 1e3:.1f}, max {max(times) * 1e3:.1f}), "
                  f"warm {warm * 1e3:.2f} ms, resident {resident:.1f} MiB")
    ratios = sorted(b / a for a, b in pairs)
    ratio = statistics.median(ratios)
    print(f"cold start: {ratio:.1f} x (min {ratios[0]:.1f}, max {ratios[-1]:.1f}), wanted 8 x")
    return 0 if ratio >= 8 else 1


if __name__ == "__main__":
    sys.exit(main())
