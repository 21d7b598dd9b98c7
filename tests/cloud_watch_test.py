#!/usr/bin/python3
"""CloudWatch in local AWS: metrics that are put, those of DB instances, and alarms that invoke functions."""

import datetime
import json
import subprocess
import time
import unittest

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import urllib.error
import urllib.request

from support.functions import ROLE, script
from support.local_aws import LocalAws, code_of
from support.rds import admit, create, psql, session, url_of, wait_for, wait_for_backup
from support.waiting import until

ALARMS = "lambda.alarms.cloudwatch.amazonaws.com"
TARGET = "GraniteServiceVersion20100801."
# What an alarm hands to it is in its log.
TELLER = """#!/usr/bin/python3 -u
import http.client, json, os
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = api.getresponse()
    print("told " + answer.read().decode())
    api.request("POST", "/2018-06-01/runtime/invocation/" + answer.headers["Lambda-Runtime-Aws-Request-Id"] + "/response", "{}")
    api.getresponse().read()
"""


def now(minutes=0):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)


class WatchCase(unittest.TestCase):
    on_disk = False

    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws(on_disk=cls.on_disk))
        cls.cloudwatch = cls.aws.client("cloudwatch")

    def sum_of(self, space, name, dimensions=(), statistic="Sum", period=60):
        points = self.cloudwatch.get_metric_statistics(
            Namespace=space, MetricName=name, StartTime=now(-10), EndTime=now(2), Period=period, Statistics=[statistic],
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions])["Datapoints"]
        return [point[statistic] for point in sorted(points, key=lambda point: point["Timestamp"])]

    def alarm(self, name):
        return self.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]

    def put_alarm(self, name, **more):
        self.cloudwatch.put_metric_alarm(**{
            "AlarmName": name, "Namespace": "Test", "MetricName": name, "Statistic": "Maximum", "Period": 10,
            "EvaluationPeriods": 1, "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold", **more})

    def history(self, name, kind):
        return [item["HistorySummary"] for item in self.cloudwatch.describe_alarm_history(
            AlarmName=name, HistoryItemType=kind, ScanBy="TimestampAscending")["AlarmHistoryItems"]]


class Metrics(WatchCase):
    def test_what_is_put_is_read_by_every_statistic(self):
        begin = now(-5).replace(second=0, microsecond=0)
        self.cloudwatch.put_metric_data(Namespace="Values", MetricData=[
            {"MetricName": "mixed", "Timestamp": begin, "Values": [1, 2.5, 4], "Counts": [8, 1, 1], "Unit": "Seconds"},
            {"MetricName": "mixed", "Timestamp": begin + datetime.timedelta(minutes=1), "Value": 10, "Unit": "Seconds"},
            {"MetricName": "set", "Timestamp": begin,
             "StatisticValues": {"SampleCount": 2, "Sum": 6, "Minimum": 1, "Maximum": 5}}])
        asked = {"Namespace": "Values", "StartTime": begin, "EndTime": begin + datetime.timedelta(minutes=3),
                 "Statistics": ["Average", "Sum", "Minimum", "Maximum", "SampleCount"]}
        first, second = sorted(self.cloudwatch.get_metric_statistics(**asked, MetricName="mixed", Period=60)["Datapoints"],
                               key=lambda point: point["Timestamp"])
        self.assertEqual(first, {"Timestamp": begin.replace(tzinfo=first["Timestamp"].tzinfo), "Unit": "Seconds",
                                 "Average": 1.45, "Sum": 14.5, "Minimum": 1, "Maximum": 4, "SampleCount": 10})
        self.assertEqual((second["Sum"], second["SampleCount"]), (10, 1))
        whole, = self.cloudwatch.get_metric_statistics(
            **{**asked, "StartTime": begin, "EndTime": begin + datetime.timedelta(minutes=5)}, MetricName="mixed",
            Period=300, ExtendedStatistics=["p50", "p90", "p100"])["Datapoints"]
        self.assertEqual((whole["Sum"], whole["SampleCount"], whole["ExtendedStatistics"]),
                         (24.5, 11, {"p50": 1, "p90": 4, "p100": 10}))
        given = {**asked, "MetricName": "set", "Period": 60}
        self.assertEqual(self.cloudwatch.get_metric_statistics(**given)["Datapoints"][0]["Average"], 3)
        del given["Statistics"]  # of a set that is not known, as in AWS
        self.assertNotIn("ExtendedStatistics", self.cloudwatch.get_metric_statistics(
            **given, ExtendedStatistics=["p50"])["Datapoints"][0])

    def test_several_metrics_come_in_one_answer_and_in_pages(self):
        begin = now(-4).replace(second=0, microsecond=0)
        for side in ("left", "right"):
            self.cloudwatch.put_metric_data(Namespace="Sides", MetricData=[
                {"MetricName": "turns", "Dimensions": [{"Name": "side", "Value": side}], "Value": number,
                 "Timestamp": begin + datetime.timedelta(minutes=number)} for number in range(3)])
        queries = [{"Id": side, "MetricStat": {"Period": 60, "Stat": "Sum", "Metric": {
            "Namespace": "Sides", "MetricName": "turns", "Dimensions": [{"Name": "side", "Value": side}]}}}
            for side in ("left", "right")]
        asked = {"MetricDataQueries": queries, "StartTime": begin, "EndTime": now(1), "ScanBy": "TimestampAscending"}
        left, right = self.cloudwatch.get_metric_data(**asked)["MetricDataResults"]
        self.assertEqual((left["Id"], left["Label"], left["Values"], left["StatusCode"]),
                         ("left", "left turns", [0, 1, 2], "Complete"))
        self.assertEqual(right["Values"], [0, 1, 2])
        pages = list(self.cloudwatch.get_paginator("get_metric_data").paginate(**asked, MaxDatapoints=4))
        self.assertEqual([[one["Values"] for one in page["MetricDataResults"]] for page in pages],
                         [[[0, 1, 2], [0]], [[], [1, 2]]])
        listed = self.cloudwatch.list_metrics(Namespace="Sides", Dimensions=[{"Name": "side", "Value": "left"}])["Metrics"]
        self.assertEqual(listed, [{"Namespace": "Sides", "MetricName": "turns",
                                   "Dimensions": [{"Name": "side", "Value": "left"}]}])

    def test_what_aws_refuses_is_refused(self):
        put, get = self.cloudwatch.put_metric_data, self.cloudwatch.get_metric_statistics
        for code, data in (("InvalidParameterCombination", {"MetricName": "m"}),
                           ("InvalidParameterCombination", {"MetricName": "m", "Value": 1, "Values": [1]}),
                           ("InvalidParameterValue", {"MetricName": "m", "Value": 1, "Timestamp": now(-60 * 24 * 20)}),
                           ("InvalidParameterValue", {"MetricName": "m", "Value": 1, "StorageResolution": 5}),
                           ("InvalidParameterValue", {"MetricName": "m", "Values": [1, 2], "Counts": [1]}),
                           ("ValidationError", {"MetricName": "m", "Value": 1, "Unit": "Furlongs"})):
            self.assertEqual(code_of(put, Namespace="Refused", MetricData=[data]), (code, 400), data)
        self.assertEqual(code_of(put, Namespace="AWS/RDS", MetricData=[{"MetricName": "m", "Value": 1}]),
                         ("InvalidParameterValue", 400))
        asked = {"Namespace": "Refused", "MetricName": "m", "StartTime": now(-10), "EndTime": now(), "Period": 60}
        for code, more in (("MissingParameter", {}), ("InvalidParameterValue", {"Statistics": ["Sum"], "Period": 61}),
                           ("InvalidParameterValue", {"Statistics": ["Sum"], "EndTime": now(-20)}),
                           ("InvalidParameterCombination", {"Statistics": ["Sum"], "StartTime": now(-60 * 48)}),
                           ("InvalidParameterValue", {"ExtendedStatistics": ["tm90"]})):
            self.assertEqual(code_of(get, **{**asked, **more}), (code, 400), more)
        self.assertEqual(self.cloudwatch.list_metrics(Namespace="Refused")["Metrics"], [])
        stat = {"Metric": {"Namespace": "Refused", "MetricName": "m"}, "Period": 60, "Stat": "Sum"}
        many = [{"Id": f"m{number}", "MetricStat": stat} for number in range(100)]
        self.assertEqual(code_of(self.cloudwatch.get_metric_data, MetricDataQueries=many, StartTime=now(-60 * 24 * 15),
                                 EndTime=now()), ("ValidationError", 400))
        math = [{"Id": "sum", "Expression": "1 + 1"}]
        self.assertEqual(code_of(self.cloudwatch.get_metric_data, MetricDataQueries=math, StartTime=now(-10), EndTime=now()),
                         ("ValidationError", 400))

    def test_by_the_command_line_and_by_json_as_newer_clients_speak_it(self):
        done = self.aws.shell("aws cloudwatch put-metric-data --namespace Shell --metric-name turns --value 3 && "
                              "aws cloudwatch list-metrics --namespace Shell --query 'Metrics[].MetricName' --output text")
        self.assertEqual((done.stdout, done.stderr), ("turns\n", ""))
        status, fields, _ = self.post("PutMetricData", Namespace="Json", MetricData=[
            {"MetricName": "turns", "Value": 1.5, "Timestamp": time.time()}])
        self.assertEqual((status, fields["Content-Type"]), (200, "application/x-amz-json-1.0"))
        status, _, found = self.post("GetMetricStatistics", Namespace="Json", MetricName="turns", Period=60,
                                     StartTime=time.time() - 300, EndTime=time.time() + 60, Statistics=["Sum"])
        self.assertEqual((status, [point["Sum"] for point in found["Datapoints"]]), (200, [1.5]))
        status, fields, refused = self.post("GetMetricStatistics", Namespace="Json", MetricName="turns", Period=61,
                                            StartTime=0, EndTime=60, Statistics=["Sum"])
        self.assertEqual((status, refused["__type"], fields["x-amzn-query-error"]),
                         (400, "InvalidParameterValueException", "InvalidParameterValue;Sender"))

    def post(self, operation, **members):
        request = botocore.awsrequest.AWSRequest("POST", self.aws.url, {
            "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": TARGET + operation}, json.dumps(members).encode())
        botocore.auth.SigV4Auth(botocore.credentials.Credentials("test", "test"), "monitoring", "us-east-1").add_auth(request)
        sent = urllib.request.Request(self.aws.url, request.body, dict(request.headers.items()))
        try:
            with urllib.request.urlopen(sent, timeout=60) as answer:
                return answer.status, answer.headers, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.headers, json.loads(refused.read())


class Alarms(WatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.functions, cls.logs = cls.aws.client("lambda"), cls.aws.client("logs")
        cls.arn = cls.functions.create_function(FunctionName="teller", Runtime="provided.al2023", Role=ROLE,
                                                Handler="bootstrap", Code={"ZipFile": script(TELLER)})["FunctionArn"]

    def told(self, name):
        events = self.logs.filter_log_events(logGroupName="/aws/lambda/teller")["events"]
        told = [json.loads(event["message"][5:]) for event in events if event["message"].startswith("told ")]
        return [event for event in told if event["alarmData"]["alarmName"] == name]

    def test_an_alarm_of_ten_seconds_invokes_its_function(self):
        self.functions.add_permission(FunctionName="teller", StatementId="alarms", Action="lambda:InvokeFunction",
                                      Principal=ALARMS)
        self.put_alarm("quick", AlarmActions=[self.arn], AlarmDescription="too many", TreatMissingData="notBreaching",
                       OKActions=[self.arn], Dimensions=[{"Name": "side", "Value": "left"}])
        until(lambda: self.alarm("quick")["StateValue"] == "OK", lambda: self.alarm("quick"))
        self.cloudwatch.put_metric_data(Namespace="Test", MetricData=[
            {"MetricName": "quick", "Value": 7.5, "StorageResolution": 1, "Dimensions": [{"Name": "side", "Value": "left"}]}])
        until(lambda: self.alarm("quick")["StateValue"] == "ALARM", lambda: self.alarm("quick"))
        self.assertRegex(self.alarm("quick")["StateReason"],
                         r"^Threshold Crossed: 1 out of the last 1 datapoints \[7\.5 \(\d\d/\d\d/\d\d \d\d:\d\d:\d\d\)\] was greater "
                         r"than the threshold \(5\.0\) \(minimum 1 datapoint for OK -> ALARM transition\)\.$")
        fired = until(lambda: [event for event in self.told("quick") if event["alarmData"]["state"]["value"] == "ALARM"],
                      lambda: self.history("quick", "Action"))[0]
        self.assertEqual((fired["source"], fired["alarmArn"], fired["accountId"], fired["region"]),
                         ("aws.cloudwatch", self.alarm("quick")["AlarmArn"], "000000000000", "us-east-1"))
        data = fired["alarmData"]
        self.assertEqual((data["previousState"]["value"], data["configuration"]["description"]), ("OK", "too many"))
        self.assertEqual(json.loads(data["state"]["reasonData"])["recentDatapoints"], [7.5])
        stat = data["configuration"]["metrics"][0]["metricStat"]
        self.assertEqual(stat, {"period": 10, "stat": "Maximum", "metric": {
            "namespace": "Test", "name": "quick", "dimensions": {"side": "left"}}})
        until(lambda: self.alarm("quick")["StateValue"] == "OK", lambda: self.alarm("quick"))  # with no data again
        self.assertEqual(self.history("quick", "StateUpdate")[:3], [
            "Alarm updated from INSUFFICIENT_DATA to OK", "Alarm updated from OK to ALARM", "Alarm updated from ALARM to OK"])
        until(lambda: len(self.history("quick", "Action")) >= 3, lambda: self.history("quick", "Action"))
        self.assertEqual(set(self.history("quick", "Action")), {f"Successfully executed action {self.arn}"})
        self.assertEqual(self.history("quick", "ConfigurationUpdate"), ['Alarm "quick" created'])

    def test_what_its_policy_does_not_let_it_do_is_in_its_history(self):
        other = self.functions.create_function(FunctionName="closed", Runtime="provided.al2023", Role=ROLE,
                                               Handler="bootstrap", Code={"ZipFile": script(TELLER)})["FunctionArn"]
        self.put_alarm("refused", AlarmActions=[other])
        done = self.aws.shell("aws cloudwatch set-alarm-state --alarm-name refused --state-value ALARM --state-reason tried")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        said = until(lambda: self.history("refused", "Action"), "the action left no trace")
        self.assertIn(f"Failed to execute action {other}", said[0])

    def test_missing_data_are_treated_as_the_alarm_says(self):
        for treatment, state in (("breaching", "ALARM"), ("notBreaching", "OK")):
            self.put_alarm(treatment, TreatMissingData=treatment)
            until(lambda: self.alarm(treatment)["StateValue"] == state, lambda: self.alarm(treatment))
        self.assertEqual(self.alarm("breaching")["StateReason"], "Threshold Crossed: no datapoints were received for 1 period and "
                         "1 missing datapoint was treated as [Breaching].")
        for treatment in ("missing", "ignore"):
            self.put_alarm(treatment, TreatMissingData=treatment)
            self.cloudwatch.set_alarm_state(AlarmName=treatment, StateValue="OK", StateReason="set")
        until(lambda: self.alarm("missing")["StateValue"] == "INSUFFICIENT_DATA", lambda: self.alarm("missing"))
        self.assertEqual(self.alarm("missing")["StateReason"], "Insufficient Data: 1 datapoint was unknown.")
        self.assertEqual(self.alarm("ignore")["StateValue"], "OK")
        self.assertEqual(self.history("breaching", "Action"), [])

    def test_alarms_are_listed_and_outlive_a_kill(self):
        for number in range(3):
            self.put_alarm(f"listed-{number}", Period=60, MetricName="listed")
        self.cloudwatch.disable_alarm_actions(AlarmNames=["listed-1"])
        pages = self.cloudwatch.get_paginator("describe_alarms").paginate(
            AlarmNamePrefix="listed-", PaginationConfig={"PageSize": 2})
        self.assertEqual([[one["AlarmName"] for one in page["MetricAlarms"]] for page in pages],
                         [["listed-0", "listed-1"], ["listed-2"]])
        self.aws.kill_and_start()
        cls = type(self)
        cls.cloudwatch, cls.functions, cls.logs = (self.aws.client(name) for name in ("cloudwatch", "lambda", "logs"))
        found = self.cloudwatch.describe_alarms_for_metric(Namespace="Test", MetricName="listed")["MetricAlarms"]
        self.assertEqual([one["ActionsEnabled"] for one in found], [True, False, True])
        self.cloudwatch.delete_alarms(AlarmNames=["listed-0", "listed-2"])
        self.assertEqual(code_of(self.cloudwatch.delete_alarms, AlarmNames=["listed-1", "listed-2"]), ("ResourceNotFound", 404))
        self.assertEqual(self.alarm("listed-1")["StateValue"], "INSUFFICIENT_DATA")

    def test_what_would_not_happen_is_refused(self):
        topic = "arn:aws:sns:us-east-1:000000000000:operators"
        for more in ({"AlarmActions": [topic]}, {"AlarmActions": ["operators"]}, {"Period": 15}, {"DatapointsToAlarm": 2},
                     {"Period": 60, "EvaluationPeriods": 1441}, {"TreatMissingData": "maybe"}, {"ExtendedStatistic": "p50"},
                     {"ComparisonOperator": "GreaterThanUpperThreshold"}):
            self.assertEqual(code_of(self.put_alarm, name="wrong", **more), ("ValidationError", 400), more)
        self.put_alarm("silent", AlarmActions=[topic], ActionsEnabled=False)
        self.assertEqual(self.alarm("silent")["AlarmActions"], [topic])
        self.assertEqual(code_of(self.cloudwatch.enable_alarm_actions, AlarmNames=["silent"]), ("ValidationError", 400))
        self.assertEqual(code_of(self.cloudwatch.set_alarm_state, AlarmName="none", StateValue="OK", StateReason="x"),
                         ("ResourceNotFound", 404))


class Instances(WatchCase):
    """An instance and its replica, whose metrics come once a minute."""

    on_disk = True

    def metric(self, instance, name, statistic="Average"):
        return self.sum_of("AWS/RDS", name, [("DBInstanceIdentifier", instance)], statistic)

    def test_an_instance_is_measured(self):
        rds = self.aws.client("rds")
        create(rds, "measured", BackupRetentionPeriod=1)
        instance = wait_for_backup(rds, "measured")
        admit(self.aws, instance)
        rds.create_db_instance_read_replica(DBInstanceIdentifier="reader", SourceDBInstanceIdentifier="measured")
        until(lambda: self.metric("measured", "DatabaseConnections"), "the first measurement did not come")
        self.assertEqual(self.metric("measured", "DatabaseConnections"), [0])
        listed = {one["MetricName"] for one in self.cloudwatch.list_metrics(Namespace="AWS/RDS")["Metrics"]}
        self.assertLessEqual({"CPUUtilization", "FreeStorageSpace", "FreeableMemory", "ReadIOPS", "WriteIOPS", "ReadThroughput",
                              "WriteThroughput", "TransactionLogsDiskUsage", "MaximumUsedTransactionIDs"}, listed)
        free, = self.metric("measured", "FreeStorageSpace")
        self.assertTrue(0 < free < 20 * 2**30, free)
        self.assertTrue(0 < self.metric("measured", "FreeableMemory")[0] < 2**30)
        reader = wait_for(rds, "reader")
        until(lambda: self.metric("reader", "ReplicaLag"), "the replica's lag was not measured")
        self.assertGreaterEqual(self.metric("reader", "ReplicaLag")[-1], 0)
        self.assertEqual(self.metric("measured", "ReplicaLag"), [])
        with session(url_of(instance)), session(url_of(instance)), session(url_of(reader)):
            busy = subprocess.Popen(["psql", "-qAt", url_of(instance), "-c",
                                     "create table filled as select n from generate_series(1, 3000000) n; "
                                     "select sum(sqrt(a.n)) from filled a, generate_series(1, 4) b"],
                                    stdout=subprocess.DEVNULL)
            until(lambda: max(self.metric("measured", "DatabaseConnections", "Maximum")) >= 2,
                  lambda: self.metric("measured", "DatabaseConnections", "Maximum"))
            self.assertEqual(busy.wait(120), 0)
        until(lambda: max(self.metric("measured", "CPUUtilization", "Maximum")) > 1,
              lambda: self.metric("measured", "CPUUtilization", "Maximum"))
        self.assertGreater(max(self.metric("measured", "WriteThroughput", "Maximum")), 0)
        self.assertGreater(max(self.metric("measured", "OldestReplicationSlotLag", "Maximum")), -1)
        alarm = self.aws.shell("aws cloudwatch put-metric-alarm --alarm-name many --namespace AWS/RDS --metric-name "
                               "DatabaseConnections --dimensions Name=DBInstanceIdentifier,Value=measured --statistic Maximum "
                               "--period 300 --evaluation-periods 1 --threshold 1 --comparison-operator GreaterThanThreshold")
        self.assertEqual((alarm.returncode, alarm.stderr), (0, ""))
        until(lambda: self.alarm("many")["StateValue"] == "ALARM", lambda: self.alarm("many"))
        self.assertEqual(psql(instance, "select count(*) from pg_stat_activity where application_name = 'rdsadmin' and "
                                        "backend_type = 'client backend'").stdout, "1\n")


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
