"""Cognito's operations, as support/members.py walks them."""

import itertools
import types

from support.cognito import SrpClient, code_for, one_time_code

SERVICE = "cognito-idp"
PASSWORD, ANOTHER = "Sturdy-Passw0rd", "An0ther-Password"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:nobody"

numbers = itertools.count()


def world(aws):
    """A pool with two clients and two users, of whom the first is signed in."""
    made = types.SimpleNamespace(aws=aws, api=aws.client("cognito-idp"))
    made.pool = made.api.create_user_pool(PoolName="members", AutoVerifiedAttributes=["email"])["UserPool"]["Id"]
    for name in ("first", "second"):
        made.client = made.api.create_user_pool_client(UserPoolId=made.pool, ClientName=name, ExplicitAuthFlows=[
            "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
            "ALLOW_ADMIN_USER_PASSWORD_AUTH"])["UserPoolClient"]["ClientId"]
    for name in ("ann", "ben"):
        new_user(made, name)
    made.token = sign_in(made, "ann")["AccessToken"]
    for name in ("first", "second"):
        made.api.create_group(UserPoolId=made.pool, GroupName=name)
        made.api.admin_add_user_to_group(UserPoolId=made.pool, Username="ann", GroupName=name)
    made.api.admin_add_user_to_group(UserPoolId=made.pool, Username="ben", GroupName="first")
    made.updated = new_pool(made)
    return made


def new_user(world, name=None, permanent=True):
    name = name or f"user{next(numbers)}"
    user = {"UserPoolId": world.pool, "Username": name}
    world.api.admin_create_user(TemporaryPassword=PASSWORD, MessageAction="SUPPRESS", UserAttributes=[
        {"Name": "email", "Value": f"{name}@example.com"}, {"Name": "email_verified", "Value": "true"}], **user)
    if permanent:
        world.api.admin_set_user_password(Password=PASSWORD, Permanent=True, **user)
    return user


def new_pool(world):
    return {"UserPoolId": world.api.create_user_pool(PoolName="members")["UserPool"]["Id"]}


def new_client(world):
    made = world.api.create_user_pool_client(UserPoolId=world.pool, ClientName="members")["UserPoolClient"]
    return {"UserPoolId": world.pool, "ClientId": made["ClientId"]}


def new_group(world):
    name = f"group{next(numbers)}"
    world.api.create_group(UserPoolId=world.pool, GroupName=name)
    return {"UserPoolId": world.pool, "GroupName": name}


def sign_in(world, name):
    return world.api.initiate_auth(ClientId=world.client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={
        "USERNAME": name, "PASSWORD": PASSWORD})["AuthenticationResult"]


def new_tokens(world):
    return sign_in(world, new_user(world)["Username"])


def sign_up(world):
    name = f"user{next(numbers)}"
    world.api.sign_up(ClientId=world.client, Username=name, Password=PASSWORD,
                      UserAttributes=[{"Name": "email", "Value": f"{name}@example.com"}])
    return {"ClientId": world.client, "Username": name}


def confirmation(world):
    user = sign_up(world)
    return user | {"ConfirmationCode": code_for(world.aws, f"{user['Username']}@example.com")}


def forgotten(world):
    user = {"ClientId": world.client, "Username": new_user(world)["Username"]}
    world.api.forgot_password(**user)
    return user | {"Password": ANOTHER, "ConfirmationCode": code_for(world.aws, f"{user['Username']}@example.com")}


def verification(world):
    token, address = new_tokens(world)["AccessToken"], f"moved{next(numbers)}@example.com"
    world.api.update_user_attributes(AccessToken=token, UserAttributes=[{"Name": "email", "Value": address}])
    return {"AccessToken": token, "AttributeName": "email", "Code": code_for(world.aws, address)}


def guarded(world):
    """An access token of a user whose pool offers software tokens, and the pool."""
    pool = new_pool(world)["UserPoolId"]
    world.api.set_user_pool_mfa_config(UserPoolId=pool, MfaConfiguration="OPTIONAL",
                                       SoftwareTokenMfaConfiguration={"Enabled": True})
    client = world.api.create_user_pool_client(UserPoolId=pool, ClientName="members", ExplicitAuthFlows=[
        "ALLOW_USER_PASSWORD_AUTH"])["UserPoolClient"]["ClientId"]
    world.api.admin_create_user(UserPoolId=pool, Username="ann", MessageAction="SUPPRESS")
    world.api.admin_set_user_password(UserPoolId=pool, Username="ann", Password=PASSWORD, Permanent=True)
    return world.api.initiate_auth(ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={
        "USERNAME": "ann", "PASSWORD": PASSWORD})["AuthenticationResult"]["AccessToken"], pool, client


def authenticator(world):
    token = guarded(world)[0]
    secret = world.api.associate_software_token(AccessToken=token)["SecretCode"]
    return {"AccessToken": token, "UserCode": one_time_code(secret)}


def challenge(world):
    name = new_user(world)["Username"]
    srp = SrpClient(world.pool, world.client, PASSWORD)
    begun = world.api.initiate_auth(ClientId=world.client, AuthFlow="USER_SRP_AUTH", AuthParameters={
        "USERNAME": name, "SRP_A": f"{srp.public:x}"})
    return {"ClientId": world.client, "ChallengeName": begun["ChallengeName"], "Session": begun["Session"],
            "ChallengeResponses": srp.responses(begun["ChallengeParameters"])}


BASE = {
    "AddCustomAttributes": lambda world: {**world.updated, "CustomAttributes": [
        {"Name": f"own{next(numbers)}", "AttributeDataType": "String"}]},
    "AdminAddUserToGroup": lambda world: {**new_user(world), "GroupName": "first"},
    "AdminListGroupsForUser": lambda world: {"UserPoolId": world.pool, "Username": "ann"},
    "AdminRemoveUserFromGroup": lambda world: {**new_user(world), "GroupName": "first"},
    "CreateGroup": lambda world: {"UserPoolId": world.pool, "GroupName": f"group{next(numbers)}"},
    "DeleteGroup": new_group,
    "GetGroup": lambda world: {"UserPoolId": world.pool, "GroupName": "first"},
    "ListGroups": lambda world: {"UserPoolId": world.pool},
    "ListUsersInGroup": lambda world: {"UserPoolId": world.pool, "GroupName": "first"},
    "UpdateGroup": new_group,
    "AdminDeleteUserAttributes": lambda world: {**new_user(world), "UserAttributeNames": ["email"]},
    "AdminDisableUser": new_user,
    "AdminEnableUser": new_user,
    "AdminInitiateAuth": lambda world: {
        "UserPoolId": world.pool, "ClientId": world.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "ann", "PASSWORD": PASSWORD}},
    "AdminRespondToAuthChallenge": lambda world: {"UserPoolId": world.pool, **challenge(world)},
    "AdminUpdateUserAttributes": lambda world: {**new_user(world), "UserAttributes": [{"Name": "name", "Value": "Ann"}]},
    "AdminUserGlobalSignOut": new_user,
    "DeleteUser": lambda world: {"AccessToken": new_tokens(world)["AccessToken"]},
    "DeleteUserAttributes": lambda world: {
        "AccessToken": new_tokens(world)["AccessToken"], "UserAttributeNames": ["name"]},
    "AdminConfirmSignUp": lambda world: {"UserPoolId": world.pool, "Username": sign_up(world)["Username"]},
    "AdminCreateUser": lambda world: {"UserPoolId": world.pool, "Username": f"user{next(numbers)}"},
    "AdminDeleteUser": new_user,
    "AdminGetUser": lambda world: {"UserPoolId": world.pool, "Username": "ann"},
    "AdminResetUserPassword": new_user,
    "AdminSetUserMFAPreference": new_user,
    "AssociateSoftwareToken": lambda world: {"AccessToken": guarded(world)[0]},
    "SetUserMFAPreference": lambda world: {"AccessToken": new_tokens(world)["AccessToken"]},
    "SetUserPoolMfaConfig": lambda world: {
        **new_pool(world), "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": True}},
    "VerifySoftwareToken": authenticator,
    "GetUserAttributeVerificationCode": lambda world: {
        "AccessToken": new_tokens(world)["AccessToken"], "AttributeName": "email"},
    "AdminSetUserPassword": lambda world: {**new_user(world), "Password": ANOTHER},
    "ChangePassword": lambda world: {"AccessToken": new_tokens(world)["AccessToken"], "PreviousPassword": PASSWORD,
                                     "ProposedPassword": ANOTHER},
    "ConfirmForgotPassword": forgotten,
    "ConfirmSignUp": confirmation,
    "CreateUserPool": {"PoolName": "members"},
    "CreateUserPoolClient": lambda world: {"UserPoolId": world.pool, "ClientName": "members"},
    "DeleteUserPool": new_pool,
    "DeleteUserPoolClient": new_client,
    "DescribeUserPool": lambda world: {"UserPoolId": world.pool},
    "DescribeUserPoolClient": lambda world: {"UserPoolId": world.pool, "ClientId": world.client},
    "ForgotPassword": lambda world: {"ClientId": world.client, "Username": new_user(world)["Username"]},
    "GetTokensFromRefreshToken": lambda world: {"ClientId": world.client, "RefreshToken": new_tokens(world)["RefreshToken"]},
    "GetUserPoolMfaConfig": lambda world: {"UserPoolId": world.pool},
    "GetUser": lambda world: {"AccessToken": world.token},
    "GlobalSignOut": lambda world: {"AccessToken": new_tokens(world)["AccessToken"]},
    "InitiateAuth": lambda world: {"ClientId": world.client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": {
        "USERNAME": "ann", "PASSWORD": PASSWORD}},
    "ListUserPoolClients": lambda world: {"UserPoolId": world.pool},
    "ListUserPools": {"MaxResults": 60},
    "ListUsers": lambda world: {"UserPoolId": world.pool},
    "ResendConfirmationCode": sign_up,
    "RespondToAuthChallenge": challenge,
    "RevokeToken": lambda world: {"ClientId": world.client, "Token": new_tokens(world)["RefreshToken"]},
    "SignUp": lambda world: {"ClientId": world.client, "Username": f"user{next(numbers)}", "Password": PASSWORD},
    "UpdateUserAttributes": lambda world: {
        "AccessToken": new_tokens(world)["AccessToken"], "UserAttributes": [{"Name": "name", "Value": "Ann"}]},
    "UpdateUserPool": lambda world: world.updated,
    "UpdateUserPoolClient": new_client,
    "VerifyUserAttribute": verification,
}

WITHIN = {
    "UserAttributes": {"Name": "nickname", "Value": "members"},
    "ValidationData": {"Name": "members", "Value": "members"},
    "CustomAttributes": {"Name": "members", "AttributeDataType": "String"},
    "ContextData": {"IpAddress": "127.0.0.1", "ServerName": "members", "ServerPath": "/", "HttpHeaders": [
        {"headerName": "members", "headerValue": "members"}]},
    "PreTokenGenerationConfig": {"LambdaVersion": "V1_0", "LambdaArn": FUNCTION},
    "Schema": {"Name": "members", "AttributeDataType": "String"},
    "UserPoolAddOns": {"AdvancedSecurityMode": "OFF"},
    "RecoveryMechanisms": {"Priority": 1, "Name": "verified_email"},
    "RefreshTokenRotation": {"Feature": "DISABLED"},
}

VALUES = {
    "PoolName": "walked-pool",
    "PasswordPolicy.MinimumLength": 17,
    "TemporaryPasswordValidityDays": 17,
    "UnusedAccountValidityDays": 17,
    "PasswordHistorySize": 7,
    "AllowedFirstAuthFactors": ["PASSWORD"],
    "SetUserPoolMfaConfig.MfaConfiguration": "ON",
    **{f"LambdaConfig.{trigger}": FUNCTION for trigger in (
        "PreSignUp", "CustomMessage", "PostConfirmation", "PreAuthentication", "PostAuthentication", "DefineAuthChallenge",
        "CreateAuthChallenge", "VerifyAuthChallengeResponse", "PreTokenGeneration", "UserMigration")},
    "PreTokenGenerationConfig.LambdaArn": FUNCTION,
    "PreTokenGenerationConfig.LambdaVersion": "V2_0",
    "AutoVerifiedAttributes": ["email"],
    "AliasAttributes": ["preferred_username"],
    "UsernameAttributes": ["email"],
    "EmailVerificationMessage": "walked {####}",
    "EmailMessage": "walked {####} {username}",
    "DefaultEmailOption": "CONFIRM_WITH_CODE",
    "EmailSendingAccount": "COGNITO_DEFAULT",
    "MfaConfiguration": "OFF",
    "AdvancedSecurityMode": "OFF",
    "UserPoolTier": "PLUS",
    "DeletionProtection": "ACTIVE",
    "UserPoolTags": {"owner": "ann"},
    "Schema.Name": "walked",
    "Schema.Required": False,
    "CustomAttributes.Name": "walked",
    "CustomAttributes.Required": False,
    "AdminDeleteUserAttributes.UserAttributeNames": ["email"],
    "DeleteUserAttributes.UserAttributeNames": ["email"],
    "MinValue": "3",
    "MaxValue": "5",
    "MinLength": "3",
    "MaxLength": "5",
    "RecoveryMechanisms.Name": "verified_email",
    "RecoveryMechanisms.Priority": 2,
    "ClientName": "walked-client",
    "RefreshTokenValidity": 17,
    "AccessTokenValidity": 17,
    "IdTokenValidity": 17,
    "AuthSessionValidity": 7,
    "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
    "ReadAttributes": ["nickname"],
    "WriteAttributes": ["nickname"],
    "SupportedIdentityProviders": ["COGNITO"],
    "RefreshTokenRotation.Feature": "DISABLED",
    "RetryGracePeriodSeconds": 7,
    "UserAttributes.Name": "nickname",
    "DesiredDeliveryMediums": ["EMAIL"],
    "MessageAction": "SUPPRESS",
    "TemporaryPassword": ANOTHER,
    "AdminCreateUser.Username": "walked",
    "AdminSetUserPassword.Permanent": False,
    "SignUp.Username": "walked-too",
    "RoleArn": "arn:aws:iam::000000000000:role/walked",
    "GetGroup.GroupName": "second",
    "ListUsersInGroup.GroupName": "second",
    "AdminListGroupsForUser.Username": "ben",
    "Limit": 1,
    "MaxResults": 1,
    "Filter": 'username = "ben"',
    "AttributesToGet": ["email"],
    "AdminGetUser.Username": "ben",
    "DescribeUserPool.UserPoolId": lambda world: new_pool(world)["UserPoolId"],
    "DescribeUserPoolClient.ClientId": lambda world: new_client(world)["ClientId"],
    "ListUsers.UserPoolId": lambda world: new_pool(world)["UserPoolId"],
    "ListGroups.UserPoolId": lambda world: new_pool(world)["UserPoolId"],
    "ListUserPoolClients.UserPoolId": lambda world: new_pool(world)["UserPoolId"],
    "GetUser.AccessToken": lambda world: new_tokens(world)["AccessToken"],
}


def pool_of(world, given, answer):
    name = given.get("UserPoolId") or answer["UserPool"]["Id"]
    return world.api.describe_user_pool(UserPoolId=name)["UserPool"]


def client_of(world, given, answer):
    made = answer["UserPoolClient"]
    found = world.api.describe_user_pool_client(UserPoolId=made["UserPoolId"], ClientId=made["ClientId"])
    return found["UserPoolClient"]


def user_of(world, given, answer):
    found = world.api.admin_get_user(UserPoolId=world.pool, Username=given["Username"])
    return [found, found["UserAttributes"]]


SEEN = {
    "CreateUserPool": pool_of,
    "UpdateUserPool": pool_of,
    "CreateUserPoolClient": client_of,
    "UpdateUserPoolClient": client_of,
    "AdminCreateUser": user_of,
    "SignUp": user_of,
    "AddCustomAttributes": pool_of,
    "AdminUpdateUserAttributes": user_of,
    "UpdateUserAttributes": lambda world, given, answer: world.api.get_user(AccessToken=given["AccessToken"]),
}


def has_password(password):
    def act(world, given, answer):
        begun = world.api.initiate_auth(ClientId=world.client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={
            "USERNAME": given["Username"], "PASSWORD": password})
        return "AuthenticationResult" in begun or begun["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    return act


ACTS = {
    # What an operation needs in order to be called at all: its base call shows it at work.
    **dict.fromkeys(("AccessToken", "AuthFlow", "AuthParameters", "ChallengeName", "ChallengeResponses", "ClientId", "Code",
                     "ConfirmationCode", "RefreshToken", "Session", "Token", "Username", "UserPoolId", "AttributeName",
                     "PreviousPassword", "ProposedPassword", "GroupName", "UserCode"), lambda world, given, answer: True),
    "Permanent": lambda world, given, answer: user_of(world, given, answer)[0]["UserStatus"] == "FORCE_CHANGE_PASSWORD",
    "TemporaryPassword": has_password(ANOTHER),
    **dict.fromkeys((f"{operation}.ClientMetadata" for operation in (
        "AdminConfirmSignUp", "AdminCreateUser", "ConfirmForgotPassword", "ConfirmSignUp", "RespondToAuthChallenge", "SignUp",
        "AdminRespondToAuthChallenge")),
        "cloud_cognito_test.cpp:functions_get_what_the_caller_sends_along"),
    **dict.fromkeys((f"{operation}.ClientMetadata" for operation in (
        "ForgotPassword", "ResendConfirmationCode", "UpdateUserAttributes", "AdminUpdateUserAttributes",
        "AdminResetUserPassword", "GetUserAttributeVerificationCode")),
        "cloud_triggers_test.cpp:messages_are_written_by_their_function"),
    **dict.fromkeys(("InitiateAuth.ClientMetadata", "AdminInitiateAuth.ClientMetadata"),
                    "cloud_triggers_test.cpp:pre_authentication_runs_before_the_password_is_looked_at"),
    "GetTokensFromRefreshToken.ClientMetadata":
        "cloud_triggers_test.cpp:tokens_are_changed_by_the_first_version_of_their_function",
    "ValidationData.Name": "cloud_cognito_test.cpp:functions_get_what_the_caller_sends_along",
    "ValidationData.Value": "cloud_cognito_test.cpp:functions_get_what_the_caller_sends_along",
    "FriendlyDeviceName": "cloud_software_token_test.cpp:"
                          "are_asked_for_once_their_user_wants_them_and_no_code_is_taken_twice",
    "AdminListGroupsForUser.Limit": "cloud_groups_test.py:test_lists_come_in_pages",
    "AdminDeleteUserAttributes.UserAttributeNames": lambda world, given, answer:
        "email" not in [each["Name"] for each in user_of(world, given, answer)[1]],
    "DeleteUserAttributes.UserAttributeNames": lambda world, given, answer: "email" not in [
        each["Name"] for each in world.api.get_user(AccessToken=given["AccessToken"])["UserAttributes"]],
    "AdminCreateUser.ForceAliasCreation": "cloud_user_pools_test.py:test_an_administrator_takes_an_alias_only_by_force",
    "ConfirmSignUp.ForceAliasCreation": "cloud_user_pools_test.py:test_an_alias_is_taken_over_by_force",
    "MessageAction": "cloud_user_pools_test.py:test_an_invitation_is_sent_again_to_who_has_not_come",
    "DesiredDeliveryMediums": "cloud_user_pools_test.py:test_an_invitation_is_sent_again_to_who_has_not_come",
    "GenerateSecret": lambda world, given, answer: "ClientSecret" in client_of(world, given, answer),
}

UNHEEDED = {
    "AnalyticsEndpointId": "no client has an AnalyticsConfiguration",
    "IpAddress": "there is no protection against threats that would judge it",
    **dict.fromkeys(("ServerName", "ServerPath", "headerName", "headerValue"),
                    "there is no protection against threats that would judge it"),
    "EncodedData": "there is no protection against threats that would judge it",
}
