#include "aws/ec2.hpp"

#include <fmt/format.h>

namespace cruddur::aws {
namespace {

security_group_rule read(pugi::xml_node node) {
    security_group_rule rule{.id = node.child_value("securityGroupRuleId"),
                             .group = node.child_value("groupId"),
                             .egress = node.child("isEgress").text().as_bool(),
                             .protocol = node.child_value("ipProtocol"),
                             .from_port = node.child("fromPort").text().as_llong(-1),
                             .to_port = node.child("toPort").text().as_llong(-1),
                             .cidr = node.child_value("cidrIpv4"),
                             .description = node.child_value("description")};
    if (rule.cidr.empty()) rule.cidr = node.child_value("cidrIpv6");
    return rule;
}

result<std::vector<security_group_rule>> describe(client& by, const parameters& input) {
    std::vector<security_group_rule> all;
    auto done = by.pages(ec2_service, "DescribeSecurityGroupRules", input, [&](pugi::xml_node page) {
        for (const pugi::xml_node item : page.child("securityGroupRuleSet").children("item"))
            all.push_back(read(item));
    });
    if (!done) return done.error();
    return all;
}

bool ipv6(const std::string& cidr) {
    return cidr.find(':') != std::string::npos;
}

} // namespace

result<std::optional<security_group_rule>> find_rule(client& by, const std::string& rule) {
    auto found = describe(by, {{"SecurityGroupRuleId.1", rule}});
    if (!found && found.error().code == "InvalidSecurityGroupRuleId.NotFound")
        return std::optional<security_group_rule>{};
    if (!found) return found.error();
    if (found->empty()) return std::optional<security_group_rule>{};
    return std::optional{found->front()};
}

result<std::vector<security_group_rule>> rules_of(client& by, const std::string& group) {
    return describe(by, {{"Filter.1.Name", "group-id"}, {"Filter.1.Value.1", group}});
}

result<void> modify_rule(client& by, const std::string& group, const std::string& rule,
                         const address_rule& becomes) {
    const std::string prefix = "SecurityGroupRule.1.SecurityGroupRule.";
    auto done = by.call(ec2_service, "ModifySecurityGroupRules",
                        {{"GroupId", group},
                         {"SecurityGroupRule.1.SecurityGroupRuleId", rule},
                         {prefix + "IpProtocol", "tcp"},
                         {prefix + "FromPort", std::to_string(becomes.port)},
                         {prefix + "ToPort", std::to_string(becomes.port)},
                         {prefix + (ipv6(becomes.cidr) ? "CidrIpv6" : "CidrIpv4"), becomes.cidr},
                         {prefix + "Description", becomes.description}});
    if (!done) return done.error();
    return {};
}

result<std::string> authorize_ingress(client& by, const std::string& group, const address_rule& rule) {
    const std::string range =
        ipv6(rule.cidr) ? "IpPermissions.1.Ipv6Ranges.1." : "IpPermissions.1.IpRanges.1.";
    // The second of two is refused as a duplicate.
    auto done = by.call(ec2_service, "AuthorizeSecurityGroupIngress",
                        {{"GroupId", group},
                         {"IpPermissions.1.IpProtocol", "tcp"},
                         {"IpPermissions.1.FromPort", std::to_string(rule.port)},
                         {"IpPermissions.1.ToPort", std::to_string(rule.port)},
                         {range + (ipv6(rule.cidr) ? "CidrIpv6" : "CidrIp"), rule.cidr},
                         {range + "Description", rule.description}});
    if (!done) return done.error();
    return std::string{
        done->result().child("securityGroupRuleSet").child("item").child_value("securityGroupRuleId")};
}

result<void> revoke_ingress(client& by, const std::string& group, const std::string& rule) {
    auto done = by.call(ec2_service, "RevokeSecurityGroupIngress",
                        {{"GroupId", group}, {"SecurityGroupRuleId.1", rule}});
    // It is to be gone, and whoever took it out has done that: a first attempt whose answer was lost, too.
    if (!done && done.error().code != "InvalidSecurityGroupRuleId.NotFound" &&
        done.error().code != "InvalidPermission.NotFound")
        return done.error();
    return {};
}

} // namespace cruddur::aws
