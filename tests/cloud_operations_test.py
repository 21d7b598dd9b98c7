#!/usr/bin/python3
"""Every operation that AWS has, of the services that local AWS has, by its name in the models: sent unsigned and signed,
where any credentials do and where signatures are required, in its own protocol and in the others. Local AWS serves it, or
refuses it as AWS does in the protocol that was spoken; it never fails of itself, and never answers in another protocol.
"""

import concurrent.futures
import http.client
import json
import re
import unittest
import urllib.parse
import xml.etree.ElementTree

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from support.answers import MODELS, served, without_namespace
from support.local_aws import LocalAws

KEY = botocore.credentials.Credentials("AKIDEXAMPLE", "secret/+=")
THREADS = 4
ANSWER_SECONDS = 60
UNKNOWN = {"query": ("InvalidAction", 400), "ec2": ("InvalidAction", 400), "json": ("UnknownOperationException", 400),
           "rest-json": ("UnknownOperationException", 404)}


def request_of(model, operation, protocol):
    """The method, path, fields and body by which an operation is asked for, without any of its members."""
    if protocol in ("query", "ec2"):
        return "POST", "/", {"Content-Type": "application/x-www-form-urlencoded"}, urllib.parse.urlencode(
            {"Action": operation, "Version": model["version"]}).encode()
    if protocol == "json":
        return "POST", "/", {"Content-Type": "application/x-amz-json-1.1",
                             "X-Amz-Target": f"{model['target']}.{operation}"}, b"{}"
    described = MODELS["lambda"]["operations"].get(operation)
    if described is None:
        return "POST", f"/2015-03-31/{operation}", {"Content-Type": "application/json"}, b"{}"
    method, path, _ = described["http"]
    return method, re.sub(r"\{[^}]*\}", "x", path), {"Content-Type": "application/json"}, b"" if method == "GET" else b"{}"


def code_in(protocol, status, fields, body):
    """The code of a refusal, "" of an answer that is none; it raises what says that the protocol is another."""
    if protocol in ("query", "ec2"):
        assert fields["Content-Type"].startswith("text/xml"), fields
        root = without_namespace(xml.etree.ElementTree.fromstring(body))
        if status < 300:
            assert root.tag.endswith("Response") and root.tag != "Response", body
            return ""
        paths = ("Errors/Error/Code", "RequestID") if protocol == "ec2" else ("Error/Code", "RequestId")
        assert root.tag == ("Response" if protocol == "ec2" else "ErrorResponse"), body
        code, request_id = (root.findtext(path) for path in paths)
        assert code and request_id, body
        return code
    if status == 204:
        return ""
    document = json.loads(body)
    if status < 300:
        return ""
    if protocol == "json":
        assert fields["Content-Type"] == "application/x-amz-json-1.1", fields
        assert document["__type"] == fields["x-amzn-ErrorType"] and document["message"], body
    else:
        assert fields["Content-Type"].startswith("application/json") and document["Message"], (fields, body)
    return fields["x-amzn-ErrorType"]


class Caller:
    """Sends requests on one connection."""

    def __init__(self, url):
        self.url = url
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=ANSWER_SECONDS)

    def send(self, method, path, fields, body, scope):
        fields = dict(fields)
        if scope is not None:
            request = botocore.awsrequest.AWSRequest(method, self.url + path, fields, body)
            botocore.auth.SigV4Auth(KEY, scope, "us-east-1").add_auth(request)
            fields = dict(request.headers.items())
        self.connection.request(method, path, body or None, fields)
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()


class Operations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.open = cls.enterClassContext(LocalAws())
        guarded = LocalAws()
        keys = guarded.folder.parent / "credentials"
        keys.write_text(f"[default]\naws_access_key_id = {KEY.access_key}\naws_secret_access_key = {KEY.secret_key}\n")
        guarded.flags = ("--require-signatures", str(keys))
        cls.guarded = cls.enterClassContext(guarded)

    def walk(self, aws, calls, judge):
        """Sends every call, each (model, operation, protocol, scope), and reports what `judge` finds wrong of its
        protocol, name, code and status."""
        def run(part):
            caller = Caller(aws.url)
            for model, operation, protocol, scope in part:
                asked = f"{protocol} {model['service']}.{operation} {'signed' if scope else 'unsigned'}"
                try:
                    status, fields, body = caller.send(*request_of(model, operation, protocol), scope)
                    wrong = f"status {status}" if status >= 500 else judge(model, operation, protocol, status,
                                                                           code_in(protocol, status, fields, body))
                except Exception as failed:  # a body of another protocol, or no answer
                    wrong, caller = repr(failed), Caller(aws.url)
                if wrong:
                    yield f"{asked}: {wrong}"
            caller.connection.close()

        with concurrent.futures.ThreadPoolExecutor(THREADS) as threads:
            breaches = [breach for part in threads.map(lambda n: list(run(calls[n::THREADS])), range(THREADS))
                        for breach in part]
        if breaches:
            self.fail("\n".join((f"{len(breaches)} of {len(calls)}", *breaches[:30])))

    def own_calls(self, signed):
        return [(model, operation, protocol, model["service"] if signed else None)
                for model in MODELS.values() for operation in model["operations"]
                for protocol in (model["protocol"], model.get("also")) if protocol]

    @staticmethod
    def served_or_unknown(model, operation, protocol, status, code):
        is_unknown = (code, status) == UNKNOWN[protocol]
        if is_unknown == (operation in served(model)):
            return f"{code} ({status})"
        return None

    def test_every_operation_is_served_or_unknown_as_in_aws(self):
        for aws in (self.open, self.guarded):
            self.walk(aws, self.own_calls(signed=True), self.served_or_unknown)
        self.walk(self.open, self.own_calls(signed=False), self.served_or_unknown)

    def test_no_operation_is_known_to_who_must_sign_and_does_not(self):
        def refused(model, operation, protocol, status, code):
            public = status == 400 and model["service"] == "cognito-idp" and code.startswith("InvalidParameter")
            return None if public or code.startswith("MissingAuthenticationToken") else f"{code} ({status})"

        self.walk(self.guarded, self.own_calls(signed=False), refused)

    def test_every_name_is_unknown_in_the_protocols_of_other_services(self):
        others = {"query": MODELS["rds"], "ec2": MODELS["ec2"], "json": MODELS["logs"], "rest-json": MODELS["lambda"]}
        calls = [(others[protocol], operation, protocol, others[protocol]["service"])
                 for model in MODELS.values() for operation in model["operations"]
                 for protocol in others if protocol != model["protocol"] and operation not in others[protocol]["operations"]]
        self.walk(self.open, calls, self.served_or_unknown)

    def test_what_was_asked_for_in_vain_is_named_and_counted_at_the_end(self):
        with LocalAws() as aws:
            for path in ("/2016-08-19/account-settings/", "/2016-08-19/account-settings", "/2020-04-22/code-signing-configs"):
                Caller(aws.url).send("GET", path, {}, b"", "lambda")
            Caller(aws.url).send(*request_of(MODELS["rds"], "CreateDBCluster", "query"), "rds")
            Caller(aws.url).send(*request_of(MODELS["rds"], "CreateDBClusters", "query"), "rds")
            aws.stop()
            self.assertEqual(aws.last_lines.split("Asked for, and not in local AWS:\n")[-1].splitlines(), [
                "  2 × lambda GetAccountSettings", "  1 × lambda ListCodeSigningConfigs", "  1 × rds CreateDBCluster",
                "  1 × rds CreateDBClusters"])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
