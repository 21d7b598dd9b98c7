#include "cloud/ec2/ec2.hpp"

#include "cloud/ec2/network_users.hpp"
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
constexpr std::string_view create_vpc_in = "CidrBlock TagSpecifications";
constexpr std::string_view vpc_attribute_in = "VpcId Attribute";
constexpr std::string_view modify_vpc_in = "VpcId EnableDnsHostnames EnableDnsSupport";
constexpr std::string_view interfaces_in =
    "Filters NetworkInterfaceIds IncludeManagedResources MaxResults NextToken";
constexpr std::string_view acls_in = "Filters NetworkAclIds MaxResults NextToken";
constexpr std::string_view create_subnet_in =
    "VpcId CidrBlock AvailabilityZone AvailabilityZoneId TagSpecifications";
constexpr std::string_view modify_subnet_in = "SubnetId MapPublicIpOnLaunch";
constexpr std::string_view gateways_in = "Filters InternetGatewayIds MaxResults NextToken";
constexpr std::string_view attached_in = "InternetGatewayId VpcId";
constexpr std::string_view tables_in = "Filters RouteTableIds MaxResults NextToken";
constexpr std::string_view associate_in = "RouteTableId SubnetId";
constexpr std::string_view replace_association_in = "AssociationId RouteTableId";
constexpr std::string_view route_in = "RouteTableId DestinationCidrBlock GatewayId";
constexpr std::string_view delete_route_in = "RouteTableId DestinationCidrBlock";
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
    operation{"AssociateRouteTable", associate_in, associate_route_table},
    operation{"AttachInternetGateway", attached_in, attach_internet_gateway},
    operation{"AuthorizeSecurityGroupEgress", authorize_egress_in, authorize_security_group_egress},
    operation{"AuthorizeSecurityGroupIngress", authorize_in, authorize_security_group_ingress},
    operation{"CreateInternetGateway", "TagSpecifications", create_internet_gateway},
    operation{"CreateRoute", route_in, create_route},
    operation{"CreateRouteTable", "VpcId TagSpecifications", create_route_table},
    operation{"CreateSecurityGroup", create_group_in, create_security_group},
    operation{"CreateSubnet", create_subnet_in, create_subnet},
    operation{"CreateTags", create_tags_in, create_tags},
    operation{"CreateVpc", create_vpc_in, create_vpc},
    operation{"DeleteInternetGateway", "InternetGatewayId", delete_internet_gateway},
    operation{"DeleteRoute", delete_route_in, delete_route},
    operation{"DeleteRouteTable", "RouteTableId", delete_route_table},
    operation{"DeleteSecurityGroup", delete_group_in, delete_security_group},
    operation{"DeleteSubnet", "SubnetId", delete_subnet},
    operation{"DeleteTags", delete_tags_in, delete_tags},
    operation{"DeleteVpc", "VpcId", delete_vpc},
    operation{"DescribeAvailabilityZones", zones_in, describe_availability_zones},
    operation{"DescribeInternetGateways", gateways_in, describe_internet_gateways},
    operation{"DescribeNetworkAcls", acls_in, describe_network_acls},
    operation{"DescribeNetworkInterfaces", interfaces_in, describe_network_interfaces},
    operation{"DescribeRegions", regions_in, describe_regions},
    operation{"DescribeRouteTables", tables_in, describe_route_tables},
    operation{"DescribeSecurityGroupRules", described_rules_in, describe_security_group_rules},
    operation{"DescribeSecurityGroups", groups_in, describe_security_groups},
    operation{"DescribeSubnets", subnets_in, describe_subnets},
    operation{"DescribeTags", describe_tags_in, describe_tags},
    operation{"DescribeVpcAttribute", vpc_attribute_in, describe_vpc_attribute},
    operation{"DescribeVpcs", vpcs_in, describe_vpcs},
    operation{"DetachInternetGateway", attached_in, detach_internet_gateway},
    operation{"DisassociateRouteTable", "AssociationId", disassociate_route_table},
    operation{"ModifySecurityGroupRules", modify_rules_in, modify_security_group_rules},
    operation{"ModifySubnetAttribute", modify_subnet_in, modify_subnet_attribute},
    operation{"ModifyVpcAttribute", modify_vpc_in, modify_vpc_attribute},
    operation{"ReplaceRoute", route_in, replace_route},
    operation{"ReplaceRouteTableAssociation", replace_association_in, replace_route_table_association},
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

void check_ids(const std::vector<std::string>& asked, const std::vector<std::string>& known, const char* code,
               std::string_view noun) {
    for (const std::string& id : asked) {
        if (std::ranges::find(known, id) == known.end()) {
            throw refusal{code, fmt::format("The {} ID '{}' does not exist", noun, id)};
        }
    }
}

bool is_asked_for(const std::vector<std::string>& asked, const std::string& id) {
    return asked.empty() || std::ranges::find(asked, id) != asked.end();
}

std::string truth(bool value) {
    return value ? "true" : "false";
}

bool is_used(const call& in, const std::string& id) {
    return std::ranges::any_of(in.env.part<network_users>().all,
                               [&](const network_user* each) { return each->uses(in.db, id); });
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
