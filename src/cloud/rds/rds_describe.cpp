#include "cloud/ec2/ec2.hpp"
#include "cloud/fleet/followers.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/rds/db_groups.hpp"
#include "cloud/rds/managed_passwords.hpp"
#include "cloud/rds/parameter_groups.hpp"
#include "cloud/rds/rds.hpp"
#include "cloud/rds/rds_logs.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::rds {

namespace {

constexpr const char* hosted_zone = "Z2R2ITUGPM61AM"; // of RDS endpoints in us-east-1

void put(json::object& to, const char* name, const std::optional<std::int64_t>& number) {
    if (number) to[name] = *number;
}

// The members of PendingModifiedValues have the types that the instance's own have.
json::value pending_value(const std::string& name, const std::string& value) {
    constexpr std::array<std::string_view, 6> numbers{
        "AllocatedStorage",  "BackupRetentionPeriod", "Iops", "Port",
        "StorageThroughput", "MaxAllocatedStorage"};
    if (name == "MasterUserPassword") return "****";
    if (name == "MultiAZ") return value == "true";
    if (std::ranges::find(numbers, name) != numbers.end()) return std::stoll(value);
    return json::value(value);
}

void add_groups(json::object& to, const call& in, const db_instance& what) {
    json::array groups;
    for (const std::string& id : fleet::instance_groups(in.db, what.resource_id))
        groups.push_back({{"VpcSecurityGroupId", id}, {"Status", "active"}});
    to["VpcSecurityGroups"] = std::move(groups);
    to["DBParameterGroups"] = describe_parameter_group_of(in, what);
    to["OptionGroupMemberships"] = describe_option_groups_of(in, what);
    to["DBSubnetGroup"] = describe_subnet_group_of(in, what);
    if (json::array exported = describe_log_exports(in, what); !exported.empty())
        to["EnabledCloudwatchLogsExports"] = std::move(exported);
}

void add_endpoint(json::object& to, const db_instance& what) {
    if (!what.created_at) return; // as RDS: once there is something to connect to
    to["Endpoint"] = {{"Address", what.address}, {"Port", what.port}, {"HostedZoneId", hosted_zone}};
    to["InstanceCreateTime"] = *what.created_at;
}

void add_storage(json::object& to, const db_instance& what) {
    to["AllocatedStorage"] = what.allocated_storage;
    to["StorageType"] = what.storage_type;
    put(to, "Iops", what.iops);
    put(to, "StorageThroughput", what.storage_throughput);
    put(to, "MaxAllocatedStorage", what.max_allocated_storage);
    to["StorageEncrypted"] = what.storage_encrypted;
    if (what.storage_encrypted) to["KmsKeyId"] = what.kms_key_id;
}

std::vector<std::pair<std::string, std::string>> attributes_of(const db_instance& one) {
    return {{"db-instance-id", one.identifier},
            {"db-instance-id", fleet::instance_arn(one)},
            {"dbi-resource-id", one.resource_id},
            {"engine", "postgres"},
            {"domain", ""},
            {"db-cluster-id", ""}};
}

} // namespace

void bring_about(const call& in, const std::string& resource_id) {
    in.after_commit([&fleet = in.env.part<instances>(), resource_id] {
        fleet.read_rules();
        fleet.wake(resource_id);
    });
}

void record(const call& in, const db_instance& of, std::string_view category, std::string message) {
    fleet::record_event(in.db, {in.region, "db-instance", of.identifier, std::string{category},
                                std::move(message), in.env.part<instances>().now()});
}

db_instance find_instance(const call& in, const std::string& identifier) {
    std::string name = boost::algorithm::to_lower_copy(identifier);
    if (const auto colon = name.rfind(":db:"); name.starts_with("arn:") && colon != std::string::npos) {
        name = name.substr(colon + 4);
    }
    if (auto found = fleet::instance_by_identifier(in.db, in.region, name)) return std::move(*found);
    throw refusal{"DBInstanceNotFound", fmt::format("DBInstance {} not found.", identifier)};
}

std::vector<std::string> read_groups(const call& in, const std::string& vpc_id) {
    (void)ec2::ensure_network(in.db, in.region);
    std::vector<std::string> out;
    for (const std::string& id : texts_of(in.input, "VpcSecurityGroupIds")) {
        const auto known = ec2::group_by_id(in.db, in.region, id);
        if (!known) {
            throw refusal{"InvalidParameterValue",
                          fmt::format("Invalid security group , groupId= {}, groupName=.", id)};
        }
        if (known->vpc_id != vpc_id) {
            throw refusal{"InvalidParameterCombination",
                          fmt::format("The DB instance and EC2 security group are in different VPCs. The DB "
                                      "instance is in {} and the EC2 security group is in {}",
                                      vpc_id, known->vpc_id)};
        }
        if (std::ranges::find(out, id) == out.end()) out.push_back(id);
    }
    if (out.empty()) out.push_back(ec2::find_group_by_name(in, vpc_id, "default").id);
    return out;
}

json::object describe(const call& in, const db_instance& what) {
    json::object out{{"DBInstanceIdentifier", what.identifier},
                     {"DBInstanceClass", what.instance_class},
                     {"Engine", "postgres"},
                     {"EngineVersion", what.engine_version},
                     {"DBInstanceStatus", in.env.part<instances>().status_of(what)}};
    if (what.status == "stopped") put(out, "AutomaticRestartTime", what.restart_at);
    out["MasterUsername"] = what.master_username;
    if (json::object secret = describe_master_secret(in, what); !secret.empty())
        out["MasterUserSecret"] = std::move(secret);
    if (!what.database.empty()) out["DBName"] = what.database;
    add_endpoint(out, what);
    add_storage(out, what);
    out["PreferredBackupWindow"] = what.backup_window;
    out["BackupRetentionPeriod"] = what.backup_retention;
    const auto window =
        in.env.part<instances>().following().archives.window_of(in.db, what.resource_id, what.region);
    if (what.backup_retention > 0 && window) out["LatestRestorableTime"] = window->latest;
    out["DBSecurityGroups"] = json::array{};
    add_groups(out, in, what);
    out["AvailabilityZone"] = what.availability_zone;
    if (what.multi_az) out["SecondaryAvailabilityZone"] = what.secondary_zone;
    out["PreferredMaintenanceWindow"] = what.maintenance_window;
    json::object& pending = out["PendingModifiedValues"].emplace_object();
    for (const auto& [name, value] : fleet::pending_values(in.db, what.resource_id))
        pending[name] = pending_value(name, value);
    const json::object rest{{"MultiAZ", what.multi_az},
                            {"AutoMinorVersionUpgrade", what.auto_minor_version_upgrade},
                            {"LicenseModel", "postgresql-license"},
                            {"PubliclyAccessible", what.publicly_accessible},
                            {"DbInstancePort", 0},
                            {"DbiResourceId", what.resource_id},
                            {"CACertificateIdentifier", authority_of(in, what)},
                            {"DomainMemberships", json::array{}},
                            {"CopyTagsToSnapshot", what.copy_tags_to_snapshot},
                            {"MonitoringInterval", 0},
                            {"DBInstanceArn", fleet::instance_arn(what)},
                            {"IAMDatabaseAuthenticationEnabled", what.iam_authentication},
                            {"PerformanceInsightsEnabled", what.performance_insights},
                            {"DeletionProtection", what.deletion_protection},
                            {"AssociatedRoles", json::array{}},
                            {"TagList", wire::write_tags(ground::tags_of(in.db, fleet::instance_arn(what)))},
                            {"CustomerOwnedIpEnabled", false},
                            {"ActivityStreamStatus", "stopped"},
                            {"BackupTarget", "region"},
                            {"NetworkType", "IPV4"}};
    out.insert(rest.begin(), rest.end());
    if (what.performance_insights)
        out["PerformanceInsightsRetentionPeriod"] = what.performance_insights_retention;
    add_replication(out, in, what);
    return out;
}

json::object describe_db_instances(const call& in) {
    static constexpr auto filters = std::to_array<std::string_view>(
        {"db-cluster-id", "db-instance-id", "dbi-resource-id", "domain", "engine"});
    check_filters(in, filters);
    std::vector<db_instance> found;
    if (const auto name = optional_text(in.input, "DBInstanceIdentifier")) {
        found.push_back(find_instance(in, *name));
    } else {
        found = fleet::instances_of(in.db, in.region);
    }
    std::erase_if(found,
                  [&](const db_instance& one) { return !match_filters(in, filters, attributes_of(one)); });
    std::vector<std::string> keys;
    keys.reserve(found.size());
    for (const db_instance& one : found)
        keys.push_back(one.identifier);
    return wire::listed("DBInstances", found, wire::page_by_key(in.input, keys),
                        [&](const db_instance& one) { return describe(in, one); });
}

} // namespace cruddur::cloud::rds
