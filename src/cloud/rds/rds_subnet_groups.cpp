#include "cloud/ec2/ec2.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/rds/db_groups.hpp"
#include "cloud/rds/rds_records.hpp"
#include "cloud/rds/rds_validation.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

namespace cruddur::cloud::rds {

namespace {

constexpr const char* group_attribute = "subnet-group";
constexpr const char* default_name = "default";
constexpr std::size_t zones_min = 2;

struct subnet_group {
    std::string name;
    std::string description;
    std::vector<ec2::subnet> subnets;
};

std::string vpc_of(const subnet_group& group) {
    return group.subnets.empty() ? "" : group.subnets.front().vpc_id;
}

std::string arn_of(const call& in, const std::string& name) {
    return fmt::format("arn:aws:rds:{}:{}:subgrp:{}", in.region, ground::account_id, name);
}

std::vector<ec2::subnet> kept_subnets(const call& in, const std::string& name) {
    std::vector<std::string> ids;
    {
        ground::rows all =
            in.db.query("select subnet_id from db_subnet where region = ? and group_name = ? order by rowid",
                        in.region, name);
        while (all.next())
            ids.push_back(all.text(0));
    }
    std::vector<ec2::subnet> out;
    for (const std::string& id : ids) {
        if (auto found = ec2::subnet_by_id(in.db, in.region, id)) out.push_back(std::move(*found));
    }
    return out;
}

subnet_group default_group(const call& in) {
    return {default_name, default_name, ec2::subnets_of(in.db, ec2::ensure_network(in.db, in.region))};
}

std::vector<subnet_group> own_groups(const call& in) {
    std::vector<subnet_group> out;
    {
        ground::rows all = in.db.query(
            "select name, description from db_subnet_group where region = ? order by name", in.region);
        while (all.next())
            out.push_back({all.text(0), all.text(1), {}});
    }
    for (subnet_group& each : out)
        each.subnets = kept_subnets(in, each.name);
    return out;
}

subnet_group existing_group(const call& in, const std::string& name) {
    const std::string lower = boost::algorithm::to_lower_copy(name);
    if (lower == default_name) return default_group(in);
    for (subnet_group& each : own_groups(in)) {
        if (each.name == lower) return std::move(each);
    }
    throw refusal{"DBSubnetGroupNotFoundFault", fmt::format("DB subnet group '{}' does not exist.", name)};
}

std::string name_of(const call& in, const db_instance& of) {
    std::string kept = attribute_of(in.db, of.resource_id, group_attribute);
    return kept.empty() ? default_name : kept;
}

// A DB subnet group's name may have more than an identifier: 1 to 255 letters, digits, spaces, and ._-.
std::string checked_name(const call& in) {
    const std::string sent = boost::algorithm::to_lower_copy(text_of(in.input, "DBSubnetGroupName"));
    constexpr std::size_t characters_max = 255;
    const bool valid =
        !sent.empty() && sent.size() <= characters_max && sent != default_name &&
        sent.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789 ._-") == std::string::npos;
    if (valid) return sent;
    throw refusal{"InvalidParameterValue",
                  fmt::format("The parameter DBSubnetGroupName is not valid: '{}'. It must have 1 to {} "
                              "letters, numbers, periods, underscores, spaces, or hyphens, and must not be "
                              "'default'.",
                              sent, characters_max)};
}

[[noreturn]] void refuse_vpcs() {
    throw refusal{"InvalidParameterValue",
                  "The new Subnets are not in the same Vpc as the existing subnet group"};
}

std::vector<ec2::subnet> read_subnets(const call& in) {
    (void)ec2::ensure_network(in.db, in.region);
    std::vector<ec2::subnet> out;
    std::set<std::string> zones;
    std::set<std::string> vpcs;
    for (const std::string& id : texts_of(in.input, "SubnetIds")) {
        auto found = ec2::subnet_by_id(in.db, in.region, id);
        if (!found) throw refusal{"InvalidSubnet", fmt::format("The subnet ID '{}' does not exist", id)};
        if (std::ranges::find(out, id, &ec2::subnet::id) != out.end()) continue;
        zones.insert(found->zone);
        vpcs.insert(found->vpc_id);
        out.push_back(std::move(*found));
    }
    if (vpcs.size() > 1) refuse_vpcs();
    if (zones.size() < zones_min) {
        throw refusal{
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            fmt::format("The DB subnet group doesn't meet Availability Zone (AZ) coverage "
                        "requirement. Current AZ coverage: {}. Add subnets to cover at least {} AZs.",
                        fmt::join(zones, ", "), zones_min)};
    }
    return out;
}

void put_subnets(const call& in, const subnet_group& of) {
    in.db.run("delete from db_subnet where region = ? and group_name = ?", in.region, of.name);
    for (const ec2::subnet& each : of.subnets) {
        in.db.run("insert into db_subnet (region, group_name, subnet_id) values (?, ?, ?)", in.region,
                  of.name, each.id);
    }
}

json::object describe_group(const call& in, const subnet_group& what) {
    json::array subnets;
    for (const ec2::subnet& each : what.subnets) {
        subnets.push_back({{"SubnetIdentifier", each.id},
                           {"SubnetAvailabilityZone", json::object{{"Name", each.zone}}},
                           {"SubnetOutpost", json::object{}},
                           {"SubnetStatus", "Active"}});
    }
    return {{"DBSubnetGroupName", what.name},
            {"DBSubnetGroupDescription", what.description},
            {"VpcId", vpc_of(what)},
            {"SubnetGroupStatus", "Complete"},
            {"Subnets", std::move(subnets)},
            {"DBSubnetGroupArn", arn_of(in, what.name)},
            {"SupportedNetworkTypes", json::array{"IPV4"}}};
}

// The group that a call names for a new instance: a replica has its source's, others the default one.
subnet_group named_group(const call& in) {
    if (const auto asked = optional_text(in.input, "DBSubnetGroupName")) return existing_group(in, *asked);
    if (in.operation != "CreateDBInstanceReadReplica") return default_group(in);
    return existing_group(in,
                          name_of(in, find_instance(in, text_of(in.input, "SourceDBInstanceIdentifier"))));
}

void place(const call& in, const db_instance& what, const subnet_group& group) {
    std::vector<fleet::placement> placed;
    for (const std::string& zone : {what.availability_zone, what.secondary_zone}) {
        const auto found = std::ranges::find(group.subnets, zone, &ec2::subnet::zone);
        if (!zone.empty() && found != group.subnets.end()) placed.push_back({zone, found->id});
    }
    fleet::set_instance_subnets(in.db, what.resource_id, placed);
    put_attribute(in.db, what.resource_id, group_attribute, group.name);
}

bool covers(const subnet_group& group, const std::string& zone) {
    return zone.empty() || std::ranges::find(group.subnets, zone, &ec2::subnet::zone) != group.subnets.end();
}

void check_zones(const db_instance& of, const subnet_group& group) {
    for (const std::string& zone : {of.availability_zone, of.secondary_zone}) {
        if (covers(group, zone)) continue;
        throw refusal{
            "InvalidVPCNetworkStateFault",
            fmt::format("The DB instance cannot be in {}: the DB subnet group '{}' has no subnet in "
                        "that Availability Zone.",
                        zone, group.name)};
    }
}

} // namespace

void check_public_access(const call& in, const db_instance& of, const std::string& vpc_id) {
    if (!of.publicly_accessible) return;
    const auto vpc = ec2::vpc_by_id(in.db, in.region, vpc_id);
    const bool has_names = vpc && vpc->dns_support && vpc->dns_hostnames;
    if (has_names && ec2::has_gateway(in.db, vpc_id)) return;
    throw refusal{
        "InvalidVPCNetworkStateFault",
        fmt::format("Cannot create a publicly accessible DBInstance. The specified VPC {} Update the "
                    "VPC and then try again",
                    has_names ? "has no internet gateway attached."
                              : "does not support DNS resolution, DNS hostnames, or both.")};
}

std::string vpc_of_named_subnet_group(const call& in) {
    return vpc_of(named_group(in));
}

void begin_with_subnet_group(const call& in, const db_instance& made) {
    const subnet_group group = named_group(in);
    check_zones(made, group);
    place(in, made, group);
}

std::string zone_in_subnet_group(const call& in, std::size_t number) {
    const subnet_group group = named_group(in);
    std::set<std::string> zones;
    for (const ec2::subnet& each : group.subnets)
        zones.insert(each.zone);
    return number < zones.size() ? *std::next(zones.begin(), static_cast<std::ptrdiff_t>(number)) : "";
}

void change_subnet_group(const call& in, const db_instance& of) {
    const auto asked = optional_text(in.input, "DBSubnetGroupName");
    if (!asked) return;
    const subnet_group group = existing_group(in, *asked);
    if (group.name == name_of(in, of)) return;
    if (vpc_of(group) == fleet::vpc_of_instance(in.db, of)) {
        throw refusal{
            "InvalidVPCNetworkStateFault",
            "You cannot move DB instance " + of.identifier + " to subnet group " + group.name +
                ". The specified DB subnet group and DB instance are in the same VPC. Choose a DB subnet "
                "group in different VPC than the specified DB instance and try again."};
    }
    check_zones(of, group);
    check_public_access(in, of, vpc_of(group));
    fleet::set_instance_groups(in.db, of.resource_id, read_groups(in, vpc_of(group)));
    place(in, of, group);
}

json::object describe_subnet_group_of(const call& in, const db_instance& of) {
    return describe_group(in, existing_group(in, name_of(in, of)));
}

std::string subnet_group_arn(const call& in, const std::string& name) {
    return arn_of(in, existing_group(in, name).name);
}

json::object create_db_subnet_group(const call& in) {
    subnet_group made{checked_name(in), text_of(in.input, "DBSubnetGroupDescription"), {}};
    const auto all = own_groups(in);
    if (std::ranges::find(all, made.name, &subnet_group::name) != all.end()) {
        throw refusal{"DBSubnetGroupAlreadyExists",
                      fmt::format("The DB subnet group '{}' already exists.", made.name)};
    }
    constexpr std::size_t groups_max = 50; // as an account of AWS begins with
    if (all.size() >= groups_max) {
        throw refusal{"DBSubnetGroupQuotaExceeded",
                      fmt::format("Cannot create more than {} DB subnet groups", groups_max)};
    }
    made.subnets = read_subnets(in);
    in.db.run("insert into db_subnet_group (region, name, description) values (?, ?, ?)", in.region,
              made.name, made.description);
    put_subnets(in, made);
    ground::put_tags(in.db, arn_of(in, made.name), in.region, wire::read_tags(in.input, "Tags"));
    return {{"DBSubnetGroup", describe_group(in, made)}};
}

json::object modify_db_subnet_group(const call& in) {
    subnet_group changed = existing_group(in, text_of(in.input, "DBSubnetGroupName"));
    if (changed.name == default_name) {
        throw refusal{"InvalidParameterValue", "The default DB subnet group cannot be modified."};
    }
    const auto before = std::exchange(changed.subnets, read_subnets(in));
    if (!before.empty() && before.front().vpc_id != vpc_of(changed)) refuse_vpcs();
    for (const db_instance& each : fleet::instances_of(in.db, in.region)) {
        if (name_of(in, each) != changed.name) continue;
        for (const fleet::placement& at : fleet::instance_subnets(in.db, each.resource_id)) {
            if (std::ranges::find(changed.subnets, at.subnet_id, &ec2::subnet::id) != changed.subnets.end())
                continue;
            throw refusal{
                "SubnetAlreadyInUse",
                fmt::format("Some of the subnets to be deleted are currently in use: DB instance {} "
                            "is in {}.",
                            each.identifier, at.subnet_id)};
        }
    }
    changed.description = optional_text(in.input, "DBSubnetGroupDescription").value_or(changed.description);
    in.db.run("update db_subnet_group set description = ? where region = ? and name = ?", changed.description,
              in.region, changed.name);
    put_subnets(in, changed);
    return {{"DBSubnetGroup", describe_group(in, changed)}};
}

json::object delete_db_subnet_group(const call& in) {
    const subnet_group gone = existing_group(in, text_of(in.input, "DBSubnetGroupName"));
    if (gone.name == default_name) {
        throw refusal{"InvalidDBSubnetGroupStateFault", "The default DB subnet group cannot be deleted."};
    }
    for (const db_instance& each : fleet::instances_of(in.db, in.region)) {
        if (name_of(in, each) != gone.name) continue;
        throw refusal{"InvalidDBSubnetGroupStateFault",
                      fmt::format("Cannot delete the subnet group '{}' because at least one database "
                                  "instance: {} is still using it.",
                                  gone.name, each.identifier)};
    }
    ground::remove_tags(in.db, arn_of(in, gone.name));
    in.db.run("delete from db_subnet_group where region = ? and name = ?", in.region, gone.name);
    return {};
}

json::object describe_db_subnet_groups(const call& in) {
    check_filters(in, {});
    std::vector<subnet_group> found;
    if (const auto asked = optional_text(in.input, "DBSubnetGroupName")) {
        found.push_back(existing_group(in, *asked));
    } else {
        found = own_groups(in);
        found.push_back(default_group(in));
        std::ranges::sort(found, {}, &subnet_group::name);
    }
    return wire::listed("DBSubnetGroups", found, wire::page_by_marker(in.input, found.size()),
                        [&](const subnet_group& each) { return describe_group(in, each); });
}

} // namespace cruddur::cloud::rds
