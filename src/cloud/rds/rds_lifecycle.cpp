#include "cloud/fleet/replica_records.hpp"
#include "cloud/rds/managed_passwords.hpp"
#include "cloud/rds/rds.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::rds {

namespace {

[[noreturn]] void refuse_state(std::string message) {
    throw refusal{"InvalidDBInstanceState", std::move(message)};
}

db_instance asked_for(const call& in) {
    return find_instance(in, text_of(in.input, "DBInstanceIdentifier"));
}

// Writes the status down, has it brought about, and answers with the instance as it is then.
json::object begin(const call& in, db_instance& what, std::string_view status) {
    what.status = status;
    fleet::save_instance(in.db, what);
    bring_about(in, what.resource_id);
    return {{"DBInstance", describe(in, what)}};
}

} // namespace

json::object stop_db_instance(const call& in) {
    db_instance what = asked_for(in);
    if (what.status != "available") {
        refuse_state(fmt::format("Instance {} is not in available state.", what.identifier));
    }
    if (fleet::find_replica(in.db, what.resource_id)) {
        refuse_state(fmt::format("Instance {} is a read replica, which cannot be stopped. Delete or promote "
                                 "it.",
                                 what.identifier));
    }
    if (!fleet::replicas_of(in.db, what.resource_id).empty()) {
        refuse_state(fmt::format("Instance {} has read replicas, and cannot be stopped while it has. Delete "
                                 "or promote them.",
                                 what.identifier));
    }
    if (const auto snapshot = optional_text(in.input, "DBSnapshotIdentifier"))
        ask_for_snapshot(in, what, *snapshot);
    return begin(in, what, "stopping");
}

json::object start_db_instance(const call& in) {
    db_instance what = asked_for(in);
    const bool was_locked = what.status == locked_status;
    if (was_locked) check_storage_key(in, what);
    if (what.status != "stopped" && what.status != "incompatible-network" && !was_locked) {
        refuse_state(fmt::format("Instance {} is not stopped, cannot be started. It is {}.", what.identifier,
                                 what.status));
    }
    return begin(in, what, "starting");
}

json::object reboot_db_instance(const call& in) {
    db_instance what = asked_for(in);
    if (what.status != "available" && what.status != "incompatible-parameters") {
        refuse_state(fmt::format("Instance {} is not in available state.", what.identifier));
    }
    const bool failover = is_true(in.input, "ForceFailover");
    if (failover && !what.multi_az) {
        throw refusal{"InvalidParameterCombination",
                      "ForceFailover cannot be specified since the instance is not configured for Multi-AZ"};
    }
    what.fails_over = failover;
    return begin(in, what, "rebooting");
}

json::object delete_db_instance(const call& in) {
    db_instance what = asked_for(in);
    const bool skip = is_true(in.input, "SkipFinalSnapshot");
    const auto snapshot = optional_text(in.input, "FinalDBSnapshotIdentifier");
    if (what.deletion_protection) {
        throw refusal{
            "InvalidParameterCombination",
            "Cannot delete protected DB Instance, please disable deletion protection and try again."};
    }
    if (snapshot && fleet::find_replica(in.db, what.resource_id)) {
        throw refusal{"InvalidParameterCombination",
                      "FinalDBSnapshotIdentifier can not be specified when deleting a read replica."};
    }
    if (skip && snapshot) {
        throw refusal{"InvalidParameterCombination",
                      "FinalDBSnapshotIdentifier can not be specified when deleting a DB instance with "
                      "SkipFinalSnapshot."};
    }
    if (!skip && !snapshot) {
        throw refusal{"InvalidParameterCombination",
                      "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."};
    }
    constexpr std::array<std::string_view, 8> deletable = {
        "available",    "stopped",  "failed",     "incompatible-network", "incompatible-parameters",
        "storage-full", "creating", locked_status};
    if (std::ranges::find(deletable, what.status) == deletable.end()) {
        refuse_state(fmt::format("Instance {} is currently {}: it cannot be deleted until that is done.",
                                 what.identifier, what.status));
    }
    if (snapshot) {
        if (!what.created_at) {
            refuse_state(fmt::format("Instance {} is {}: there is nothing to take a final snapshot of.",
                                     what.identifier, what.status));
        }
        ask_for_snapshot(in, what, *snapshot);
    }
    part_from_replicas(in, what);
    forget_master_password(in, what);
    what.keeps_backups = !optional_boolean(in.input, "DeleteAutomatedBackups").value_or(true);
    return begin(in, what, "deleting");
}

} // namespace cruddur::cloud::rds
