#!/usr/bin/python3
"""DB parameter groups by boto3: what PostgreSQL itself offers, and what an instance then runs by."""

import os
import pathlib
import re
import subprocess
import time
import unittest

from support.local_aws import LocalAws, code_of
from support.rds import admit, create, describe, installed_version, node_of, psql, url_of, wait_for
from support.waiting import until

MAJOR = installed_version().split(".")[0]
FAMILY = f"postgres{MAJOR}"
DEFAULT = f"default.{FAMILY}"
PATIENCE_SECONDS = 60
TEMPLATE = pathlib.Path(__file__).resolve().parent.parent / "deploy" / "cruddur.yaml"


def given(name, value, method="immediate"):
    return {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}


class ParameterGroups(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.rds = cls.aws.client("rds")
        cls.rds.create_db_parameter_group(DBParameterGroupName="Acting", DBParameterGroupFamily=FAMILY, Description="d")
        create(cls.rds, "one", DBParameterGroupName="acting")
        cls.one = wait_for(cls.rds, "one")
        admit(cls.aws, cls.one)

    def shown(self, setting):
        done = psql(self.one, f"show {setting}")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def comes_to(self, what, expected):
        until(lambda: what() == expected, lambda: (what(), expected), PATIENCE_SECONDS)

    def modify(self, *parameters, group="acting"):
        return self.rds.modify_db_parameter_group(DBParameterGroupName=group, Parameters=list(parameters))

    def status(self):
        [membership] = describe(self.rds, "one")["DBParameterGroups"]
        return membership["DBParameterGroupName"], membership["ParameterApplyStatus"]

    def parameters(self, **asked):
        pages = self.rds.get_paginator("describe_db_parameters").paginate(**{"DBParameterGroupName": "acting", **asked})
        return {one["ParameterName"]: one for page in pages for one in page["Parameters"]}

    def logs(self):
        for file in self.rds.describe_db_log_files(DBInstanceIdentifier="one")["DescribeDBLogFiles"]:
            pages = self.rds.get_paginator("download_db_log_file_portion").paginate(
                DBInstanceIdentifier="one", LogFileName=file["LogFileName"])
            yield "".join(page["LogFileData"] or "" for page in pages)

    def reboot(self):
        self.rds.reboot_db_instance(DBInstanceIdentifier="one")
        wait_for(self.rds, "one")

    def test_parameters_are_those_of_the_engine(self):
        found = self.parameters()
        names, contexts = psql(self.one, "select string_agg(name, ','), string_agg(context, ',') from pg_settings "
                                         "where context <> 'internal' and name in ('work_mem', 'max_connections', "
                                         "'autovacuum', 'wal_level')").stdout.strip().split("|")
        for name, context in zip(names.split(","), contexts.split(",")):
            self.assertEqual(found[name]["ApplyType"], "static" if context == "postmaster" else "dynamic", name)
        self.assertEqual(found["work_mem"]["AllowedValues"], "64-2147483647")
        self.assertEqual((found["work_mem"]["DataType"], found["work_mem"]["ParameterValue"]), ("integer", "4096"))
        self.assertEqual((found["autovacuum"]["DataType"], found["autovacuum"]["AllowedValues"]), ("boolean", "0,1"))
        self.assertIn("DBInstanceClassMemory/9531392", found["max_connections"]["ParameterValue"])
        self.assertFalse(found["wal_level"]["IsModifiable"])
        self.assertEqual(set(found["rds.extensions"]["ParameterValue"].split(",")),
                         set(psql(self.one, "show rds.extensions").stdout.strip().split(",")))
        of_family = self.rds.get_paginator("describe_engine_default_parameters").paginate(DBParameterGroupFamily=FAMILY)
        self.assertEqual({one["ParameterName"] for page in of_family for one in page["EngineDefaults"]["Parameters"]},
                         set(found))

    def test_a_dynamic_parameter_holds_at_once(self):
        self.modify(given("work_mem", "8192"), given("log_min_duration_statement", "250"))
        self.comes_to(lambda: self.shown("work_mem"), "8MB")
        self.comes_to(self.status, ("acting", "in-sync"))
        self.assertEqual(self.shown("log_min_duration_statement"), "250ms")
        mine = self.parameters(Source="user")
        self.assertEqual(mine["work_mem"]["ParameterValue"], "8192")
        self.assertNotIn("autovacuum", mine)
        self.rds.reset_db_parameter_group(DBParameterGroupName="acting",
                                          Parameters=[{"ParameterName": "work_mem", "ApplyMethod": "immediate"}])
        self.comes_to(lambda: self.shown("work_mem"), "4MB")

    def test_a_static_parameter_waits_for_a_reboot(self):
        before = self.shown("max_connections")
        self.modify(given("max_connections", "LEAST({DBInstanceClassMemory/9531392},57)", "pending-reboot"),
                    given("random_page_cost", "1.5", "pending-reboot"))
        self.assertEqual(self.status(), ("acting", "pending-reboot"))
        self.assertEqual((self.shown("max_connections"), self.shown("random_page_cost")), (before, "4"))
        self.reboot()
        self.assertEqual((self.shown("max_connections"), self.shown("random_page_cost")), ("57", "1.5"))
        self.assertEqual(self.status(), ("acting", "in-sync"))
        self.rds.reset_db_parameter_group(DBParameterGroupName="acting", ResetAllParameters=True)
        self.assertEqual(self.status(), ("acting", "pending-reboot"))
        self.comes_to(lambda: self.shown("random_page_cost"), "4")
        self.assertEqual(self.shown("max_connections"), "57")
        self.reboot()
        self.assertEqual(self.shown("max_connections"), before)

    def test_force_ssl_is_the_groups(self):
        self.assertIn("no encryption", psql(self.one, "select 1", mode="disable").stderr)
        self.modify(given("rds.force_ssl", "0"))
        self.comes_to(lambda: psql(self.one, "show rds.force_ssl", mode="disable").stdout, "0\n")
        self.modify(given("rds.force_ssl", "1"))
        self.comes_to(lambda: psql(self.one, "select 1", mode="disable").returncode, 2)

    def test_those_of_the_template_log_a_slow_statement_without_its_values(self):
        of_group = TEMPLATE.read_text(encoding="utf-8").split("AWS::RDS::DBParameterGroup")[1].split("\n\n")[0]
        found = re.findall(r'^        ([\w.]+): "(.*?)"', of_group, re.MULTILINE)
        self.assertIn("log_min_duration_statement", dict(found))
        self.modify(*[given(name, value) for name, value in found])
        self.comes_to(lambda: self.shown("log_min_duration_statement"), "1s")
        subprocess.run(["pgbench", "-n", "-t", "1", "-M", "extended", "-D", "written=424242424242", "-f", "/dev/stdin",
                        url_of(self.one)], input="select pg_sleep(1.1) as of_slow_statements, :written::text;\n", text=True,
                       capture_output=True, check=True, timeout=60, env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})
        log = until(lambda: next((text for text in self.logs() if "of_slow_statements" in text), None), "no slow statement")
        self.assertNotIn("424242424242", log)

    def test_extensions_are_those_that_are_allowed(self):
        self.modify(given("rds.allowed_extensions", "citext, bloom"))
        self.comes_to(lambda: psql(self.one, "create extension hstore").returncode, 1)
        self.assertEqual(psql(self.one, "create extension bloom; create extension citext").stderr, "")
        self.modify(given("rds.allowed_extensions", "*"))
        self.comes_to(lambda: psql(self.one, "create extension if not exists hstore").returncode, 0)

    def test_log_files_are_kept_for_as_long_as_the_group_says(self):
        folder = node_of(self.aws, self.one) / "log" / "error"
        ages = {"postgresql.log.2020-01-01-00": 40, "postgresql.log.2020-01-02-00": 20}  # hours since they were written
        for name, hours in ages.items():
            (folder / name).write_text("2020-01-01 00:00:00 UTC:::[1]:LOG:  of then\n")
            os.utime(folder / name, (time.time() - hours * 3600,) * 2)

        def left():
            return sorted(one["LogFileName"].split("/")[1] for one in self.rds.describe_db_log_files(
                DBInstanceIdentifier="one")["DescribeDBLogFiles"] if "2020" in one["LogFileName"])
        self.assertEqual(left(), sorted(ages))
        for minutes in ("1439", "10081"):
            self.assertEqual(code_of(self.rds.modify_db_parameter_group, DBParameterGroupName="acting",
                                     Parameters=[given("rds.log_retention_period", minutes)]), ("InvalidParameterValue", 400))
        self.modify(given("rds.log_retention_period", "1440"))
        self.comes_to(left, ["postgresql.log.2020-01-02-00"])
        self.assertTrue((folder / "postgresql.log.2020-01-02-00").exists())
        self.assertFalse((folder / "postgresql.log.2020-01-01-00").exists())

    def test_a_library_is_preloaded(self):
        self.modify(given("shared_preload_libraries", "pg_stat_statements,auto_explain", "pending-reboot"),
                    given("auto_explain.log_min_duration", "0"))
        self.reboot()
        self.assertEqual(self.shown("shared_preload_libraries"), "pg_stat_statements,auto_explain")
        self.assertEqual(self.shown("auto_explain.log_min_duration"), "0")

    def test_another_group_holds_from_the_next_reboot_on(self):
        create(self.rds, "two")
        self.rds.create_db_parameter_group(DBParameterGroupName="other", DBParameterGroupFamily=FAMILY, Description="d")
        self.modify(given("work_mem", "5000"), group="other")
        two = wait_for(self.rds, "two")
        self.assertEqual(two["DBParameterGroups"], [{"DBParameterGroupName": DEFAULT, "ParameterApplyStatus": "in-sync"}])
        self.rds.modify_db_instance(DBInstanceIdentifier="two", DBParameterGroupName="other")
        self.assertEqual(describe(self.rds, "two")["DBParameterGroups"],
                         [{"DBParameterGroupName": "other", "ParameterApplyStatus": "pending-reboot"}])
        self.assertEqual(psql(two, "show work_mem").stdout, "4MB\n")
        self.assertEqual(code_of(self.rds.delete_db_parameter_group, DBParameterGroupName="other"),
                         ("InvalidDBParameterGroupState", 400))
        self.rds.reboot_db_instance(DBInstanceIdentifier="two")
        wait_for(self.rds, "two")
        self.assertEqual(psql(two, "show work_mem").stdout, "5000kB\n")
        with self.subTest("what it cannot start by is told, and mended by a reset"):
            self.modify(given("DateStyle", "no such style", "pending-reboot"), group="other")
            self.rds.reboot_db_instance(DBInstanceIdentifier="two")
            self.comes_to(lambda: describe(self.rds, "two")["DBInstanceStatus"], "incompatible-parameters")
            self.rds.reset_db_parameter_group(DBParameterGroupName="other", ResetAllParameters=True)
            wait_for(self.rds, "two")
        self.rds.delete_db_instance(DBInstanceIdentifier="two", SkipFinalSnapshot=True)
        self.rds.get_waiter("db_instance_deleted").wait(DBInstanceIdentifier="two", WaiterConfig={"Delay": 1})
        self.rds.delete_db_parameter_group(DBParameterGroupName="other")
        self.assertEqual(code_of(self.rds.describe_db_parameter_groups, DBParameterGroupName="other"),
                         ("DBParameterGroupNotFound", 404))

    def test_a_copy_has_the_parameters(self):
        self.rds.create_db_parameter_group(DBParameterGroupName="first", DBParameterGroupFamily=FAMILY, Description="d")
        self.modify(given("work_mem", "7000"), group="first")
        made = self.rds.copy_db_parameter_group(
            SourceDBParameterGroupIdentifier="first", TargetDBParameterGroupIdentifier="second",
            TargetDBParameterGroupDescription="a copy", Tags=[{"Key": "owner", "Value": "ann"}])["DBParameterGroup"]
        self.assertEqual(self.rds.list_tags_for_resource(ResourceName=made["DBParameterGroupArn"])["TagList"],
                         [{"Key": "owner", "Value": "ann"}])
        self.assertEqual(list(self.parameters(DBParameterGroupName="second", Source="user")), ["work_mem"])

    def test_refusals(self):
        for code, message, parameter in [
            ("InvalidParameterValue", "Could not find parameter with name: no_such", given("no_such", "1")),
            ("InvalidParameterValue", "Invalid parameter value: 63 for: work_mem allowed values are: 64-2147483647",
             given("work_mem", "63")),
            ("InvalidParameterValue", "Invalid parameter value: 8MB for", given("work_mem", "8MB")),
            ("InvalidParameterValue", "Invalid parameter value: on for: autovacuum allowed values are: 0,1",
             given("autovacuum", "on")),
            ("InvalidParameterValue", "Invalid parameter value: no_such for: shared_preload_libraries",
             given("shared_preload_libraries", "no_such", "pending-reboot")),
            ("InvalidParameterValue", "Invalid parameter value", given("max_connections", "{DBInstanceClassMemory/0}",
                                                                       "pending-reboot")),
            ("InvalidParameterValue", "Invalid parameter value", given("search_path", "a\nfsync = off")),
            ("InvalidParameterValue", "The parameter fsync cannot be modified.", given("fsync", "0")),
            ("InvalidParameterValue", "The parameter hba_file cannot be modified.",
             given("hba_file", "/etc/passwd", "pending-reboot")),
            ("InvalidParameterCombination", "cannot use immediate apply method for static parameter",
             given("max_connections", "20")),
        ]:
            with self.subTest(parameter), self.assertRaises(self.rds.exceptions.ClientError) as refused:
                self.modify(parameter)
            self.assertEqual(refused.exception.response["Error"]["Code"], code)
            self.assertIn(message, refused.exception.response["Error"]["Message"])
        group = {"DBParameterGroupName": "another", "DBParameterGroupFamily": FAMILY, "Description": "d"}
        for code, operation, arguments in [
            (("InvalidParameterValue", 400), self.rds.modify_db_parameter_group,
             {"DBParameterGroupName": DEFAULT, "Parameters": [given("work_mem", "64")]}),
            (("InvalidDBParameterGroupState", 400), self.rds.delete_db_parameter_group, {"DBParameterGroupName": DEFAULT}),
            (("DBParameterGroupNotFound", 404), self.rds.delete_db_parameter_group, {"DBParameterGroupName": "no-such"}),
            (("DBParameterGroupAlreadyExists", 400), self.rds.create_db_parameter_group,
             {**group, "DBParameterGroupName": "ACTING"}),
            (("InvalidParameterValue", 400), self.rds.create_db_parameter_group, {**group, "DBParameterGroupFamily": "mysql8.0"}),
            (("InvalidParameterValue", 400), self.rds.create_db_parameter_group, {**group, "DBParameterGroupName": "a.b"}),
            (("DBParameterGroupNotFound", 404), self.rds.modify_db_instance,
             {"DBInstanceIdentifier": "one", "DBParameterGroupName": "no-such"}),
            (("InvalidParameterCombination", 400), self.rds.modify_db_instance,
             {"DBInstanceIdentifier": "one", "DBParameterGroupName": "default.postgres12"}),
        ]:
            with self.subTest(operation=operation.__name__, arguments=arguments):
                self.assertEqual(code_of(operation, **arguments), code)

    def test_a_value_is_one_text_whatever_is_in_it(self):
        self.modify(given("log_line_prefix", "it's \\ 'quoted'"))
        self.comes_to(lambda: self.shown("log_line_prefix"), "it's \\ 'quoted'")


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
