#include "cloud/iam/aws_policies.hpp"
#include "cloud/iam/policy_evaluation.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace cruddur::cloud::iam {
namespace {

using values = std::vector<std::string>;
using context_list = std::vector<std::pair<std::string, values>>;

policy_document policy(const std::string& statements, const std::string& version = "2012-10-17") {
    return read_policy(R"({"Version":")" + version + R"(","Statement":[)" + statements + "]}",
                       policy_use::identity);
}

access_request request(std::string action, std::string resource, const context_list& context = {}) {
    access_request out{std::move(action), {std::move(resource)}, {}};
    for (const auto& [key, list] : context)
        out.context.put(key, list);
    return out;
}

verdict ask(const std::string& statements, const access_request& asked) {
    const std::vector all{policy(statements)};
    return evaluate(all, asked);
}

// Whether one condition holds of one list of values.
bool holds(const std::string& condition, const context_list& context) {
    return ask(R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":)" + condition + "}",
               request("rds:StartDBInstance", "*", context)) == verdict::allowed;
}

std::string reason(const std::string& text, policy_use use = policy_use::identity) {
    try {
        (void)read_policy(text, use);
        return {};
    } catch (const malformed_policy& why) {
        return why.what();
    }
}

const std::string app = "arn:aws:rds:us-east-1:000000000000:db:app";

TEST(policy_evaluation, denies_what_nothing_allows_and_whatever_is_denied) {
    const std::string allow = R"({"Effect":"Allow","Action":"rds:*","Resource":"*"})";
    const std::string deny = R"({"Effect":"Deny","Action":"rds:Delete*","Resource":"*"})";
    EXPECT_EQ(ask(allow, request("rds:DeleteDBInstance", app)), verdict::allowed);
    EXPECT_EQ(ask(allow, request("ec2:DescribeVpcs", "*")), verdict::silent);
    EXPECT_EQ(ask(allow + "," + deny, request("rds:DeleteDBInstance", app)), verdict::denied);
    EXPECT_EQ(ask(deny + "," + allow, request("rds:DeleteDBInstance", app)), verdict::denied);
    EXPECT_EQ(ask(deny + "," + allow, request("rds:StartDBInstance", app)), verdict::allowed);
}

TEST(policy_evaluation, reads_actions_in_any_case_and_with_wildcards) {
    const auto allows = [](const std::string& pattern, const std::string& action) {
        return ask(R"({"Effect":"Allow","Action":[")" + pattern + R"("],"Resource":"*"})",
                   request(action, app)) == verdict::allowed;
    };
    EXPECT_TRUE(allows("RDS:describedb*", "rds:DescribeDBInstances"));
    EXPECT_TRUE(allows("rds:St?pDBInstance", "rds:StopDBInstance"));
    EXPECT_FALSE(allows("rds:Describe", "rds:DescribeDBInstances"));
    EXPECT_TRUE(allows("*", "rds:DescribeDBInstances"));
}

TEST(policy_evaluation, reads_the_contrary_of_actions_and_resources) {
    const std::string others = R"({"Effect":"Allow","NotAction":["iam:*","rds:Delete*"],"Resource":"*"})";
    EXPECT_EQ(ask(others, request("rds:StartDBInstance", app)), verdict::allowed);
    EXPECT_EQ(ask(others, request("rds:DeleteDBInstance", app)), verdict::silent);
    const std::string elsewhere = R"({"Effect":"Deny","Action":"*","NotResource":"arn:aws:rds:*:*:db:app"})";
    EXPECT_EQ(ask(elsewhere, request("rds:StartDBInstance", app)), verdict::silent);
    EXPECT_EQ(ask(elsewhere, request("rds:StartDBInstance", app + "2")), verdict::denied);
}

TEST(policy_evaluation, matches_a_resource_part_by_part) {
    EXPECT_TRUE(matches_arn("arn:aws:rds:*:*:db:ap?", app));
    EXPECT_TRUE(matches_arn("arn:aws:rds:us-east-1:000000000000:*", app));
    EXPECT_TRUE(matches_arn("arn:aws:rds:*", app)); // what it leaves out is any
    EXPECT_FALSE(matches_arn("arn:aws:rds:us-*:db:app", app));
    EXPECT_FALSE(matches_arn("arn:aws:rds:*:*:db:APP", app));
    EXPECT_FALSE(matches_arn("arn:aws:rds:eu-*:*:db:app", app));
}

TEST(policy_evaluation, replaces_variables_and_takes_what_they_hold_literally) {
    const std::string own =
        R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:rds:*:*:db:${aws:username}-*"})";
    const auto by = [&](const std::string& name, const std::string& database) {
        return ask(own, request("rds:StartDBInstance", "arn:aws:rds:us-east-1:000000000000:db:" + database,
                                {{"aws:username", {name}}}));
    };
    EXPECT_EQ(by("ann", "ann-one"), verdict::allowed);
    EXPECT_EQ(by("ann", "bob-one"), verdict::silent);
    EXPECT_EQ(by("*", "bob-one"), verdict::silent);
    EXPECT_EQ(ask(own, request("rds:StartDBInstance", app)), verdict::silent); // of nobody
    const std::vector old{policy(own, "2008-10-17")};
    EXPECT_EQ(evaluate(old, request("rds:StartDBInstance", "arn:aws:rds:us-east-1:000000000000:db:ann-one",
                                    {{"aws:username", {"ann"}}})),
              verdict::silent);
    const std::string otherwise = R"({"StringEquals":{"aws:PrincipalTag/team":"${aws:username, 'crud'}"}})";
    EXPECT_TRUE(holds(otherwise, {{"aws:PrincipalTag/team", {"crud"}}}));
    EXPECT_TRUE(holds(R"({"StringLike":{"aws:userid":"a${*}"}})", {{"aws:userid", {"a*"}}}));
    EXPECT_FALSE(holds(R"({"StringLike":{"aws:userid":"a${*}"}})", {{"aws:userid", {"ab"}}}));
}

TEST(policy_conditions, compare_texts) {
    EXPECT_TRUE(holds(R"({"StringEquals":{"aws:RequestedRegion":["eu-west-1","us-east-1"]}})",
                      {{"AWS:requestedregion", {"us-east-1"}}}));
    EXPECT_FALSE(holds(R"({"StringEquals":{"aws:username":"Ann"}})", {{"aws:username", {"ann"}}}));
    EXPECT_TRUE(holds(R"({"StringEqualsIgnoreCase":{"aws:username":"Ann"}})", {{"aws:username", {"ann"}}}));
    EXPECT_FALSE(holds(R"({"StringNotEquals":{"aws:username":["ann","bob"]}})", {{"aws:username", {"ann"}}}));
    EXPECT_TRUE(holds(R"({"StringLike":{"aws:username":"a*"}})", {{"aws:username", {"ann"}}}));
    EXPECT_TRUE(holds(R"({"StringNotLike":{"aws:username":"b*"}})", {{"aws:username", {"ann"}}}));
}

TEST(policy_conditions, of_a_key_that_is_not_there_hold_by_their_kind) {
    EXPECT_FALSE(holds(R"({"StringEquals":{"aws:username":"ann"}})", {}));
    EXPECT_TRUE(holds(R"({"StringNotEquals":{"aws:username":"ann"}})", {}));
    EXPECT_TRUE(holds(R"({"StringEqualsIfExists":{"aws:username":"ann"}})", {}));
    EXPECT_FALSE(holds(R"({"StringEqualsIfExists":{"aws:username":"ann"}})", {{"aws:username", {"bob"}}}));
    EXPECT_TRUE(holds(R"({"Null":{"aws:username":"true"}})", {}));
    EXPECT_FALSE(holds(R"({"Null":{"aws:username":"false"}})", {}));
    EXPECT_TRUE(holds(R"({"Null":{"aws:username":"false"}})", {{"aws:username", {"ann"}}}));
}

TEST(policy_conditions, compare_numbers_times_and_flags) {
    const context_list size{{"rds:StorageSize", {"20"}}};
    EXPECT_TRUE(holds(R"({"NumericLessThanEquals":{"rds:StorageSize":"20"}})", size));
    EXPECT_FALSE(holds(R"({"NumericLessThan":{"rds:StorageSize":20}})", size));
    EXPECT_TRUE(holds(R"({"NumericGreaterThan":{"rds:StorageSize":"9"}})", size));
    EXPECT_TRUE(holds(R"({"NumericNotEquals":{"rds:StorageSize":"9"}})", size));
    const context_list at{{"aws:CurrentTime", {"2026-11-30T12:00:00Z"}}};
    EXPECT_TRUE(holds(R"({"DateGreaterThan":{"aws:CurrentTime":"2026-11-30"}})", at));
    EXPECT_FALSE(holds(R"({"DateLessThan":{"aws:CurrentTime":"2026-11-30T12:00:00Z"}})", at));
    EXPECT_TRUE(holds(R"({"DateEquals":{"aws:CurrentTime":"1796040000"}})", at));
    EXPECT_TRUE(holds(R"({"Bool":{"rds:StorageEncrypted":"false"}})", {{"rds:StorageEncrypted", {"false"}}}));
    EXPECT_TRUE(holds(R"({"Bool":{"rds:StorageEncrypted":true}})", {{"rds:StorageEncrypted", {"true"}}}));
}

TEST(policy_conditions, compare_addresses) {
    const std::string home =
        R"({"IpAddress":{"aws:SourceIp":["203.0.113.0/24","127.0.0.1","2001:db8::/32"]}})";
    const std::string away = R"({"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32"]}})";
    const auto from = [](const std::string& address) { return context_list{{"aws:SourceIp", {address}}}; };
    EXPECT_TRUE(holds(home, from("203.0.113.9")));
    EXPECT_TRUE(holds(home, from("203.0.113.0")));
    EXPECT_TRUE(holds(home, from("127.0.0.1")));
    EXPECT_TRUE(holds(home, from("2001:db8::1")));
    EXPECT_FALSE(holds(home, from("203.0.114.1")));
    EXPECT_FALSE(holds(home, from("::1")));
    EXPECT_FALSE(holds(away, from("203.0.113.9")));
    EXPECT_TRUE(holds(away, from("::1")));
}

TEST(policy_conditions, compare_sets) {
    const context_list keys{{"aws:TagKeys", {"team", "cost"}}};
    EXPECT_TRUE(holds(R"({"ForAllValues:StringEquals":{"aws:TagKeys":["team","cost","owner"]}})", keys));
    EXPECT_FALSE(holds(R"({"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}})", keys));
    EXPECT_TRUE(holds(R"({"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}})", {}));
    EXPECT_TRUE(holds(R"({"ForAnyValue:StringEquals":{"aws:TagKeys":["team"]}})", keys));
    EXPECT_FALSE(holds(R"({"ForAnyValue:StringEquals":{"aws:TagKeys":["owner"]}})", keys));
    EXPECT_FALSE(holds(R"({"ForAnyValue:StringEquals":{"aws:TagKeys":["team"]}})", {}));
}

TEST(policy_conditions, compare_arns) {
    const context_list role{{"aws:PrincipalArn", {"arn:aws:iam::000000000000:role/app"}}};
    EXPECT_TRUE(holds(R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/a*"}})", role));
    EXPECT_TRUE(holds(R"({"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::*:role/b*"}})", role));
    EXPECT_FALSE(holds(R"({"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/a*"}})", role));
}

TEST(policy_conditions, all_have_to_hold) {
    const std::string both =
        R"({"StringEquals":{"aws:username":"ann","aws:RequestedRegion":"us-east-1"},"Bool":{"aws:SecureTransport":"false"}})";
    EXPECT_TRUE(holds(both, {{"aws:username", {"ann"}},
                             {"aws:RequestedRegion", {"us-east-1"}},
                             {"aws:SecureTransport", {"false"}}}));
    EXPECT_FALSE(holds(both, {{"aws:username", {"ann"}},
                              {"aws:RequestedRegion", {"us-east-1"}},
                              {"aws:SecureTransport", {"true"}}}));
}

TEST(policy_decision, asks_every_kind_and_says_which_refused) {
    const std::string all = R"({"Effect":"Allow","Action":"*","Resource":"*"})";
    const std::string start = R"({"Effect":"Allow","Action":"rds:Start*","Resource":"*"})";
    const std::string never = R"({"Effect":"Deny","Action":"*","Resource":"*"})";
    const access_request asked = request("rds:StopDBInstance", app);
    policy_set set{.identity = {policy(all)}, .service_control = {}, .session = {}};
    EXPECT_EQ(decide(set, asked), decision::allowed);
    set.has_session = true;
    EXPECT_EQ(decide(set, asked), decision::session_silent);
    set.session = {policy(all)};
    EXPECT_EQ(decide(set, asked), decision::allowed);
    set.service_control = {{policy(all)}, {policy(start)}};
    EXPECT_EQ(decide(set, asked), decision::service_control_silent);
    set.service_control = {{policy(all)}, {policy(all), policy(never)}};
    EXPECT_EQ(decide(set, asked), decision::service_control_denies);
    set.service_control = {{policy(all)}, {policy(all)}};
    EXPECT_EQ(decide(set, asked), decision::allowed);
    set.session = {policy(all), policy(never)};
    EXPECT_EQ(decide(set, asked), decision::session_denies);
    set.identity = {policy(start)};
    set.session = {policy(all)};
    EXPECT_EQ(decide(set, asked), decision::identity_silent);
    set.identity = {policy(all), policy(never)};
    EXPECT_EQ(decide(set, asked), decision::identity_denies);
    EXPECT_EQ(reason_of(decision::identity_silent, asked.action),
              "because no identity-based policy allows the rds:StopDBInstance action");
    EXPECT_EQ(reason_of(decision::service_control_denies, asked.action),
              "with an explicit deny in a service control policy");
}

TEST(policy_decision, of_a_resource_that_is_not_known_refuses_what_none_would_allow) {
    access_request asked = request("rds:StartDBInstance", app);
    asked.resource.clear();
    const auto decided = [&](const std::string& statements) {
        return decide(policy_set{.identity = {policy(statements)}, .service_control = {}, .session = {}},
                      asked);
    };
    EXPECT_EQ(decided(R"({"Effect":"Allow","Action":"rds:Start*","Resource":"arn:aws:rds:*:*:db:other"})"),
              decision::allowed);
    EXPECT_EQ(decided(R"({"Effect":"Allow","Action":"rds:Stop*","Resource":"*"})"),
              decision::identity_silent);
    const std::string all = R"({"Effect":"Allow","Action":"*","Resource":"*"},)";
    EXPECT_EQ(decided(all + R"({"Effect":"Deny","Action":"*","Resource":"arn:aws:rds:*:*:db:other"})"),
              decision::allowed);
    EXPECT_EQ(decided(all + R"({"Effect":"Deny","Action":"*","Resource":"*"})"), decision::identity_denies);
}

TEST(policy_document, is_refused_with_the_reason_of_aws) {
    const auto statement = [](const std::string& inner) {
        return R"({"Version":"2012-10-17","Statement":{)" + inner + "}}";
    };
    const std::string syntax = "Syntax errors in policy.";
    EXPECT_EQ(reason(statement(R"("Effect":"Allow","Action":"rds:*","Resource":"*")")), "");
    EXPECT_EQ(reason("{"), syntax);
    EXPECT_EQ(reason("[]"), syntax);
    EXPECT_EQ(reason(R"({"Version":"2012-10-17"})"), syntax);
    EXPECT_EQ(reason(R"({"Version":"2026-01-01","Statement":[]})"),
              "The policy must contain a valid version string");
    EXPECT_EQ(reason(statement(R"("Effect":"Maybe","Action":"rds:*","Resource":"*")")), syntax);
    EXPECT_EQ(reason(statement(R"("Effect":"Allow","Action":"rds:*","Resource":"*","Extra":1)")), syntax);
    EXPECT_EQ(reason(statement(R"("Effect":"Allow","Resource":"*")")),
              "Policy statement must contain actions.");
    EXPECT_EQ(reason(statement(R"("Effect":"Allow","Action":"rds:*")")),
              "Policy statement must contain resources.");
    EXPECT_EQ(reason(statement(R"("Effect":"Allow","Action":"start","Resource":"*")")),
              "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
    EXPECT_EQ(reason(statement(R"("Effect":"Allow","Action":"a b:c","Resource":"*")")),
              "Vendor a b is not valid");
    EXPECT_EQ(reason(statement(R"("Effect":"Allow","Action":"rds:*","Resource":"db:app")")),
              "Resource db:app must be in ARN format or \"*\".");
    EXPECT_EQ(reason(statement(R"("Effect":"Allow","Action":"rds:*","Resource":"arn:gcp:x")")),
              "Partition \"gcp\" is not valid for resource \"arn:gcp:x\".");
    EXPECT_EQ(reason(statement(R"("Effect":"Allow","Action":"rds:*","Resource":"*","Principal":"*")")),
              "Policy document should not specify a principal.");
    EXPECT_EQ(reason(statement(R"("Sid":"a-b","Effect":"Allow","Action":"rds:*","Resource":"*")")),
              "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
              "expression [0-9A-Za-z]*");
    const std::string twice = R"({"Sid":"a","Effect":"Allow","Action":"rds:*","Resource":"*"})";
    EXPECT_EQ(reason(R"({"Statement":[)" + twice + "," + twice + "]}"),
              "Statement IDs (SID) in a single policy must be unique.");
    for (const char* const condition :
         {R"({"StringIs":{"aws:username":"a"}})", R"({"Bool":{"aws:SecureTransport":"maybe"}})",
          R"({"IpAddress":{"aws:SourceIp":"300.0.0.1"}})", R"({"NullIfExists":{"aws:username":"true"}})",
          R"({"ForSome:StringEquals":{"aws:username":"a"}})",
          R"({"NumericLessThan":{"rds:StorageSize":"x"}})"}) {
        EXPECT_EQ(reason(statement(R"("Effect":"Allow","Action":"rds:*","Resource":"*","Condition":)" +
                                   std::string{condition})),
                  syntax)
            << condition;
    }
}

TEST(policy_document, of_a_role_says_who_may_assume_it) {
    const auto trust = [](const std::string& inner) {
        return reason(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)" + inner + "}]}",
                      policy_use::trust);
    };
    EXPECT_EQ(trust(R"("Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole")"), "");
    EXPECT_EQ(trust(R"("Action":"sts:AssumeRole")"), "Missing required field Principal");
    EXPECT_EQ(trust(R"("Principal":"*","Action":"sts:AssumeRole","Resource":"*")"),
              "Has prohibited field Resource");
    EXPECT_EQ(trust(R"("Principal":"*","Action":"rds:*")"),
              "AssumeRole policy may only specify STS AssumeRole actions.");
    EXPECT_EQ(reason("{", policy_use::trust), "This policy contains invalid Json");
}

TEST(aws_policies, can_all_be_read) {
    for (const aws_policy& each : aws_policies())
        EXPECT_EQ(reason(std::string{each.document}), "") << each.name;
    EXPECT_EQ(reason(std::string{full_access_document}), "");
}

} // namespace
} // namespace cruddur::cloud::iam
