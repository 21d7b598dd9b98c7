#!/usr/bin/python3
"""`cruddur cloud profile`: what points the AWS CLI and SDKs at local AWS, so that no call leaves the machine."""

import os
import pathlib
import socket
import ssl
import stat
import subprocess
import tempfile
import threading
import unittest


from support.local_aws import PROGRAM, LocalAws
from support.quick_aws import quick_aws

CALL = "aws rds describe-db-instances --query 'length(DBInstances)'"


class RealAws:
    """A proxy that stands for all the world outside: whatever a client tunnels to is AWS here, with a certificate that the
    system would trust if it trusted `bundle`."""

    def __init__(self, folder):
        self.bundle = folder / "world.pem"
        key = folder / "world.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=world",
                        "-addext", "subjectAltName=DNS:rds.us-east-1.amazonaws.com,DNS:*.amazonaws.com", "-keyout", key,
                        "-out", self.bundle], check=True, capture_output=True, timeout=120)
        self.tunnels = []   # hosts that a connection was asked for
        self.requests = []  # what was then said, within TLS
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.bundle, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.tunnel, args=(client,), daemon=True).start()

    def tunnel(self, client):
        with client:
            client.settimeout(60)
            asked = client.recv(65536).decode(errors="replace")
            self.tunnels.append(asked.split("\r\n", 1)[0])
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            try:
                with self.context.wrap_socket(client, server_side=True) as inner:
                    self.requests.append(inner.recv(65536).decode(errors="replace"))
                    inner.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            except OSError:
                pass  # the client ended it, as it should

    def close(self):
        self.listener.close()


class Profile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())

    def setUp(self):
        self.home = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="cruddur-profile-")))
        self.world = RealAws(self.home)
        self.addCleanup(self.world.close)
        self.environment = {"HOME": str(self.home), "PATH": f"{os.path.dirname(quick_aws())}:/usr/bin:/bin", "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1",
                            "AWS_EC2_METADATA_DISABLED": "true", "https_proxy": self.world.url, "HTTPS_PROXY": self.world.url}
        self.config = self.home / ".aws" / "config"

    def profile(self, *words):
        return subprocess.run([PROGRAM, "cloud", "--data-dir", self.aws.folder, "profile", *words], env=self.environment,
                              capture_output=True, text=True, timeout=60)

    def shell(self, script, **variables):
        return subprocess.run(["/bin/bash", "-c", script], env={**self.environment, **variables}, capture_output=True,
                              text=True, timeout=120)

    def said(self):
        """What was said to the world, after all that a connection needs."""
        return (self.world.tunnels, self.world.requests)

    def test_its_line_reaches_local_aws_and_no_call_leaves(self):
        line = f'eval "$({PROGRAM} cloud --data-dir {self.aws.folder} profile)"'
        done = self.shell(f"{line}\n{CALL}\naws sts get-caller-identity --query Account --output text")
        self.assertEqual((done.returncode, done.stdout), (0, "0\n000000000000\n"), done.stderr)
        self.assertEqual(self.said(), ([], []))

    def test_the_world_would_have_been_reached_without_it(self):
        keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}
        done = self.shell(CALL, AWS_CA_BUNDLE=str(self.world.bundle), **keys)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(len(self.world.requests), 1, done.stderr)

    def test_a_client_that_passes_the_endpoint_over_trusts_nobody_and_says_nothing(self):
        lines = "\n".join(line for line in self.profile().stdout.splitlines() if not line.startswith("aws()"))
        done = self.shell(f"{lines}\n/usr/bin/{CALL} --endpoint-url https://rds.us-east-1.amazonaws.com")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("SSL validation failed", done.stderr)
        self.assertEqual((len(self.world.tunnels), self.world.requests), (1, []))

    def test_the_written_profile_works_for_the_cli_and_for_boto3(self):
        written = self.profile("--write")
        self.assertEqual(written.returncode, 0, written.stderr)
        self.assertEqual(stat.S_IMODE(self.config.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.config.parent.stat().st_mode), 0o700)
        done = self.shell(f"{written.stdout}\n{CALL}")
        self.assertEqual((done.returncode, done.stdout), (0, "0\n"), done.stderr)
        # Debian's boto3 is older than profiles with an endpoint: what it has of the profile are keys, region and trust.
        script = ("import boto3; s = boto3.Session(profile_name='cruddur-local');"
                  f"print(s.client('rds', endpoint_url='{self.aws.url}').describe_db_instances()['DBInstances'])")
        done = self.shell(f'/usr/bin/python3 -c "{script}"')
        self.assertEqual((done.returncode, done.stdout), (0, "[]\n"), done.stderr)
        done = self.shell(f"/usr/bin/{CALL} --profile cruddur-local --endpoint-url https://rds.us-east-1.amazonaws.com")
        self.assertIn("SSL validation failed", done.stderr)
        self.assertEqual(self.world.requests, [])

    def test_nobody_elses_section_is_touched(self):
        self.config.parent.mkdir()
        others = "[default]\nregion = eu-west-1\n\n[profile mine]\n# keep\nregion = us-west-2\n"
        self.config.write_text(others)
        self.config.chmod(0o640)
        refused = self.profile("--write", "mine")
        self.assertEqual((refused.returncode, "it stays as it is" in refused.stderr), (1, True), refused.stderr)
        self.assertEqual(self.profile("--remove", "mine").returncode, 1)
        self.assertEqual(self.config.read_text(), others)
        for _ in range(2):  # the second time in its own place
            self.assertEqual(self.profile("--write", "here").returncode, 0)
        text = self.config.read_text()
        self.assertTrue(text.startswith(others))
        self.assertEqual((text.count("[profile here]"), stat.S_IMODE(self.config.stat().st_mode)), (1, 0o640))
        self.config.write_text(text + "\n[profile after]\nregion = us-east-2\n")
        self.assertEqual(self.profile("--write", "here", "--endpoint-url", "http://127.0.0.1:1").returncode, 0)
        self.assertIn("endpoint_url = http://127.0.0.1:1\n", self.config.read_text())
        self.assertEqual(self.profile("--remove", "here").returncode, 0)
        self.assertEqual(self.config.read_text(), others + "\n[profile after]\nregion = us-east-2\n")
        self.assertEqual(self.profile("--remove", "here").returncode, 1)
        (self.config.parent / "credentials").write_text("[theirs]\naws_access_key_id = a\n")
        refused = self.profile("--write", "theirs")
        self.assertEqual((refused.returncode, "would be sent instead" in refused.stderr), (1, True), refused.stderr)

    def test_before_local_aws_has_run_there_is_none(self):
        done = subprocess.run([PROGRAM, "cloud", "--data-dir", self.home / "none", "profile"], env=self.environment,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("has not run", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
