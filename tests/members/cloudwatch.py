"""CloudWatch's operations, as support/members.py walks them."""

import datetime
import itertools
import time
import types

SERVICE = "cloudwatch"
SPACE = "Members"

numbers = itertools.count()


def minute(ago=0):
    now = int(time.time()) // 60 * 60 - 60 * ago
    return datetime.datetime.fromtimestamp(now, datetime.timezone.utc)


def function(name="walked"):
    return f"arn:aws:lambda:us-east-1:000000000000:function:{name}"


def alarm(**more):
    return {"AlarmName": f"walk-{next(numbers)}", "MetricName": "walked", "Namespace": SPACE, "Statistic": "Sum",
            "Period": 60, "EvaluationPeriods": 2, "Threshold": 1e9, "ComparisonOperator": "GreaterThanThreshold", **more}


def new_alarm(world, **more):
    made = alarm(**more)
    world.cloudwatch.put_metric_alarm(**made)
    return made["AlarmName"]


def world(aws):
    """A metric with data of three minutes, one that has had none for hours, and two alarms in two states."""
    made = types.SimpleNamespace(cloudwatch=aws.client("cloudwatch"), begin=minute(30), end=minute(-1))
    data = [{"MetricName": "read", "Timestamp": minute(20 - number), "Value": number, "Unit": "Count"}
            for number in range(3)]
    data.append({"MetricName": "old", "Timestamp": minute(300), "Value": 1})
    made.cloudwatch.put_metric_data(Namespace=SPACE, MetricData=data)
    for name in ("first", "second"):
        made.cloudwatch.put_metric_alarm(**alarm(AlarmName=name, MetricName="unmeasured", AlarmActions=[function()]))
    made.cloudwatch.set_alarm_state(AlarmName="first", StateValue="OK", StateReason="walked")
    return made


def query(world):
    stat = {"Metric": {"Namespace": SPACE, "MetricName": "read"}, "Period": 60, "Stat": "Sum"}
    return {"MetricDataQueries": [{"Id": "walked", "MetricStat": stat}], "StartTime": world.begin, "EndTime": world.end}


def put(world):
    return {"Namespace": SPACE, "MetricData": [{"MetricName": f"put-{next(numbers)}", "Value": 1}]}


def points(world, given):
    metric = given["MetricData"][0]
    found = world.cloudwatch.get_metric_statistics(
        Namespace=given["Namespace"], MetricName=metric["MetricName"], Dimensions=metric.get("Dimensions", []),
        StartTime=minute(60), EndTime=minute(-2), Period=60, Statistics=["Sum"])["Datapoints"]
    return [found, world.cloudwatch.list_metrics(Namespace=given["Namespace"])["Metrics"]]


BASE = {
    "DeleteAlarms": lambda world: {"AlarmNames": [new_alarm(world)]},
    "DescribeAlarmsForMetric": lambda world: {"MetricName": "unmeasured", "Namespace": SPACE},
    "DisableAlarmActions": lambda world: {"AlarmNames": [new_alarm(world)]},
    "EnableAlarmActions": lambda world: {"AlarmNames": [new_alarm(world, ActionsEnabled=False)]},
    "GetMetricData": query,
    "GetMetricStatistics": lambda world: {
        "Namespace": SPACE, "MetricName": "read", "StartTime": world.begin, "EndTime": world.end, "Period": 60,
        "Statistics": ["Sum"]},
    "PutMetricAlarm": lambda world: alarm(),
    "PutMetricData": put,
    "SetAlarmState": lambda world: {"AlarmName": new_alarm(world), "StateValue": "OK", "StateReason": "walked"},
}

WITHIN = {
    "Dimensions": {"Name": "side", "Value": "left"},
}

VALUES = {
    "MetricDataQueries.Id": "another",
    "MetricDataQueries.ReturnData": False,
    "MetricStat.Period": 300,
    "StartTime": lambda world: minute(19),
    "EndTime": lambda world: minute(19),
    "MaxDatapoints": 1,
    "GetMetricStatistics.Period": 300,
    "ExtendedStatistics": ["p50"],
    "DescribeAlarms.AlarmNames": ["first"],
    "DescribeAlarms.AlarmTypes": ["CompositeAlarm"],
    "DescribeAlarmHistory.AlarmTypes": ["CompositeAlarm"],
    "DescribeAlarms.StateValue": "OK",
    "DescribeAlarmHistory.HistoryItemType": "StateUpdate",
    "MaxRecords": 1,
    "StartDate": lambda world: minute(-60),
    "EndDate": lambda world: minute(60),
    "PutMetricData.MetricData.Timestamp": lambda world: minute(7),
    "PutMetricData.MetricData.StorageResolution": 1,
    "OKActions": [function("walked-ok")],
    "AlarmActions": [function("walked-alarm")],
    "InsufficientDataActions": [function("walked-insufficient")],
    "PutMetricAlarm.ActionsEnabled": False,
    "PutMetricAlarm.DatapointsToAlarm": 1,
    "PutMetricAlarm.ComparisonOperator": "LessThanThreshold",
    "PutMetricAlarm.Period": 120,
    "PutMetricAlarm.TreatMissingData": "ignore",
    "StateReasonData": '{"walked": 1}',
    "EnableAlarmActions.AlarmNames": lambda world: [new_alarm(world, ActionsEnabled=False)],
    "DisableAlarmActions.AlarmNames": lambda world: [new_alarm(world)],
}


def described(world, given, answer):
    return world.cloudwatch.describe_alarms(AlarmNames=[given["AlarmName"]])["MetricAlarms"]


def acting(world, given):
    return {one["ActionsEnabled"] for one in world.cloudwatch.describe_alarms(AlarmNames=given["AlarmNames"])["MetricAlarms"]}


SEEN = {
    "PutMetricAlarm": described,
    "PutMetricData": lambda world, given, answer: points(world, given),
    "SetAlarmState": described,
}

ACTS = {
    "PutMetricData.MetricData.Value": lambda world, given, answer:
        points(world, given)[0][0]["Sum"] == given["MetricData"][0]["Value"],
    "PutMetricData.MetricData.StorageResolution": "cloud_watch_test.py:test_an_alarm_of_ten_seconds_invokes_its_function",
    "EnableAlarmActions.AlarmNames": lambda world, given, answer: acting(world, given) == {True},
    "DisableAlarmActions.AlarmNames": lambda world, given, answer: acting(world, given) == {False},
}
