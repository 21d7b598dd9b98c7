#!/usr/bin/python3
"""Secrets Manager and KMS by boto3, and what RDS does with them: master passwords that are kept as secrets and rotated,
and storage whose key can be disabled."""

import collections
import http.client
import json
import threading
import time
import unittest
import urllib.parse
import uuid

import botocore.exceptions

from support.local_aws import LocalAws, code_of, wire_of
from support.program import db
from support.rds import STATUS_SECONDS, admit, create, create_managed, describe, psql, wait_for
from support.serve import Serve
from support.waiting import until


class Readers:
    """Threads that read a page again and again while the block runs, each over one connection."""

    def __init__(self, port, count):
        self.port, self.ending, self.statuses = port, False, collections.Counter()
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(count)]

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while not self.ending:
            connection.request("GET", "/api/activities/home")
            answer = connection.getresponse()
            answer.read()
            self.statuses[answer.status] += 1

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ending = True
        for thread in self.threads:
            thread.join(60)

    def wait_for_more(self, count):
        before = sum(self.statuses.values())
        until(lambda: sum(self.statuses.values()) >= before + count, "nothing is answered")


class WithLocalAws(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.secrets, cls.kms, cls.rds = (cls.aws.client(name) for name in ("secretsmanager", "kms", "rds"))


class SecretsAndKeys(WithLocalAws):
    def test_a_secret_has_versions_and_stages(self):
        made = self.secrets.create_secret(Name="app/one", SecretString="first", Tags=[{"Key": "owner", "Value": "ann"}])
        self.assertRegex(made["ARN"], r"^arn:aws:secretsmanager:us-east-1:\d{12}:secret:app/one-\w{6}$")
        for name in ("app/one", made["ARN"], made["ARN"][:-7]):
            self.assertEqual(self.secrets.get_secret_value(SecretId=name)["SecretString"], "first")
        second = self.secrets.put_secret_value(SecretId="app/one", SecretBinary=b"\0\xffsecond")
        self.assertEqual(self.secrets.get_secret_value(SecretId="app/one")["SecretBinary"], b"\0\xffsecond")
        before = self.secrets.get_secret_value(SecretId="app/one", VersionStage="AWSPREVIOUS")
        self.assertEqual((before["SecretString"], before["VersionId"]), ("first", made["VersionId"]))
        token = str(uuid.uuid4())
        for _ in range(2):  # the same request, sent again
            pending = self.secrets.put_secret_value(SecretId="app/one", SecretString="third", ClientRequestToken=token,
                                                    VersionStages=["AWSPENDING"])
        self.assertEqual(pending["VersionId"], token)
        self.assertEqual(code_of(self.secrets.put_secret_value, SecretId="app/one", SecretString="other",
                                 ClientRequestToken=token), ("ResourceExistsException", 400))
        self.assertEqual(self.secrets.describe_secret(SecretId="app/one")["VersionIdsToStages"],
                         {made["VersionId"]: ["AWSPREVIOUS"], second["VersionId"]: ["AWSCURRENT"], token: ["AWSPENDING"]})
        self.secrets.update_secret_version_stage(SecretId="app/one", VersionStage="AWSCURRENT", MoveToVersionId=token,
                                                 RemoveFromVersionId=second["VersionId"])
        self.assertEqual(self.secrets.describe_secret(SecretId="app/one")["VersionIdsToStages"],
                         {second["VersionId"]: ["AWSPREVIOUS"], token: ["AWSCURRENT"]})
        listed = self.secrets.list_secrets(Filters=[{"Key": "tag-value", "Values": ["ann"]}])["SecretList"]
        self.assertEqual([one["Name"] for one in listed], ["app/one"])

    def test_a_secret_is_deleted_and_comes_back(self):
        self.secrets.create_secret(Name="passing", SecretString="kept")
        self.secrets.delete_secret(SecretId="passing", RecoveryWindowInDays=7)
        self.assertEqual(code_of(self.secrets.get_secret_value, SecretId="passing"), ("InvalidRequestException", 400))
        self.assertEqual(code_of(self.secrets.create_secret, Name="passing"), ("InvalidRequestException", 400))
        self.secrets.restore_secret(SecretId="passing")
        self.assertEqual(self.secrets.get_secret_value(SecretId="passing")["SecretString"], "kept")
        self.secrets.delete_secret(SecretId="passing", ForceDeleteWithoutRecovery=True)
        self.assertEqual(code_of(self.secrets.describe_secret, SecretId="passing"), ("ResourceNotFoundException", 400))

    def test_nothing_of_a_secret_is_in_the_state(self):
        self.secrets.create_secret(Name="sealed", SecretString="a-text-that-is-nowhere")
        self.kms.encrypt(KeyId="alias/aws/secretsmanager", Plaintext=b"a-text-that-is-nowhere")
        for file in self.aws.folder.glob("state.db*"):
            self.assertNotIn(b"a-text-that-is-nowhere", file.read_bytes(), file)
        self.assertNotIn("a-text-that-is-nowhere", "".join(self.aws.logged))

    def test_a_random_password_is_as_asked(self):
        made = self.secrets.get_random_password(PasswordLength=20, ExcludePunctuation=True, ExcludeCharacters="abc")
        self.assertRegex(made["RandomPassword"], "^[d-zA-Z0-9]{20}$")

    def test_a_key_encrypts_in_a_context_while_it_is_enabled(self):
        key = self.kms.create_key(Description="mine")["KeyMetadata"]
        self.kms.create_alias(AliasName="alias/mine", TargetKeyId=key["KeyId"])
        sealed = self.kms.encrypt(KeyId="alias/mine", Plaintext=b"\0text\xff", EncryptionContext={"a": "1"})["CiphertextBlob"]
        self.assertNotIn(b"text", sealed)
        opened = self.kms.decrypt(CiphertextBlob=sealed, EncryptionContext={"a": "1"})
        self.assertEqual((opened["Plaintext"], opened["KeyId"]), (b"\0text\xff", key["Arn"]))
        altered = sealed[:-1] + bytes([sealed[-1] ^ 1])
        for wrong in ({"CiphertextBlob": sealed}, {"CiphertextBlob": sealed, "EncryptionContext": {"a": "2"}},
                      {"CiphertextBlob": altered, "EncryptionContext": {"a": "1"}}, {"CiphertextBlob": b"no"}):
            self.assertEqual(code_of(self.kms.decrypt, **wrong), ("InvalidCiphertextException", 400))
        other = self.kms.create_key()["KeyMetadata"]["KeyId"]
        self.assertEqual(code_of(self.kms.decrypt, CiphertextBlob=sealed, EncryptionContext={"a": "1"}, KeyId=other),
                         ("IncorrectKeyException", 400))
        data = self.kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")
        self.assertEqual(self.kms.decrypt(CiphertextBlob=data["CiphertextBlob"])["Plaintext"], data["Plaintext"])
        self.assertEqual(len(data["Plaintext"]), 32)
        self.secrets.create_secret(Name="by-mine", SecretString="s", KmsKeyId="alias/mine")
        self.kms.disable_key(KeyId=key["KeyId"])
        self.assertEqual(code_of(self.kms.decrypt, CiphertextBlob=data["CiphertextBlob"]), ("DisabledException", 400))
        self.assertEqual(code_of(self.secrets.get_secret_value, SecretId="by-mine"), ("DecryptionFailure", 400))
        self.kms.enable_key(KeyId=key["KeyId"])
        self.assertEqual(self.secrets.get_secret_value(SecretId="by-mine")["SecretString"], "s")
        self.kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
        self.assertEqual(code_of(self.kms.encrypt, KeyId=key["KeyId"], Plaintext=b"t"), ("KMSInvalidStateException", 400))
        self.kms.cancel_key_deletion(KeyId=key["KeyId"])
        self.assertEqual(self.kms.describe_key(KeyId="alias/mine")["KeyMetadata"]["KeyState"], "Disabled")
        self.assertEqual(code_of(self.kms.describe_key, KeyId="alias/nobodys"), ("NotFoundException", 400))

    def test_aws_own_keys_are_not_for_the_account_to_change(self):
        self.secrets.create_secret(Name="any", SecretString="s")
        own = self.kms.describe_key(KeyId="alias/aws/secretsmanager")["KeyMetadata"]
        self.assertEqual(own["KeyManager"], "AWS")
        self.assertEqual(code_of(self.kms.disable_key, KeyId=own["KeyId"]), ("AccessDeniedException", 400))


class ManagedInstances(WithLocalAws):
    ahead_seconds = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls.kms.create_key()["KeyMetadata"]
        create_managed(cls.rds, "one", StorageEncrypted=True, KmsKeyId=cls.key["KeyId"])
        cls.one = wait_for(cls.rds, "one")
        admit(cls.aws, cls.one)
        [cls.secret] = [one["ARN"] for one in cls.secrets.list_secrets(Filters=[
            {"Key": "owning-service", "Values": ["rds"]}])["SecretList"]]

    def kept(self):
        value = json.loads(self.secrets.get_secret_value(SecretId=self.secret)["SecretString"])
        self.assertEqual(value["username"], "root")
        return value["password"]

    def quoted(self):
        return urllib.parse.quote(self.kept(), safe="")

    def admits(self, password):
        return psql(self.one, "select 'in'", password=urllib.parse.quote(password, safe="")).stdout == "in\n"

    def rotated(self):
        """Whether a rotation could be begun: not while the one before is under way."""
        return not code_of(self.secrets.rotate_secret, SecretId=self.secret)

    def sessions(self):
        found = psql(self.one, "select pid from pg_stat_activity where application_name like 'cruddur%'", password=self.quoted())
        return found.stdout.split()

    def test_1_the_password_is_a_secret(self):
        with wire_of(self.rds) as bodies:
            describe(self.rds, "one")
        self.assertIn(f"<SecretArn>{self.secret}</SecretArn><SecretStatus>active</SecretStatus>", bodies[0])
        self.assertTrue(self.admits(self.kept()))
        self.assertEqual(code_of(self.rds.modify_db_instance, DBInstanceIdentifier="one", MasterUserPassword="milkyway2023"),
                         ("InvalidParameterCombination", 400))
        for change in (self.secrets.put_secret_value, self.secrets.update_secret):
            self.assertEqual(code_of(change, SecretId=self.secret, SecretString="x"), ("InvalidRequestException", 400))
        self.assertEqual(code_of(self.secrets.delete_secret, SecretId=self.secret), ("InvalidRequestException", 400))

    def test_2_a_rotation_changes_the_password(self):
        before = self.kept()
        made = self.secrets.rotate_secret(SecretId=self.secret)
        until(lambda: self.kept() != before, "the password stayed")
        self.assertEqual(self.secrets.get_secret_value(SecretId=self.secret)["VersionId"], made["VersionId"])
        self.assertTrue(self.admits(self.kept()))
        self.assertFalse(self.admits(before))
        previous = self.secrets.get_secret_value(SecretId=self.secret, VersionStage="AWSPREVIOUS")
        self.assertEqual(json.loads(previous["SecretString"])["password"], before)
        with wire_of(self.secrets) as bodies:
            self.assertEqual(self.secrets.describe_secret(SecretId=self.secret)["RotationRules"], {"AutomaticallyAfterDays": 7})
        self.assertGreater(json.loads(bodies[0])["NextRotationDate"], time.time() + 6 * 86400)

    def test_3_a_program_that_names_the_secret_survives_a_rotation(self):
        at = self.one["Endpoint"]
        url = (f"postgresql://root@{at['Address']}:{at['Port']}/cruddur?sslmode=require"
               f"&secret={urllib.parse.quote(self.secret, safe='')}")
        aws = {name: value for name, value in self.aws.environment().items() if name.startswith("AWS_")}
        aws["AWS_ENDPOINT_URL"] = self.aws.url
        done = db("setup", url=url, **aws)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn(self.kept(), done.stdout + done.stderr)
        statuses = []
        with Serve(url, "--no-snapshot", variables=aws) as app:
            ends = time.monotonic() + STATUS_SECONDS
            before = self.kept()
            self.secrets.rotate_secret(SecretId=self.secret)
            rotated, cut = False, 0
            while cut < 3 and time.monotonic() < ends:
                statuses.append(app.get("/api/activities/home")[0])
                rotated = rotated or self.kept() != before
                if rotated:  # the sessions of before end, so that others take their place by the new password
                    ended = psql(self.one, "select count(pg_terminate_backend(pid)) from pg_stat_activity "
                                           "where application_name like 'cruddur%'", password=self.quoted())
                    cut += int(ended.stdout or 0) > 0
                    until(lambda: app.get("/readyz")[0] == 200, app.said)
        self.assertEqual((set(statuses), cut), ({200}, 3))
        with self.subTest("under load, while sessions come and go"), Serve(url, "--no-snapshot", variables=aws) as app:
            statuses, opened = collections.Counter(), set()
            for _ in range(3):
                before = self.kept()
                with Readers(app.port, 2) as few:
                    few.wait_for_more(50)
                    until(lambda: self.rotated(), "it is not rotated")  # pylint: disable=unnecessary-lambda
                    with Readers(app.port, 10) as many:
                        until(lambda: self.kept() != before, "the password stayed")  # pylint: disable=cell-var-from-loop
                        many.wait_for_more(300)
                        opened.update(self.sessions())
                    few.wait_for_more(20)
                    # Those that have nothing to do, of which most came by the password of before.
                    psql(self.one, "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'cruddur%' "
                                   "and state = 'idle' and state_change < now() - interval '1 second'", password=self.quoted())
                    few.wait_for_more(50)
                statuses += few.statuses + many.statuses
            print(f"{sum(statuses.values())} requests through three rotations: {dict(statuses)}, {len(opened)} sessions", flush=True)
            self.assertEqual(set(statuses), {200})
            self.assertGreater(len(opened), 2)

    def test_4_an_instance_whose_key_is_disabled_stops(self):
        psql(self.one, "create table lasting as select 7 as number", password=self.quoted())
        self.kms.disable_key(KeyId=self.key["KeyId"])
        locked = "inaccessible-encryption-credentials-recoverable"
        until(lambda: describe(self.rds, "one")["DBInstanceStatus"] == locked, "it runs on")
        until(lambda: psql(self.one, "select 1", password=self.quoted()).returncode == 2, "it takes connections")
        self.assertEqual(code_of(self.rds.start_db_instance, DBInstanceIdentifier="one"), ("KMSKeyNotAccessibleFault", 400))
        self.kms.enable_key(KeyId=self.key["KeyId"])
        self.rds.start_db_instance(DBInstanceIdentifier="one")
        wait_for(self.rds, "one")
        self.assertEqual(psql(self.one, "select number from lasting", password=self.quoted()).stdout, "7\n")

    def test_5_it_is_rotated_by_the_clock(self):
        for rules, hours in (({"AutomaticallyAfterDays": 3}, 72), ({"ScheduleExpression": "rate(5 hours)"}, 5)):
            self.rules(rules)
            told = self.secrets.describe_secret(SecretId=self.secret)
            self.assertEqual((told["RotationEnabled"], told["RotationRules"]), (True, rules))
            before, last = self.kept(), told["LastRotatedDate"]
            self.turn_clock(hours - 1)
            time.sleep(3)  # more than a turn: nothing is due
            self.assertEqual(self.kept(), before)
            self.turn_clock(2)
            until(lambda: self.kept() != before, "it is not rotated")  # pylint: disable=cell-var-from-loop
            self.assertGreater(self.secrets.describe_secret(SecretId=self.secret)["LastRotatedDate"].timestamp(),
                               last.timestamp() + (hours - 1) * 3600)
            until(lambda: self.admits(self.kept()), "the password is not the server's")
            self.assertFalse(self.admits(before))
        for wrong in ({"ScheduleExpression": "rate(1 hour)"}, {"ScheduleExpression": "cron(0 8 * * ? *)"},
                      {"ScheduleExpression": "rate(5 hours)", "AutomaticallyAfterDays": 3}):
            self.assertEqual(code_of(self.rules, rules=wrong), ("InvalidParameterException", 400))

    def rules(self, rules):
        self.secrets.rotate_secret(SecretId=self.secret, RotationRules=rules, RotateImmediately=False)

    def turn_clock(self, hours):
        type(self).ahead_seconds += hours * 3600
        self.aws.stop()
        self.aws.flags = ("--clock-ahead", str(self.ahead_seconds))
        self.aws.start()
        for name, service in (("secrets", "secretsmanager"), ("kms", "kms"), ("rds", "rds")):
            setattr(type(self), name, self.aws.client(service))
        wait_for(self.rds, "one")

    def test_6_one_whose_key_is_disabled_keeps_no_other_from_being_rotated(self):
        key = self.kms.create_key()["KeyMetadata"]["KeyId"]
        create_managed(self.rds, "other", secret_key=key)
        wait_for(self.rds, "other")
        [secret] = {one["ARN"] for one in self.secrets.list_secrets()["SecretList"]} - {self.secret}
        for each in (self.secret, secret):
            self.secrets.rotate_secret(SecretId=each, RotationRules={"ScheduleExpression": "rate(5 hours)"},
                                       RotateImmediately=False)
        self.kms.disable_key(KeyId=key)
        self.assertEqual(code_of(self.secrets.rotate_secret, SecretId=secret), ("EncryptionFailure", 400))
        doomed = self.kms.create_key()["KeyMetadata"]["KeyId"]
        self.kms.schedule_key_deletion(KeyId=doomed, PendingWindowInDays=7)

        def rotated():
            return self.secrets.describe_secret(SecretId=secret).get("LastRotatedDate")

        before, last = self.kept(), rotated()
        self.turn_clock(8 * 24)
        until(lambda: self.kept() != before, "it is not rotated")
        until(lambda: self.admits(self.kept()), "the password is not the server's")
        self.assertEqual(code_of(self.kms.describe_key, KeyId=doomed), ("NotFoundException", 400))
        time.sleep(3)  # more than a turn
        told = [line for line in self.aws.logged if "the password of DB instance other failed" in line]
        self.assertEqual((len(told), rotated()), (1, last), told)
        self.assertIn("EncryptionFailure", told[0])
        self.kms.enable_key(KeyId=key)
        until(lambda: rotated() != last, "it is not tried again")

    def test_7_the_secret_goes_with_the_instance(self):
        create(self.rds, "two", StorageEncrypted=True)
        self.assertTrue(wait_for(self.rds, "two")["KmsKeyId"].endswith(
            self.kms.describe_key(KeyId="alias/aws/rds")["KeyMetadata"]["KeyId"]))
        self.rds.delete_db_instance(DBInstanceIdentifier="one", SkipFinalSnapshot=True)
        with self.assertRaises(botocore.exceptions.ClientError):
            self.secrets.describe_secret(SecretId=self.secret)


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
