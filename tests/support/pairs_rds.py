"""DB instances, for cloud_pairs_test.py."""

import contextlib
import itertools
import queue
import types

from support.rds import create, describe, wait_for
from support.waiting import looks

INSTANCES = 3
numbers = itertools.count()
ANOTHER_GROUP = "pairs-instances"
SETTINGS = {"CopyTagsToSnapshot": False, "AutoMinorVersionUpgrade": True, "PubliclyAccessible": True,
            "DeletionProtection": False, "PreferredBackupWindow": "01:00-01:30",
            "PreferredMaintenanceWindow": "sun:03:00-sun:03:30", "BackupRetentionPeriod": 1}


def modifies(**settings):
    return lambda instance: instance.api.modify_db_instance(DBInstanceIdentifier=instance.name, **settings)


def tags(what, **values):
    return lambda instance: instance.api.add_tags_to_resource(
        ResourceName=getattr(instance, what), Tags=[{"Key": key, "Value": value} for key, value in values.items()])


def untags(what, *keys):
    return lambda instance: instance.api.remove_tags_from_resource(
        ResourceName=getattr(instance, what), TagKeys=list(keys))


class Instances:
    """A few instances that are brought back to one state before each pair."""

    WEIGHT = 20
    CALLS = {
        "copy tags": modifies(CopyTagsToSnapshot=True),
        "protect": modifies(DeletionProtection=True),
        "no minor upgrades": modifies(AutoMinorVersionUpgrade=False, PubliclyAccessible=False),
        "back up later": modifies(PreferredBackupWindow="05:00-05:30"),
        "maintain later": modifies(PreferredMaintenanceWindow="mon:07:00-mon:07:30"),
        "another group": lambda instance: instance.api.modify_db_instance(
            DBInstanceIdentifier=instance.name, VpcSecurityGroupIds=[instance.other_group]),
        "wait with retention": modifies(BackupRetentionPeriod=7),
        "wait with class": modifies(DBInstanceClass="db.t3.small"),
        "retain now": modifies(BackupRetentionPeriod=9, ApplyImmediately=True),
        "change password": modifies(MasterUserPassword="an0ther-password", ApplyImmediately=True),
        "reboot": lambda instance: instance.api.reboot_db_instance(DBInstanceIdentifier=instance.name),
        "snapshot": lambda instance: instance.api.create_db_snapshot(
            DBInstanceIdentifier=instance.name, DBSnapshotIdentifier=instance.snapshot),
        "tag": tags("arn", team="blue", kept="no"),
        "tag otherwise": tags("arn", team="red"),
        "untag": untags("arn", "kept"),
    }
    # These keep an instance busy, so that the other call may be refused as it would be just after them.
    BUSY = ("retain now", "change password", "reboot", "snapshot")
    RARE = {"reboot": 0.1, "wait with class": 0.2, "snapshot": 0.1, "change password": 0.2, "retain now": 0.3}

    def __init__(self, aws):
        self.api, self.free = aws.rds, queue.Queue()
        self.default_group = aws.ec2.describe_security_groups(GroupNames=["default"])["SecurityGroups"][0]["GroupId"]
        self.other_group = aws.ec2.create_security_group(GroupName=ANOTHER_GROUP, Description="pairs")["GroupId"]
        names = [f"pairs{number}" for number in range(INSTANCES)]
        made = [create(self.api, name, BackupRetentionPeriod=1) for name in names]
        for name, one in zip(names, made):
            wait_for(self.api, name)
            self.free.put(types.SimpleNamespace(api=self.api, name=name, arn=one["DBInstanceArn"],
                                                other_group=self.other_group))

    def outcomes(self, calls, run):
        """One after the other with the first all done before the second, and with the second refused meanwhile."""
        first, second = calls
        yield run(calls, lambda instance: wait_for_rest(self.api, instance.name))
        if first in self.BUSY:
            state, (answer,) = run((first,))
            yield state, (answer, "refused")

    @contextlib.contextmanager
    def target(self, calls):
        instance = self.free.get(timeout=300)
        instance.snapshot = f"pairs-snapshot{next(numbers)}"
        try:
            self.reset(instance)
            yield instance
        finally:
            self.free.put(instance)

    def reset(self, instance):
        if wait_for_rest(self.api, instance.name)["PendingModifiedValues"]:
            self.api.modify_db_instance(DBInstanceIdentifier=instance.name, ApplyImmediately=True)
            wait_for(self.api, instance.name)
        self.api.modify_db_instance(
            DBInstanceIdentifier=instance.name, ApplyImmediately=True, DBInstanceClass="db.t3.micro",
            VpcSecurityGroupIds=[self.default_group], **SETTINGS)
        self.api.remove_tags_from_resource(ResourceName=instance.arn, TagKeys=["team"])
        self.api.add_tags_to_resource(ResourceName=instance.arn, Tags=[{"Key": "kept", "Value": "yes"}])
        wait_for(self.api, instance.name)

    def describe(self, instance, calls):
        found = wait_for_rest(self.api, instance.name)
        kept = {name: found[name] for name in (*SETTINGS, "DBInstanceClass", "PendingModifiedValues")}
        kept["groups"] = [each["VpcSecurityGroupId"] for each in found["VpcSecurityGroups"]]
        kept["tags"] = sorted(found["TagList"], key=str)
        snapshots = self.api.describe_db_snapshots(DBInstanceIdentifier=instance.name, SnapshotType="manual")["DBSnapshots"]
        mine = [each for each in snapshots if each["DBSnapshotIdentifier"] == instance.snapshot]
        for each in mine:
            self.api.delete_db_snapshot(DBSnapshotIdentifier=each["DBSnapshotIdentifier"])
        kept["snapshots"] = [each["Status"] for each in mine]
        return kept


def wait_for_rest(rds, name):
    """The instance once nothing is under way; what waits for its window may wait on."""
    for _ in looks(120):
        found = describe(rds, name)
        if found["DBInstanceStatus"] == "available":
            return found
    raise AssertionError((name, found["DBInstanceStatus"]))
