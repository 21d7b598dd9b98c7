"""KMS's operations, as support/members.py walks them."""

import itertools
import types

SERVICE = "kms"

numbers = itertools.count()


def new_key(world):
    return {"KeyId": world.kms.create_key()["KeyMetadata"]["KeyId"]}


def new_alias(world):
    made = {"AliasName": f"alias/walked-{next(numbers)}", "TargetKeyId": world.key}
    world.kms.create_alias(**made)
    return made


def doomed_key(world):
    made = new_key(world)
    world.kms.schedule_key_deletion(**made, PendingWindowInDays=7)
    return made


def sealed(world):
    return {"CiphertextBlob": world.kms.encrypt(KeyId=world.key, Plaintext=b"walked")["CiphertextBlob"]}


def world(aws):
    made = types.SimpleNamespace(kms=aws.client("kms"))
    made.key, made.other = (made.kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    new_alias(made)
    return made


def opens_in_its_context_alone(world, given, answer):
    blob = {"CiphertextBlob": answer["CiphertextBlob"]}
    try:
        world.kms.decrypt(**blob)
    except world.kms.exceptions.InvalidCiphertextException:
        return world.kms.decrypt(**blob, EncryptionContext=given["EncryptionContext"])["KeyId"].endswith(world.key)
    return False


BASE = {
    "CancelKeyDeletion": doomed_key,
    "CreateAlias": lambda world: {"AliasName": f"alias/walked-{next(numbers)}", "TargetKeyId": world.key},
    "Decrypt": sealed,
    "DeleteAlias": lambda world: {"AliasName": new_alias(world)["AliasName"]},
    "DescribeKey": lambda world: {"KeyId": world.key},
    "DisableKey": new_key,
    "EnableKey": new_key,
    "Encrypt": lambda world: {"KeyId": world.key, "Plaintext": b"walked"},
    "GenerateDataKey": lambda world: {"KeyId": world.key, "KeySpec": "AES_256"},
    "GenerateDataKeyWithoutPlaintext": lambda world: {"KeyId": world.key, "KeySpec": "AES_256"},
    "ScheduleKeyDeletion": new_key,
    "UpdateAlias": new_alias,
}

VALUES = {
    "CreateAlias.AliasName": "alias/walked-by-name",
    "UpdateAlias.AliasName": lambda world: new_alias(world)["AliasName"],
    "TargetKeyId": lambda world: world.other,
    "DescribeKey.KeyId": lambda world: world.other,
    "ListAliases.KeyId": lambda world: world.other,
    "Encrypt.KeyId": lambda world: world.other,
    "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
    "GenerateDataKey.KeySpec": "AES_128",
    "GenerateDataKeyWithoutPlaintext.KeySpec": "AES_128",
    "KeySpec": "SYMMETRIC_DEFAULT",
    "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
    "KeyUsage": "ENCRYPT_DECRYPT",
    "Limit": 1,
    "Marker": "1",
    "MultiRegion": False,
    "Origin": "AWS_KMS",
    "PendingWindowInDays": 8,
}

SEEN = {
    "CreateAlias": lambda world, given, answer: world.kms.list_aliases(),
    "UpdateAlias": lambda world, given, answer: world.kms.list_aliases(),
}

ACTS = {
    "EncryptionContext": opens_in_its_context_alone,
    "Encrypt.Plaintext": "cloud_secrets_test.py:test_a_key_encrypts_in_a_context_while_it_is_enabled",
    "GenerateDataKey.KeySpec": lambda world, given, answer: len(answer["Plaintext"]) == 16,
    "GenerateDataKeyWithoutPlaintext.KeySpec": lambda world, given, answer: len(
        world.kms.decrypt(CiphertextBlob=answer["CiphertextBlob"])["Plaintext"]) == 16,
}

UNHEEDED = {
    "MultiRegion": "no key is of several regions, which is what was asked for",
    "Decrypt.EncryptionAlgorithm": "there is one",
    "EncryptionAlgorithm": "there is one",
    "EnableKey.KeyId": "it was enabled",
    "DisableKey.KeyId": "the walk's key is not there",
}
