#include "cloud/ec2/ec2.hpp"
#include "cloud/ec2/network_users.hpp"
#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/regions.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::ec2 {

namespace {

constexpr std::size_t id_digits = 17;

// An interface in its subnet, with its names: they follow from whose it is, and so stay as they are.
struct placed_interface {
    network_interface of;
    subnet in;
    std::string id;
    std::string attachment;
};

placed_interface placed(network_interface of, subnet in) {
    const std::string digits = ground::to_hex(ground::sha256(of.of + "/" + in.id));
    return {.of = std::move(of),
            .in = std::move(in),
            .id = "eni-" + digits.substr(0, id_digits),
            .attachment = "eni-attach-" + digits.substr(id_digits, id_digits)};
}

std::vector<placed_interface> interfaces_in(const call& in) {
    std::vector<placed_interface> out;
    for (const network_user* const user : in.env.part<network_users>().all) {
        for (network_interface& each : user->interfaces(in.db, in.region)) {
            if (auto at = subnet_by_id(in.db, in.region, each.subnet_id))
                out.push_back(placed(std::move(each), *std::move(at)));
        }
    }
    return out;
}

std::string group_name(const call& in, const std::string& id) {
    const auto found = group_by_id(in.db, in.region, id);
    return found ? found->name : "";
}

// Those of what no interface here has (an Elastic IP address, IPv6, a name, a machine of one's own) are
// there, and match nothing.
ec2_filters interface_filters(const json::object& input) {
    return {input,
            {"addresses.association.owner-id",
             "addresses.association.public-ip",
             "addresses.primary",
             "addresses.private-ip-address",
             "association.allocation-id",
             "association.association-id",
             "association.ip-owner-id",
             "association.public-dns-name",
             "association.public-ip",
             "attachment.attach-time",
             "attachment.attachment-id",
             "attachment.delete-on-termination",
             "attachment.device-index",
             "attachment.instance-id",
             "attachment.instance-owner-id",
             "attachment.nat-gateway-id",
             "attachment.status",
             "availability-zone",
             "availability-zone-id",
             "description",
             "group-id",
             "group-name",
             "interface-type",
             "ipv6-addresses.ipv6-address",
             "mac-address",
             "network-interface-id",
             "operator.managed",
             "operator.principal",
             "owner-id",
             "private-dns-name",
             "private-ip-address",
             "requester-id",
             "requester-managed",
             "source-dest-check",
             "status",
             "subnet-id",
             "vpc-id"}};
}

attribute_list attributes_of(const call& in, const placed_interface& one) {
    attribute_list out{{"addresses.primary", "true"},
                       {"addresses.private-ip-address", one.of.address},
                       {"attachment.attachment-id", one.attachment},
                       {"attachment.delete-on-termination", "false"},
                       {"attachment.device-index", "1"},
                       {"attachment.instance-owner-id", one.of.owner},
                       {"attachment.status", "attached"},
                       {"availability-zone", one.in.zone},
                       {"availability-zone-id", ground::zone_id(in.region, one.in.zone.back())},
                       {"description", one.of.description},
                       {"interface-type", one.of.type},
                       {"network-interface-id", one.id},
                       {"operator.managed", "false"},
                       {"owner-id", std::string{ground::account_id}},
                       {"private-ip-address", one.of.address},
                       {"requester-id", one.of.owner},
                       {"requester-managed", "true"},
                       {"source-dest-check", "true"},
                       {"status", "in-use"},
                       {"subnet-id", one.in.id},
                       {"vpc-id", one.in.vpc_id}};
    for (const std::string& group : one.of.groups) {
        out.emplace_back("group-id", group);
        out.emplace_back("group-name", group_name(in, group));
    }
    if (one.of.is_public) {
        for (const char* const place : {"addresses.association", "association"})
            out.emplace_back(fmt::format("{}.public-ip", place), one.of.address);
        out.emplace_back("addresses.association.owner-id", one.of.owner);
        out.emplace_back("association.ip-owner-id", one.of.owner);
    }
    return out;
}

json::object describe(const call& in, const placed_interface& one) {
    json::array groups;
    for (const std::string& group : one.of.groups)
        groups.push_back({{"GroupId", group}, {"GroupName", group_name(in, group)}});
    json::object address{{"Primary", true}, {"PrivateIpAddress", one.of.address}};
    json::object out{{"NetworkInterfaceId", one.id},
                     {"InterfaceType", one.of.type},
                     {"Description", one.of.description},
                     {"Status", "in-use"},
                     {"OwnerId", ground::account_id},
                     {"RequesterId", one.of.owner},
                     {"RequesterManaged", true},
                     {"Operator", {{"Managed", false}}},
                     {"VpcId", one.in.vpc_id},
                     {"SubnetId", one.in.id},
                     {"AvailabilityZone", one.in.zone},
                     {"AvailabilityZoneId", ground::zone_id(in.region, one.in.zone.back())},
                     {"Groups", std::move(groups)},
                     {"PrivateIpAddress", one.of.address},
                     {"Ipv6Addresses", json::array{}},
                     {"SourceDestCheck", true},
                     {"Attachment",
                      {{"AttachmentId", one.attachment},
                       {"InstanceOwnerId", one.of.owner},
                       {"DeviceIndex", 1},
                       {"DeleteOnTermination", false},
                       {"Status", "attached"}}},
                     {"TagSet", json::array{}}};
    if (one.of.is_public) {
        const json::object association{{"IpOwnerId", one.of.owner}, {"PublicIp", one.of.address}};
        out["Association"] = association;
        address["Association"] = association;
    }
    out["PrivateIpAddresses"] = json::array{std::move(address)};
    return out;
}

} // namespace

json::object describe_network_interfaces(const call& in) {
    const ec2_filters filters = interface_filters(in.input);
    (void)ensure_network(in.db, in.region);
    std::vector<placed_interface> found = interfaces_in(in);
    const auto asked = texts_of(in.input, "NetworkInterfaceIds");
    for (const std::string& id : asked) {
        check_id(id, "eni", "InvalidNetworkInterfaceId.Malformed");
        if (std::ranges::find(found, id, &placed_interface::id) == found.end()) {
            throw refusal{"InvalidNetworkInterfaceID.NotFound",
                          fmt::format("The networkInterface ID '{}' does not exist", id)};
        }
    }
    std::erase_if(found, [&](const placed_interface& one) {
        return !is_asked_for(asked, one.id) || !filters.match(attributes_of(in, one), {});
    });
    std::ranges::sort(found, {}, &placed_interface::id);
    return wire::listed("NetworkInterfaces", found, wire::page_by_token(in.input, found.size()),
                        [&](const placed_interface& one) { return describe(in, one); });
}

} // namespace cruddur::cloud::ec2
