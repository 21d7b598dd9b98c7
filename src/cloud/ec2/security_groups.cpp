#include "cloud/ec2/ec2.hpp"
#include "cloud/ec2/network_users.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::ec2 {

namespace {

constexpr std::size_t text_characters_max = 255;

bool has_only(std::string_view text, std::string_view punctuation) {
    return std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               punctuation.find(c) != std::string_view::npos;
    });
}

void check_text(std::string_view parameter, const std::string& text) {
    if (text.empty() || text.size() > text_characters_max || !has_only(text, " ._-:/()#,@[]+=&;{}!$*")) {
        throw refusal{
            "InvalidParameterValue",
            fmt::format("Value ({}) for parameter {} is invalid. It must have 1 to 255 characters of a-z, "
                        "A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{{}}!$*",
                        text, parameter)};
    }
}

void check_name(const std::string& name) {
    check_text("GroupName", name);
    if (name.starts_with("sg-")) {
        throw refusal{"InvalidParameterValue",
                      "Invalid security group name: group names may not be in the format "
                      "sg-*"};
    }
    if (name == "default") {
        throw refusal{"InvalidParameterValue", "Cannot use reserved security group name: default"};
    }
}

// The attributes that filters of "ip-permission." and "egress.ip-permission." look at.
void add_rule_attributes(const security_group_rule& rule, const std::vector<security_group>& groups,
                         attribute_list& attributes) {
    const std::string prefix = rule.is_egress ? "egress.ip-permission." : "ip-permission.";
    attributes.emplace_back(prefix + "protocol", rule.protocol);
    attributes.emplace_back(prefix + "from-port", std::to_string(rule.from_port));
    attributes.emplace_back(prefix + "to-port", std::to_string(rule.to_port));
    attributes.emplace_back(prefix + (rule.is_reference() ? "group-id"
                                      : rule.is_ipv6()    ? "ipv6-cidr"
                                                          : "cidr"),
                            rule.source);
    if (!rule.is_reference()) return;
    attributes.emplace_back(prefix + "user-id", ground::account_id);
    const auto source = std::ranges::find(groups, rule.source, &security_group::id);
    if (source != groups.end()) attributes.emplace_back(prefix + "group-name", source->name);
}

// Rules of one direction as IpPermissions: one for each protocol and ports, with all of its sources.
json::array permissions_of(const std::vector<security_group_rule>& rules, bool is_egress) {
    std::vector<const security_group_rule*> left;
    for (const auto& rule : rules) {
        if (rule.is_egress == is_egress) left.push_back(&rule);
    }
    json::array out;
    while (!left.empty()) {
        const security_group_rule& first = *left.front();
        json::object permission{{"IpProtocol", first.protocol}};
        if (first.protocol != "-1") {
            permission["FromPort"] = first.from_port;
            permission["ToPort"] = first.to_port;
        }
        for (const char* kind : {"UserIdGroupPairs", "IpRanges", "Ipv6Ranges", "PrefixListIds"})
            permission[kind] = json::array{};
        std::erase_if(left, [&](const security_group_rule* rule) {
            if (rule->protocol != first.protocol || rule->from_port != first.from_port ||
                rule->to_port != first.to_port) {
                return false;
            }
            json::object source;
            if (rule->is_reference()) source["UserId"] = ground::account_id;
            source[rule->is_reference() ? "GroupId" : rule->is_ipv6() ? "CidrIpv6" : "CidrIp"] = rule->source;
            if (rule->description) source["Description"] = *rule->description;
            permission[rule->is_reference() ? "UserIdGroupPairs"
                       : rule->is_ipv6()    ? "Ipv6Ranges"
                                            : "IpRanges"]
                .as_array()
                .push_back(std::move(source));
            return true;
        });
        out.push_back(std::move(permission));
    }
    return out;
}

json::object describe_group(const call& in, const security_group& group) {
    const auto rules = rules_of(in.db, group.id);
    return {{"OwnerId", ground::account_id},
            {"GroupId", group.id},
            {"SecurityGroupArn", ec2_arn(in, "security-group", group.id)},
            {"GroupName", group.name},
            {"Description", group.description},
            {"VpcId", group.vpc_id},
            {"IpPermissions", permissions_of(rules, false)},
            {"IpPermissionsEgress", permissions_of(rules, true)},
            {"Tags", wire::write_tags(ground::tags_of(in.db, group.id))}};
}

// By a rule of another group, or by what other services have: a DB instance, a function.
bool is_in_use(const call& in, const std::string& group_id) {
    rows others = in.db.query(
        "select 1 from security_group_rule where referenced_group_id = ?1 and group_id <> ?1 limit 1",
        group_id);
    if (others.next()) return true;
    return is_used(in, group_id);
}

} // namespace

security_group find_group(const call& in, const std::string& id) {
    (void)ensure_network(in.db, in.region);
    check_id(id, "sg", "InvalidGroupId.Malformed");
    if (auto found = group_by_id(in.db, in.region, id)) return *std::move(found);
    throw refusal{"InvalidGroup.NotFound", fmt::format("The security group '{}' does not exist", id)};
}

security_group find_group_by_name(const call& in, const std::string& vpc_id, const std::string& name) {
    if (auto found = group_by_name(in.db, vpc_id, name)) return *std::move(found);
    throw refusal{"InvalidGroup.NotFound",
                  fmt::format("The security group '{}' does not exist in VPC '{}'", name, vpc_id)};
}

security_group named_group(const call& in) {
    const auto id = optional_text(in.input, "GroupId");
    const auto name = optional_text(in.input, "GroupName");
    if (id && name) {
        throw refusal{"InvalidParameterCombination",
                      "The parameter groupName cannot be used with the parameter groupId"};
    }
    if (id) return find_group(in, *id);
    if (name) return find_group_by_name(in, ensure_network(in.db, in.region), *name);
    throw refusal{"MissingParameter", "The request must contain the parameter groupName or groupId"};
}

void tell_of_rules(const call& in) {
    in.after_commit([&users = in.env.part<network_users>()] {
        for (network_user* const each : users.all)
            each->read_rules();
    });
}

json::object create_security_group(const call& in) {
    security_group made{"", text_of(in.input, "VpcId"), text_of(in.input, "GroupName"),
                        text_of(in.input, "Description")};
    check_name(made.name);
    check_text("GroupDescription", made.description);
    const std::string vpc =
        made.vpc_id.empty() ? ensure_network(in.db, in.region) : find_vpc(in, made.vpc_id).id;
    made.vpc_id = vpc;
    const ground::tag_list tags = read_tag_specifications(in.input, "security-group");
    for (const security_group& other : groups_of(in.db, in.region)) {
        if (other.vpc_id == vpc && other.name == made.name) {
            throw refusal{"InvalidGroup.Duplicate",
                          fmt::format("The security group '{}' already exists for VPC '{}'", made.name, vpc)};
        }
    }
    const std::string id = insert_group(in.db, in.region, made);
    ground::put_tags(in.db, id, in.region, tags);
    return {{"GroupId", id},
            {"SecurityGroupArn", ec2_arn(in, "security-group", id)},
            {"Tags", wire::write_tags(tags)}};
}

json::object delete_security_group(const call& in) {
    const security_group group = named_group(in);
    if (group.name == "default") {
        throw refusal{"CannotDelete",
                      fmt::format("the specified group: \"{}\" name: \"{}\" cannot be deleted by a "
                                  "user",
                                  group.id, group.name)};
    }
    if (is_in_use(in, group.id)) {
        throw refusal{"DependencyViolation", fmt::format("resource {} has a dependent object", group.id)};
    }
    delete_group(in.db, group.id);
    return {{"Return", true}, {"GroupId", group.id}};
}

json::object describe_security_groups(const call& in) {
    const ec2_filters filters{in.input,
                              {"description",
                               "egress.ip-permission.cidr",
                               "egress.ip-permission.from-port",
                               "egress.ip-permission.group-id",
                               "egress.ip-permission.group-name",
                               "egress.ip-permission.ipv6-cidr",
                               "egress.ip-permission.prefix-list-id",
                               "egress.ip-permission.protocol",
                               "egress.ip-permission.to-port",
                               "egress.ip-permission.user-id",
                               "group-id",
                               "group-name",
                               "ip-permission.cidr",
                               "ip-permission.from-port",
                               "ip-permission.group-id",
                               "ip-permission.group-name",
                               "ip-permission.ipv6-cidr",
                               "ip-permission.prefix-list-id",
                               "ip-permission.protocol",
                               "ip-permission.to-port",
                               "ip-permission.user-id",
                               "owner-id",
                               "vpc-id"}};
    const std::string vpc = ensure_network(in.db, in.region);
    std::vector<std::string> asked = texts_of(in.input, "GroupIds");
    for (const std::string& id : asked)
        (void)find_group(in, id);
    for (const std::string& name : texts_of(in.input, "GroupNames")) {
        asked.push_back(find_group_by_name(in, vpc, name).id);
    }
    const std::vector<security_group> every = groups_of(in.db, in.region);
    std::vector<security_group> found;
    for (const security_group& group : every) {
        attribute_list attributes = {{"description", group.description},
                                     {"group-id", group.id},
                                     {"group-name", group.name},
                                     {"owner-id", std::string{ground::account_id}},
                                     {"vpc-id", group.vpc_id}};
        for (const auto& rule : rules_of(in.db, group.id))
            add_rule_attributes(rule, every, attributes);
        const bool named = asked.empty() || std::ranges::find(asked, group.id) != asked.end();
        if (named && filters.match(std::move(attributes), ground::tags_of(in.db, group.id)))
            found.push_back(group);
    }
    return wire::listed("SecurityGroups", found, wire::page_by_token(in.input, found.size()),
                        [&](const security_group& group) { return describe_group(in, group); });
}

} // namespace cruddur::cloud::ec2
