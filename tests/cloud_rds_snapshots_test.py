#!/usr/bin/python3
"""Snapshots are copied, sealed anew by another key, and shared."""

import unittest

from support.local_aws import LocalAws, code_of
from support.rds import admit, create, delete, psql, wait_for
from support.waiting import until

FRIEND = "111122223333"


class Snapshots(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.rds, cls.kms = cls.aws.client("rds"), cls.aws.client("kms")
        for name, more in (("sealed", {"StorageEncrypted": True}), ("plain", {})):
            create(cls.rds, name, **more)
        for name in ("sealed", "plain"):
            made = wait_for(cls.rds, name)
            if name == "sealed":
                admit(cls.aws, made)
            assert psql(made, "create table kept as select 7 as n").returncode == 0
            cls.rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"of-{name}",
                                       Tags=[{"Key": "of", "Value": name}])
            wait_for(cls.rds, name)
        cls.key = cls.kms.create_key()["KeyMetadata"]["Arn"]

    def snapshot(self, name):
        return self.rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"][0]

    def available(self, name):
        return until(lambda: (found := self.snapshot(name))["Status"] == "available" and found, lambda: self.snapshot(name))

    def copy(self, source, name, **more):
        made = self.rds.copy_db_snapshot(SourceDBSnapshotIdentifier=source, TargetDBSnapshotIdentifier=name, **more)["DBSnapshot"]
        self.assertEqual((made["Status"], made["SnapshotType"]), ("creating", "manual"))
        return self.available(name)

    def files(self):
        return {file.name: file.read_bytes() for file in (self.aws.folder / "snapshots").iterdir()}

    def restored(self, snapshot, name):
        self.rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=snapshot)
        made = wait_for(self.rds, name)
        self.assertEqual(psql(made, "select n from kept").stdout, "7\n")
        return made

    def delete(self, *instances):
        delete(self.rds, *instances)

    def test_a_copy_outlives_what_it_was_made_of(self):
        first = self.copy("of-sealed", "first", CopyTags=True)
        asked = self.aws.shell(f"aws rds copy-db-snapshot --source-db-snapshot-identifier {first['DBSnapshotArn']} "
                               "--target-db-snapshot-identifier second --tags Key=owner,Value=ann")
        self.assertEqual(asked.returncode, 0, asked.stderr)
        second = self.available("second")
        self.assertEqual((first["TagList"], second["TagList"]),
                         ([{"Key": "of", "Value": "sealed"}], [{"Key": "owner", "Value": "ann"}]))
        taken = self.snapshot("of-sealed")
        for copy in (first, second):
            self.assertEqual(copy["OriginalSnapshotCreateTime"], taken["SnapshotCreateTime"])
            self.assertGreater(copy["SnapshotCreateTime"], taken["SnapshotCreateTime"])
            for same in ("DBInstanceIdentifier", "KmsKeyId", "Encrypted", "DbiResourceId", "AllocatedStorage", "MasterUsername"):
                self.assertEqual(copy[same], taken[same], same)
        self.rds.delete_db_snapshot(DBSnapshotIdentifier="first")
        until(lambda: code_of(self.rds.describe_db_snapshots, DBSnapshotIdentifier="first"), "it is still there")
        self.restored("second", "again")
        self.delete("again")

    def test_another_key_seals_the_copy_anew(self):
        key = self.kms.create_key()["KeyMetadata"]["Arn"]
        for source in ("of-sealed", "of-plain"):
            before = self.files()
            copy = self.copy(source, f"{source}-anew", KmsKeyId=key)
            self.assertEqual((copy["Encrypted"], copy["KmsKeyId"]), (True, key))
            after = self.files()
            [made] = after.keys() - before.keys()
            self.assertEqual(after[made][:8], b"CRUDVLT1")
            self.assertNotIn(after[made], before.values())
            self.assertNotIn(after[made][8:68], [one[8:68] for one in before.values()])  # the key, wrapped
            name = f"{source}-restored"
            made = self.restored(f"{source}-anew", name)
            self.assertEqual((made["StorageEncrypted"], made["KmsKeyId"]), (True, key))
            self.delete(name)
        self.kms.disable_key(KeyId=key)
        for more in ({"SourceDBSnapshotIdentifier": "of-sealed-anew"}, {"SourceDBSnapshotIdentifier": "of-plain", "KmsKeyId": key}):
            self.assertEqual(code_of(self.rds.copy_db_snapshot, TargetDBSnapshotIdentifier="never", **more),
                             ("KMSKeyNotAccessibleFault", 400))

    def test_what_is_refused(self):
        def copy(source="of-plain", name="never", **more):
            return code_of(self.rds.copy_db_snapshot, SourceDBSnapshotIdentifier=source, TargetDBSnapshotIdentifier=name, **more)
        self.assertEqual(copy("nobody"), ("DBSnapshotNotFound", 404))
        self.assertEqual(copy(name="of-sealed"), ("DBSnapshotAlreadyExists", 400))
        self.assertEqual(copy(name="rds:own"), ("InvalidParameterValue", 400))
        self.assertEqual(copy("arn:aws:rds:eu-west-1:000000000000:snapshot:of-plain"), ("InvalidParameterValue", 400))
        self.assertIsNotNone(copy(OptionGroupName="default:postgres-15"))
        self.assertIsNotNone(code_of(self.rds.start_export_task, ExportTaskIdentifier="e", SourceArn="a", S3BucketName="b",
                                     IamRoleArn="arn:aws:iam::000000000000:role/r", KmsKeyId=self.key))

    def test_a_copy_is_made_whatever_dies_meanwhile(self):
        for number in range(3):
            self.rds.copy_db_snapshot(SourceDBSnapshotIdentifier="of-sealed", TargetDBSnapshotIdentifier=f"killed-{number}",
                                      **({"KmsKeyId": self.key} if number else {}))
            self.aws.kill_and_start()
            type(self).rds, type(self).kms = self.aws.client("rds"), self.aws.client("kms")
        for number in range(3):
            self.available(f"killed-{number}")
        self.restored("killed-2", "killed")
        self.delete("killed")
        self.assertEqual([name for name in self.files() if "." in name], [])

    def test_a_snapshot_is_shared_with_accounts_or_with_all(self):
        def shared(name):
            [attribute] = self.rds.describe_db_snapshot_attributes(DBSnapshotIdentifier=name)["DBSnapshotAttributesResult"][
                "DBSnapshotAttributes"]
            self.assertEqual(attribute["AttributeName"], "restore")
            return attribute["AttributeValues"]

        def share(name, attribute="restore", **values):
            return code_of(self.rds.modify_db_snapshot_attribute, DBSnapshotIdentifier=name, AttributeName=attribute, **values)

        def public():
            return [one["DBSnapshotIdentifier"] for one in self.rds.describe_db_snapshots(SnapshotType="public")["DBSnapshots"]]
        self.assertEqual(shared("of-plain"), [])
        answer = self.rds.modify_db_snapshot_attribute(DBSnapshotIdentifier="of-plain", AttributeName="restore",
                                                       ValuesToAdd=[FRIEND, "all"])["DBSnapshotAttributesResult"]
        self.assertEqual(answer["DBSnapshotAttributes"], [{"AttributeName": "restore", "AttributeValues": [FRIEND, "all"]}])
        self.assertEqual((shared("of-plain"), public()), ([FRIEND, "all"], ["of-plain"]))
        self.assertIsNone(share("of-plain", ValuesToRemove=["all"]))
        self.assertEqual((shared("of-plain"), public()), ([FRIEND], []))
        self.assertEqual(share("of-plain", ValuesToAdd=[f"{n:012}" for n in range(1, 21)]), ("SharedSnapshotQuotaExceeded", 400))
        for wrong in ({"ValuesToAdd": ["ann"]}, {"attribute": "backup", "ValuesToAdd": [FRIEND]}):
            self.assertEqual(share("of-plain", **wrong), ("InvalidParameterValue", 400))
        self.assertEqual(share("of-plain"), ("InvalidParameterCombination", 400))
        with self.subTest("sealed by AWS's own key, nobody else could open it"):
            self.assertEqual(share("of-sealed", ValuesToAdd=[FRIEND]), ("InvalidDBSnapshotState", 400))
            self.copy("of-sealed", "for-a-friend", KmsKeyId=self.key)
            self.assertIsNone(share("for-a-friend", ValuesToAdd=[FRIEND]))
            self.assertEqual(share("for-a-friend", ValuesToAdd=["all"]), ("InvalidDBSnapshotState", 400))
        with self.subTest("it goes with the snapshot"):
            self.copy("of-plain", "of-plain-again")
            self.assertEqual(shared("of-plain-again"), [])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
