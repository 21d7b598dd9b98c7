#pragma once

#include "cloud/ec2/rules.hpp"
#include "cloud/ground/state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::cloud::ec2 {

using ground::rows;
using ground::state;

// The networks that EC2 keeps: VPCs, their subnets, internet gateways and route tables. Whoever puts them to
// use asks here, in whatever protocol it was asked itself.

struct vpc {
    std::string id;
    std::string cidr;
    bool is_default = false;
    bool dns_support = true;
    bool dns_hostnames = false;
};

struct subnet {
    std::string id;
    std::string vpc_id;
    std::string zone;
    std::string cidr;
    bool is_default = false;
    bool maps_public_address = false;
};

struct internet_gateway {
    std::string id;
    std::string vpc_id; // "" where it is attached to none
};

struct route_table {
    std::string id;
    std::string vpc_id;
};

// Which subnet asks which table; without a subnet, all of the VPC that have none of their own.
struct route_association {
    std::string id;
    std::string table_id;
    std::string subnet_id;

    [[nodiscard]] bool is_main() const { return subnet_id.empty(); }
};

// A route of one's own, beside the one that keeps what is local in the VPC.
struct route {
    std::string table_id;
    std::string destination; // a canonical CIDR
    std::string gateway_id;  // which may be detached or gone
};

// The region's default VPC, with its subnets, gateway, routes and default group; made when the region is
// first used. Returns the VPC's id.
std::string ensure_network(state& db, const std::string& region);

// With its main route table and its default security group. Returns its id.
std::string insert_vpc(state& db, const std::string& region, const vpc& made);
// With all that came with it, and their tags.
void remove_vpc(state& db, const std::string& id);
[[nodiscard]] std::vector<vpc> vpcs_of(state& db, const std::string& region); // the default one is first
[[nodiscard]] std::optional<vpc> vpc_by_id(state& db, const std::string& region, const std::string& id);

std::string insert_subnet(state& db, const subnet& made);
void remove_subnet(state& db, const std::string& id);
[[nodiscard]] std::vector<subnet> subnets_of(state& db, const std::string& vpc_id); // by their zones
[[nodiscard]] std::optional<subnet> subnet_by_id(state& db, const std::string& region, const std::string& id);

std::string insert_gateway(state& db, const std::string& region, const std::string& vpc_id);
[[nodiscard]] std::vector<internet_gateway> gateways_of(state& db, const std::string& region);
[[nodiscard]] bool has_gateway(state& db, const std::string& vpc_id);

std::string insert_route_table(state& db, const std::string& vpc_id);
[[nodiscard]] std::vector<route_table> route_tables_of(state& db, const std::string& region);
std::string insert_association(state& db, const std::string& table_id, const std::string& subnet_id);
[[nodiscard]] std::vector<route_association> associations_of(state& db, const std::string& table_id);
void put_route(state& db, const route& made);
[[nodiscard]] std::vector<route> routes_of(state& db, const std::string& table_id);

// What of the internet a subnet's routes lead to, through a gateway that is attached to its VPC.
[[nodiscard]] std::vector<network> internet_of(state& db, const subnet& from);

} // namespace cruddur::cloud::ec2
