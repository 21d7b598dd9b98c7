#!/usr/bin/python3
"""What local AWS accepts acts: every member of every operation that it serves is sent, and must act, be described
again, or be refused. The operations are those that it knows of botocore's models, so that a new one, and a new member,
is in the walk by itself.

To add a service: write its table, tests/members/NAME.py, as support/members.py tells; add it to SERVICES. What it then
says of a member is mended in the member's operation, or, where the member acts out of sight, shown by a test of its own
that the table names under ACTS.
"""

import unittest

from members import cognito, ec2, lambda_, logs, rds
from support.local_aws import LocalAws
from support.members import Walk

SERVICES = (cognito, ec2, lambda_, logs, rds)


class Members(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())

    def test_every_member_acts_is_described_again_or_is_refused(self):
        for table in SERVICES:
            with self.subTest(table.SERVICE):
                breaches = list(Walk(self.aws, table).breaches())
                if breaches:
                    self.fail("\n".join(("", *breaches)))


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
