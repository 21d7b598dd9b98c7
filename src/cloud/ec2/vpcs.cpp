#include "cloud/ec2/ec2.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::ec2 {

namespace {

constexpr std::size_t vpcs_max = 5; // in a region, as an account of AWS begins with

// What came with a resource is named after it.
std::string derived_id(std::string_view prefix, const std::string& from) {
    return fmt::format("{}-{}", prefix, from.substr(from.find('-') + 1));
}

json::object describe(const call& in, const vpc& one) {
    return {{"VpcId", one.id},
            {"OwnerId", ground::account_id},
            {"State", "available"},
            {"CidrBlock", one.cidr},
            {"DhcpOptionsId", "default"},
            {"InstanceTenancy", "default"},
            {"IsDefault", one.is_default},
            {"CidrBlockAssociationSet",
             json::array{json::object{{"AssociationId", derived_id("vpc-cidr-assoc", one.id)},
                                      {"CidrBlock", one.cidr},
                                      {"CidrBlockState", {{"State", "associated"}}}}}},
            {"Tags", wire::write_tags(ground::tags_of(in.db, one.id))}};
}

attribute_list attributes_of(const vpc& one) {
    return {{"cidr", one.cidr},
            {"cidr-block-association.association-id", derived_id("vpc-cidr-assoc", one.id)},
            {"cidr-block-association.cidr-block", one.cidr},
            {"cidr-block-association.state", "associated"},
            {"dhcp-options-id", "default"},
            {"is-default", truth(one.is_default)},
            {"isDefault", truth(one.is_default)},
            {"owner-id", std::string{ground::account_id}},
            {"state", "available"},
            {"vpc-id", one.id}};
}

std::optional<bool> wanted_value(const call& in, std::string_view member) {
    const json::object* const given = find_object(in.input, member);
    return given == nullptr ? std::nullopt : optional_boolean(*given, "Value");
}

bool has_own_parts(const call& in, const std::string& id) {
    if (!subnets_of(in.db, id).empty() || has_gateway(in.db, id)) return true;
    const auto groups = groups_of(in.db, in.region);
    if (std::ranges::any_of(groups, [&](const security_group& each) {
            return each.vpc_id == id && (each.name != "default" || is_used(in, each.id));
        }))
        return true;
    const auto tables = route_tables_of(in.db, in.region);
    return std::ranges::count(tables, id, &route_table::vpc_id) > 1;
}

// The one access list that a VPC has here: all may pass. Rule 32767, which ends each list, is AWS's own.
json::object describe_access_list(const call& in, const vpc& of) {
    const std::string id = derived_id("acl", of.id);
    json::array entries;
    for (const bool is_egress : {true, false}) {
        for (const auto& [number, action] : {std::pair{100, "allow"}, std::pair{32767, "deny"}}) {
            entries.push_back({{"CidrBlock", "0.0.0.0/0"},
                               {"Egress", is_egress},
                               {"Protocol", "-1"},
                               {"RuleAction", action},
                               {"RuleNumber", number}});
        }
    }
    json::array associations;
    for (const subnet& each : subnets_of(in.db, of.id)) {
        associations.push_back({{"NetworkAclAssociationId", derived_id("aclassoc", each.id)},
                                {"NetworkAclId", id},
                                {"SubnetId", each.id}});
    }
    return {{"NetworkAclId", id},
            {"VpcId", of.id},
            {"OwnerId", ground::account_id},
            {"IsDefault", true},
            {"Entries", std::move(entries)},
            {"Associations", std::move(associations)},
            {"Tags", json::array{}}};
}

attribute_list access_list_attributes(const call& in, const vpc& of) {
    const std::string id = derived_id("acl", of.id);
    attribute_list out{{"default", "true"},
                       {"network-acl-id", id},
                       {"owner-id", std::string{ground::account_id}},
                       {"vpc-id", of.id}};
    for (const subnet& each : subnets_of(in.db, of.id)) {
        out.emplace_back("association.association-id", derived_id("aclassoc", each.id));
        out.emplace_back("association.network-acl-id", id);
        out.emplace_back("association.subnet-id", each.id);
    }
    return out;
}

} // namespace

network read_network(const std::string& cidr, std::string_view parameter) {
    const auto out = network::parse(cidr);
    if (out && out->is_ipv4() && cidr.find('/') != std::string::npos) return *out;
    throw refusal{"InvalidParameterValue",
                  fmt::format("Value ({}) for parameter {} is invalid. This is not a valid CIDR block.", cidr,
                              parameter)};
}

bool has_network_size(const network& of) {
    constexpr unsigned widest = 16;
    constexpr unsigned narrowest = 28;
    return of.prefix_length() >= widest && of.prefix_length() <= narrowest;
}

vpc find_vpc(const call& in, const std::string& id) {
    check_id(id, "vpc", "InvalidVpcID.Malformed");
    (void)ensure_network(in.db, in.region);
    if (auto found = vpc_by_id(in.db, in.region, id)) return *std::move(found);
    throw refusal{"InvalidVpcID.NotFound", fmt::format("The vpc ID '{}' does not exist", id)};
}

json::object create_vpc(const call& in) {
    const auto cidr = optional_text(in.input, "CidrBlock");
    if (!cidr) {
        throw refusal{"MissingParameter",
                      "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided; here it is 'cidrBlock'."};
    }
    const network asked = read_network(*cidr, "cidrBlock");
    // This machine's own addresses are the internet to a VPC of local AWS.
    const bool is_reserved =
        network::parse("127.0.0.0/8")->contains(asked) || network::parse("169.254.0.0/16")->contains(asked);
    if (!has_network_size(asked) || is_reserved)
        throw refusal{"InvalidVpc.Range", fmt::format("The CIDR '{}' is invalid.", *cidr)};
    (void)ensure_network(in.db, in.region);
    if (vpcs_of(in.db, in.region).size() >= vpcs_max)
        throw refusal{"VpcLimitExceeded", "The maximum number of VPCs has been reached."};
    const ground::tag_list tags = read_tag_specifications(in.input, "vpc");
    const std::string id = insert_vpc(in.db, in.region, {.id = "", .cidr = asked.to_string()});
    ground::put_tags(in.db, id, in.region, tags);
    return {{"Vpc", describe(in, find_vpc(in, id))}};
}

json::object delete_vpc(const call& in) {
    const vpc gone = find_vpc(in, text_of(in.input, "VpcId"));
    if (gone.is_default) {
        throw refusal{"OperationNotPermitted",
                      fmt::format("{} is the region's default VPC, which local AWS keeps", gone.id)};
    }
    if (has_own_parts(in, gone.id)) {
        throw refusal{"DependencyViolation",
                      fmt::format("The vpc '{}' has dependencies and cannot be deleted.", gone.id)};
    }
    remove_vpc(in.db, gone.id);
    return {};
}

json::object describe_vpcs(const call& in) {
    // Those of IPv6 are there, and match nothing: no VPC here has any.
    const ec2_filters filters{
        in.input,
        {"cidr", "cidr-block-association.association-id", "cidr-block-association.cidr-block",
         "cidr-block-association.state", "dhcp-options-id", "ipv6-cidr-block-association.association-id",
         "ipv6-cidr-block-association.ipv6-cidr-block", "ipv6-cidr-block-association.ipv6-pool",
         "ipv6-cidr-block-association.state", "is-default", "isDefault", "owner-id", "state", "vpc-id"}};
    (void)ensure_network(in.db, in.region);
    const auto asked = texts_of(in.input, "VpcIds");
    for (const std::string& id : asked)
        (void)find_vpc(in, id);
    std::vector<vpc> found = vpcs_of(in.db, in.region);
    std::erase_if(found, [&](const vpc& one) {
        return !is_asked_for(asked, one.id) ||
               !filters.match(attributes_of(one), ground::tags_of(in.db, one.id));
    });
    return wire::listed("Vpcs", found, wire::page_by_token(in.input, found.size()),
                        [&](const vpc& one) { return describe(in, one); });
}

json::object describe_vpc_attribute(const call& in) {
    const vpc of = find_vpc(in, text_of(in.input, "VpcId"));
    const std::string name = text_of(in.input, "Attribute");
    if (name == "enableDnsSupport")
        return {{"VpcId", of.id}, {"EnableDnsSupport", {{"Value", of.dns_support}}}};
    if (name == "enableDnsHostnames")
        return {{"VpcId", of.id}, {"EnableDnsHostnames", {{"Value", of.dns_hostnames}}}};
    return {{"VpcId", of.id}, {"EnableNetworkAddressUsageMetrics", {{"Value", false}}}};
}

json::object modify_vpc_attribute(const call& in) {
    const vpc of = find_vpc(in, text_of(in.input, "VpcId"));
    const auto support = wanted_value(in, "EnableDnsSupport");
    const auto hostnames = wanted_value(in, "EnableDnsHostnames");
    if (support.has_value() == hostnames.has_value()) {
        throw refusal{"InvalidParameterCombination",
                      "Exactly one of EnableDnsSupport and EnableDnsHostnames must be given with a value"};
    }
    in.db.run(
        "update vpc set dns_support = coalesce(?, dns_support), dns_hostnames = coalesce(?, dns_hostnames) "
        "where id = ?",
        support ? std::optional<std::int64_t>{*support} : std::nullopt,
        hostnames ? std::optional<std::int64_t>{*hostnames} : std::nullopt, of.id);
    return {};
}

json::object describe_network_acls(const call& in) {
    const ec2_filters filters{in.input,
                              {"association.association-id", "association.network-acl-id",
                               "association.subnet-id", "default", "network-acl-id", "owner-id", "vpc-id"}};
    (void)ensure_network(in.db, in.region);
    std::vector<vpc> found = vpcs_of(in.db, in.region);
    std::vector<std::string> known;
    known.reserve(found.size());
    for (const vpc& each : found)
        known.push_back(derived_id("acl", each.id));
    const auto asked = texts_of(in.input, "NetworkAclIds");
    check_ids(asked, known, "InvalidNetworkAclID.NotFound", "networkAcl");
    std::erase_if(found, [&](const vpc& one) {
        return !is_asked_for(asked, derived_id("acl", one.id)) ||
               !filters.match(access_list_attributes(in, one));
    });
    return wire::listed("NetworkAcls", found, wire::page_by_token(in.input, found.size()),
                        [&](const vpc& one) { return describe_access_list(in, one); });
}

} // namespace cruddur::cloud::ec2
