"""EventBridge's operations, as support/members.py walks them."""

import datetime
import itertools
import json
import time
import types

SERVICE = "events"

ACCOUNT = "000000000000"
PATTERN = json.dumps({"source": ["walked"]})
EVENT = {"id": "1", "account": ACCOUNT, "source": "walked", "time": "2026-11-29T00:00:00Z", "region": "us-east-1",
         "resources": [], "detail-type": "t", "detail": {"a": 1}}
LOG_SECONDS = 60

numbers = itertools.count()


def group_arn(name):
    return f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/events/{name}"


def new_rule(world, **more):
    """A rule of the world's dozen: there may be no more than a hundred."""
    name = f"walked-{next(numbers) % 12}"
    for one in world.events.list_rules(NamePrefix=name)["Rules"]:
        if one["Name"] == name:
            ids = [target["Id"] for target in world.events.list_targets_by_rule(Rule=name)["Targets"]]
            if ids:
                world.events.remove_targets(Rule=name, Ids=ids)
            world.events.delete_rule(Name=name)
    world.events.put_rule(Name=name, EventPattern=PATTERN, **more)
    return {"Name": name}


def with_target(world):
    name = new_rule(world)["Name"]
    world.events.put_targets(Rule=name, Targets=[{"Id": "one", "Arn": group_arn("walked")}])
    return {"Rule": name, "Ids": ["one"]}


def world(aws):
    made = types.SimpleNamespace(events=aws.client("events"), logs=aws.client("logs"))
    for name in ("walked", "other", "put"):
        made.logs.create_log_group(logGroupName=f"/aws/events/{name}")
    made.events.put_rule(Name="read-a", EventPattern=PATTERN)
    made.events.put_rule(Name="read-b", EventPattern=PATTERN)
    made.events.put_targets(Rule="read-a", Targets=[{"Id": "one", "Arn": group_arn("walked")},
                                                    {"Id": "two", "Arn": group_arn("other")}])
    made.events.put_targets(Rule="read-b", Targets=[{"Id": "one", "Arn": group_arn("walked")}])
    made.events.put_rule(Name="put", EventPattern=json.dumps({"source": [{"prefix": "put"}]}))
    made.events.put_targets(Rule="put", Targets=[{"Id": "one", "Arn": group_arn("put")}])
    return made


BASE = {
    "DeleteRule": new_rule,
    "DescribeRule": {"Name": "read-a"},
    "DisableRule": new_rule,
    "EnableRule": lambda world: new_rule(world, State="DISABLED"),
    "ListRuleNamesByTarget": {"TargetArn": group_arn("walked")},
    "ListTargetsByRule": {"Rule": "read-a"},
    "PutEvents": lambda world: {"Entries": [{"Source": "put", "DetailType": "t", "Detail": json.dumps({"n": next(numbers)})}]},
    "PutRule": lambda world: {**new_rule(world), "EventPattern": PATTERN},
    "PutTargets": lambda world: {"Rule": new_rule(world)["Name"], "Targets": [{"Id": "one", "Arn": group_arn("walked")}]},
    "RemoveTargets": with_target,
    "TestEventPattern": {"EventPattern": PATTERN, "Event": json.dumps(EVENT)},
}

VALUES = {
    "EventBusName": "default",
    "DescribeRule.Name": "read-b",
    "ListRules.NamePrefix": "read",
    "Limit": 1,
    "NextToken": "1",
    "ListTargetsByRule.Rule": "read-b",
    "TargetArn": group_arn("put"),
    "PutRule.Name": lambda world: new_rule(world)["Name"],
    "PutRule.EventPattern": json.dumps({"source": ["another-source"]}),
    "PutRule.State": "DISABLED",
    "PutTargets.Targets.Id": "another",
    "PutTargets.Targets.Arn": group_arn("other"),
    "PutTargets.Targets.Input": json.dumps("told instead"),
    "PutTargets.Targets.InputPath": "$.detail",
    "InputPathsMap": {"name": "$.detail.eventName"},
    "InputTemplate": "\"It was <name>\"",
    "TestEventPattern.EventPattern": json.dumps({"source": ["none"]}),
    "TestEventPattern.Event": json.dumps({**EVENT, "source": "none"}),
    "Source": "put-walked",
    "PutEvents.Entries.Time": datetime.datetime(2026, 1, 2, 3, 4, 5),
    "Detail": json.dumps({"walked": "in detail"}),
    "PutEvents.Entries.Resources": ["arn:aws:walked"],
}

WITHIN = {"InputTransformer": {"InputTemplate": "\"It was <name>\""}}


def rule_and_targets(world, given, answer):
    name = given.get("Rule") or given["Name"]
    return [world.events.describe_rule(Name=name), world.events.list_targets_by_rule(Rule=name)["Targets"]]


def in_the_log(world, given, answer):
    [entry] = answer["Entries"]
    deadline = time.monotonic() + LOG_SECONDS
    while time.monotonic() < deadline:
        found = world.logs.filter_log_events(logGroupName="/aws/events/put", filterPattern=f'"{entry["EventId"]}"')["events"]
        if found:
            event = json.loads(found[0]["message"])
            [sent] = given["Entries"]
            return [event, {"Detail": json.dumps(event["detail"])},
                    {"Time": sent["Time"]} if "Time" in sent and event["time"] == sent["Time"].strftime("%Y-%m-%dT%H:%M:%SZ") else {}]
        time.sleep(0.05)
    return []


SEEN = {**{name: rule_and_targets for name in ("PutRule", "PutTargets", "EnableRule", "DisableRule")}, "PutEvents": in_the_log}

ACTS = {
    "EnableRule.Name": lambda world, given, answer: world.events.describe_rule(Name=given["Name"])["State"] == "ENABLED",
    "DisableRule.Name": lambda world, given, answer: world.events.describe_rule(Name=given["Name"])["State"] == "DISABLED",
    "DeleteRule.Name": "cloud_events_test.py:test_a_rule_is_kept_and_deleted",
    "PutRule.State": lambda world, given, answer: world.events.describe_rule(Name=given["Name"])["State"] == "DISABLED",
    "TestEventPattern.EventPattern": lambda world, given, answer: answer["Result"] is False,
    "TestEventPattern.Event": lambda world, given, answer: answer["Result"] is False,
    "RemoveTargets.Ids": "cloud_events_test.py:test_targets_are_put_and_removed",
    "RemoveTargets.Rule": "cloud_events_test.py:test_targets_are_put_and_removed",
    "PutEvents.Entries.Time": lambda world, given, answer: {"Time": given["Entries"][0]["Time"]} in in_the_log(world, given, answer),
}

UNHEEDED = {
    "EventBusName": "there is the default bus alone, and another one is refused",
    "Force": "no rule here is managed by a service",
}
