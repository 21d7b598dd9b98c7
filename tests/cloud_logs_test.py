#!/usr/bin/python3
"""CloudWatch Logs in local AWS, by its real clients."""

import itertools
import subprocess
import threading
import time
import unittest

from support.local_aws import LocalAws, code_of

DAY = 24 * 3600 * 1000
HOUR = 3600 * 1000


def now_ms():
    return int(time.time() * 1000)


def events(*pairs):
    return [{"timestamp": at, "message": message} for at, message in pairs]


class LogsTest(unittest.TestCase):
    numbers = itertools.count()

    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())

    def setUp(self):
        self.logs = self.aws.client("logs")
        self.now = now_ms()
        self.group = f"{self.id()}/{next(self.numbers)}"
        self.logs.create_log_group(logGroupName=self.group)
        self.logs.create_log_stream(logGroupName=self.group, logStreamName="stream")

    def put(self, *pairs, stream="stream"):
        return self.logs.put_log_events(logGroupName=self.group, logStreamName=stream, logEvents=events(*pairs))

    def get(self, stream="stream", **more):
        return self.logs.get_log_events(logGroupName=self.group, logStreamName=stream, **more)

    def messages(self, **more):
        return [event["message"] for event in self.get(**more)["events"]]

    def filtered(self, **more):
        return [event["message"] for event in self.logs.filter_log_events(logGroupName=self.group, **more)["events"]]

    def refused(self, call, code="InvalidParameterException", **arguments):
        self.assertEqual(code_of(call, **arguments), (code, 400))

    def call(self, operation, **members):
        """By hand, for what Debian's client does not know yet."""
        return self.aws.post_json("logs", f"Logs_20140328.{operation}", **members)

    def described(self, name=None):
        return self.call("DescribeLogGroups", logGroupNamePrefix=name or self.group)[1]["logGroups"][0]


class Reading(LogsTest):
    def test_a_tail_begun_before_the_first_event_gets_all_that_come(self):
        for more in ({}, {"startFromHead": True}, {"startTime": self.now - 1}, {"endTime": self.now + HOUR}):
            self.logs.create_log_stream(logGroupName=self.group, logStreamName=f"new {more}".replace(":", ""))
            stream = f"new {more}".replace(":", "")
            token = self.get(stream, **more)["nextForwardToken"]
            for number in range(3):
                self.assertEqual(self.get(stream, nextToken=token, **more)["nextForwardToken"], token)
                self.put((self.now + number, f"event {number}"), stream=stream)
                answer = self.get(stream, nextToken=token, **more)
                self.assertEqual([event["message"] for event in answer["events"]], [f"event {number}"])
                token = answer["nextForwardToken"]

    def test_a_tail_goes_on_where_it_was_when_a_page_was_empty(self):
        self.put((self.now, "first"))
        answer = self.get(startFromHead=True)
        for number in range(3):
            answer = self.get(nextToken=answer["nextForwardToken"])
            self.assertEqual(answer["events"], [])
        self.put((self.now, "of the same millisecond"))
        self.assertEqual(self.messages(nextToken=answer["nextForwardToken"]), ["of the same millisecond"])
        self.assertEqual(self.messages(nextToken=self.get()["nextBackwardToken"]), [])

    def test_the_command_lines_tail_shows_what_comes_to_an_empty_stream(self):
        with subprocess.Popen(["/usr/bin/aws", "--endpoint-url", self.aws.url, "logs", "tail", self.group, "--follow",
                               "--format", "short"], stdout=subprocess.PIPE, text=True,
                              env={**self.aws.environment(), "PYTHONUNBUFFERED": "1"}) as tail:
            limit = threading.Timer(120, tail.kill)
            limit.start()
            self.addCleanup(limit.cancel)
            self.addCleanup(tail.kill)
            self.put((now_ms(), "said in time"))
            self.assertIn("said in time", tail.stdout.readline())
            tail.kill()

    def test_events_come_by_their_timestamps(self):
        self.logs.create_log_stream(logGroupName=self.group, logStreamName="other")
        self.put((self.now - 10, "c"), (self.now - 5, "d"))
        self.put((self.now - 30, "a"), (self.now - 1, "e"))
        self.put((self.now - 20, "b"), stream="other")
        self.assertEqual(self.messages(), ["a", "c", "d", "e"])
        self.assertEqual(self.messages(limit=3), ["c", "d", "e"])
        self.assertEqual(self.messages(limit=3, startFromHead=True), ["a", "c", "d"])
        self.assertEqual(self.filtered(), ["a", "b", "c", "d", "e"])

    def test_pages_hold_each_event_once_in_both_directions(self):
        self.put(*[(self.now + number // 3, str(number)) for number in range(10)])
        for direction, more in (("nextForwardToken", {"startFromHead": True}), ("nextBackwardToken", {})):
            seen = []
            answer = self.get(limit=4, **more)
            while answer["events"]:
                page = [int(event["message"]) for event in answer["events"]]
                seen = seen + page if more else page + seen
                answer = self.get(limit=4, nextToken=answer[direction])
            self.assertEqual(seen, list(range(10)))
        pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=self.group,
                                                                      PaginationConfig={"PageSize": 4})
        self.assertEqual([int(event["message"]) for page in pages for event in page["events"]], list(range(10)))

    def test_wrong_tokens_are_refused(self):
        for token in ("x", "f/", "f/1", "b/1/x", "f/-1/2"):
            self.refused(self.get, nextToken=token)
            self.refused(self.filtered, nextToken=token)

    def test_a_filter_names_streams_or_their_prefix(self):
        self.put((self.now, "said"))
        self.assertEqual(self.filtered(logStreamNames=["stream"]), ["said"])
        self.assertEqual(self.filtered(logStreamNames=["other"]), [])
        self.assertEqual(self.filtered(logStreamNamePrefix="str"), ["said"])
        self.refused(self.filtered, logStreamNames=["stream"], logStreamNamePrefix="str")

    def test_a_group_is_told_by_its_name_or_its_arn(self):
        self.put((self.now, "said"))
        arn = self.described()["logGroupArn"]
        for identifier in (self.group, arn):
            status, answer = self.call("GetLogEvents", logGroupIdentifier=identifier, logStreamName="stream")
            self.assertEqual((status, answer["events"][0]["message"]), (200, "said"))
        for members, code in (({"logGroupIdentifier": arn.replace("us-east-1", "eu-west-1")}, "ResourceNotFoundException"),
                              ({"logGroupIdentifier": arn, "logGroupName": self.group}, "InvalidParameterException"),
                              ({}, "InvalidParameterException")):
            for operation, more in (("GetLogEvents", {"logStreamName": "stream"}), ("FilterLogEvents", {}),
                                    ("DescribeLogStreams", {})):
                status, answer = self.call(operation, **more, **members)
                self.assertEqual((status, answer["__type"]), (400, code), (operation, members))


class Putting(LogsTest):
    def test_what_is_too_old_or_too_new_is_rejected_and_the_rest_kept(self):
        answer = self.put((self.now - 15 * DAY, "old"), (self.now - 14 * DAY - HOUR, "old"), (self.now, "kept"),
                          (self.now + 3 * HOUR, "new"), (self.now + 4 * HOUR, "new"))
        self.assertEqual(answer["rejectedLogEventsInfo"], {"tooOldLogEventEndIndex": 2, "tooNewLogEventStartIndex": 3})
        self.assertEqual(self.messages(), ["kept"])
        self.assertNotIn("rejectedLogEventsInfo", self.put((self.now - 13 * DAY, "kept as well")))
        self.assertEqual(self.put((self.now + 3 * HOUR, "new"))["rejectedLogEventsInfo"], {"tooNewLogEventStartIndex": 0})
        self.assertEqual(self.messages(), ["kept as well", "kept"])

    def test_what_the_retention_has_passed_is_rejected(self):
        self.logs.put_retention_policy(logGroupName=self.group, retentionInDays=3)
        self.assertEqual(self.put((self.now - 4 * DAY, "expired"), (self.now, "kept"))["rejectedLogEventsInfo"],
                         {"expiredLogEventEndIndex": 1})
        self.assertEqual(self.messages(), ["kept"])

    def test_a_batch_is_in_order_and_of_a_day(self):
        for pairs in (((self.now, "b"), (self.now - 1, "a")), ((self.now - DAY - HOUR, "a"), (self.now, "b"))):
            self.refused(self.put_batch, pairs=pairs)
            self.assertEqual(self.messages(), [])

    def put_batch(self, pairs):
        return self.put(*pairs)

    def test_a_batch_is_measured_as_its_messages_bytes_and_26_each(self):
        largest = 1024 * 1024 - 2 * 26
        for text in ("x", "\u001b", "\u20ac"):  # one byte, six in JSON, three in UTF-8
            count, rest = divmod(largest - 1, len(text.encode()))
            self.put((self.now, text * count), (self.now, "y" * (rest + 1)))
            self.refused(self.put_batch, pairs=((self.now, text * count), (self.now, "y" * (rest + 2))))
        self.assertEqual(len(self.get(startFromHead=True, limit=1)["events"][0]["message"]), largest - 1)

    def test_an_entity_is_told_to_be_of_no_use_here(self):
        status, answer = self.call("PutLogEvents", logGroupName=self.group, logStreamName="stream",
                                   logEvents=events((self.now, "said")),
                                   entity={"keyAttributes": {"Type": "Service", "Name": "cruddur"},
                                           "attributes": {"Platform": "local"}})
        self.assertEqual((status, answer["rejectedEntityInfo"]), (200, {"errorType": "UnsupportedLogGroupType"}))
        self.assertEqual(self.messages(), ["said"])


class Groups(LogsTest):
    def test_a_retention_makes_events_go(self):
        self.put((self.now - 2 * DAY, "old"))
        self.put((self.now, "new"))
        self.logs.put_retention_policy(logGroupName=self.group, retentionInDays=1)
        self.assertEqual((self.messages(), self.filtered()), (["new"], ["new"]))
        stream, = self.logs.describe_log_streams(logGroupName=self.group)["logStreams"]
        self.assertEqual(stream["firstEventTimestamp"], self.now)
        self.assertEqual(self.described()["storedBytes"], 3 + 26)

    def test_only_the_retentions_of_aws_are_taken(self):
        for days in (0, 2, 8, 366, 3654):
            self.refused(self.logs.put_retention_policy, logGroupName=self.group, retentionInDays=days)
        self.logs.put_retention_policy(logGroupName=self.group, retentionInDays=1096)
        self.assertEqual(self.described()["retentionInDays"], 1096)
        self.logs.delete_retention_policy(logGroupName=self.group)
        self.assertNotIn("retentionInDays", self.described())

    def test_groups_are_found_by_prefix_pattern_and_pages(self):
        for name in ("Data", "b/Data", "data"):
            self.logs.create_log_group(logGroupName=f"{self.group}/{name}")

        def found(**more):
            pages = self.logs.get_paginator("describe_log_groups").paginate(**more)
            return [group["logGroupName"].removeprefix(self.group + "/") for page in pages for group in page["logGroups"]]

        self.assertEqual(found(logGroupNamePrefix=self.group + "/"), ["Data", "b/Data", "data"])
        self.assertEqual(found(logGroupNamePattern=self.group.rsplit("/")[-1] + "/Data"), ["Data"])
        self.assertEqual(found(logGroupNamePattern="/Data", PaginationConfig={"PageSize": 1})[:2], ["Data", "b/Data"])
        shown, *_ = self.logs.describe_log_groups(logGroupNamePattern="/Data")["logGroups"]
        self.assertEqual(set(shown), {"arn", "creationTime", "logGroupName"})
        self.refused(self.logs.describe_log_groups, logGroupNamePrefix="a", logGroupNamePattern="b")
        names = [f"{self.group}/Data", f"{self.group}/data"]
        status, answer = self.call("DescribeLogGroups", logGroupIdentifiers=names)
        self.assertEqual([group["logGroupName"] for group in answer["logGroups"]], names)
        self.assertEqual(self.call("DescribeLogGroups", logGroupIdentifiers=names, logGroupNamePrefix="a")[0], 400)
        self.assertEqual(self.call("DescribeLogGroups", accountIdentifiers=["1" * 12])[1]["logGroups"], [])

    def test_a_group_has_an_arn_without_a_star_and_a_class(self):
        group = self.described()
        self.assertEqual(group["logGroupArn"], f"arn:aws:logs:us-east-1:000000000000:log-group:{self.group}")
        self.assertEqual((group["arn"], group["logGroupClass"]), (group["logGroupArn"] + ":*", "STANDARD"))

    def test_a_class_is_kept_and_acts(self):
        for log_class in ("INFREQUENT_ACCESS", "DELIVERY"):
            name = f"{self.group}/{log_class}"
            self.assertEqual(self.call("CreateLogGroup", logGroupName=name, logGroupClass=log_class)[0], 200)
            self.logs.create_log_stream(logGroupName=name, logStreamName="stream")
            self.assertEqual(self.described(name)["logGroupClass"], log_class)
            self.refused(self.logs.get_log_events, logGroupName=name, logStreamName="stream")
            self.refused(self.logs.filter_log_events, logGroupName=name)
            found = self.call("DescribeLogGroups", logGroupNamePrefix=self.group, logGroupClass=log_class)[1]["logGroups"]
            self.assertEqual([group["logGroupName"] for group in found], [name])
        self.assertEqual(self.call("CreateLogGroup", logGroupName="g", logGroupClass="FAST")[0], 400)

    def test_a_protected_group_is_not_deleted(self):
        name = f"{self.group}/protected"
        self.call("CreateLogGroup", logGroupName=name, deletionProtectionEnabled=True)
        self.assertTrue(self.described(name)["deletionProtectionEnabled"])
        self.refused(self.logs.delete_log_group, "ValidationException", logGroupName=name)
        self.call("PutLogGroupDeletionProtection", logGroupIdentifier=name, deletionProtectionEnabled=False)
        self.logs.delete_log_group(logGroupName=name)

    def test_a_key_is_refused(self):
        self.refused(self.logs.create_log_group, logGroupName=f"{self.group}/k", kmsKeyId="alias/mine")
        self.refused(self.logs.delete_log_group, "ResourceNotFoundException", logGroupName=f"{self.group}/k")

    def test_names_are_checked(self):
        for name in ("a b", "a:b", "n\u00e4me", "a*", "'"):
            self.refused(self.logs.create_log_group, logGroupName=name)
            self.refused(self.logs.describe_log_groups, logGroupNamePrefix=name)
        for name in ("a:b", "a*"):
            self.refused(self.logs.create_log_stream, logGroupName=self.group, logStreamName=name)
        self.refused(self.logs.list_tags_for_resource, resourceArn=self.group)

    def test_streams_are_ordered(self):
        self.logs.create_log_stream(logGroupName=self.group, logStreamName="another")
        self.put((self.now, "said"))
        self.put((self.now - 1, "said"), stream="another")

        def found(**more):
            pages = self.logs.get_paginator("describe_log_streams").paginate(
                logGroupName=self.group, PaginationConfig={"PageSize": 1}, **more)
            return [stream["logStreamName"] for page in pages for stream in page["logStreams"]]

        self.assertEqual(found(), ["another", "stream"])
        self.assertEqual(found(descending=True), ["stream", "another"])
        self.assertEqual(found(orderBy="LastEventTime", descending=True), ["stream", "another"])
        self.assertEqual(found(orderBy="LastEventTime"), ["another", "stream"])
        self.assertEqual(found(logStreamNamePrefix="an"), ["another"])
        self.refused(self.logs.describe_log_streams, logGroupName=self.group, orderBy="LastEventTime",
                     logStreamNamePrefix="an")


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
