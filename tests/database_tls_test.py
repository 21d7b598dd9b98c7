#!/usr/bin/python3
"""TLS of `cruddur db`: verified for a host of another name by default, against a real server with an own CA's certificate.

Such a host is given as one whose address is known: ?hostaddr=127.0.0.1, as through a tunnel.
"""

import json
import pathlib
import subprocess
import tempfile
import unittest

from support.postgres import Server
from support.program import db

NAME = "cruddur-db-instance.czz1cuvepklc.ca-central-1.rds.amazonaws.com"


class Authority:
    """A certificate authority in a folder, and a certificate for NAME by it."""

    def __init__(self, folder):
        self.ca, ca_key = folder / "ca.pem", folder / "ca.key"
        self.certificate, self.key, request = folder / "server.pem", folder / "server.key", folder / "server.csr"
        new = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj"]
        self.run(*new, f"/CN=CA of {folder.name}", "-x509", "-days", "30", "-keyout", ca_key, "-out", self.ca)
        self.run(*new, f"/CN={NAME}", "-keyout", self.key, "-out", request)
        (folder / "names").write_text(f"subjectAltName=DNS:{NAME}\n")
        self.run("openssl", "x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", ca_key, "-days", "30",
                 "-extfile", folder / "names", "-out", self.certificate)

    @staticmethod
    def run(*command):
        subprocess.run(command, check=True, capture_output=True, timeout=60)


class TlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        top = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        for name in ("ours", "other"):
            (top / name).mkdir()
        cls.ours, cls.other = Authority(top / "ours"), Authority(top / "other")
        cls.server = cls.enterClassContext(Server(cls.ours.certificate, cls.ours.key))
        cls.plain = cls.enterClassContext(Server())

    def remote(self, host=NAME, server=None, **options):
        return (server or self.server).url("postgres", host=host, hostaddr="127.0.0.1", **options)

    def status(self, *flags, **how):
        done = db("status", "--json", *flags, **how)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def refused(self, url, *flags, **how):
        done = db("status", *flags, url=url, **how)
        self.assertEqual(done.returncode, 4, done.stdout)
        return done.stderr

    def test_a_ca_file_that_has_the_issuer_lets_every_command_through(self):
        self.assertIn("TLSv1.3", self.status("--ca-file", self.ours.ca, url=self.remote())["tls"])
        url, ca = self.remote(), ("--ca-file", self.ours.ca)
        self.assertEqual(db("sessions", "prod", *ca, prod=url).returncode, 0)
        psql = db("connect", "prod", *ca, "--", "-Atc",
                  "select 'encrypted' from pg_stat_ssl where ssl and pid = pg_backend_pid()", prod=url)
        self.assertEqual((psql.returncode, psql.stdout), (0, "encrypted\n"), psql.stderr)
        self.assertRegex(db("doctor", "prod", *ca, prod=url).stdout, "ok +TLS +TLSv1.3.*sslmode=verify-full")

    def test_without_a_ca_file_the_systems_bundle_is_what_counts(self):
        said = self.refused(self.remote())
        self.assertIn("certificate verify failed", said)
        self.assertIn("--ca-file FILE", said)
        self.assertTrue(self.status(url=self.remote(), SSL_CERT_FILE=str(self.ours.ca))["tls"])

    def test_an_issuer_that_the_ca_file_lacks_is_refused(self):
        said = self.refused(self.remote(), "--ca-file", self.other.ca)
        self.assertIn("certificate verify failed", said)
        self.assertIn("does not trust", said)

    def test_a_host_that_the_certificate_does_not_name_is_refused(self):
        said = self.refused(self.remote("another.rds.amazonaws.com"), "--ca-file", self.ours.ca)
        self.assertIn(f'server certificate for "{NAME}" does not match host name "another.rds.amazonaws.com"', said)
        self.assertIn("as the certificate has it", said)

    def test_a_server_without_tls_is_refused_before_it_gets_a_password(self):
        said = self.refused(self.remote(server=self.plain))
        self.assertIn("server does not support SSL", said)
        self.assertIn("sslmode=disable", said)

    def test_what_the_url_says_of_tls_wins(self):
        self.assertIsNone(self.status(url=self.remote(sslmode="disable"))["tls"])
        self.assertTrue(self.status(url=self.remote(sslmode="require"))["tls"])
        wrong_name = self.remote("another.rds.amazonaws.com", sslmode="verify-ca")
        self.assertTrue(self.status("--ca-file", self.ours.ca, url=wrong_name)["tls"])

    def test_a_ca_file_asks_a_local_server_for_the_same(self):
        here = self.server.url("postgres")
        self.assertTrue(self.status(url=here)["tls"])  # unverified, as a local one may be
        self.assertIn("does not match host name", self.refused(here, "--ca-file", self.ours.ca))

    def test_a_ca_file_that_is_not_there_is_wrong_usage(self):
        self.assertEqual(db("status", "--ca-file", "/nonexistent.pem", url=self.remote()).returncode, 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
