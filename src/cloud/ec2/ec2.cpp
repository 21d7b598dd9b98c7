#include "cloud/ec2/ec2.hpp"

#include "cloud/ground/identifiers.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::ec2 {

namespace {

using enum member::type;

constexpr std::array zones_in = {member{"Filter", list}, member{"ZoneName", list}, member{"ZoneId", list},
                                 member{"AllAvailabilityZones", boolean}, member{"DryRun", boolean}};
constexpr std::array regions_in = {member{"Filter", list}, member{"RegionName", list},
                                   member{"AllRegions", boolean}, member{"DryRun", boolean}};
constexpr std::array vpcs_in = {member{"Filter", list}, member{"VpcId", list}, member{"MaxResults", integer},
                                member{"NextToken"}, member{"DryRun", boolean}};
constexpr std::array subnets_in = {member{"Filter", list}, member{"SubnetId", list},
                                   member{"MaxResults", integer}, member{"NextToken"},
                                   member{"DryRun", boolean}};
constexpr std::array create_group_in = {member{"GroupDescription", text, true},
                                        member{"GroupName", text, true}, member{"VpcId"},
                                        member{"TagSpecification", list}, member{"DryRun", boolean}};
constexpr std::array delete_group_in = {member{"GroupId"}, member{"GroupName"}, member{"DryRun", boolean}};
constexpr std::array groups_in = {member{"Filter", list},    member{"GroupId", list},
                                  member{"GroupName", list}, member{"MaxResults", integer},
                                  member{"NextToken"},       member{"DryRun", boolean}};
constexpr std::array authorize_in = {member{"GroupId"},
                                     member{"GroupName"},
                                     member{"IpPermissions", list},
                                     member{"CidrIp"},
                                     member{"IpProtocol"},
                                     member{"FromPort", integer},
                                     member{"ToPort", integer},
                                     member{"SourceSecurityGroupName"},
                                     member{"SourceSecurityGroupOwnerId"},
                                     member{"TagSpecification", list},
                                     member{"DryRun", boolean}};
constexpr std::array revoke_in = {member{"GroupId"},
                                  member{"GroupName"},
                                  member{"IpPermissions", list},
                                  member{"SecurityGroupRuleId", list},
                                  member{"CidrIp"},
                                  member{"IpProtocol"},
                                  member{"FromPort", integer},
                                  member{"ToPort", integer},
                                  member{"SourceSecurityGroupName"},
                                  member{"SourceSecurityGroupOwnerId"},
                                  member{"DryRun", boolean}};
constexpr std::array rules_in = {member{"Filter", list}, member{"SecurityGroupRuleId", list},
                                 member{"MaxResults", integer}, member{"NextToken"},
                                 member{"DryRun", boolean}};
constexpr std::array modify_rules_in = {member{"GroupId", text, true},
                                        member{"SecurityGroupRule", list, true}, member{"DryRun", boolean}};
constexpr std::array descriptions_in = {member{"GroupId"}, member{"GroupName"}, member{"IpPermissions", list},
                                        member{"SecurityGroupRuleDescription", list},
                                        member{"DryRun", boolean}};
constexpr std::array create_tags_in = {member{"ResourceId", list, true}, member{"Tag", list, true},
                                       member{"DryRun", boolean}};
constexpr std::array delete_tags_in = {member{"ResourceId", list, true}, member{"Tag", list},
                                       member{"DryRun", boolean}};
constexpr std::array describe_tags_in = {member{"Filter", list}, member{"MaxResults", integer},
                                         member{"NextToken"}, member{"DryRun", boolean}};

constexpr std::array operations = {
    operation{"AuthorizeSecurityGroupEgress", authorize_in, authorize_security_group_egress},
    operation{"AuthorizeSecurityGroupIngress", authorize_in, authorize_security_group_ingress},
    operation{"CreateSecurityGroup", create_group_in, create_security_group},
    operation{"CreateTags", create_tags_in, create_tags},
    operation{"DeleteSecurityGroup", delete_group_in, delete_security_group},
    operation{"DeleteTags", delete_tags_in, delete_tags},
    operation{"DescribeAvailabilityZones", zones_in, describe_availability_zones},
    operation{"DescribeRegions", regions_in, describe_regions},
    operation{"DescribeSecurityGroupRules", rules_in, describe_security_group_rules},
    operation{"DescribeSecurityGroups", groups_in, describe_security_groups},
    operation{"DescribeSubnets", subnets_in, describe_subnets},
    operation{"DescribeTags", describe_tags_in, describe_tags},
    operation{"DescribeVpcs", vpcs_in, describe_vpcs},
    operation{"ModifySecurityGroupRules", modify_rules_in, modify_security_group_rules},
    operation{"RevokeSecurityGroupEgress", revoke_in, revoke_security_group_egress},
    operation{"RevokeSecurityGroupIngress", revoke_in, revoke_security_group_ingress},
    operation{"UpdateSecurityGroupRuleDescriptionsEgress", descriptions_in,
              update_security_group_rule_descriptions_egress},
    operation{"UpdateSecurityGroupRuleDescriptionsIngress", descriptions_in,
              update_security_group_rule_descriptions_ingress},
};

} // namespace

const wire::query_service& ec2_service() {
    static constexpr wire::query_service service{
        {"ec2", "AmazonEC2", "2016-11-15", "http://ec2.amazonaws.com/doc/2016-11-15/", wire::dialect::ec2},
        operations};
    return service;
}

ec2_filters::ec2_filters(const parameters& input, std::initializer_list<std::string_view> known)
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
