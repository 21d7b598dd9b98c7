#include "cloud/iam/access_requests.hpp"

#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/tags.hpp"
#include "cloud/iam/iam_store.hpp"
#include "cloud/iam/organization_store.hpp"
#include "cloud/wire/input.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>

// https://docs.aws.amazon.com/service-authorization/latest/reference/
namespace cruddur::cloud::iam {

namespace {

namespace json = boost::json;
using wire::call;
using wire::text_of;

// The resources of an operation, a space between each two: "db:{Member}" is what stands behind the account in
// its ARN, "@Member" a member that is an ARN, and "?" before either says that it counts only where the member
// is given. Where one that must be there is not, any of its kind is meant.
struct operation_resources {
    std::string_view operation;
    std::string_view resources;
    std::string_view action{}; // where it is called otherwise than the operation
};

constexpr std::string_view creates_instance =
    "db:{DBInstanceIdentifier} ?pg:{DBParameterGroupName} ?og:{OptionGroupName} ?subgrp:{DBSubnetGroupName}";

constexpr auto rds_resources = std::to_array<operation_resources>(
    {{"AddTagsToResource", "@ResourceName"},
     {"CopyDBParameterGroup", "pg:{SourceDBParameterGroupIdentifier} pg:{TargetDBParameterGroupIdentifier}"},
     {"CopyDBSnapshot", "snapshot:{SourceDBSnapshotIdentifier} snapshot:{TargetDBSnapshotIdentifier}"},
     {"CreateDBInstance", creates_instance},
     {"CreateDBInstanceReadReplica",
      "db:{DBInstanceIdentifier} db:{SourceDBInstanceIdentifier} ?pg:{DBParameterGroupName} "
      "?og:{OptionGroupName} ?subgrp:{DBSubnetGroupName}"},
     {"CreateDBParameterGroup", "pg:{DBParameterGroupName}"},
     {"CreateDBSnapshot", "db:{DBInstanceIdentifier} snapshot:{DBSnapshotIdentifier}"},
     {"CreateDBSubnetGroup", "subgrp:{DBSubnetGroupName}"},
     {"CreateOptionGroup", "og:{OptionGroupName}"},
     {"DeleteDBInstance", "db:{DBInstanceIdentifier}"},
     {"DeleteDBInstanceAutomatedBackup", "?auto-backup:{DbiResourceId} ?@DBInstanceAutomatedBackupsArn"},
     {"DeleteDBParameterGroup", "pg:{DBParameterGroupName}"},
     {"DeleteDBSnapshot", "snapshot:{DBSnapshotIdentifier}"},
     {"DeleteDBSubnetGroup", "subgrp:{DBSubnetGroupName}"},
     {"DeleteOptionGroup", "og:{OptionGroupName}"},
     {"DescribeDBInstanceAutomatedBackups", "auto-backup:{DbiResourceId}"},
     {"DescribeDBInstances", "db:{DBInstanceIdentifier}"},
     {"DescribeDBLogFiles", "db:{DBInstanceIdentifier}"},
     {"DescribeDBParameterGroups", "pg:{DBParameterGroupName}"},
     {"DescribeDBParameters", "pg:{DBParameterGroupName}"},
     {"DescribeDBSnapshotAttributes", "snapshot:{DBSnapshotIdentifier}"},
     {"DescribeDBSnapshots", "snapshot:{DBSnapshotIdentifier} ?db:{DBInstanceIdentifier}"},
     {"DescribeDBSubnetGroups", "subgrp:{DBSubnetGroupName}"},
     {"DescribeOptionGroups", "og:{OptionGroupName}"},
     {"DownloadDBLogFilePortion", "db:{DBInstanceIdentifier}"},
     {"ListTagsForResource", "@ResourceName"},
     {"ModifyDBInstance", "db:{DBInstanceIdentifier} ?pg:{DBParameterGroupName} ?og:{OptionGroupName}"},
     {"ModifyDBParameterGroup", "pg:{DBParameterGroupName}"},
     {"ModifyDBSnapshotAttribute", "snapshot:{DBSnapshotIdentifier}"},
     {"ModifyDBSubnetGroup", "subgrp:{DBSubnetGroupName}"},
     {"PromoteReadReplica", "db:{DBInstanceIdentifier}"},
     {"RebootDBInstance", "db:{DBInstanceIdentifier}"},
     {"RemoveTagsFromResource", "@ResourceName"},
     {"ResetDBParameterGroup", "pg:{DBParameterGroupName}"},
     {"RestoreDBInstanceFromDBSnapshot",
      "db:{DBInstanceIdentifier} snapshot:{DBSnapshotIdentifier} ?pg:{DBParameterGroupName} "
      "?og:{OptionGroupName} ?subgrp:{DBSubnetGroupName}"},
     {"RestoreDBInstanceToPointInTime",
      "db:{TargetDBInstanceIdentifier} ?db:{SourceDBInstanceIdentifier} ?auto-backup:{SourceDbiResourceId} "
      "?@SourceDBInstanceAutomatedBackupsArn "
      "?pg:{DBParameterGroupName} ?og:{OptionGroupName} ?subgrp:{DBSubnetGroupName}"},
     {"StartDBInstance", "db:{DBInstanceIdentifier}"},
     {"StopDBInstance", "db:{DBInstanceIdentifier}"}});

constexpr std::string_view one_group = "security-group/{GroupId}";

constexpr auto ec2_resources =
    std::to_array<operation_resources>({{"AuthorizeSecurityGroupEgress", one_group},
                                        {"AuthorizeSecurityGroupIngress", one_group},
                                        {"CreateSecurityGroup", "security-group/* ?vpc/{VpcId}"},
                                        {"DeleteSecurityGroup", one_group},
                                        {"ModifySecurityGroupRules", one_group},
                                        {"RevokeSecurityGroupEgress", one_group},
                                        {"RevokeSecurityGroupIngress", one_group},
                                        {"UpdateSecurityGroupRuleDescriptionsEgress", one_group},
                                        {"UpdateSecurityGroupRuleDescriptionsIngress", one_group}});

constexpr std::string_view one_log_group = "log-group:{logGroupName}";
constexpr std::string_view one_log_stream = "log-group:{logGroupName}:log-stream:{logStreamName}";

constexpr auto logs_resources =
    std::to_array<operation_resources>({{"CreateLogGroup", one_log_group},
                                        {"CreateLogStream", one_log_stream},
                                        {"DeleteLogGroup", one_log_group},
                                        {"DeleteLogStream", one_log_stream},
                                        {"DeleteRetentionPolicy", one_log_group},
                                        {"DescribeLogGroups", "log-group:*"},
                                        {"DescribeLogStreams", one_log_group},
                                        {"FilterLogEvents", one_log_group},
                                        {"GetLogEvents", one_log_stream},
                                        {"ListTagsForResource", "@resourceArn"},
                                        {"PutLogEvents", one_log_stream},
                                        {"PutLogGroupDeletionProtection", "log-group:{logGroupIdentifier}"},
                                        {"PutRetentionPolicy", one_log_group},
                                        {"TagResource", "@resourceArn"},
                                        {"UntagResource", "@resourceArn"}});

constexpr std::string_view one_layer = "layer:{LayerName}:{VersionNumber}";

// Those that are not of a function, which FunctionName names.
constexpr auto lambda_resources =
    std::to_array<operation_resources>({{"AddLayerVersionPermission", one_layer},
                                        {"DeleteLayerVersion", one_layer},
                                        {"GetLayerVersion", one_layer},
                                        {"GetLayerVersionByArn", "@Arn", "lambda:GetLayerVersion"},
                                        {"GetLayerVersionPolicy", one_layer},
                                        {"Invoke", "function:{FunctionName}", "lambda:InvokeFunction"},
                                        {"ListFunctions", "*"},
                                        {"ListLayerVersions", "layer:{LayerName}"},
                                        {"ListLayers", "*"},
                                        {"ListTags", "@Resource"},
                                        {"PublishLayerVersion", "layer:{LayerName}"},
                                        {"RemoveLayerVersionPermission", one_layer},
                                        {"TagResource", "@Resource"},
                                        {"UntagResource", "@Resource"}});

constexpr auto kms_resources =
    std::to_array<operation_resources>({{"CreateAlias", "key/{TargetKeyId} {AliasName}"},
                                        {"CreateKey", "*"},
                                        {"DeleteAlias", "{AliasName}"},
                                        {"ListAliases", "*"},
                                        {"ListKeys", "*"},
                                        {"UpdateAlias", "key/{TargetKeyId} {AliasName}"}});

constexpr auto secrets_resources = std::to_array<operation_resources>(
    {{"CreateSecret", "secret:{Name}"}, {"GetRandomPassword", "*"}, {"ListSecrets", "*"}});

constexpr std::string_view one_alarm = "alarm:{AlarmName}";

constexpr auto watch_resources = std::to_array<operation_resources>({{"DeleteAlarms", "alarm:*"},
                                                                     {"DescribeAlarmHistory", one_alarm},
                                                                     {"DescribeAlarms", "alarm:*"},
                                                                     {"DisableAlarmActions", "alarm:*"},
                                                                     {"EnableAlarmActions", "alarm:*"},
                                                                     {"PutMetricAlarm", one_alarm},
                                                                     {"SetAlarmState", one_alarm}});

constexpr auto cognito_resources =
    std::to_array<operation_resources>({{"CreateUserPool", "*"}, {"ListUserPools", "*"}});

constexpr std::string_view one_rule = "rule/{Rule}";

constexpr auto event_resources = std::to_array<operation_resources>({{"ListRuleNamesByTarget", "*"},
                                                                     {"ListRules", "*"},
                                                                     {"ListTargetsByRule", one_rule},
                                                                     {"PutEvents", "event-bus/default"},
                                                                     {"PutTargets", one_rule},
                                                                     {"RemoveTargets", one_rule},
                                                                     {"TestEventPattern", "*"}});

constexpr auto trail_resources =
    std::to_array<operation_resources>({{"DescribeTrails", "*"}, {"ListTrails", "*"}, {"LookupEvents", "*"}});

struct service_resources {
    std::string_view service;
    std::span<const operation_resources> rows;
    std::string_view otherwise; // of an operation that has no row
};

constexpr std::array services{service_resources{"rds", rds_resources, "*"},
                              service_resources{"ec2", ec2_resources, "*"},
                              service_resources{"logs", logs_resources, "*"},
                              service_resources{"lambda", lambda_resources, "function:{FunctionName}"},
                              service_resources{"kms", kms_resources, "key/{KeyId}"},
                              service_resources{"cloudtrail", trail_resources, "trail/{Name}"},
                              service_resources{"events", event_resources, "rule/{Name}"},
                              service_resources{"secretsmanager", secrets_resources, "secret:{SecretId}"},
                              service_resources{"pi", {}, "metrics/rds/{Identifier}"},
                              service_resources{"monitoring", watch_resources, "*"},
                              service_resources{"cognito-idp", cognito_resources, "userpool/{UserPoolId}"}};

operation_resources row_of(const call& in) {
    const auto service = std::ranges::find(services, in.service, &service_resources::service);
    if (service == services.end()) return {in.operation, "*"};
    const auto row = std::ranges::find(service->rows, in.operation, &operation_resources::operation);
    return row == service->rows.end() ? operation_resources{in.operation, service->otherwise} : *row;
}

std::string member_text(const json::object& input, std::string_view member) {
    const json::value* const value = input.if_contains(member);
    if (value == nullptr) return {};
    if (value->is_string()) return std::string{value->get_string()};
    return value->is_structured() ? "" : json::serialize(*value);
}

// Behind the account in an ARN: of what a member names by its name, its ARN, or a part of it.
std::string part_of_arn(const call& in, std::string_view member, std::string_view kind) {
    std::string text = member_text(in.input, member);
    if (member == "logGroupName" && text.empty()) text = member_text(in.input, "logGroupIdentifier");
    if (in.service == "rds" || in.service == "ec2") boost::to_lower(text);
    if (const auto at = text.find(kind);
        !kind.empty() && text.find(':') != std::string::npos && at != std::string::npos)
        text.erase(0, at + kind.size());
    if (text.ends_with(":*")) text.resize(text.size() - 2);
    return text;
}

// As actions and ARNs name it: CloudWatch is signed for by another name.
std::string_view service_in_policies(const call& in) {
    return in.service == "monitoring" ? std::string_view{"cloudwatch"} : std::string_view{in.service};
}

std::string arn_of(const call& in, std::string_view named) {
    return fmt::format("arn:aws:{}:{}:{}:{}", service_in_policies(in), in.region, ground::account_id, named);
}

// "db:{DBInstanceIdentifier}" with its members; of one that is missing, with any.
std::string filled_in(const call& in, std::string_view written, bool& is_whole) {
    std::string out;
    const std::string_view kind = written.substr(0, written.find('{'));
    while (!written.empty()) {
        const auto open = written.find('{');
        out += written.substr(0, open);
        if (open == std::string_view::npos) break;
        const auto close = written.find('}', open);
        const std::string text =
            part_of_arn(in, written.substr(open + 1, close - open - 1), open == kind.size() ? kind : "");
        is_whole = is_whole && !text.empty();
        out += text.empty() ? "*" : text;
        written.remove_prefix(close + 1);
    }
    return out;
}

class request_reader {
public:
    request_reader(const call& in, const resource_directory& resources)
        : in_{in}
        , resources_{resources} {}

    void add(std::string action, std::vector<std::string> resource) {
        access_request made{std::move(action), std::move(resource), common_context()};
        for (const auto& [key, value] : facts_)
            made.context.put(key, value);
        put_inputs(made.context);
        put_resource_tags(made);
        out_.push_back(std::move(made));
    }

    // What a row says, for each of its resources.
    void add(std::string_view action, std::string_view resources) {
        // What is known of one of them, an instance's engine, is known while the others are asked for.
        std::vector<std::vector<std::string>> found;
        while (!resources.empty()) {
            const std::string_view one = resources.substr(0, resources.find(' '));
            resources.remove_prefix(std::min(resources.size(), one.size() + 1));
            if (auto resource = find(one)) found.push_back(std::move(*resource));
        }
        for (auto& each : found)
            add(std::string{action}, std::move(each));
    }

    void add_passed_role(std::string_view role_arn, std::string service) {
        access_request made{"iam:PassRole", {std::string{role_arn}}, common_context()};
        made.context.put("iam:PassedToService", std::move(service));
        out_.push_back(std::move(made));
    }

    void put_fact(std::string key, std::string value) {
        facts_.emplace_back(std::move(key), std::move(value));
    }

    // What names nothing is about anything of its service.
    std::vector<access_request> take(const std::string& action) {
        if (out_.empty()) add(action, std::vector<std::string>{"*"});
        return std::move(out_);
    }

private:
    std::optional<std::vector<std::string>> find(std::string_view written) {
        const bool is_optional = written.starts_with('?');
        if (is_optional) written.remove_prefix(1);
        if (written == "*") return std::vector<std::string>{"*"};
        if (written.starts_with('@')) {
            const std::string arn = text_of(in_.input, written.substr(1));
            if (arn.empty() && is_optional) return std::nullopt;
            return std::vector<std::string>{arn.empty() ? "*" : arn};
        }
        bool is_whole = true;
        std::string named = filled_in(in_, written, is_whole);
        if (!is_whole && is_optional) return std::nullopt;
        if (in_.service == "lambda" && is_whole) {
            const std::string qualifier = text_of(in_.input, "Qualifier");
            if (!qualifier.empty()) named += ":" + qualifier;
        }
        std::vector<std::string> out{arn_of(in_, named)};
        look_up(is_whole ? named : named_otherwise(), out);
        // Policies write a log group both ways.
        if (in_.service == "logs" && named.find(":log-stream:") == std::string::npos)
            out.push_back(out.front() + ":log-stream:");
        return out;
    }

    // What a call leaves to its service to find, as the directory knows it; "" for nothing.
    [[nodiscard]] std::string named_otherwise() const {
        if (in_.service == "ec2") return "security-group-name/" + text_of(in_.input, "GroupName");
        if (in_.service == "kms") return "sealed/" + text_of(in_.input, "CiphertextBlob");
        return {};
    }

    void look_up(const std::string& named, std::vector<std::string>& resource) {
        const auto found = resources_.find(in_.db, in_.service, in_.region, named);
        if (!found) return;
        if (!found->arn.empty()) resource = {found->arn};
        for (const auto& each : found->keys)
            facts_.push_back(each);
    }

    [[nodiscard]] condition_context common_context() const {
        condition_context out;
        if (!in_.peer.empty()) out.put("aws:SourceIp", in_.peer);
        out.put("aws:RequestedRegion", in_.region);
        out.put("aws:SecureTransport", "false"); // the endpoint is plain HTTP
        if (!in_.user_agent.empty()) out.put("aws:UserAgent", in_.user_agent);
        return out;
    }

    void put_inputs(condition_context& to) const {
        std::vector<std::string> keys;
        const auto add_tag = [&](std::string_view key, std::string_view value) {
            keys.emplace_back(key);
            to.put(fmt::format("aws:RequestTag/{}", key), std::string{value});
            if (in_.service == "rds") to.put(fmt::format("rds:req-tag/{}", key), std::string{value});
        };
        const auto add_list = [&](const json::object& within, std::string_view member) {
            for (const json::object* tag : wire::objects_of(within, member))
                add_tag(text_of(*tag, "Key"), text_of(*tag, "Value"));
        };
        for (const char* const member : {"Tags", "tags", "UserPoolTags"}) {
            const json::value* const tags = in_.input.if_contains(member);
            if (tags == nullptr) continue;
            if (tags->is_array()) add_list(in_.input, member);
            if (!tags->is_object()) continue;
            for (const auto& [key, value] : tags->get_object())
                add_tag(key, value.is_string() ? std::string_view{value.get_string()} : "");
        }
        for (const json::object* each : wire::objects_of(in_.input, "TagSpecifications"))
            add_list(*each, "Tags");
        for (const char* const member : {"TagKeys", "tagKeys"}) {
            for (std::string& key : wire::texts_of(in_.input, member))
                keys.push_back(std::move(key));
        }
        if (!keys.empty()) to.put("aws:TagKeys", std::move(keys));
        if (in_.service == "rds") put_rds_inputs(to);
    }

    // What the call asks for goes before what the instance that it names has.
    void put_rds_inputs(condition_context& to) const {
        using name = std::pair<const char*, const char*>;
        constexpr std::array names{name{"rds:DatabaseClass", "DBInstanceClass"},
                                   name{"rds:DatabaseEngine", "Engine"},
                                   name{"rds:DatabaseName", "DBName"},
                                   name{"rds:MultiAz", "MultiAZ"},
                                   name{"rds:Piops", "Iops"},
                                   name{"rds:StorageEncrypted", "StorageEncrypted"},
                                   name{"rds:StorageSize", "AllocatedStorage"},
                                   name{"rds:PubliclyAccessible", "PubliclyAccessible"},
                                   name{"rds:ManageMasterUserPassword", "ManageMasterUserPassword"}};
        // A new instance has what is not asked for turned off.
        if (in_.operation == "CreateDBInstance") {
            for (const char* const key :
                 {"rds:MultiAz", "rds:StorageEncrypted", "rds:ManageMasterUserPassword"})
                to.put(key, "false");
        }
        for (const auto& [key, member] : names) {
            std::string value = member_text(in_.input, member);
            if (!value.empty()) to.put(key, std::move(value));
        }
    }

    void put_resource_tags(access_request& to) const {
        if (to.resource.empty()) return;
        const std::string& arn = to.resource.front();
        const std::string id = in_.service == "ec2" ? arn.substr(arn.rfind('/') + 1) : arn;
        for (const auto& [key, value] : ground::tags_of(in_.db, id)) {
            to.context.put("aws:ResourceTag/" + key, value);
            if (in_.service == "rds") to.context.put("rds:db-tag/" + key, value);
            if (in_.service == "ec2") to.context.put("ec2:ResourceTag/" + key, value);
        }
        to.context.put("aws:ResourceAccount", std::string{ground::account_id});
    }

    const call& in_;
    const resource_directory& resources_;
    std::vector<std::pair<std::string, std::string>> facts_;
    std::vector<access_request> out_;
};

std::string iam_arn(std::string_view named) {
    return fmt::format("arn:aws:iam::{}:{}", ground::account_id, named);
}

std::string principal_arn(const call& in, principal_kind kind, const std::string& name) {
    const auto found = find_principal(in.db, kind, name);
    return found ? found->arn() : iam_arn(fmt::format("{}/{}", name_of(kind), name));
}

// Whom or what an operation of IAM concerns: its principal, before the policy that is put on it.
std::string iam_resource(const call& in) {
    const auto new_arn = [&](std::string_view kind, std::string_view member) {
        const std::string path = wire::optional_text(in.input, "Path").value_or("/");
        return iam_arn(fmt::format("{}{}{}", kind, path, text_of(in.input, member)));
    };
    if (in.operation == "CreateUser") return new_arn("user", "UserName");
    if (in.operation == "CreateGroup") return new_arn("group", "GroupName");
    if (in.operation == "CreateRole") return new_arn("role", "RoleName");
    if (in.operation == "CreatePolicy") return new_arn("policy", "PolicyName");
    if (in.operation == "ListUsers") return iam_arn("user/");
    if (in.operation == "ListGroups") return iam_arn("group/");
    if (in.operation == "ListRoles") return iam_arn("role/");
    if (in.operation == "ListPolicies") return iam_arn("policy path /");
    using enum principal_kind;
    if (const std::string name = text_of(in.input, "RoleName"); !name.empty())
        return principal_arn(in, role, name);
    if (const std::string name = text_of(in.input, "GroupName"); !name.empty())
        return principal_arn(in, group, name);
    if (const std::string name = text_of(in.input, "UserName"); !name.empty())
        return principal_arn(in, user, name);
    if (const std::string arn = text_of(in.input, "PolicyArn"); !arn.empty()) return arn;
    if (in.whose.is == wire::identity::kind::user) return principal_arn(in, user, in.whose.name);
    return "*";
}

void add_organizations(const call& in, request_reader& to, const std::string& action) {
    const auto of = find_organization(in.db);
    const std::string policy = text_of(in.input, "PolicyId");
    const std::string target = text_of(in.input, "TargetId");
    if (!of || (policy.empty() && target.empty())) return to.add(action, std::vector<std::string>{"*"});
    if (!policy.empty()) to.add(action, std::vector{of->arn_of_policy(policy)});
    if (!target.empty())
        to.add(action, std::vector{target == of->root_id ? of->arn_of_root() : of->arn_of_account()});
}

// The type of what EC2 has given such an id.
std::string_view ec2_type(std::string_view id) {
    using kind = std::pair<std::string_view, std::string_view>;
    constexpr std::array kinds{kind{"sgr-", "security-group-rule"}, kind{"sg-", "security-group"},
                               kind{"vpc-", "vpc"}, kind{"subnet-", "subnet"}};
    for (const auto& [prefix, type] : kinds) {
        if (id.starts_with(prefix)) return type;
    }
    return "*";
}

// What a call does beside its own action.
void add_further(const call& in, request_reader& to) {
    if (in.service == "lambda") {
        if (const std::string role = text_of(in.input, "Role"); !role.empty())
            to.add_passed_role(role, "lambda.amazonaws.com");
    }
    if (in.service == "cognito-idp") {
        if (const std::string role = text_of(in.input, "RoleArn"); !role.empty())
            to.add_passed_role(role, "cognito-idp.amazonaws.com");
    }
    if (in.service == "cloudtrail") {
        if (const std::string role = text_of(in.input, "CloudWatchLogsRoleArn"); !role.empty())
            to.add_passed_role(role, "cloudtrail.amazonaws.com");
    }
    const bool creates = in.operation.starts_with("Create") || in.operation.starts_with("Restore");
    if (in.service == "rds" && creates && wire::find_list(in.input, "Tags") != nullptr) {
        const std::string_view resources = row_of(in).resources;
        to.add("rds:AddTagsToResource", resources.substr(0, resources.find(' ')));
    }
    if (in.service == "ec2" && wire::find_list(in.input, "TagSpecifications") != nullptr) {
        to.put_fact("ec2:CreateAction", in.operation);
        to.add("ec2:CreateTags", "security-group/*");
    }
}

} // namespace

std::vector<access_request> requests_of(const call& in, const resource_directory& resources,
                                        bool input_is_known) {
    // The role's own policy decides on AssumeRole, together with the caller's: its operation asks.
    if (in.service == "sts") return {};
    const operation_resources row = row_of(in);
    const std::string action = row.action.empty()
                                   ? fmt::format("{}:{}", service_in_policies(in), in.operation)
                                   : std::string{row.action};
    request_reader out{in, resources};
    if (!input_is_known) {
        out.add(action, std::vector<std::string>{});
        return out.take(action);
    }
    if (in.service == "iam") {
        if (const std::string arn = text_of(in.input, "PolicyArn"); !arn.empty())
            out.put_fact("iam:PolicyARN", arn);
        out.add(action, std::vector{iam_resource(in)});
    } else if (in.service == "organizations") {
        add_organizations(in, out, action);
    } else if (in.service == "ec2" && (in.operation == "CreateTags" || in.operation == "DeleteTags")) {
        for (const std::string& id : wire::texts_of(in.input, "Resources"))
            out.add(action, std::vector{arn_of(in, fmt::format("{}/{}", ec2_type(id), id))});
    } else {
        out.add(action, row.resources);
    }
    add_further(in, out);
    return out.take(action);
}

} // namespace cruddur::cloud::iam
