#!/usr/bin/python3
"""Versions and aliases of functions in local AWS: what was published stays as it was, whatever becomes of $LATEST."""

import base64
import collections
import hashlib
import json
import unittest

import botocore.exceptions

from support.functions import ROLE, zip_of
from support.local_aws import LocalAws, code_of

TOLD = ("import os\ncalls = 0\ndef h(event, context):\n    global calls\n    calls += 1\n"
        "    return ['{}', context.function_version, context.invoked_function_arn, os.environ.get('A'), calls,\n"
        "            context.log_stream_name]")
RUNTIME = {"Runtime": "python3.11", "Role": ROLE, "Handler": "f.h", "Timeout": 30}


def code(told):
    return zip_of({"f.py": (TOLD.format(told), 0o100644)})


class VersionsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.functions = cls.aws.client("lambda")
        cls.count = 0

    def create(self, told="first", **more):
        type(self).count += 1
        name = f"function-{type(self).__name__}-{self.count}"
        made = self.functions.create_function(**{"FunctionName": name, "Code": {"ZipFile": code(told)}, **RUNTIME, **more})
        self.arn = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
        self.assertTrue(made["FunctionArn"].startswith(self.arn))
        return name

    def invoke(self, name, qualifier=None):
        answer = self.functions.invoke(FunctionName=name, **({"Qualifier": qualifier} if qualifier else {}))
        said = json.loads(answer["Payload"].read())
        self.assertNotIn("FunctionError", answer, said)
        self.assertEqual(answer["ExecutedVersion"], said[1])
        return said

    def versions(self, name, **more):
        pages = self.functions.get_paginator("list_versions_by_function").paginate(FunctionName=name, **more)
        return [one["Version"] for page in pages for one in page["Versions"]]

    def refused(self, call, code_and_status, words="", **arguments):
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            call(**arguments)
        response = caught.exception.response
        self.assertEqual((response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]), code_and_status)
        self.assertIn(words, response["Error"]["Message"])


WRONG = ("InvalidParameterValueException", 400)
MISSING = ("ResourceNotFoundException", 404)


class Versions(VersionsTest):
    def test_what_was_published_stays_as_it_was(self):
        name = self.create(Environment={"Variables": {"A": "1"}})
        self.invoke(name)
        made = self.functions.publish_version(FunctionName=name, Description="as it was")
        self.assertEqual((made["Version"], made["FunctionArn"], made["Description"]), ("1", f"{self.arn}:1", "as it was"))
        second = code("second")
        updated = self.functions.update_function_code(FunctionName=name, ZipFile=second)
        self.assertEqual(updated["CodeSha256"], base64.b64encode(hashlib.sha256(second).digest()).decode())
        self.functions.update_function_configuration(FunctionName=name, Environment={"Variables": {"A": "2"}}, Timeout=7)
        self.assertEqual(self.invoke(name)[:4], ["second", "$LATEST", self.arn, "2"])
        first = self.invoke(name, "1")
        self.assertEqual(first[:5], ["first", "1", f"{self.arn}:1", "1", 1])
        self.assertIn("/[1]", first[5])
        self.assertEqual(self.invoke(f"{name}:1")[4], 2)
        self.assertEqual(self.functions.get_function_configuration(FunctionName=name, Qualifier="1")["Timeout"], 30)
        found = self.functions.get_function(FunctionName=f"{self.arn}:1")
        self.assertEqual(found["Configuration"]["CodeSha256"], made["CodeSha256"])
        # A change of $LATEST ends none of its processes, and the next start has it all still.
        self.functions.update_function_code(FunctionName=name, ZipFile=code("third"))
        self.assertEqual(self.invoke(name, "1")[4], 3)
        self.aws.kill_and_start()
        type(self).functions = self.aws.client("lambda")
        self.assertEqual((self.invoke(name, "1")[0], self.invoke(name)[0]), ("first", "third"))

    def test_nothing_is_published_twice_and_no_number_is_given_twice(self):
        name = self.create()
        published = [self.functions.publish_version(FunctionName=name, Description=text)["Version"] for text in ("a", "b")]
        self.functions.update_function_configuration(FunctionName=name, Timeout=8)
        published.append(self.functions.publish_version(FunctionName=name)["Version"])
        self.assertEqual((published, self.versions(name), self.versions(name, MaxItems=1)),
                         (["1", "1", "2"], ["$LATEST", "1", "2"], ["$LATEST", "1", "2"]))
        self.functions.delete_function(FunctionName=name, Qualifier="2")
        self.refused(self.functions.invoke, MISSING, f"Function not found: {self.arn}:2", FunctionName=name, Qualifier="2")
        self.assertEqual(self.functions.publish_version(FunctionName=name)["Version"], "3")
        listed = self.functions.list_functions(FunctionVersion="ALL")["Functions"]
        self.assertEqual([one["Version"] for one in listed if one["FunctionName"] == name], ["$LATEST", "1", "3"])
        pages = self.functions.get_paginator("list_functions").paginate(FunctionVersion="ALL", MaxItems=1)
        self.assertEqual([one["FunctionArn"] for page in pages for one in page["Functions"]], [one["FunctionArn"] for one in listed])
        self.functions.delete_function(FunctionName=name)
        self.refused(self.functions.get_function, MISSING, FunctionName=name, Qualifier="1")

    def test_a_function_is_published_as_it_is_made_and_as_its_code_changes(self):
        name = self.create(Publish=True)
        self.assertEqual(self.versions(name), ["$LATEST", "1"])
        made = self.functions.update_function_code(FunctionName=name, ZipFile=code("second"), Publish=True)
        self.assertEqual((made["Version"], made["FunctionArn"], self.invoke(name, "2")[0], self.invoke(name, "1")[0]),
                         ("2", f"{self.arn}:2", "second", "first"))

    def test_what_cannot_be_published_or_changed_is_refused(self):
        name = self.create()
        publish = self.functions.publish_version
        self.refused(publish, WRONG, "is different from current CodeSHA256 in $LATEST", FunctionName=name, CodeSha256="x")
        self.refused(publish, ("PreconditionFailedException", 412), FunctionName=name, RevisionId="stale")
        now = self.functions.get_function_configuration(FunctionName=name)
        publish(FunctionName=name, CodeSha256=now["CodeSha256"], RevisionId=now["RevisionId"])
        self.refused(publish, WRONG, FunctionName=f"{name}:1")
        self.refused(self.functions.update_function_configuration, WRONG, FunctionName=f"{name}:1", Timeout=9)
        self.refused(self.functions.update_function_code, WRONG, FunctionName=f"{name}:1", ZipFile=code("x"))
        self.refused(self.functions.put_function_concurrency, WRONG, FunctionName=f"{name}:1", ReservedConcurrentExecutions=1)

    def test_the_code_of_a_version_goes_with_the_last_that_has_it(self):
        zips = lambda: {one.name for one in (self.aws.folder / "functions").iterdir()}  # noqa: E731
        before = zips()
        name = self.create("kept only here")
        self.functions.publish_version(FunctionName=name)
        self.functions.update_function_code(FunctionName=name, ZipFile=code("another one"))
        self.assertEqual(len(zips() - before), 2)
        self.functions.delete_function(FunctionName=name, Qualifier="1")
        self.assertEqual(len(zips() - before), 1)
        self.functions.delete_function(FunctionName=name)
        self.assertEqual(zips() - before, set())

    def test_the_reserved_concurrency_is_of_all_versions(self):
        name = self.create()
        self.functions.publish_version(FunctionName=name)
        self.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        self.assertEqual(code_of(self.functions.invoke, FunctionName=name, Qualifier="1"), ("TooManyRequestsException", 429))


class Aliases(VersionsTest):
    def published(self):
        name = self.create(Publish=True)
        self.functions.update_function_code(FunctionName=name, ZipFile=code("second"), Publish=True)
        return name

    def test_an_alias_leads_where_it_is_led(self):
        name = self.published()
        made = self.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1", Description="d")
        self.assertEqual((made["AliasArn"], made["FunctionVersion"], made["Description"]), (f"{self.arn}:live", "1", "d"))
        self.assertEqual(self.invoke(name, "live")[:3], ["first", "1", f"{self.arn}:live"])
        moved = self.functions.update_alias(FunctionName=name, Name="live", FunctionVersion="2", RevisionId=made["RevisionId"])
        self.assertEqual((moved["FunctionVersion"], moved["Description"]), ("2", "d"))
        self.assertEqual(self.invoke(f"{self.arn}:live")[:2], ["second", "2"])
        self.refused(self.functions.update_alias, ("PreconditionFailedException", 412), FunctionName=name, Name="live",
                     RevisionId=made["RevisionId"], Description="x")
        found = self.functions.get_function_configuration(FunctionName=name, Qualifier="live")
        self.assertEqual((found["FunctionArn"], found["Version"]), (f"{self.arn}:live", "2"))
        moved.pop("ResponseMetadata")
        got = self.functions.get_alias(FunctionName=name, Name="live")
        got.pop("ResponseMetadata")
        self.assertEqual(got, moved)
        self.functions.create_alias(FunctionName=name, Name="next", FunctionVersion="$LATEST")

        def aliases(**more):
            pages = self.functions.get_paginator("list_aliases").paginate(FunctionName=name, **more)
            return [one["Name"] for page in pages for one in page["Aliases"]]
        self.assertEqual((aliases(), aliases(MaxItems=1), aliases(FunctionVersion="2")),
                         (["live", "next"], ["live", "next"], ["live"]))
        self.refused(self.functions.delete_function, ("ResourceConflictException", 409),
                     "Unable to delete version because the following aliases reference it: [live]", FunctionName=name, Qualifier="2")
        self.refused(self.functions.delete_function, WRONG, FunctionName=name, Qualifier="live")
        for _ in range(2):
            self.functions.delete_alias(FunctionName=name, Name="live")
        self.refused(self.functions.get_alias, MISSING, f"Cannot find alias arn: {self.arn}:live", FunctionName=name, Name="live")
        self.refused(self.functions.invoke, MISSING, FunctionName=name, Qualifier="live")
        self.functions.delete_function(FunctionName=name, Qualifier="2")

    def test_a_part_of_its_events_goes_to_another_version(self):
        name = self.published()
        made = self.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1",
                                           RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}})
        self.assertEqual(made["RoutingConfig"], {"AdditionalVersionWeights": {"2": 0.5}})
        counted = collections.Counter(self.invoke(name, "live")[1] for _ in range(60))
        self.assertEqual(set(counted), {"1", "2"}, counted)
        for weight, version in ((0.0, "1"), (1.0, "2")):
            self.functions.update_alias(FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": weight}})
            self.assertEqual({self.invoke(name, "live")[1] for _ in range(10)}, {version})
        self.refused(self.functions.delete_function, ("ResourceConflictException", 409), FunctionName=name, Qualifier="2")
        update = {"FunctionName": name, "Name": "live"}
        for weights, more in (({"2": 1.5}, {}), ({"1": 0.5}, {}), ({"$LATEST": 0.5}, {}), ({"2": 0.1, "3": 0.1}, {}),
                              ({"2": 0.5}, {"FunctionVersion": "$LATEST"})):
            self.refused(self.functions.update_alias, WRONG, **update, **more, RoutingConfig={"AdditionalVersionWeights": weights})
        self.refused(self.functions.update_alias, WRONG, **update, FunctionVersion="2")
        self.refused(self.functions.update_alias, MISSING, **update, RoutingConfig={"AdditionalVersionWeights": {"9": 0.5}})
        self.assertEqual(self.functions.get_alias(**update)["FunctionVersion"], "1")
        self.functions.update_alias(**update, RoutingConfig={"AdditionalVersionWeights": {}})
        self.assertNotIn("RoutingConfig", self.functions.get_alias(**update))

    def test_what_is_no_alias_is_refused(self):
        name = self.published()
        create = self.functions.create_alias
        create(FunctionName=name, Name="live", FunctionVersion="1")
        self.refused(create, ("ResourceConflictException", 409), "Alias already exists", FunctionName=name, Name="live", FunctionVersion="2")
        self.refused(create, MISSING, f"Function not found: {self.arn}:9", FunctionName=name, Name="other", FunctionVersion="9")
        for wrong in ({"Name": "12"}, {"Name": "a b"}, {"FunctionVersion": "live"}):
            self.refused(create, ("ValidationException", 400), **{"FunctionName": name, "Name": "other", "FunctionVersion": "1", **wrong})

    def test_a_policy_is_of_the_qualifier_that_it_names(self):
        name = self.published()
        self.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
        permission = {"FunctionName": name, "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "cognito-idp.amazonaws.com"}
        cognito, resources = self.aws.client("cognito-idp"), {}
        for qualifier in ("live", "2"):
            given = {**permission, "Qualifier": qualifier}
            self.assertEqual(code_of(self.functions.get_policy, FunctionName=name, Qualifier=qualifier), MISSING)
            self.functions.add_permission(**given)
            policy = self.functions.get_policy(FunctionName=name, Qualifier=qualifier)
            resources[qualifier] = json.loads(policy["Policy"])["Statement"][0]["Resource"]
            self.refused(self.functions.remove_permission, ("PreconditionFailedException", 412), FunctionName=name, StatementId="s",
                         Qualifier=qualifier, RevisionId="stale")
        self.assertEqual(resources, {"live": f"{self.arn}:live", "2": f"{self.arn}:2"})
        self.assertEqual(code_of(self.functions.get_policy, FunctionName=name), MISSING)

        def sign_up(arn):
            pool = cognito.create_user_pool(PoolName="p", LambdaConfig={"PreSignUp": arn})["UserPool"]
            client = cognito.create_user_pool_client(UserPoolId=pool["Id"], ClientName="c")["UserPoolClient"]["ClientId"]
            with self.assertRaises(botocore.exceptions.ClientError) as refused:  # it answers no event
                cognito.sign_up(ClientId=client, Username="user", Password="Sturdy-Passw0rd")
            return "AccessDeniedException" not in refused.exception.response["Error"]["Message"]
        self.assertEqual((sign_up(f"{self.arn}:live"), sign_up(self.arn)), (True, False))
        self.functions.remove_permission(FunctionName=name, StatementId="s", Qualifier="live")
        self.assertEqual(sign_up(f"{self.arn}:live"), False)


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
