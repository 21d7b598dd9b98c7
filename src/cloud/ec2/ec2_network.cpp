#include "cloud/ec2/ec2.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/regions.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::ec2 {

namespace {

constexpr int subnet_addresses = 4091; // of a /20, less the five that AWS keeps

// Refuses ids that are none of the ids found.
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

// Those of IPv6, Outposts and customer-owned addresses are there, and match nothing: no subnet here has any.
ec2_filters subnet_filters(const json::object& input) {
    return {input,
            {"availability-zone",
             "availabilityZone",
             "availability-zone-id",
             "availabilityZoneId",
             "available-ip-address-count",
             "cidr",
             "cidr-block",
             "cidrBlock",
             "customer-owned-ipv4-pool",
             "default-for-az",
             "defaultForAz",
             "enable-dns64",
             "enable-lni-at-device-index",
             "ipv6-cidr-block-association.association-id",
             "ipv6-cidr-block-association.ipv6-cidr-block",
             "ipv6-cidr-block-association.state",
             "ipv6-native",
             "map-customer-owned-ip-on-launch",
             "map-public-ip-on-launch",
             "outpost-arn",
             "owner-id",
             "private-dns-name-options-on-launch.enable-resource-name-dns-a-record",
             "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record",
             "private-dns-name-options-on-launch.hostname-type",
             "state",
             "subnet-arn",
             "subnet-id",
             "vpc-id"}};
}

attribute_list attributes_of(const call& in, const subnet& one) {
    const std::string zone = ground::zone_id(in.region, one.zone.back());
    return {{"availability-zone", one.zone},
            {"availabilityZone", one.zone},
            {"availability-zone-id", zone},
            {"availabilityZoneId", zone},
            {"available-ip-address-count", std::to_string(subnet_addresses)},
            {"cidr", one.cidr},
            {"cidr-block", one.cidr},
            {"cidrBlock", one.cidr},
            {"default-for-az", "true"},
            {"defaultForAz", "true"},
            {"enable-dns64", "false"},
            {"ipv6-native", "false"},
            {"map-customer-owned-ip-on-launch", "false"},
            {"map-public-ip-on-launch", "true"},
            {"owner-id", std::string{ground::account_id}},
            {"private-dns-name-options-on-launch.enable-resource-name-dns-a-record", "false"},
            {"private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record", "false"},
            {"private-dns-name-options-on-launch.hostname-type", "ip-name"},
            {"state", "available"},
            {"subnet-arn", ec2_arn(in, "subnet", one.id)},
            {"subnet-id", one.id},
            {"vpc-id", one.vpc_id}};
}

json::object describe(const call& in, const subnet& one) {
    return {{"SubnetId", one.id},
            {"SubnetArn", ec2_arn(in, "subnet", one.id)},
            {"State", "available"},
            {"OwnerId", ground::account_id},
            {"VpcId", one.vpc_id},
            {"CidrBlock", one.cidr},
            {"AvailableIpAddressCount", subnet_addresses},
            {"AvailabilityZone", one.zone},
            {"AvailabilityZoneId", ground::zone_id(in.region, one.zone.back())},
            {"DefaultForAz", true},
            {"MapPublicIpOnLaunch", true},
            {"MapCustomerOwnedIpOnLaunch", false},
            {"AssignIpv6AddressOnCreation", false},
            {"EnableDns64", false},
            {"Ipv6Native", false},
            {"PrivateDnsNameOptionsOnLaunch",
             {{"HostnameType", "ip-name"},
              {"EnableResourceNameDnsARecord", false},
              {"EnableResourceNameDnsAAAARecord", false}}},
            {"Tags", wire::write_tags(ground::tags_of(in.db, one.id))}};
}

} // namespace

void check_vpc(const call& in, const std::string& id) {
    check_id(id, "vpc", "InvalidVpcID.Malformed");
    check_ids({id}, {ensure_network(in.db, in.region)}, "InvalidVpcID.NotFound", "vpc");
}

void check_subnet(const call& in, const std::string& id) {
    check_id(id, "subnet", "InvalidSubnetID.Malformed");
    std::vector<std::string> known;
    for (const subnet& one : subnets_of(in.db, ensure_network(in.db, in.region)))
        known.push_back(one.id);
    check_ids({id}, known, "InvalidSubnetID.NotFound", "subnet");
}

json::object describe_vpcs(const call& in) {
    // Those of IPv6 are there, and match nothing: no VPC here has any.
    const ec2_filters filters{
        in.input,
        {"cidr", "cidr-block-association.association-id", "cidr-block-association.cidr-block",
         "cidr-block-association.state", "dhcp-options-id", "ipv6-cidr-block-association.association-id",
         "ipv6-cidr-block-association.ipv6-cidr-block", "ipv6-cidr-block-association.ipv6-pool",
         "ipv6-cidr-block-association.state", "is-default", "isDefault", "owner-id", "state", "vpc-id"}};
    const std::string id = ensure_network(in.db, in.region);
    const std::string association_id = "vpc-cidr-assoc-" + id.substr(4);
    for (const std::string& asked : texts_of(in.input, "VpcIds"))
        check_vpc(in, asked);
    const ground::tag_list tags = ground::tags_of(in.db, id);
    const bool matches = filters.match({{"cidr", vpc_cidr},
                                        {"cidr-block-association.association-id", association_id},
                                        {"cidr-block-association.cidr-block", vpc_cidr},
                                        {"cidr-block-association.state", "associated"},
                                        {"dhcp-options-id", "default"},
                                        {"is-default", "true"},
                                        {"isDefault", "true"},
                                        {"owner-id", std::string{ground::account_id}},
                                        {"state", "available"},
                                        {"vpc-id", id}},
                                       tags);
    const std::vector<std::string> found(matches ? 1 : 0, id);
    return wire::listed(
        "Vpcs", found, wire::page_by_token(in.input, found.size()), [&](const std::string&) -> json::object {
            return {{"VpcId", id},
                    {"OwnerId", ground::account_id},
                    {"State", "available"},
                    {"CidrBlock", vpc_cidr},
                    {"DhcpOptionsId", "default"},
                    {"InstanceTenancy", "default"},
                    {"IsDefault", true},
                    {"CidrBlockAssociationSet",
                     json::array{json::object{{"AssociationId", association_id},
                                              {"CidrBlock", vpc_cidr},
                                              {"CidrBlockState", {{"State", "associated"}}}}}},
                    {"Tags", wire::write_tags(tags)}};
        });
}

json::object describe_subnets(const call& in) {
    const ec2_filters filters = subnet_filters(in.input);
    const auto every = subnets_of(in.db, ensure_network(in.db, in.region));
    const auto asked = texts_of(in.input, "SubnetIds");
    for (const std::string& id : asked)
        check_subnet(in, id);
    std::vector<subnet> found;
    for (const subnet& one : every) {
        if (is_asked_for(asked, one.id) &&
            filters.match(attributes_of(in, one), ground::tags_of(in.db, one.id)))
            found.push_back(one);
    }
    return wire::listed("Subnets", found, wire::page_by_token(in.input, found.size()),
                        [&](const subnet& one) { return describe(in, one); });
}

json::object describe_availability_zones(const call& in) {
    const ec2_filters filters{in.input,
                              {"group-long-name", "group-name", "message", "opt-in-status", "parent-zone-id",
                               "parent-zone-name", "region-name", "state", "zone-id", "zone-name",
                               "zone-type"}};
    const auto names = texts_of(in.input, "ZoneNames");
    const auto ids = texts_of(in.input, "ZoneIds");
    const std::string_view letters = ground::find_region(in.region)->zones;
    const auto is_known = [&](const std::string& asked, bool by_id) {
        return std::ranges::any_of(letters, [&](char letter) {
            return asked ==
                   (by_id ? ground::zone_id(in.region, letter) : fmt::format("{}{}", in.region, letter));
        });
    };
    for (const std::string& name : names) {
        if (!is_known(name, false))
            throw refusal{"InvalidParameterValue", fmt::format("Invalid availability zone: [{}]", name)};
    }
    for (const std::string& id : ids) {
        if (!is_known(id, true))
            throw refusal{"InvalidParameterValue", fmt::format("Invalid availability zone-id: [{}]", id)};
    }
    json::array zones;
    for (const char letter : letters) {
        const std::string name = fmt::format("{}{}", in.region, letter);
        const std::string id = ground::zone_id(in.region, letter);
        if (!is_asked_for(names, name) || !is_asked_for(ids, id) ||
            !filters.match({{"group-name", in.region},
                            {"opt-in-status", "opt-in-not-required"},
                            {"region-name", in.region},
                            {"state", "available"},
                            {"zone-id", id},
                            {"zone-name", name},
                            {"zone-type", "availability-zone"}})) {
            continue;
        }
        zones.push_back({{"State", "available"},
                         {"OptInStatus", "opt-in-not-required"},
                         {"Messages", json::array{}},
                         {"RegionName", in.region},
                         {"ZoneName", name},
                         {"ZoneId", id},
                         {"GroupName", in.region},
                         {"NetworkBorderGroup", in.region},
                         {"ZoneType", "availability-zone"}});
    }
    return {{"AvailabilityZones", std::move(zones)}};
}

json::object describe_regions(const call& in) {
    const ec2_filters filters{in.input, {"endpoint", "opt-in-status", "region-name"}};
    const auto names = texts_of(in.input, "RegionNames");
    for (const std::string& name : names) {
        if (ground::find_region(name) == nullptr) {
            throw refusal{"InvalidParameterValue", fmt::format("Invalid region provided: [{}]", name)};
        }
    }
    json::array regions;
    for (const ground::region& one : ground::all_regions()) {
        const std::string name{one.name};
        const std::string endpoint = fmt::format("ec2.{}.amazonaws.com", name);
        const std::string opt_in = one.is_opted_into ? "opted-in" : "opt-in-not-required";
        if (!is_asked_for(names, name) ||
            !filters.match({{"endpoint", endpoint}, {"opt-in-status", opt_in}, {"region-name", name}})) {
            continue;
        }
        regions.push_back({{"RegionName", name}, {"Endpoint", endpoint}, {"OptInStatus", opt_in}});
    }
    return {{"Regions", std::move(regions)}};
}

} // namespace cruddur::cloud::ec2
