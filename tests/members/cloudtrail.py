"""CloudTrail's operations, as support/members.py walks them."""

import itertools
import json
import time
import types

SERVICE = "cloudtrail"

ACCOUNT = "000000000000"
EVENT_SECONDS = 60

numbers = itertools.count()


def new_name(world):
    """A name that is free. AWS keeps five trails a region."""
    own = [trail["Name"] for trail in world.trail.describe_trails(includeShadowTrails=False)["trailList"]]
    for name in own[:-3]:
        if name != world.read:
            world.trail.delete_trail(Name=name)
    return f"walked-{next(numbers)}"


def new_trail(world):
    name = new_name(world)
    world.trail.create_trail(Name=name, S3BucketName="walked")
    return {"Name": name}


def logging_trail(world):
    made = new_trail(world)
    world.trail.start_logging(**made)
    return made


def group_and_role(world):
    return {"CloudWatchLogsLogGroupArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:walked-trail:*",
            "CloudWatchLogsRoleArn": f"arn:aws:iam::{ACCOUNT}:role/walked-trail"}


def world(aws):
    made = types.SimpleNamespace(trail=aws.client("cloudtrail"))
    aws.client("logs").create_log_group(logGroupName="walked-trail")
    aws.client("iam").create_role(RoleName="walked-trail", AssumeRolePolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
                                                "Action": "sts:AssumeRole"}]}))
    made.read = made.trail.create_trail(Name="a-walked-read", S3BucketName="walked", IsMultiRegionTrail=True)["Name"]
    aws.client("cloudtrail", "eu-west-1").create_trail(Name="walked-abroad", S3BucketName="walked", IsMultiRegionTrail=True)
    deadline = time.monotonic() + EVENT_SECONDS
    while not made.trail.lookup_events(LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": "a-walked-read"}])["Events"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return made


BASE = {
    "CreateTrail": lambda world: {"Name": new_name(world), "S3BucketName": "walked", **group_and_role(world)},
    "DeleteTrail": new_trail,
    "DescribeTrails": {},
    "GetTrail": lambda world: {"Name": world.read},
    "GetTrailStatus": lambda world: {"Name": world.read},
    "LookupEvents": {"LookupAttributes": [{"AttributeKey": "Username", "AttributeValue": "root"}]},
    "StartLogging": new_trail,
    "StopLogging": logging_trail,
    "UpdateTrail": lambda world: {**new_trail(world), **group_and_role(world)},
}

VALUES = {
    "CreateTrail.Name": "walked-named",
    "S3BucketName": "another-bucket",
    "S3KeyPrefix": "some/prefix",
    "IncludeGlobalServiceEvents": False,
    "CloudWatchLogsLogGroupArn": lambda world: group_and_role(world)["CloudWatchLogsLogGroupArn"],
    "CloudWatchLogsRoleArn": f"arn:aws:iam::{ACCOUNT}:role/walked-other",
    "DescribeTrails.trailNameList": ["a-walked-read"],
    "includeShadowTrails": False,
    "GetTrail.Name": "walked-abroad",
    "AttributeValue": "rds.amazonaws.com",
    "AttributeKey": "EventSource",
    "StartTime": lambda world: time.time() - 0.0005,
    "EndTime": lambda world: time.time() - 3600,
    "MaxResults": 1,
}


def shown(world, given, answer):
    return [world.trail.get_trail(Name=given["Name"]), world.trail.get_trail_status(Name=given["Name"])]


SEEN = {name: shown for name in ("CreateTrail", "UpdateTrail", "StartLogging", "StopLogging")}

ACTS = {
    "DeleteTrail.Name": lambda world, given, answer:
        world.trail.describe_trails(trailNameList=[given["Name"]])["trailList"] == [],
    "StartLogging.Name": "cloud_trail_test.py:test_a_trail_writes_files_while_it_is_logging",
    "StopLogging.Name": "cloud_trail_test.py:test_a_trail_writes_files_while_it_is_logging",
    "GetTrailStatus.Name": "cloud_trail_test.py:test_a_trail_writes_files_while_it_is_logging",
    "IsMultiRegionTrail": lambda world, given, answer: answer["IsMultiRegionTrail"] is True,
    "AttributeKey": "cloud_trail_test.py:test_every_attribute_finds_what_has_it",
    "AttributeValue": "cloud_trail_test.py:test_every_attribute_finds_what_has_it",
    "MaxResults": "cloud_trail_test.py:test_events_are_found_by_time_and_come_in_pages",
    "LookupEvents.StartTime": "cloud_trail_test.py:test_events_are_found_by_time_and_come_in_pages",
    "LookupEvents.EndTime": "cloud_trail_test.py:test_events_are_found_by_time_and_come_in_pages",
}
