#include "cloud/ec2/ec2.hpp"
#include "cloud/ec2/security_group_users.hpp"
#include "cloud/ground/identifiers.hpp"

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
void add_permissions(const element& to, const std::vector<security_group_rule>& rules, bool is_egress) {
    std::vector<const security_group_rule*> left;
    for (const auto& rule : rules) {
        if (rule.is_egress == is_egress) left.push_back(&rule);
    }
    while (!left.empty()) {
        const security_group_rule& first = *left.front();
        const element item = to.add("item");
        item.add("ipProtocol", first.protocol);
        if (first.protocol != "-1") {
            item.add("fromPort", first.from_port);
            item.add("toPort", first.to_port);
        }
        const element groups = item.add("groups");
        const element ipv4 = item.add("ipRanges");
        const element ipv6 = item.add("ipv6Ranges");
        (void)item.add("prefixListIds");
        std::erase_if(left, [&](const security_group_rule* rule) {
            if (rule->protocol != first.protocol || rule->from_port != first.from_port ||
                rule->to_port != first.to_port) {
                return false;
            }
            const element source = (rule->is_reference() ? groups
                                    : rule->is_ipv6()    ? ipv6
                                                         : ipv4)
                                       .add("item");
            if (rule->is_reference()) source.add("userId", std::string{ground::account_id});
            source.add(rule->is_reference() ? "groupId"
                       : rule->is_ipv6()    ? "cidrIpv6"
                                            : "cidrIp",
                       rule->source);
            if (rule->description) source.add("description", *rule->description);
            return true;
        });
    }
}

// By a rule of another group, or by what other services have: a DB instance, a function.
bool is_in_use(const call& in, const std::string& group_id) {
    rows others = in.db.query(
        "select 1 from security_group_rule where referenced_group_id = ?1 and group_id <> ?1 limit 1",
        group_id);
    if (others.next()) return true;
    return std::ranges::any_of(in.env.part<security_group_users>().all,
                               [&](const security_group_user* each) { return each->uses(in.db, group_id); });
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
    const auto id = in.input.text("GroupId");
    const auto name = in.input.text("GroupName");
    if (id && name) {
        throw refusal{"InvalidParameterCombination",
                      "The parameter groupName cannot be used with the parameter groupId"};
    }
    if (id) return find_group(in, *id);
    if (name) return find_group_by_name(in, ensure_network(in.db, in.region), *name);
    throw refusal{"MissingParameter", "The request must contain the parameter groupName or groupId"};
}

void tell_of_rules(const call& in) {
    in.after_commit([&users = in.env.part<security_group_users>()] {
        for (security_group_user* const each : users.all)
            each->read_rules();
    });
}

void create_security_group(const call& in) {
    security_group made{"", in.input.text("VpcId").value_or(""), in.input.text("GroupName").value_or(""),
                        in.input.text("GroupDescription").value_or("")};
    check_name(made.name);
    check_text("GroupDescription", made.description);
    const std::string vpc = ensure_network(in.db, in.region);
    if (!made.vpc_id.empty()) check_vpc(in, made.vpc_id);
    made.vpc_id = vpc;
    const ground::tag_list tags = read_tag_specifications(in.input, "security-group");
    for (const security_group& other : groups_of(in.db, in.region)) {
        if (other.name == made.name) {
            throw refusal{"InvalidGroup.Duplicate",
                          fmt::format("The security group '{}' already exists for VPC '{}'", made.name, vpc)};
        }
    }
    const std::string id = insert_group(in.db, in.region, made);
    ground::put_tags(in.db, id, in.region, tags);
    in.result.add("return", true);
    in.result.add("groupId", id);
    in.result.add("securityGroupArn", ec2_arn(in, "security-group", id));
    add_tag_set(in.result, tags);
}

void delete_security_group(const call& in) {
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
    in.result.add("return", true);
    in.result.add("groupId", group.id);
}

void describe_security_groups(const call& in) {
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
    std::vector<std::string> asked = in.input.texts("GroupId");
    for (const std::string& id : asked)
        (void)find_group(in, id);
    for (const std::string& name : in.input.texts("GroupName")) {
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
    const page shown = wire::page_by_token(in.input, found.size());
    const element set = in.result.add("securityGroupInfo");
    for (std::size_t i = shown.begin; i < shown.end; ++i) {
        const auto rules = rules_of(in.db, found[i].id);
        const element item = set.add("item");
        item.add("ownerId", std::string{ground::account_id});
        item.add("groupId", found[i].id);
        item.add("securityGroupArn", ec2_arn(in, "security-group", found[i].id));
        item.add("groupName", found[i].name);
        item.add("groupDescription", found[i].description);
        item.add("vpcId", found[i].vpc_id);
        add_permissions(item.add("ipPermissions"), rules, false);
        add_permissions(item.add("ipPermissionsEgress"), rules, true);
        add_tag_set(item, ground::tags_of(in.db, found[i].id));
    }
    if (!shown.next.empty()) in.result.add("nextToken", shown.next);
}

} // namespace cruddur::cloud::ec2
