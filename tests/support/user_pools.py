"""User pools for the tests of Cognito, with short ways through the story of a user."""

import json
import unittest

import botocore.exceptions

from support.cognito import code_for, get
from support.local_aws import LocalAws

PASSWORD = "Sturdy-Passw0rd"


class Pool:
    """A pool with a client of every flow, and short ways through the story."""

    def __init__(self, aws, client=None, **settings):
        self.aws, self.api = aws, aws.client("cognito-idp")
        settings.setdefault("AutoVerifiedAttributes", ["email"])
        self.id = self.api.create_user_pool(PoolName="pool", **settings)["UserPool"]["Id"]
        self.client = self.api.create_user_pool_client(
            UserPoolId=self.id, ClientName="page", **(client or {
                "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]}))[
                    "UserPoolClient"]["ClientId"]

    def sign_up(self, name, email=None, password=PASSWORD, attributes=None):
        given = {"email": email or f"{name}@example.com", **(attributes or {})}
        return self.api.sign_up(ClientId=self.client, Username=name, Password=password,
                                UserAttributes=[{"Name": key, "Value": value} for key, value in given.items()])

    def confirm(self, name, email=None):
        return self.api.confirm_sign_up(ClientId=self.client, Username=name,
                                        ConfirmationCode=code_for(self.aws, email or f"{name}@example.com"))

    def sign_in(self, name, password=PASSWORD):
        return self.api.initiate_auth(ClientId=self.client, AuthFlow="USER_PASSWORD_AUTH",
                                      AuthParameters={"USERNAME": name, "PASSWORD": password})["AuthenticationResult"]

    def member(self, name):
        self.sign_up(name)
        self.confirm(name)
        return self.sign_in(name)

    def keys(self):
        return json.loads(get(f"{self.aws.url}/{self.id}/.well-known/jwks.json"))["keys"]


class Cognito(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.aws = cls.enterClassContext(LocalAws())
        cls.pool = Pool(cls.aws)

    def refused(self, code, call, message=None, **arguments):
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            call(**arguments)
        error = caught.exception.response["Error"]
        self.assertEqual(error["Code"], code, error["Message"])
        if message is not None:
            self.assertEqual(error["Message"], message)
