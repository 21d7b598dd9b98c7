#!/usr/bin/python3
"""A user pool's triggers by real functions of local Lambda, and a challenge of their own by real clients."""

import json
import unittest

from support.cognito import SrpClient, claims_of, code_for
from support.trigger_functions import make_player
from support.user_pools import PASSWORD, Cognito, Pool

ANSWERS = {
    "PreSignUp_SignUp": {"autoConfirmUser": True, "autoVerifyEmail": True},
    "TokenGeneration_Authentication": {"claimsOverrideDetails": {"claimsToAddOrOverride": {"tenant": "blue"}}},
    "CustomMessage_ForgotPassword": {"emailSubject": "Ahoy", "emailMessage": "Say {####} aloud"},
    "UserMigration_Authentication": {
        "userAttributes": {"email": "old@example.com", "email_verified": "true"}, "finalUserStatus": "CONFIRMED",
        "messageAction": "SUPPRESS"},
}
FLOWS = {"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH"]}


class Triggers(Cognito):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.function = make_player(cls.aws, "player", json.dumps(ANSWERS))

    def pool_of(self, *triggers, function=None):
        return Pool(self.aws, client=FLOWS, LambdaConfig=dict.fromkeys(triggers, function or self.function))

    def begin(self, pool, name, **given):
        return pool.api.initiate_auth(ClientId=pool.client, AuthFlow="CUSTOM_AUTH",
                                      AuthParameters={"USERNAME": name, **given})

    def answer(self, pool, asked, name, **given):
        return pool.api.respond_to_auth_challenge(
            ClientId=pool.client, ChallengeName=asked["ChallengeName"], Session=asked["Session"],
            ChallengeResponses={"USERNAME": name, **given})

    def test_functions_take_part_in_the_story_of_a_user(self):
        pool = self.pool_of("PreSignUp", "PostConfirmation", "PreAuthentication", "PostAuthentication",
                            "PreTokenGeneration", "CustomMessage", "UserMigration")
        self.assertTrue(pool.sign_up("u")["UserConfirmed"])
        tokens = pool.sign_in("u")
        self.assertEqual(claims_of(tokens["IdToken"], pool.keys())["tenant"], "blue")
        self.assertNotIn("tenant", claims_of(tokens["AccessToken"], pool.keys()))
        pool.api.forgot_password(ClientId=pool.client, Username="u")
        pool.api.confirm_forgot_password(ClientId=pool.client, Username="u", Password="An0ther-Password",
                                         ConfirmationCode=code_for(self.aws, "u@example.com"))
        pool.sign_in("u", "An0ther-Password")
        pool.sign_in("came-over")
        self.assertEqual(pool.api.admin_get_user(UserPoolId=pool.id, Username="came-over")["UserStatus"], "CONFIRMED")
        self.refused("NotAuthorizedException", pool.sign_in, name="came-over", password="Wr0ng-Password")

    def test_a_function_that_refuses_dies_or_is_late_lets_nobody_in(self):
        pool = self.pool_of("PreAuthentication")
        for name, code, message in (
                ("unwelcome", "UserLambdaValidationException", "PreAuthentication failed with error you are not welcome."),
                ("dying", "UserLambdaValidationException", None),
                ("slow", "UnexpectedLambdaException", "PreAuthentication invocation failed due to error: the function did "
                 "not answer within 5 seconds.")):
            pool.api.admin_create_user(UserPoolId=pool.id, Username=name)
            pool.api.admin_set_user_password(UserPoolId=pool.id, Username=name, Password=PASSWORD, Permanent=True)
            with self.subTest(name):
                self.refused(code, pool.sign_in, message, name=name)
        for missing in ("nobody", "without-permission"):
            if missing != "nobody":
                make_player(self.aws, missing, "{}")
                self.aws.client("lambda").remove_permission(FunctionName=missing, StatementId="pools")
            other = self.pool_of("PreAuthentication", function=self.function.replace("player", missing))
            other.sign_up("u")
            other.confirm("u")
            why = "ResourceNotFoundException" if missing == "nobody" else "AccessDeniedException"
            self.refused("UnexpectedLambdaException", other.sign_in, name="u",
                         message=f"PreAuthentication invocation failed due to error {why}.")

    def test_functions_ask_a_challenge_of_their_own_until_it_is_answered(self):
        pool = self.pool_of("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")
        pool.sign_up("u")
        pool.confirm("u")
        asked = self.begin(pool, "u")
        self.assertEqual(asked["ChallengeParameters"]["riddle"], "one and one")
        asked = self.answer(pool, asked, "u", ANSWER="three")
        self.assertIn("AuthenticationResult", self.answer(pool, asked, "u", ANSWER="two"))
        asked = self.begin(pool, "u")
        for _ in range(2):
            asked = self.answer(pool, asked, "u", ANSWER="three")
        self.refused("NotAuthorizedException", self.answer, "Incorrect username or password.", pool=pool, asked=asked,
                     name="u", ANSWER="three")

    def test_a_challenge_of_ones_own_may_begin_with_the_password(self):
        pool = self.pool_of("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")
        pool.sign_up("u")
        pool.confirm("u")
        for password in (PASSWORD, "Wr0ng-Password"):
            srp = SrpClient(pool.id, pool.client, password)
            asked = self.begin(pool, "u", CHALLENGE_NAME="SRP_A", SRP_A=f"{srp.public:x}")
            self.assertEqual(asked["ChallengeName"], "PASSWORD_VERIFIER")
            responses = srp.responses(asked["ChallengeParameters"])
            responses.pop("USERNAME")
            if password == PASSWORD:
                self.assertIn("AuthenticationResult", self.answer(pool, asked, "u", **responses))
            else:
                self.refused("NotAuthorizedException", self.answer, pool=pool, asked=asked, name="u", **responses)

    def test_a_trigger_that_is_not_run_is_refused_and_one_that_is_is_shown(self):
        version = {"LambdaVersion": "V1_0", "LambdaArn": self.function}
        key = "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-000000000000"

        def make(settings):
            """By hand: Debian's botocore does not know every trigger yet."""
            target = "AWSCognitoIdentityProviderService.CreateUserPool"
            return self.aws.post_json("cognito-idp", target, PoolName="x", LambdaConfig=settings)

        for settings in ({"CustomSMSSender": version, "KMSKeyID": key}, {"CustomEmailSender": version, "KMSKeyID": key},
                         {"InboundFederation": version},
                         {"PreTokenGenerationConfig": {"LambdaVersion": "V3_0", "LambdaArn": self.function}},
                         {"PreTokenGeneration": self.function + "x", "PreTokenGenerationConfig": version},
                         {"PreSignUp": "no-function-of-that-name"}):
            with self.subTest(settings):
                status, body = make(settings)
                self.assertEqual((status, body["__type"]), (400, "InvalidParameterException"))
        for given in ({"PreTokenGeneration": self.function}, {"PreTokenGenerationConfig": version}):
            status, body = make(given)
            self.assertEqual(status, 200, body)
            self.assertEqual(body["UserPool"]["LambdaConfig"],
                             {"PreTokenGeneration": self.function, "PreTokenGenerationConfig": version})


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
