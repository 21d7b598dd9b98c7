#include "cloud/ec2/ec2.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::ec2 {

namespace {

const json::object associated{{"State", "associated"}};

std::string local_route(const call& in, const route_table& of) {
    return vpc_by_id(in.db, in.region, of.vpc_id)->cidr;
}

// A route whose gateway has been detached or deleted leads nowhere.
std::string state_of(const call& in, const route_table& table, const route& one) {
    const auto all = gateways_of(in.db, in.region);
    const auto found = std::ranges::find(all, one.gateway_id, &internet_gateway::id);
    return found != all.end() && found->vpc_id == table.vpc_id ? "active" : "blackhole";
}

json::object describe(const call& in, const route_table& one) {
    json::array routes{{{"DestinationCidrBlock", local_route(in, one)},
                        {"GatewayId", "local"},
                        {"Origin", "CreateRouteTable"},
                        {"State", "active"}}};
    for (const route& each : routes_of(in.db, one.id)) {
        routes.push_back({{"DestinationCidrBlock", each.destination},
                          {"GatewayId", each.gateway_id},
                          {"Origin", "CreateRoute"},
                          {"State", state_of(in, one, each)}});
    }
    json::array associations;
    for (const route_association& each : associations_of(in.db, one.id)) {
        json::object said{{"Main", each.is_main()},
                          {"RouteTableAssociationId", each.id},
                          {"RouteTableId", one.id},
                          {"AssociationState", associated}};
        if (!each.is_main()) said["SubnetId"] = each.subnet_id;
        associations.push_back(std::move(said));
    }
    return {{"RouteTableId", one.id},
            {"VpcId", one.vpc_id},
            {"OwnerId", ground::account_id},
            {"Routes", std::move(routes)},
            {"Associations", std::move(associations)},
            {"PropagatingVgws", json::array{}},
            {"Tags", wire::write_tags(ground::tags_of(in.db, one.id))}};
}

attribute_list attributes_of(const call& in, const route_table& one) {
    attribute_list out{{"route-table-id", one.id},    {"owner-id", std::string{ground::account_id}},
                       {"vpc-id", one.vpc_id},        {"route.destination-cidr-block", local_route(in, one)},
                       {"route.gateway-id", "local"}, {"route.origin", "CreateRouteTable"},
                       {"route.state", "active"}};
    for (const route& each : routes_of(in.db, one.id)) {
        out.emplace_back("route.destination-cidr-block", each.destination);
        out.emplace_back("route.gateway-id", each.gateway_id);
        out.emplace_back("route.origin", "CreateRoute");
        out.emplace_back("route.state", state_of(in, one, each));
    }
    for (const route_association& each : associations_of(in.db, one.id)) {
        out.emplace_back("association.main", truth(each.is_main()));
        out.emplace_back("association.route-table-association-id", each.id);
        out.emplace_back("association.route-table-id", one.id);
        if (!each.is_main()) out.emplace_back("association.subnet-id", each.subnet_id);
    }
    return out;
}

route_association find_association(const call& in, const std::string& id) {
    check_id(id, "rtbassoc", "InvalidRouteTableAssociationId.Malformed");
    for (const route_table& table : route_tables_of(in.db, in.region)) {
        for (route_association& each : associations_of(in.db, table.id)) {
            if (each.id == id) return std::move(each);
        }
    }
    throw refusal{"InvalidAssociationID.NotFound", fmt::format("The association ID '{}' does not exist", id)};
}

// What a route of the call leads to, and by what; the gateway is attached to the table's VPC.
route read_route(const call& in, const route_table& of) {
    const auto destination = optional_text(in.input, "DestinationCidrBlock");
    const auto gateway = optional_text(in.input, "GatewayId");
    if (!destination) {
        throw refusal{"MissingParameter", "The request must contain the parameter destinationCidrBlock"};
    }
    if (!gateway) throw refusal{"MissingParameter", "The request must contain the parameter gatewayId"};
    route out{of.id, read_network(*destination, "destinationCidrBlock").to_string(), *gateway};
    check_id(out.gateway_id, "igw", "InvalidGatewayID.NotFound");
    const auto all = gateways_of(in.db, in.region);
    const auto found = std::ranges::find(all, out.gateway_id, &internet_gateway::id);
    if (found == all.end()) {
        throw refusal{"InvalidGatewayID.NotFound",
                      fmt::format("The gateway ID '{}' does not exist", out.gateway_id)};
    }
    if (found->vpc_id != of.vpc_id) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("route table {} and network gateway {} belong to different networks", of.id,
                                  found->id)};
    }
    return out;
}

bool has_route(const call& in, const std::string& table_id, const std::string& destination) {
    const auto all = routes_of(in.db, table_id);
    return std::ranges::find(all, destination, &route::destination) != all.end();
}

} // namespace

route_table find_route_table(const call& in, const std::string& id) {
    check_id(id, "rtb", "InvalidRouteTableId.Malformed");
    (void)ensure_network(in.db, in.region);
    for (route_table& each : route_tables_of(in.db, in.region)) {
        if (each.id == id) return std::move(each);
    }
    throw refusal{"InvalidRouteTableID.NotFound", fmt::format("The routeTable ID '{}' does not exist", id)};
}

json::object create_route_table(const call& in) {
    const vpc of = find_vpc(in, text_of(in.input, "VpcId"));
    constexpr std::ptrdiff_t tables_max = 200; // of a VPC, as an account of AWS begins with
    const auto all = route_tables_of(in.db, in.region);
    if (std::ranges::count(all, of.id, &route_table::vpc_id) >= tables_max) {
        throw refusal{"RouteTableLimitExceeded", "The maximum number of route tables has been reached."};
    }
    const ground::tag_list tags = read_tag_specifications(in.input, "route-table");
    const std::string id = insert_route_table(in.db, of.id);
    ground::put_tags(in.db, id, in.region, tags);
    return {{"RouteTable", describe(in, {id, of.id})}};
}

json::object delete_route_table(const call& in) {
    const route_table gone = find_route_table(in, text_of(in.input, "RouteTableId"));
    if (!associations_of(in.db, gone.id).empty()) {
        throw refusal{"DependencyViolation",
                      fmt::format("The routeTable '{}' has dependencies and cannot be deleted.", gone.id)};
    }
    ground::remove_tags(in.db, gone.id);
    in.db.run("delete from route_table where id = ?", gone.id);
    return {};
}

json::object describe_route_tables(const call& in) {
    const ec2_filters filters{in.input,
                              {"association.main", "association.route-table-association-id",
                               "association.route-table-id", "association.subnet-id", "owner-id",
                               "route-table-id", "route.destination-cidr-block", "route.gateway-id",
                               "route.origin", "route.state", "vpc-id"}};
    (void)ensure_network(in.db, in.region);
    const auto asked = texts_of(in.input, "RouteTableIds");
    for (const std::string& id : asked)
        (void)find_route_table(in, id);
    std::vector<route_table> found = route_tables_of(in.db, in.region);
    std::erase_if(found, [&](const route_table& one) {
        return !is_asked_for(asked, one.id) ||
               !filters.match(attributes_of(in, one), ground::tags_of(in.db, one.id));
    });
    return wire::listed("RouteTables", found, wire::page_by_token(in.input, found.size()),
                        [&](const route_table& one) { return describe(in, one); });
}

json::object associate_route_table(const call& in) {
    const route_table table = find_route_table(in, text_of(in.input, "RouteTableId"));
    const auto asked = optional_text(in.input, "SubnetId");
    if (!asked) throw refusal{"MissingParameter", "The request must contain the parameter subnetId"};
    const subnet of = find_subnet(in, *asked);
    if (of.vpc_id != table.vpc_id) {
        throw refusal{
            "InvalidParameterValue",
            fmt::format("Route table {} and subnet {} belong to different networks", table.id, of.id)};
    }
    for (const route_table& each : route_tables_of(in.db, in.region)) {
        const auto all = associations_of(in.db, each.id);
        const auto found = std::ranges::find(all, of.id, &route_association::subnet_id);
        if (found == all.end()) continue;
        if (each.id == table.id) return {{"AssociationId", found->id}, {"AssociationState", associated}};
        throw refusal{"Resource.AlreadyAssociated",
                      fmt::format("the specified association for route table {} conflicts with an existing "
                                  "association",
                                  table.id)};
    }
    tell_of_rules(in);
    return {{"AssociationId", insert_association(in.db, table.id, of.id)}, {"AssociationState", associated}};
}

json::object disassociate_route_table(const call& in) {
    const route_association gone = find_association(in, text_of(in.input, "AssociationId"));
    if (gone.is_main()) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("cannot disassociate the main route table association {}", gone.id)};
    }
    in.db.run("delete from route_table_association where id = ?", gone.id);
    tell_of_rules(in);
    return {};
}

// Of the main association too: so another table becomes the main one.
json::object replace_route_table_association(const call& in) {
    const route_association gone = find_association(in, text_of(in.input, "AssociationId"));
    const route_table before = find_route_table(in, gone.table_id);
    const route_table table = find_route_table(in, text_of(in.input, "RouteTableId"));
    if (before.vpc_id != table.vpc_id) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("route table {} and route table {} belong to different networks", table.id,
                                  before.id)};
    }
    in.db.run("delete from route_table_association where id = ?", gone.id);
    tell_of_rules(in);
    return {{"NewAssociationId", insert_association(in.db, table.id, gone.subnet_id)},
            {"AssociationState", associated}};
}

json::object create_route(const call& in) {
    const route_table of = find_route_table(in, text_of(in.input, "RouteTableId"));
    const route made = read_route(in, of);
    if (made.destination == local_route(in, of) || has_route(in, of.id, made.destination)) {
        throw refusal{"RouteAlreadyExists",
                      fmt::format("The route identified by {} already exists.", made.destination)};
    }
    put_route(in.db, made);
    tell_of_rules(in);
    return {{"Return", true}};
}

json::object replace_route(const call& in) {
    const route_table of = find_route_table(in, text_of(in.input, "RouteTableId"));
    const route made = read_route(in, of);
    if (!has_route(in, of.id, made.destination)) {
        throw refusal{
            "InvalidParameterValue",
            fmt::format("There is no route defined for '{}' in the route table. Use CreateRoute instead.",
                        made.destination)};
    }
    put_route(in.db, made);
    tell_of_rules(in);
    return {};
}

json::object delete_route(const call& in) {
    const route_table of = find_route_table(in, text_of(in.input, "RouteTableId"));
    const std::string asked = text_of(in.input, "DestinationCidrBlock");
    const std::string destination = read_network(asked, "destinationCidrBlock").to_string();
    if (destination == local_route(in, of)) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("cannot remove local route {} in route table {}", destination, of.id)};
    }
    if (!has_route(in, of.id, destination)) {
        throw refusal{"InvalidRoute.NotFound",
                      fmt::format("no route with destination-cidr-block {} in route table {}", asked, of.id)};
    }
    in.db.run("delete from route where table_id = ? and destination = ?", of.id, destination);
    tell_of_rules(in);
    return {};
}

} // namespace cruddur::cloud::ec2
