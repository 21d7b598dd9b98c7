#!/usr/bin/python3
"""`cruddur serve` as its operators and clients meet it: what comes in by headers, variables and options."""

import http.client
import json
import resource
import socket
import tempfile
import time
import unittest

from support.postgres import Server
from support.program import db, start
from support.serve import START_SECONDS, Serve
from support.waiting import comes_true

TRACES = ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")


class ServeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(log_statement="all"))
        cls.url = cls.server.url("cruddur")
        done = db("setup", url=cls.url)
        assert done.returncode == 0, done.stderr

    def serve(self, *flags, **how):
        return self.enterContext(Serve(self.url, *flags, **how))

    def statements(self, beginning):
        """How the server was sent the statements that the client calls so: by their names, or unnamed."""
        lines = self.server.log.read_text().splitlines()[beginning:]
        return [line.split("execute ", 1)[1].split(":")[0] for line in lines if "cruddur serve" in line and " execute " in line]

    def test_a_trace_that_comes_in_costs_no_prepared_statement_and_stands_in_the_log(self):
        serve = self.serve("--log-requests", "--threads", "1", "--no-snapshot")
        beginning = len(self.server.log.read_text().splitlines())
        for target in ("/api/activities/home?limit=3", "/api/activities/search?term=seed", "/api/users/@andrewbrown/short",
                       "/api/activities/5eed0000-0000-4000-8000-000000000101"):
            for trace in TRACES:
                self.assertEqual(serve.get(target, traceparent=trace)[0], 200)
        sent = self.statements(beginning)
        for name in ("home_feed", "search_activities", "show_user_short", "show_activity"):
            self.assertEqual(sent.count(name), len(TRACES), sent)
        self.assertNotIn("<unnamed>", sent)
        self.assertNotIn(TRACES[0].split("-")[1], self.server.log.read_text())
        for trace in TRACES:
            _, trace_id, _, flags = trace.split("-")
            self.assertTrue(comes_true(lambda: trace_id in serve.said()), serve.said())
            lines = [json.loads(line) for line in serve.said().splitlines() if trace_id in line]
            self.assertEqual({line["trace_flags"] for line in lines}, {flags})

    def refused(self, *flags, **variables):
        """What is said of a configuration with which serve does not start."""
        process = start("serve", "--port", "0", *flags, url=variables.pop("url", self.url), variables=variables)
        self.addCleanup(process.kill)
        said, errors = process.communicate(timeout=START_SECONDS)
        self.assertNotEqual(process.returncode, 0, said + errors)
        self.assertEqual(said, "")
        return errors

    def test_no_variable_and_no_option_with_a_bad_value_is_swallowed(self):
        pool = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_COGNITO_USER_POOL_ID": "us-east-1_abc",
                "AWS_COGNITO_USER_POOL_CLIENT_ID": "client"}
        for variables in (
                {"url": None}, {"url": "not a url"}, {"url": "postgresql://a:b@h:port/d"},
                *({name: value} for name in ("FRONTEND_URL", "BACKEND_URL") for value in (
                    "localhost:3000", "cruddur.example", "ftp://a", "http://", "https://*.gitpod.io", "http://a:99999999",
                    "http://ok.example, localhost", "http://user@a", "http://a b")),
                *({name: value} for name, value in pool.items()
                  if name != "AWS_DEFAULT_REGION"),
                {**pool, "AWS_DEFAULT_REGION": "us east"}, {**pool, "AWS_COGNITO_USER_POOL_ID": "a/b"},
                {**pool, "AWS_COGNITO_USER_POOL_CLIENT_ID": "a b"}, {**pool, "AWS_ENDPOINT_URL": "127.0.0.1:4566"},
                {**pool, "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": "http://far.example"}):
            with self.subTest(**variables):
                named = "CONNECTION_URL" if "url" in variables else next(
                    (name for name in variables if name.endswith("_URL")), "")
                said = self.refused(**variables)
                self.assertIn("cruddur serve: ", said)
                if named in ("CONNECTION_URL", "FRONTEND_URL", "BACKEND_URL"):
                    self.assertIn(named, said)
        for flags in (("--port", "70000"), ("--port", "x"), ("--host", "no.such.host.invalid"), ("--host", "192.0.2.1"),
                      ("--threads", "257"), ("--threads", "-1"), ("--connections", "0"), ("--queue", "0"), ("--slow-ms", "-1"),
                      ("--slow-ms", "soon"), ("--ca-file", "/nowhere.pem"), ("--user-pool", "/nowhere.json"),
                      ("--sign-in-endpoint", "http://localhost:4566"), ("--posts-a-minute", "-1"), ("--reactions-a-minute", "many"),
                      ("--requests-a-minute", "1000001"), ("--trusted-proxies", "10.0.0.0/33"), ("--nothing",)):
            with self.subTest(flags=flags):
                self.refused(*flags)
        for name in ("CRUDDUR_POSTS_A_MINUTE", "CRUDDUR_REACTIONS_A_MINUTE", "CRUDDUR_REQUESTS_A_MINUTE"):
            for value in ("-1", "many", "1000001"):
                self.assertIn(value, self.refused(**{name: value}))
        for value, said in (("10.0.0.1/8", "10.0.0.0/8 has none"), ("proxy.example.com", "is none"), ("10.0.0.0/8,", "an entry is empty")):
            for refusal in (self.refused("--trusted-proxies", value), self.refused(CRUDDUR_TRUSTED_PROXIES=value)):
                self.assertIn("CRUDDUR_TRUSTED_PROXIES", refusal)
                self.assertIn(said, refusal)
        self.assertIn("/nowhere.json", self.refused("--jwks", "/nowhere.json", **pool))
        for endpoint in ("localhost:4566", "http://far.example", "http://localhost:4566/path"):
            self.assertIn(endpoint, self.refused("--sign-in-endpoint", endpoint, **pool))

    def test_limits_are_settings_and_the_log_has_the_address_that_a_trusted_proxy_names(self):
        client, spoofed = "198.51.100.7", "203.0.113.9, 198.51.100.8"
        for flags, variables in ((("--requests-a-minute", "3", "--trusted-proxies", "127.0.0.1"), {}),
                                 ((), {"CRUDDUR_REQUESTS_A_MINUTE": "3", "CRUDDUR_TRUSTED_PROXIES": "127.0.0.0/8,::1"})):
            serve = self.serve("--log-requests", *flags, variables=variables)
            statuses = [serve.get("/api/health-check", **{"X-Forwarded-For": client})[0] for _ in range(4)]
            self.assertEqual(statuses, [200, 200, 200, 429])
            self.assertEqual(serve.get("/api/health-check", **{"X-Forwarded-For": spoofed})[0], 200)
            self.assertEqual([serve.get("/api/health-check")[0] for _ in range(5)], [200] * 5)
            self.assertTrue(comes_true(lambda: '"peer":"198.51.100.8"' in serve.said()), serve.said())
            self.assertIn(f'"peer":"{client}"', serve.said())
            self.assertNotIn("203.0.113.9", serve.said())

    def test_a_user_pools_file_is_read_whole_or_refused(self):
        whole = {"region": "us-east-1", "user_pool_id": "us-east-1_abc", "client_id": "client"}
        with tempfile.NamedTemporaryFile("w+", suffix=".json") as file:
            def write(text):
                file.seek(0)
                file.truncate()
                file.write(text)
                file.flush()
            for bad in ("", "{", "[]", "null", *(json.dumps({**whole, name: value}) for name in whole for value in ("", 7, "a b")),
                        *(json.dumps({key: value for key, value in whole.items() if key != name}) for name in whole)):
                write(bad)
                with self.subTest(bad):
                    self.assertIn("user pool", self.refused("--user-pool", file.name))
            write(json.dumps(whole))
            serve = self.serve("--user-pool", file.name, "--sign-in-endpoint", "http://localhost:4566/",
                               variables={"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_COGNITO_USER_POOL_ID": "another"})
            told = json.loads(serve.get("/api/configuration")[2])["user_pool"]
        self.assertEqual(told, {"region": "us-east-1", "id": "us-east-1_abc", "client_id": "client",
                                "endpoint": "http://localhost:4566"})
        self.assertIn("connect-src 'self' http://localhost:4566;", serve.get("/")[1]["Content-Security-Policy"])
        self.assertTrue(comes_true(lambda: "http://127.0.0.1:1/us-east-1_abc/.well-known/jwks.json" in serve.said()), serve.said())

    def test_an_origin_without_its_scheme_is_told_how_to_write_it(self):
        self.assertIn("http://localhost:3000", self.refused(FRONTEND_URL="localhost:3000"))

    def test_origins_that_are_named_are_let_in_and_a_star_lets_in_all_with_a_warning(self):
        serve = self.serve(variables={"FRONTEND_URL": "HTTP://LocalHost:3000/, https://cruddur.example:443",
                                      "BACKEND_URL": "http://[::1]:4567"})
        for origin, allowed in (("http://localhost:3000", True), ("https://cruddur.example", True),
                                ("http://[::1]:4567", True), ("http://evil.example", False), ("null", False)):
            headers = serve.get("/api/activities/home", Origin=origin)[1]
            self.assertEqual(headers["Access-Control-Allow-Origin"], origin if allowed else None)
        anybody = self.serve(variables={"FRONTEND_URL": "*", "BACKEND_URL": "*"})
        self.assertTrue(comes_true(lambda: "FRONTEND_URL" in anybody.said()), anybody.said())
        headers = anybody.get("/api/activities/home", Origin="http://evil.example")[1]
        self.assertEqual(headers["Access-Control-Allow-Origin"], "*")
        self.assertIsNone(headers["Access-Control-Allow-Credentials"])

    def test_both_loopback_addresses_are_listened_on_and_an_address_is_printed_as_it_can_be_used(self):
        self.assertTrue(socket.has_ipv6)
        serve = self.serve()
        for host in ("127.0.0.1", "::1"):
            with socket.create_connection((host, serve.port), timeout=START_SECONDS) as client:
                client.sendall(b"GET /livez HTTP/1.0\r\n\r\n")
                self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 200"), host)
        process = start("serve", "--port", "0", "--host", "::1", url=self.url)
        self.addCleanup(process.wait, START_SECONDS)
        self.addCleanup(process.terminate)
        self.assertRegex(process.stdout.readline(), r"  http://\[::1\]:[0-9]+$")
        process.stdout.close()
        process.stderr.close()

    def test_connections_beyond_the_limit_of_open_files_are_told_503_and_the_database_is_still_reached(self):
        serve = self.serve(descriptors=96)
        first = http.client.HTTPConnection("127.0.0.1", serve.port, timeout=START_SECONDS)
        first.request("GET", "/readyz")
        self.assertEqual(first.getresponse().read()[:13], b'{"ready":true')
        idle = [socket.create_connection(("127.0.0.1", serve.port), timeout=START_SECONDS) for _ in range(120)]
        self.addCleanup(lambda: [each.close() for each in idle])
        for _ in range(20):
            status, headers, _ = serve.get("/livez")
            self.assertEqual((status, headers["Retry-After"]), (503, "1"))
        first.request("GET", "/api/activities/home?limit=3")
        self.assertEqual(first.getresponse().status, 200)
        first.close()
        while idle:
            idle.pop().close()
        self.assertTrue(comes_true(lambda: serve.get("/livez")[0] == 200))
        self.assertNotIn("cannot accept", serve.said())
        said = self.refused_under(descriptors=40)
        self.assertIn("ulimit -n", said)

    def refused_under(self, descriptors):
        process = start("serve", "--port", "0", url=self.url, preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (descriptors, descriptors)))
        said, errors = process.communicate(timeout=START_SECONDS)
        self.assertEqual((process.returncode, said), (1, ""))
        return errors

    def test_a_page_is_compressed_however_seldom_it_is_asked_for(self):
        serve = self.serve("--threads", "1")
        for name in ("gzip", "br"):
            for _ in range(3):
                time.sleep(1.1)  # by now no page is kept
                headers = serve.get("/api/activities/home", **{"Accept-Encoding": name})[1]
                self.assertEqual((headers["Content-Encoding"], headers["Vary"].split(",")[0]), (name, "Accept-Encoding"))
        self.assertIsNone(serve.get("/api/activities/home")[1]["Content-Encoding"])

    def test_an_answer_says_once_what_it_varies_by_and_is_never_sniffed(self):
        serve = self.serve(variables={"FRONTEND_URL": "http://localhost:3000"})
        for target in ("/api/activities/home", "/api/activities/home?limit=9", "/api/activities/search?term=seed", "/nothing",
                       "/api/activities/5eed0000-0000-4000-8000-000000000101", "/readyz", "/", "/api/configuration"):
            headers = serve.get(target, **{"Accept-Encoding": "gzip"})[1]
            self.assertEqual(len(headers.get_all("Vary")), 1, target)
            self.assertEqual(headers.get_all("X-Content-Type-Options"), ["nosniff"], target)
        self.assertIn("Authorization", serve.get("/api/activities/home?limit=9")[1]["Vary"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
