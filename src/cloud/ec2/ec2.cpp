#include "cloud/ec2/ec2.hpp"

#include "cloud/ground/identifiers.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::ec2 {

namespace {

// The members that each serves, as they are sent.
constexpr std::string_view zones_in = "Filters ZoneNames ZoneIds AllAvailabilityZones";
constexpr std::string_view regions_in = "Filters RegionNames AllRegions";
constexpr std::string_view vpcs_in = "Filters VpcIds MaxResults NextToken";
constexpr std::string_view subnets_in = "Filters SubnetIds MaxResults NextToken";
constexpr std::string_view create_group_in = "Description GroupName VpcId TagSpecifications";
constexpr std::string_view delete_group_in = "GroupId GroupName";
constexpr std::string_view groups_in = "Filters GroupIds GroupNames MaxResults NextToken";
constexpr std::string_view authorize_in =
    "GroupId GroupName IpPermissions CidrIp IpProtocol FromPort ToPort "
    "SourceSecurityGroupName SourceSecurityGroupOwnerId TagSpecifications";
constexpr std::string_view authorize_egress_in =
    "GroupId IpPermissions CidrIp IpProtocol FromPort ToPort SourceSecurityGroupName "
    "SourceSecurityGroupOwnerId TagSpecifications";
constexpr std::string_view revoke_in =
    "GroupId GroupName IpPermissions SecurityGroupRuleIds CidrIp IpProtocol "
    "FromPort ToPort SourceSecurityGroupName SourceSecurityGroupOwnerId";
constexpr std::string_view revoke_egress_in =
    "GroupId IpPermissions SecurityGroupRuleIds CidrIp IpProtocol FromPort ToPort "
    "SourceSecurityGroupName SourceSecurityGroupOwnerId";
constexpr std::string_view described_rules_in = "Filters SecurityGroupRuleIds MaxResults NextToken";
constexpr std::string_view modify_rules_in = "GroupId SecurityGroupRules";
constexpr std::string_view descriptions_in = "GroupId GroupName IpPermissions SecurityGroupRuleDescriptions";
constexpr std::string_view create_tags_in = "Resources Tags";
constexpr std::string_view delete_tags_in = "Resources Tags";
constexpr std::string_view describe_tags_in = "Filters MaxResults NextToken";

constexpr std::array operations = {
    operation{"AuthorizeSecurityGroupEgress", authorize_egress_in, authorize_security_group_egress},
    operation{"AuthorizeSecurityGroupIngress", authorize_in, authorize_security_group_ingress},
    operation{"CreateSecurityGroup", create_group_in, create_security_group},
    operation{"CreateTags", create_tags_in, create_tags},
    operation{"DeleteSecurityGroup", delete_group_in, delete_security_group},
    operation{"DeleteTags", delete_tags_in, delete_tags},
    operation{"DescribeAvailabilityZones", zones_in, describe_availability_zones},
    operation{"DescribeRegions", regions_in, describe_regions},
    operation{"DescribeSecurityGroupRules", described_rules_in, describe_security_group_rules},
    operation{"DescribeSecurityGroups", groups_in, describe_security_groups},
    operation{"DescribeSubnets", subnets_in, describe_subnets},
    operation{"DescribeTags", describe_tags_in, describe_tags},
    operation{"DescribeVpcs", vpcs_in, describe_vpcs},
    operation{"ModifySecurityGroupRules", modify_rules_in, modify_security_group_rules},
    operation{"RevokeSecurityGroupEgress", revoke_egress_in, revoke_security_group_egress},
    operation{"RevokeSecurityGroupIngress", revoke_in, revoke_security_group_ingress},
    operation{"UpdateSecurityGroupRuleDescriptionsEgress", descriptions_in,
              update_security_group_rule_descriptions_egress},
    operation{"UpdateSecurityGroupRuleDescriptionsIngress", descriptions_in,
              update_security_group_rule_descriptions_ingress},
};

} // namespace

const wire::service& ec2_service() {
    static constexpr wire::service service{.model = wire::ec2_model,
                                           .operations = operations,
                                           .title = "AmazonEC2",
                                           .xmlns = "http://ec2.amazonaws.com/doc/2016-11-15/"};
    return service;
}

ec2_filters::ec2_filters(const json::object& input, std::initializer_list<std::string_view> known)
    : filters_{wire::read_filters(input)} {
    for (const wire::filter& one : filters_) {
        if (one.name == "tag-key" || one.name.starts_with("tag:")) continue;
        if (std::ranges::find(known, one.name) == known.end()) {
            throw refusal{"InvalidParameterValue", "The filter '" + one.name + "' is invalid"};
        }
    }
}

void check_id(const std::string& id, std::string_view prefix, const char* code) {
    if (ground::is_resource_id(id, prefix)) return;
    throw refusal{code, fmt::format("Invalid id: \"{}\" (expecting \"{}-...\")", id, prefix)};
}

std::string ec2_arn(const call& in, std::string_view type, std::string_view id) {
    return fmt::format("arn:aws:ec2:{}:{}:{}/{}", in.region, ground::account_id, type, id);
}

bool ec2_filters::match(const attribute_list& attributes) const {
    return std::ranges::all_of(filters_, [&](const wire::filter& one) {
        return std::ranges::any_of(attributes, [&](const auto& attribute) {
            return attribute.first == one.name &&
                   std::ranges::any_of(one.values, [&](const std::string& pattern) {
                       return wire::matches_wildcard(pattern, attribute.second);
                   });
        });
    });
}

bool ec2_filters::match(attribute_list attributes, const ground::tag_list& tags) const {
    for (const auto& [key, value] : tags) {
        attributes.emplace_back("tag:" + key, value);
        attributes.emplace_back("tag-key", key);
    }
    return match(attributes);
}

std::vector<std::string> ec2_filters::values_of(std::string_view name) const {
    std::vector<std::string> out;
    for (const wire::filter& one : filters_) {
        if (one.name == name) out.insert(out.end(), one.values.begin(), one.values.end());
    }
    return out;
}

} // namespace cruddur::cloud::ec2
