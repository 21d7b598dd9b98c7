#include "aws/rds.hpp"

#include "aws/waiter.hpp"

#include <boost/algorithm/string/split.hpp>

#include <algorithm>

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

db_instance read_instance(pugi::xml_node node) {
    const auto number = [&](const char* name) { return node.child(name).text().as_llong(); };
    const auto set = [&](const char* name) { return node.child(name).text().as_bool(); };
    const pugi::xml_node endpoint = node.child("Endpoint");
    db_instance instance{.identifier = node.child_value("DBInstanceIdentifier"),
                         .arn = node.child_value("DBInstanceArn"),
                         .resource_id = node.child_value("DbiResourceId"),
                         .status = node.child_value("DBInstanceStatus"),
                         .engine = node.child_value("Engine"),
                         .engine_version = node.child_value("EngineVersion"),
                         .instance_class = node.child_value("DBInstanceClass"),
                         .availability_zone = node.child_value("AvailabilityZone"),
                         .secondary_zone = node.child_value("SecondaryAvailabilityZone"),
                         .storage_type = node.child_value("StorageType"),
                         .master_username = node.child_value("MasterUsername"),
                         .database = node.child_value("DBName"),
                         .address = endpoint.child_value("Address"),
                         .port = static_cast<std::uint16_t>(endpoint.child("Port").text().as_uint()),
                         .allocated_storage_gib = number("AllocatedStorage"),
                         .backup_retention_days = number("BackupRetentionPeriod"),
                         .multi_az = set("MultiAZ"),
                         .publicly_accessible = set("PubliclyAccessible"),
                         .storage_encrypted = set("StorageEncrypted"),
                         .deletion_protection = set("DeletionProtection"),
                         .performance_insights = set("PerformanceInsightsEnabled"),
                         .iam_authentication = set("IAMDatabaseAuthenticationEnabled")};
    for (const pugi::xml_node group : node.child("VpcSecurityGroups").children()) {
        if (std::string_view{group.child_value("Status")} == "active")
            instance.security_groups.emplace_back(group.child_value("VpcSecurityGroupId"));
    }
    for (const pugi::xml_node value : node.child("PendingModifiedValues").children())
        instance.pending.emplace_back(value.name());
    const pugi::xml_node group = node.child("DBParameterGroups").first_child();
    instance.parameter_group = group.child_value("DBParameterGroupName");
    instance.parameter_status = group.child_value("ParameterApplyStatus");
    return instance;
}

db_snapshot read_snapshot(pugi::xml_node node) {
    return {.identifier = node.child_value("DBSnapshotIdentifier"),
            .instance = node.child_value("DBInstanceIdentifier"),
            .status = node.child_value("Status"),
            .created = node.child_value("SnapshotCreateTime"),
            .engine_version = node.child_value("EngineVersion"),
            .allocated_storage_gib = node.child("AllocatedStorage").text().as_llong(),
            .percent = node.child("PercentProgress").text().as_llong(),
            .encrypted = node.child("Encrypted").text().as_bool()};
}

// Whether the instance is there, and `found` what it is like.
result<bool> look(client& by, const std::string& identifier, std::optional<db_instance>& found) {
    found.reset();
    auto seen = describe_instance(by, identifier);
    if (!seen && seen.error().code != "DBInstanceNotFound") return seen.error();
    if (seen) found = std::move(*seen);
    return found.has_value();
}

// What acts once on an instance. `is_done` tells by `found` whether an attempt whose answer never came was
// carried out: the answer is that instance then, as it is.
result<db_instance> act_on_instance(client& by, std::string_view action, const parameters& input,
                                    const std::string& identifier,
                                    const std::function<bool(const std::optional<db_instance>&)>& is_done) {
    std::optional<db_instance> found;
    auto done = by.act(rds_service, action, input, [&]() -> result<bool> {
        if (auto seen = look(by, identifier, found); !seen) return seen.error();
        return is_done(found);
    });
    if (!done) return done.error();
    if (*done) return read_instance((*done)->result().child("DBInstance"));
    return found.value_or(db_instance{.identifier = identifier, .status = "deleting"});
}

// Creates or restores. One that was there before is another's, and is never taken for what was asked for.
result<db_instance> make_instance(client& by, std::string_view action, const parameters& input,
                                  const std::string& identifier) {
    std::optional<db_instance> before;
    const auto known = look(by, identifier, before);
    if (!known && known.error().kind == failure::unreachable) {
        auto failed = known.error();
        failed.sent = failed.uncertain = false; // of what is to be made, nothing has been
        return failed;
    }
    const bool is_new = known && !before;
    auto answer = act_on_instance(by, action, input, identifier,
                                  [&](const auto& found) { return is_new && found.has_value(); });
    // It was there before: whatever came of the attempts, they made nothing.
    if (!answer && before && answer.error().kind == failure::refused) {
        auto failed = answer.error();
        failed.uncertain = false;
        return failed;
    }
    return answer;
}

// A change that may be asked for twice. Where an attempt without an answer was carried out, the instance is
// busy with it, and takes the same again once it's done.
result<db_instance> modify_instance(client& by, const std::string& identifier, const parameters& input) {
    constexpr std::chrono::minutes patience{15};
    auto done = by.call(rds_service, "ModifyDBInstance", input);
    if (!done && done.error().uncertain && done.error().code == "InvalidDBInstanceState") {
        auto settled = wait_for(by, identifier, awaited::available, {patience, {}});
        if (settled) done = by.call(rds_service, "ModifyDBInstance", input);
    }
    if (!done) return done.error();
    return read_instance(done->result().child("DBInstance"));
}

// When the instance was last restarted, as its events tell.
result<std::string> last_restart(client& by, const std::string& identifier) {
    std::string newest;
    auto done = by.pages(rds_service, "DescribeEvents",
                         {{"SourceType", "db-instance"},
                          {"SourceIdentifier", identifier},
                          {"EventCategories.EventCategory.1", "availability"}},
                         [&](pugi::xml_node page) {
                             for (const pugi::xml_node one : page.child("Events").children()) {
                                 if (std::string_view{one.child_value("Message")} == "DB instance restarted")
                                     newest = std::max<std::string>(newest, one.child_value("Date"));
                             }
                         });
    if (!done) return done.error();
    return newest;
}

void append(parameters& input, const placement& where) {
    input.emplace_back("DBInstanceClass", where.instance_class);
    input.emplace_back("StorageType", where.storage_type);
    input.emplace_back("Port", std::to_string(where.port));
    input.emplace_back("MultiAZ", flag(where.multi_az));
    input.emplace_back("PubliclyAccessible", flag(where.publicly_accessible));
    input.emplace_back("DeletionProtection", flag(where.deletion_protection));
    // AWS refuses a zone beside Multi-AZ, which has two.
    if (!where.availability_zone.empty() && !where.multi_az)
        input.emplace_back("AvailabilityZone", where.availability_zone);
    if (!where.subnet_group.empty()) input.emplace_back("DBSubnetGroupName", where.subnet_group);
    for (std::size_t index = 0; index < where.security_groups.size(); ++index)
        input.emplace_back("VpcSecurityGroupIds.VpcSecurityGroupId." + std::to_string(index + 1),
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
    return make_instance(by, "CreateDBInstance", input, wanted.identifier);
}

result<db_instance> describe_instance(client& by, const std::string& identifier) {
    auto done = by.call(rds_service, "DescribeDBInstances", {{"DBInstanceIdentifier", identifier}});
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
    return act_on_instance(
        by, "StartDBInstance", {{"DBInstanceIdentifier", identifier}}, identifier,
        [](const auto& found) { return found && found->status != "stopped" && found->status != "stopping"; });
}

result<db_instance> stop_instance(client& by, const std::string& identifier) {
    return act_on_instance(by, "StopDBInstance", {{"DBInstanceIdentifier", identifier}}, identifier,
                           [](const auto& found) {
                               return found && (found->status == "stopping" || found->status == "stopped");
                           });
}

result<db_instance> reboot_instance(client& by, const std::string& identifier, bool force_failover) {
    parameters input{{"DBInstanceIdentifier", identifier}};
    if (force_failover) input.emplace_back("ForceFailover", "true");
    // A second reboot would be a second failover, back again: what has been done is told by the events.
    const auto before = last_restart(by, identifier);
    std::optional<db_instance> found;
    auto done = by.act(rds_service, "RebootDBInstance", input, [&]() -> result<bool> {
        if (auto seen = look(by, identifier, found); !seen) return seen.error();
        if (found && found->status == "rebooting") return true;
        if (!before) return before.error();
        const auto now = last_restart(by, identifier);
        if (!now) return now.error();
        return found && *now != *before;
    });
    if (!done) return done.error();
    if (*done) return read_instance((*done)->result().child("DBInstance"));
    return *found;
}

result<db_instance> delete_instance(client& by, const std::string& identifier,
                                    const std::optional<std::string>& final_snapshot) {
    const auto before = describe_instance(by, identifier);
    if (!before && before.error().code == "DBInstanceNotFound") return before.error();
    parameters input{{"DBInstanceIdentifier", identifier}, {"SkipFinalSnapshot", flag(!final_snapshot)}};
    if (final_snapshot) input.emplace_back("FinalDBSnapshotIdentifier", *final_snapshot);
    auto done = act_on_instance(by, "DeleteDBInstance", input, identifier,
                                [](const auto& found) { return !found || found->status == "deleting"; });
    // Of one that is gone by now, only what it was before tells the rest.
    if (done && done->arn.empty() && before) {
        db_instance gone = *before;
        gone.status = done->status;
        return gone;
    }
    return done;
}

result<db_instance> change_password(client& by, const std::string& identifier, const std::string& password) {
    return modify_instance(by, identifier,
                           {{"DBInstanceIdentifier", identifier},
                            {"MasterUserPassword", password},
                            {"ApplyImmediately", "true"}});
}

result<db_instance> upgrade_instance(client& by, const std::string& identifier, const std::string& version,
                                     bool at_once) {
    return modify_instance(by, identifier,
                           {{"DBInstanceIdentifier", identifier},
                            {"EngineVersion", version},
                            {"AllowMajorVersionUpgrade", "true"},
                            {"ApplyImmediately", flag(at_once)}});
}

result<db_instance> remove_protection(client& by, const std::string& identifier) {
    return modify_instance(by, identifier,
                           {{"DBInstanceIdentifier", identifier},
                            {"DeletionProtection", "false"},
                            {"ApplyImmediately", "true"}});
}

result<db_snapshot> create_snapshot(client& by, const std::string& instance, const std::string& name) {
    const auto before = describe_snapshot(by, name);
    const bool is_new = !before && before.error().code.starts_with("DBSnapshotNotFound");
    std::optional<db_snapshot> found;
    auto done =
        by.act(rds_service, "CreateDBSnapshot",
               {{"DBInstanceIdentifier", instance}, {"DBSnapshotIdentifier", name}}, [&]() -> result<bool> {
                   auto seen = describe_snapshot(by, name);
                   if (!seen && !seen.error().code.starts_with("DBSnapshotNotFound")) return seen.error();
                   if (seen) found = std::move(*seen);
                   return is_new && found && found->instance == instance;
               });
    if (!done) return done.error();
    if (*done) return read_snapshot((*done)->result().child("DBSnapshot"));
    return *found;
}

result<db_snapshot> describe_snapshot(client& by, const std::string& name) {
    auto done = by.call(rds_service, "DescribeDBSnapshots", {{"DBSnapshotIdentifier", name}});
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
    return make_instance(by, "RestoreDBInstanceFromDBSnapshot", input, identifier);
}

result<db_instance> create_replica(client& by, const std::string& source, const std::string& identifier) {
    return make_instance(by, "CreateDBInstanceReadReplica",
                         {{"DBInstanceIdentifier", identifier}, {"SourceDBInstanceIdentifier", source}},
                         identifier);
}

result<db_instance> promote_replica(client& by, const std::string& identifier) {
    return act_on_instance(by, "PromoteReadReplica", {{"DBInstanceIdentifier", identifier}}, identifier,
                           [](const auto& found) { return found && found->status == "modifying"; });
}

result<db_instance> restore_to_time(client& by, const std::string& source, const std::string& identifier,
                                    const std::string& time) {
    parameters input{{"SourceDBInstanceIdentifier", source}, {"TargetDBInstanceIdentifier", identifier}};
    if (time.empty())
        input.emplace_back("UseLatestRestorableTime", "true");
    else
        input.emplace_back("RestoreTime", time);
    return make_instance(by, "RestoreDBInstanceToPointInTime", input, identifier);
}

} // namespace cruddur::aws
