"""CloudWatch Logs' operations, as support/members.py walks them."""

import itertools
import time
import types

SERVICE = "logs"

numbers = itertools.count()


def new_group(world, **more):
    name = f"members/{next(numbers)}"
    world.logs.create_log_group(logGroupName=name, **more)
    return name


def new_stream(world):
    group = new_group(world)
    world.logs.create_log_stream(logGroupName=group, logStreamName="stream")
    return {"logGroupName": group, "logStreamName": "stream"}


def now_ms():
    return int(time.time() * 1000)


def arn_of(group):
    return f"arn:aws:logs:us-east-1:000000000000:log-group:{group}"


def world(aws):
    """A group with three streams; each of two has three events, the last one's with a word of their own."""
    made = types.SimpleNamespace(logs=aws.client("logs"), group="members/read", at=now_ms())
    made.logs.create_log_group(logGroupName=made.group, tags={"owner": "ann"})
    made.logs.create_log_group(logGroupName="another")
    for stream in ("first", "second", "silent"):
        made.logs.create_log_stream(logGroupName=made.group, logStreamName=stream)
    for number, stream in enumerate(("second", "first")):
        made.logs.put_log_events(logGroupName=made.group, logStreamName=stream, logEvents=[
            {"timestamp": made.at - 3000 + 1000 * event + number, "message": f"{stream} {event}"} for event in range(3)])
    return made


BASE = {
    "CreateLogGroup": lambda world: {"logGroupName": f"members/{next(numbers)}"},
    "CreateLogStream": lambda world: {"logGroupName": new_group(world), "logStreamName": "stream"},
    "DeleteLogGroup": lambda world: {"logGroupName": new_group(world)},
    "DeleteLogStream": new_stream,
    "DeleteRetentionPolicy": lambda world: {"logGroupName": new_group(world)},
    "DescribeLogStreams": lambda world: {"logGroupName": world.group},
    "FilterLogEvents": lambda world: {"logGroupName": world.group},
    "GetLogEvents": lambda world: {"logGroupName": world.group, "logStreamName": "first", "limit": 2},
    "ListTagsForResource": lambda world: {"resourceArn": arn_of(world.group)},
    "PutLogEvents": lambda world: {**new_stream(world), "logEvents": [{"timestamp": now_ms(), "message": "said"}]},
    "PutLogGroupDeletionProtection": lambda world: {
        "logGroupIdentifier": new_group(world), "deletionProtectionEnabled": True},
    "PutRetentionPolicy": lambda world: {"logGroupName": new_group(world), "retentionInDays": 7},
    "TagResource": lambda world: {"resourceArn": arn_of(new_group(world)), "tags": {"owner": "ann"}},
    "UntagResource": lambda world: {"resourceArn": arn_of(new_group(world, tags={"owner": "ann"})), "tagKeys": ["owner"]},
}

VALUES = {
    "DescribeLogGroups.logGroupNamePrefix": "members/r",
    "DescribeLogGroups.logGroupNamePattern": "nothe",
    "limit": 1,
    "CreateLogStream.logStreamName": "walked-stream",
    "DescribeLogStreams.logGroupIdentifier": lambda world: arn_of(world.group),
    "logStreamNamePrefix": "fir",
    "orderBy": "LastEventTime",
    "startTime": lambda world: world.at - 1500,
    "endTime": lambda world: world.at - 1500,
    "logStreamNames": ["second"],
    "filterPattern": "first",
    "PutLogEvents.logEvents.timestamp": lambda world: world.at - 777,
    "PutRetentionPolicy.retentionInDays": 400,
    "UntagResource.tagKeys": ["owner"],
    "logGroupClass": "INFREQUENT_ACCESS",
    "accountIdentifiers": ["111122223333"],
    "logGroupIdentifiers": ["another"],
}

SEEN = {
    "CreateLogGroup": lambda world, given, answer: [
        world.logs.describe_log_groups(logGroupNamePrefix=given["logGroupName"])["logGroups"],
        world.logs.list_tags_for_resource(resourceArn=arn_of(given["logGroupName"]))],
    "CreateLogStream": lambda world, given, answer:
        world.logs.describe_log_streams(logGroupName=given["logGroupName"])["logStreams"],
    "PutLogEvents": lambda world, given, answer: world.logs.get_log_events(
        logGroupName=given["logGroupName"], logStreamName=given["logStreamName"])["events"],
    "PutRetentionPolicy": lambda world, given, answer:
        world.logs.describe_log_groups(logGroupNamePrefix=given["logGroupName"])["logGroups"],
    "TagResource": lambda world, given, answer: world.logs.list_tags_for_resource(resourceArn=given["resourceArn"]),
}

ACTS = {
    "entity.keyAttributes": "cloud_logs_test.py:test_an_entity_is_told_to_be_of_no_use_here",
    "entity.attributes": "cloud_logs_test.py:test_an_entity_is_told_to_be_of_no_use_here",
    "PutLogGroupDeletionProtection.deletionProtectionEnabled": "cloud_logs_test.py:test_a_protected_group_is_not_deleted",
    "DeleteLogGroup.logGroupName": lambda world, given, answer:
        world.logs.describe_log_groups(logGroupNamePrefix=given["logGroupName"])["logGroups"] == [],
    "UntagResource.tagKeys": lambda world, given, answer:
        world.logs.list_tags_for_resource(resourceArn=given["resourceArn"])["tags"] == {},
}

UNHEEDED = {
    "includeLinkedAccounts": "no account is linked to this one",
    "PutLogEvents.sequenceToken": "sequence tokens are no longer looked at",
    "FilterLogEvents.interleaved": "events are always interleaved",
    "unmask": "nothing is masked where there is no data protection policy",
}
