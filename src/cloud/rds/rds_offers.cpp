#include "cloud/ground/authorities.hpp"
#include "cloud/ground/regions.hpp"
#include "cloud/rds/rds.hpp"
#include "cloud/rds/rds_catalogue.hpp"
#include "cluster/upgrade.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::rds {

namespace {

// What this machine has, oldest first.
std::vector<std::string> versions(const call& in) {
    std::vector<std::string> out;
    const auto& engines = in.env.part<instances>().engines();
    for (const int major : engines.installed()) {
        if (std::string version = engines.installed_version(major); !version.empty())
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

// The newer ones that its data can be of.
json::array upgrade_targets(const call& in, const std::string& version) {
    json::array out;
    for (const std::string& newer : versions(in)) {
        if (major_of(newer) <= major_of(version)) continue;
        const auto& store = in.env.part<instances>().engines().store;
        if (!cluster::why_not_upgraded(major_of(version), major_of(newer), store).empty()) continue;
        out.emplace_back(json::object{{"Engine", "postgres"},
                                      {"EngineVersion", newer},
                                      {"Description", fmt::format("PostgreSQL {}", newer)},
                                      {"AutoUpgrade", false},
                                      {"IsMajorVersionUpgrade", true}});
    }
    return out;
}

json::array authorities() {
    json::array out;
    for (const std::string_view each : ground::authority_names())
        out.emplace_back(each);
    return out;
}

json::object describe_offer(const call& in, const std::string& version) {
    return {{"Engine", "postgres"},
            {"MajorEngineVersion", std::to_string(major_of(version))},
            {"EngineVersion", version},
            {"DBParameterGroupFamily", parameter_group_family(version)},
            {"DBEngineDescription", "PostgreSQL"},
            {"DBEngineVersionDescription", fmt::format("PostgreSQL {}", version)},
            {"ValidUpgradeTarget", upgrade_targets(in, version)},
            {"ExportableLogTypes", json::array{"postgresql", "upgrade"}},
            {"SupportsLogExportsToCloudwatchLogs", true},
            {"SupportsCertificateRotationWithoutRestart", true},
            {"SupportedCACertificateIdentifiers", authorities()},
            {"SupportsReadReplica", true},
            {"SupportedFeatureNames", json::array{}},
            {"Status", "available"},
            {"SupportsParallelQuery", false},
            {"SupportsGlobalDatabases", false},
            {"SupportsBabelfish", false}};
}

struct orderable {
    const std::string* version;
    const fleet::instance_class* size;
    const fleet::storage_type* storage;
};

json::object describe_offer(const call& in, const orderable& what) {
    json::array zones;
    for (const char zone : ground::find_region(in.region)->zones)
        zones.emplace_back(json::object{{"Name", fmt::format("{}{}", in.region, zone)}});
    json::object out{{"Engine", "postgres"},
                     {"EngineVersion", *what.version},
                     {"DBInstanceClass", what.size->name},
                     {"LicenseModel", "postgresql-license"},
                     {"AvailabilityZones", std::move(zones)},
                     {"MultiAZCapable", true},
                     {"ReadReplicaCapable", true},
                     {"Vpc", true},
                     {"SupportsStorageEncryption", true},
                     {"StorageType", what.storage->name},
                     {"SupportsIops", what.storage->takes_iops},
                     {"SupportsEnhancedMonitoring", false},
                     {"SupportsIAMDatabaseAuthentication",
                      in.env.part<instances>().engines().has_ldap(major_of(*what.version))},
                     {"SupportsPerformanceInsights", true},
                     {"MinStorageSize", what.storage->gib_min},
                     {"MaxStorageSize", what.storage->gib_max},
                     {"SupportsStorageAutoscaling", true},
                     {"SupportsKerberosAuthentication", false},
                     {"OutpostCapable", false},
                     {"SupportsGlobalDatabases", false},
                     {"SupportsClusters", false},
                     {"SupportedNetworkTypes", json::array{"IPV4"}}};
    if (what.storage->takes_iops) {
        out["MinIopsPerDbInstance"] = what.storage->iops_min;
        out["MaxIopsPerDbInstance"] = what.storage->iops_max;
    }
    return out;
}

} // namespace

json::object describe_db_engine_versions(const call& in) {
    const json::object& input = in.input;
    const auto asked = optional_text(input, "EngineVersion");
    const auto family = optional_text(input, "DBParameterGroupFamily");
    const bool only_default = is_true(input, "DefaultOnly");
    static constexpr auto filters =
        std::to_array<std::string_view>({"db-parameter-group-family", "engine", "engine-version", "status"});
    check_filters(in, filters);
    auto found = versions(in);
    std::erase_if(found, [&](const std::string& version) {
        return optional_text(input, "Engine").value_or("postgres") != "postgres" ||
               !is_asked_for(asked, version) || (family && *family != parameter_group_family(version)) ||
               (only_default && !asked && version != default_version(in)) ||
               !match_filters(in, filters,
                              {{"db-parameter-group-family", parameter_group_family(version)},
                               {"engine", "postgres"},
                               {"engine-version", version},
                               {"status", "available"}});
    });
    if (only_default && asked && !found.empty()) found.erase(found.begin(), found.end() - 1);
    return wire::listed("DBEngineVersions", found, wire::page_by_marker(input, found.size()),
                        [&](const std::string& version) { return describe_offer(in, version); });
}

json::object describe_orderable_db_instance_options(const call& in) {
    const json::object& input = in.input;
    if (const auto engine = optional_text(input, "Engine"); engine != "postgres") {
        throw refusal{"InvalidParameterValue",
                      fmt::format("Invalid DB engine: {}. Here it is postgres.", engine.value_or(""))};
    }
    const auto asked_version = optional_text(input, "EngineVersion");
    const auto asked_class = optional_text(input, "DBInstanceClass");
    check_filters(in, {});
    // There are no local zones, no instances outside a VPC, and one licence.
    const bool offered =
        optional_text(input, "LicenseModel").value_or("postgresql-license") == "postgresql-license" &&
        optional_text(input, "AvailabilityZoneGroup").value_or(in.region) == in.region &&
        optional_boolean(input, "Vpc").value_or(true);
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
    return wire::listed("OrderableDBInstanceOptions", found, wire::page_by_marker(input, found.size()),
                        [&](const orderable& one) { return describe_offer(in, one); });
}

} // namespace cruddur::cloud::rds
