#!/usr/bin/python3
"""The API takes the tokens that local AWS issues, and no other: `cruddur serve` beside a user pool."""

import json
import os
import select
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

import boto3
import botocore.config

from support.cognito import claims_of, code_for, get, unpadded
from support.local_aws import PROGRAM, START_SECONDS

PASSWORD = "Sturdy-Passw0rd"
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


class Program:
    """A command of cruddur that prints where it listens, until the test ends."""

    def __init__(self, test, *arguments, **variables):
        self.process = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True, env={**os.environ, **variables})
        test.addClassCleanup(self.end)
        if not select.select([self.process.stdout], [], [], START_SECONDS)[0]:
            raise AssertionError(f"cruddur {arguments[0]} printed nothing")
        self.line = self.process.stdout.readline()

    def end(self):
        self.process.terminate()
        self.process.wait(START_SECONDS)
        self.process.stdout.close()


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        top = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="cruddur-tokens-"))
        os.chmod(top, 0o755)  # the unprivileged user that PostgreSQL runs as passes through
        where = json.loads(Program(cls, "up", "--json", "--port", "0", "--cloud-port", "0", "--database-port", "0",
                                   "--data-dir", f"{top}/data").line)
        cls.url = where["aws_endpoint"]
        cls.connection_url = where["connection_url"]
        cls.api = boto3.client("cognito-idp", endpoint_url=cls.url, region_name="us-east-1", aws_access_key_id="test",
                               aws_secret_access_key="test", config=botocore.config.Config(retries={"max_attempts": 0}))
        cls.pool = cls.new_pool()
        cls.client = cls.new_client(cls.pool)
        cls.token = cls.member(cls.pool, cls.client, "member")["AccessToken"]
        cls.insert_user(cls.token, cls.pool)
        cls.app = cls.serve()

    @classmethod
    def serve(cls):
        line = Program(cls, "serve", "--port", "0", "--posts-a-minute", "0",
                       "--jwks", f"{cls.url}/{cls.pool}/.well-known/jwks.json", CONNECTION_URL=cls.connection_url,
                       AWS_DEFAULT_REGION="us-east-1", AWS_COGNITO_USER_POOL_ID=cls.pool, AWS_COGNITO_USER_POOL_CLIENT_ID=cls.client).line
        return line.split()[-1]

    @classmethod
    def new_pool(cls):
        return cls.api.create_user_pool(PoolName="p", AutoVerifiedAttributes=["email"])["UserPool"]["Id"]

    @classmethod
    def new_client(cls, pool, **settings):
        made = cls.api.create_user_pool_client(UserPoolId=pool, ClientName="c", ExplicitAuthFlows=FLOWS, **settings)
        return made["UserPoolClient"]["ClientId"]

    @classmethod
    def sign_in(cls, client, name):
        return cls.api.initiate_auth(ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={
            "USERNAME": name, "PASSWORD": PASSWORD})["AuthenticationResult"]

    @classmethod
    def member(cls, pool, client, name):
        address = f"{name}@{pool.replace('_', '-')}.example.com"
        cls.api.sign_up(ClientId=client, Username=name, Password=PASSWORD,
                        UserAttributes=[{"Name": "email", "Value": address}])
        cls.api.confirm_sign_up(ClientId=client, Username=name, ConfirmationCode=code_for(cls, address))
        return cls.sign_in(client, name)

    @classmethod
    def insert_user(cls, token, pool):
        keys = json.loads(get(f"{cls.url}/{pool}/.well-known/jwks.json"))["keys"]
        subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-v", f"sub={claims_of(token, keys)['sub']}",
                        cls.connection_url], check=True, timeout=60, text=True,
                       input="insert into users (display_name, handle, cognito_user_id) "
                             "values ('Member', 'member', :'sub');")

    def status(self, token, app=None):
        request = urllib.request.Request(
            f"{app or self.app}/api/activities", json.dumps({"message": "Hello", "ttl": "1-hour"}).encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code

    def test_an_access_token_is_taken_and_what_it_is_not_is_refused(self):
        self.assertEqual(self.status(self.token), 200)
        tokens = self.sign_in(self.client, "member")
        self.assertEqual(self.status(tokens["AccessToken"]), 200)
        self.assertEqual(self.status(tokens["IdToken"]), 401)
        self.assertEqual(self.status(tokens["RefreshToken"]), 401)
        self.assertEqual(self.status(self.sign_in(self.new_client(self.pool), "member")["AccessToken"]), 401)

    def test_a_token_of_another_pool_is_refused(self):
        pool = self.new_pool()
        self.assertEqual(self.status(self.member(pool, self.new_client(pool), "member")["AccessToken"]), 401)

    def test_keys_rotate_under_load_without_one_failed_request(self):
        # An API that fetches the key set while the new key stands in it, and does not sign yet.
        made = urllib.request.urlopen(urllib.request.Request(
            f"{self.url}/_local/user-pools/{self.pool}/signing-keys?signs_in_seconds=15", method="POST"), timeout=60)
        kid = json.loads(made.read())["kid"]
        app, statuses, signed_by, done = self.serve(), [], [], threading.Event()

        def load():
            while not done.is_set():
                token = self.sign_in(self.client, "member")["AccessToken"]
                signed_by.append(json.loads(unpadded(token.split(".")[0]))["kid"])
                statuses.append(self.status(self.token, app))
                statuses.append(self.status(token, app))

        threads = [threading.Thread(target=load) for _ in range(4)]
        for each in threads:
            each.start()
        deadline = time.monotonic() + 120
        while signed_by.count(kid) < 8 and time.monotonic() < deadline:
            time.sleep(0.1)
        done.set()
        for each in threads:
            each.join(120)
        self.assertEqual(set(statuses), {200})
        self.assertGreaterEqual(signed_by.count(kid), 8)
        self.assertGreater(len(signed_by), signed_by.count(kid), "the load began after the rotation")


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
