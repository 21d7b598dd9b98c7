#!/usr/bin/python3
"""A power cut takes nothing from local AWS that it has answered for: whatever it puts in place by a rename, and the folder
that then holds it, has been synced."""

import os
import tempfile
import unittest

from support.cli import Cli
from support.faults import RecordedDisk
from support.functions import ROLE, script
from support.local_aws import PROGRAM, LocalAws
from support.rds import admit, create, wait_for


class Durability(unittest.TestCase):
    def setUp(self):
        self.disk = RecordedDisk(self.enterContext(tempfile.TemporaryDirectory()), PROGRAM)
        self.disk.record.touch()
        self.disk.record.chmod(0o666)
        os.environ.update(self.disk.variables)
        self.addCleanup(lambda: [os.environ.pop(name, None) for name in self.disk.variables])

    def hold(self, folder, *parts):
        """Each of these parts of paths was renamed to, and no rename lacks a sync."""
        renames = [(path, lack) for path, lack in self.disk.renames(folder) if not path.endswith("log.1")]
        for part in parts:
            self.assertTrue(any(part in path for path, _ in renames), (part, renames))
        self.assertEqual([one for one in renames if one[1]], [])

    def test_every_file_and_folder_that_is_put_in_place_is_synced_with_the_folder_around_it(self):
        with LocalAws() as aws:
            rds = aws.client("rds")
            create(rds, "kept", MultiAZ=True)
            instance = wait_for(rds, "kept")
            admit(aws, instance)
            aws.client("lambda").create_function(FunctionName="f", Runtime="provided.al2023", Role=ROLE, Handler="h",
                                                 Code={"ZipFile": script()})
            rds.create_db_snapshot(DBInstanceIdentifier="kept", DBSnapshotIdentifier="copy")
            rds.get_waiter("db_snapshot_available").wait(DBSnapshotIdentifier="copy",
                                                         WaiterConfig={"Delay": 1, "MaxAttempts": 120})
            rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="again", DBSnapshotIdentifier="copy")
            again = wait_for(rds, "again")
            wait_for(rds, "kept")
            rds.reboot_db_instance(DBInstanceIdentifier="kept", ForceFailover=True)
            wait_for(rds, "kept")
            kept = Cli(aws, **self.disk.variables)("rds", "create", "mine", "--no-wait")
            self.assertEqual(kept.returncode, 0, kept.stderr)
            self.assertEqual(aws.stop(), 0)
            self.hold(aws.folder, "/authority", "/functions/", "/snapshots/", f"{instance['DbiResourceId']}/data",
                      "/second/data", f"{again['DbiResourceId']}/data")
            self.hold(aws.top.name, "mine.password")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
