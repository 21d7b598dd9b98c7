#include "cloud/ec2/ec2.hpp"
#include "cloud/fleet/followers.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/rds/rds.hpp"
#include "cloud/rds/rds_catalogue.hpp"
#include "cloud/rds/rds_validation.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>

namespace cruddur::cloud::rds {

namespace {

// An instance's automated backups, taken together as RDS shows them: of one that is there, or was deleted to
// leave them.
struct automated_backup {
    db_instance of;
    std::string status; // active, creating, retained
};

std::string backup_arn(const db_instance& of) {
    return fmt::format("arn:aws:rds:{}:{}:auto-backup:ab-{}", of.region, ground::account_id,
                       boost::algorithm::to_lower_copy(of.resource_id.substr(of.resource_id.find('-') + 1)));
}

std::optional<fleet::restore_window> window_of(const call& in, const db_instance& of) {
    return in.env.part<instances>().following().archives.window_of(in.db, of.resource_id, of.region);
}

std::vector<automated_backup> all_backups(const call& in) {
    std::map<std::string, automated_backup> out; // by the resource id
    for (const db_snapshot& one : fleet::snapshots_of(in.db, in.region)) {
        if (one.type == "automated" && one.status != "deleting")
            out[one.source.resource_id] = {one.source, "retained"};
    }
    for (const db_instance& one : fleet::instances_of(in.db, in.region)) {
        if (one.backup_retention == 0) {
            out.erase(one.resource_id);
            continue;
        }
        out[one.resource_id] = {one, window_of(in, one) ? "active" : "creating"};
    }
    std::vector<automated_backup> list;
    list.reserve(out.size());
    for (auto& [id, one] : out)
        list.push_back(std::move(one));
    return list;
}

json::object describe_backup(const call& in, const automated_backup& what) {
    const db_instance& of = what.of;
    json::object out{{"DBInstanceArn", fleet::instance_arn(of)},
                     {"DbiResourceId", of.resource_id},
                     {"Region", in.region},
                     {"DBInstanceIdentifier", of.identifier},
                     {"AllocatedStorage", of.allocated_storage},
                     {"Status", what.status},
                     {"Port", of.port},
                     {"AvailabilityZone", of.availability_zone},
                     {"VpcId", fleet::vpc_of_instance(in.db, of)},
                     {"MasterUsername", of.master_username},
                     {"Engine", "postgres"},
                     {"EngineVersion", of.engine_version},
                     {"LicenseModel", "postgresql-license"},
                     {"OptionGroupName", fmt::format("default:postgres-{}", major_of(of.engine_version))},
                     {"Encrypted", of.storage_encrypted},
                     {"StorageType", of.storage_type},
                     {"IAMDatabaseAuthenticationEnabled", of.iam_authentication},
                     {"BackupRetentionPeriod", of.backup_retention},
                     {"DBInstanceAutomatedBackupsArn", backup_arn(of)},
                     {"BackupTarget", "region"}};
    if (of.iops) out["Iops"] = *of.iops;
    if (of.storage_throughput) out["StorageThroughput"] = *of.storage_throughput;
    if (of.storage_encrypted) out["KmsKeyId"] = of.kms_key_id;
    if (of.created_at) out["InstanceCreateTime"] = *of.created_at;
    if (const auto window = window_of(in, of))
        out["RestoreWindow"] = {{"EarliestTime", window->earliest}, {"LatestTime", window->latest}};
    return out;
}

bool is_named(const automated_backup& one, const std::optional<std::string>& resource_id,
              const std::optional<std::string>& arn) {
    return (!resource_id || one.of.resource_id == *resource_id) && (!arn || backup_arn(one.of) == *arn);
}

[[noreturn]] void refuse_unknown(const std::string& name) {
    throw refusal{"DBInstanceAutomatedBackupNotFound",
                  fmt::format("The automated backup {} was not found.", name)};
}

std::string utc(epoch_ms at) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(at / 1000)),
                       at % 1000);
}

// What is to be restored: named in one of three ways.
db_instance restore_source(const call& in) {
    const auto name = optional_text(in.input, "SourceDBInstanceIdentifier");
    const auto resource_id = optional_text(in.input, "SourceDbiResourceId");
    const auto arn = optional_text(in.input, "SourceDBInstanceAutomatedBackupsArn");
    if (name.has_value() + resource_id.has_value() + arn.has_value() != 1) {
        throw refusal{"InvalidParameterCombination",
                      "Exactly one of SourceDBInstanceIdentifier, SourceDbiResourceId and "
                      "SourceDBInstanceAutomatedBackupsArn must be given."};
    }
    if (name) return find_instance(in, *name);
    const auto all = all_backups(in);
    const auto found = std::ranges::find_if(
        all, [&](const automated_backup& one) { return is_named(one, resource_id, arn); });
    if (found == all.end()) refuse_unknown(resource_id ? *resource_id : *arn);
    return found->of;
}

epoch_ms restore_time(const call& in, const db_instance& source, const fleet::restore_window& window) {
    const bool latest = is_true(in.input, "UseLatestRestorableTime");
    const auto asked = optional_integer(in.input, "RestoreTime");
    if (latest == asked.has_value()) {
        throw refusal{"InvalidParameterCombination",
                      latest ? "RestoreTime can't be specified if UseLatestRestorableTime is true."
                             : "Either RestoreTime or UseLatestRestorableTime must be specified."};
    }
    if (latest) return window.latest;
    if (*asked > window.latest) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("The specified instance {} cannot be restored to a time later than {}.",
                                  source.identifier, utc(window.latest))};
    }
    if (*asked < window.earliest) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("The specified instance {} cannot be restored to a time earlier than {}.",
                                  source.identifier, utc(window.earliest))};
    }
    return *asked;
}

} // namespace

json::object restore_db_instance_to_point_in_time(const call& in) {
    const db_instance source = restore_source(in);
    const std::string target = text_of(in.input, "TargetDBInstanceIdentifier");
    if (target.empty()) {
        throw refusal{"MissingParameter",
                      "The request must contain the parameter TargetDBInstanceIdentifier"};
    }
    db_instance made = source;
    made.identifier = checked_identifier("TargetDBInstanceIdentifier", target);
    const auto window = window_of(in, source);
    if (source.backup_retention == 0 || !window) {
        throw refusal{
            "PointInTimeRestoreNotEnabled",
            source.backup_retention == 0
                ? fmt::format("Automated backups are not enabled for the DB instance {}, so that there "
                              "is no point in time that it can be restored to.",
                              source.identifier)
                : fmt::format("The DB instance {} has no automated backup yet that it can be restored "
                              "from.",
                              source.identifier)};
    }
    const epoch_ms until = restore_time(in, source, *window);
    const auto from =
        in.env.part<instances>().following().archives.backup_for(in.db, source.resource_id, in.region, until);
    if (!from) {
        throw refusal{
            "InvalidRestoreFault",
            fmt::format("The write-ahead log of the DB instance {} was not archived around {}. Restore "
                        "to another time.",
                        source.identifier, utc(until))};
    }
    made.restored_from = from->folder;
    made.server_major = from->source.server_major; // an upgrade may have come between
    made.deletion_protection = false;
    insert_copy(in, made, fmt::format("The DB instance {}", source.identifier));
    fleet::insert_restore_time(in.db, made.resource_id, until);
    record(in, made, "restoration", fmt::format("Restoring {} to {}", source.identifier, utc(until)));
    return {{"DBInstance", describe(in, made)}};
}

json::object describe_db_instance_automated_backups(const call& in) {
    static constexpr auto filters =
        std::to_array<std::string_view>({"status", "db-instance-id", "dbi-resource-id"});
    check_filters(in, filters);
    auto found = all_backups(in);
    const auto resource_id = optional_text(in.input, "DbiResourceId");
    const auto arn = optional_text(in.input, "DBInstanceAutomatedBackupsArn");
    const auto name = optional_text(in.input, "DBInstanceIdentifier");
    std::erase_if(found, [&](const automated_backup& one) {
        return !is_named(one, resource_id, arn) ||
               (name && one.of.identifier != boost::algorithm::to_lower_copy(*name)) ||
               !match_filters(in, filters,
                              {{"status", one.status},
                               {"db-instance-id", one.of.identifier},
                               {"db-instance-id", fleet::instance_arn(one.of)},
                               {"dbi-resource-id", one.of.resource_id}});
    });
    if (found.empty() && (resource_id || arn || name))
        refuse_unknown(resource_id ? *resource_id : arn ? *arn : *name);
    std::vector<std::string> keys;
    keys.reserve(found.size());
    for (const automated_backup& one : found)
        keys.push_back(one.of.resource_id);
    return wire::listed("DBInstanceAutomatedBackups", found, wire::page_by_key(in.input, keys),
                        [&](const automated_backup& one) { return describe_backup(in, one); });
}

// Those that a DB instance has left, which it was deleted to leave.
json::object delete_db_instance_automated_backup(const call& in) {
    const auto resource_id = optional_text(in.input, "DbiResourceId");
    const auto arn = optional_text(in.input, "DBInstanceAutomatedBackupsArn");
    if (resource_id.has_value() == arn.has_value()) {
        throw refusal{"InvalidParameterCombination",
                      "Either DbiResourceId or DBInstanceAutomatedBackupsArn must be given, and not both."};
    }
    auto all = all_backups(in);
    const auto found = std::ranges::find_if(
        all, [&](const automated_backup& one) { return is_named(one, resource_id, arn); });
    if (found == all.end()) refuse_unknown(resource_id ? *resource_id : *arn);
    if (found->status != "retained") {
        throw refusal{
            "InvalidDBInstanceAutomatedBackupState",
            fmt::format("The automated backup is of DB instance {}, which is there: only one that is "
                        "retained can be deleted.",
                        found->of.identifier)};
    }
    auto left = fleet::snapshots_of(in.db, in.region);
    std::erase_if(left, [&](const db_snapshot& one) {
        return one.type != "automated" || one.source.resource_id != found->of.resource_id;
    });
    for (const db_instance& one : fleet::all_instances(in.db)) {
        if (std::ranges::find(left, one.restored_from, &db_snapshot::folder) == left.end()) continue;
        throw refusal{"InvalidDBInstanceAutomatedBackupState",
                      fmt::format("DB instance {} is being restored from it.", one.identifier)};
    }
    found->status = "deleting";
    json::object gone = describe_backup(in, *found);
    for (const db_snapshot& one : left)
        fleet::set_snapshot_status(in.db, one.folder, "deleting");
    bring_about(in, {});
    return {{"DBInstanceAutomatedBackup", std::move(gone)}};
}

} // namespace cruddur::cloud::rds
