#!/usr/bin/python3
"""The story of an RDS instance end to end, by Debian's aws and psql, and again by boto3."""

import json
import subprocess
import time
import unittest
import urllib.request

from support.cli import Tree
from support.local_aws import LocalAws, code_of
from support.rds import installed_version, session

CREATE = """aws rds create-db-instance \\
  --db-instance-identifier cruddur-db-instance \\
  --db-instance-class db.t3.micro \\
  --engine postgres \\
  --engine-version  14.6 \\
  --master-username cruddurroot \\
  --master-user-password milkyway2023 \\
  --allocated-storage 20 \\
  --availability-zone us-east-1a \\
  --backup-retention-period 0 \\
  --port 5432 \\
  --no-multi-az \\
  --db-name cruddur \\
  --storage-type gp2 \\
  --publicly-accessible \\
  --storage-encrypted \\
  --enable-performance-insights \\
  --performance-insights-retention-period 7 \\
  --no-deletion-protection"""

MODIFY_RULE = """aws ec2 modify-security-group-rules \\
    --group-id $DB_SG_ID \\
    --security-group-rules "SecurityGroupRuleId=$DB_SG_RULE_ID,SecurityGroupRule={IpProtocol=tcp,FromPort=5432,ToPort=5432,CidrIpv4=$GITPOD_IP/32}\""""

NAME = "cruddur-db-instance"
HANG_SECONDS = 3
STOP_SECONDS = 120


class Story(unittest.TestCase):
    def setUp(self):
        self.aws = self.enterContext(LocalAws("--allow-version-substitute"))
        self.bundle = self.aws.folder.parent / "bundle.pem"
        with urllib.request.urlopen(self.aws.url + "/global/global-bundle.pem", timeout=30) as answer:
            self.bundle.write_bytes(answer.read())

    def run_aws(self, command, **variables):
        done = self.aws.shell(command, **variables)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else None

    def url(self, host):
        return (f"postgresql://cruddurroot:milkyway2023@{host}:5432/cruddur?sslmode=verify-full"
                f"&sslrootcert={self.bundle}")

    def psql(self, host, sql="select 1", timeout=120, **more):
        return subprocess.run(["psql", "--no-psqlrc", "-qAt", self.url(host), "-c", sql], capture_output=True, text=True,
                              timeout=timeout, env={"PATH": "/usr/bin:/bin", "HOME": str(self.bundle.parent)}, **more)

    def assert_hangs(self, host):
        with self.assertRaises(subprocess.TimeoutExpired):
            self.psql(host, timeout=HANG_SECONDS)

    def assert_answers(self, host, sql, expected):
        done = self.psql(host, sql)
        self.assertEqual((done.returncode, done.stdout.strip()), (0, expected), done.stderr)

    def wait_until_stopped(self):  # for which neither client has a waiter
        rds = self.aws.client("rds")
        deadline = time.monotonic() + STOP_SECONDS
        while rds.describe_db_instances(DBInstanceIdentifier=NAME)["DBInstances"][0]["DBInstanceStatus"] != "stopped":
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)

    def use_the_scripts(self, host):
        tree = Tree(self.aws)
        for line, found in [("bin/db-setup prod --yes cruddur", "db/seed.sql"),
                            ("bin/db-connect prod -- -Atc 'select handle from users'", "andrewbrown"),
                            ("bin/db-sessions prod --json", '"user":"cruddurroot"')]:
            with self.subTest(line), session(self.url(host).replace("/cruddur?", "/postgres?")):
                done = tree(line, PROD_CONNECTION_URL=self.url(host))
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(found, done.stdout)

    def test_by_the_commands_as_written(self):
        self.assertIn("Account", self.run_aws("aws sts get-caller-identity"))
        made = self.run_aws(CREATE)["DBInstance"]
        self.assertEqual((made["DBInstanceStatus"], made["EngineVersion"]), ("creating", installed_version()))
        self.assertNotIn("Endpoint", made)
        self.run_aws(f"aws rds wait db-instance-available --db-instance-identifier {NAME}")
        instance = self.run_aws("aws rds describe-db-instances")["DBInstances"][0]
        host = instance["Endpoint"]["Address"]
        self.assert_hangs(host)

        group = instance["VpcSecurityGroups"][0]["VpcSecurityGroupId"]
        rule = self.run_aws("aws ec2 authorize-security-group-ingress --group-id $DB_SG_ID --protocol tcp "
                            "--port 5432 --cidr 203.0.113.7/32", DB_SG_ID=group)["SecurityGroupRules"][0]
        self.assert_hangs(host)
        self.run_aws(MODIFY_RULE, DB_SG_ID=group, DB_SG_RULE_ID=rule["SecurityGroupRuleId"], GITPOD_IP="127.0.0.1")
        self.assert_answers(host, "select ssl from pg_stat_ssl where pid = pg_backend_pid()", "t")
        self.use_the_scripts(host)

        self.run_aws(f"aws rds stop-db-instance --db-instance-identifier {NAME}")
        self.wait_until_stopped()
        refused = self.psql(host)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("Connection refused", refused.stderr)
        self.run_aws(f"aws rds start-db-instance --db-instance-identifier {NAME}")
        self.run_aws(f"aws rds wait db-instance-available --db-instance-identifier {NAME}")
        self.assert_answers(host, "select count(*) from activities where message = 'This was imported as seed data!'", "1")

        self.run_aws(f"aws rds delete-db-instance --db-instance-identifier {NAME} --skip-final-snapshot")
        self.run_aws(f"aws rds wait db-instance-deleted --db-instance-identifier {NAME}")
        self.assertEqual(list((self.aws.folder / "instances").iterdir()), [])

    def test_by_boto3(self):
        rds, ec2 = self.aws.client("rds"), self.aws.client("ec2")
        rds.create_db_instance(
            DBInstanceIdentifier=NAME, DBInstanceClass="db.t3.micro", Engine="postgres", EngineVersion="14.6",
            MasterUsername="cruddurroot", MasterUserPassword="milkyway2023", AllocatedStorage=20,
            AvailabilityZone="us-east-1a", BackupRetentionPeriod=0, Port=5432, MultiAZ=False, DBName="cruddur",
            StorageType="gp2", PubliclyAccessible=True, StorageEncrypted=True, EnablePerformanceInsights=True,
            PerformanceInsightsRetentionPeriod=7, DeletionProtection=False)
        name = {"DBInstanceIdentifier": NAME}
        wait = {**name, "WaiterConfig": {"Delay": 1, "MaxAttempts": 120}}
        rds.get_waiter("db_instance_available").wait(**wait)
        instance = rds.describe_db_instances(**name)["DBInstances"][0]
        host = instance["Endpoint"]["Address"]
        group = instance["VpcSecurityGroups"][0]["VpcSecurityGroupId"]
        self.assert_hangs(host)
        rule = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "203.0.113.7/32"}]}])
        ec2.modify_security_group_rules(GroupId=group, SecurityGroupRules=[
            {"SecurityGroupRuleId": rule["SecurityGroupRules"][0]["SecurityGroupRuleId"],
             "SecurityGroupRule": {"Description": "GITPOD", "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432,
                                   "CidrIpv4": "127.0.0.1/32"}}])
        self.assert_answers(host, "create table kept as select 42 as n; select n from kept", "42")
        rds.stop_db_instance(**name)
        self.wait_until_stopped()
        self.assertEqual(code_of(rds.stop_db_instance, **name), ("InvalidDBInstanceState", 400))
        self.assertEqual(code_of(rds.reboot_db_instance, **name), ("InvalidDBInstanceState", 400))
        self.assertIn("Connection refused", self.psql(host).stderr)
        rds.start_db_instance(**name)
        rds.get_waiter("db_instance_available").wait(**wait)
        self.assert_answers(host, "select n from kept", "42")
        rds.modify_db_instance(PubliclyAccessible=False, **name)
        self.assert_hangs(host)
        rds.delete_db_instance(SkipFinalSnapshot=True, **name)
        rds.get_waiter("db_instance_deleted").wait(**wait)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
