"""Secrets Manager's operations, as support/members.py walks them."""

import itertools
import time
import types

from support.rds import STATUS_SECONDS, create_managed, wait_for

SERVICE = "secretsmanager"

numbers = itertools.count()
TOKEN = "0123456789abcdef0123456789abcdef"


def new_secret(world):
    name = f"walked-{next(numbers)}"
    world.secrets.create_secret(Name=name, SecretString="walked")
    return {"SecretId": name}


def doomed_secret(world):
    made = new_secret(world)
    world.secrets.delete_secret(**made, RecoveryWindowInDays=7)
    return made


def tagged_secret(world):
    made = new_secret(world)
    world.secrets.tag_resource(**made, Tags=[{"Key": "owner", "Value": "ann"}])
    return made


def managed_secret(world):
    """That of an instance, once it can be rotated."""
    deadline = time.monotonic() + STATUS_SECONDS
    while "AWSPENDING" in str(world.secrets.describe_secret(SecretId=world.managed)["VersionIdsToStages"]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    wait_for(world.rds, "managed")
    return {"SecretId": world.managed}


def with_two_versions(world):
    made = new_secret(world)
    world.secrets.put_secret_value(**made, SecretString="second", VersionStages=["other"])
    return made


def described(world, given, answer):
    """The secret with its value, by whichever name the call has it."""
    name = {"SecretId": given.get("SecretId") or given["Name"]}
    out = [world.secrets.describe_secret(**name)]
    if "SecretString" in given or "SecretBinary" in given:
        out.append(world.secrets.get_secret_value(**name, VersionId=answer["VersionId"]))
    return out


def world(aws):
    made = types.SimpleNamespace(secrets=aws.client("secretsmanager"), rds=aws.client("rds"), kms=aws.client("kms"))
    create_managed(made.rds, "managed")
    wait_for(made.rds, "managed")
    [made.managed] = [one["ARN"] for one in made.secrets.list_secrets(
        Filters=[{"Key": "owning-service", "Values": ["rds"]}])["SecretList"]]
    made.key = made.kms.create_key()["KeyMetadata"]["KeyId"]
    made.read = with_two_versions(made)["SecretId"]
    return made


BASE = {
    "CancelRotateSecret": new_secret,
    "CreateSecret": lambda world: {"Name": f"walked-{next(numbers)}", "SecretString": "walked"},
    "DeleteSecret": new_secret,
    "DescribeSecret": lambda world: {"SecretId": world.read},
    "GetSecretValue": lambda world: {"SecretId": world.read},
    "ListSecretVersionIds": lambda world: {"SecretId": world.read},
    "PutSecretValue": lambda world: {**new_secret(world), "SecretString": "another"},
    "RestoreSecret": doomed_secret,
    "RotateSecret": managed_secret,
    "TagResource": lambda world: {**new_secret(world), "Tags": [{"Key": "owner", "Value": "ann"}]},
    "UntagResource": lambda world: {**tagged_secret(world), "TagKeys": ["owner"]},
    "UpdateSecret": new_secret,
    "UpdateSecretVersionStage": lambda world: {
        **(made := with_two_versions(world)), "VersionStage": "other",
        "RemoveFromVersionId": next(one["VersionId"] for one in world.secrets.list_secret_version_ids(**made)["Versions"]
                                    if "other" in one["VersionStages"])},
}

WITHIN = {
    "Tags": {"Key": "owner", "Value": "ann"},
    "Filters": {"Key": "name", "Values": ["no-such"]},
}

VALUES = {
    "ClientRequestToken": TOKEN,
    "CreateSecret.Name": "walked-by-name",
    "Filters.Key": "description",
    "Filters.Values": ["walked"],
    "KmsKeyId": lambda world: world.key,
    "MaxResults": 1,
    "NextToken": "1",
    "RecoveryWindowInDays": 8,
    "SortOrder": "asc",
    "TagKeys": ["another"],
    "VersionId": TOKEN,
    "GetSecretValue.VersionStage": "other",
    "MoveToVersionId": TOKEN,
    "RemoveFromVersionId": TOKEN,
    "GetSecretValue.SecretId": lambda world: new_secret(world)["SecretId"],
    "DescribeSecret.SecretId": lambda world: new_secret(world)["SecretId"],
    "ListSecretVersionIds.SecretId": lambda world: new_secret(world)["SecretId"],
    "PasswordLength": 40,
    "AutomaticallyAfterDays": 30,
    "RotateImmediately": False,
    "ScheduleExpression": "rate(10 days)",
}

SEEN = {name: described for name in ("CreateSecret", "PutSecretValue", "RotateSecret", "TagResource", "UntagResource",
                                     "UpdateSecret", "UpdateSecretVersionStage")}

ACTS = {
    "CreateSecret.SecretBinary": "cloud_secrets_test.py:test_a_secret_has_versions_and_stages",
    "PutSecretValue.SecretBinary": "cloud_secrets_test.py:test_a_secret_has_versions_and_stages",
    "RecoveryWindowInDays": lambda world, given, answer: answer["DeletionDate"].timestamp() > time.time() + 7.9 * 86400,
    "ForceDeleteWithoutRecovery": lambda world, given, answer: answer["DeletionDate"].timestamp() < time.time() + 60,
    "RotateImmediately": lambda world, given, answer: "VersionId" not in answer,
    "UntagResource.TagKeys": lambda world, given, answer: "ann" in str(described(world, given, answer)),
}

UNHEEDED = {
    "UpdateSecret.ClientRequestToken": "without a value there is no version to name by it",
    "IncludeDeprecated": "every version has a stage",
    "IncludePlannedDeletion": "a doomed secret is listed with it; the walk has none",
    "RotateSecret.ClientRequestToken": "the service that rotates names the version",
}
