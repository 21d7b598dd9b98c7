#include "aws/rds.hpp"

#include <boost/algorithm/string/split.hpp>

namespace cruddur::aws {
namespace {

const char* flag(bool set) {
    return set ? "true" : "false";
}

std::string part_of_arn(const std::string& arn, std::size_t which) {
    std::vector<std::string> parts;
    boost::algorithm::split(parts, arn, [](char c) { return c == ':'; });
    return which < parts.size() ? parts[which] : std::string{};
}

db_instance read_instance(pugi::xml_node from) {
    const auto number = [&](const char* name) { return from.child(name).text().as_llong(); };
    const auto set = [&](const char* name) { return from.child(name).text().as_bool(); };
    const pugi::xml_node endpoint = from.child("Endpoint");
    db_instance made{.identifier = from.child_value("DBInstanceIdentifier"),
                     .arn = from.child_value("DBInstanceArn"),
                     .status = from.child_value("DBInstanceStatus"),
                     .engine = from.child_value("Engine"),
                     .engine_version = from.child_value("EngineVersion"),
                     .instance_class = from.child_value("DBInstanceClass"),
                     .availability_zone = from.child_value("AvailabilityZone"),
                     .secondary_zone = from.child_value("SecondaryAvailabilityZone"),
                     .storage_type = from.child_value("StorageType"),
                     .master_username = from.child_value("MasterUsername"),
                     .database = from.child_value("DBName"),
                     .address = endpoint.child_value("Address"),
                     .port = static_cast<std::uint16_t>(endpoint.child("Port").text().as_uint()),
                     .allocated_storage_gib = number("AllocatedStorage"),
                     .backup_retention_days = number("BackupRetentionPeriod"),
                     .multi_az = set("MultiAZ"),
                     .publicly_accessible = set("PubliclyAccessible"),
                     .storage_encrypted = set("StorageEncrypted"),
                     .deletion_protection = set("DeletionProtection")};
    for (const pugi::xml_node group : from.child("VpcSecurityGroups").children()) {
        if (std::string_view{group.child_value("Status")} == "active")
            made.security_groups.emplace_back(group.child_value("VpcSecurityGroupId"));
    }
    for (const pugi::xml_node value : from.child("PendingModifiedValues").children())
        made.pending.emplace_back(value.name());
    return made;
}

db_snapshot read_snapshot(pugi::xml_node from) {
    return {.identifier = from.child_value("DBSnapshotIdentifier"),
            .instance = from.child_value("DBInstanceIdentifier"),
            .status = from.child_value("Status"),
            .created = from.child_value("SnapshotCreateTime"),
            .engine_version = from.child_value("EngineVersion"),
            .allocated_storage_gib = from.child("AllocatedStorage").text().as_llong(),
            .percent = from.child("PercentProgress").text().as_llong(),
            .encrypted = from.child("Encrypted").text().as_bool()};
}

result<db_instance> instance_call(client& by, std::string_view action, const parameters& input, effect does) {
    auto done = by.call(rds_service, action, input, does);
    if (!done) return done.error();
    return read_instance(done->result().child("DBInstance"));
}

void append(parameters& to, const placement& where) {
    to.emplace_back("DBInstanceClass", where.instance_class);
    to.emplace_back("StorageType", where.storage_type);
    to.emplace_back("Port", std::to_string(where.port));
    to.emplace_back("MultiAZ", flag(where.multi_az));
    to.emplace_back("PubliclyAccessible", flag(where.publicly_accessible));
    to.emplace_back("DeletionProtection", flag(where.deletion_protection));
    // AWS refuses a zone beside Multi-AZ, which has two.
    if (!where.availability_zone.empty() && !where.multi_az)
        to.emplace_back("AvailabilityZone", where.availability_zone);
    if (!where.subnet_group.empty()) to.emplace_back("DBSubnetGroupName", where.subnet_group);
    for (std::size_t index = 0; index < where.security_groups.size(); ++index)
        to.emplace_back("VpcSecurityGroupIds.VpcSecurityGroupId." + std::to_string(index + 1),
                        where.security_groups[index]);
}

} // namespace

std::string db_instance::region() const {
    return part_of_arn(arn, 3);
}

std::string db_instance::account() const {
    return part_of_arn(arn, 4);
}

parameters create_input(const new_instance& wanted) {
    parameters input{{"DBInstanceIdentifier", wanted.identifier},
                     {"Engine", "postgres"},
                     {"MasterUsername", wanted.master_username},
                     {"DBName", wanted.database},
                     {"AllocatedStorage", std::to_string(wanted.allocated_storage_gib)},
                     {"BackupRetentionPeriod", std::to_string(wanted.backup_retention_days)},
                     {"StorageEncrypted", flag(wanted.storage_encrypted)},
                     {"EnablePerformanceInsights", flag(wanted.performance_insights)}};
    if (wanted.performance_insights) input.emplace_back("PerformanceInsightsRetentionPeriod", "7");
    if (!wanted.engine_version.empty()) input.emplace_back("EngineVersion", wanted.engine_version);
    append(input, wanted.where);
    return input;
}

result<db_instance> create_instance(client& by, const new_instance& wanted, const std::string& password) {
    parameters input = create_input(wanted);
    input.emplace_back("MasterUserPassword", password);
    return instance_call(by, "CreateDBInstance", input, effect::once);
}

result<db_instance> describe_instance(client& by, const std::string& identifier) {
    auto done = by.call(rds_service, "DescribeDBInstances", {{"DBInstanceIdentifier", identifier}},
                        effect::idempotent);
    if (!done) return done.error();
    return read_instance(done->result().child("DBInstances").first_child());
}

result<std::vector<db_instance>> describe_instances(client& by) {
    std::vector<db_instance> all;
    auto done = by.pages(rds_service, "DescribeDBInstances", {}, [&](pugi::xml_node page) {
        for (const pugi::xml_node one : page.child("DBInstances").children())
            all.push_back(read_instance(one));
    });
    if (!done) return done.error();
    return all;
}

result<db_instance> start_instance(client& by, const std::string& identifier) {
    return instance_call(by, "StartDBInstance", {{"DBInstanceIdentifier", identifier}}, effect::once);
}

result<db_instance> stop_instance(client& by, const std::string& identifier) {
    return instance_call(by, "StopDBInstance", {{"DBInstanceIdentifier", identifier}}, effect::once);
}

result<db_instance> reboot_instance(client& by, const std::string& identifier, bool force_failover) {
    parameters input{{"DBInstanceIdentifier", identifier}};
    if (force_failover) input.emplace_back("ForceFailover", "true");
    return instance_call(by, "RebootDBInstance", input, effect::once);
}

result<db_instance> delete_instance(client& by, const std::string& identifier,
                                    const std::optional<std::string>& final_snapshot) {
    parameters input{{"DBInstanceIdentifier", identifier}, {"SkipFinalSnapshot", flag(!final_snapshot)}};
    if (final_snapshot) input.emplace_back("FinalDBSnapshotIdentifier", *final_snapshot);
    return instance_call(by, "DeleteDBInstance", input, effect::once);
}

result<db_instance> change_password(client& by, const std::string& identifier, const std::string& password) {
    return instance_call(by, "ModifyDBInstance",
                         {{"DBInstanceIdentifier", identifier},
                          {"MasterUserPassword", password},
                          {"ApplyImmediately", "true"}},
                         effect::idempotent);
}

result<db_instance> remove_protection(client& by, const std::string& identifier) {
    return instance_call(
        by, "ModifyDBInstance",
        {{"DBInstanceIdentifier", identifier}, {"DeletionProtection", "false"}, {"ApplyImmediately", "true"}},
        effect::idempotent);
}

result<db_snapshot> create_snapshot(client& by, const std::string& instance, const std::string& name) {
    auto done = by.call(rds_service, "CreateDBSnapshot",
                        {{"DBInstanceIdentifier", instance}, {"DBSnapshotIdentifier", name}}, effect::once);
    if (!done) return done.error();
    return read_snapshot(done->result().child("DBSnapshot"));
}

result<db_snapshot> describe_snapshot(client& by, const std::string& name) {
    auto done =
        by.call(rds_service, "DescribeDBSnapshots", {{"DBSnapshotIdentifier", name}}, effect::idempotent);
    if (!done) return done.error();
    return read_snapshot(done->result().child("DBSnapshots").first_child());
}

result<std::vector<db_snapshot>> describe_snapshots(client& by, const std::string& instance) {
    std::vector<db_snapshot> all;
    parameters input;
    if (!instance.empty()) input.emplace_back("DBInstanceIdentifier", instance);
    auto done = by.pages(rds_service, "DescribeDBSnapshots", input, [&](pugi::xml_node page) {
        for (const pugi::xml_node one : page.child("DBSnapshots").children())
            all.push_back(read_snapshot(one));
    });
    if (!done) return done.error();
    return all;
}

result<db_instance> restore_snapshot(client& by, const std::string& snapshot, const std::string& identifier,
                                     const placement& where) {
    parameters input{{"DBInstanceIdentifier", identifier}, {"DBSnapshotIdentifier", snapshot}};
    append(input, where);
    return instance_call(by, "RestoreDBInstanceFromDBSnapshot", input, effect::once);
}

} // namespace cruddur::aws
