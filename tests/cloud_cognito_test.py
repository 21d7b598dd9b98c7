#!/usr/bin/python3
"""Local AWS's user pools by their real clients: the AWS CLI, boto3, and SRP by hand."""

import base64
import concurrent.futures
import json
import threading
import time
import unittest
import urllib.error
import urllib.request

import botocore
import botocore.config
import boto3

from support.cognito import N, SrpClient, claims_of, code_for, get, secret_hash
from support.local_aws import LocalAws, code_of
from support.user_pools import PASSWORD, Cognito, Pool


class Story(Cognito):
    def test_the_aws_cli_signs_up_confirms_and_signs_in(self):
        aws = self.aws
        done = aws.shell(f"""set -e
            pool=$(aws cognito-idp create-user-pool --pool-name cli --auto-verified-attributes email \
                --query UserPool.Id --output text)
            client=$(aws cognito-idp create-user-pool-client --user-pool-id $pool --client-name cli \
                --explicit-auth-flows ALLOW_USER_PASSWORD_AUTH ALLOW_REFRESH_TOKEN_AUTH \
                --query UserPoolClient.ClientId --output text)
            aws cognito-idp sign-up --client-id $client --username bayko --password '{PASSWORD}' \
                --user-attributes Name=email,Value=cli@example.com >/dev/null
            code=$(curl -s '{aws.url}/_local/mailbox.json?to=cli@example.com' | \
                python3 -c 'import json,sys; print(json.load(sys.stdin)["messages"][0]["code"])')
            aws cognito-idp confirm-sign-up --client-id $client --username bayko --confirmation-code $code
            token=$(aws cognito-idp initiate-auth --client-id $client --auth-flow USER_PASSWORD_AUTH \
                --auth-parameters 'USERNAME=bayko,PASSWORD={PASSWORD}' \
                --query AuthenticationResult.AccessToken --output text)
            aws cognito-idp get-user --access-token $token
            aws cognito-idp list-users --user-pool-id $pool --filter 'email ^= "cli@"' --query 'Users[].Username' \
                --output text""")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"Username": "bayko"', done.stdout)
        self.assertTrue(done.stdout.strip().endswith("bayko"), done.stdout)

    def test_tokens_have_cognitos_claims_and_verify_by_the_key_set(self):
        tokens = self.pool.member("claims")
        access = claims_of(tokens["AccessToken"], self.pool.keys())
        self.assertEqual(access["iss"], f"https://cognito-idp.us-east-1.amazonaws.com/{self.pool.id}")
        self.assertEqual((access["client_id"], access["token_use"], access["username"], access["scope"]),
                         (self.pool.client, "access", "claims", "aws.cognito.signin.user.admin"))
        self.assertEqual(access["exp"] - access["iat"], 3600)
        self.assertLessEqual({"sub", "origin_jti", "event_id", "auth_time", "jti"}, access.keys())
        identity = claims_of(tokens["IdToken"], self.pool.keys())
        self.assertEqual((identity["aud"], identity["cognito:username"], identity["email"], identity["email_verified"],
                          identity["token_use"], identity["sub"]),
                         (self.pool.client, "claims", "claims@example.com", True, "id", access["sub"]))
        configuration = json.loads(get(f"{self.aws.url}/{self.pool.id}/.well-known/openid-configuration"))
        self.assertEqual(configuration["issuer"], access["iss"])
        self.assertEqual(json.loads(get(configuration["jwks_uri"]))["keys"], self.pool.keys())

    def test_srp_signs_in_and_a_wrong_password_does_not(self):
        self.pool.member("srp")
        done = SrpClient(self.pool.id, self.pool.client, PASSWORD).sign_in(self.pool.api, "srp")
        self.assertEqual(claims_of(done["AuthenticationResult"]["AccessToken"], self.pool.keys())["username"], "srp")
        self.refused("NotAuthorizedException", SrpClient(self.pool.id, self.pool.client, PASSWORD + "x").sign_in,
                     "Incorrect username or password.", cognito=self.pool.api, username="srp")

    def test_srp_takes_no_multiple_of_the_prime_and_each_session_once(self):
        self.pool.member("srp-once")
        for public in ("0", f"{N:x}", f"{2 * N:x}", "zz", "-1"):
            self.refused("InvalidParameterException", self.pool.api.initiate_auth, ClientId=self.pool.client,
                         AuthFlow="USER_SRP_AUTH", AuthParameters={"USERNAME": "srp-once", "SRP_A": public})
        srp = SrpClient(self.pool.id, self.pool.client, PASSWORD)
        begun = self.pool.api.initiate_auth(ClientId=self.pool.client, AuthFlow="USER_SRP_AUTH", AuthParameters={
            "USERNAME": "srp-once", "SRP_A": f"{srp.public:x}"})
        answer = {"ClientId": self.pool.client, "ChallengeName": "PASSWORD_VERIFIER", "Session": begun["Session"],
                  "ChallengeResponses": srp.responses(begun["ChallengeParameters"])}
        self.pool.api.respond_to_auth_challenge(**answer)
        self.refused("NotAuthorizedException", self.pool.api.respond_to_auth_challenge, **answer)

    def test_names_arrive_as_typed(self):
        for number, name in enumerate(("O'Brien", "Robert'); DROP TABLE users;--", "🦜 Ünïcode", "شاهین")):
            self.pool.sign_up(f"typed{number}", attributes={"name": name})
            found = self.pool.api.admin_get_user(UserPoolId=self.pool.id, Username=f"typed{number}")
            self.assertIn({"Name": "name", "Value": name}, found["UserAttributes"])

    def test_refreshing_gives_new_tokens_until_signed_out(self):
        tokens = self.pool.member("refresh")

        def refresh():
            return self.pool.api.initiate_auth(
                ClientId=self.pool.client, AuthFlow="REFRESH_TOKEN_AUTH",
                AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]})["AuthenticationResult"]

        again = refresh()
        self.assertNotIn("RefreshToken", again)
        first, second = (claims_of(each["AccessToken"], self.pool.keys()) for each in (tokens, again))
        self.assertEqual((first["origin_jti"], first["auth_time"]), (second["origin_jti"], second["auth_time"]))
        self.assertNotEqual(first["jti"], second["jti"])
        self.pool.api.global_sign_out(AccessToken=again["AccessToken"])
        self.refused("NotAuthorizedException", refresh, "Refresh Token has been revoked")
        self.refused("NotAuthorizedException", self.pool.api.get_user, "Access Token has been revoked",
                     AccessToken=tokens["AccessToken"])

    def test_newer_clients_refresh_by_an_operation_of_its_own(self):
        def refresh(token):  # Debian's botocore is older than the operation
            body = json.dumps({"ClientId": self.pool.client, "RefreshToken": token}).encode()
            headers = {"Content-Type": "application/x-amz-json-1.1",
                       "X-Amz-Target": "AWSCognitoIdentityProviderService.GetTokensFromRefreshToken"}
            try:
                with urllib.request.urlopen(urllib.request.Request(self.aws.url, body, headers), timeout=30) as answer:
                    return json.load(answer)["AuthenticationResult"]
            except urllib.error.HTTPError as refused:
                with refused:
                    return json.load(refused)["__type"]

        tokens = self.pool.member("newer")
        fresh = refresh(tokens["RefreshToken"])
        self.assertNotEqual(fresh["AccessToken"], tokens["AccessToken"])
        self.assertEqual(self.pool.api.get_user(AccessToken=fresh["AccessToken"])["Username"], "newer")
        self.assertEqual(refresh("none"), "NotAuthorizedException")

    def test_a_revoked_token_ends_its_own_sign_in_alone(self):
        one, other = self.pool.member("revoke"), self.pool.sign_in("revoke")
        self.pool.api.revoke_token(ClientId=self.pool.client, Token=one["RefreshToken"])
        self.refused("NotAuthorizedException", self.pool.api.get_user, AccessToken=one["AccessToken"])
        self.assertEqual(self.pool.api.get_user(AccessToken=other["AccessToken"])["Username"], "revoke")
        self.refused("UnsupportedTokenTypeException", self.pool.api.revoke_token, ClientId=self.pool.client,
                     Token=other["AccessToken"])

    def test_a_forgotten_password_is_set_anew_by_its_code_once(self):
        old = self.pool.member("forgot")
        self.pool.api.forgot_password(ClientId=self.pool.client, Username="forgot")
        code = code_for(self.aws, "forgot@example.com")
        new = {"ClientId": self.pool.client, "Username": "forgot", "Password": "An0ther-Password"}
        self.refused("CodeMismatchException", self.pool.api.confirm_forgot_password,
                     "Invalid verification code provided, please try again.",
                     ConfirmationCode=f"{(int(code) + 1) % 1000000:06}", **new)
        self.pool.api.confirm_forgot_password(ConfirmationCode=code, **new)
        self.refused("ExpiredCodeException", self.pool.api.confirm_forgot_password, ConfirmationCode=code, **new)
        self.pool.sign_in("forgot", "An0ther-Password")
        self.refused("NotAuthorizedException", self.pool.sign_in, "Incorrect username or password.", name="forgot")
        self.refused("NotAuthorizedException", self.pool.api.get_user, AccessToken=old["AccessToken"])

    def test_a_password_and_an_address_are_changed_by_their_owner(self):
        token = self.pool.member("change")["AccessToken"]
        self.refused("NotAuthorizedException", self.pool.api.change_password, PreviousPassword="Wr0ng-Password",
                     ProposedPassword="An0ther-Password", AccessToken=token)
        self.pool.api.change_password(PreviousPassword=PASSWORD, ProposedPassword="An0ther-Password",
                                      AccessToken=token)
        self.pool.sign_in("change", "An0ther-Password")
        self.pool.api.update_user_attributes(
            AccessToken=token, UserAttributes=[{"Name": "email", "Value": "moved@example.com"}])
        found = {each["Name"]: each["Value"] for each in self.pool.api.get_user(AccessToken=token)["UserAttributes"]}
        self.assertEqual((found["email"], found["email_verified"]), ("moved@example.com", "false"))
        self.pool.api.verify_user_attribute(AccessToken=token, AttributeName="email",
                                            Code=code_for(self.aws, "moved@example.com"))
        found = {each["Name"]: each["Value"] for each in self.pool.api.get_user(AccessToken=token)["UserAttributes"]}
        self.assertEqual(found["email_verified"], "true")

    def test_an_administrators_user_must_choose_a_password(self):
        api, pool = self.pool.api, self.pool
        api.admin_create_user(UserPoolId=pool.id, Username="invited", TemporaryPassword=PASSWORD,
                              UserAttributes=[{"Name": "email", "Value": "invited@example.com"}])
        begun = api.initiate_auth(ClientId=pool.client, AuthFlow="USER_PASSWORD_AUTH",
                                  AuthParameters={"USERNAME": "invited", "PASSWORD": PASSWORD})
        self.assertEqual(begun["ChallengeName"], "NEW_PASSWORD_REQUIRED")
        done = api.respond_to_auth_challenge(
            ClientId=pool.client, ChallengeName="NEW_PASSWORD_REQUIRED", Session=begun["Session"],
            ChallengeResponses={"USERNAME": "invited", "NEW_PASSWORD": "An0ther-Password"})
        self.assertIn("AccessToken", done["AuthenticationResult"])
        api.admin_set_user_password(UserPoolId=pool.id, Username="invited", Password=PASSWORD, Permanent=True)
        pool.sign_in("invited")
        api.admin_delete_user(UserPoolId=pool.id, Username="invited")
        self.refused("UserNotFoundException", api.admin_get_user, UserPoolId=pool.id, Username="invited")


class Refusals(Cognito):
    def test_passwords_that_the_policy_does_not_allow(self):
        for password, why in (("Ab1-", "Password not long enough"),
                              ("sturdy-passw0rd", "Password must have uppercase characters"),
                              ("STURDY-PASSW0RD", "Password must have lowercase characters"),
                              ("Sturdy-Password", "Password must have numeric characters"),
                              ("SturdyPassw0rd", "Password must have symbol characters")):
            self.refused("InvalidPasswordException", self.pool.sign_up,
                         f"Password did not conform with policy: {why}", name="weak", password=password)

    def test_a_name_that_is_taken_and_a_user_who_is_not_there(self):
        self.pool.sign_up("taken")
        self.refused("UsernameExistsException", self.pool.sign_up, "User already exists", name="taken")
        self.refused("UserNotFoundException", self.pool.sign_in, "User does not exist.", name="nobody")
        self.refused("UserNotConfirmedException", self.pool.sign_in, "User is not confirmed.", name="taken")
        self.refused("NotAuthorizedException", self.pool.sign_in, name="taken", password="Wr0ng-Password")

    def test_codes_are_guessed_at_five_times(self):
        self.pool.sign_up("guess")
        code = int(code_for(self.aws, "guess@example.com"))
        call = {"call": self.pool.api.confirm_sign_up, "ClientId": self.pool.client, "Username": "guess"}
        for guess in range(1, 6):
            self.refused("CodeMismatchException", ConfirmationCode=f"{(code + guess) % 1000000:06}", **call)
        self.refused("TooManyFailedAttemptsException", ConfirmationCode=f"{code:06}", **call)
        self.pool.api.resend_confirmation_code(ClientId=self.pool.client, Username="guess")
        self.pool.confirm("guess")
        self.refused("NotAuthorizedException", ConfirmationCode=f"{code:06}",
                     message="User cannot be confirmed. Current status is CONFIRMED", **call)
        self.refused("InvalidParameterException", self.pool.api.resend_confirmation_code, ClientId=self.pool.client,
                     Username="guess", message="User is already confirmed.")

    def test_five_codes_an_hour_are_sent(self):
        self.pool.sign_up("eager")
        for _ in range(4):
            self.pool.api.resend_confirmation_code(ClientId=self.pool.client, Username="eager")
        self.refused("LimitExceededException", self.pool.api.resend_confirmation_code, ClientId=self.pool.client,
                     Username="eager")

    def test_wrong_passwords_lock_the_user_out_for_a_while(self):
        self.pool.member("locked")
        messages = []
        while "Password attempts exceeded" not in messages:
            self.assertLess(len(messages), 20)
            with self.assertRaises(botocore.exceptions.ClientError) as refused:
                self.pool.sign_in("locked", "Wr0ng-Password")
            messages.append(refused.exception.response["Error"]["Message"])
        self.assertGreaterEqual(len(messages), 6)
        deadline = time.monotonic() + 60
        while True:
            try:
                self.pool.sign_in("locked")
                break
            except botocore.exceptions.ClientError:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.5)

    def test_wrong_passwords_at_once_count_each(self):
        self.pool.member("rushed")

        def guess(_):
            with self.assertRaises(botocore.exceptions.ClientError):
                self.pool.sign_in("rushed", "Wr0ng-Password")

        with concurrent.futures.ThreadPoolExecutor(10) as strangers:
            list(strangers.map(guess, range(10)))
        with self.assertRaises(botocore.exceptions.ClientError) as refused:
            self.pool.sign_in("rushed")
        self.assertEqual(refused.exception.response["Error"]["Message"], "Password attempts exceeded")

    def test_what_the_model_does_not_allow_is_refused_in_awss_words(self):
        def raw(operation, body, **fields):
            request = urllib.request.Request(self.aws.url, json.dumps(body).encode() if body is not None else b"{", {
                "X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}",
                "Content-Type": "application/x-amz-json-1.1", **fields})
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return answer.headers, json.loads(answer.read())
            except urllib.error.HTTPError as refused:
                self.assertEqual(refused.code, 400)
                return refused.headers, json.loads(refused.read())

        _, body = raw("SignUp", {"ClientId": "", "Password": "x"})
        self.assertEqual(body["__type"], "InvalidParameterException")
        self.assertTrue(body["message"].startswith("2 validation errors detected: "), body)
        self.assertIn("Value at 'username' failed to satisfy constraint: Member must not be null", body["message"])
        self.assertEqual(raw("SignUp", {"ClientId": 1})[1]["__type"], "SerializationException")
        self.assertEqual(raw("SignUp", None)[1]["__type"], "SerializationException")
        self.assertEqual(raw("NoSuchThing", {})[1]["__type"], "UnknownOperationException")
        headers, _ = raw("SignUp", {}, Origin="http://localhost:3000")
        self.assertEqual(headers["Access-Control-Allow-Origin"], "http://localhost:3000")
        headers, _ = raw("SignUp", {}, Origin="https://evil.example")
        self.assertIsNone(headers["Access-Control-Allow-Origin"])

    def test_flows_that_the_client_does_not_have(self):
        pool = Pool(self.aws, {"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]})
        self.refused("InvalidParameterException", pool.sign_in, "USER_PASSWORD_AUTH flow not enabled for this client",
                     name="x")
        self.refused("ResourceNotFoundException", self.pool.api.sign_up, ClientId="unknown", Username="x",
                     Password=PASSWORD)
        self.refused("ResourceNotFoundException", self.pool.api.describe_user_pool, UserPoolId="us-east-1_none")

    def test_a_secret_must_be_proved_and_existence_is_hidden_where_that_is_asked(self):
        pool = Pool(self.aws, {"GenerateSecret": True, "PreventUserExistenceErrors": "ENABLED", "ExplicitAuthFlows": [
            "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]})
        api = pool.api
        secret = api.describe_user_pool_client(UserPoolId=pool.id, ClientId=pool.client)["UserPoolClient"]["ClientSecret"]
        self.refused("NotAuthorizedException", pool.sign_up, name="secret",
                     message=f"Client {pool.client} is configured with secret but SECRET_HASH was not received")
        hashed = secret_hash(secret, "secret", pool.client)
        user = {"ClientId": pool.client, "Username": "secret", "SecretHash": hashed}
        api.sign_up(Password=PASSWORD, UserAttributes=[{"Name": "email", "Value": "secret@example.com"}], **user)
        api.confirm_sign_up(ConfirmationCode=code_for(self.aws, "secret@example.com"), **user)
        SrpClient(pool.id, pool.client, PASSWORD, secret).sign_in(api, "secret")
        self.refused("NotAuthorizedException", api.resend_confirmation_code, ClientId=pool.client, Username="secret",
                     SecretHash=hashed[::-1])
        ghost = secret_hash(secret, "ghost", pool.client)
        self.refused("NotAuthorizedException", api.initiate_auth, "Incorrect username or password.",
                     ClientId=pool.client, AuthFlow="USER_PASSWORD_AUTH",
                     AuthParameters={"USERNAME": "ghost", "PASSWORD": PASSWORD, "SECRET_HASH": ghost})
        self.refused("NotAuthorizedException", SrpClient(pool.id, pool.client, PASSWORD, secret).sign_in,
                     "Incorrect username or password.", cognito=api, username="ghost")
        told = api.forgot_password(ClientId=pool.client, Username="ghost", SecretHash=ghost)
        self.assertEqual(told["CodeDeliveryDetails"]["DeliveryMedium"], "EMAIL")

    def test_tokens_that_are_none_of_ours(self):
        tokens = self.pool.member("forge")
        head, body, signature = tokens["AccessToken"].split(".")
        none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
        for token in (f"{none}.{body}.", f"{head}.{body[:-2]}.{signature}", tokens["IdToken"], "x", "a.b.c"):
            self.refused("NotAuthorizedException", self.pool.api.get_user, "Invalid Access Token", AccessToken=token)


class Aliases(Cognito):
    def test_a_verified_address_signs_in_and_belongs_to_one_user(self):
        pool = Pool(self.aws, AliasAttributes=["email", "preferred_username"],
                    UsernameConfiguration={"CaseSensitive": False})
        pool.sign_up("first", "shared@example.com")
        self.refused("UserNotFoundException", pool.sign_in, name="shared@example.com")
        pool.confirm("first", "shared@example.com")
        pool.sign_in("SHARED@example.com")
        self.refused("InvalidParameterException", pool.sign_up, name="x@example.com")
        pool.sign_up("second", "shared@example.com")
        self.refused("AliasExistsException", pool.confirm, "An account with the given email already exists.",
                     name="second", email="shared@example.com")

    def test_a_preferred_username_signs_in_once_its_user_is_confirmed(self):
        pool = Pool(self.aws, AliasAttributes=["preferred_username"])
        parrot = {"preferred_username": "parrot"}
        self.refused("InvalidParameterException", pool.sign_up, "Preferred username cannot be provided for unconfirmed "
                     "account, since user pool is configured for preferred username alias.", name="a", attributes=parrot)
        wanted = [{"Name": "preferred_username", "Value": "parrot"}]
        pool.api.update_user_attributes(AccessToken=pool.member("a")["AccessToken"], UserAttributes=wanted)
        pool.sign_in("parrot")
        self.refused("AliasExistsException", pool.api.update_user_attributes, UserAttributes=wanted,
                     message="An account with the given preferred_username already exists.",
                     AccessToken=pool.member("b")["AccessToken"])

    def test_an_address_can_be_the_user_name(self):
        pool = Pool(self.aws, UsernameAttributes=["email"])
        pool.sign_up("me@example.com", "me@example.com")
        pool.confirm("me@example.com", "me@example.com")
        access = claims_of(pool.sign_in("me@example.com")["AccessToken"], pool.keys())
        self.assertEqual(access["username"], access["sub"])
        self.assertIn("AuthenticationResult",
                      SrpClient(pool.id, pool.client, PASSWORD).sign_in(pool.api, "me@example.com"))
        self.refused("UsernameExistsException", pool.sign_up, name="me@example.com", email="me@example.com")
        self.refused("InvalidParameterException", pool.sign_up, "Username should be an email.", name="plain")


class Lasting(unittest.TestCase):
    def test_everything_is_there_after_kill_9(self):
        with LocalAws() as aws:
            pool = Pool(aws)
            tokens = pool.member("lasting")
            pool.sign_up("later")
            code = code_for(aws, "later@example.com")
            keys = pool.keys()
            aws.kill_and_start()
            pool.api = aws.client("cognito-idp")
            self.assertEqual(pool.keys(), keys)
            self.assertEqual(pool.api.get_user(AccessToken=tokens["AccessToken"])["Username"], "lasting")
            pool.api.confirm_sign_up(ClientId=pool.client, Username="later", ConfirmationCode=code)
            pool.sign_in("later")
            self.assertEqual(code_of(pool.sign_up, name="lasting"), ("UsernameExistsException", 400))

    def test_no_password_and_no_code_stands_in_the_state(self):
        with LocalAws() as aws:
            pool = Pool(aws)
            pool.sign_up("private", password="Unmistakab1e-Passw0rd")
            aws.stop()
            stored = b"".join(path.read_bytes() for path in aws.folder.iterdir() if path.is_file())
            self.assertNotIn(b"Unmistakab1e", stored)

    def test_keys_rotate_under_load_without_one_failure(self):
        with LocalAws() as aws:
            pool = Pool(aws)
            token = pool.member("rotate")["AccessToken"]
            failures, done, kids = [], threading.Event(), set()

            def load():
                api = aws.client("cognito-idp")
                while not done.is_set():
                    try:
                        api.get_user(AccessToken=token)
                        fresh = api.initiate_auth(ClientId=pool.client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={
                            "USERNAME": "rotate", "PASSWORD": PASSWORD})["AuthenticationResult"]["AccessToken"]
                        claims_of(fresh, pool.keys())
                        kids.add(fresh.split(".")[0])
                    except Exception as failed:
                        failures.append(failed)

            threads = [threading.Thread(target=load) for _ in range(3)]
            for each in threads:
                each.start()
            for _ in range(3):
                time.sleep(0.5)
                urllib.request.urlopen(urllib.request.Request(
                    f"{aws.url}/_local/user-pools/{pool.id}/signing-keys?signs_in_seconds=0", method="POST"), timeout=60).read()
            last = claims_of(pool.sign_in("rotate")["AccessToken"], pool.keys())
            done.set()
            for each in threads:
                each.join(60)
            self.assertEqual(failures, [])
            self.assertEqual(len(pool.keys()), 4)
            self.assertGreater(len(kids), 1)
            self.assertEqual(last["username"], "rotate")

    def test_strangers_sign_no_request_where_signatures_are_required(self):
        aws = LocalAws()
        keys = aws.folder.parent / "credentials"
        keys.write_text("[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n")
        aws.flags = ("--require-signatures", str(keys))
        with aws:
            api = aws.client("cognito-idp", key="AKIDEXAMPLE", secret="secret")
            pool = api.create_user_pool(PoolName="signed")["UserPool"]["Id"]
            client = api.create_user_pool_client(UserPoolId=pool, ClientName="x")["UserPoolClient"]["ClientId"]
            stranger = boto3.client("cognito-idp", endpoint_url=aws.url, region_name="us-east-1",
                                    config=botocore.config.Config(signature_version=botocore.UNSIGNED))
            self.assertFalse(stranger.sign_up(ClientId=client, Username="x", Password=PASSWORD)["UserConfirmed"])
            self.assertEqual(code_of(stranger.list_users, UserPoolId=pool), ("MissingAuthenticationToken", 403))
            with self.assertRaises(urllib.error.HTTPError) as refused:
                get(f"{aws.url}/_local/mailbox")
            self.assertEqual(refused.exception.code, 403)


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
