#include "cloud/ec2/ec2.hpp"
#include "cloud/fleet/instance_server.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/regions.hpp"
#include "cloud/rds/rds.hpp"
#include "cloud/rds/rds_catalogue.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::rds {

namespace {

// What this machine has, oldest first.
std::vector<std::string> versions(const call& in) {
    std::vector<std::string> out;
    for (const int major : in.env.part<instances>().installed()) {
        if (std::string version = fleet::installed_version(major); !version.empty())
            out.push_back(std::move(version));
    }
    return out;
}

std::string default_version(const call& in) {
    const auto every = versions(in);
    return every.empty() ? "" : every.back();
}

// "14" asks for all of it, "14.6" for that one.
bool is_asked_for(const std::optional<std::string>& asked, const std::string& version) {
    return !asked || version == *asked || version.starts_with(*asked + ".");
}

void add_version(const element& to, const std::string& version) {
    const element one = to.add("DBEngineVersion");
    one.add("Engine", "postgres");
    one.add("MajorEngineVersion", std::to_string(major_of(version)));
    one.add("EngineVersion", version);
    one.add("DBParameterGroupFamily", parameter_group_family(version));
    one.add("DBEngineDescription", "PostgreSQL");
    one.add("DBEngineVersionDescription", fmt::format("PostgreSQL {}", version));
    (void)one.add("ValidUpgradeTarget");
    (void)one.add("ExportableLogTypes");
    one.add("SupportsLogExportsToCloudwatchLogs", false);
    one.add("SupportsReadReplica", false);
    (void)one.add("SupportedFeatureNames");
    one.add("Status", "available");
    one.add("SupportsParallelQuery", false);
    one.add("SupportsGlobalDatabases", false);
    one.add("SupportsBabelfish", false);
}

struct orderable {
    const std::string* version;
    const fleet::instance_class* size;
    const fleet::storage_type* storage;
};

void add_orderable(const element& to, const call& in, const orderable& what) {
    const element one = to.add("OrderableDBInstanceOption");
    one.add("Engine", "postgres");
    one.add("EngineVersion", *what.version);
    one.add("DBInstanceClass", what.size->name);
    one.add("LicenseModel", "postgresql-license");
    const element zones = one.add("AvailabilityZones");
    for (const char zone : ground::find_region(in.region)->zones)
        zones.add("AvailabilityZone").add("Name", fmt::format("{}{}", in.region, zone));
    one.add("MultiAZCapable", true);
    one.add("ReadReplicaCapable", false);
    one.add("Vpc", true);
    one.add("SupportsStorageEncryption", true);
    one.add("StorageType", std::string{what.storage->name});
    one.add("SupportsIops", what.storage->takes_iops);
    one.add("SupportsEnhancedMonitoring", false);
    one.add("SupportsIAMDatabaseAuthentication", false);
    one.add("SupportsPerformanceInsights", false);
    one.add("MinStorageSize", what.storage->gib_min);
    one.add("MaxStorageSize", what.storage->gib_max);
    if (what.storage->takes_iops) {
        one.add("MinIopsPerDbInstance", what.storage->iops_min);
        one.add("MaxIopsPerDbInstance", what.storage->iops_max);
    }
    one.add("SupportsStorageAutoscaling", true);
    one.add("SupportsKerberosAuthentication", false);
    one.add("OutpostCapable", false);
    one.add("SupportsGlobalDatabases", false);
    one.add("SupportsClusters", false);
    one.add("SupportedNetworkTypes").add("member", "IPV4");
}

} // namespace

void describe_db_engine_versions(const call& in) {
    const parameters& input = in.input;
    const auto asked = input.text("EngineVersion");
    const auto family = input.text("DBParameterGroupFamily");
    const bool only_default = input.boolean("DefaultOnly").value_or(false);
    static constexpr auto filters =
        std::to_array<std::string_view>({"db-parameter-group-family", "engine", "engine-version", "status"});
    check_filters(in, filters);
    auto found = versions(in);
    std::erase_if(found, [&](const std::string& version) {
        return input.text("Engine").value_or("postgres") != "postgres" || !is_asked_for(asked, version) ||
               (family && *family != parameter_group_family(version)) ||
               (only_default && !asked && version != default_version(in)) ||
               !match_filters(in, filters,
                              {{"db-parameter-group-family", parameter_group_family(version)},
                               {"engine", "postgres"},
                               {"engine-version", version},
                               {"status", "available"}});
    });
    if (only_default && asked && !found.empty()) found.erase(found.begin(), found.end() - 1);
    const page shown = wire::page_by_marker(input, found.size());
    const element list = in.result.add("DBEngineVersions");
    for (std::size_t i = shown.begin; i < shown.end; ++i)
        add_version(list, found[i]);
    if (!shown.next.empty()) in.result.add("Marker", shown.next);
}

void describe_orderable_db_instance_options(const call& in) {
    const parameters& input = in.input;
    if (const auto engine = input.text("Engine"); engine != "postgres") {
        throw refusal{"InvalidParameterValue",
                      fmt::format("Invalid DB engine: {}. Here it is postgres.", engine.value_or(""))};
    }
    const auto asked_version = input.text("EngineVersion");
    const auto asked_class = input.text("DBInstanceClass");
    check_filters(in, {});
    // There are no local zones, no instances outside a VPC, and one licence.
    const bool offered = input.text("LicenseModel").value_or("postgresql-license") == "postgresql-license" &&
                         input.text("AvailabilityZoneGroup").value_or(in.region) == in.region &&
                         input.boolean("Vpc").value_or(true);
    const auto every = offered ? versions(in) : std::vector<std::string>{};
    std::vector<orderable> found;
    for (const std::string& version : every) {
        if (!is_asked_for(asked_version, version)) continue;
        for (const fleet::instance_class& size : fleet::instance_classes()) {
            if ((asked_class && size.name != *asked_class) || major_of(version) > size.newest_major) continue;
            for (const fleet::storage_type& storage : fleet::storage_types())
                found.push_back({&version, &size, &storage});
        }
    }
    const page shown = wire::page_by_marker(input, found.size());
    const element list = in.result.add("OrderableDBInstanceOptions");
    for (std::size_t i = shown.begin; i < shown.end; ++i)
        add_orderable(list, in, found[i]);
    if (!shown.next.empty()) in.result.add("Marker", shown.next);
}

void describe_db_parameter_groups(const call& in) {
    check_filters(in, {});
    const auto asked = in.input.text("DBParameterGroupName");
    std::vector<std::string> found;
    for (const engine_family& family : engine_families()) {
        std::string name = fmt::format("postgres{}", family.major);
        if (!asked || *asked == "default." + name) found.push_back(std::move(name));
    }
    if (asked && found.empty()) {
        throw refusal{"DBParameterGroupNotFound", fmt::format("DBParameterGroup not found: {}", *asked), 404};
    }
    const page shown = wire::page_by_marker(in.input, found.size());
    const element list = in.result.add("DBParameterGroups");
    for (std::size_t i = shown.begin; i < shown.end; ++i) {
        const element one = list.add("DBParameterGroup");
        one.add("DBParameterGroupName", "default." + found[i]);
        one.add("DBParameterGroupFamily", found[i]);
        one.add("Description", "Default parameter group for " + found[i]);
        one.add("DBParameterGroupArn",
                fmt::format("arn:aws:rds:{}:{}:pg:default.{}", in.region, ground::account_id, found[i]));
    }
    if (!shown.next.empty()) in.result.add("Marker", shown.next);
}

void add_subnet_group(const element& to, const call& in) {
    const std::string vpc = ec2::ensure_network(in.db, in.region);
    const element group = to.add("DBSubnetGroup");
    group.add("DBSubnetGroupName", "default");
    group.add("DBSubnetGroupDescription", "default");
    group.add("VpcId", vpc);
    group.add("SubnetGroupStatus", "Complete");
    const element subnets = group.add("Subnets");
    for (const ec2::subnet& each : ec2::subnets_of(in.db, vpc)) {
        const element one = subnets.add("Subnet");
        one.add("SubnetIdentifier", each.id);
        one.add("SubnetAvailabilityZone").add("Name", each.zone);
        (void)one.add("SubnetOutpost");
        one.add("SubnetStatus", "Active");
    }
    group.add("DBSubnetGroupArn",
              fmt::format("arn:aws:rds:{}:{}:subgrp:default", in.region, ground::account_id));
    group.add("SupportedNetworkTypes").add("member", "IPV4");
}

void describe_db_subnet_groups(const call& in) {
    check_filters(in, {});
    const auto asked = in.input.text("DBSubnetGroupName");
    if (asked && *asked != "default") {
        throw refusal{"DBSubnetGroupNotFoundFault",
                      fmt::format("DB subnet group '{}' does not exist.", *asked), 404};
    }
    const page shown = wire::page_by_marker(in.input, 1);
    const element list = in.result.add("DBSubnetGroups");
    if (shown.begin < shown.end) add_subnet_group(list, in);
    if (!shown.next.empty()) in.result.add("Marker", shown.next);
}

} // namespace cruddur::cloud::rds
