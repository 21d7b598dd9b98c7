#!/usr/bin/python3
"""Groups of a user pool by their real clients: kept, listed in pages, and in the tokens of who is in them."""

import unittest

from support.cognito import claims_of
from support.user_pools import PASSWORD, Cognito, Pool

ROLE = "arn:aws:iam::000000000000:role/"


class Groups(Cognito):
    def group(self, name, pool=None, **given):
        pool = pool or self.pool
        return pool.api.create_group(UserPoolId=pool.id, GroupName=name, **given)["Group"]

    def join(self, pool, user, *groups):
        for each in groups:
            pool.api.admin_add_user_to_group(UserPoolId=pool.id, Username=user, GroupName=each)

    def claims(self, pool, user):
        tokens = pool.sign_in(user)
        return [claims_of(tokens[each], pool.keys()) for each in ("AccessToken", "IdToken")]

    def test_a_group_is_kept_as_it_was_made_and_changed(self):
        api, named = self.pool.api, {"UserPoolId": self.pool.id, "GroupName": "kept"}
        made = self.group("kept", Description="d", RoleArn=ROLE + "kept", Precedence=0)
        self.assertEqual({key: made[key] for key in ("GroupName", "UserPoolId", "Description", "RoleArn", "Precedence")},
                         {**named, "Description": "d", "RoleArn": ROLE + "kept", "Precedence": 0})
        self.refused("GroupExistsException", self.group, "A group with the name already exists.", name="kept")
        changed = api.update_group(Description="other", **named)["Group"]
        self.assertEqual((changed["Description"], changed["Precedence"]), ("other", 0))
        self.assertEqual(api.get_group(**named)["Group"], changed)
        api.delete_group(**named)
        for call in (api.get_group, api.update_group, api.delete_group, api.list_users_in_group):
            self.refused("ResourceNotFoundException", call, "Group not found.", **named)
        unchecked = self.aws.client("cognito-idp", parameter_validation=False)
        for wrong in ({"RoleArn": "x" * 20}, {"Precedence": -1}, {"Description": "x" * 2049}):
            self.refused("InvalidParameterException", unchecked.create_group, **named, **wrong)

    def test_lists_come_in_pages(self):
        pool = Pool(self.aws)
        for name in ("c", "a", "b"):
            self.group(name, pool)
            pool.sign_up(name)
        for name in ("c", "a", "b"):
            self.join(pool, name, "a")
        self.join(pool, "a", "b", "c")
        api, user = pool.api, {"UserPoolId": pool.id, "Username": "a"}
        for call, listed, name, wanted, arguments in (
                (api.list_groups, "Groups", "GroupName", ["a", "b", "c"], {"UserPoolId": pool.id}),
                (api.admin_list_groups_for_user, "Groups", "GroupName", ["a", "b", "c"], user),
                (api.list_users_in_group, "Users", "Username", ["c", "a", "b"], {"UserPoolId": pool.id, "GroupName": "a"})):
            first = call(Limit=2, **arguments)
            rest = call(Limit=2, NextToken=first["NextToken"], **arguments)
            self.assertEqual([each[name] for each in first[listed] + rest[listed]], wanted)
            self.assertNotIn("NextToken", rest)
            self.refused("InvalidParameterException", call, "Invalid pagination token", NextToken="wrong", **arguments)
        api.admin_remove_user_from_group(GroupName="b", **user)
        api.admin_remove_user_from_group(GroupName="b", **user)
        api.delete_group(UserPoolId=pool.id, GroupName="c")
        self.assertEqual([each["GroupName"] for each in api.admin_list_groups_for_user(**user)["Groups"]], ["a"])
        api.admin_delete_user(**user)
        left = api.list_users_in_group(UserPoolId=pool.id, GroupName="a")["Users"]
        self.assertEqual([each["Username"] for each in left], ["c", "b"])

    def test_tokens_name_groups_and_the_role_of_the_lowest_precedence(self):
        pool = Pool(self.aws)
        pool.member("u")
        for claims in self.claims(pool, "u"):
            self.assertFalse({"cognito:groups", "cognito:roles", "cognito:preferred_role"} & claims.keys())
        self.group("plain", pool)
        self.group("late", pool, RoleArn=ROLE + "late", Precedence=9)
        self.group("early", pool, RoleArn=ROLE + "early", Precedence=3)
        self.join(pool, "u", "plain", "late", "early", "early")
        access, identity = self.claims(pool, "u")
        for claims in (access, identity):
            self.assertEqual(claims["cognito:groups"], ["early", "late", "plain"])
        self.assertEqual(identity["cognito:roles"], [ROLE + "early", ROLE + "late"])
        self.assertEqual(identity["cognito:preferred_role"], ROLE + "early")
        self.assertNotIn("cognito:roles", access)
        self.group("rival", pool, RoleArn=ROLE + "rival", Precedence=3)
        self.join(pool, "u", "rival")
        self.assertNotIn("cognito:preferred_role", self.claims(pool, "u")[1])

    def test_the_aws_cli_puts_a_user_into_a_group(self):
        done = self.aws.shell(f"""set -e
            pool=$(aws cognito-idp create-user-pool --pool-name cli --query UserPool.Id --output text)
            aws cognito-idp admin-create-user --user-pool-id $pool --username u --temporary-password '{PASSWORD}' >/dev/null
            aws cognito-idp create-group --user-pool-id $pool --group-name admins --precedence 1 >/dev/null
            aws cognito-idp admin-add-user-to-group --user-pool-id $pool --username u --group-name admins
            aws cognito-idp admin-list-groups-for-user --user-pool-id $pool --username u \
                --query 'Groups[].[GroupName,Precedence]' --output text""")
        self.assertEqual(done.stdout.split(), ["admins", "1"], done.stderr)


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector
