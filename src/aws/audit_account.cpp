// What of the account is looked at: who watches, and what nobody may do.

#include "aws/audit_checks.hpp"
#include "aws/http.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace cruddur::aws {

namespace {

namespace json = boost::json;

constexpr std::string_view trail_target = "CloudTrail_20131101";
constexpr std::string_view events_target = "AWSEvents";
constexpr std::string_view organizations_target = "AWSOrganizationsV20161128";

std::string text_of(const json::value& in, std::string_view name) {
    const json::object* const object = in.if_object();
    return object == nullptr ? "" : text_in(*object, name);
}

bool is_true(const json::object& in, std::string_view name) {
    const json::value* const found = in.if_contains(name);
    return found != nullptr && found->is_bool() && found->get_bool();
}

void check_trail(audit_context& in) {
    const json::object trails = in.call_json(trail_service, trail_target, "DescribeTrails", {});
    for (const json::value& each : list_in(trails, "trailList")) {
        const json::object status = in.call_json(trail_service, trail_target, "GetTrailStatus",
                                                 {{"Name", text_of(each, "TrailARN")}});
        if (is_true(status, "IsLogging")) return;
    }
    in.find("trail", "the account", "no trail of CloudTrail is logging here",
            "Who did what to the database is kept for 90 days at most, and alerts hear of nothing.",
            {"aws cloudtrail create-trail --name account --s3-bucket-name BUCKET --is-multi-region-trail",
             "aws cloudtrail start-logging --name account"});
}

// What an alert has to be for: a call as CloudTrail tells of it, and the pattern that finds it.
struct alert {
    std::string_view what;
    std::string_view rule;
    std::string_view source;
    std::string_view name;
    std::string_view parameters;
    std::string_view pattern;
};

constexpr auto alerts = std::to_array<alert>(
    {{"the deletion of a DB instance", "rds-deleted", "rds", "DeleteDBInstance",
      R"({"dBInstanceIdentifier":"INSTANCE","skipFinalSnapshot":true})",
      R"({"source":["aws.rds"],"detail":{"eventName":["DeleteDBInstance"]}})"},
     {"a security group that is opened to 0.0.0.0/0", "group-opened", "ec2", "AuthorizeSecurityGroupIngress",
      R"({"groupId":"GROUP","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":5432,"toPort":5432,"groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]},"ipv6Ranges":{},"prefixListIds":{}}]}})",
      R"({"source":["aws.ec2"],"detail":{"eventName":["AuthorizeSecurityGroupIngress"],"requestParameters":{"ipPermissions":{"items":{"ipRanges":{"items":{"cidrIp":["0.0.0.0/0"]}}}}}}})"},
     {"backups that are turned off", "backups-stopped", "rds", "ModifyDBInstance",
      R"({"dBInstanceIdentifier":"INSTANCE","backupRetentionPeriod":0,"applyImmediately":true,"allowMajorVersionUpgrade":false})",
      R"({"source":["aws.rds"],"detail":{"eventName":["ModifyDBInstance"],"requestParameters":{"backupRetentionPeriod":[{"numeric":["=",0]}]}}})"}});

std::string with(std::string_view text, std::string_view word, const std::string& value) {
    std::string out{text};
    if (const auto at = out.find(word); at != std::string::npos) out.replace(at, word.size(), value);
    return out;
}

std::string event_of(const audit_context& in, const alert& of, const std::string& account) {
    std::string instance = "database";
    std::string group = "sg-01234567890abcdef";
    for (const pugi::xml_node each : in.instances()) {
        instance = each.child_value("DBInstanceIdentifier");
        const pugi::xml_node member = each.child("VpcSecurityGroups").first_child();
        if (member) group = member.child_value("VpcSecurityGroupId");
        break;
    }
    const std::string parameters = with(with(of.parameters, "INSTANCE", instance), "GROUP", group);
    const std::string source = fmt::format("{}.amazonaws.com", of.source);
    json::object detail{{"eventVersion", "1.09"},
                        {"userIdentity", json::object{{"type", "IAMUser"}, {"accountId", account}}},
                        {"eventTime", "2026-01-01T00:00:00Z"},
                        {"eventSource", source},
                        {"eventName", of.name},
                        {"awsRegion", in.report.region},
                        {"sourceIPAddress", "192.0.2.1"},
                        {"requestParameters", json::parse(parameters)},
                        {"readOnly", false},
                        {"eventType", "AwsApiCall"},
                        {"managementEvent", true},
                        {"recipientAccountId", account},
                        {"eventCategory", "Management"}};
    return json::serialize(json::object{{"version", "0"},
                                        {"id", "00000000-0000-0000-0000-000000000000"},
                                        {"detail-type", "AWS API Call via CloudTrail"},
                                        {"source", fmt::format("aws.{}", of.source)},
                                        {"account", account},
                                        {"time", "2026-01-01T00:00:00Z"},
                                        {"region", in.report.region},
                                        {"resources", json::array{}},
                                        {"detail", std::move(detail)}});
}

// The patterns of the rules that are enabled and send what they match to something.
std::vector<std::string> active_patterns(audit_context& in) {
    std::vector<std::string> out;
    json::object asked;
    do {
        const json::object page = in.call_json(events_service, events_target, "ListRules", asked);
        for (const json::value& each : list_in(page, "Rules")) {
            std::string pattern = text_of(each, "EventPattern");
            if (pattern.empty() || text_of(each, "State") == "DISABLED") continue;
            const json::object targets = in.call_json(events_service, events_target, "ListTargetsByRule",
                                                      {{"Rule", text_of(each, "Name")}});
            if (!list_in(targets, "Targets").empty()) out.push_back(std::move(pattern));
        }
        asked = {};
        if (const std::string next = text_of(page, "NextToken"); !next.empty()) asked["NextToken"] = next;
    } while (!asked.empty());
    return out;
}

void check_alerts(audit_context& in) {
    const auto caller = get_caller_identity(in.by);
    if (!caller) throw error_exception{caller.error()};
    const std::vector<std::string> patterns = active_patterns(in);
    for (const alert& each : alerts) {
        const std::string event = event_of(in, each, caller->account);
        const bool is_heard = std::ranges::any_of(patterns, [&](const std::string& pattern) {
            const json::object tested = in.call_json(events_service, events_target, "TestEventPattern",
                                                     {{"EventPattern", pattern}, {"Event", event}});
            return is_true(tested, "Result");
        });
        if (is_heard) continue;
        in.find("alerts", "the account", fmt::format("no rule of EventBridge alerts on {}", each.what),
                "Nobody hears of it while it can still be undone.",
                {fmt::format("aws events put-rule --name {} --event-pattern '{}'", each.rule, each.pattern),
                 fmt::format("aws events put-targets --rule {} --targets Id=alert,Arn=ARN", each.rule)});
    }
}

// A value that is a list, or one text in its place.
bool has_action(const json::object& statement, std::string_view wanted) {
    const json::value* const actions = statement.if_contains("Action");
    if (actions == nullptr) return statement.contains("NotAction");
    const auto fits = [&](const json::value& each) {
        if (!each.is_string()) return false;
        const std::string_view action = each.get_string();
        const auto star = action.find('*');
        return star == std::string_view::npos ? boost::iequals(action, wanted)
                                              : boost::istarts_with(wanted, action.substr(0, star));
    };
    return actions->is_array() ? std::ranges::any_of(actions->get_array(), fits) : fits(*actions);
}

bool has_condition(const json::object& statement, std::string_view key) {
    const json::value* const condition = statement.if_contains("Condition");
    if (condition == nullptr || !condition->is_object()) return false;
    return std::ranges::any_of(condition->get_object(), [&](const auto& test) {
        return test.value().is_object() &&
               std::ranges::any_of(test.value().get_object(), [&](const auto& each) {
                   return boost::iequals(std::string_view{each.key()}, key);
               });
    });
}

// The statements by which service control policies deny something to the account.
std::vector<json::object> denials(audit_context& in) {
    const auto caller = get_caller_identity(in.by);
    if (!caller) throw error_exception{caller.error()};
    const json::object roots = in.call_json(organizations_service, organizations_target, "ListRoots", {});
    std::vector<std::string> targets{caller->account};
    for (const json::value& each : list_in(roots, "Roots"))
        targets.push_back(text_of(each, "Id"));
    std::vector<json::object> out;
    for (const std::string& target : targets) {
        const json::object attached =
            in.call_json(organizations_service, organizations_target, "ListPoliciesForTarget",
                         {{"TargetId", target}, {"Filter", "SERVICE_CONTROL_POLICY"}});
        for (const json::value& each : list_in(attached, "Policies")) {
            const json::object policy = in.call_json(organizations_service, organizations_target,
                                                     "DescribePolicy", {{"PolicyId", text_of(each, "Id")}});
            boost::system::error_code malformed;
            const json::value document = json::parse(text_of(policy.at("Policy"), "Content"), malformed);
            if (malformed || !document.is_object()) continue;
            const json::value* const given = document.get_object().if_contains("Statement");
            if (given == nullptr) continue;
            const json::array statements = given->is_array() ? given->get_array() : json::array{*given};
            for (const json::value& statement : statements) {
                if (text_of(statement, "Effect") == "Deny") out.push_back(statement.as_object());
            }
        }
    }
    return out;
}

struct guard {
    std::string_view what;
    std::string_view meaning;
    std::string_view statement;
    bool (*is_met)(const json::object&);
};

constexpr auto guards = std::to_array<guard>(
    {{"no service control policy locks the region",
      "People's data can be put where the law does not let it be.",
      R"({"Effect":"Deny","NotAction":["iam:*","organizations:*","sts:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"REGION"}}})",
      [](const json::object& deny) { return has_condition(deny, "aws:RequestedRegion"); }},
     {"no service control policy keeps databases from being deleted",
      "Whoever administers one account can delete its database and its snapshots.",
      R"({"Effect":"Deny","Action":["rds:DeleteDBInstance","rds:DeleteDBSnapshot"],"Resource":"*"})",
      [](const json::object& deny) { return has_action(deny, "rds:DeleteDBInstance"); }},
     {"no service control policy asks for encrypted storage", "The next database may be made in plain.",
      R"({"Effect":"Deny","Action":"rds:CreateDBInstance","Resource":"*","Condition":{"Bool":{"rds:StorageEncrypted":"false"}}})",
      [](const json::object& deny) {
          return has_action(deny, "rds:CreateDBInstance") && has_condition(deny, "rds:StorageEncrypted");
      }}});

void check_guards(audit_context& in) {
    std::vector<json::object> found;
    try {
        found = denials(in);
    } catch (const error_exception& failed) {
        if (failed.why().code != "AWSOrganizationsNotInUseException") throw;
    }
    for (const guard& each : guards) {
        if (std::ranges::any_of(found, each.is_met)) continue;
        in.find("service-control", "the account", std::string{each.what}, std::string{each.meaning},
                {fmt::format("aws organizations create-policy --type SERVICE_CONTROL_POLICY --name guard "
                             "--description RDS "
                             "--content '{{\"Version\":\"2012-10-17\",\"Statement\":[{}]}}'",
                             with(each.statement, "REGION", in.report.region)),
                 "aws organizations attach-policy --policy-id POLICY --target-id ACCOUNT"});
    }
}

// It speaks REST-JSON; local AWS has none of it.
void check_guard_duty(audit_context& in) {
    const auto url = in.by.how().endpoint(guard_service);
    if (!url) throw error_exception{url.error()};
    const auto keys = find_credentials(in.by.how());
    if (!keys) throw error_exception{keys.error()};
    const auto answered = send({.method = "GET",
                                .url = *url + "/detector",
                                .by = &*keys,
                                .region = in.by.how().region.empty() ? "us-east-1" : in.by.how().region,
                                .scope = std::string{guard_service.scope},
                                .ca_file = in.by.how().ca_file});
    if (!answered) throw error_exception{answered.error()};
    boost::system::error_code malformed;
    const json::value body = json::parse(answered->body, malformed);
    if (answered->status != 200 || malformed || !body.is_object()) {
        throw error_exception{error{.code = fmt::format("HTTP {}", answered->status),
                                    .message = malformed ? "it did not say why" : text_of(body, "message"),
                                    .operation = "guardduty:ListDetectors",
                                    .status = answered->status,
                                    .sent = true}};
    }
    if (!list_in(body.get_object(), "detectorIds").empty()) return;
    in.find("guard-duty", "the account", "GuardDuty is not on in this region",
            "Sign-ins from strange places and leaked keys are noticed by nobody.",
            {"aws guardduty create-detector --enable"});
}

} // namespace

std::vector<audit_check> account_checks(const client& by) {
    std::vector<audit_check> out{
        {"trail", check_trail}, {"alerts", check_alerts}, {"service-control", check_guards}};
    const auto url = by.how().endpoint(guard_service);
    if (!url || !is_local(*url)) out.push_back({"guard-duty", check_guard_duty});
    return out;
}

} // namespace cruddur::aws
