#include "cloud/ec2/ec2.hpp"
#include "cloud/ec2/rules.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::ec2 {

namespace {

constexpr int rules_max = 60; // of a group, in each direction and each IP family
constexpr std::int64_t port_max = 65'535;
constexpr std::int64_t icmp_max = 255;

std::string read_protocol(const json::object& from) {
    const auto sent = optional_text(from, "IpProtocol");
    if (!sent) throw refusal{"MissingParameter", "The request must contain the parameter ipProtocol"};
    std::string name = boost::algorithm::to_lower_copy(*sent);
    constexpr std::array<std::pair<std::string_view, std::string_view>, 10> names = {{{"tcp", "tcp"},
                                                                                      {"udp", "udp"},
                                                                                      {"icmp", "icmp"},
                                                                                      {"icmpv6", "icmpv6"},
                                                                                      {"-1", "-1"},
                                                                                      {"all", "-1"},
                                                                                      {"6", "tcp"},
                                                                                      {"17", "udp"},
                                                                                      {"1", "icmp"},
                                                                                      {"58", "icmpv6"}}};
    for (const auto& [written, meant] : names) {
        if (name == written) return std::string{meant};
    }
    const bool number = !name.empty() && name.size() <= 3 &&
                        name.find_first_not_of("0123456789") == std::string::npos &&
                        std::stoi(name) <= icmp_max;
    if (!number) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("Invalid value '{}' for IP protocol. Unknown protocol.", *sent)};
    }
    return name;
}

// Protocol and ports, checked together: what a port means depends on the protocol.
void read_traffic(const json::object& from, security_group_rule& into) {
    into.protocol = read_protocol(from);
    const auto first = optional_integer(from, "FromPort");
    const auto last = optional_integer(from, "ToPort");
    if (into.protocol == "tcp" || into.protocol == "udp") {
        if (!first || !last) {
            throw refusal{"InvalidParameterValue",
                          "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange."};
        }
        if (*first < 0 || *last > port_max || *first > *last) {
            throw refusal{"InvalidParameterValue",
                          fmt::format("Invalid TCP/UDP port range ({}:{})", *first, *last)};
        }
    } else if (into.protocol == "icmp" || into.protocol == "icmpv6") {
        if (first.value_or(-1) < -1 || first.value_or(-1) > icmp_max || last.value_or(-1) < -1 ||
            last.value_or(-1) > icmp_max) {
            throw refusal{"InvalidParameterValue",
                          fmt::format("ICMP type {} and code {} must be between -1 and 255",
                                      first.value_or(-1), last.value_or(-1))};
        }
    } else {
        return; // every port
    }
    into.from_port = first.value_or(-1);
    into.to_port = last.value_or(-1);
}

std::optional<std::string> read_description(const json::object& from) {
    auto text = optional_text(from, "Description");
    if (!text || text->empty()) return std::nullopt;
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{" ._-:/()#,@[]+=&;{}!$*"}.find(c) != std::string_view::npos;
    };
    if (text->size() > 255 || !std::ranges::all_of(*text, plain)) {
        throw refusal{
            "InvalidParameterValue",
            "Invalid rule description. Valid descriptions are strings less than 256 characters from the "
            "following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"};
    }
    return text;
}

std::string read_cidr(const std::string& text, bool ipv6) {
    const auto parsed = network::parse(text);
    const bool written_as_ipv6 = text.find(':') != std::string::npos;
    if (!parsed || written_as_ipv6 != ipv6) {
        throw refusal{"InvalidParameterValue", fmt::format("CIDR block {} is malformed", text)};
    }
    return parsed->to_string();
}

void check_owner(const std::optional<std::string>& owner) {
    if (owner && *owner != ground::account_id) {
        throw refusal{
            "InvalidGroup.NotFound",
            fmt::format("You have specified two resources that belong to different networks: account {} has "
                        "no group here",
                        *owner)};
    }
}

void check_network(const security_group& of, const std::string& vpc_id) {
    if (of.vpc_id == vpc_id) return;
    throw refusal{"InvalidGroup.NotFound",
                  "You have specified two resources that belong to different networks."};
}

// The group of a UserIdGroupPair. There are no peerings, so it is of the same VPC.
std::string read_referenced_group(const call& in, const security_group& of, const json::object& from) {
    check_owner(optional_text(from, "UserId"));
    if (const auto vpc = optional_text(from, "VpcId")) check_network(of, find_vpc(in, *vpc).id);
    if (const auto peering = optional_text(from, "VpcPeeringConnectionId")) {
        throw refusal{"InvalidVpcPeeringConnectionID.NotFound",
                      fmt::format("The vpcPeeringConnection ID '{}' does not exist", *peering)};
    }
    if (from.contains("PeeringStatus")) {
        throw refusal{"InvalidParameterCombination",
                      "The parameter peeringStatus goes with a vpcPeeringConnectionId alone"};
    }
    const auto id = optional_text(from, "GroupId");
    const auto name = optional_text(from, "GroupName");
    if (!id) return find_group_by_name(in, of.vpc_id, name.value_or("")).id;
    const security_group group = find_group(in, *id);
    check_network(of, group.vpc_id);
    if (name && *name != group.name) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("The security group '{}' is not named '{}'", *id, *name)};
    }
    return group.id;
}

[[noreturn]] void refuse_prefix_list(const std::string& id) {
    throw refusal{"InvalidPrefixListID.NotFound", fmt::format("The prefix list ID '{}' does not exist", id)};
}

// The rules that one IpPermission stands for: one for each of its sources.
void read_permission(const call& in, const security_group& group, bool is_egress, const json::object& from,
                     std::vector<security_group_rule>& into) {
    security_group_rule rule;
    rule.group_id = group.id;
    rule.is_egress = is_egress;
    read_traffic(from, rule);
    const std::size_t before = into.size();
    const auto add = [&](std::string source, const json::object& described) {
        rule.source = std::move(source);
        rule.description = read_description(described);
        into.push_back(rule);
    };
    for (const json::object* range : objects_of(from, "IpRanges")) {
        add(read_cidr(text_of(*range, "CidrIp"), false), *range);
    }
    for (const json::object* range : objects_of(from, "Ipv6Ranges")) {
        add(read_cidr(text_of(*range, "CidrIpv6"), true), *range);
    }
    for (const json::object* pair : objects_of(from, "UserIdGroupPairs"))
        add(read_referenced_group(in, group, *pair), *pair);
    for (const json::object* list : objects_of(from, "PrefixListIds")) {
        refuse_prefix_list(text_of(*list, "PrefixListId"));
    }
    if (into.size() == before) {
        throw refusal{"MissingParameter",
                      "The request must contain the parameter cidrIp, cidrIpv6 or a group"};
    }
}

// Full TCP, UDP and ICMP access from a group, which is what naming it alone stands for.
std::vector<security_group_rule> read_source_group(const call& in, const security_group& group) {
    check_owner(optional_text(in.input, "SourceSecurityGroupOwnerId"));
    const std::string source =
        find_group_by_name(in, group.vpc_id, text_of(in.input, "SourceSecurityGroupName")).id;
    return {{"", group.id, false, "tcp", 0, port_max, source, std::nullopt},
            {"", group.id, false, "udp", 0, port_max, source, std::nullopt},
            {"", group.id, false, "icmp", -1, -1, source, std::nullopt}};
}

// One rule that is spelled out beside the group, for ingress alone; empty where there is none.
std::vector<security_group_rule> read_short_form(const call& in, const security_group& group,
                                                 bool is_egress) {
    constexpr std::array of_range = {"CidrIp", "IpProtocol", "FromPort", "ToPort"};
    constexpr std::array of_group = {"SourceSecurityGroupName", "SourceSecurityGroupOwnerId"};
    const auto is_sent = [&](const char* name) { return in.input.contains(name); };
    const bool has_range = std::ranges::any_of(of_range, is_sent);
    const bool has_group = std::ranges::any_of(of_group, is_sent);
    if (!has_range && !has_group) return {};
    if (is_egress) {
        throw refusal{"UnsupportedOperation", "Rules for outbound traffic are given by ipPermissions alone"};
    }
    if (in.input.contains("IpPermissions") || (has_range && has_group)) {
        throw refusal{"InvalidParameterCombination",
                      "A rule is given by ipPermissions, by cidrIp with its protocol and ports, or by "
                      "sourceSecurityGroupName: these may not be used together"};
    }
    if (has_group) return read_source_group(in, group);
    security_group_rule rule;
    rule.group_id = group.id;
    read_traffic(in.input, rule);
    const auto cidr = optional_text(in.input, "CidrIp");
    if (!cidr) throw refusal{"MissingParameter", "The request must contain the parameter cidrIp"};
    rule.source = read_cidr(*cidr, false);
    return {rule};
}

// The rules of a request to authorize or revoke.
std::vector<security_group_rule> read_permissions(const call& in, const security_group& group,
                                                  bool is_egress) {
    std::vector<security_group_rule> out = read_short_form(in, group, is_egress);
    for (const json::object* permission : objects_of(in.input, "IpPermissions")) {
        read_permission(in, group, is_egress, *permission, out);
    }
    if (out.empty())
        throw refusal{"MissingParameter", "The request must contain the parameter ipPermissions"};
    return out;
}

bool is_same(const security_group_rule& a, const security_group_rule& b) {
    return a.is_egress == b.is_egress && a.protocol == b.protocol && a.from_port == b.from_port &&
           a.to_port == b.to_port && a.source == b.source;
}

[[noreturn]] void refuse_duplicate(const security_group_rule& rule) {
    const bool all = rule.protocol == "-1";
    const std::string ports =
        all ? std::string{} : fmt::format("from port: {}, to port: {}, ", rule.from_port, rule.to_port);
    throw refusal{"InvalidPermission.Duplicate",
                  fmt::format("the specified rule \"peer: {}, {}, {}ALLOW\" already exists", rule.source,
                              all ? std::string{"ALL"} : boost::algorithm::to_upper_copy(rule.protocol),
                              ports)};
}

// Holds what a group's rules must be after a change: none twice, and no more than the limit.
void check_group(state& db, const std::string& group_id) {
    std::array<std::array<int, 2>, 2> count{};
    for (const security_group_rule& rule : rules_of(db, group_id)) {
        auto& families = count.at(rule.is_egress ? 1 : 0);
        if (rule.is_reference() || !rule.is_ipv6()) ++families[0];
        if (rule.is_reference() || rule.is_ipv6()) ++families[1];
    }
    for (const auto& direction : count) {
        if (direction[0] > rules_max || direction[1] > rules_max) {
            throw refusal{"RulesPerSecurityGroupLimitExceeded",
                          "The maximum number of rules per security group has been reached."};
        }
    }
}

json::object describe_rule(const call& in, const security_group_rule& rule) {
    json::object out{{"SecurityGroupRuleId", rule.id},
                     {"SecurityGroupRuleArn", ec2_arn(in, "security-group-rule", rule.id)},
                     {"GroupId", rule.group_id},
                     {"GroupOwnerId", ground::account_id},
                     {"IsEgress", rule.is_egress},
                     {"IpProtocol", rule.protocol},
                     {"FromPort", rule.from_port},
                     {"ToPort", rule.to_port}};
    if (rule.is_reference()) {
        out["ReferencedGroupInfo"] = {{"GroupId", rule.source},
                                      {"UserId", ground::account_id},
                                      {"VpcId", ensure_network(in.db, in.region)}};
    } else {
        out[rule.is_ipv6() ? "CidrIpv6" : "CidrIpv4"] = rule.source;
    }
    if (rule.description) out["Description"] = *rule.description;
    out["Tags"] = wire::write_tags(ground::tags_of(in.db, rule.id));
    return out;
}

json::object authorize(const call& in, bool is_egress) {
    const security_group group = named_group(in);
    const auto wanted = read_permissions(in, group, is_egress);
    const ground::tag_list tags = read_tag_specifications(in.input, "security-group-rule");
    const auto before = rules_of(in.db, group.id);
    json::array rules;
    for (auto rule = wanted.begin(); rule != wanted.end(); ++rule) {
        const auto same = [&](const security_group_rule& other) { return is_same(*rule, other); };
        if (std::any_of(wanted.begin(), rule, same)) {
            throw refusal{"InvalidParameterValue", "The same permission must not appear multiple times"};
        }
        if (std::ranges::any_of(before, same)) refuse_duplicate(*rule);
        security_group_rule made = *rule;
        made.id = ground::resource_id("sgr");
        insert_rule(in.db, made);
        ground::put_tags(in.db, made.id, in.region, tags);
        rules.push_back(describe_rule(in, made));
    }
    check_group(in.db, group.id);
    tell_of_rules(in);
    return {{"SecurityGroupRules", std::move(rules)}, {"Return", true}};
}

// A rule of this group and direction, by its id.
security_group_rule own_rule(const call& in, const security_group& group, const std::string& id) {
    security_group_rule rule = find_rule(in, id);
    if (rule.group_id != group.id) {
        throw refusal{
            "InvalidSecurityGroupRuleId.NotFound",
            fmt::format("The security group rule '{}' does not exist in security group '{}'", id, group.id)};
    }
    return rule;
}

security_group_rule own_rule(const call& in, const security_group& group, bool is_egress,
                             const std::string& id) {
    security_group_rule rule = own_rule(in, group, id);
    if (rule.is_egress != is_egress) {
        throw refusal{"InvalidParameterValue", fmt::format("The security group rule '{}' is not an {} rule",
                                                           id, is_egress ? "egress" : "ingress")};
    }
    return rule;
}

// The rule of the group that is the same as this one.
security_group_rule own_rule(const std::vector<security_group_rule>& rules, const security_group_rule& as) {
    const auto found = std::ranges::find_if(rules, [&](const auto& rule) { return is_same(rule, as); });
    if (found == rules.end()) {
        throw refusal{"InvalidPermission.NotFound",
                      "The specified rule does not exist in this security group."};
    }
    return *found;
}

json::object describe_revoked(const security_group_rule& rule) {
    json::object out{{"SecurityGroupRuleId", rule.id},
                     {"GroupId", rule.group_id},
                     {"IsEgress", rule.is_egress},
                     {"IpProtocol", rule.protocol},
                     {"FromPort", rule.from_port},
                     {"ToPort", rule.to_port},
                     {rule.is_reference() ? "ReferencedGroupId"
                      : rule.is_ipv6()    ? "CidrIpv6"
                                          : "CidrIpv4",
                      rule.source}};
    if (rule.description) out["Description"] = *rule.description;
    return out;
}

json::object revoke(const call& in, bool is_egress) {
    const security_group group = named_group(in);
    const auto ids = texts_of(in.input, "SecurityGroupRuleIds");
    std::vector<security_group_rule> revoked;
    revoked.reserve(ids.size());
    for (const std::string& id : ids)
        revoked.push_back(own_rule(in, group, is_egress, id));
    if (ids.empty()) {
        const auto rules = rules_of(in.db, group.id);
        for (const auto& rule : read_permissions(in, group, is_egress))
            revoked.push_back(own_rule(rules, rule));
    } else if (in.input.contains("IpPermissions") || !read_short_form(in, group, is_egress).empty()) {
        throw refusal{"InvalidParameterCombination",
                      "Rules are revoked by securityGroupRuleIds or by what they are, not by both"};
    }
    json::array answered;
    for (const security_group_rule& rule : revoked) {
        delete_rule(in.db, rule.id);
        answered.push_back(describe_revoked(rule));
    }
    tell_of_rules(in);
    return {{"Return", true}, {"RevokedSecurityGroupRules", std::move(answered)}};
}

json::object update_descriptions(const call& in, bool is_egress) {
    const security_group group = named_group(in);
    const auto update = [&](const security_group_rule& rule, const std::optional<std::string>& description) {
        in.db.run("update security_group_rule set description = ? where id = ?", description, rule.id);
    };
    const auto by_id = objects_of(in.input, "SecurityGroupRuleDescriptions");
    if (!by_id.empty() && in.input.contains("IpPermissions")) {
        throw refusal{"InvalidParameterCombination",
                      "Rules are told by securityGroupRuleDescriptions or by ipPermissions, not by both"};
    }
    for (const json::object* one : by_id) {
        const std::string id = text_of(*one, "SecurityGroupRuleId");
        update(own_rule(in, group, is_egress, id), read_description(*one));
    }
    if (by_id.empty()) {
        const auto rules = rules_of(in.db, group.id);
        for (const auto& rule : read_permissions(in, group, is_egress)) {
            update(own_rule(rules, rule), rule.description);
        }
    }
    return {{"Return", true}};
}

// The source of a SecurityGroupRuleRequest: exactly one of four members.
std::string read_source(const call& in, const security_group& of, const json::object& from) {
    std::vector<std::string> sources;
    if (const auto cidr = optional_text(from, "CidrIpv4")) sources.push_back(read_cidr(*cidr, false));
    if (const auto cidr = optional_text(from, "CidrIpv6")) sources.push_back(read_cidr(*cidr, true));
    if (const auto group = optional_text(from, "ReferencedGroupId")) {
        const security_group found = find_group(in, *group);
        check_network(of, found.vpc_id);
        sources.push_back(found.id);
    }
    if (const auto list = optional_text(from, "PrefixListId")) refuse_prefix_list(*list);
    if (sources.empty()) {
        throw refusal{
            "MissingParameter",
            "The request must contain exactly one of CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupId"};
    }
    if (sources.size() > 1) {
        throw refusal{"InvalidParameterCombination",
                      "Only one of CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupId can be specified"};
    }
    return sources.front();
}

} // namespace

security_group_rule find_rule(const call& in, const std::string& id) {
    check_id(id, "sgr", "InvalidSecurityGroupRuleId.Malformed");
    if (auto found = rule_by_id(in.db, in.region, id)) return *std::move(found);
    throw refusal{"InvalidSecurityGroupRuleId.NotFound",
                  fmt::format("The security group rule ID '{}' does not exist", id)};
}

json::object authorize_security_group_ingress(const call& in) {
    return authorize(in, false);
}

json::object authorize_security_group_egress(const call& in) {
    return authorize(in, true);
}

json::object revoke_security_group_ingress(const call& in) {
    return revoke(in, false);
}

json::object revoke_security_group_egress(const call& in) {
    return revoke(in, true);
}

json::object update_security_group_rule_descriptions_ingress(const call& in) {
    return update_descriptions(in, false);
}

json::object update_security_group_rule_descriptions_egress(const call& in) {
    return update_descriptions(in, true);
}

json::object modify_security_group_rules(const call& in) {
    const security_group group = named_group(in);
    for (const json::object* update : objects_of(in.input, "SecurityGroupRules")) {
        const auto id = optional_text(*update, "SecurityGroupRuleId");
        const json::object* wanted = find_object(*update, "SecurityGroupRule");
        if (!id || wanted == nullptr) {
            throw refusal{"MissingParameter", fmt::format("The request must contain the parameter {}",
                                                          id ? "SecurityGroupRule" : "SecurityGroupRuleId")};
        }
        security_group_rule rule = own_rule(in, group, *id);
        rule.from_port = rule.to_port = -1;
        read_traffic(*wanted, rule);
        rule.source = read_source(in, group, *wanted);
        rule.description = read_description(*wanted);
        for (const auto& other : rules_of(in.db, group.id)) {
            if (other.id != rule.id && is_same(other, rule)) refuse_duplicate(rule);
        }
        in.db.run("update security_group_rule set protocol = ?, from_port = ?, to_port = ?, source = ?, "
                  "referenced_group_id = ?, description = ? where id = ?",
                  rule.protocol, rule.from_port, rule.to_port, rule.source,
                  rule.is_reference() ? std::optional{rule.source} : std::nullopt, rule.description, rule.id);
    }
    check_group(in.db, group.id);
    tell_of_rules(in);
    return {{"Return", true}};
}

json::object describe_security_group_rules(const call& in) {
    const ec2_filters filters{in.input, {"group-id", "security-group-rule-id"}};
    for (const std::string& id : filters.values_of("group-id"))
        check_id(id, "sg", "InvalidGroupId.Malformed");
    for (const std::string& id : filters.values_of("security-group-rule-id"))
        check_id(id, "sgr", "InvalidSecurityGroupRuleId.Malformed");
    (void)ensure_network(in.db, in.region);
    const auto asked = texts_of(in.input, "SecurityGroupRuleIds");
    for (const std::string& id : asked)
        (void)find_rule(in, id);
    std::vector<security_group_rule> every = rules_in(in.db, in.region);
    std::erase_if(every, [&](const security_group_rule& rule) {
        const bool named = asked.empty() || std::ranges::find(asked, rule.id) != asked.end();
        return !named || !filters.match({{"group-id", rule.group_id}, {"security-group-rule-id", rule.id}},
                                        ground::tags_of(in.db, rule.id));
    });
    return wire::listed("SecurityGroupRules", every, wire::page_by_token(in.input, every.size()),
                        [&](const security_group_rule& rule) { return describe_rule(in, rule); });
}

} // namespace cruddur::cloud::ec2
