"""The objects of user pools that cloud_pairs_test.py makes pairs of calls on."""

import contextlib
import itertools
import time
import types

import botocore.exceptions

from support.cognito import code_for

OLD, OWN, ADMINS, FORGOTTEN = "0ld-Passw0rd", "My-0wn-Passw0rd", "Admins-Passw0rd", "F0rgotten-Passw0rd"
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
SCHEMA = [{"Name": "note", "AttributeDataType": "String", "Mutable": True}]
numbers = itertools.count()


def is_taken(call, **arguments):
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as refused:
        assert refused.response["ResponseMetadata"]["HTTPStatusCode"] < 500, refused
        return False
    return True


def described(user):
    """A user as answers have him, without what differs from twin to twin."""
    kept = {key: user[key] for key in ("UserStatus", "Enabled")}
    listed = user.get("UserAttributes", user.get("Attributes"))
    return kept | {each["Name"]: each["Value"] for each in listed if each["Name"] != "sub"}


class InPool:
    WEIGHT, RARE = 1, {}

    def __init__(self, aws):
        self.aws, self.api = aws, aws.cognito
        self.pool = self.api.create_user_pool(PoolName="pairs", Schema=SCHEMA, **self.SETTINGS)["UserPool"]["Id"]
        self.client = self.api.create_user_pool_client(
            UserPoolId=self.pool, ClientName="pairs", ExplicitAuthFlows=FLOWS)["UserPoolClient"]["ClientId"]

    SETTINGS = {}

    def outcomes(self, calls, run):
        return [run(calls)]

    def sign_in(self, name, password):
        return self.api.initiate_auth(ClientId=self.client, AuthFlow="USER_PASSWORD_AUTH",
                                      AuthParameters={"USERNAME": name, "PASSWORD": password})

    def found(self, name):
        try:
            found = described(self.api.admin_get_user(UserPoolId=self.pool, Username=name))
            return {key: str(value).replace(name, "") for key, value in found.items()}
        except self.api.exceptions.UserNotFoundException:
            return None

    def make(self, name, password=OLD, permanent=True):
        self.api.admin_create_user(
            UserPoolId=self.pool, Username=name, MessageAction="SUPPRESS", TemporaryPassword=password, UserAttributes=[
                {"Name": "email", "Value": f"{name}@example.com"}, {"Name": "email_verified", "Value": "true"}])
        if permanent:
            self.api.admin_set_user_password(UserPoolId=self.pool, Username=name, Password=password, Permanent=True)


def sets(attribute, value):
    return lambda user: user.api.update_user_attributes(
        AccessToken=user.token, UserAttributes=[{"Name": attribute, "Value": value}])


class Users(InPool):
    """Users who are signed in, and what they, an administrator and a stranger do to them."""

    WEIGHT = 45
    CALLS = {
        "name": sets("name", "Andrew"),
        "another name": sets("name", "Brown"),
        "no name": sets("name", ""),
        "note": sets("custom:note", "noted"),
        "nickname": sets("nickname", "Andy"),
        "email": lambda user: user.api.update_user_attributes(
            AccessToken=user.token, UserAttributes=[{"Name": "email", "Value": f"moved-{user.name}@example.com"}]),
        "change password": lambda user: user.api.change_password(
            AccessToken=user.token, PreviousPassword=OLD, ProposedPassword=OWN),
        "change password otherwise": lambda user: user.api.change_password(
            AccessToken=user.token, PreviousPassword=OLD, ProposedPassword=FORGOTTEN),
        "set password": lambda user: user.api.admin_set_user_password(
            UserPoolId=user.pool, Username=user.name, Password=ADMINS, Permanent=True),
        "set temporary password": lambda user: user.api.admin_set_user_password(
            UserPoolId=user.pool, Username=user.name, Password=ADMINS, Permanent=False),
        "confirm forgotten password": lambda user: user.api.confirm_forgot_password(
            ClientId=user.client, Username=user.name, Password=FORGOTTEN, ConfirmationCode=user.code),
        "sign in": lambda user: user.subject.sign_in(user.name, OLD),
        "fail to sign in": lambda user: user.subject.sign_in(user.name, "Wr0ng-Password"),
        "sign out": lambda user: user.api.global_sign_out(AccessToken=user.token),
        "verify email": lambda user: user.api.verify_user_attribute(
            AccessToken=user.token, AttributeName="email", Code=user.code_of_email),
        "name him": lambda user: user.api.admin_update_user_attributes(
            UserPoolId=user.pool, Username=user.name, UserAttributes=[{"Name": "name", "Value": "Called"}]),
        "disable": lambda user: user.api.admin_disable_user(UserPoolId=user.pool, Username=user.name),
        "enable": lambda user: user.api.admin_enable_user(UserPoolId=user.pool, Username=user.name),
        "delete": lambda user: user.api.admin_delete_user(UserPoolId=user.pool, Username=user.name),
        "delete himself": lambda user: user.api.delete_user(AccessToken=user.token),
    }
    SETS = {"change password": OWN, "change password otherwise": FORGOTTEN, "set password": ADMINS,
            "set temporary password": ADMINS, "confirm forgotten password": FORGOTTEN}
    SETTINGS = {"AutoVerifiedAttributes": ["email"]}

    @contextlib.contextmanager
    def target(self, calls):
        user = types.SimpleNamespace(subject=self, api=self.api, pool=self.pool, client=self.client,
                                     name=f"user{next(numbers)}")
        self.make(user.name)
        user.token = self.sign_in(user.name, OLD)["AuthenticationResult"]["AccessToken"]
        if "confirm forgotten password" in calls:
            self.api.forgot_password(ClientId=self.client, Username=user.name)
            user.code = code_for(self.aws.local, f"{user.name}@example.com")
        if "verify email" in calls:
            address = f"first-{user.name}@example.com"
            sets("email", address)(user)
            user.code_of_email = code_for(self.aws.local, address)
        yield user

    def describe(self, user, calls):
        known = self.found(user.name)
        passwords = [OLD, *(self.SETS[name] for name in calls if name in self.SETS)]
        return (known, [each for each in dict.fromkeys(passwords) if is_taken(self.sign_in, name=user.name, password=each)],
                is_taken(self.api.get_user, AccessToken=user.token))


class Invited(InPool):
    """Users whom an administrator made, and who choose a password."""

    WEIGHT = 12
    CALLS = {
        "choose password": lambda user: user.choose(OWN),
        "choose password and name": lambda user: user.choose(FORGOTTEN, **{"userAttributes.name": "Andrew"}),
        "set password": Users.CALLS["set password"],
        "invite again": lambda user: user.api.admin_create_user(
            UserPoolId=user.pool, Username=user.name, MessageAction="RESEND", TemporaryPassword=ADMINS),
        "sign in": lambda user: user.subject.sign_in(user.name, OLD),
        "delete": Users.CALLS["delete"],
    }

    @contextlib.contextmanager
    def target(self, calls):
        user = types.SimpleNamespace(subject=self, api=self.api, pool=self.pool, client=self.client,
                                     name=f"invited{next(numbers)}")
        self.make(user.name, permanent=False)
        sessions = [self.sign_in(user.name, OLD)["Session"] for _ in calls]
        user.choose = lambda password, **attributes: self.api.respond_to_auth_challenge(
            ClientId=self.client, ChallengeName="NEW_PASSWORD_REQUIRED", Session=sessions.pop(),
            ChallengeResponses={"USERNAME": user.name, "NEW_PASSWORD": password, **attributes})
        yield user

    def describe(self, user, calls):
        known = self.found(user.name)
        return known, [each for each in (OLD, OWN, ADMINS, FORGOTTEN)
                       if is_taken(self.sign_in, name=user.name, password=each)]


class Names(InPool):
    """Names that several want at once: there, an address is a name, and case does not count."""

    WEIGHT = 10
    SETTINGS = {"UsernameAttributes": ["email"], "UsernameConfiguration": {"CaseSensitive": False}}
    CALLS = {
        "sign up": lambda name: name.sign_up(name.address, "Andrew"),
        "sign up in capitals": lambda name: name.sign_up(name.address.upper(), "Brown"),
        "invite": lambda name: name.invite(name.address),
        "invite in capitals": lambda name: name.invite(name.address.upper()),
        "delete": lambda name: name.subject.api.admin_delete_user(UserPoolId=name.subject.pool, Username=name.address),
    }

    @contextlib.contextmanager
    def target(self, calls):
        def sign_up(address, name):
            self.api.sign_up(ClientId=self.client, Username=address, Password=OLD,
                             UserAttributes=[{"Name": "name", "Value": name}])

        def invite(address):
            self.api.admin_create_user(UserPoolId=self.pool, Username=address, MessageAction="SUPPRESS",
                                       TemporaryPassword=ADMINS)

        yield types.SimpleNamespace(subject=self, address=f"name{next(numbers)}@example.com", sign_up=sign_up,
                                    invite=invite)

    def describe(self, name, calls):
        users = [each for spelling in (name.address, name.address.upper()) for each in self.api.list_users(
            UserPoolId=self.pool, Filter=f'email = "{spelling}"')["Users"]]
        return [described(each) | {"email": described(each)["email"].replace(name.address, "lower").replace(
            name.address.upper(), "upper")} for each in users]


class Clients(InPool):
    WEIGHT = 5
    CALLS = {
        "rename": lambda client: client.update(ClientName="renamed"),
        "hide users": lambda client: client.update(PreventUserExistenceErrors="ENABLED"),
        "change flows": lambda client: client.update(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]),
        "change validity": lambda client: client.update(AccessTokenValidity=2, WriteAttributes=["email"]),
        "delete": lambda client: client.api.delete_user_pool_client(**client.names),
    }

    @contextlib.contextmanager
    def target(self, calls):
        made = self.api.create_user_pool_client(UserPoolId=self.pool, ClientName="made", ReadAttributes=["email"])
        names = {"UserPoolId": self.pool, "ClientId": made["UserPoolClient"]["ClientId"]}
        yield types.SimpleNamespace(api=self.api, names=names, update=lambda **settings:
                                    self.api.update_user_pool_client(**names, **settings))

    def describe(self, client, calls):
        try:
            found = self.api.describe_user_pool_client(**client.names)["UserPoolClient"]
        except self.api.exceptions.ResourceNotFoundException:
            return None
        return {key: value for key, value in found.items() if key not in ("ClientId", "CreationDate", "LastModifiedDate")}


class Pools(InPool):
    """Two pools, as making one takes long: while one of them is in a pair, the next waits."""

    WEIGHT = 3
    CALLS = {
        "protect": lambda pool: pool.update(DeletionProtection="ACTIVE"),
        "tag": lambda pool: pool.update(UserPoolTags={"a": "b"}),
        "change policy": lambda pool: pool.update(Policies={"PasswordPolicy": {"MinimumLength": 20}}),
        "close": lambda pool: pool.update(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True}),
        "add attribute": lambda pool: pool.api.add_custom_attributes(UserPoolId=pool.id, CustomAttributes=[
            {"Name": pool.attribute, "AttributeDataType": "String"}]),
        "make client": lambda pool: pool.api.create_user_pool_client(UserPoolId=pool.id, ClientName="made"),
    }

    def __init__(self, aws):
        super().__init__(aws)
        self.other = self.api.create_user_pool(PoolName="other", Schema=SCHEMA)["UserPool"]["Id"]
        self.free = [self.pool, self.other]

    @contextlib.contextmanager
    def target(self, calls):
        while True:
            try:
                name = self.free.pop()
                break
            except IndexError:
                time.sleep(0.01)
        try:
            pool = types.SimpleNamespace(api=self.api, id=name, attribute=f"added{next(numbers)}", update=lambda **settings:
                                         self.api.update_user_pool(UserPoolId=name, **settings))
            pool.update()
            for each in self.clients_of(name):
                self.api.delete_user_pool_client(UserPoolId=name, ClientId=each["ClientId"])
            yield pool
        finally:
            self.free.append(name)

    def clients_of(self, name):
        return self.api.list_user_pool_clients(UserPoolId=name, MaxResults=60)["UserPoolClients"]

    def describe(self, pool, calls):
        found = self.api.describe_user_pool(UserPoolId=pool.id)["UserPool"]
        gone = ("Id", "Name", "Arn", "CreationDate", "LastModifiedDate", "SchemaAttributes")
        has_it = any(each["Name"].endswith(pool.attribute) for each in found["SchemaAttributes"])
        return {key: value for key, value in found.items() if key not in gone}, has_it, len(self.clients_of(pool.id))
