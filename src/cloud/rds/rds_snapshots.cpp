#include "cloud/ec2/ec2.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/rds/rds.hpp"
#include "cloud/rds/rds_catalogue.hpp"
#include "cloud/rds/rds_validation.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::rds {

namespace {

constexpr std::size_t manual_snapshots_max = 100; // as an account of AWS begins with

// Nobody else shares any with the one account that there is.
bool is_of_type(const call& in, const db_snapshot& what, const std::string& type) {
    if (type != "public") return what.type == type;
    const auto accounts = fleet::snapshot_accounts(in.db, what.folder);
    return std::ranges::find(accounts, "all") != accounts.end();
}

} // namespace

db_snapshot find_snapshot(const call& in, const std::string& identifier) {
    std::string name = boost::algorithm::to_lower_copy(identifier);
    if (const auto at = name.find(":snapshot:"); name.starts_with("arn:") && at != std::string::npos) {
        name = name.substr(at + 10);
    }
    if (auto found = fleet::snapshot_by_identifier(in.db, in.region, name)) return std::move(*found);
    throw refusal{"DBSnapshotNotFound", fmt::format("DBSnapshot {} not found.", identifier)};
}

json::object describe(const call& in, const db_snapshot& what) {
    const db_instance& of = what.source;
    json::object out{{"DBSnapshotIdentifier", what.identifier}, {"DBInstanceIdentifier", of.identifier}};
    if (what.status == "available") out["SnapshotCreateTime"] = what.created_at;
    out["Engine"] = "postgres";
    out["AllocatedStorage"] = of.allocated_storage;
    out["Status"] = what.status;
    out["Port"] = of.port;
    out["AvailabilityZone"] = of.availability_zone;
    out["VpcId"] = fleet::vpc_of_instance(in.db, of);
    if (of.created_at) out["InstanceCreateTime"] = *of.created_at;
    out["MasterUsername"] = of.master_username;
    out["EngineVersion"] = of.engine_version;
    out["LicenseModel"] = "postgresql-license";
    out["SnapshotType"] = what.type;
    if (of.iops) out["Iops"] = *of.iops;
    out["OptionGroupName"] = fmt::format("default:postgres-{}", major_of(of.engine_version));
    out["PercentProgress"] = what.percent;
    out["StorageType"] = of.storage_type;
    out["Encrypted"] = of.storage_encrypted;
    if (of.storage_encrypted) out["KmsKeyId"] = of.kms_key_id;
    out["DBSnapshotArn"] = fleet::snapshot_arn(what);
    out["IAMDatabaseAuthenticationEnabled"] = of.iam_authentication;
    out["ProcessorFeatures"] = json::array{};
    out["DbiResourceId"] = of.resource_id;
    out["TagList"] = wire::write_tags(ground::tags_of(in.db, fleet::snapshot_arn(what)));
    out["OriginalSnapshotCreateTime"] = what.original_at.value_or(what.created_at);
    out["SnapshotTarget"] = "region";
    return out;
}

db_snapshot ask_for_snapshot(const call& in, const db_instance& of, const std::string& sent) {
    const std::string identifier = checked_identifier("DBSnapshotIdentifier", sent);
    check_new_snapshot(in, identifier);
    db_snapshot made{"snapshot-" + ground::random_hex(24), in.region, identifier, "creating", "manual",
                     in.env.part<instances>().now(),       0,         of};
    fleet::insert_snapshot(in.db, made);
    if (of.copy_tags_to_snapshot) {
        ground::put_tags(in.db, fleet::snapshot_arn(made), in.region,
                         ground::tags_of(in.db, fleet::instance_arn(of)));
    }
    fleet::record_event(in.db, {in.region, "db-snapshot", identifier, "creation", "Creating manual snapshot",
                                made.created_at});
    return made;
}

void check_new_snapshot(const call& in, const std::string& identifier) {
    const auto all = fleet::snapshots_of(in.db, in.region);
    if (std::ranges::find(all, identifier, &db_snapshot::identifier) != all.end()) {
        throw refusal{"DBSnapshotAlreadyExists",
                      fmt::format("Cannot create the snapshot because a snapshot with the identifier {} "
                                  "already exists.",
                                  identifier)};
    }
    if (std::ranges::count(all, "manual", &db_snapshot::type) >=
        static_cast<std::ptrdiff_t>(manual_snapshots_max)) {
        throw refusal{"SnapshotQuotaExceeded",
                      fmt::format("Cannot create more than {} manual snapshots", manual_snapshots_max)};
    }
}

json::object create_db_snapshot(const call& in) {
    db_instance of = find_instance(in, text_of(in.input, "DBInstanceIdentifier"));
    if (of.status != "available") {
        throw refusal{"InvalidDBInstanceState",
                      fmt::format("Cannot create a snapshot because the database instance {} is not "
                                  "currently in the available state.",
                                  of.identifier)};
    }
    const ground::tag_list tags = wire::read_tags(in.input, "Tags");
    const db_snapshot made = ask_for_snapshot(in, of, text_of(in.input, "DBSnapshotIdentifier"));
    ground::put_tags(in.db, fleet::snapshot_arn(made), in.region, tags);
    of.status = "backing-up";
    fleet::save_instance(in.db, of);
    bring_about(in, of.resource_id);
    return {{"DBSnapshot", describe(in, made)}};
}

json::object delete_db_snapshot(const call& in) {
    db_snapshot what = find_snapshot(in, text_of(in.input, "DBSnapshotIdentifier"));
    if (what.type == "automated") {
        throw refusal{"InvalidDBSnapshotState",
                      fmt::format("Only manual snapshots may be deleted: {} is automated, and goes with its "
                                  "DB instance, its retention period or DeleteDBInstanceAutomatedBackup.",
                                  what.identifier)};
    }
    if (what.status != "available" && what.status != "failed") {
        throw refusal{"InvalidDBSnapshotState", fmt::format("Cannot delete the snapshot {} because it is {}.",
                                                            what.identifier, what.status)};
    }
    for (const db_instance& one : fleet::all_instances(in.db)) {
        if (one.restored_from != what.folder) continue;
        throw refusal{"InvalidDBSnapshotState",
                      fmt::format("Cannot delete the snapshot {}: DB instance {} is being restored from it.",
                                  what.identifier, one.identifier)};
    }
    what.status = "deleting";
    fleet::set_snapshot_status(in.db, what.folder, what.status);
    fleet::record_event(in.db, {in.region, "db-snapshot", what.identifier, "deletion",
                                "Deleted manual snapshot", in.env.part<instances>().now()});
    bring_about(in, {});
    what.status = "deleted";
    return {{"DBSnapshot", describe(in, what)}};
}

json::object describe_db_snapshots(const call& in) {
    const json::object& input = in.input;
    std::vector<db_snapshot> found;
    if (const auto name = optional_text(input, "DBSnapshotIdentifier")) {
        found.push_back(find_snapshot(in, *name));
    } else {
        found = fleet::snapshots_of(in.db, in.region);
    }
    const auto instance = optional_text(input, "DBInstanceIdentifier");
    const auto type = optional_text(input, "SnapshotType");
    const auto resource = optional_text(input, "DbiResourceId");
    static constexpr auto filters = std::to_array<std::string_view>(
        {"db-instance-id", "db-snapshot-id", "dbi-resource-id", "snapshot-type", "engine"});
    check_filters(in, filters);
    constexpr std::array<std::string_view, 5> types = {"automated", "manual", "shared", "public",
                                                       "awsbackup"};
    if (type && std::ranges::find(types, *type) == types.end()) {
        throw refusal{"InvalidParameterValue", fmt::format("Invalid snapshot type: {}", *type)};
    }
    std::erase_if(found, [&](const db_snapshot& one) {
        const db_instance& of = one.source;
        return one.status == "deleting" ||
               (instance && of.identifier != boost::algorithm::to_lower_copy(*instance)) ||
               (type && !is_of_type(in, one, *type)) || (resource && of.resource_id != *resource) ||
               !match_filters(in, filters,
                              {{"db-instance-id", of.identifier},
                               {"db-instance-id", fleet::instance_arn(of)},
                               {"db-snapshot-id", one.identifier},
                               {"dbi-resource-id", of.resource_id},
                               {"snapshot-type", one.type},
                               {"snapshot-type", is_of_type(in, one, "public") ? "public" : one.type},
                               {"engine", "postgres"}});
    });
    std::vector<std::string> keys;
    keys.reserve(found.size());
    for (const db_snapshot& one : found)
        keys.push_back(one.identifier);
    return wire::listed("DBSnapshots", found, wire::page_by_key(in.input, keys),
                        [&](const db_snapshot& one) { return describe(in, one); });
}

} // namespace cruddur::cloud::rds
