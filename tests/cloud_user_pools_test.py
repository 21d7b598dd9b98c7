#!/usr/bin/python3
"""What a user pool and its clients are made with acts: names, attributes, who may set them, messages, choices."""

import json
import unittest
import urllib.error
import urllib.parse
import urllib.request

from support.cognito import SrpClient, claims_of, code_for, get
from support.local_aws import code_of
from support.user_pools import PASSWORD, Cognito, Pool

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:nobody"


def attributes(**values):
    return [{"Name": name.replace("custom_", "custom:"), "Value": value} for name, value in values.items()]


def own(name, **more):
    return {"Name": name, "AttributeDataType": "String", "Mutable": True, **more}


class Users(Cognito):
    def make(self, pool, name, *given, **more):
        return pool.api.admin_create_user(UserPoolId=pool.id, Username=name, UserAttributes=list(given),
                                          TemporaryPassword=PASSWORD, **{"MessageAction": "SUPPRESS", **more})["User"]

    def found(self, pool, name):
        user = pool.api.admin_get_user(UserPoolId=pool.id, Username=name)
        return {each["Name"]: each["Value"] for each in user["UserAttributes"]}

    def raw(self, operation, **body):
        """For members that Debian's botocore does not know yet."""
        request = urllib.request.Request(self.aws.url, json.dumps(body).encode(), {
            "X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}",
            "Content-Type": "application/x-amz-json-1.1"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return json.load(refused)


class Names(Users):
    def test_a_name_is_one_in_every_case_for_every_operation(self):
        pool = Pool(self.aws, UsernameConfiguration={"CaseSensitive": False}, AutoVerifiedAttributes=[])
        api, user = pool.api, {"UserPoolId": pool.id, "Username": "ANDREWB"}
        self.make(pool, "AndrewB", *attributes(email="andrew@example.com", email_verified="true"))
        for name in ("AndrewB", "andrewb", "ANDREWB"):
            self.refused("UsernameExistsException", api.admin_create_user, UserPoolId=pool.id, Username=name)
            self.refused("UsernameExistsException", pool.sign_up, name=name)
        begun = api.initiate_auth(ClientId=pool.client, AuthFlow="USER_PASSWORD_AUTH",
                                  AuthParameters={"USERNAME": "aNDREWb", "PASSWORD": PASSWORD})
        api.respond_to_auth_challenge(ClientId=pool.client, ChallengeName="NEW_PASSWORD_REQUIRED",
                                      Session=begun["Session"], ChallengeResponses={
                                          "USERNAME": "AndrewB", "NEW_PASSWORD": "An0ther-Password"})
        api.admin_set_user_password(Password=PASSWORD, Permanent=True, **user)
        pool.sign_in("Andrewb")
        SrpClient(pool.id, pool.client, PASSWORD).sign_in(api, "ANDREWb")
        api.forgot_password(ClientId=pool.client, Username="andrewB")
        api.confirm_forgot_password(ClientId=pool.client, Username="ANDREWB", Password="F0rgotten-Password",
                                    ConfirmationCode=code_for(self.aws, "andrew@example.com"))
        self.refused("NotAuthorizedException", api.admin_confirm_sign_up, **user)
        self.assertEqual(api.admin_get_user(**user)["Username"], "andrewb")
        api.admin_delete_user(**user)
        self.refused("UserNotFoundException", api.admin_get_user, UserPoolId=pool.id, Username="AndrewB")

    def test_aliases_fold_as_names_do(self):
        for sensitive in (False, True):
            pool = Pool(self.aws, AliasAttributes=["email", "preferred_username"],
                        UsernameConfiguration={"CaseSensitive": sensitive})
            token = pool.member("a")["AccessToken"]
            pool.api.update_user_attributes(AccessToken=token, UserAttributes=attributes(preferred_username="Parrot"))
            for spelling, own in (("Parrot", True), ("PARROT", False), ("a@example.com", True), ("A@Example.com", False)):
                if own or not sensitive:
                    pool.sign_in(spelling)
                else:
                    self.refused("UserNotFoundException", pool.sign_in, name=spelling)
            other = pool.member("b")["AccessToken"]
            wanted = {"AccessToken": other, "UserAttributes": attributes(preferred_username="PARROT")}
            if sensitive:
                pool.api.update_user_attributes(**wanted)
            else:
                self.refused("AliasExistsException", pool.api.update_user_attributes, **wanted)

    def test_addresses_and_phone_numbers_are_names_where_the_pool_says_so(self):
        pool = Pool(self.aws, UsernameAttributes=["email", "phone_number"], AutoVerifiedAttributes=[])
        self.make(pool, "me@example.com")
        self.make(pool, "+15550100")
        for name, wanted in (("me@example.com", "email"), ("+15550100", "phone_number")):
            self.assertEqual(self.found(pool, name)[wanted], name)
        self.refused("InvalidParameterException", pool.api.admin_create_user, UserPoolId=pool.id, Username="plain",
                     message="Username should be either an email or a phone number.")
        emails = Pool(self.aws, UsernameAttributes=["email"])
        for make in (lambda name: self.make(emails, name), lambda name: emails.sign_up(name)):
            for name in ("plain", "+15550100", "a@b"):
                self.refused("InvalidParameterException", make, "Username should be an email.", name=name)

    def test_an_invitation_is_sent_again_to_who_has_not_come(self):
        pool = Pool(self.aws)
        user = {"UserPoolId": pool.id, "Username": "u"}
        self.make(pool, "u", *attributes(email="again@example.com"), MessageAction="SUPPRESS")
        pool.api.admin_create_user(MessageAction="RESEND", DesiredDeliveryMediums=["EMAIL"], **user)
        sent = code_for(self.aws, "again@example.com")
        self.refused("NotAuthorizedException", pool.sign_in, name="u")
        begun = pool.api.initiate_auth(ClientId=pool.client, AuthFlow="USER_PASSWORD_AUTH",
                                       AuthParameters={"USERNAME": "u", "PASSWORD": sent})
        self.assertEqual(begun["ChallengeName"], "NEW_PASSWORD_REQUIRED")
        self.refused("UserNotFoundException", pool.api.admin_create_user, UserPoolId=pool.id, Username="nobody",
                     MessageAction="RESEND")
        self.refused("InvalidParameterException", pool.api.admin_create_user, DesiredDeliveryMediums=["SMS"],
                     MessageAction="RESEND", message="User pool does not have SMS configuration to send messages.", **user)
        pool.api.admin_set_user_password(Password=PASSWORD, Permanent=True, **user)
        self.refused("UnsupportedUserStateException", pool.api.admin_create_user, MessageAction="RESEND",
                     message="Resend not possible. u status is not FORCE_CHANGE_PASSWORD", **user)

    def test_an_administrator_takes_an_alias_only_by_force(self):
        pool = Pool(self.aws, AliasAttributes=["email"])
        mine = attributes(email_verified="True", email="mine@example.com")
        self.make(pool, "first", *mine)
        self.refused("AliasExistsException", pool.api.admin_create_user, UserPoolId=pool.id, Username="second",
                     UserAttributes=mine, message="An account with the email already exists.")
        self.make(pool, "second", *mine, ForceAliasCreation=True)
        self.assertEqual(self.found(pool, "mine@example.com")["sub"], self.found(pool, "second")["sub"])


    def test_an_alias_is_taken_over_by_force(self):
        pool = Pool(self.aws, AliasAttributes=["email"])
        pool.sign_up("first", "taken@example.com")
        pool.confirm("first", "taken@example.com")
        pool.sign_up("second", "taken@example.com")
        code = code_for(self.aws, "taken@example.com")
        second = {"ClientId": pool.client, "Username": "second", "ConfirmationCode": code}
        self.refused("AliasExistsException", pool.api.confirm_sign_up, **second)
        pool.api.confirm_sign_up(ForceAliasCreation=True, **second)
        self.assertEqual(self.found(pool, "taken@example.com")["sub"], self.found(pool, "second")["sub"])
        self.assertEqual(self.found(pool, "first")["email_verified"], "false")


class Attributes(Users):
    def test_a_client_writes_and_reads_what_it_may(self):
        pool = Pool(self.aws, Schema=[own("role"), own("note")], client={
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"], "WriteAttributes": ["email", "custom:note"],
            "ReadAttributes": ["email", "custom:role"]})
        unauthorized = "A client attempted to write unauthorized attribute"
        self.refused("NotAuthorizedException", pool.sign_up, unauthorized, name="u",
                     attributes={"custom:role": "admin"})
        pool.sign_up("u", attributes={"custom:note": "noted"})
        pool.confirm("u")
        tokens = pool.sign_in("u")
        for name in ("custom:role", "name", "email_verified", "sub"):
            self.refused("NotAuthorizedException", pool.api.update_user_attributes, unauthorized,
                         AccessToken=tokens["AccessToken"], UserAttributes=[{"Name": name, "Value": "true"}])
        self.assertNotIn("custom:role", self.found(pool, "u"))
        read = pool.api.get_user(AccessToken=tokens["AccessToken"])["UserAttributes"]
        self.assertEqual({each["Name"] for each in read}, {"sub", "email"})
        claims = claims_of(tokens["IdToken"], pool.keys())
        self.assertNotIn("custom:note", claims)
        self.assertNotIn("email_verified", claims)
        self.assertEqual(claims["email"], "u@example.com")

    def test_a_challenge_writes_no_more_than_the_client_may(self):
        pool = Pool(self.aws, Schema=[own("role"), {"Name": "name", "Required": True}], client={
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"], "WriteAttributes": ["name", "email"]})

        def answer(**given):
            begun = pool.api.initiate_auth(ClientId=pool.client, AuthFlow="USER_PASSWORD_AUTH",
                                           AuthParameters={"USERNAME": "u", "PASSWORD": PASSWORD})
            self.assertEqual(json.loads(begun["ChallengeParameters"]["requiredAttributes"]), ["userAttributes.name"])
            return pool.api.respond_to_auth_challenge(
                ClientId=pool.client, ChallengeName=begun["ChallengeName"], Session=begun["Session"],
                ChallengeResponses={"USERNAME": "u", "NEW_PASSWORD": "An0ther-Password", **{
                    f"userAttributes.{name}": value for name, value in given.items()}})

        self.make(pool, "u", *attributes(email="u@example.com"))
        self.refused("NotAuthorizedException", answer, **{"custom:role": "admin", "name": "U"})
        self.refused("NotAuthorizedException", answer, "Cannot modify an already provided email", email="x@example.com")
        self.refused("InvalidParameterException", answer, "Invalid attributes given, name is missing")
        self.assertIn("AuthenticationResult", answer(name="U"))
        self.assertEqual(self.found(pool, "u")["name"], "U")

    def test_a_client_is_made_with_lists_that_can_be(self):
        pool = Pool(self.aws, Schema=[{"Name": "email", "Required": True}, own("role"),
                                      own("secret", DeveloperOnlyAttribute=True)])
        client = {"UserPoolId": pool.id, "ClientName": "c"}
        for listed in (["name"], ["email", "email_verified"], ["email", "role"], ["email", "dev:custom:secret"]):
            self.refused("InvalidParameterException", pool.api.create_user_pool_client, WriteAttributes=listed,
                         message="Invalid write attributes specified while creating a client", **client)
        self.refused("InvalidParameterException", pool.api.update_user_pool_client, ReadAttributes=["role"],
                     UserPoolId=pool.id, ClientId=pool.client,
                     message="Invalid read attributes specified while updating a client")
        made = pool.api.create_user_pool_client(WriteAttributes=["email", "custom:role"], **client)["UserPoolClient"]
        self.assertEqual(made["WriteAttributes"], ["email", "custom:role"])

    def test_an_attribute_is_what_its_schema_says(self):
        pool = Pool(self.aws, Schema=[
            own("tenant", Mutable=False), own("code", StringAttributeConstraints={"MinLength": "2", "MaxLength": "4"}),
            {"Name": "age", "AttributeDataType": "Number", "Mutable": True,
             "NumberAttributeConstraints": {"MinValue": "18", "MaxValue": "99"}},
            {"Name": "agreed", "AttributeDataType": "Boolean", "Mutable": True},
            {"Name": "born", "AttributeDataType": "DateTime", "Mutable": True},
            own("level", DeveloperOnlyAttribute=True)])
        pool.sign_up("u", attributes={"custom:tenant": "blue"})
        pool.confirm("u")
        token = pool.sign_in("u")["AccessToken"]

        def put(**given):
            pool.api.update_user_attributes(AccessToken=token, UserAttributes=attributes(**given))

        self.refused("InvalidParameterException", put, "user.custom:tenant: Attribute cannot be updated.",
                     custom_tenant="red")
        for name, wrong, right in (("custom_code", ("x", "xxxxx"), "üöäß"), ("custom_age", ("17", "100", "old"), "18"),
                                   ("custom_agreed", ("banana", "1"), "True"), ("custom_born", ("soon",), "2026-01-31"),
                                   ("birthdate", ("2026", "2026-01-311"), "2026-01-31"), ("updated_at", ("-1",), "5"),
                                   ("email", ("nobody",), "u@example.org"), ("phone_number", ("555",), "+15550100")):
            for value in wrong:
                with self.subTest(name=name, value=value):
                    self.refused("InvalidParameterException", put, **{name: value})
            put(**{name: right})
        self.refused("InvalidParameterException", put, custom_level="x")
        self.refused("NotAuthorizedException", pool.api.update_user_attributes, AccessToken=token,
                     UserAttributes=[{"Name": "dev:custom:level", "Value": "9"}])
        self.make(pool, "v", {"Name": "dev:custom:level", "Value": "9"})
        self.assertEqual(self.found(pool, "u")["custom:agreed"], "true")
        self.assertEqual(self.found(pool, "v")["dev:custom:level"], "9")

    def test_whether_an_address_is_verified_is_yes_or_no(self):
        pool = Pool(self.aws)
        self.refused("InvalidParameterException", pool.api.admin_create_user, UserPoolId=pool.id, Username="banana",
                     UserAttributes=attributes(email="banana@example.com", email_verified="banana"))
        self.make(pool, "u", *attributes(email_verified="True", email="yes@example.com"))
        pool.api.admin_set_user_password(UserPoolId=pool.id, Username="u", Password=PASSWORD, Permanent=True)
        self.assertEqual(self.found(pool, "u")["email_verified"], "true")
        pool.api.forgot_password(ClientId=pool.client, Username="u")

    def test_the_schema_is_shown_as_it_acts(self):
        pool = Pool(self.aws, Schema=[own("role", StringAttributeConstraints={"MaxLength": "9"}),
                                      {"Name": "rank", "AttributeDataType": "Number"},
                                      {"Name": "email", "Required": True, "Mutable": False}])
        shown = {each["Name"]: each for each in
                 pool.api.describe_user_pool(UserPoolId=pool.id)["UserPool"]["SchemaAttributes"]}
        self.assertEqual(len(shown), 23)
        self.assertEqual(shown["custom:role"], {
            "Name": "custom:role", "AttributeDataType": "String", "DeveloperOnlyAttribute": False, "Mutable": True,
            "Required": False, "StringAttributeConstraints": {"MaxLength": "9"}})
        self.assertEqual(shown["custom:rank"]["NumberAttributeConstraints"], {})
        self.assertEqual((shown["email"]["Required"], shown["email"]["Mutable"]), (True, False))
        self.assertEqual(shown["sub"], {
            "Name": "sub", "AttributeDataType": "String", "DeveloperOnlyAttribute": False, "Mutable": False,
            "Required": True, "StringAttributeConstraints": {"MinLength": "1", "MaxLength": "2048"}})
        self.assertEqual(shown["birthdate"]["StringAttributeConstraints"], {"MinLength": "10", "MaxLength": "10"})
        self.assertEqual(shown["email_verified"]["AttributeDataType"], "Boolean")

    def test_a_schema_that_cannot_be_is_refused(self):
        for schema in ([own("x", Required=True)], [{"Name": "x"}], [{"Name": "email", "AttributeDataType": "Number"}],
                       [own("x"), own("x")], [own("x", StringAttributeConstraints={"MinLength": "5", "MaxLength": "4"})],
                       [own("x", StringAttributeConstraints={"MaxLength": "many"})]):
            with self.subTest(schema):
                self.refused("InvalidParameterException", self.pool.api.create_user_pool, PoolName="x", Schema=schema)


class Lists(Users):
    def test_a_list_of_users_comes_in_pages_with_what_was_asked_for(self):
        pool = Pool(self.aws)
        for number in range(5):
            self.make(pool, f"u{number}", *attributes(email=f"u{number}@example.com", name="n"))
        first = pool.api.list_users(UserPoolId=pool.id, Limit=2, AttributesToGet=["email"])
        self.assertEqual([user["Attributes"] for user in first["Users"]],
                         [attributes(email=f"u{number}@example.com") for number in range(2)])
        pool.api.admin_delete_user(UserPoolId=pool.id, Username="u1")
        rest = pool.api.list_users(UserPoolId=pool.id, PaginationToken=first["PaginationToken"])
        self.assertEqual([user["Username"] for user in rest["Users"]], ["u2", "u3", "u4"])
        self.assertNotIn("PaginationToken", rest)
        self.refused("InvalidParameterException", pool.api.list_users, UserPoolId=pool.id, AttributesToGet=["custom:x"])
        for call, token in ((pool.api.list_users, "PaginationToken"), (pool.api.list_user_pool_clients, "NextToken")):
            self.refused("InvalidParameterException", call, "Invalid pagination token", UserPoolId=pool.id,
                         **{token: "wrong"})
        self.refused("InvalidParameterException", pool.api.list_user_pools, MaxResults=1, NextToken="wrong")


class Settings(Users):
    def test_where_only_an_administrator_helps_no_code_is_sent(self):
        for ways, code in (([{"Name": "admin_only", "Priority": 1}], "NotAuthorizedException"),
                           ([{"Name": "verified_phone_number", "Priority": 1}], "InvalidParameterException"),
                           ([{"Name": "verified_email", "Priority": 1}], None)):
            pool = Pool(self.aws, AccountRecoverySetting={"RecoveryMechanisms": ways})
            pool.member("u")
            self.assertEqual((code_of(pool.api.forgot_password, ClientId=pool.client, Username="u") or [None])[0], code)
        self.refused("InvalidParameterException", pool.api.create_user_pool, PoolName="x", AccountRecoverySetting={
            "RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}, {"Name": "verified_email", "Priority": 2}]})

    def test_messages_are_in_the_pools_words(self):
        def newest(address):
            query = urllib.parse.urlencode({"to": address})
            return json.loads(get(f"{self.aws.url}/_local/mailbox.json?{query}"))["messages"][0]

        words = {"EmailSubject": "Ahoy", "EmailMessage": "Say {####} aloud"}
        pool = Pool(self.aws, VerificationMessageTemplate=words, AdminCreateUserConfig={
            "InviteMessageTemplate": {"EmailSubject": "Come", "EmailMessage": "{username}, say {####}"}})
        pool.sign_up("u", "words@example.com")
        sent = newest("words@example.com")
        self.assertEqual((sent["subject"], sent["body"]), ("Ahoy", f"Say {sent['code']} aloud"))
        pool.api.admin_create_user(UserPoolId=pool.id, Username="v", TemporaryPassword=PASSWORD,
                                   UserAttributes=attributes(email="come@example.com"))
        sent = newest("come@example.com")
        self.assertEqual((sent["subject"], sent["body"]), ("Come", f"v, say {PASSWORD}"))
        shown = pool.api.describe_user_pool(UserPoolId=pool.id)["UserPool"]
        self.assertEqual(shown["VerificationMessageTemplate"], {**words, "DefaultEmailOption": "CONFIRM_WITH_CODE"})
        self.assertEqual((shown["EmailVerificationSubject"], shown["EmailVerificationMessage"]), tuple(words.values()))
        self.refused("InvalidParameterException", pool.api.create_user_pool, PoolName="x",
                     EmailVerificationMessage="no code")

    def test_a_pool_tells_of_its_second_factors_what_its_description_does(self):
        shown = self.pool.api.describe_user_pool(UserPoolId=self.pool.id)["UserPool"]
        told = self.pool.api.get_user_pool_mfa_config(UserPoolId=self.pool.id)
        told.pop("ResponseMetadata")
        self.assertEqual(told, {"MfaConfiguration": shown["MfaConfiguration"]})
        self.refused("ResourceNotFoundException", self.pool.api.get_user_pool_mfa_config, UserPoolId="us-east-1_none")
        self.refused("InvalidParameterException", self.pool.api.get_user_pool_mfa_config, UserPoolId="none")

    def test_what_cannot_act_is_refused_and_not_kept(self):
        made, refused = self.pool.api.create_user_pool, "InvalidParameterException"
        for settings in ({"LambdaConfig": {"CustomEmailSender": {"LambdaVersion": "V1_0", "LambdaArn": FUNCTION}}},
                         {"MfaConfiguration": "OPTIONAL"}, {"SmsVerificationMessage": "say {####}"},
                         {"AutoVerifiedAttributes": ["phone_number"]}, {"DeviceConfiguration": {
                             "ChallengeRequiredOnNewDevice": True}}, {"UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"}},
                         {"EmailConfiguration": {"EmailSendingAccount": "DEVELOPER"}},
                         {"SmsConfiguration": {"SnsCallerArn": FUNCTION}},
                         {"UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]}},
                         {"VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK"}}):
            with self.subTest(settings):
                self.refused(refused, made, PoolName="x", **settings)
                self.refused(refused, self.pool.api.update_user_pool, UserPoolId=self.pool.id, **settings)
        client = {"UserPoolId": self.pool.id, "ClientName": "c"}
        for settings in ({"CallbackURLs": ["https://example.com"]}, {"LogoutURLs": ["https://example.com"]},
                         {"AllowedOAuthFlows": ["code"]}, {"AllowedOAuthScopes": ["openid"]},
                         {"AllowedOAuthFlowsUserPoolClient": True}, {"DefaultRedirectURI": "https://example.com"},
                         {"SupportedIdentityProviders": ["Google"]}, {"EnablePropagateAdditionalUserContextData": True}):
            with self.subTest(settings):
                self.refused(refused, self.pool.api.create_user_pool_client, **client, **settings)
                self.refused(refused, self.pool.api.update_user_pool_client, UserPoolId=self.pool.id,
                             ClientId=self.pool.client, **settings)
        self.pool.api.create_user_pool_client(CallbackURLs=[], AllowedOAuthFlowsUserPoolClient=False,
                                              SupportedIdentityProviders=["COGNITO"], **client)

    def test_a_client_is_described_as_it_was_made(self):
        given = {"AccessTokenValidity": 2, "AuthSessionValidity": 5, "SupportedIdentityProviders": ["COGNITO"],
                 "PreventUserExistenceErrors": "ENABLED", "ReadAttributes": ["email"]}
        made = self.pool.api.create_user_pool_client(UserPoolId=self.pool.id, ClientName="c", **given)["UserPoolClient"]
        self.assertEqual(made | given, made)


class Administration(Users):
    def pool_of_admins(self):
        return Pool(self.aws, Schema=[own("role")], AliasAttributes=["email"], client={"ExplicitAuthFlows": [
            "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]})

    def test_an_administrator_signs_a_user_in(self):
        pool = self.pool_of_admins()
        self.make(pool, "u")
        begin = {"UserPoolId": pool.id, "ClientId": pool.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH"}
        asked = pool.api.admin_initiate_auth(AuthParameters={"USERNAME": "u", "PASSWORD": PASSWORD}, **begin)
        done = pool.api.admin_respond_to_auth_challenge(
            UserPoolId=pool.id, ClientId=pool.client, ChallengeName=asked["ChallengeName"], Session=asked["Session"],
            ChallengeResponses={"USERNAME": "u", "NEW_PASSWORD": "An0ther-Password"})
        self.assertIn("AuthenticationResult", done)
        self.refused("NotAuthorizedException", pool.api.admin_initiate_auth, "Incorrect username or password.",
                     AuthParameters={"USERNAME": "u", "PASSWORD": PASSWORD}, **begin)
        self.refused("InvalidParameterException", pool.api.admin_initiate_auth, "Auth flow not enabled for this client",
                     AuthParameters={"USERNAME": "u", "PASSWORD": PASSWORD}, UserPoolId=self.pool.id,
                     ClientId=self.pool.client, AuthFlow="ADMIN_USER_PASSWORD_AUTH")
        self.refused("ResourceNotFoundException", pool.api.admin_initiate_auth, AuthParameters={}, UserPoolId=self.pool.id,
                     ClientId=pool.client, AuthFlow="ADMIN_USER_PASSWORD_AUTH")

    def test_a_user_who_is_disabled_is_kept_out_until_enabled(self):
        pool = self.pool_of_admins()
        token = pool.member("u")["AccessToken"]
        user = {"UserPoolId": pool.id, "Username": "u"}
        pool.api.admin_disable_user(**user)
        self.assertFalse(pool.api.admin_get_user(**user)["Enabled"])
        for call, arguments in ((pool.sign_in, {"name": "u"}), (pool.api.get_user, {"AccessToken": token})):
            self.refused("NotAuthorizedException", call, "User is disabled.", **arguments)
        pool.api.admin_enable_user(**user)
        pool.sign_in("u")
        pool.api.admin_user_global_sign_out(**user)
        self.refused("NotAuthorizedException", pool.api.get_user, AccessToken=token)

    def test_an_administrator_sets_and_deletes_what_a_client_cannot(self):
        pool = self.pool_of_admins()
        token = pool.member("u")["AccessToken"]
        pool.api.add_custom_attributes(UserPoolId=pool.id, CustomAttributes=[own("team")])
        self.refused("InvalidParameterException", pool.api.add_custom_attributes, UserPoolId=pool.id,
                     CustomAttributes=[own("team")])
        user = {"UserPoolId": pool.id, "Username": "u"}
        pool.api.admin_update_user_attributes(UserAttributes=attributes(
            email_verified="true", email="moved@example.com", custom_team="red"), **user)
        self.assertEqual(self.found(pool, "moved@example.com")["custom:team"], "red")
        self.assertEqual(self.found(pool, "u")["email_verified"], "true")
        self.make(pool, "v", *attributes(email="moved@example.com"))
        self.refused("AliasExistsException", pool.api.admin_update_user_attributes, UserPoolId=pool.id, Username="v",
                     UserAttributes=attributes(email_verified="true"))
        pool.api.admin_delete_user_attributes(UserAttributeNames=["custom:team"], **user)
        pool.api.delete_user_attributes(AccessToken=token, UserAttributeNames=["email"])
        self.assertEqual(self.found(pool, "u").keys(), {"sub"})
        self.refused("NotAuthorizedException", pool.api.admin_delete_user_attributes, UserAttributeNames=["sub"], **user)
        pool.api.delete_user(AccessToken=token)
        self.refused("UserNotFoundException", pool.api.admin_get_user, **user)


class Choice(Users):
    """USER_AUTH, which Debian's botocore does not know."""

    def pool_of_choice(self):
        pool = Pool(self.aws)
        pool.member("u")
        pool.client = self.raw("CreateUserPoolClient", UserPoolId=pool.id, ClientName="choice", ExplicitAuthFlows=[
            "ALLOW_USER_AUTH"])["UserPoolClient"]["ClientId"]
        return pool

    def begin(self, pool, **given):
        return self.raw("InitiateAuth", ClientId=pool.client, AuthFlow="USER_AUTH",
                        AuthParameters={"USERNAME": "u", **given})

    def answer(self, pool, begun, **given):
        return self.raw("RespondToAuthChallenge", ClientId=pool.client, ChallengeName=begun["ChallengeName"],
                        Session=begun["Session"], ChallengeResponses={"USERNAME": "u", **given})

    def test_a_user_signs_in_by_the_way_that_is_preferred(self):
        pool = self.pool_of_choice()
        self.assertIn("AuthenticationResult", self.begin(pool, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD))
        self.assertEqual(self.begin(pool, PREFERRED_CHALLENGE="PASSWORD", PASSWORD="Wr0ng-Password")["__type"],
                         "NotAuthorizedException")
        asked = self.begin(pool, PREFERRED_CHALLENGE="PASSWORD")
        self.assertEqual(asked["ChallengeName"], "PASSWORD")
        self.assertIn("AuthenticationResult", self.answer(pool, asked, PASSWORD=PASSWORD))
        self.assertEqual(self.answer(pool, asked, PASSWORD=PASSWORD)["__type"], "NotAuthorizedException")

    def test_a_user_chooses_among_the_ways_that_there_are(self):
        pool = self.pool_of_choice()
        for preferred in ({}, {"PREFERRED_CHALLENGE": "EMAIL_OTP"}):
            asked = self.begin(pool, **preferred)
            self.assertEqual((asked["ChallengeName"], asked["AvailableChallenges"]),
                             ("SELECT_CHALLENGE", ["PASSWORD", "PASSWORD_SRP"]))
        self.assertIn("AuthenticationResult", self.answer(pool, asked, ANSWER="PASSWORD", PASSWORD=PASSWORD))
        srp = SrpClient(pool.id, pool.client, PASSWORD)
        asked = self.answer(pool, self.begin(pool), ANSWER="PASSWORD_SRP", SRP_A=f"{srp.public:x}")
        self.assertEqual(asked["ChallengeName"], "PASSWORD_VERIFIER")
        self.assertIn("AuthenticationResult", self.answer(pool, asked, **srp.responses(asked["ChallengeParameters"])))

    def test_only_a_client_that_allows_it_has_the_choice(self):
        pool = Pool(self.aws)
        self.assertEqual(self.begin(pool)["__type"], "InvalidParameterException")
        light = self.raw("CreateUserPool", PoolName="light", UserPoolTier="LITE")["UserPool"]
        self.assertEqual(light["UserPoolTier"], "LITE")
        self.assertEqual(self.raw("CreateUserPoolClient", UserPoolId=light["Id"], ClientName="c", ExplicitAuthFlows=[
            "ALLOW_USER_AUTH"])["__type"], "FeatureUnavailableInTierException")


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
