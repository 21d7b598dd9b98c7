#!/usr/bin/env python3
"""`cruddur up` with faults: what it says, what it serves meanwhile, and that it comes back."""

import concurrent.futures
import contextlib
import fcntl
import json
import os
import pathlib
import signal
import socket
import socketserver
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

from cli_up_test import FREE, PROGRAM, START_SECONDS, Up, processes_of, query, request
from support.cognito import SrpClient, code_for
from support.faults import locked, no_room
from support.local_aws import LocalAws
from support.serve import Serve
from support.waiting import comes_true

SERVED = "/api/activities/home"
# Moments of a start at which a signal comes: most of an existing folder's, some of a new one's.
MOMENTS_OF_EXISTING = 44
MOMENTS_OF_NEW = 6
WORKERS = 4  # in folders of their own
STOP_SECONDS = 15  # on a busy machine; it is a fraction of one
BACK_SECONDS = 20  # the next fetch comes within some seconds
FULL_BYTES = 30_000  # of a file, for one that may not grow: it is what a full disk is to its writer
TOO_FEW = 100
ENOUGH = 320  # for itself, not for those who come
PASSWORD = "Sturdy-Passw0rd"


def status(url, body=None):
    try:
        with urllib.request.urlopen(url, body, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def post(port, token):
    """What one who is signed in gets for a post."""
    wanted = urllib.request.Request(f"http://127.0.0.1:{port}/api/activities", b'{"message":"Signed in","ttl":"1-hour"}',
                                    {"Authorization": "Bearer " + token, "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(wanted, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read()


def surplus_is_refused(port):
    try:
        return status(f"http://127.0.0.1:{port}{SERVED}") == 503
    except OSError:
        return False


@contextlib.contextmanager
def wholly_locked(database):
    """Another program's lock that keeps readers out as well."""
    holder = sqlite3.connect(database, isolation_level=None, timeout=30)
    try:
        holder.execute("pragma locking_mode = exclusive")
        holder.execute("begin exclusive")
        yield
        holder.execute("rollback")
    finally:
        holder.close()


@contextlib.contextmanager
def relay(port, target):
    """Who listens on a port of this machine and passes everything on to another."""
    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            with socket.create_connection(("127.0.0.1", target), timeout=20) as other:
                self.request.settimeout(20)
                other.sendall(self.request.recv(65536))
                while part := other.recv(65536):
                    self.request.sendall(part)

    class Relay(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Relay(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


class UpFault(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.TemporaryDirectory()
        os.chmod(cls.top.name, 0o755)  # the unprivileged user that PostgreSQL runs as passes through
        cls.folder = pathlib.Path(cls.top.name) / "data"

    @classmethod
    def tearDownClass(cls):
        cls.top.cleanup()

    def setUp(self):
        self.running = []

    def tearDown(self):
        for up in self.running:
            up.end()
            up.errors.close()
        self.assertEqual(processes_of(self.folder), [])

    def start(self, **how):
        up = Up(self.folder, *FREE, **how)
        self.running.append(up)
        return up

    def hold_fault(self, fault_of, breaks_database):
        up = self.start()
        where = up.addresses()
        pid_file = self.folder / "postgres" / "data" / "postmaster.pid"
        with fault_of(up):
            if breaks_database:
                os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
                self.assertTrue(comes_true(lambda: status(where["api_and_page"] + "/readyz") == 503), up.said())
                time.sleep(2)
                self.assertEqual(status(where["api_and_page"] + "/readyz"), 503)
            else:
                time.sleep(1)
                self.assertEqual(status(where["api_and_page"] + SERVED), 200)
            self.assertEqual(status(where["api_and_page"] + "/"), 200)
            self.assertEqual(status(where["api_and_page"] + "/livez"), 200)
            self.assertIsNone(up.process.poll(), up.said())
            said = up.said()
        self.assertTrue(comes_true(lambda: status(where["api_and_page"] + SERVED) == 200), up.said())
        self.assertEqual(query(where["connection_url"], "select 'back'"), "back")
        self.assertEqual(up.end(), 0)
        return said

    def test_the_state_is_locked(self):
        self.start().addresses()
        self.running[-1].end()
        self.hold_fault(lambda up: locked(self.folder / "cloud" / "state.db"), breaks_database=False)

    def test_the_disk_is_full(self):
        self.hold_fault(lambda up: no_room(up.process.pid), breaks_database=True)

    def test_the_disk_is_full_from_the_start(self):
        self.folder = pathlib.Path(self.top.name) / "full"
        for _ in ("a new folder", "one with rows"):
            refused = self.start(file_bytes=FULL_BYTES)
            self.assertEqual(refused.process.wait(START_SECONDS), 1, refused.said())
            self.assertIn("cruddur up: ", refused.said())
            self.assertRegex(refused.said(), "File too large|disk is full")
            self.assertEqual(processes_of(self.folder), [])
            again = self.start()
            self.assertEqual(status(again.addresses()["api_and_page"] + SERVED), 200)
            self.assertEqual(again.end(), 0)

    def test_the_database_does_not_start(self):
        self.start().addresses()
        self.running[-1].end()
        settings = self.folder / "postgres" / "data" / "postgresql.conf"
        right = settings.read_text()

        class Broken:
            def __enter__(self):
                settings.write_text(right + "\nno_such_setting = 1\n")

            def __exit__(self, *_):
                settings.write_text(right)

        self.assertIn("PostgreSQL has ended and does not start: what needs it is answered with 503",
                      self.hold_fault(lambda up: Broken(), breaks_database=True))
        with Broken():
            up = self.start()
            self.assertEqual(up.process.wait(START_SECONDS), 1)
            self.assertIn("no_such_setting", up.said())
        self.assertEqual(status(self.start().addresses()["api_and_page"] + SERVED), 200)

    def test_another_program_has_locked_the_state_while_it_starts(self):
        self.start().addresses()
        self.running[-1].end()
        state = self.folder / "cloud" / "state.db"
        said = f"(pid {os.getpid()}) has locked"
        with wholly_locked(state):
            waiting = self.start()
            self.assertTrue(comes_true(lambda: said in waiting.said()), waiting.said())
            self.assertIsNone(waiting.process.poll())
            begun = time.monotonic()
            self.assertEqual(waiting.end(), 0, waiting.said())
            self.assertLess(time.monotonic() - begun, STOP_SECONDS)
            again = self.start()
            self.assertTrue(comes_true(lambda: said in again.said()), again.said())
        where = again.addresses()
        self.assertEqual(status(where["api_and_page"] + SERVED), 200)
        self.assertEqual(again.end(), 0)
        with sqlite3.connect(state) as made_to_write:
            made_to_write.execute("delete from function")
        made_to_write.close()
        with locked(state):
            again = self.start()
            self.assertTrue(comes_true(lambda: said in again.said()), again.said())
        self.assertEqual(status(again.addresses()["api_and_page"] + SERVED), 200)

    def test_a_state_that_stays_locked_is_refused_by_the_name_of_who_holds_it(self):
        self.start().addresses()
        self.running[-1].end()
        with wholly_locked(self.folder / "cloud" / "state.db"):
            refused = self.start()
            self.assertEqual(refused.process.wait(START_SECONDS), 1, refused.said())
            self.assertIn(f"(pid {os.getpid()}) has locked the file", refused.said())
            self.assertEqual(processes_of(self.folder), [])
        self.assertEqual(status(self.start().addresses()["api_and_page"] + SERVED), 200)

    def test_descriptors_are_short(self):
        refused = self.start(descriptors=TOO_FEW)
        self.assertEqual(refused.process.wait(START_SECONDS), 1)
        self.assertIn(f"The limit of open files is {TOO_FEW}, and", refused.said())
        self.assertIn("ulimit -n 1024", refused.said())
        up = self.start(descriptors=ENOUGH)
        where = up.addresses()
        api = where["api_and_page"]
        port = int(api.rsplit(":", 1)[1])
        idle = [socket.create_connection(("127.0.0.1", port), timeout=START_SECONDS) for _ in range(2 * ENOUGH)]
        try:
            self.assertTrue(comes_true(lambda: surplus_is_refused(port)), up.said())
            idle[0].sendall(b"GET /api/activities/home HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertIn(b" 200 ", idle[0].recv(4096).split(b"\r\n")[0])
            self.assertEqual(status(where["aws_endpoint"] + "/_local/mailbox.json"), 200)
            self.assertEqual(query(where["connection_url"], "select 'there'"), "there")
        finally:
            for each in idle:
                each.close()
        self.assertTrue(comes_true(lambda: status(api + SERVED) == 200), up.said())
        self.assertEqual(up.end(), 0)

    def test_the_keys_are_unreachable_and_come_back(self):
        where = self.start().addresses()
        told = json.loads(request(where["api_and_page"] + "/api/configuration")[2])["user_pool"]
        token = self.token(where, told)
        cloud_port = int(where["aws_endpoint"].rsplit(":", 1)[1])
        with socket.create_server(("127.0.0.1", 0)) as kept:
            port = kept.getsockname()[1]
        variables = {"AWS_DEFAULT_REGION": told["region"], "AWS_COGNITO_USER_POOL_ID": told["id"],
                     "AWS_COGNITO_USER_POOL_CLIENT_ID": told["client_id"], "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
        with Serve(where["connection_url"], variables=variables) as serve:
            code, headers, body = post(serve.port, token)
            self.assertEqual((code, json.loads(body)), (503, ["unavailable"]))
            self.assertEqual(headers["Retry-After"], "1")
            self.assertEqual((serve.get("/")[0], serve.get(SERVED)[0]), (200, 200))
            code, _, body = serve.get("/readyz")
            self.assertEqual(code, 200)  # whoever reads needs no key
            self.assertIn("keys", body.decode())
            self.assertTrue(comes_true(lambda: "In the background, keys fails" in serve.said()), serve.said())
            with relay(port, cloud_port):
                self.assertTrue(comes_true(lambda: post(serve.port, token)[0] == 200, BACK_SECONDS), serve.said())
                self.assertNotIn("keys", serve.get("/readyz")[2].decode())
            self.assertEqual(post(serve.port, token)[0], 200)  # by the keys that it has

    def test_a_proxy_that_is_down_is_not_asked_for_what_is_on_this_machine(self):
        with socket.create_server(("127.0.0.1", 0)) as kept:
            nobody = f"http://127.0.0.1:{kept.getsockname()[1]}"
        up = self.start(http_proxy=nobody, all_proxy=nobody, ALL_PROXY=nobody, no_proxy="")
        where = up.addresses()
        told = json.loads(request(where["api_and_page"] + "/api/configuration")[2])["user_pool"]
        port = int(where["api_and_page"].rsplit(":", 1)[1])
        self.assertEqual(post(port, self.token(where, told, "proxied"))[0], 200, up.said())

    def token(self, where, told, handle="holder"):
        aws = LocalAws()
        self.addCleanup(aws.top.cleanup)
        aws.url = where["aws_endpoint"]
        cognito = aws.client("cognito-idp")
        given = {"name": "Key Holder", "preferred_username": handle, "email": f"{handle}@example.com"}
        cognito.sign_up(ClientId=told["client_id"], Username=handle, Password=PASSWORD,
                        UserAttributes=[{"Name": key, "Value": value} for key, value in given.items()])
        cognito.confirm_sign_up(ClientId=told["client_id"], Username=handle, ConfirmationCode=code_for(aws, given["email"]))
        return SrpClient(told["id"], told["client_id"], PASSWORD).sign_in(cognito, handle)["AuthenticationResult"]["AccessToken"]

    def test_a_signal_at_any_moment_of_its_start_stops_it_and_the_next_start_is_good(self):
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as workers:
            done = list(workers.map(self.signals_of_one, range(WORKERS)))
        print(f"starts take up to {max(took for took, _ in done):.2f} s; the slowest stop took {max(stop for _, stop in done):.2f} s",
              flush=True)
        self.assertLess(max(stop for _, stop in done), STOP_SECONDS)

    def signals_of_one(self, worker):
        """A share of the moments, in folders of its own: how long its start takes, and its slowest stop."""
        existing = pathlib.Path(self.top.name) / f"existing{worker}"
        self.begin_and_end(existing)
        begun = time.monotonic()
        self.begin_and_end(existing)
        start_seconds = time.monotonic() - begun
        slowest = 0
        for moment in range(worker, MOMENTS_OF_EXISTING + MOMENTS_OF_NEW, WORKERS):
            is_new = moment >= MOMENTS_OF_EXISTING
            folder = pathlib.Path(self.top.name) / f"new{moment}" if is_new else existing
            share = (moment - MOMENTS_OF_EXISTING + 1) / MOMENTS_OF_NEW if is_new else moment / MOMENTS_OF_EXISTING
            up = Up(folder, *FREE)
            time.sleep(0.02 + share * start_seconds)
            begun = time.monotonic()
            code = up.end()
            slowest = max(slowest, time.monotonic() - begun)
            self.assertIn(code, (0, -signal.SIGTERM), (moment, up.said()))  # the latter before it waits for signals
            self.assertEqual(processes_of(folder), [], (moment, up.said()))
            up.errors.close()
            if is_new:
                self.begin_and_end(folder)
        self.begin_and_end(existing)
        return start_seconds, slowest

    def begin_and_end(self, folder):
        up = Up(folder, *FREE)
        try:
            where = up.addresses()
            self.assertEqual(status(where["api_and_page"] + SERVED), 200, up.said())
            self.assertEqual(query(where["connection_url"], "select count(*) from users where handle = 'andrewbrown'"), "1")
        finally:
            up.end()
            up.errors.close()


class CloudFault(unittest.TestCase):
    def test_nobody_reads_what_local_aws_logs(self):
        for unread in ("stdout", "stderr"):
            with self.subTest(unread), tempfile.TemporaryDirectory() as top:
                os.chmod(top, 0o711)
                lines, end = os.pipe()
                fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, 4096)
                streams = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, unread: end}
                cloud = subprocess.Popen([PROGRAM, "cloud", "--port", "0", "--data-dir", top + "/data"], **streams)
                os.close(end)
                with open(lines, "rb", buffering=0) as pipe:
                    url = (pipe if unread == "stdout" else cloud.stdout).readline().split()[-1].decode()
                    try:
                        for number in range(80):
                            self.assertGreaterEqual(status(url + "/", f"Action=Unknown{number}&Version=2016-11-15".encode()), 400)
                        cloud.send_signal(signal.SIGTERM)
                        self.assertEqual(cloud.wait(STOP_SECONDS), 0)
                    finally:
                        cloud.kill()
                        cloud.wait()
                        if cloud.stdout:
                            cloud.stdout.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
