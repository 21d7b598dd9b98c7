#!/usr/bin/python3
"""The state that an older program has left is taken over with what stands in it."""

import pathlib
import sqlite3
import unittest
import urllib.request

from support.local_aws import LocalAws

PASSWORD = "Sturdy-Passw0rd"
VERSION_7 = pathlib.Path(__file__).parent / "support" / "state_7.sql"


class OlderState(unittest.TestCase):
    def test_users_are_found_by_names_that_are_folded_now(self):
        aws = LocalAws()
        aws.folder.mkdir(mode=0o711)
        before = sqlite3.connect(aws.folder / "state.db")
        before.executescript(VERSION_7.read_text())
        before.close()
        with aws:
            api = aws.client("cognito-idp")
            pool = api.list_user_pools(MaxResults=1)["UserPools"][0]["Id"]
            client = api.list_user_pool_clients(UserPoolId=pool)["UserPoolClients"][0]["ClientId"]
            urllib.request.urlopen(urllib.request.Request(
                f"{aws.url}/_local/user-pools/{pool}/signing-keys?signs_in_seconds=0", method="POST"), timeout=60).close()

            def sign_in(name):
                return api.initiate_auth(ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={
                    "USERNAME": name, "PASSWORD": PASSWORD})["AuthenticationResult"]

            for name in ("brown", "BROWN", "Parrot", "parrot"):
                sign_in(name)
            for name in ("AndrewB", "andrewb", "Andrew@example.com"):
                found = api.admin_get_user(UserPoolId=pool, Username=name)
                self.assertEqual(found["Username"], "andrewb")
            self.assertIn({"Name": "email_verified", "Value": "true"}, found["UserAttributes"])
            api.admin_set_user_password(UserPoolId=pool, Username="ANDREWB", Password=PASSWORD, Permanent=True)
            sign_in("AndrewB")
            api.admin_delete_user(UserPoolId=pool, Username="AndrewB")


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
