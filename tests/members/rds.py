"""RDS's operations, as support/members.py walks them.

An instance that a call makes is deleted before the next one, most often before its server has begun to run.
"""

import itertools
import time
import types

import botocore.exceptions

from support.rds import BASE as CREATION
from support.rds import STATUS_SECONDS, create, describe, installed_version, wait_for

SERVICE = "rds"

VERSION = installed_version()
MAJOR = VERSION.split(".")[0]
OWNER = {"Key": "owner", "Value": "ann"}
ACCOUNT = "111122223333"
WORK_MEM = {"ParameterName": "work_mem", "ParameterValue": "8192", "ApplyMethod": "immediate"}

numbers = itertools.count()


def new_name():
    return f"walked-{next(numbers)}"


def clear(world):
    for one in world.rds.describe_db_instances()["DBInstances"]:
        name = {"DBInstanceIdentifier": one["DBInstanceIdentifier"]}
        if not one["DBInstanceIdentifier"].startswith("walked-"):
            continue
        try:
            if one["DeletionProtection"]:
                world.rds.modify_db_instance(DeletionProtection=False, **name)
            world.rds.delete_db_instance(SkipFinalSnapshot=True, **name)
        except botocore.exceptions.ClientError:
            pass  # it is being changed or deleted: the next turn finds it


def creation(world):
    clear(world)
    return {**CREATION, "DBInstanceIdentifier": new_name()}


def restoration(world):
    clear(world)
    return {"DBInstanceIdentifier": new_name(), "DBSnapshotIdentifier": world.snapshot}


def replication(world):
    clear(world)
    return {"DBInstanceIdentifier": new_name(), "SourceDBInstanceIdentifier": settled(world, "changed", "available")[
        "DBInstanceIdentifier"]}


def promotion(world):
    made = replication(world)
    world.rds.create_db_instance_read_replica(**made)
    return settled(world, made["DBInstanceIdentifier"], "available")


def restoration_to_a_time(world):
    clear(world)
    return {"TargetDBInstanceIdentifier": new_name(), "SourceDBInstanceIdentifier": "changed",
            "UseLatestRestorableTime": True}


def deletion(world):
    world.rds.create_db_instance(**creation(world) | {"DBInstanceIdentifier": (name := new_name())})
    return {"DBInstanceIdentifier": name, "SkipFinalSnapshot": True}


def left_backups(world):
    clear(world)
    made = create(world.rds, new_name(), BackupRetentionPeriod=1)
    name = settled(world, made["DBInstanceIdentifier"], "available")
    world.rds.delete_db_instance(SkipFinalSnapshot=True, DeleteAutomatedBackups=False, **name)
    world.rds.get_waiter("db_instance_deleted").wait(**name, WaiterConfig={"Delay": 1, "MaxAttempts": STATUS_SECONDS})
    return {"DbiResourceId": made["DbiResourceId"]}


def settled(world, name, *statuses):
    """The instance once it has such a status, whatever waits to be applied to it."""
    deadline = time.monotonic() + STATUS_SECONDS
    while describe(world.rds, name)["DBInstanceStatus"] not in statuses:
        assert time.monotonic() < deadline, (name, statuses)
        time.sleep(0.05)
    return {"DBInstanceIdentifier": name}


def moved_to(world, status):
    move = {"available": world.rds.start_db_instance, "stopped": world.rds.stop_db_instance}[status]
    settled(world, "moved", "available", "stopped")
    if describe(world.rds, "moved")["DBInstanceStatus"] != status:
        move(DBInstanceIdentifier="moved")
    return settled(world, "moved", status)


def snapshot(world):
    return {**settled(world, "changed", "available"), "DBSnapshotIdentifier": new_name()}


def unwanted_snapshot(world):
    made = snapshot(world)
    world.rds.create_db_snapshot(**made)
    settled(world, "changed", "available")
    return {"DBSnapshotIdentifier": made["DBSnapshotIdentifier"]}


def parameter_group(world):
    made = {"DBParameterGroupName": new_name(), "DBParameterGroupFamily": f"postgres{MAJOR}", "Description": "walked"}
    world.rds.create_db_parameter_group(**made)
    return {"DBParameterGroupName": made["DBParameterGroupName"]}


def subnet_group(world):
    name = {"DBSubnetGroupName": new_name()}
    world.rds.create_db_subnet_group(**name, DBSubnetGroupDescription="walked", SubnetIds=world.subnets)
    return name


def new_option_group():
    return {"OptionGroupName": new_name(), "EngineName": "postgres", "MajorEngineVersion": MAJOR,
            "OptionGroupDescription": "walked"}


def option_group(world):
    made = new_option_group()
    world.rds.create_option_group(**made)
    try:
        return {"OptionGroupName": made["OptionGroupName"]}
    finally:
        for one in world.rds.describe_option_groups()["OptionGroupsList"]:
            if one["OptionGroupName"].startswith("walked-") and one["OptionGroupName"] != made["OptionGroupName"]:
                world.rds.delete_option_group(OptionGroupName=one["OptionGroupName"])


def log_file(world):
    found = world.rds.describe_db_log_files(DBInstanceIdentifier="changed")["DescribeDBLogFiles"]
    return {"DBInstanceIdentifier": "changed", "LogFileName": found[-1]["LogFileName"]}


def tags_of_group(world, given, answer):
    [group] = answer.values()
    [arn] = [value for name, value in group.items() if name.endswith("Arn")]
    return world.rds.list_tags_for_resource(ResourceName=arn)["TagList"]


def parameters_of(world, given, answer):
    return world.rds.describe_db_parameters(DBParameterGroupName=given["DBParameterGroupName"], Source="user")


def tagged(world):
    world.rds.add_tags_to_resource(ResourceName=world.arn, Tags=[OWNER])
    return {"ResourceName": world.arn}


def tags_of(world, given, answer):
    return world.rds.list_tags_for_resource(ResourceName=given["ResourceName"])["TagList"]


def world(aws):
    """An instance that is changed, with a backup and a tag, and one that is stopped and started."""
    made = types.SimpleNamespace(rds=aws.client("rds"), ec2=aws.client("ec2"))
    for name, days in (("changed", 1), ("moved", 0)):
        made.arn = create(made.rds, name, BackupRetentionPeriod=days)["DBInstanceArn"]
    for name in ("moved", "changed"):
        made.arn = wait_for(made.rds, name)["DBInstanceArn"]
    made.snapshot = made.rds.describe_db_snapshots()["DBSnapshots"][0]["DBSnapshotIdentifier"]
    made.subnets = [one["SubnetId"] for one in made.ec2.describe_subnets(
        Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]]
    made.group = made.ec2.create_security_group(GroupName="walked rds", Description="for a walk")["GroupId"]
    tagged(made)
    return made


BASE = {
    "AddTagsToResource": lambda world: {"ResourceName": world.arn, "Tags": [OWNER]},
    "CopyDBParameterGroup": lambda world: {
        "SourceDBParameterGroupIdentifier": parameter_group(world)["DBParameterGroupName"],
        "TargetDBParameterGroupIdentifier": new_name(), "TargetDBParameterGroupDescription": "walked"},
    "CopyDBSnapshot": lambda world: {"SourceDBSnapshotIdentifier": world.snapshot, "TargetDBSnapshotIdentifier": new_name()},
    "CreateDBInstance": creation,
    "CreateDBParameterGroup": lambda world: {
        "DBParameterGroupName": new_name(), "DBParameterGroupFamily": f"postgres{MAJOR}", "Description": "walked"},
    "CreateDBInstanceReadReplica": replication,
    "CreateDBSnapshot": snapshot,
    "CreateDBSubnetGroup": lambda world: {
        "DBSubnetGroupName": new_name(), "DBSubnetGroupDescription": "walked", "SubnetIds": world.subnets},
    "CreateOptionGroup": lambda world: (option_group(world), new_option_group())[1],
    "DeleteDBInstance": deletion,
    "DeleteDBInstanceAutomatedBackup": left_backups,
    "DeleteDBParameterGroup": parameter_group,
    "DeleteDBSnapshot": unwanted_snapshot,
    "DeleteDBSubnetGroup": subnet_group,
    "DeleteOptionGroup": option_group,
    "DescribeDBEngineVersions": {},
    "DescribeDBLogFiles": {"DBInstanceIdentifier": "changed"},
    "DescribeDBParameters": lambda world: {"DBParameterGroupName": f"default.postgres{MAJOR}"},
    "DescribeDBSnapshotAttributes": lambda world: {"DBSnapshotIdentifier": world.snapshot},
    "DescribeEngineDefaultParameters": {"DBParameterGroupFamily": f"postgres{MAJOR}"},
    "DescribeEvents": {"SourceType": "db-instance"},
    "DescribeOptionGroupOptions": {"EngineName": "postgres"},
    "DescribeOrderableDBInstanceOptions": {"Engine": "postgres"},
    "DownloadDBLogFilePortion": log_file,
    "ListTagsForResource": lambda world: {"ResourceName": world.arn},
    "ModifyDBInstance": lambda world: settled(world, "changed", "available"),
    "ModifyDBParameterGroup": lambda world: {**parameter_group(world), "Parameters": [WORK_MEM]},
    "ModifyDBSnapshotAttribute": lambda world: {**unwanted_snapshot(world), "AttributeName": "restore", "ValuesToAdd": [ACCOUNT]},
    "PromoteReadReplica": promotion,
    "ModifyDBSubnetGroup": lambda world: {**subnet_group(world), "SubnetIds": world.subnets},
    "RebootDBInstance": lambda world: moved_to(world, "available"),
    "RemoveTagsFromResource": lambda world: {**tagged(world), "TagKeys": ["owner"]},
    "ResetDBParameterGroup": lambda world: {**parameter_group(world), "ResetAllParameters": True},
    "RestoreDBInstanceFromDBSnapshot": restoration,
    "RestoreDBInstanceToPointInTime": restoration_to_a_time,
    "StartDBInstance": lambda world: moved_to(world, "stopped"),
    "StopDBInstance": lambda world: moved_to(world, "available"),
}

WITHIN = {
    "Tags": OWNER,
    "Parameters": WORK_MEM,
    "DescribeDBInstances.Filters": {"Name": "db-instance-id", "Values": ["changed"]},
    "DescribeDBInstanceAutomatedBackups.Filters": {"Name": "db-instance-id", "Values": ["changed"]},
    "DescribeDBSnapshots.Filters": {"Name": "db-instance-id", "Values": ["changed"]},
    "DescribeDBEngineVersions.Filters": {"Name": "engine", "Values": ["postgres"]},
}

VALUES = {
    "CACertificateIdentifier": "rds-ca-ecc384-g1",
    "CertificateIdentifier": "rds-ca-ecc384-g1",
    "CreateDBSubnetGroup.DBSubnetGroupName": "walked by name",
    "DisableLogTypes": ["upgrade"],
    "EnableCloudwatchLogsExports": ["postgresql"],
    "EnableLogTypes": ["postgresql"],
    "EngineName": "postgres",
    "DescribeOptionGroups.EngineName": "mysql",
    "DescribeOptionGroupOptions.EngineName": "mysql",
    "FileLastWritten": 4102444800000,
    "FileSize": 1000000000,
    "MajorEngineVersion": "14",
    "CreateOptionGroup.OptionGroupName": "walked-by-name",
    "NumberOfLines": 1,
    "DescribeOptionGroups.OptionGroupName": "walked-nobody",
    "SubnetIds": lambda world: world.subnets[:2],
    "AllocatedStorage": 40,
    "AvailabilityZone": "us-east-1b",
    "BackupRetentionPeriod": 3,
    "BackupTarget": "region",
    "DBInstanceClass": "db.t3.small",
    "DBName": "walked",
    "DBPortNumber": 6543,
    "CreateDBParameterGroup.DBParameterGroupFamily": "postgres14",
    "CreateDBParameterGroup.DBParameterGroupName": "walked-by-name",
    "DescribeEngineDefaultParameters.DBParameterGroupFamily": "mysql8.0",
    "DescribeDBParameterGroups.DBParameterGroupName": "walked-nobody",
    "DescribeDBParameters.DBParameterGroupName": "walked-nobody",
    "DBParameterGroupName": f"default.postgres{MAJOR}",
    "ParameterName": "maintenance_work_mem",
    "ParameterValue": "8193",
    "ApplyMethod": "pending-reboot",
    "Source": "system",
    "SourceDBParameterGroupIdentifier": lambda world: parameter_group(world)["DBParameterGroupName"],
    "DBSubnetGroupName": "default",
    "DescribeDBSubnetGroups.DBSubnetGroupName": "another",
    "Duration": 0,  # too short, as AWS has it
    "EndTime": "2100-01-01T00:00:00Z",
    "Engine": "postgres",
    "DescribeDBEngineVersions.Engine": "mysql",
    "DescribeOrderableDBInstanceOptions.Engine": "mysql",
    "EngineVersion": VERSION,
    "EventCategories": ["backup"],
    "DescribeDBEngineVersions.EngineVersion": "99",
    "DescribeOrderableDBInstanceOptions.EngineVersion": "99",
    "LicenseModel": "postgresql-license",
    "DescribeOrderableDBInstanceOptions.LicenseModel": "license-included",
    "MasterUserPassword": "walkedmember",
    "MasterUsername": "walker",
    "MaxAllocatedStorage": 100,
    "MaxRecords": 19,  # too few, as AWS has it
    "DescribeOrderableDBInstanceOptions.MaxRecords": 20,
    "NetworkType": "IPV4",
    "OptionGroupName": f"default:postgres-{MAJOR}",
    "PerformanceInsightsRetentionPeriod": 31,
    "Port": 6543,
    "PreferredBackupWindow": "08:00-08:30",
    "PreferredMaintenanceWindow": "tue:10:00-tue:10:30",
    "PubliclyAccessible": False,
    "SnapshotType": "manual",
    "SourceType": "db-snapshot",
    "StartTime": "2100-01-01T00:00:00Z",
    "StorageType": "gp3",
    "TagKeys": ["another"],
    "ValuesToAdd": ["444455556666"],
    "ValuesToRemove": [ACCOUNT],
    "Vpc": False,
    "VpcSecurityGroupIds": lambda world: [world.group],
}

SEEN = {
    "CreateDBSubnetGroup": tags_of_group,
    "CreateOptionGroup": tags_of_group,
    "CopyDBParameterGroup": tags_of_group,
    "CreateDBParameterGroup": tags_of_group,
    "ModifyDBParameterGroup": parameters_of,

    "AddTagsToResource": tags_of,
    "RemoveTagsFromResource": tags_of,
    "StopDBInstance": lambda world, given, answer: world.rds.describe_db_snapshots(DBInstanceIdentifier="moved"),
}

ACTS = {
    "NumberOfLines": "cloud_rds_groups_test.py:test_log_files_are_described_and_read_in_parts",
    "SourceDBParameterGroupIdentifier": "cloud_rds_parameters_test.py:test_a_copy_has_the_parameters",
    "AllowMajorVersionUpgrade": "cloud_rds_truth_test.py:test_the_version_is_the_one_that_runs",
    "ApplyImmediately": "cloud_rds_test.py:test_changes_wait_or_are_applied",
    "CreateDBInstance.MasterUserPassword": "cloud_rds_story_test.py:test_by_boto3",
    "CreateDBInstance.Port": "cloud_rds_story_test.py:test_by_boto3",
    "CreateDBInstanceReadReplica.Port": "cloud_rds_replicas_test.py:test_by_the_command_line",
    "CopyTags": "cloud_rds_snapshots_test.py:test_a_copy_outlives_what_it_was_made_of",
    "DBPortNumber": lambda world, given, answer: answer["DBInstance"]["PendingModifiedValues"]["Port"] == 6543,
    "DefaultOnly": lambda world, given, answer: len(answer["DBEngineVersions"]) == 1,
    "DeleteAutomatedBackups": "cloud_rds_truth_test.py:test_automated_backups_stay_where_they_are_to_stay",
    "EnableIAMDatabaseAuthentication": lambda world, given, answer: answer["DBInstance"]["IAMDatabaseAuthenticationEnabled"],
    "EnablePerformanceInsights": lambda world, given, answer: answer["DBInstance"]["PerformanceInsightsEnabled"],
    "ModifyDBInstance.MasterUserPassword": "cloud_rds_truth_test.py:test_a_password_alone_applies_nothing_that_waits",
    "RestoreDBInstanceFromDBSnapshot.Port": "cloud_rds_truth_test.py:test_a_restored_instance_is_as_its_snapshot_and_the_call_say",
    "RestoreDBInstanceToPointInTime.Port": "cloud_rds_backups_test.py:test_backups_that_outlive_their_instance",
    "UseLatestRestorableTime": "cloud_rds_backups_test.py:test_backups_that_outlive_their_instance",
    "SkipFinalSnapshot": "cloud_rds_test.py:test_states_and_deletion",
    "ValuesToRemove": lambda world, given, answer: not answer["DBSnapshotAttributesResult"]["DBSnapshotAttributes"][0]["AttributeValues"],
    "TagKeys": lambda world, given, answer: tags_of(world, given, answer) != [],
}

UNHEEDED = {
    "DescribeOptionGroupOptions.MajorEngineVersion": "PostgreSQL has no options, whatever its version",
    "DisableLogTypes": "none is exported",
    **{f"ModifyDBParameterGroup.Parameters.{name}": "it describes a parameter, which a change names"
       for name in ("AllowedValues", "ApplyType", "DataType", "Description", "MinimumEngineVersion", "Source",
                    "SupportedEngineModes")},
    "ModifyDBParameterGroup.DBParameterGroupName": "it is answered",
    "ResetDBParameterGroup.Parameters": "a group without parameters has none to reset",
    "ResetAllParameters": "a group without parameters has none to reset",
    "IncludeAll": "all that is offered is available",
    "IncludePublic": "there is no other account",
    "IncludeShared": "there is no other account",
    "ListSupportedCharacterSets": "PostgreSQL's versions have none to list",
    "ListSupportedTimezones": "PostgreSQL's versions have none to list",
}
