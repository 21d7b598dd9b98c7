#!/usr/bin/python3
"""What local AWS accepts acts: every member of every operation that it serves is sent, and must act, be described
again, or be refused. The operations are those that it knows of botocore's models, so that a new one, and a new member,
is in the walk by itself.

To add a service: write its table, tests/members/NAME.py, as support/members.py tells; add it to SERVICES. What it then
says of a member is mended in the member's operation, or, where the member acts out of sight, shown by a test of its own
that the table names under ACTS.
"""

import json
import unittest

from members import cloudtrail, cloudwatch, cognito, ec2, events, iam, kms, lambda_, logs, organizations, pi, rds, secretsmanager, sts
from support.answers import MODELS, Answers, served
from support.local_aws import LocalAws
from support.members import Walk

SERVICES = (cloudtrail, cloudwatch, cognito, ec2, events, iam, kms, lambda_, logs, organizations, pi, rds, secretsmanager, sts)


class Members(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        aws = LocalAws()
        aws.key = "local"  # the root, whom the policies of the walk bind as little as anybody's did before
        cls.aws = cls.enterClassContext(aws)
        cls.answers = Answers()
        cls.aws.hear = cls.answers.hear

    def test_every_member_acts_is_described_again_or_is_refused(self):
        for table in SERVICES:
            with self.subTest(table.SERVICE):
                walk = Walk(self.aws, table)
                breaches = list(walk.breaches())
                if breaches:
                    self.fail("\n".join(("", *breaches)))
                model = MODELS[table.SERVICE]
                for operation in set(served(model)) - set(walk.model.operation_names):  # younger than the client
                    status, body = self.aws.post_json(table.SERVICE, f"{model['target']}.{operation}", **walk.base(operation))
                    self.answers.hear({"status_code": status, "body": json.dumps(body)}, {}, f"by-hand.{table.SERVICE}.{operation}")
        with self.subTest("every answer is one that AWS could give"):
            self.aws.client("sts").get_caller_identity()
            if self.answers.breaches:
                self.fail("\n".join(("", *self.answers.breaches.values())))
            for service, model in MODELS.items():
                self.assertEqual(sorted(self.answers.answered[model["service"]]), sorted(served(model)), service)

    def test_an_answer_that_aws_could_not_give_is_found(self):
        def found(service, operation, body, status=200, **fields):
            answers = Answers()
            answers.hear({"status_code": status, "headers": fields, "body": body.encode()}, {"Error": {"Code": "NoSuch"}},
                         f"response-received.{service}.{operation}")
            return [breach.split(": ")[0] for breach in answers.breaches.values()]

        def sts(members):
            return found("sts", "GetCallerIdentity", "<GetCallerIdentityResponse xmlns='urn:x'><GetCallerIdentityResult>"
                         f"{members}</GetCallerIdentityResult><ResponseMetadata/></GetCallerIdentityResponse>")

        self.assertEqual(sts("<Arn>a</Arn>"), [])
        self.assertEqual(sts("<Arn>a</Arn><Arm/>"), ["sts.GetCallerIdentity.Arm"])
        self.assertEqual(sts("<Arn>a</Arn><Arn>b</Arn>"), ["sts.GetCallerIdentity.Arn"])
        self.assertEqual(sts("<Arn><Of/></Arn>"), ["sts.GetCallerIdentity.Arn"])
        zone = "<DescribeAvailabilityZonesResponse><requestId>1</requestId><availabilityZoneInfo><item>{}</item>" \
               "</availabilityZoneInfo></DescribeAvailabilityZonesResponse>"
        name = "ec2.DescribeAvailabilityZones.availabilityZoneInfo.zoneState"
        self.assertEqual(found("ec2", "DescribeAvailabilityZones", zone.format("<zoneState>fine</zoneState>")), [name])
        self.assertEqual(found("ec2", "DescribeAvailabilityZones", zone.format("<zoneState>available</zoneState>")), [])
        for document, member in (('{"logGroups": [{"creationTime": "1"}]}', ".logGroups.creationTime"),
                                 ('{"logGroups": {}}', ".logGroups"), ('{"logGroup": []}', ".logGroup"),
                                 ('{"logGroups": [{"logGroupClass": "PLAIN"}]}', ".logGroups.logGroupClass")):
            self.assertEqual(found("logs", "DescribeLogGroups", document), ["logs.DescribeLogGroups" + member])
        self.assertEqual(found("lambda", "AddPermission", "{}"), ["lambda.AddPermission"])
        self.assertEqual(found("lambda", "GetFunction", '{"Tags": {"a": 1}}'), ["lambda.GetFunction.Tags"])


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
