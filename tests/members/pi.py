"""Performance Insights' operations, as support/members.py walks them."""

import datetime
import subprocess
import time
import types

from support.rds import admit, create, until, url_of, wait_for

SERVICE = "pi"
STATEMENT = "select pg_sleep(1000)"
SLEEPERS = 2


def at(seconds):
    return datetime.datetime.fromtimestamp(int(time.time()) + seconds, datetime.timezone.utc)


def world(aws):
    """An instance in which two sessions wait for some time, as two applications."""
    made = types.SimpleNamespace(pi=aws.client("pi"), rds=aws.client("rds"))
    create(made.rds, "walked-load", EnablePerformanceInsights=True, PerformanceInsightsRetentionPeriod=7)
    instance = wait_for(made.rds, "walked-load")
    admit(aws, instance)
    made.id = instance["DbiResourceId"]
    made.sessions = [subprocess.Popen(["psql", "-qAt", f"{url_of(instance)}&application_name=walker-{number}", "-c", sql],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                     for number, sql in enumerate((STATEMENT, "select 1 from pg_sleep(1000)"))]
    made.begin = at(-60)
    until(lambda: len(keys(made)) >= SLEEPERS, lambda: keys(made))
    for one in made.sessions:
        one.kill()
    subprocess.run(["psql", "-qAt", url_of(instance), "-c", "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where application_name like 'walker-%'"], check=True, stdout=subprocess.DEVNULL, timeout=60)
    made.end = at(1)
    until(lambda: at(-1) > made.end, "the clock stands")  # nothing is added before it any more
    made.statement = keys(made)[0]["Dimensions"]["db.sql.id"]
    return made


def keys(world):
    return world.pi.describe_dimension_keys(**{**common(world), "Metric": "db.load.avg", "GroupBy": {"Group": "db.sql"},
                                               "StartTime": world.begin, "EndTime": at(1), "PeriodInSeconds": 1})["Keys"]


def common(world):
    return {"ServiceType": "RDS", "Identifier": world.id}


def times(world):
    return {"StartTime": world.begin, "EndTime": world.end, "PeriodInSeconds": 1}


BASE = {
    "DescribeDimensionKeys": lambda world: {**common(world), **times(world), "Metric": "db.load.avg",
                                            "GroupBy": {"Group": "db.sql"}},
    "GetDimensionKeyDetails": lambda world: {**common(world), "Group": "db.sql", "GroupIdentifier": world.statement},
    "GetResourceMetadata": common,
    "GetResourceMetrics": lambda world: {**common(world), **times(world), "MetricQueries": [
        {"Metric": "db.load.avg", "GroupBy": {"Group": "db.sql"}}]},
    "ListAvailableResourceDimensions": lambda world: {**common(world), "Metrics": ["db.load"]},
    "ListAvailableResourceMetrics": lambda world: {**common(world), "MetricTypes": ["db"]},
}

WITHIN = {"PartitionBy": {"Group": "db.application"}}

VALUES = {
    "StartTime": lambda world: world.end - datetime.timedelta(seconds=1),
    "EndTime": lambda world: world.begin + datetime.timedelta(seconds=1),
    "PeriodInSeconds": 60,
    "GroupBy.Group": "db.application",
    "GroupBy.Dimensions": ["db.sql.id"],
    "PartitionBy.Dimensions": ["db.application.name"],
    "Limit": 1,
    "Filter": {"db.application.name": "walker-0"},
    "PeriodAlignment": "START_TIME",
    "RequestedDimensions": ["statement"],
    "MetricTypes": ["os"],
    "Metrics": ["db.load.avg"],
}

UNHEEDED = {
    "GetDimensionKeyDetails.RequestedDimensions": "a statement has one detail, which is told where none is named",
}
