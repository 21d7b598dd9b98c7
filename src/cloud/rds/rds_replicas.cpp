#include "cloud/fleet/followers.hpp"
#include "cloud/fleet/replica_records.hpp"
#include "cloud/fleet/replica_server.hpp"
#include "cloud/rds/rds.hpp"
#include "cloud/rds/rds_catalogue.hpp"
#include "cloud/rds/rds_validation.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

namespace cruddur::cloud::rds {

namespace {

[[noreturn]] void refuse_state(std::string message) {
    throw refusal{"InvalidDBInstanceState", std::move(message)};
}

// Refuses a source that cannot have one more replica.
void check_source(const call& in, const db_instance& source) {
    if (source.status != "available") {
        refuse_state(fmt::format("Cannot create a read replica because the source DB instance {} is not in "
                                 "available state: it is {}.",
                                 source.identifier, source.status));
    }
    if (source.backup_retention == 0) {
        refuse_state(fmt::format(
            "Automated backups are not enabled for the source DB instance {}. To enable them, use "
            "ModifyDBInstance to set the backup retention period to a non-zero value.",
            source.identifier));
    }
    if (fleet::replicas_of(in.db, source.resource_id).size() >= fleet::replicas_max) {
        throw refusal{"InstanceQuotaExceeded",
                      fmt::format("Cannot create more than {} read replicas of DB instance {}.",
                                  fleet::replicas_max, source.identifier)};
    }
}

std::string seconds_of(std::chrono::milliseconds lag) {
    return fmt::format("{}.{:03}", lag.count() / 1000, lag.count() % 1000);
}

// As RDS tells of replication: one status, which is normal or says what is wrong.
json::object status_of(const std::optional<fleet::replication>& seen) {
    json::object out{{"StatusType", "read replication"}};
    const bool lost = seen && seen->is_lost;
    const bool normal = seen && seen->streams && !lost;
    out["Normal"] = normal;
    out["Status"] = normal ? "replicating" : "error";
    if (normal) {
        out["Message"] = fmt::format("ReplicaLag: {} s", seconds_of(seen->lag));
    } else if (lost) {
        out["Message"] = std::string{fleet::replication_lost};
    } else {
        out["Message"] = "The read replica does not stream from its source at this moment. It connects again "
                         "by itself.";
    }
    return out;
}

} // namespace

void add_replication(json::object& to, const call& in, const db_instance& what) {
    json::array replicas;
    for (const auto& link : fleet::replicas_of(in.db, what.resource_id)) {
        if (const auto replica = fleet::instance_by_resource_id(in.db, link.replica))
            replicas.emplace_back(replica->identifier);
    }
    to["ReadReplicaDBInstanceIdentifiers"] = std::move(replicas);
    json::array statuses;
    const auto link = fleet::find_replica(in.db, what.resource_id);
    if (link && !link->promotes) {
        if (const auto source = fleet::instance_by_resource_id(in.db, link->source))
            to["ReadReplicaSourceDBInstanceIdentifier"] = source->identifier;
        if (what.created_at)
            statuses.emplace_back(
                status_of(in.env.part<instances>().following().replicas.replication_of(what.resource_id)));
    }
    to["StatusInfos"] = std::move(statuses);
}

void check_change(const call& in, const db_instance& what) {
    if (!fleet::find_replica(in.db, what.resource_id)) return;
    for (const char* name : {"MasterUserPassword", "MultiAZ", "EngineVersion"}) {
        if (!in.input.contains(name) || (!is_true(in.input, name) && std::string_view{name} == "MultiAZ") ||
            optional_text(in.input, name) == what.engine_version) {
            continue;
        }
        throw refusal{
            "InvalidParameterCombination",
            fmt::format("{} cannot be modified for the read replica {}: it is as its source has it. "
                        "Modify the source, or promote the replica.",
                        name, what.identifier)};
    }
}

void part_from_replicas(const call& in, const db_instance& what) {
    for (const auto& link : fleet::replicas_of(in.db, what.resource_id)) {
        const auto replica = fleet::instance_by_resource_id(in.db, link.replica);
        if (!replica || replica->status == "deleting") continue;
        if (!replica->created_at) {
            refuse_state(fmt::format("Instance {} cannot be deleted while its read replica {} is being "
                                     "created from it.",
                                     what.identifier, replica->identifier));
        }
        fleet::ask_for_promotion(in.db, link.replica);
        record(in, *replica, "read replica",
               fmt::format("The source {} is being deleted: the read replica is promoted to a standalone "
                           "database instance.",
                           what.identifier));
    }
}

json::object create_db_instance_read_replica(const call& in) {
    const json::object& input = in.input;
    const std::string named = text_of(input, "SourceDBInstanceIdentifier");
    if (named.empty()) {
        throw refusal{"MissingParameter",
                      "The request must contain the parameter SourceDBInstanceIdentifier"};
    }
    const db_instance source = find_instance(in, named);
    db_instance made = source;
    made.identifier = checked_identifier("DBInstanceIdentifier", text_of(input, "DBInstanceIdentifier"));
    check_source(in, source);
    if (is_true(input, "MultiAZ")) {
        throw refusal{"InvalidParameterCombination",
                      "A read replica has no standby here: create it without MultiAZ, and convert it once it "
                      "has been promoted."};
    }
    if (optional_integer(input, "AllocatedStorage").value_or(source.allocated_storage) <
        source.allocated_storage) {
        throw refusal{"InvalidParameterCombination",
                      fmt::format("The allocated storage of a read replica must be at least that of its "
                                  "source, which is {} GiB.",
                                  source.allocated_storage)};
    }
    made.backup_retention = 0; // as in RDS, until it is changed
    made.deletion_protection = false;
    insert_copy(in, made, fmt::format("The source {}", source.identifier));
    fleet::insert_replica(in.db, made.resource_id, source.resource_id);
    return {{"DBInstance", describe(in, made)}};
}

json::object promote_read_replica(const call& in) {
    db_instance what = find_instance(in, text_of(in.input, "DBInstanceIdentifier"));
    if (!fleet::find_replica(in.db, what.resource_id)) {
        refuse_state(fmt::format("DB Instance {} is not a read replica.", what.identifier));
    }
    if (what.status != "available") {
        refuse_state(
            fmt::format("Instance {} is not in available state: it is {}.", what.identifier, what.status));
    }
    // A replica that keeps none begins to: as RDS has it where nothing is said.
    const auto retention = optional_integer(in.input, "BackupRetentionPeriod");
    what.backup_retention = retention.value_or(what.backup_retention == 0 ? 1 : what.backup_retention);
    check_retention(what.backup_retention);
    if (const auto window = optional_text(in.input, "PreferredBackupWindow")) {
        check_backup_window(*window);
        what.backup_window = *window;
    }
    check_windows(what.backup_window, what.maintenance_window);
    fleet::ask_for_promotion(in.db, what.resource_id);
    what.status = "modifying";
    fleet::save_instance(in.db, what);
    record(in, what, "read replica", "Promotion of the read replica has started.");
    bring_about(in, what.resource_id);
    return {{"DBInstance", describe(in, what)}};
}

} // namespace cruddur::cloud::rds
