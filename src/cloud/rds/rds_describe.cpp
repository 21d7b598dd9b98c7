#include "cloud/ec2/ec2.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/rds/rds.hpp"
#include "cloud/rds/rds_catalogue.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::rds {

namespace {

constexpr const char* hosted_zone = "Z2R2ITUGPM61AM"; // of RDS endpoints in us-east-1

void add_optional(const element& to, const char* name, const std::optional<std::int64_t>& number) {
    if (number) to.add(name, *number);
}

void add_pending(const element& to, const fleet::name_values& values) {
    const element pending = to.add("PendingModifiedValues");
    for (const auto& [name, value] : values)
        pending.add(name.c_str(), name == "MasterUserPassword" ? "****" : value);
}

void add_groups(const element& to, const call& in, const db_instance& what) {
    const element groups = to.add("VpcSecurityGroups");
    for (const std::string& id : fleet::instance_groups(in.db, what.resource_id)) {
        const element one = groups.add("VpcSecurityGroupMembership");
        one.add("VpcSecurityGroupId", id);
        one.add("Status", "active");
    }
    const element parameter_group = to.add("DBParameterGroups").add("DBParameterGroup");
    parameter_group.add("DBParameterGroupName", "default." + parameter_group_family(what.engine_version));
    parameter_group.add("ParameterApplyStatus", "in-sync");
    const element option_group = to.add("OptionGroupMemberships").add("OptionGroupMembership");
    option_group.add("OptionGroupName", fmt::format("default:postgres-{}", major_of(what.engine_version)));
    option_group.add("Status", "in-sync");
    add_subnet_group(to, in);
}

void add_endpoint(const element& to, const db_instance& what) {
    if (!what.created_at) return; // as RDS: once there is something to connect to
    const element endpoint = to.add("Endpoint");
    endpoint.add("Address", what.address);
    endpoint.add("Port", what.port);
    endpoint.add("HostedZoneId", hosted_zone);
    to.add("InstanceCreateTime", iso_time(*what.created_at));
}

void add_storage(const element& to, const db_instance& what) {
    to.add("AllocatedStorage", what.allocated_storage);
    to.add("StorageType", what.storage_type);
    add_optional(to, "Iops", what.iops);
    add_optional(to, "StorageThroughput", what.storage_throughput);
    add_optional(to, "MaxAllocatedStorage", what.max_allocated_storage);
    to.add("StorageEncrypted", what.storage_encrypted);
    if (what.storage_encrypted) to.add("KmsKeyId", what.kms_key_id);
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

std::string iso_time(epoch_ms at) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(at / 1000)),
                       at % 1000);
}

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
    throw refusal{"DBInstanceNotFound", fmt::format("DBInstance {} not found.", identifier), 404};
}

std::vector<std::string> read_groups(const call& in) {
    const std::string vpc = ec2::ensure_network(in.db, in.region);
    std::vector<std::string> out;
    for (const std::string& id : in.input.texts("VpcSecurityGroupIds")) {
        try {
            if (const std::string known = ec2::find_group(in, id).id;
                std::ranges::find(out, known) == out.end())
                out.push_back(known);
        } catch (const refusal&) {
            throw refusal{"InvalidParameterValue",
                          fmt::format("Invalid security group , groupId= {}, groupName=.", id)};
        }
    }
    if (out.empty()) out.push_back(ec2::find_group_by_name(in, vpc, "default").id);
    return out;
}

void check_default_groups(const call& in, std::string_view engine_version) {
    const std::string parameter_group = "default." + parameter_group_family(engine_version);
    const std::string option_group = fmt::format("default:postgres-{}", major_of(engine_version));
    const auto asked_parameters = in.input.text("DBParameterGroupName");
    if (asked_parameters && *asked_parameters != parameter_group) {
        throw refusal{
            "DBParameterGroupNotFound",
            fmt::format("DBParameterGroup not found: {}. Here it is {}.", *asked_parameters, parameter_group),
            404};
    }
    const auto asked_options = in.input.text("OptionGroupName");
    if (asked_options && *asked_options != option_group) {
        throw refusal{
            "OptionGroupNotFoundFault",
            fmt::format("The option group {} does not exist. Here it is {}.", *asked_options, option_group),
            404};
    }
    const auto asked_subnets = in.input.text("DBSubnetGroupName");
    if (asked_subnets && *asked_subnets != "default") {
        throw refusal{
            "DBSubnetGroupNotFoundFault",
            fmt::format("DB subnet group '{}' does not exist. Here it is 'default'.", *asked_subnets), 404};
    }
}

void add_tag_list(const element& to, const ground::tag_list& tags) {
    const element list = to.add("TagList");
    for (const auto& [key, value] : tags) {
        const element tag = list.add("Tag");
        tag.add("Key", key);
        tag.add("Value", value);
    }
}

void add_instance(const element& to, const call& in, const db_instance& what) {
    to.add("DBInstanceIdentifier", what.identifier);
    to.add("DBInstanceClass", what.instance_class);
    to.add("Engine", "postgres");
    to.add("EngineVersion", what.engine_version);
    to.add("DBInstanceStatus", in.env.part<instances>().status_of(what));
    if (what.restart_at && what.status == "stopped") {
        to.add("AutomaticRestartTime", iso_time(*what.restart_at));
    }
    to.add("MasterUsername", what.master_username);
    if (!what.database.empty()) to.add("DBName", what.database);
    add_endpoint(to, what);
    add_storage(to, what);
    to.add("PreferredBackupWindow", what.backup_window);
    to.add("BackupRetentionPeriod", what.backup_retention);
    // The newest backup: there is no log between two of them, by which any other time could be restored.
    const auto newest = fleet::newest_backup(in.db, what.resource_id);
    if (newest && what.backup_retention > 0) to.add("LatestRestorableTime", iso_time(*newest));
    (void)to.add("DBSecurityGroups");
    add_groups(to, in, what);
    to.add("AvailabilityZone", what.availability_zone);
    if (what.multi_az) to.add("SecondaryAvailabilityZone", what.secondary_zone);
    to.add("PreferredMaintenanceWindow", what.maintenance_window);
    add_pending(to, fleet::pending_values(in.db, what.resource_id));
    to.add("MultiAZ", what.multi_az);
    to.add("AutoMinorVersionUpgrade", what.auto_minor_version_upgrade);
    (void)to.add("ReadReplicaDBInstanceIdentifiers");
    to.add("LicenseModel", "postgresql-license");
    to.add("PubliclyAccessible", what.publicly_accessible);
    (void)to.add("StatusInfos");
    to.add("DbInstancePort", std::int64_t{0});
    to.add("DbiResourceId", what.resource_id);
    to.add("CACertificateIdentifier", "rds-ca-rsa2048-g1");
    (void)to.add("DomainMemberships");
    to.add("CopyTagsToSnapshot", what.copy_tags_to_snapshot);
    to.add("MonitoringInterval", std::int64_t{0});
    to.add("DBInstanceArn", fleet::instance_arn(what));
    to.add("IAMDatabaseAuthenticationEnabled", false);
    to.add("PerformanceInsightsEnabled",
           false); // nothing collects them, as the events say where they're wanted
    to.add("DeletionProtection", what.deletion_protection);
    (void)to.add("AssociatedRoles");
    add_tag_list(to, ground::tags_of(in.db, fleet::instance_arn(what)));
    to.add("CustomerOwnedIpEnabled", false);
    to.add("ActivityStreamStatus", "stopped");
    to.add("BackupTarget", "region");
    to.add("NetworkType", "IPV4");
}

void describe_db_instances(const call& in) {
    static constexpr auto filters = std::to_array<std::string_view>(
        {"db-cluster-id", "db-instance-id", "dbi-resource-id", "domain", "engine"});
    check_filters(in, filters);
    std::vector<db_instance> found;
    if (const auto name = in.input.text("DBInstanceIdentifier")) {
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
    const page shown = wire::page_by_key(in.input, keys);
    const element list = in.result.add("DBInstances");
    for (std::size_t i = shown.begin; i < shown.end; ++i)
        add_instance(list.add("DBInstance"), in, found[i]);
    if (!shown.next.empty()) in.result.add("Marker", shown.next);
}

} // namespace cruddur::cloud::rds
