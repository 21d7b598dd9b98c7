"""Lambda's operations, as support/members.py walks them."""

import base64
import itertools
import types

from support.functions import BOOTSTRAP, ROLE, script

SERVICE = "lambda"

CODE = script()
OTHER_CODE = script(BOOTSTRAP + "# another\n")
OWNER = {"owner": "ann"}

numbers = itertools.count()


def creation(world):
    return {"FunctionName": f"walked-{next(numbers)}", "Runtime": "provided.al2023", "Role": ROLE, "Handler": "h",
            "Code": {"ZipFile": CODE}}


def new_function(world, **more):
    return world.functions.create_function(**creation(world), **more)


def named(world):
    return {"FunctionName": new_function(world)["FunctionName"]}


def permission(world):
    return {**named(world), "StatementId": "walked", "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com"}


def permitted(world):
    given = permission(world)
    world.functions.add_permission(**given)
    return {"FunctionName": given["FunctionName"], "StatementId": "walked"}


def limited(world):
    given = named(world)
    world.functions.put_function_concurrency(**given, ReservedConcurrentExecutions=1)
    return given


def tagged(world):
    return {"Resource": new_function(world, Tags=OWNER)["FunctionArn"]}


def new_layer(world, **more):
    return world.functions.publish_layer_version(**{"LayerName": f"walked-{next(numbers)}", "Content": {"ZipFile": CODE}, **more})


def named_layer(world):
    return {"LayerName": new_layer(world)["LayerArn"].split(":")[-1], "VersionNumber": 1}


def layer_permission(world):
    return {**named_layer(world), "StatementId": "walked", "Action": "lambda:GetLayerVersion", "Principal": "*"}


def layer_permitted(world):
    given = layer_permission(world)
    world.functions.add_layer_version_permission(**given)
    return {name: given[name] for name in ("LayerName", "VersionNumber", "StatementId")}


def layer_policy(world, given, answer):
    return world.functions.get_layer_version_policy(LayerName=given["LayerName"], VersionNumber=given["VersionNumber"])


def is_layer_gone(world, given, answer):
    return world.functions.list_layer_versions(LayerName=given["LayerName"])["LayerVersions"] == []


def alias(world):
    return {**named(world), "Name": "walked", "FunctionVersion": "$LATEST"}


def made_alias(world, version="$LATEST"):
    given = {"FunctionName": new_function(world, Publish=True)["FunctionName"], "Name": "walked"}
    world.functions.create_alias(**given, FunctionVersion=version)
    return given


def alias_seen(world, given, answer):
    return world.functions.get_alias(FunctionName=given["FunctionName"], Name=given["Name"])


def versions_of(world, given, answer):
    return len(world.functions.list_versions_by_function(FunctionName=given["FunctionName"])["Versions"]) - 1


def world(aws):
    """A function to read of, which has a policy, and those that the calls make."""
    made = types.SimpleNamespace(functions=aws.client("lambda"), name="members", other="another")
    made.functions.create_function(**{**creation(made), "FunctionName": made.name, "Timeout": 30})
    made.functions.create_function(**{**creation(made), "FunctionName": made.other, "Timeout": 30})
    made.functions.add_permission(FunctionName=made.name, StatementId="s", Action="*", Principal="*")
    for name, code in ((made.name, CODE), (made.other, OTHER_CODE)):
        for more in ({}, {"CompatibleRuntimes": ["python3.8"], "CompatibleArchitectures": ["x86_64"]}):
            layer = made.functions.publish_layer_version(LayerName=name, Content={"ZipFile": code}, **more)
            made.functions.add_layer_version_permission(LayerName=name, VersionNumber=layer["Version"], StatementId="s",
                                                        Action="lambda:GetLayerVersion", Principal="*")
    made.layer = layer["LayerVersionArn"]
    for name in (made.name, made.other):
        made.functions.publish_version(FunctionName=name)
        for one in ("another", "walked"):
            made.functions.create_alias(FunctionName=name, Name=one, FunctionVersion="1" if one == "walked" else "$LATEST")
    made.subnet = aws.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    made.group = aws.client("ec2").describe_security_groups()["SecurityGroups"][0]["GroupId"]
    return made


def configuration(world, given, answer):
    return world.functions.get_function(FunctionName=given["FunctionName"])


def policy(world, given, answer):
    return world.functions.get_policy(FunctionName=given["FunctionName"])


def is_gone(world, given, answer):
    names = [one["FunctionName"] for page in world.functions.get_paginator("list_functions").paginate()
             for one in page["Functions"]]
    return given["FunctionName"] not in names


def has_code(world, given, answer):
    other = world.functions.create_function(**{**creation(world), "Code": {"ZipFile": given.get("ZipFile", CODE)}})
    return configuration(world, given, answer)["Configuration"]["CodeSha256"] == other["CodeSha256"]


BASE = {
    "CreateAlias": alias,
    "DeleteAlias": made_alias,
    "GetAlias": lambda world: {"FunctionName": world.name, "Name": "walked"},
    "ListAliases": lambda world: {"FunctionName": world.name},
    "ListVersionsByFunction": lambda world: {"FunctionName": world.name},
    "PublishVersion": named,
    "UpdateAlias": made_alias,
    "AddLayerVersionPermission": layer_permission,
    "DeleteLayerVersion": named_layer,
    "GetLayerVersion": lambda world: {"LayerName": world.name, "VersionNumber": 1},
    "GetLayerVersionByArn": lambda world: {"Arn": world.layer[:-1] + "1"},
    "GetLayerVersionPolicy": lambda world: {"LayerName": world.name, "VersionNumber": 1},
    "ListLayerVersions": lambda world: {"LayerName": world.name},
    "PublishLayerVersion": lambda world: {"LayerName": f"walked-{next(numbers)}", "Content": {"ZipFile": CODE}},
    "RemoveLayerVersionPermission": layer_permitted,
    "AddPermission": permission,
    "CreateFunction": creation,
    "DeleteFunction": named,
    "DeleteFunctionConcurrency": limited,
    "GetFunction": lambda world: {"FunctionName": world.name},
    "GetFunctionConcurrency": limited,
    "GetFunctionConfiguration": lambda world: {"FunctionName": world.name},
    "GetPolicy": lambda world: {"FunctionName": world.name},
    "Invoke": lambda world: {"FunctionName": world.name},
    "ListTags": tagged,
    "PutFunctionConcurrency": lambda world: {**named(world), "ReservedConcurrentExecutions": 2},
    "RemovePermission": permitted,
    "TagResource": lambda world: {**tagged(world), "Tags": {"stage": "local"}},
    "UntagResource": lambda world: {**tagged(world), "TagKeys": ["owner"]},
    "UpdateFunctionCode": lambda world: {**named(world), "ZipFile": OTHER_CODE},
    "UpdateFunctionConfiguration": named,
}

WITHIN = {
    "VpcConfig": lambda world: {"SubnetIds": [world.subnet], "SecurityGroupIds": [world.group]},
}

VALUES = {
    "AdditionalVersionWeights": {"1": 0.5},
    "CreateAlias.FunctionVersion": "$LATEST",
    "DeleteAlias.FunctionName": lambda world: made_alias(world)["FunctionName"],
    "GetAlias.FunctionName": "another",
    "GetAlias.Name": "another",
    "ListAliases.FunctionName": "another",
    "ListAliases.FunctionVersion": "1",
    "ListVersionsByFunction.FunctionName": "another",
    "ListVersionsByFunction.Marker": "members:0",
    "UpdateAlias.FunctionVersion": "1",
    "UpdateAlias.FunctionName": lambda world: made_alias(world)["FunctionName"],
    "AddLayerVersionPermission.LayerName": lambda world: new_layer(world)["LayerArn"],
    "AddLayerVersionPermission.Action": "lambda:GetLayerVersion",
    "AddLayerVersionPermission.Principal": "111122223333",
    "OrganizationId": "o-a1b2c3d4e5",
    "Arn": lambda world: world.layer,
    "CompatibleArchitecture": "arm64",
    "CompatibleRuntime": "python3.8",
    "Content.ZipFile": OTHER_CODE,
    "DeleteLayerVersion.LayerName": lambda world: new_layer(world)["LayerArn"],
    "GetLayerVersion.LayerName": "another",
    "GetLayerVersion.VersionNumber": 2,
    "GetLayerVersionPolicy.LayerName": "another",
    "GetLayerVersionPolicy.VersionNumber": 2,
    "Layers": lambda world: [world.layer],
    "ListLayerVersions.LayerName": "another",
    "ListLayerVersions.Marker": "2",
    "PublishLayerVersion.LayerName": "walked-member",
    "Architectures": ["x86_64"],
    "ClientContext": base64.b64encode(b'{"client": {}}').decode(),
    "Code.ZipFile": OTHER_CODE,
    "CreateFunction.Code.ZipFile": CODE,
    "CreateFunction.FunctionName": "walked-by-name",
    "DeleteFunctionConcurrency.FunctionName": lambda world: limited(world)["FunctionName"],
    "EphemeralStorage.Size": 1177,
    "EventSourceToken": "walked-member",
    "FunctionVersion": "ALL",
    "GetFunction.FunctionName": "another",
    "GetFunctionConcurrency.FunctionName": "another",
    "GetFunctionConfiguration.FunctionName": "another",
    "GetPolicy.FunctionName": "another",
    "GetFunction.Qualifier": "$LATEST",
    "GetFunctionConfiguration.Qualifier": "$LATEST",
    "Invoke.FunctionName": "another",
    "Invoke.Payload": b'{"told": 1}',
    "LogFormat": "Text",
    "LogType": "Tail",
    "Marker": "another",
    "MaxItems": 1,
    "Mode": "Active",
    "PackageType": "Zip",
    "Principal": "s3.amazonaws.com",
    "PrincipalOrgID": "o-a1b2c3d4e5",
    "ReservedConcurrentExecutions": 7,
    "Resource": lambda world: new_function(world, Tags={"owner": "bob"})["FunctionArn"],
    "Role": "arn:aws:iam::000000000000:role/walked-member",
    "Runtime": "provided.al2",
    "SecurityGroupIds": lambda world: [world.group],
    "SourceAccount": "111122223333",
    "SourceArn": "arn:aws:s3:::walked-member",
    "SubnetIds": lambda world: [world.subnet],
    "Timeout": 77,
    "UntagResource.TagKeys": ["owner"],
}

SEEN = {
    "CreateAlias": alias_seen,
    "UpdateAlias": alias_seen,
    "AddLayerVersionPermission": layer_policy,
    "AddPermission": policy,
    "CreateFunction": configuration,
    "PutFunctionConcurrency": configuration,
    "TagResource": lambda world, given, answer: world.functions.list_tags(Resource=given["Resource"]),
    "UpdateFunctionCode": configuration,
    "UpdateFunctionConfiguration": configuration,
}

REVISION = "cloud_lambda_test.py:test_a_change_is_of_the_revision_that_it_names"
QUALIFIED = "cloud_lambda_test.py:test_a_version_that_is_not_there_is_told_by_every_operation"

ACTS = {
    "CreateFunction.Publish": lambda world, given, answer: versions_of(world, given, answer) == 1,
    "UpdateFunctionCode.Publish": lambda world, given, answer: versions_of(world, given, answer) == 1,
    "PublishVersion.FunctionName": lambda world, given, answer: versions_of(world, given, answer) == 1,
    "DeleteAlias.FunctionName": "cloud_lambda_versions_test.py:test_an_alias_leads_where_it_is_led",
    "DeleteAlias.Name": "cloud_lambda_versions_test.py:test_an_alias_leads_where_it_is_led",
    "AdditionalVersionWeights": "cloud_lambda_versions_test.py:test_a_part_of_its_events_goes_to_another_version",
    "AddLayerVersionPermission.LayerName": lambda world, given, answer: given["LayerName"] in answer["Statement"],
    "AddLayerVersionPermission.VersionNumber": lambda world, given, answer: answer["Statement"].count(":1") > 0,
    "AddLayerVersionPermission.Principal": lambda world, given, answer: "arn:aws:iam::111122223333:root" in answer["Statement"],
    "Content.ZipFile": lambda world, given, answer: answer["Content"]["CodeSha256"] == world.functions.get_layer_version_by_arn(
        Arn=world.layer)["Content"]["CodeSha256"],
    "DeleteLayerVersion.LayerName": is_layer_gone,
    "DeleteLayerVersion.VersionNumber": "cloud_lambda_layers_test.py:test_versions_are_published_described_listed_and_deleted",
    "RemoveLayerVersionPermission.LayerName": "cloud_lambda_layers_test.py:test_who_may_use_a_version_is_written_down",
    "RevisionId": REVISION,
    "CreateFunction.Code.ZipFile": has_code,
    "UpdateFunctionCode.ZipFile": has_code,
    "UpdateFunctionCode.DryRun": lambda world, given, answer: not has_code(world, given, answer),
    "DeleteFunction.FunctionName": is_gone,
    "DeleteFunctionConcurrency.FunctionName": lambda world, given, answer:
        world.functions.get_function_concurrency(FunctionName=given["FunctionName"]).keys() == {"ResponseMetadata"},
    "RemovePermission.FunctionName": QUALIFIED,
    "RemovePermission.StatementId": "cloud_lambda_test.py:test_permissions_make_a_policy",
    "Invoke.ClientContext": "cloud_lambda_test.py:test_tracing_and_the_clients_context_reach_it",
    "Invoke.FunctionName": lambda world, given, answer: b":function:another" in answer["Payload"],
    "Invoke.InvocationType": lambda world, given, answer: answer["StatusCode"] == 204,
    "Invoke.LogType": lambda world, given, answer: answer["LogResult"] != "",
    "Invoke.Payload": lambda world, given, answer: b'"told": 1' in answer["Payload"],
    "TagResource.Resource": lambda world, given, answer:
        world.functions.list_tags(Resource=given["Resource"])["Tags"] == {"owner": "bob", "stage": "local"},
    "UntagResource.Resource": lambda world, given, answer:
        world.functions.list_tags(Resource=given["Resource"])["Tags"] == {},
    "UntagResource.TagKeys": lambda world, given, answer:
        world.functions.list_tags(Resource=given["Resource"])["Tags"] == {},
}
