#include "cloud/ec2/ec2.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/regions.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace cruddur::cloud::ec2 {

namespace {

// All of the network, less the five that AWS keeps.
int addresses_of(const subnet& one) {
    constexpr int kept = 5;
    return (1 << (32 - network::parse(one.cidr)->prefix_length())) - kept;
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
            {"available-ip-address-count", std::to_string(addresses_of(one))},
            {"cidr", one.cidr},
            {"cidr-block", one.cidr},
            {"cidrBlock", one.cidr},
            {"default-for-az", truth(one.is_default)},
            {"defaultForAz", truth(one.is_default)},
            {"enable-dns64", "false"},
            {"ipv6-native", "false"},
            {"map-customer-owned-ip-on-launch", "false"},
            {"map-public-ip-on-launch", truth(one.maps_public_address)},
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
            {"AvailableIpAddressCount", addresses_of(one)},
            {"AvailabilityZone", one.zone},
            {"AvailabilityZoneId", ground::zone_id(in.region, one.zone.back())},
            {"DefaultForAz", one.is_default},
            {"MapPublicIpOnLaunch", one.maps_public_address},
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

subnet find_subnet(const call& in, const std::string& id) {
    check_id(id, "subnet", "InvalidSubnetID.Malformed");
    (void)ensure_network(in.db, in.region);
    if (auto found = subnet_by_id(in.db, in.region, id)) return *std::move(found);
    throw refusal{"InvalidSubnetID.NotFound", fmt::format("The subnet ID '{}' does not exist", id)};
}

std::string zone_of(const call& in) {
    const auto name = optional_text(in.input, "AvailabilityZone");
    const auto id = optional_text(in.input, "AvailabilityZoneId");
    std::vector<std::string> names;
    for (const char letter : ground::find_region(in.region)->zones) {
        names.push_back(fmt::format("{}{}", in.region, letter));
        if ((!name || *name == names.back()) && (!id || *id == ground::zone_id(in.region, letter)))
            return names.back();
    }
    throw refusal{
        "InvalidParameterValue",
        fmt::format("Value ({}) for parameter availabilityZone is invalid. Subnets can currently only "
                    "be created in the following availability zones: {}.",
                    name.value_or(id.value_or("")), fmt::join(names, ", "))};
}

json::object create_subnet(const call& in) {
    const vpc of = find_vpc(in, text_of(in.input, "VpcId"));
    const auto cidr = optional_text(in.input, "CidrBlock");
    if (!cidr) {
        throw refusal{"MissingParameter",
                      "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided; here it is "
                      "'cidrBlock'."};
    }
    const network asked = read_network(*cidr, "cidrBlock");
    if (!has_network_size(asked) || !network::parse(of.cidr)->contains(asked))
        throw refusal{"InvalidSubnet.Range", fmt::format("The CIDR '{}' is invalid.", *cidr)};
    for (const subnet& each : subnets_of(in.db, of.id)) {
        const network other = *network::parse(each.cidr);
        if (other.contains(asked) || asked.contains(other)) {
            throw refusal{"InvalidSubnet.Conflict",
                          fmt::format("The CIDR '{}' conflicts with another subnet", *cidr)};
        }
    }
    const std::string zone = zone_of(in);
    const ground::tag_list tags = read_tag_specifications(in.input, "subnet");
    const std::string id =
        insert_subnet(in.db, {.id = "", .vpc_id = of.id, .zone = zone, .cidr = asked.to_string()});
    ground::put_tags(in.db, id, in.region, tags);
    return {{"Subnet", describe(in, find_subnet(in, id))}};
}

json::object delete_subnet(const call& in) {
    const subnet gone = find_subnet(in, text_of(in.input, "SubnetId"));
    if (gone.is_default) {
        throw refusal{
            "OperationNotPermitted",
            fmt::format("{} is of the region's default VPC, whose subnets local AWS keeps", gone.id)};
    }
    if (is_used(in, gone.id)) {
        throw refusal{"DependencyViolation",
                      fmt::format("The subnet '{}' has dependencies and cannot be deleted.", gone.id)};
    }
    remove_subnet(in.db, gone.id);
    return {};
}

json::object describe_subnets(const call& in) {
    const ec2_filters filters = subnet_filters(in.input);
    (void)ensure_network(in.db, in.region);
    const auto asked = texts_of(in.input, "SubnetIds");
    for (const std::string& id : asked)
        (void)find_subnet(in, id);
    std::vector<subnet> found;
    for (const vpc& of : vpcs_of(in.db, in.region)) {
        for (const subnet& one : subnets_of(in.db, of.id)) {
            if (is_asked_for(asked, one.id) &&
                filters.match(attributes_of(in, one), ground::tags_of(in.db, one.id)))
                found.push_back(one);
        }
    }
    return wire::listed("Subnets", found, wire::page_by_token(in.input, found.size()),
                        [&](const subnet& one) { return describe(in, one); });
}

json::object modify_subnet_attribute(const call& in) {
    const subnet of = find_subnet(in, text_of(in.input, "SubnetId"));
    const json::object* const given = find_object(in.input, "MapPublicIpOnLaunch");
    const auto maps = given == nullptr ? std::nullopt : optional_boolean(*given, "Value");
    if (!maps) {
        throw refusal{"MissingParameter",
                      "The request must contain the parameter MapPublicIpOnLaunch with a value"};
    }
    in.db.run("update subnet set maps_public_address = ? where id = ?", *maps, of.id);
    return {};
}

} // namespace cruddur::cloud::ec2
