#!/usr/bin/python3
"""CloudTrail in local AWS, by boto3 and the AWS CLI: every call is kept as CloudTrail has it, without its secrets, is found
again, and goes into trails' files and log groups."""

import datetime
import glob
import gzip
import json
import os
import re
import sqlite3
import stat
import time
import unittest

import boto3

from support.functions import zip_of
from support.local_aws import LocalAws, refused
from support.waiting import until

ACCOUNT = "000000000000"
SECONDS = 60
SECRET = "s3cr3t-that-nobody-sees"


def setUpModule():
    WithTrail.aws = LocalAws()
    WithTrail.aws.key = "local"
    unittest.enterModuleContext(WithTrail.aws)


class WithTrail(unittest.TestCase):
    aws = None

    def setUp(self):
        self.trail = self.aws.client("cloudtrail")

    def found(self, key, value, **more):
        """Their records, newest first, of the events with that attribute."""
        events = self.trail.lookup_events(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}], **more)["Events"]
        return [json.loads(event["CloudTrailEvent"]) for event in events]

    def wait_for(self, key, value, count=1, **more):
        return until(lambda: (all_of := self.found(key, value, **more)) and len(all_of) >= count and all_of)

    def kept_bytes(self):
        return b"".join(file.read_bytes() for file in (self.aws.folder / "calls").iterdir())


class Events(WithTrail):
    def test_a_write_is_an_event_as_cloudtrail_has_it(self):
        rds = self.aws.client("rds")
        made = rds.create_db_subnet_group(DBSubnetGroupName="recorded", DBSubnetGroupDescription="d", SubnetIds=[
            subnet["SubnetId"] for subnet in self.aws.client("ec2").describe_subnets()["Subnets"]])
        [event] = until(lambda: self.trail.lookup_events(
            LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": "recorded"}])["Events"])
        self.assertEqual((event["EventName"], event["EventSource"], event["ReadOnly"], event["Username"], event["AccessKeyId"]),
                         ("CreateDBSubnetGroup", "rds.amazonaws.com", "false", "root", "local"))
        self.assertIn({"ResourceType": "AWS::RDS::DBSubnetGroup", "ResourceName": "recorded"}, event["Resources"])
        record = json.loads(event["CloudTrailEvent"])
        self.assertEqual(record["userIdentity"], {
            "type": "Root", "principalId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT,
            "accessKeyId": "local"})
        self.assertEqual(record["requestParameters"]["dBSubnetGroupName"], "recorded")
        self.assertEqual(record["responseElements"]["dBSubnetGroupArn"], made["DBSubnetGroup"]["DBSubnetGroupArn"])
        self.assertEqual(record["requestID"], made["ResponseMetadata"]["RequestId"])
        self.assertEqual(record["eventID"], event["EventId"])
        self.assertEqual(datetime.datetime.fromisoformat(record["eventTime"].replace("Z", "+00:00")), event["EventTime"])
        for name, value in {"eventSource": "rds.amazonaws.com", "eventName": "CreateDBSubnetGroup", "awsRegion": "us-east-1",
                            "sourceIPAddress": "127.0.0.1", "readOnly": False, "recipientAccountId": ACCOUNT,
                            "eventType": "AwsApiCall", "eventCategory": "Management", "managementEvent": True}.items():
            self.assertEqual(record[name], value, name)
        self.assertIn("Boto3", record["userAgent"])
        self.assertNotIn("errorCode", record)

    def test_what_reads_has_no_elements(self):
        self.aws.client("rds").describe_db_engine_versions(Engine="postgres", EngineVersion="15")
        record = self.wait_for("EventName", "DescribeDBEngineVersions")[0]
        self.assertEqual((record["readOnly"], record["responseElements"]), (True, None))
        self.assertEqual(record["requestParameters"], {"engine": "postgres", "engineVersion": "15"})
        self.assertIn(record["eventID"], [each["eventID"] for each in self.found("ReadOnly", "true")])

    def test_a_refused_call_is_an_event_with_its_error(self):
        rds, ec2 = self.aws.client("rds"), self.aws.client("ec2")
        refused(rds.delete_db_instance, DBInstanceIdentifier="not-there", SkipFinalSnapshot=True)
        record = self.wait_for("ResourceName", "not-there")[0]
        self.assertEqual(record["errorCode"], "DBInstanceNotFound")
        self.assertIn("not-there", record["errorMessage"])
        self.assertEqual((record["requestParameters"]["skipFinalSnapshot"], record["responseElements"]), (True, None))
        refused(ec2.delete_security_group, GroupId="sg-01234567890abcdef")
        self.assertEqual(self.wait_for("EventName", "DeleteSecurityGroup")[0]["errorCode"], "Client.InvalidGroup.NotFound")
        refused(self.aws.client("rds", parameter_validation=False).create_db_subnet_group, DBSubnetGroupName="lacks-all")
        self.assertTrue(until(lambda: [each for each in self.found("EventName", "CreateDBSubnetGroup") if "errorCode" in each]))

    def test_whose_call_it_was_is_told(self):
        iam = self.aws.client("iam")
        statement = {"Effect": "Allow", "Action": ["sts:*", "rds:DescribeDBSubnetGroups"], "Resource": "*"}
        user = iam.create_user(UserName="teller")["User"]
        key = iam.create_access_key(UserName="teller")["AccessKey"]
        role = iam.create_role(RoleName="told", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]}))["Role"]
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName="teller", PolicyName="own", PolicyDocument=policy)
        iam.put_role_policy(RoleName="told", PolicyName="own", PolicyDocument=policy)
        signing = {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
        self.aws.client("rds", **signing).describe_db_subnet_groups()
        [record] = [each for each in self.wait_for("AccessKeyId", key["AccessKeyId"]) if each["eventSource"].startswith("rds")]
        self.assertEqual(record["userIdentity"], {
            "type": "IAMUser", "principalId": user["UserId"], "arn": user["Arn"], "accountId": ACCOUNT,
            "accessKeyId": key["AccessKeyId"], "userName": "teller"})
        refused(self.aws.client("rds", **signing).delete_db_instance, DBInstanceIdentifier="denied", SkipFinalSnapshot=True)
        denied = until(lambda: [each for each in self.found("Username", "teller") if each["eventName"] == "DeleteDBInstance"])[0]
        self.assertEqual(denied["errorCode"], "AccessDenied")
        self.assertIn("is not authorized to perform: rds:DeleteDBInstance", denied["errorMessage"])
        session = self.aws.client("sts", **signing).assume_role(RoleArn=role["Arn"], RoleSessionName="evening")["Credentials"]
        boto3.client("rds", endpoint_url=self.aws.url, region_name="us-east-1", aws_access_key_id=session["AccessKeyId"],
                     aws_secret_access_key=session["SecretAccessKey"], aws_session_token=session["SessionToken"]
                     ).describe_db_subnet_groups()
        record = self.wait_for("Username", "evening")[0]
        self.assertEqual(record["userIdentity"]["type"], "AssumedRole")
        self.assertEqual(record["userIdentity"]["arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/told/evening")
        self.assertEqual(record["userIdentity"]["principalId"], f"{role['RoleId']}:evening")
        self.assertEqual(record["userIdentity"]["sessionContext"]["sessionIssuer"], {
            "type": "Role", "principalId": role["RoleId"], "arn": role["Arn"], "accountId": ACCOUNT, "userName": "told"})
        self.assertEqual(refused(self.aws.client("rds", key="AKIANOBODYKNOWSTHIS0", secret="x").describe_db_instances),
                         "InvalidClientTokenId")
        self.assertEqual(self.found("AccessKeyId", "AKIANOBODYKNOWSTHIS0"), [], "whom nobody knows has no account")

    def test_what_is_secret_is_nowhere(self):
        rds, secrets, cognito, kms, iam, lambda_ = (self.aws.client(name) for name in (
            "rds", "secretsmanager", "cognito-idp", "kms", "iam", "lambda"))
        refused(rds.create_db_instance, DBInstanceIdentifier="hidden-1", DBInstanceClass="db.none", Engine="postgres",
                MasterUsername="root", MasterUserPassword=SECRET, AllocatedStorage=20)
        record = self.wait_for("ResourceName", "hidden-1")[0]
        self.assertEqual(record["requestParameters"]["masterUserPassword"], "****")
        self.assertEqual(record["requestParameters"]["masterUsername"], "root")
        secrets.create_secret(Name="hidden-2", SecretString=SECRET, ClientRequestToken="0" * 32)
        record = self.wait_for("ResourceName", "hidden-2")[0]
        self.assertEqual(record["requestParameters"], {"name": "hidden-2", "clientRequestToken": "0" * 32})
        secrets.get_secret_value(SecretId="hidden-2")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.encrypt(KeyId=key, Plaintext=SECRET.encode())
        self.assertEqual(self.wait_for("EventName", "Encrypt")[0]["requestParameters"]["keyId"], key)
        pool = cognito.create_user_pool(PoolName="hidden", UsernameAttributes=[])["UserPool"]["Id"]
        client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="hidden", ExplicitAuthFlows=[
            "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])["UserPoolClient"]["ClientId"]
        cognito.admin_create_user(UserPoolId=pool, Username="hidden-person", TemporaryPassword=f"{SECRET}-A1!")
        cognito.admin_set_user_password(UserPoolId=pool, Username="hidden-person", Password=f"{SECRET}-A1!", Permanent=True)
        tokens = cognito.initiate_auth(ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={
            "USERNAME": "hidden-person", "PASSWORD": f"{SECRET}-A1!"})["AuthenticationResult"]
        record = self.wait_for("EventName", "InitiateAuth")[0]
        self.assertEqual(record["userIdentity"], {"type": "Unknown", "principalId": "Anonymous"})
        self.assertEqual(record["requestParameters"], {
            "clientId": client, "authFlow": "USER_PASSWORD_AUTH", "authParameters": "HIDDEN_DUE_TO_SECURITY_REASONS"})
        refused(cognito.sign_up, ClientId=client, Username="hidden-person", Password=f"{SECRET}-A1!")
        record = self.wait_for("EventName", "SignUp")[0]
        self.assertEqual(record["requestParameters"]["username"], "HIDDEN_DUE_TO_SECURITY_REASONS")
        self.assertEqual(record["errorCode"], "UsernameExistsException")
        iam.create_user(UserName="hidden")
        access = iam.create_access_key(UserName="hidden")["AccessKey"]
        record = self.wait_for("EventName", "CreateAccessKey")[0]
        self.assertEqual(record["responseElements"]["accessKey"]["accessKeyId"], access["AccessKeyId"])
        lambda_.create_function(FunctionName="hidden", Runtime="provided.al2023", Handler="x", Role=f"arn:aws:iam::{ACCOUNT}:role/x",
                                Code={"ZipFile": zip_of({"bootstrap": (SECRET, 0o100755)})},
                                Environment={"Variables": {"TOKEN": SECRET}})
        record = self.wait_for("EventName", "CreateFunction20150331")[0]
        self.assertEqual(record["requestParameters"]["functionName"], "hidden")
        until(lambda: self.found("EventName", "SignUp"))
        time.sleep(0.2)  # what was recorded behind it
        kept = self.kept_bytes()
        for secret in (SECRET, tokens["AccessToken"], tokens["RefreshToken"], access["SecretAccessKey"], "hidden-person"):
            self.assertNotIn(secret.encode(), kept)

    def test_what_moves_data_is_no_event(self):
        logs = self.aws.client("logs")
        logs.create_log_group(logGroupName="unrecorded")
        logs.create_log_stream(logGroupName="unrecorded", logStreamName="stream")
        logs.put_log_events(logGroupName="unrecorded", logStreamName="stream", logEvents=[
            {"timestamp": int(time.time() * 1000), "message": "said"}])
        logs.get_log_events(logGroupName="unrecorded", logStreamName="stream")
        logs.delete_log_group(logGroupName="unrecorded")
        until(lambda: "DeleteLogGroup" in [each["eventName"] for each in self.found("ResourceName", "unrecorded")])
        self.assertEqual([each["eventName"] for each in self.found("ResourceName", "unrecorded")],
                         ["DeleteLogGroup", "CreateLogStream", "CreateLogGroup"])

    def test_an_open_security_group_is_told_in_ec2s_words(self):
        ec2 = self.aws.client("ec2")
        group = ec2.create_security_group(GroupName="opened", Description="d")["GroupId"]
        made = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
        record = self.wait_for("EventName", "AuthorizeSecurityGroupIngress")[0]
        self.assertEqual(record["requestParameters"], {"groupId": group, "ipPermissions": {"items": [
            {"ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}})
        self.assertIs(record["responseElements"]["_return"], True)
        self.assertEqual(record["responseElements"]["securityGroupRuleSet"]["items"][0]["securityGroupRuleId"],
                         made["SecurityGroupRules"][0]["SecurityGroupRuleId"])


class Lookups(WithTrail):
    def test_events_are_found_by_time_and_come_in_pages(self):
        logs = self.aws.client("logs")
        names = [f"paged-{number}" for number in range(7)]
        for name in names:
            logs.create_log_group(logGroupName=name)
        self.wait_for("ResourceName", names[-1])
        pages, token = [], {}
        while True:
            answer = self.trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateLogGroup"}],
                                              MaxResults=3, **token)
            self.assertLessEqual(len(answer["Events"]), 3)
            pages += answer["Events"]
            if "NextToken" not in answer:
                break
            token = {"NextToken": answer["NextToken"]}
        shown = [event["Resources"][0]["ResourceName"] for event in pages]
        self.assertEqual([name for name in shown if name in names], names[::-1])
        self.assertEqual(len({event["EventId"] for event in pages}), len(pages))
        times = [event["EventTime"] for event in pages]
        self.assertEqual(times, sorted(times, reverse=True))
        self.assertEqual(refused(self.trail.lookup_events, **token, MaxResults=3), "InvalidNextTokenException")
        self.assertEqual(refused(self.trail.lookup_events, NextToken="made-up"), "InvalidNextTokenException")
        first = pages[0]["EventTime"]
        hour = datetime.timedelta(hours=1)
        by = [{"AttributeKey": "ResourceName", "AttributeValue": names[0]}]
        self.assertEqual(len(self.trail.lookup_events(LookupAttributes=by, StartTime=first - hour, EndTime=first + hour)["Events"]), 1)
        self.assertEqual(self.trail.lookup_events(LookupAttributes=by, StartTime=first + hour)["Events"], [])
        self.assertEqual(self.trail.lookup_events(LookupAttributes=by, EndTime=first - hour)["Events"], [])
        self.assertEqual(refused(self.trail.lookup_events, StartTime=first, EndTime=first - hour), "InvalidTimeRangeException")

    def test_every_attribute_finds_what_has_it(self):
        self.aws.client("kms").create_alias(AliasName="alias/looked-up", TargetKeyId=self.aws.client("kms").create_key()[
            "KeyMetadata"]["KeyId"])
        [event] = until(lambda: self.trail.lookup_events(LookupAttributes=[
            {"AttributeKey": "ResourceName", "AttributeValue": "alias/looked-up"}])["Events"])
        for key, value in {"EventId": event["EventId"], "EventName": "CreateAlias", "EventSource": "kms.amazonaws.com",
                           "Username": "root", "ReadOnly": "false", "AccessKeyId": "local",
                           "ResourceType": "AWS::KMS::Alias"}.items():
            ids = [each["eventID"] for each in self.found(key, value)]
            self.assertIn(event["EventId"], ids, key)
        for key in ("EventId", "EventName", "EventSource", "Username", "AccessKeyId", "ResourceType", "ResourceName"):
            self.assertEqual(self.found(key, "no-such"), [], key)
        two = [{"AttributeKey": "EventName", "AttributeValue": "CreateAlias"}] * 2
        self.assertEqual(refused(self.trail.lookup_events, LookupAttributes=two), "InvalidLookupAttributesException")
        for number in (0, 51):
            self.assertEqual(refused(self.aws.client("cloudtrail", parameter_validation=False).lookup_events, MaxResults=number),
                             "InvalidMaxResultsException")

    def test_each_region_has_its_own_events_and_iams_are_of_us_east_1(self):
        self.aws.client("logs", "eu-west-1").create_log_group(logGroupName="abroad")
        abroad = self.aws.client("cloudtrail", "eu-west-1")
        by = [{"AttributeKey": "ResourceName", "AttributeValue": "abroad"}]
        until(lambda: abroad.lookup_events(LookupAttributes=by)["Events"])
        self.assertEqual(self.trail.lookup_events(LookupAttributes=by)["Events"], [])
        self.aws.client("iam", "eu-west-1").create_group(GroupName="worldwide")
        self.assertEqual(self.wait_for("ResourceName", "worldwide")[0]["awsRegion"], "us-east-1")

    def test_the_aws_cli_looks_events_up(self):
        self.aws.client("logs").create_log_group(logGroupName="by-the-cli")
        self.wait_for("ResourceName", "by-the-cli")
        done = self.aws.shell("aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName,AttributeValue=by-the-cli "
                              "--query 'Events[].[EventName,Username]' --output text")
        self.assertEqual((done.stdout, done.stderr), ("CreateLogGroup\troot\n", ""))


class Trails(WithTrail):
    def records(self, bucket):
        """What stands in the files of a bucket."""
        out = []
        for file in glob.glob(f"{self.aws.folder}/trails/{bucket}/**/*.json.gz", recursive=True):
            with gzip.open(file, "rt") as text:
                out += json.load(text)["Records"]
        return out

    def test_a_trail_writes_files_while_it_is_logging(self):
        logs = self.aws.client("logs")
        made = self.trail.create_trail(Name="files", S3BucketName="our-files", S3KeyPrefix="kept/here")
        self.assertEqual(made["TrailARN"], f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/files")
        self.assertIs(self.trail.get_trail_status(Name="files")["IsLogging"], False)
        logs.create_log_group(logGroupName="before")
        self.trail.start_logging(Name="files")
        logs.create_log_group(logGroupName="during")
        self.aws.client("logs", "eu-west-1").create_log_group(logGroupName="elsewhere")
        record = until(lambda: [one for one in self.records("our-files") if "during" in str(one["requestParameters"])])[0]
        self.assertEqual(record, self.found("ResourceName", "during")[0])
        status = until(lambda: (now := self.trail.get_trail_status(Name=made["TrailARN"])) and "LatestDeliveryTime" in now and now)
        self.assertIs(status["IsLogging"], True)
        self.trail.stop_logging(Name="files")
        logs.create_log_group(logGroupName="after")
        self.wait_for("ResourceName", "after")
        self.assertIs(self.trail.get_trail_status(Name="files")["IsLogging"], False)
        self.trail.create_trail(Name="witness", S3BucketName="witness")
        self.trail.start_logging(Name="witness")
        logs.create_log_group(logGroupName="long-after")
        until(lambda: [one for one in self.records("witness") if "long-after" in str(one["requestParameters"])])
        told = str([one["requestParameters"] for one in self.records("our-files")])
        for name in ("before", "after", "elsewhere"):
            self.assertNotIn(f"'{name}'", told)
        files = glob.glob(f"{self.aws.folder}/trails/our-files/**/*.gz", recursive=True)
        for file in files:
            self.assertRegex(file, rf"/our-files/kept/here/AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/\d{{4}}/\d\d/\d\d/"
                             rf"{ACCOUNT}_CloudTrail_us-east-1_\d{{8}}T\d{{4}}Z_\w{{16}}\.json\.gz$")
            self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o600)
        self.trail.delete_trail(Name="witness")
        self.trail.delete_trail(Name="files")
        self.assertEqual(refused(self.trail.get_trail, Name="files"), "TrailNotFoundException")

    def test_a_trail_goes_on_after_kill_9(self):
        self.trail.create_trail(Name="survivor", S3BucketName="survivor")
        self.trail.start_logging(Name="survivor")
        self.aws.client("logs").create_log_group(logGroupName="lived")
        self.wait_for("ResourceName", "lived")
        self.aws.kill_and_start()
        self.trail = self.aws.client("cloudtrail")
        self.assertTrue(self.found("ResourceName", "lived"))
        until(lambda: [one for one in self.records("survivor") if "lived" in str(one["requestParameters"])])
        self.trail.delete_trail(Name="survivor")

    def test_a_trail_writes_into_its_log_group(self):
        logs = self.aws.client("logs")
        logs.create_log_group(logGroupName="trail/events")
        role = f"arn:aws:iam::{ACCOUNT}:role/trail-writer"
        group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:trail/events:*"
        self.aws.client("iam").create_role(RoleName="trail-writer", AssumeRolePolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
                                                    "Action": "sts:AssumeRole"}]}))
        self.aws.client("iam").put_role_policy(RoleName="trail-writer", PolicyName="own", PolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}))
        self.trail.create_trail(Name="logged", S3BucketName="logged", CloudWatchLogsLogGroupArn=group, CloudWatchLogsRoleArn=role)
        self.trail.start_logging(Name="logged")
        logs.create_log_group(logGroupName="seen-in-logs")

        def messages():
            return [json.loads(event["message"]) for event in logs.filter_log_events(
                logGroupName="trail/events", filterPattern='"seen-in-logs"')["events"]]

        [record] = until(messages)
        self.assertEqual(record["eventName"], "CreateLogGroup")
        self.assertEqual(logs.describe_log_streams(logGroupName="trail/events")["logStreams"][0]["logStreamName"],
                         f"{ACCOUNT}_CloudTrail_us-east-1")
        self.assertIn("LatestCloudWatchLogsDeliveryTime", self.trail.get_trail_status(Name="logged"))
        self.aws.client("iam").delete_role_policy(RoleName="trail-writer", PolicyName="own")
        logs.create_log_group(logGroupName="not-seen-in-logs")
        error = until(lambda: self.trail.get_trail_status(Name="logged").get("LatestCloudWatchLogsDeliveryError"))
        self.assertIn("may not logs:PutLogEvents", error)
        self.trail.delete_trail(Name="logged")

    def test_what_aws_refuses_is_refused(self):
        create = self.aws.client("cloudtrail", parameter_validation=False).create_trail
        for arguments, code in (
                ({"Name": "ab", "S3BucketName": "bucket"}, "InvalidTrailNameException"),
                ({"Name": "a b c", "S3BucketName": "bucket"}, "InvalidTrailNameException"),
                ({"Name": "fine", "S3BucketName": "../../etc"}, "InvalidS3BucketNameException"),
                ({"Name": "fine", "S3BucketName": "bucket", "S3KeyPrefix": "../up"}, "InvalidS3PrefixException"),
                ({"Name": "fine", "S3BucketName": "bucket", "IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": False},
                 "InvalidParameterCombinationException"),
                ({"Name": "fine", "S3BucketName": "bucket", "CloudWatchLogsLogGroupArn": "arn"},
                 "InvalidParameterCombinationException"),
                ({"Name": "fine", "S3BucketName": "bucket", "CloudWatchLogsLogGroupArn": "arn", "CloudWatchLogsRoleArn": "arn"},
                 "InvalidCloudWatchLogsLogGroupArnException")):
            self.assertEqual(refused(create, **arguments), code, arguments)
        self.assertEqual(refused(self.trail.get_trail, Name="not-there"), "TrailNotFoundException")
        self.assertEqual(refused(self.trail.get_trail, Name="arn:aws:s3:::x"), "CloudTrailARNInvalidException")
        self.assertEqual(self.aws.post_json("cloudtrail", "CloudTrail_20131101.CreateTrail", Name="fine", S3BucketName="bucket",
                                            EnableLogFileValidation=True)[0], 400)
        self.trail.create_trail(Name="twice", S3BucketName="bucket", IsMultiRegionTrail=True)
        self.assertEqual(refused(self.trail.create_trail, Name="twice", S3BucketName="bucket"), "TrailAlreadyExistsException")
        abroad = self.aws.client("cloudtrail", "eu-west-1")
        self.assertEqual(abroad.get_trail(Name="twice")["Trail"]["HomeRegion"], "us-east-1")
        self.assertEqual(refused(abroad.delete_trail, Name="twice"), "InvalidHomeRegionException")
        self.trail.delete_trail(Name="twice")


class Failures(unittest.TestCase):
    def test_a_file_that_is_locked_loses_neither_calls_nor_their_answers(self):
        with LocalAws() as aws:
            logs, trail = aws.client("logs"), aws.client("cloudtrail")
            logs.create_log_group(logGroupName="first")
            file = aws.folder / "calls" / "calls.db"
            self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
            other = sqlite3.connect(file, isolation_level=None, timeout=SECONDS)
            other.execute("begin immediate")
            try:
                for number in range(20):
                    begun = time.monotonic()
                    logs.create_log_group(logGroupName=f"locked-{number}")
                    self.assertLess(time.monotonic() - begun, 10)
                until(lambda: any(re.search("calls cannot be recorded, and are tried again", line) for line in aws.logged))
            finally:
                other.execute("rollback")
                other.close()

            def recorded():
                events = trail.lookup_events(LookupAttributes=[
                    {"AttributeKey": "EventName", "AttributeValue": "CreateLogGroup"}])["Events"]
                return len(events) == 21 and events

            until(recorded)


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
