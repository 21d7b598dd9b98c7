#include "cloud/ec2/network_records.hpp"

#include "cloud/ec2/ec2_records.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/regions.hpp"
#include "cloud/ground/tags.hpp"

#include <fmt/core.h>

namespace cruddur::cloud::ec2 {

namespace {

constexpr const char* default_cidr = "172.31.0.0/16";
constexpr const char* everywhere = "0.0.0.0/0";

#define VPC_COLUMNS "select id, cidr, is_default, dns_support, dns_hostnames from vpc "
#define SUBNET_COLUMNS                                                                                       \
    "select s.id, s.vpc_id, s.zone, s.cidr, v.is_default, s.maps_public_address "                            \
    "from subnet s join vpc v on v.id = s.vpc_id "

vpc read_vpc(const rows& from) {
    return {from.text(0), from.text(1), from.integer(2) != 0, from.integer(3) != 0, from.integer(4) != 0};
}

subnet read_subnet(const rows& from) {
    return {from.text(0), from.text(1),         from.text(2),
            from.text(3), from.integer(4) != 0, from.integer(5) != 0};
}

} // namespace

std::string ensure_network(state& db, const std::string& name) {
    {
        rows known = db.query("select id from vpc where region = ? and is_default", name);
        if (known.next()) return known.text(0);
    }
    const std::string vpc_id =
        insert_vpc(db, name, {.id = "", .cidr = default_cidr, .is_default = true, .dns_hostnames = true});
    int third_byte = 0;
    for (const char zone : ground::find_region(name)->zones) {
        insert_subnet(db, {.id = "",
                           .vpc_id = vpc_id,
                           .zone = fmt::format("{}{}", name, zone),
                           .cidr = fmt::format("172.31.{}.0/20", third_byte),
                           .is_default = true,
                           .maps_public_address = true});
        third_byte += 16;
    }
    rows main = db.query("select id from route_table where vpc_id = ?", vpc_id);
    if (main.next()) put_route(db, {main.text(0), everywhere, insert_gateway(db, name, vpc_id)});
    return vpc_id;
}

std::string insert_vpc(state& db, const std::string& region, const vpc& made) {
    std::string id = ground::resource_id("vpc");
    db.run("insert into vpc (id, region, cidr, is_default, dns_support, dns_hostnames) values (?, ?, ?, ?, "
           "?, ?)",
           id, region, made.cidr, made.is_default, made.dns_support, made.dns_hostnames);
    insert_association(db, insert_route_table(db, id), "");
    const std::string group = insert_group(db, region, {"", id, "default", "default VPC security group"});
    insert_rule(db, {"", group, false, "-1", -1, -1, group, std::nullopt});
    return id;
}

void remove_vpc(state& db, const std::string& id) {
    if (const auto group = group_by_name(db, id, "default")) delete_group(db, group->id);
    {
        rows tables = db.query("select id from route_table where vpc_id = ?", id);
        while (tables.next())
            ground::remove_tags(db, tables.text(0));
    }
    ground::remove_tags(db, id);
    db.run("delete from route_table where vpc_id = ?", id); // with its associations and routes
    db.run("delete from vpc where id = ?", id);
}

std::vector<vpc> vpcs_of(state& db, const std::string& region) {
    std::vector<vpc> out;
    rows all = db.query(VPC_COLUMNS "where region = ? order by is_default desc, rowid", region);
    while (all.next())
        out.push_back(read_vpc(all));
    return out;
}

std::optional<vpc> vpc_by_id(state& db, const std::string& region, const std::string& id) {
    rows found = db.query(VPC_COLUMNS "where id = ? and region = ?", id, region);
    return found.next() ? std::optional{read_vpc(found)} : std::nullopt;
}

std::string insert_subnet(state& db, const subnet& made) {
    std::string id = ground::resource_id("subnet");
    db.run("insert into subnet (id, vpc_id, zone, cidr, maps_public_address) values (?, ?, ?, ?, ?)", id,
           made.vpc_id, made.zone, made.cidr, made.maps_public_address);
    return id;
}

void remove_subnet(state& db, const std::string& id) {
    ground::remove_tags(db, id);
    db.run("delete from route_table_association where subnet_id = ?", id);
    db.run("delete from subnet where id = ?", id);
}

std::vector<subnet> subnets_of(state& db, const std::string& vpc_id) {
    std::vector<subnet> out;
    rows all = db.query(SUBNET_COLUMNS "where s.vpc_id = ? order by s.zone, s.rowid", vpc_id);
    while (all.next())
        out.push_back(read_subnet(all));
    return out;
}

std::optional<subnet> subnet_by_id(state& db, const std::string& region, const std::string& id) {
    rows found = db.query(SUBNET_COLUMNS "where s.id = ? and v.region = ?", id, region);
    return found.next() ? std::optional{read_subnet(found)} : std::nullopt;
}

std::string insert_gateway(state& db, const std::string& region, const std::string& vpc_id) {
    std::string id = ground::resource_id("igw");
    db.run("insert into internet_gateway (id, region, vpc_id) values (?, ?, ?)", id, region,
           vpc_id.empty() ? std::nullopt : std::optional{vpc_id});
    return id;
}

std::vector<internet_gateway> gateways_of(state& db, const std::string& region) {
    std::vector<internet_gateway> out;
    rows all = db.query("select id, vpc_id from internet_gateway where region = ? order by rowid", region);
    while (all.next())
        out.push_back({all.text(0), all.text(1)});
    return out;
}

bool has_gateway(state& db, const std::string& vpc_id) {
    rows found = db.query("select 1 from internet_gateway where vpc_id = ?", vpc_id);
    return found.next();
}

std::string insert_route_table(state& db, const std::string& vpc_id) {
    std::string id = ground::resource_id("rtb");
    db.run("insert into route_table (id, vpc_id) values (?, ?)", id, vpc_id);
    return id;
}

std::vector<route_table> route_tables_of(state& db, const std::string& region) {
    std::vector<route_table> out;
    rows all = db.query("select t.id, t.vpc_id from route_table t join vpc v on v.id = t.vpc_id "
                        "where v.region = ? order by v.is_default desc, t.rowid",
                        region);
    while (all.next())
        out.push_back({all.text(0), all.text(1)});
    return out;
}

std::string insert_association(state& db, const std::string& table_id, const std::string& subnet_id) {
    std::string id = ground::resource_id("rtbassoc");
    db.run("insert into route_table_association (id, table_id, subnet_id) values (?, ?, ?)", id, table_id,
           subnet_id.empty() ? std::nullopt : std::optional{subnet_id});
    return id;
}

std::vector<route_association> associations_of(state& db, const std::string& table_id) {
    std::vector<route_association> out;
    rows all = db.query("select id, table_id, subnet_id from route_table_association where table_id = ? "
                        "order by rowid",
                        table_id);
    while (all.next())
        out.push_back({all.text(0), all.text(1), all.text(2)});
    return out;
}

void put_route(state& db, const route& made) {
    db.run("insert into route (table_id, destination, gateway_id) values (?, ?, ?) "
           "on conflict (table_id, destination) do update set gateway_id = excluded.gateway_id",
           made.table_id, made.destination, made.gateway_id);
}

std::vector<route> routes_of(state& db, const std::string& table_id) {
    std::vector<route> out;
    rows all = db.query(
        "select table_id, destination, gateway_id from route where table_id = ? order by rowid", table_id);
    while (all.next())
        out.push_back({all.text(0), all.text(1), all.text(2)});
    return out;
}

std::vector<network> internet_of(state& db, const subnet& from) {
    std::vector<network> out;
    // The subnet's own table, else the main one.
    rows all = db.query("select r.destination from route r "
                        "join internet_gateway g on g.id = r.gateway_id and g.vpc_id = ?2 "
                        "where r.table_id = coalesce((select a.table_id from route_table_association a where "
                        "a.subnet_id = ?1), "
                        "                            (select a.table_id from route_table_association a "
                        "                             join route_table t on t.id = a.table_id "
                        "                             where t.vpc_id = ?2 and a.subnet_id is null))",
                        from.id, from.vpc_id);
    while (all.next()) {
        if (auto destination = network::parse(all.text(0))) out.push_back(*destination);
    }
    return out;
}

} // namespace cruddur::cloud::ec2
