#include "cloud/ec2/ec2.hpp"
#include "cloud/ec2/network_users.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::ec2 {

namespace {

constexpr std::size_t gateways_max = 5; // in a region, as an account of AWS begins with

json::object describe(const call& in, const internet_gateway& one) {
    json::array attachments;
    if (!one.vpc_id.empty()) attachments.push_back({{"State", "available"}, {"VpcId", one.vpc_id}});
    return {{"InternetGatewayId", one.id},
            {"OwnerId", ground::account_id},
            {"Attachments", std::move(attachments)},
            {"Tags", wire::write_tags(ground::tags_of(in.db, one.id))}};
}

attribute_list attributes_of(const internet_gateway& one) {
    attribute_list out{{"internet-gateway-id", one.id}, {"owner-id", std::string{ground::account_id}}};
    if (one.vpc_id.empty()) return out;
    out.emplace_back("attachment.state", "available");
    out.emplace_back("attachment.vpc-id", one.vpc_id);
    return out;
}

void attach(const call& in, const std::string& id, const std::optional<std::string>& vpc_id) {
    in.db.run("update internet_gateway set vpc_id = ? where id = ?", vpc_id, id);
    tell_of_rules(in);
}

// Of a DB instance that the internet knows by an address.
bool has_public_address(const call& in, const std::string& vpc_id) {
    const auto& users = in.env.part<network_users>().all;
    return std::ranges::any_of(subnets_of(in.db, vpc_id), [&](const subnet& each) {
        return std::ranges::any_of(
            users, [&](const network_user* user) { return user->is_public_in(in.db, each.id); });
    });
}

} // namespace

internet_gateway find_gateway(const call& in, const std::string& id) {
    check_id(id, "igw", "InvalidInternetGatewayId.Malformed");
    (void)ensure_network(in.db, in.region);
    for (internet_gateway& each : gateways_of(in.db, in.region)) {
        if (each.id == id) return std::move(each);
    }
    throw refusal{"InvalidInternetGatewayID.NotFound",
                  fmt::format("The internetGateway ID '{}' does not exist", id)};
}

json::object create_internet_gateway(const call& in) {
    (void)ensure_network(in.db, in.region);
    if (gateways_of(in.db, in.region).size() >= gateways_max) {
        throw refusal{"InternetGatewayLimitExceeded",
                      "The maximum number of internet gateways has been reached."};
    }
    const ground::tag_list tags = read_tag_specifications(in.input, "internet-gateway");
    const std::string id = insert_gateway(in.db, in.region, "");
    ground::put_tags(in.db, id, in.region, tags);
    return {{"InternetGateway", describe(in, find_gateway(in, id))}};
}

json::object attach_internet_gateway(const call& in) {
    const internet_gateway of = find_gateway(in, text_of(in.input, "InternetGatewayId"));
    const vpc to = find_vpc(in, text_of(in.input, "VpcId"));
    if (!of.vpc_id.empty()) {
        throw refusal{"Resource.AlreadyAssociated",
                      fmt::format("resource {} is already attached to network {}", of.id, of.vpc_id)};
    }
    if (has_gateway(in.db, to.id)) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("Network {} already has an internet gateway attached", to.id)};
    }
    attach(in, of.id, to.id);
    return {};
}

json::object detach_internet_gateway(const call& in) {
    const internet_gateway of = find_gateway(in, text_of(in.input, "InternetGatewayId"));
    const vpc from = find_vpc(in, text_of(in.input, "VpcId"));
    if (of.vpc_id != from.id) {
        throw refusal{"Gateway.NotAttached",
                      fmt::format("resource {} is not attached to network {}", of.id, from.id)};
    }
    if (has_public_address(in, from.id)) {
        throw refusal{"DependencyViolation",
                      fmt::format("Network {} has some mapped public address(es). Please unmap those public "
                                  "address(es) before detaching the gateway.",
                                  from.id)};
    }
    attach(in, of.id, std::nullopt);
    return {};
}

json::object delete_internet_gateway(const call& in) {
    const internet_gateway gone = find_gateway(in, text_of(in.input, "InternetGatewayId"));
    if (!gone.vpc_id.empty()) {
        throw refusal{
            "DependencyViolation",
            fmt::format("The internetGateway '{}' has dependencies and cannot be deleted.", gone.id)};
    }
    ground::remove_tags(in.db, gone.id);
    in.db.run("delete from internet_gateway where id = ?", gone.id);
    return {};
}

json::object describe_internet_gateways(const call& in) {
    const ec2_filters filters{in.input,
                              {"attachment.state", "attachment.vpc-id", "internet-gateway-id", "owner-id"}};
    (void)ensure_network(in.db, in.region);
    const auto asked = texts_of(in.input, "InternetGatewayIds");
    for (const std::string& id : asked)
        (void)find_gateway(in, id);
    std::vector<internet_gateway> found = gateways_of(in.db, in.region);
    std::erase_if(found, [&](const internet_gateway& one) {
        return !is_asked_for(asked, one.id) ||
               !filters.match(attributes_of(one), ground::tags_of(in.db, one.id));
    });
    return wire::listed("InternetGateways", found, wire::page_by_token(in.input, found.size()),
                        [&](const internet_gateway& one) { return describe(in, one); });
}

} // namespace cruddur::cloud::ec2
