#!/usr/bin/python3
"""Performance Insights in local AWS: what sessions wait for, in which statements, of whom."""

import contextlib
import datetime
import json
import re
import subprocess
import unittest

from support.local_aws import LocalAws, code_of
from support.rds import admit, create, describe, psql, url_of, wait_for
from support.waiting import until


def now(seconds=0):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)


@contextlib.contextmanager
def running(instance, sql, application):
    started = subprocess.Popen(["psql", "-qAt", f"{url_of(instance)}&application_name={application}", "-c", sql],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        psql(instance, f"select pg_terminate_backend(pid) from pg_stat_activity where application_name = '{application}'")
        started.wait(60)


class Insights(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.rds, cls.pi = cls.aws.client("rds"), cls.aws.client("pi")
        create(cls.rds, "watched", EnablePerformanceInsights=True)
        create(cls.rds, "unwatched")
        cls.watched, cls.unwatched = wait_for(cls.rds, "watched"), wait_for(cls.rds, "unwatched")
        admit(cls.aws, cls.watched)

    def asked(self, **more):
        return {"ServiceType": "RDS", "Identifier": self.watched["DbiResourceId"], "StartTime": now(-120), "EndTime": now(10),
                "PeriodInSeconds": 1, **more}

    def keys(self, group, application, **more):
        found = self.pi.describe_dimension_keys(**self.asked(
            Metric="db.load.avg", GroupBy={"Group": group}, Filter={"db.application.name": application}, **more))
        return {tuple(sorted(each["Dimensions"].items())): each["Total"] for each in found["Keys"]}

    def test_a_lock_that_is_waited_for_is_seen_with_its_statement(self):
        self.assertEqual(psql(self.watched, "create table held (n integer)").returncode, 0)
        with running(self.watched, "begin; lock table held; select pg_sleep(1000)", "holder"):
            until(lambda: any(("db.wait_event.name", "PgSleep") in key for key in self.keys("db.wait_event", "holder")),
                  lambda: self.keys("db.wait_event", "holder"))
            with running(self.watched, "select  /* why */ n from held where n = 42 and 'it' = 'is'", "waiter"):
                until(lambda: self.keys("db.wait_event", "waiter"), "nothing was seen")
            self.assertEqual(list(self.keys("db.wait_event", "waiter")), [
                (("db.wait_event.name", "relation"), ("db.wait_event.type", "Lock"))])
        statement, = self.keys("db.sql_tokenized", "waiter")
        statement = dict(statement)
        self.assertEqual(statement["db.sql_tokenized.statement"], "select n from held where n = ? and ? = ?")
        self.assertNotIn("db.sql_tokenized.db_id", statement)  # the server counts it once it has its locks
        holder = [dict(key) for key in self.keys("db.sql_tokenized", "holder")]
        self.assertTrue(any(re.fullmatch(r"-?\d+", key.get("db.sql_tokenized.db_id", "")) for key in holder), holder)
        full, = self.keys("db.sql", "waiter")
        full = dict(full)
        self.assertEqual((full["db.sql.statement"], full["db.sql.tokenized_id"]),
                         ("select  /* why */ n from held where n = 42 and 'it' = 'is'", statement["db.sql_tokenized.id"]))
        details = self.pi.get_dimension_key_details(
            ServiceType="RDS", Identifier=self.watched["DbiResourceId"], Group="db.sql", GroupIdentifier=full["db.sql.id"])
        self.assertEqual(details["Dimensions"], [
            {"Value": full["db.sql.statement"], "Dimension": "db.sql.statement", "Status": "AVAILABLE"}])
        for group, dimension, value in (("db.user", "db.user.name", "root"), ("db", "db.name", "postgres"),
                                        ("db.wait_event_type", "db.wait_event_type.name", "Lock"),
                                        ("db.host", "db.host.name", "127.0.0.1")):
            self.assertEqual({dict(key)[dimension] for key in self.keys(group, "waiter")}, {value})

    def test_the_load_is_the_sessions_that_are_active(self):
        begun = now()
        with contextlib.ExitStack() as sessions:
            for number in range(3):
                sessions.enter_context(running(self.watched, "select pg_sleep(1000)", f"busy-{number}"))

            def points(**more):
                found = self.pi.get_resource_metrics(**self.asked(StartTime=begun, MetricQueries=[
                    {"Metric": "db.load.avg", "Filter": {"db.wait_event.name": "PgSleep", "db.sql.statement": "select pg_sleep(1000)"},
                     "GroupBy": {"Group": "db.application", "Limit": 2}}], **more))["MetricList"]
                return found
            until(lambda: [one for one in points()[0]["DataPoints"] if one["Value"] == 3], lambda: points())
        whole, first, second = points()
        self.assertEqual(whole["Key"], {"Metric": "db.load.avg"})
        self.assertEqual({key["Key"]["Dimensions"]["db.application.name"][:5] for key in (first, second)}, {"busy-"})
        self.assertEqual(max(point["Value"] for point in first["DataPoints"]), 1)
        asked = self.asked(StartTime=begun.timestamp(), EndTime=now(10).timestamp(), MetricQueries=[{"Metric": "db.load.avg"}])
        ends, begins = (self.aws.post_json("pi", "PerformanceInsightsv20180227.GetResourceMetrics", **asked, PeriodAlignment=at)[1][
            "MetricList"][0]["DataPoints"][0]["Timestamp"] for at in ("END_TIME", "START_TIME"))
        self.assertEqual(ends - begins, 1)
        minute = points(PeriodInSeconds=60)[0]["DataPoints"]
        self.assertTrue(0 < max(point["Value"] for point in minute) <= 3, minute)
        parted = self.pi.describe_dimension_keys(**self.asked(
            StartTime=begun, Metric="db.load.avg", GroupBy={"Group": "db.wait_event"}, Filter={"db.wait_event.name": "PgSleep"},
            PartitionBy={"Group": "db.application"}))
        key, = parted["Keys"]
        self.assertAlmostEqual(sum(key["Partitions"]), key["Total"], delta=key["Total"] / 2)
        self.assertEqual(len(parted["PartitionKeys"]), len(key["Partitions"]))

    def test_it_is_turned_on_and_off_and_outlives_a_kill(self):
        by = {"ServiceType": "RDS", "Identifier": self.unwatched["DbiResourceId"]}
        self.assertFalse(self.unwatched["PerformanceInsightsEnabled"])
        self.assertEqual(code_of(self.pi.get_resource_metadata, **by), ("InvalidArgumentException", 400))
        done = self.aws.shell("aws rds modify-db-instance --db-instance-identifier unwatched --enable-performance-insights "
                              "--performance-insights-retention-period 31")
        self.assertEqual((done.returncode, json.loads(done.stdout)["DBInstance"]["PerformanceInsightsEnabled"]), (0, True))
        self.assertEqual(describe(self.rds, "unwatched")["PerformanceInsightsRetentionPeriod"], 31)
        self.assertEqual(self.pi.get_resource_metadata(**by)["Identifier"], by["Identifier"])

        def looks():
            return self.pi.get_resource_metrics(**by, StartTime=now(-300), EndTime=now(10), PeriodInSeconds=1,
                                                MetricQueries=[{"Metric": "db.load.avg"}])["MetricList"][0]["DataPoints"]
        until(looks, "it was not looked at")
        before = looks()
        self.aws.kill_and_start()
        cls = type(self)
        cls.rds, cls.pi = self.aws.client("rds"), self.aws.client("pi")
        for name in ("watched", "unwatched"):
            wait_for(self.rds, name)
        until(lambda: len(looks()) > len(before), lambda: looks())
        done = self.aws.shell("aws pi list-available-resource-metrics --service-type RDS --metric-types db --query "
                              f"'Metrics[].Metric' --output text --identifier {by['Identifier']}")
        self.assertEqual((done.stdout, done.stderr), ("db.load.avg\tdb.sampledload.avg\n", ""))

    def test_what_aws_refuses_is_refused(self):
        metric = [{"Metric": "db.load.avg"}]
        for more in ({"PeriodInSeconds": 7}, {"StartTime": now(20)}, {"ServiceType": "DOCDB"}, {"Identifier": "db-NONE"},
                     {"StartTime": now(-3600 * 24)}, {"MetricQueries": [{"Metric": "os.cpuUtilization.idle.avg"}]},
                     {"MetricQueries": [{**metric[0], "GroupBy": {"Group": "db.colour"}}]},
                     {"MetricQueries": [{**metric[0], "GroupBy": {"Group": "db.user", "Dimensions": ["db.sql.id"]}}]},
                     {"MetricQueries": [{**metric[0], "Filter": {"db.colour": "red"}}]}):
            given = self.asked(**{"MetricQueries": metric, **more})
            self.assertEqual(code_of(self.pi.get_resource_metrics, **given), ("InvalidArgumentException", 400), more)

    def test_the_file_is_nobody_elses(self):
        file = self.aws.folder / "load" / "state.db"
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
