#!/usr/bin/python3
"""The state that an older program has left is taken over with what stands in it."""

import contextlib
import pathlib
import sqlite3
import unittest
import urllib.request

from support.local_aws import LocalAws, code_of

PASSWORD = "Sturdy-Passw0rd"


def older(version):
    """Local AWS, not started yet, with a state of that version."""
    aws = LocalAws()
    aws.folder.mkdir(mode=0o711)
    with contextlib.closing(sqlite3.connect(aws.folder / "state.db")) as state:
        state.executescript((pathlib.Path(__file__).parent / "support" / f"state_{version}.sql").read_text())
    return aws


def rows_of(aws):
    """Every table's rows, with their columns' names."""
    with contextlib.closing(sqlite3.connect(aws.folder / "state.db")) as state:
        state.row_factory = sqlite3.Row
        tables = [name for (name,) in map(tuple, state.execute("select name from sqlite_master where type = 'table'"))]
        return {table: [dict(row) for row in state.execute(f'select * from "{table}" order by rowid')] for table in tables}


def only_pool(aws):
    """Cognito's client, the only pool's id, and what signs in a user of it."""
    api = aws.client("cognito-idp")
    pool = api.list_user_pools(MaxResults=1)["UserPools"][0]["Id"]
    client = api.list_user_pool_clients(UserPoolId=pool)["UserPoolClients"][0]["ClientId"]
    urllib.request.urlopen(urllib.request.Request(
        f"{aws.url}/_local/user-pools/{pool}/signing-keys?signs_in_seconds=0", method="POST"), timeout=60).close()

    def sign_in(name):
        return api.initiate_auth(ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={
            "USERNAME": name, "PASSWORD": PASSWORD})["AuthenticationResult"]

    return api, pool, sign_in


class OlderState(unittest.TestCase):
    def test_users_are_found_by_names_that_are_folded_now(self):
        with older(7) as aws:
            api, pool, sign_in = only_pool(aws)
            for name in ("brown", "BROWN", "Parrot", "parrot"):
                sign_in(name)
            for name in ("AndrewB", "andrewb", "Andrew@example.com"):
                found = api.admin_get_user(UserPoolId=pool, Username=name)
                self.assertEqual(found["Username"], "andrewb")
            self.assertIn({"Name": "email_verified", "Value": "true"}, found["UserAttributes"])
            api.admin_set_user_password(UserPoolId=pool, Username="ANDREWB", Password=PASSWORD, Permanent=True)
            sign_in("AndrewB")
            api.admin_delete_user(UserPoolId=pool, Username="AndrewB")

    def test_every_row_stays_where_each_service_has_its_own_version(self):
        aws = older(11)
        before = rows_of(aws)
        with aws:
            aws.stop()
            after = rows_of(aws)
            # What is younger than they are has columns beside theirs.
            kept = {table: [{column: new.get(column) for column in old} for old, new in zip(rows, after[table], strict=True)]
                    for table, rows in before.items()}
            self.assertEqual(kept, before)
            self.assertEqual({row["service"] for row in after["schema_version"]},
                             {"tags", "ec2", "logs", "kms", "monitoring", "secrets", "lambda", "cognito", "fleet", "rds",
                              "iam", "cloudtrail", "events"})
            aws.start()
            self.check_services(aws)

    def check_services(self, aws):
        rds = aws.client("rds")
        instance = rds.describe_db_instances(DBInstanceIdentifier="kept")["DBInstances"][0]
        self.assertEqual((instance["DBInstanceStatus"], instance["PendingModifiedValues"], instance["TagList"]),
                         ("stopped", {"DBInstanceClass": "db.t3.small"}, [{"Key": "team", "Value": "crud"}]))
        self.assertEqual(rds.describe_db_snapshots(DBSnapshotIdentifier="kept-once")["DBSnapshots"][0]["Status"], "available")
        self.assertEqual(aws.client("lambda").get_function(FunctionName="told")["Tags"], {"team": "crud"})
        logged = aws.client("logs").get_log_events(logGroupName="/cruddur/app", logStreamName="one")["events"]
        self.assertEqual([event["message"] for event in logged], ["kept"])
        sign_in = only_pool(aws)[2]
        sign_in("brown@example.com")
        self.check_groups(aws.client("ec2"), instance["VpcSecurityGroups"][0]["VpcSecurityGroupId"])

    def check_groups(self, ec2, door):
        """No reference between tables holds a group that is in use, nor clears what hung on a rule: their services do."""
        groups = {group["GroupName"]: group for group in ec2.describe_security_groups()["SecurityGroups"]}
        self.assertEqual(groups["door"]["GroupId"], door)
        rules = groups["door"]["IpPermissions"]
        ec2.revoke_security_group_ingress(GroupId=door, IpPermissions=rules)
        tags = {tag["ResourceId"] for tag in ec2.describe_tags()["Tags"]}
        self.assertEqual(tags, {groups["app"]["GroupId"]})
        for name in ("door", "app"):  # a stopped DB instance's, and a function's
            self.assertEqual(code_of(ec2.delete_security_group, GroupId=groups[name]["GroupId"]), ("DependencyViolation", 400))


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
