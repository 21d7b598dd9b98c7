#include "cloud/ec2.hpp"
#include "cloud/identifiers.hpp"
#include "cloud/regions.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud {

namespace {

constexpr const char* vpc_cidr = "172.31.0.0/16";
constexpr int subnet_addresses = 4091; // of a /20, less the five that AWS keeps

struct subnet {
    std::string id;
    std::string vpc_id;
    std::string zone;
    std::string cidr;
};

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

std::vector<subnet> subnets_of(state& db, const std::string& vpc_id) {
    std::vector<subnet> out;
    rows all = db.query("select id, vpc_id, zone, cidr from subnet where vpc_id = ? order by zone", vpc_id);
    while (all.next())
        out.push_back({all.text(0), all.text(1), all.text(2), all.text(3)});
    return out;
}

} // namespace

std::string ensure_network(state& db, const std::string& name) {
    {
        rows known = db.query("select id from vpc where region = ?", name);
        if (known.next()) return known.text(0);
    }
    const std::string vpc_id = resource_id("vpc");
    db.run("insert into vpc (id, region, cidr) values (?, ?, ?)", vpc_id, name, vpc_cidr);
    int third_byte = 0;
    for (const char zone : find_region(name)->zones) {
        db.run("insert into subnet (id, vpc_id, zone, cidr) values (?, ?, ?, ?)", resource_id("subnet"),
               vpc_id, fmt::format("{}{}", name, zone), fmt::format("172.31.{}.0/20", third_byte));
        third_byte += 16;
    }
    const std::string group = insert_group(db, name, {"", vpc_id, "default", "default VPC security group"});
    insert_rule(db, {"", group, false, "-1", -1, -1, group, std::nullopt});
    return vpc_id;
}

void check_vpc(const call& in, const std::string& id) {
    check_ids({id}, {ensure_network(in.db, in.region)}, "InvalidVpcID.NotFound", "vpc");
}

void check_subnet(const call& in, const std::string& id) {
    std::vector<std::string> known;
    for (const subnet& one : subnets_of(in.db, ensure_network(in.db, in.region)))
        known.push_back(one.id);
    check_ids({id}, known, "InvalidSubnetID.NotFound", "subnet");
}

void describe_vpcs(const call& in) {
    const ec2_filters filters{in.input,
                              {"cidr", "cidr-block-association.cidr-block", "dhcp-options-id", "is-default",
                               "isDefault", "owner-id", "state", "vpc-id"}};
    const std::string id = ensure_network(in.db, in.region);
    check_ids(in.input.texts("VpcId"), {id}, "InvalidVpcID.NotFound", "vpc");
    const tag_list tags = tags_of(in.db, id);
    const bool matches = filters.match({{"cidr", vpc_cidr},
                                        {"cidr-block-association.cidr-block", vpc_cidr},
                                        {"dhcp-options-id", "default"},
                                        {"is-default", "true"},
                                        {"isDefault", "true"},
                                        {"owner-id", std::string{account_id}},
                                        {"state", "available"},
                                        {"vpc-id", id}},
                                       tags);
    const page shown = page_by_token(in.input, matches ? 1 : 0);
    const element set = in.result.add("vpcSet");
    if (shown.begin == shown.end) return;
    const element item = set.add("item");
    item.add("vpcId", id);
    item.add("ownerId", std::string{account_id});
    item.add("state", "available");
    item.add("cidrBlock", vpc_cidr);
    item.add("dhcpOptionsId", "default");
    item.add("instanceTenancy", "default");
    item.add("isDefault", true);
    const element association = item.add("cidrBlockAssociationSet").add("item");
    association.add("associationId", "vpc-cidr-assoc-" + id.substr(4));
    association.add("cidrBlock", vpc_cidr);
    association.add("cidrBlockState").add("state", "associated");
    add_tag_set(item, tags);
}

void describe_subnets(const call& in) {
    const ec2_filters filters{in.input,
                              {"availability-zone", "availabilityZone", "availability-zone-id",
                               "availabilityZoneId", "cidr", "cidr-block", "cidrBlock", "default-for-az",
                               "defaultForAz", "owner-id", "state", "subnet-id", "vpc-id"}};
    const auto every = subnets_of(in.db, ensure_network(in.db, in.region));
    const auto asked = in.input.texts("SubnetId");
    for (const std::string& id : asked)
        check_subnet(in, id);
    std::vector<subnet> found;
    for (const subnet& one : every) {
        const std::string zone = zone_id(in.region, one.zone.back());
        if (is_asked_for(asked, one.id) && filters.match({{"availability-zone", one.zone},
                                                          {"availabilityZone", one.zone},
                                                          {"availability-zone-id", zone},
                                                          {"availabilityZoneId", zone},
                                                          {"cidr", one.cidr},
                                                          {"cidr-block", one.cidr},
                                                          {"cidrBlock", one.cidr},
                                                          {"default-for-az", "true"},
                                                          {"defaultForAz", "true"},
                                                          {"owner-id", std::string{account_id}},
                                                          {"state", "available"},
                                                          {"subnet-id", one.id},
                                                          {"vpc-id", one.vpc_id}},
                                                         tags_of(in.db, one.id))) {
            found.push_back(one);
        }
    }
    const page shown = page_by_token(in.input, found.size());
    const element set = in.result.add("subnetSet");
    for (std::size_t i = shown.begin; i < shown.end; ++i) {
        const element item = set.add("item");
        item.add("subnetId", found[i].id);
        item.add("subnetArn", fmt::format("arn:aws:ec2:{}:{}:subnet/{}", in.region, account_id, found[i].id));
        item.add("state", "available");
        item.add("ownerId", std::string{account_id});
        item.add("vpcId", found[i].vpc_id);
        item.add("cidrBlock", found[i].cidr);
        item.add("availableIpAddressCount", subnet_addresses);
        item.add("availabilityZone", found[i].zone);
        item.add("availabilityZoneId", zone_id(in.region, found[i].zone.back()));
        item.add("defaultForAz", true);
        item.add("mapPublicIpOnLaunch", true);
        item.add("assignIpv6AddressOnCreation", false);
        item.add("ipv6Native", false);
        add_tag_set(item, tags_of(in.db, found[i].id));
    }
    if (!shown.next.empty()) in.result.add("nextToken", shown.next);
}

void describe_availability_zones(const call& in) {
    const ec2_filters filters{
        in.input,
        {"group-name", "opt-in-status", "region-name", "state", "zone-id", "zone-name", "zone-type"}};
    const auto names = in.input.texts("ZoneName");
    const auto ids = in.input.texts("ZoneId");
    const std::string_view letters = find_region(in.region)->zones;
    for (const std::string& name : names) {
        const bool known = name.starts_with(in.region) && name.size() == in.region.size() + 1 &&
                           letters.find(name.back()) != std::string_view::npos;
        if (!known)
            throw refusal{"InvalidParameterValue", fmt::format("Invalid availability zone: [{}]", name)};
    }
    const element set = in.result.add("availabilityZoneInfo");
    for (const char letter : letters) {
        const std::string name = fmt::format("{}{}", in.region, letter);
        const std::string id = zone_id(in.region, letter);
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
        const element item = set.add("item");
        item.add("zoneState", "available");
        item.add("optInStatus", "opt-in-not-required");
        item.add("messageSet");
        item.add("regionName", in.region);
        item.add("zoneName", name);
        item.add("zoneId", id);
        item.add("groupName", in.region);
        item.add("networkBorderGroup", in.region);
        item.add("zoneType", "availability-zone");
    }
}

void describe_regions(const call& in) {
    const ec2_filters filters{in.input, {"endpoint", "opt-in-status", "region-name"}};
    const auto names = in.input.texts("RegionName");
    for (const std::string& name : names) {
        if (find_region(name) == nullptr) {
            throw refusal{"InvalidParameterValue", fmt::format("Invalid region provided: [{}]", name)};
        }
    }
    const element set = in.result.add("regionInfo");
    for (const region& one : all_regions()) {
        const std::string name{one.name};
        const std::string endpoint = fmt::format("ec2.{}.amazonaws.com", name);
        if (!is_asked_for(names, name) ||
            !filters.match(
                {{"endpoint", endpoint}, {"opt-in-status", "opt-in-not-required"}, {"region-name", name}})) {
            continue;
        }
        const element item = set.add("item");
        item.add("regionName", name);
        item.add("regionEndpoint", endpoint);
        item.add("optInStatus", "opt-in-not-required");
    }
}

} // namespace cruddur::cloud
