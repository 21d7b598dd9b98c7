#!/usr/bin/python3
"""Layers in local AWS: what functions find of them in /opt, and the operations that make, list and delete them."""

import base64
import hashlib
import json
import pathlib
import unittest
import urllib.request

import botocore.exceptions

from support.functions import BOOTSTRAP, ROLE, zip_of
from support.local_aws import LocalAws, code_of

FILE, PROGRAM_FILE = 0o100644, 0o100755
ACCOUNT = "000000000000"
RUN = "import subprocess\ndef h(event, context): return subprocess.run(event['run'], shell=True, capture_output=True, text=True).stdout"
EVALUATE = "def h(event, context):\n    for name in event['import']: __import__(name)\n    return eval(event['value'], {name: __import__(name) for name in event['import']})"


def files(**contents):
    return zip_of({name: (text, FILE) for name, text in contents.items()})


class LayersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.functions = cls.aws.client("lambda")
        cls.count = 0

    def publish(self, content, name=None, **more):
        type(self).count += 1
        return self.functions.publish_layer_version(LayerName=name or f"layer-{self.count}", Content={
            "ZipFile": content if isinstance(content, bytes) else zip_of({key: (text, FILE) for key, text in content.items()})}, **more)

    def create(self, text, layers, **more):
        type(self).count += 1
        name = f"function-{self.count}"
        self.functions.create_function(**{
            "FunctionName": name, "Runtime": "python3.11", "Role": ROLE, "Handler": "f.h", "Timeout": 60,
            "Code": {"ZipFile": zip_of({"f.py": (text, FILE)})},
            "Layers": [one if isinstance(one, str) else one["LayerVersionArn"] for one in layers], **more})
        return name

    def invoke(self, name, **event):
        answer = self.functions.invoke(FunctionName=name, Payload=json.dumps(event))
        said = json.loads(answer["Payload"].read())
        self.assertNotIn("FunctionError", answer, said)
        return said

    def message_of(self, call, code, **arguments):
        with self.assertRaises(botocore.exceptions.ClientError) as refused:
            call(**arguments)
        error = refused.exception.response["Error"]
        self.assertEqual(error["Code"], code, error)
        return error["Message"]


class Using(LayersTest):
    def test_what_they_hold_is_in_opt_a_later_one_over_an_earlier_one(self):
        first = self.publish({"python/one.py": "VALUE = 'first'", "python/both.py": "VALUE = 'first'", "data/text": "first",
                              "python/lib/python3.8/site-packages/of_version.py": "VALUE = 'of its version'"})
        second = self.publish(zip_of({"python/both.py": ("VALUE = 'second'", FILE), "bin/told": ("#!/bin/sh\necho told", PROGRAM_FILE),
                                      "lib/libx.so": ("", FILE), "data/text": ("one.py", 0o120777),
                                      "data/one.py": ("linked", FILE)}))
        name = self.create(EVALUATE, [first, second], Runtime="python3.8")
        self.assertEqual(self.invoke(name, **{"import": ["one", "both", "of_version"], "value": "[one.VALUE, both.VALUE, of_version.VALUE]"}),
                         ["first", "second", "of its version"])
        self.functions.update_function_configuration(FunctionName=name, Layers=[second["LayerVersionArn"], first["LayerVersionArn"]])
        self.assertEqual(self.invoke(name, **{"import": ["both"], "value": "both.VALUE"}), "first")
        listed = self.functions.get_function_configuration(FunctionName=name)["Layers"]
        self.assertEqual([(one["Arn"], one["CodeSize"]) for one in listed],
                         [(one["LayerVersionArn"], one["Content"]["CodeSize"]) for one in (second, first)])
        shell = self.create(RUN, [first, second])
        self.assertEqual(self.invoke(shell, run="told; cat /opt/data/text; ls /opt; echo x > /opt/new; ls /opt/new"),
                         "told\nlinkedbin\ndata\nlib\npython\n")
        self.functions.update_function_configuration(FunctionName=shell, Layers=[])
        self.assertEqual(self.invoke(shell, run="ls /opt"), "")
        self.assertNotIn("Layers", self.functions.get_function_configuration(FunctionName=shell))

    def test_node_finds_its_packages_in_them(self):
        layer = self.publish({"nodejs/node_modules/left/index.js": "module.exports = 'left'"})
        name = self.create("", [layer], Runtime="nodejs20.x", Handler="i.h",
                           Code={"ZipFile": zip_of({"i.js": ("exports.h = async () => require('left')", FILE)})})
        self.assertEqual(self.invoke(name), "left")

    def test_a_custom_runtime_may_come_in_one(self):
        layer = self.publish(zip_of({"bootstrap": (BOOTSTRAP, PROGRAM_FILE)}))
        name = self.create("", [layer], Runtime="provided.al2023")
        self.assertEqual(self.invoke(name)["calls"], 1)

    def test_a_function_keeps_one_that_was_deleted_and_its_code_goes_with_the_last(self):
        def zips():
            return {one.name for one in (self.aws.folder / "functions").iterdir()}
        before = zips()
        layer = self.publish({"python/kept.py": "VALUE = 'kept'"}, "deleted")
        name = self.create(EVALUATE, [layer])
        self.functions.delete_layer_version(LayerName="deleted", VersionNumber=1)
        self.assertIn("does not exist", self.message_of(self.functions.update_function_configuration,
                                                        "InvalidParameterValueException", FunctionName=name,
                                                        Layers=[layer["LayerVersionArn"]]))
        self.aws.kill_and_start()
        type(self).functions = self.aws.client("lambda")
        self.assertEqual(self.invoke(name, **{"import": ["kept"], "value": "kept.VALUE"}), "kept")
        self.assertEqual(len(zips() - before), 2)
        self.functions.delete_function(FunctionName=name)
        self.assertEqual(zips() - before, set())
        self.assertEqual(self.publish({"a": "b"}, "deleted")["Version"], 2)

    def test_what_cannot_be_used_is_refused(self):
        layers = [self.publish({f"file{number}": "x"})["LayerVersionArn"] for number in range(6)]
        newer = self.publish({"file": "newer"}, layers[0].split(":")[-2])["LayerVersionArn"]
        name = self.create(RUN, layers[:5])
        self.assertEqual(len(self.invoke(name, run="ls /opt").split()), 5)
        update, wrong = self.functions.update_function_configuration, "InvalidParameterValueException"
        for given, words in ((layers, "more than 5 layers"), ([layers[0], newer], "Two different versions of the same layer"),
                             ([layers[0] + "9"], f"Layer version {layers[0]}9 does not exist."),
                             ([layers[0].replace("us-east-1", "eu-west-1")], "Layers are not in the same region")):
            self.assertIn(words, self.message_of(update, wrong, FunctionName=name, Layers=given))
        for given in ("layer", "arn:aws:lambda:us-east-1:1:layer:x:1", layers[0][:-2], layers[0] + ":1", layers[0] + "x"):
            self.message_of(update, "ValidationException", FunctionName=name, Layers=[given])
        self.assertEqual(len(self.functions.get_function_configuration(FunctionName=name)["Layers"]), 5)

    def test_code_and_layers_have_their_limit_together(self):
        large = [self.publish(zip_of({f"data{number}": (bytes(100_000_000), FILE)}))["LayerVersionArn"] for number in range(2)]
        name = self.create(RUN, large)
        code = zip_of({"f.py": (RUN, FILE), "data": (bytes(62_144_001), FILE)})
        for call, given in ((self.functions.update_function_code, {"ZipFile": code}),):
            message = self.message_of(call, "InvalidParameterValueException", FunctionName=name, **given)
            self.assertEqual(message, "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. "
                                      f"The actual size is {262_144_001 + len(RUN)} bytes.")
        self.functions.update_function_configuration(FunctionName=name, Layers=large[:1])
        self.functions.update_function_code(FunctionName=name, ZipFile=code)
        self.message_of(self.functions.update_function_configuration, "InvalidParameterValueException", FunctionName=name, Layers=large)
        self.assertIn("Unzipped size must be smaller than 262144000 bytes", self.message_of(
            self.functions.publish_layer_version, "InvalidParameterValueException", LayerName="larger",
            Content={"ZipFile": zip_of({"data": (bytes(262_144_001), FILE)})}))


class Foreign(LayersTest):
    def test_the_public_layers_of_psycopg2_are_this_machines(self):
        for arn in ("arn:aws:lambda:us-east-1:898466741470:layer:psycopg2-py38:1",
                    "arn:aws:lambda:ca-central-1:898466741470:layer:psycopg2-py39:2"):
            name = self.create(EVALUATE, [arn], Runtime="python3.8")
            self.assertEqual(self.invoke(name, **{"import": ["psycopg2"], "value": "psycopg2.__file__"}),
                             "/opt/python/psycopg2/__init__.py")
            self.assertEqual(self.functions.get_function_configuration(FunctionName=name)["Layers"][0]["Arn"], arn)

    def test_any_other_is_refused_with_the_command_that_brings_it(self):
        arn = "arn:aws:lambda:eu-west-1:111122223333:layer:theirs:3"
        with self.assertRaises(botocore.exceptions.ClientError) as refused:
            self.create(RUN, [arn])
        error = refused.exception.response["Error"]
        self.assertEqual(error["Code"], "AccessDeniedException")
        for part in (f"get-layer-version-by-arn --arn {arn} --region eu-west-1", f"--endpoint-url {self.aws.url} lambda publish-layer-version",
                     "--layer-name theirs", "--zip-file fileb://layer.zip"):
            self.assertIn(part, error["Message"])
        # Its second half is a command that works as it stands.
        folder = pathlib.Path(self.aws.top.name)
        (folder / "layer.zip").write_bytes(files(text="theirs"))
        done = self.aws.shell(f"cd {folder} && " + error["Message"].split(" && ", 1)[1])
        self.assertEqual(json.loads(done.stdout), f"arn:aws:lambda:us-east-1:{ACCOUNT}:layer:theirs:1", done.stderr)


class Managing(LayersTest):
    def test_versions_are_published_described_listed_and_deleted(self):
        content = files(text="one")
        made = self.publish(content, "listed", Description="d", LicenseInfo="MIT", CompatibleRuntimes=["python3.8"],
                            CompatibleArchitectures=["x86_64"])
        self.assertEqual((made["Version"], made["LayerArn"], made["LayerVersionArn"], made["Description"], made["LicenseInfo"],
                          made["CompatibleRuntimes"], made["Content"]["CodeSize"]),
                         (1, f"arn:aws:lambda:us-east-1:{ACCOUNT}:layer:listed", f"arn:aws:lambda:us-east-1:{ACCOUNT}:layer:listed:1",
                          "d", "MIT", ["python3.8"], len(content)))
        with urllib.request.urlopen(made["Content"]["Location"], timeout=60) as answer:
            self.assertEqual(answer.read(), content)
        self.assertEqual(made["Content"]["CodeSha256"], base64.b64encode(hashlib.sha256(content).digest()).decode())
        second = self.publish({"text": "two"}, "listed", CompatibleRuntimes=["nodejs20.x"])
        for found in (self.functions.get_layer_version(LayerName="listed", VersionNumber=2),
                      self.functions.get_layer_version(LayerName=made["LayerArn"], VersionNumber=2),
                      self.functions.get_layer_version_by_arn(Arn=second["LayerVersionArn"])):
            self.assertEqual(found["Content"]["CodeSha256"], second["Content"]["CodeSha256"])

        def versions(**more):
            pages = self.functions.get_paginator("list_layer_versions").paginate(LayerName="listed", **more)
            return [one["Version"] for page in pages for one in page["LayerVersions"]]
        self.assertEqual((versions(), versions(MaxItems=1), versions(CompatibleRuntime="python3.8"),
                          versions(CompatibleArchitecture="arm64")), ([2, 1], [2, 1], [1], [2]))
        self.publish({"text": "x"}, "listed-beside")

        def layers(**more):
            pages = self.functions.get_paginator("list_layers").paginate(**more)
            return {one["LayerName"]: one["LatestMatchingVersion"]["Version"] for page in pages for one in page["Layers"]
                    if one["LayerName"].startswith("listed")}
        self.assertEqual((layers(), layers(MaxItems=1)), ({"listed": 2, "listed-beside": 1},) * 2)
        self.assertEqual(layers(CompatibleRuntime="python3.8"), {"listed": 1})
        self.functions.delete_layer_version(LayerName="listed", VersionNumber=2)
        self.functions.delete_layer_version(LayerName="listed", VersionNumber=2)
        self.assertEqual((versions(), layers()["listed"]), ([1], 1))
        for call, more in ((self.functions.get_layer_version, {"LayerName": "listed", "VersionNumber": 2}),
                           (self.functions.get_layer_version_by_arn, {"Arn": second["LayerVersionArn"]}),
                           (self.functions.get_layer_version_policy, {"LayerName": "listed", "VersionNumber": 1})):
            self.assertEqual(code_of(call, **more), ("ResourceNotFoundException", 404))
        self.assertEqual(code_of(self.functions.publish_layer_version, LayerName="a b", Content={"ZipFile": content}),
                         ("ValidationException", 400))

    def test_code_of_s3_is_refused_with_what_to_do(self):
        for call, given in ((self.functions.publish_layer_version, {"LayerName": "s3", "Content": {"S3Bucket": "bucket", "S3Key": "k"}}),
                            (self.functions.create_function, {"FunctionName": "s3", "Runtime": "python3.11", "Role": ROLE, "Handler": "f.h",
                                                              "Code": {"S3Bucket": "bucket", "S3Key": "k"}})):
            message = self.message_of(call, "InvalidParameterValueException", **given)
            self.assertIn("S3 Error Code: NoSuchBucket", message)
            self.assertIn("aws s3 cp s3://bucket/k code.zip", message)

    def test_who_may_use_a_version_is_written_down(self):
        self.publish({"a": "b"}, "shared")
        named = {"LayerName": "shared", "VersionNumber": 1}
        given = {"StatementId": "s", "Action": "lambda:GetLayerVersion", "Principal": "111122223333", **named}
        answer = self.functions.add_layer_version_permission(**given)
        policy = self.functions.get_layer_version_policy(**named)
        statement, = json.loads(policy["Policy"])["Statement"]
        self.assertEqual(json.loads(answer["Statement"]), statement)
        self.assertEqual((statement["Principal"], statement["Resource"], policy["RevisionId"]),
                         ({"AWS": "arn:aws:iam::111122223333:root"}, f"arn:aws:lambda:us-east-1:{ACCOUNT}:layer:shared:1",
                          answer["RevisionId"]))
        self.assertEqual(code_of(self.functions.add_layer_version_permission, **given), ("ResourceConflictException", 409))
        everyone = {**given, "StatementId": "all", "Principal": "*", "OrganizationId": "o-a1b2c3d4e5"}
        self.assertEqual(code_of(self.functions.add_layer_version_permission, **everyone, RevisionId="stale"),
                         ("PreconditionFailedException", 412))
        made = self.functions.add_layer_version_permission(**everyone, RevisionId=answer["RevisionId"])
        self.assertEqual(json.loads(made["Statement"])["Condition"], {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})
        for wrong in ({"Action": "lambda:GetFunction"}, {"Principal": "nobody"}, {"OrganizationId": "o"}):
            self.assertEqual(code_of(self.functions.add_layer_version_permission, **{**everyone, "StatementId": "w", **wrong}),
                             ("ValidationException", 400), wrong)
        self.assertEqual(code_of(self.functions.remove_layer_version_permission, StatementId="all", RevisionId="stale", **named),
                         ("PreconditionFailedException", 412))
        for sid in ("s", "all"):
            self.functions.remove_layer_version_permission(StatementId=sid, **named)
        self.assertEqual(code_of(self.functions.remove_layer_version_permission, StatementId="s", **named),
                         ("ResourceNotFoundException", 404))
        self.assertEqual(code_of(self.functions.get_layer_version_policy, **named), ("ResourceNotFoundException", 404))


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
