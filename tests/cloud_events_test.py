#!/usr/bin/python3
"""EventBridge in local AWS, by boto3 and the AWS CLI: rules match as in AWS, and what they match goes to functions and log
groups. The three alerts of a managed database stand here: a deletion, a port opened to the world, backups turned off."""

import json
import sys
import time
import unittest

from support.functions import zip_of
from support.local_aws import LocalAws, refused
from support.rds import wait_for
from support.waiting import until

ACCOUNT = "000000000000"
PYTHON = "python{}.{}".format(*sys.version_info)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/x"
EVENT = {"version": "0", "id": "1", "account": ACCOUNT, "source": "aws.rds", "time": "2026-11-29T00:00:00Z", "region": "us-east-1",
         "resources": ["arn:a", "arn:b"], "detail-type": "AWS API Call via CloudTrail"}


def group_arn(name):
    return f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{name}"


def setUpModule():
    WithEvents.aws = LocalAws()
    unittest.enterModuleContext(WithEvents.aws)


class WithEvents(unittest.TestCase):
    aws = None

    def setUp(self):
        self.events, self.logs = self.aws.client("events"), self.aws.client("logs")

    def rule(self, name, pattern, **more):
        """A rule to a log group of its name."""
        group = f"/aws/events/{name}"
        self.logs.create_log_group(logGroupName=group)
        self.events.put_rule(Name=name, EventPattern=json.dumps(pattern))
        self.events.put_targets(Rule=name, Targets=[{"Id": "log", "Arn": group_arn(group), **more}])

    def messages(self, name):
        return [event["message"] for event in self.logs.filter_log_events(logGroupName=f"/aws/events/{name}")["events"]]

    def alerts(self, name, count=1):
        """The records of the calls that came."""
        came = until(lambda: len(found := self.messages(name)) >= count and found)
        return [json.loads(message)["detail"] for message in came]


class Alerts(WithEvents):
    def test_a_deleted_database_alerts(self):
        self.rule("deleted", {"source": ["aws.rds"], "detail": {"eventName": ["DeleteDBInstance"]}})
        self.assertEqual(refused(self.aws.client("rds").delete_db_instance, DBInstanceIdentifier="gone", SkipFinalSnapshot=True),
                         "DBInstanceNotFound")
        self.aws.client("rds").describe_db_instances()
        [alert] = self.alerts("deleted")
        self.assertEqual((alert["eventName"], alert["requestParameters"]["dBInstanceIdentifier"], alert["errorCode"]),
                         ("DeleteDBInstance", "gone", "DBInstanceNotFound"))
        event = json.loads(self.messages("deleted")[0])
        self.assertEqual((event["version"], event["source"], event["detail-type"], event["account"], event["region"]),
                         ("0", "aws.rds", "AWS API Call via CloudTrail", ACCOUNT, "us-east-1"))

    def test_a_port_opened_to_the_world_alerts(self):
        self.rule("opened", {"source": ["aws.ec2"], "detail": {
            "eventName": ["AuthorizeSecurityGroupIngress"],
            "$or": [{"requestParameters": {"cidrIp": ["0.0.0.0/0"]}},
                    {"requestParameters": {"ipPermissions": {"items": {"ipRanges": {"items": {"cidrIp": ["0.0.0.0/0"]}}}}}},
                    {"requestParameters": {"ipPermissions": {"items": {"ipv6Ranges": {"items": {"cidrIpv6": ["::/0"]}}}}}}]}})
        ec2 = self.aws.client("ec2")
        group = ec2.create_security_group(GroupName="watched", Description="d")["GroupId"]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "192.0.2.1/32"}]}])
        ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=5433, ToPort=5433, CidrIp="0.0.0.0/0")
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 5434, "ToPort": 5434, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}])
        done = self.aws.shell(f"aws ec2 authorize-security-group-ingress --group-id {group} --protocol tcp --port 5435 "
                              "--cidr 0.0.0.0/0")
        self.assertEqual(done.returncode, 0, done.stderr)
        alerts = self.alerts("opened", 3)
        self.assertEqual(len(alerts), 3)
        self.assertNotIn("192.0.2.1", str(alerts))
        self.assertEqual({alert["requestParameters"]["groupId"] for alert in alerts}, {group})

    def test_backups_turned_off_alert_by_a_function(self):
        lambda_, rds = self.aws.client("lambda"), self.aws.client("rds")
        code = "def handler(event, context):\n    print('ALERT', event['detail']['eventName'], event['detail']['requestParameters'])\n"
        arn = lambda_.create_function(FunctionName="alert", Runtime=PYTHON, Handler="main.handler", Role=ROLE,
                                      Code={"ZipFile": zip_of({"main.py": (code, 0o100644)})})["FunctionArn"]
        rule = self.events.put_rule(Name="unsaved", EventPattern=json.dumps({"source": ["aws.rds"], "detail": {
            "eventName": ["ModifyDBInstance"], "requestParameters": {"backupRetentionPeriod": [{"numeric": ["=", 0]}]}}}))["RuleArn"]
        self.events.put_targets(Rule="unsaved", Targets=[{"Id": "function", "Arn": arn}])
        rds.create_db_instance(DBInstanceIdentifier="unsaved", DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20,
                               MasterUsername="root", MasterUserPassword="a-long-password", BackupRetentionPeriod=1)

        def said():
            if not self.logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/alert")["logGroups"]:
                return []
            return [event["message"] for event in self.logs.filter_log_events(
                logGroupName="/aws/lambda/alert", filterPattern="ALERT")["events"]]

        wait_for(rds, "unsaved")
        rds.modify_db_instance(DBInstanceIdentifier="unsaved", BackupRetentionPeriod=0, ApplyImmediately=True)
        until(lambda: any("did not get an event" in line and "policy" in line for line in self.aws.logged))
        self.assertEqual(said(), [], "its policy does not let EventBridge invoke it")
        lambda_.add_permission(FunctionName="alert", StatementId="events", Action="lambda:InvokeFunction",
                               Principal="events.amazonaws.com", SourceArn=rule)
        wait_for(rds, "unsaved")
        rds.modify_db_instance(DBInstanceIdentifier="unsaved", BackupRetentionPeriod=2, ApplyImmediately=True)
        wait_for(rds, "unsaved")
        rds.modify_db_instance(DBInstanceIdentifier="unsaved", BackupRetentionPeriod=0, ApplyImmediately=True)
        [line] = until(said)
        self.assertIn("ModifyDBInstance", line)
        self.assertIn("'backupRetentionPeriod': 0", line)
        rds.delete_db_instance(DBInstanceIdentifier="unsaved", SkipFinalSnapshot=True)

    def test_what_happens_to_an_instance_is_an_event(self):
        self.rule("happened", {"source": ["aws.rds"], "detail-type": ["RDS DB Instance Event"],
                               "detail": {"SourceIdentifier": ["happening"], "EventID": ["RDS-EVENT-0005"]}})
        rds = self.aws.client("rds")
        rds.create_db_instance(DBInstanceIdentifier="happening", DBInstanceClass="db.t3.micro", Engine="postgres",
                               AllocatedStorage=20, MasterUsername="root", MasterUserPassword="a-long-password",
                               BackupRetentionPeriod=0)
        [detail] = self.alerts("happened")
        self.assertEqual((detail["SourceType"], detail["Message"], detail["EventCategories"]),
                         ("DB_INSTANCE", "DB instance created", ["creation"]))
        self.assertEqual(json.loads(self.messages("happened")[0])["resources"], [detail["SourceArn"]])
        wait_for(rds, "happening")
        rds.delete_db_instance(DBInstanceIdentifier="happening", SkipFinalSnapshot=True)

    def test_only_an_enabled_rule_acts_and_reads_are_told_to_who_asks_for_all(self):
        self.rule("reads", {"detail": {"eventName": ["DescribeDBSubnetGroups", "CreateAlias"]}})
        kms, rds = self.aws.client("kms"), self.aws.client("rds")
        self.events.disable_rule(Name="reads")
        kms.create_alias(AliasName="alias/unheard", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
        by = [{"AttributeKey": "ResourceName", "AttributeValue": "alias/unheard"}]
        until(lambda: self.aws.client("cloudtrail").lookup_events(LookupAttributes=by)["Events"])  # which is told before
        self.events.enable_rule(Name="reads")
        rds.describe_db_subnet_groups()
        kms.create_alias(AliasName="alias/heard", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
        self.assertEqual([alert["requestParameters"]["aliasName"] for alert in self.alerts("reads")], ["alias/heard"])
        self.events.put_rule(Name="reads", EventPattern=json.dumps({"detail": {"eventName": ["DescribeDBSubnetGroups"]}}),
                             State="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
        rds.describe_db_subnet_groups()
        self.assertEqual(self.alerts("reads", 2)[1]["eventName"], "DescribeDBSubnetGroups")


class Rules(WithEvents):
    def test_a_rule_is_kept_and_deleted(self):
        pattern = json.dumps({"source": ["kept"]})
        arn = self.events.put_rule(Name="kept", EventPattern=pattern, Description="what it is for")["RuleArn"]
        self.assertEqual(arn, f"arn:aws:events:us-east-1:{ACCOUNT}:rule/kept")
        described = self.events.describe_rule(Name="kept")
        self.assertEqual((described["EventPattern"], described["State"], described["Description"], described["EventBusName"]),
                         (pattern, "ENABLED", "what it is for", "default"))
        self.assertIn("kept", [rule["Name"] for rule in self.events.list_rules(NamePrefix="ke")["Rules"]])
        self.events.put_targets(Rule="kept", Targets=[{"Id": "one", "Arn": group_arn("nowhere")}])
        self.assertEqual(self.events.list_rule_names_by_target(TargetArn=group_arn("nowhere"))["RuleNames"], ["kept"])
        self.assertEqual(refused(self.events.delete_rule, Name="kept"), "ValidationException")
        self.events.remove_targets(Rule="kept", Ids=["one"])
        self.events.delete_rule(Name="kept")
        self.assertEqual(refused(self.events.describe_rule, Name="kept"), "ResourceNotFoundException")
        self.events.delete_rule(Name="kept")
        self.assertEqual(refused(self.events.put_rule, Name="kept"), "ValidationException")
        self.assertEqual(refused(self.events.put_rule, Name="kept", EventPattern=pattern, EventBusName="other"),
                         "ResourceNotFoundException")
        self.assertEqual(refused(self.events.put_rule, Name="kept", ScheduleExpression="rate(1 minute)"), "ValidationException")

    def test_targets_are_put_and_removed(self):
        self.events.put_rule(Name="targets", EventPattern=json.dumps({"source": ["targets"]}))
        for number in range(5):
            self.events.put_targets(Rule="targets", Targets=[{"Id": f"t{number}", "Arn": group_arn("nowhere")}])
        self.assertEqual(refused(self.events.put_targets, Rule="targets", Targets=[{"Id": "t5", "Arn": group_arn("nowhere")}]),
                         "LimitExceededException")
        self.events.remove_targets(Rule="targets", Ids=["t0", "t1", "none"])
        self.assertEqual([one["Id"] for one in self.events.list_targets_by_rule(Rule="targets")["Targets"]], ["t2", "t3", "t4"])
        for arn in ("arn:aws:sqs:us-east-1:000000000000:queue", "no-arn", "arn:aws:lambda:eu-west-1:000000000000:function:f"):
            self.assertEqual(refused(self.events.put_targets, Rule="targets", Targets=[{"Id": "t2", "Arn": arn}]),
                             "ValidationException")
        self.assertEqual(refused(self.events.put_targets, Rule="targets", Targets=[
            {"Id": "t2", "Arn": group_arn("g"), "Input": "{}", "InputPath": "$.detail"}]), "ValidationException")
        self.assertEqual(refused(self.events.put_targets, Rule="none", Targets=[{"Id": "t2", "Arn": group_arn("g")}]),
                         "ResourceNotFoundException")

    def test_a_target_gets_what_it_asks_for(self):
        self.rule("whole", {"source": ["shaped"]})
        self.rule("path", {"source": ["shaped"]}, InputPath="$.detail.list[1]")
        self.rule("constant", {"source": ["shaped"]}, Input=json.dumps({"timestamp": int(time.time() * 1000), "message": "said"}))
        self.rule("template", {"source": ["shaped"]}, InputTransformer={
            "InputPathsMap": {"name": "$.detail.name", "list": "$.detail.list"},
            "InputTemplate": '{"who": "it is <name>", "list": <list>, "rule": <none>}'})
        put = self.events.put_events(Entries=[
            {"Source": "shaped", "DetailType": "t", "Detail": json.dumps({"name": "an \"ann\"", "list": [1, {"b": 2}]})}])
        self.assertEqual(put["FailedEntryCount"], 0)
        [whole] = until(lambda: self.messages("whole"))
        self.assertEqual(json.loads(whole)["id"], put["Entries"][0]["EventId"])
        self.assertEqual(until(lambda: self.messages("path")), ['{"b":2}'])
        self.assertEqual(until(lambda: self.messages("constant")), ["said"])
        [template] = until(lambda: self.messages("template"))
        self.assertEqual(template, '{"who": "it is an \\"ann\\"", "list": [1,{"b":2}], "rule": <none>}')

    def test_a_rule_acts_after_kill_9(self):
        self.rule("survives", {"source": ["survivor"]})
        self.aws.kill_and_start()
        self.setUp()
        self.events.put_events(Entries=[{"Source": "survivor", "DetailType": "t", "Detail": "{}"}])
        until(lambda: self.messages("survives"))

    def test_entries_that_are_no_events_fail_alone(self):
        entries = [{"Source": "a", "DetailType": "t", "Detail": "{}"}, {"Source": "aws.rds", "DetailType": "t", "Detail": "{}"},
                   {"Source": "a", "DetailType": "t", "Detail": "[]"}, {"Source": "a", "DetailType": "t"}]
        put = self.events.put_events(Entries=entries)
        self.assertEqual(put["FailedEntryCount"], 3)
        self.assertEqual([entry.get("ErrorCode") for entry in put["Entries"]],
                         [None, "NotAuthorizedForSourceException", "MalformedDetail", "InvalidArgument"])

    def test_the_aws_cli_makes_a_rule(self):
        done = self.aws.shell("aws events put-rule --name by-the-cli --event-pattern '{\"source\": [\"aws.rds\"]}' && "
                              "aws events list-rules --name-prefix by-the --query 'Rules[].State' --output text")
        self.assertEqual(done.stderr, "")
        self.assertTrue(done.stdout.endswith("ENABLED\n"), done.stdout)


class Patterns(WithEvents):
    def matches(self, pattern, detail):
        return self.events.test_event_pattern(EventPattern=json.dumps({"detail": pattern}),
                                              Event=json.dumps({**EVENT, "detail": detail}))["Result"]

    def test_patterns_match_as_in_aws(self):
        for pattern, yes, no in (
                ({"a": ["x", "y"]}, [{"a": "y"}, {"a": ["z", "x"]}], [{"a": "z"}, {}, {"a": []}]),
                ({"a": [1, True, None]}, [{"a": 1}, {"a": 1.0}, {"a": True}, {"a": None}], [{"a": "1"}, {"a": False}]),
                ({"a": [{"prefix": "rds"}]}, [{"a": "rds.x"}], [{"a": "xrds"}, {"a": 1}]),
                ({"a": [{"prefix": {"equals-ignore-case": "RDS"}}]}, [{"a": "rds.x"}], [{"a": "xrds"}]),
                ({"a": [{"suffix": ".png"}]}, [{"a": "x.png"}], [{"a": "x.PNG"}]),
                ({"a": [{"suffix": {"equals-ignore-case": ".png"}}]}, [{"a": "x.PNG"}], [{"a": "x.gif"}]),
                ({"a": [{"equals-ignore-case": "Ann"}]}, [{"a": "aNN"}], [{"a": "anne"}]),
                ({"a": [{"anything-but": "x"}]}, [{"a": "y"}, {"a": 1}], [{"a": "x"}, {}]),
                ({"a": [{"anything-but": ["x", "y"]}]}, [{"a": "z"}], [{"a": "x"}]),
                ({"a": [{"anything-but": [1, 2]}]}, [{"a": 3}], [{"a": 2}]),
                ({"a": [{"anything-but": {"prefix": "x"}}]}, [{"a": "yx"}], [{"a": "xy"}]),
                ({"a": [{"anything-but": {"suffix": ["x", "y"]}}]}, [{"a": "xz"}], [{"a": "zy"}]),
                ({"a": [{"exists": True}]}, [{"a": 1}, {"a": ""}], [{}, {"b": 1}]),
                ({"a": [{"exists": False}]}, [{}, {"b": 1}], [{"a": 1}]),
                ({"b": {"a": [{"exists": False}]}}, [{}, {"b": {}}, {"b": {"c": 1}}], [{"b": {"a": 1}}]),
                ({"a": [{"numeric": [">", 0, "<=", 5]}]}, [{"a": 5}, {"a": 0.1}], [{"a": 0}, {"a": 6}, {"a": "3"}]),
                ({"a": [{"numeric": ["=", 0]}]}, [{"a": 0}, {"a": 0.0}], [{"a": 1}, {"a": None}]),
                ({"a": [{"cidr": "10.0.0.0/24"}]}, [{"a": "10.0.0.255"}], [{"a": "10.0.1.0"}, {"a": "x"}]),
                ({"a": [{"cidr": "2001:db8::/32"}]}, [{"a": "2001:db8:1::1"}], [{"a": "2001:db9::1"}, {"a": "10.0.0.1"}]),
                ({"a": [{"wildcard": "dir/*.png"}]}, [{"a": "dir/x.png"}, {"a": "dir/.png"}], [{"a": "dir/x.gif"}, {"a": "x.png"}]),
                ({"b": {"a": ["x"], "c": ["y"]}}, [{"b": [{"a": "x", "c": "y"}]}], [{"b": [{"a": "x"}, {"c": "y"}]}]),
                ({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, [{"a": "x"}, {"b": "y"}], [{"a": "y"}, {}]),
                ({"a": ["x", {"prefix": "y"}], "b": [1]}, [{"a": "x", "b": 1}, {"a": "yy", "b": 1}], [{"a": "x"}])):
            for detail in yes:
                self.assertTrue(self.matches(pattern, detail), (pattern, detail))
            for detail in no:
                self.assertFalse(self.matches(pattern, detail), (pattern, detail))

    def test_a_pattern_that_aws_would_not_take_is_refused(self):
        for pattern in ("", "[]", "{", "{}", '{"a": "x"}', '{"a": []}', '{"a": [[]]}', '{"a": [{"nothing": 1}]}',
                        '{"a": [{"prefix": 1}]}', '{"a": [{"exists": "yes"}]}', '{"a": [{"numeric": [">"]}]}',
                        '{"a": [{"numeric": ["~", 1]}]}', '{"a": [{"cidr": "10.0.0.0"}]}', '{"a": [{"anything-but": []}]}',
                        '{"a": [{"anything-but": ["x", 1]}]}', '{"a": [{"prefix": "x", "suffix": "y"}]}', '{"a": {}}',
                        '{"$or": []}', '{"a": [' * 200):
            code = refused(self.events.test_event_pattern, EventPattern=pattern, Event=json.dumps(EVENT))
            self.assertEqual(code, "InvalidEventPatternException", pattern[:80])
        self.assertEqual(refused(self.events.test_event_pattern, EventPattern='{"source": ["x"]}', Event="{}"), "ValidationException")


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
