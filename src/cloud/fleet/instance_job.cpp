#include "cloud/fleet/instance_job.hpp"

#include "cloud/fleet/instance_catalogue.hpp"
#include "cloud/fleet/instance_schedule.hpp"
#include "cloud/fleet/instance_settings.hpp"
#include "cloud/fleet/instance_standby.hpp"
#include "cloud/fleet/instance_upgrade.hpp"
#include "cloud/fleet/replica_records.hpp"
#include "cloud/fleet/replica_server.hpp"
#include "cloud/fleet/snapshot_file.hpp"
#include "cloud/fleet/wal_archives.hpp"
#include "cloud/ground/regions.hpp"
#include "cluster/process.hpp"
#include "cluster/replica.hpp"

#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

namespace cruddur::cloud::fleet {

namespace {

constexpr auto archive_patience = std::chrono::seconds(15);
constexpr int force_ssl_since = 15; // the first major version that has it on by default
constexpr epoch_ms stopped_for_at_most = 7LL * 24 * 60 * 60 * 1000;

void record(state& db, const db_instance& of, std::string_view category, std::string message, epoch_ms now) {
    spdlog::info("DB instance {}: {}", of.identifier, message);
    record_event(db,
                 {of.region, "db-instance", of.identifier, std::string{category}, std::move(message), now});
}

std::int64_t major_in(const std::string& version) {
    std::int64_t out = 0;
    std::from_chars(version.data(), version.data() + version.size(), out);
    return out;
}

bool is_upgrade(const db_instance& of, const name_values::value_type& value) {
    return value.first == "EngineVersion" && major_in(value.second) != of.server_major;
}

// The second zone is any that the first is not.
void set_multi_az(db_instance& of, bool on) {
    of.multi_az = on;
    of.secondary_zone.clear();
    if (!on) return;
    const std::string_view zones = ground::find_region(of.region)->zones;
    of.secondary_zone = of.region + (of.availability_zone.back() == zones[0] ? zones[1] : zones[0]);
}

// The statuses of an instance that ought to run, and does not: it is tried again, for as long as it takes.
bool is_down(const std::string& status) {
    return status == "incompatible-network" || status == "incompatible-parameters" ||
           status == "storage-full" || status == "failed";
}

// Its storage's key can't be used.
bool is_locked(const std::string& status) {
    return status.starts_with("inaccessible-encryption-credentials");
}

// That an instance is down is told once, and not at each try.
void fail_bring_up(state& db, db_instance& of, const job_failure& failure, epoch_ms now) {
    const std::string before = std::exchange(of.status, status_when_down(of, failure));
    if (of.status == before) return;
    if (failure.lacks_room) {
        record(db, of, "low storage",
               "The allocated storage for the DB instance has been exhausted. Allocate additional storage "
               "to resolve this issue.",
               now);
    }
    record(db, of, "failure", failure.why, now);
}

void finish_bring_up(state& db, db_instance& of, epoch_ms now) {
    if (!of.created_at && (of.status == "creating" || is_down(of.status))) {
        of.created_at = now;
        of.status = of.backup_retention > 0 ? "backing-up" : "available";
        const bool to_a_time = find_restore_time(db, of.resource_id).has_value();
        record(db, of, of.restored_from.empty() ? "creation" : "restoration",
               of.restored_from.empty() ? "DB instance created"
               : to_a_time              ? "Restored to a point in time"
                                        : "Restored from snapshot",
               now);
        of.restored_from.clear();
        delete_restore_time(db, of.resource_id);
        if (of.backup_retention > 0) ask_for_backup(db, of, now);
    } else if (of.status == "starting") {
        // What was asked for while it was stopped.
        of.status = "available";
        begin_change(db, of, now);
        of.restart_at.reset();
        record(db, of, "notification", "DB instance started", now);
    } else if (is_down(of.status)) {
        of.status = "available";
        record(db, of, "recovery", "Recovery of the DB instance is complete.", now);
    }
}

// What an event tells of a value that has been applied.
std::string applied(const std::string& name, const std::string& value) {
    if (name == "MasterUserPassword") return "Reset master credentials";
    if (name != "MultiAZ") return fmt::format("Finished applying modification of {}", name);
    return value == "true"
               ? "Finished applying modification to convert to a Multi-AZ DB instance"
               : "Finished applying modification to convert to a standard (Single-AZ) DB instance";
}

// It begins with a backup of its own, where it keeps any.
void finish_promotion(state& db, db_instance& of, epoch_ms now) {
    delete_replica_link(db, of.resource_id);
    record(db, of, "read replica", "Promoted read replica to a standalone database instance.", now);
    of.status = of.backup_retention > 0 ? "backing-up" : "available";
    if (of.backup_retention > 0) ask_for_backup(db, of, now);
}

void finish_change(state& db, db_instance& of, epoch_ms now) {
    const auto values = values_due(db, of);
    const bool kept_none = of.backup_retention == 0;
    apply_pending(of, values);
    for (const auto& [name, value] : values)
        drop_pending(db, of.resource_id, name);
    if (of.status == "rebooting") {
        record(db, of, "availability", "DB instance restarted", now);
    }
    for (const auto& [name, value] : values)
        record(db, of, "configuration change", applied(name, value), now);
    of.status = "available";
    of.fails_over = false;
    of.is_partial = false;
    expire_backups(db, of, now);
    if (!kept_none || of.backup_retention == 0) return;
    of.status = "backing-up"; // from which on it can be restored
    ask_for_backup(db, of, now);
}

// What runs is the version, whatever it was when the instance was made.
void take_version(state& db, db_instance& of, const std::string& running, epoch_ms now) {
    if (running.empty() || running == of.engine_version) return;
    if (of.status != "creating") {
        record(db, of, "maintenance",
               fmt::format("The engine is PostgreSQL {} now; it was {}", running, of.engine_version), now);
    }
    of.engine_version = running;
    of.server_major = major_in(running);
}

// Replicas stream from a server of their own version alone, and go with their source.
void begin_replica_upgrades(state& db, const db_instance& source, epoch_ms now) {
    for (const replica_link& each : replicas_of(db, source.resource_id)) {
        auto replica = instance_by_resource_id(db, each.replica);
        if (!replica || replica->status != "available") continue; // such a one follows once it is
        replica->status = "upgrading";
        record(db, *replica, "maintenance", "The engine version upgrade started.", now);
        save_instance(db, *replica);
    }
}

void take_source_version(state& db, db_instance& replica) {
    const auto link = find_replica(db, replica.resource_id);
    const auto source = link ? instance_by_resource_id(db, link->source) : std::nullopt;
    if (source) replica.server_major = source->server_major;
}

// The zones go with the nodes.
void finish_failover(state& db, db_instance& of, int node, epoch_ms now) {
    if (of.node == node) return;
    of.node = node;
    std::swap(of.availability_zone, of.secondary_zone);
    record(db, of, "failover", "Multi-AZ instance failover completed", now);
    of.fails_over = false;
    if (of.status != "rebooting") return;
    record(db, of, "availability", "DB instance restarted", now);
    // What waits for a reboot is applied to the new primary.
    if (settings_position_of(db, of.resource_id).restart_waits) return; // by another one, of this server
    of.status = "available";
    begin_change(db, of, now);
}

// The row is of the version that runs again; what else is pending waits on.
void fail_upgrade(state& db, db_instance& of, epoch_ms now) {
    if (find_replica(db, of.resource_id)) return; // its source is of the newer one: it is tried again
    record(db, of, "maintenance",
           "The DB engine version upgrade failed. The engine version upgrade rollback succeeded.", now);
    drop_pending(db, of.resource_id, "EngineVersion");
    of.status = "available";
    of.is_partial = false;
}

// A standby is wanted but not needed: where it cannot be made, the instance goes on, and it is tried again.
void try_to_add_standby(instance_process& to, const instance_spec& spec) {
    try {
        add_standby(to, spec);
    } catch (const std::exception& failed) {
        spdlog::error("the standby of {}: {}", spec.folder.string(), failed.what());
    }
}

// As after a change that has been asked for: there, or gone.
void settle_standby(instance_process& in, const instance_spec& spec) {
    if (spec.multi_az && !in.in_sync) try_to_add_standby(in, spec);
    if (!spec.multi_az && std::filesystem::exists(node_folder(spec.folder, 1 - in.node) / "data"))
        remove_standby(in, spec);
}

void restart(instance_process& in, const instance_spec& spec) {
    if (spec.is_replica && in.replication.is_lost && spec.source) return rebuild_replica(in, spec);
    if (!spec.is_replica) end_standby(in); // its settings are the server's, and are read at its start
    if (in.server) in.server->stop();
    start_instance(in, spec);
    settle_standby(in, spec);
}

// One that hangs holds up every commit.
void check_standby(instance_process& in) {
    constexpr auto patience = std::chrono::seconds(2); // for one that has just lost its connection
    const bool follows = cluster::wait_until(
        patience, [&] { return cluster::replication_of(*in.server, standby_name(1 - in.node)).has_value(); });
    if (follows) return;
    spdlog::warn("the standby of {} does not follow", in.server->folder().string());
    if (in.standby) in.standby->kill();
    end_standby(in);
}

} // namespace

std::optional<job_kind> next_job(const db_instance& of, const instance_facts& now) {
    const std::string& status = of.status;
    const auto life = now.may_fail_over ? job_kind::fail_over : job_kind::bring_up;
    if (now.snapshot_waits && of.created_at) {
        return now.lives ? job_kind::snapshot : life;
    }
    if (now.promotes && (status == "modifying" || status == "available"))
        return now.lives ? job_kind::promote : life;
    if (status == "creating" && now.is_replica && !now.has_source) return std::nullopt; // until that is up
    if (status == "stopping") return job_kind::stop;
    if (status == "deleting") return job_kind::remove;
    if (status == "rebooting") {
        return of.fails_over && (now.has_standby || now.may_fail_over) ? job_kind::fail_over
                                                                       : job_kind::restart;
    }
    if (status == "modifying" || status == "resetting-master-credentials") {
        if (!now.lives && of.is_partial) return life;
        return now.lives && !now.restart_waits ? job_kind::modify : job_kind::restart;
    }
    if (status == configuring_iam_status) return now.lives ? job_kind::apply_settings : life;
    if (status == "upgrading" && now.is_replica) // its data need not run: it is copied anew
        return now.has_source ? std::optional{job_kind::upgrade} : std::nullopt;
    if (status == "upgrading") return now.lives ? job_kind::upgrade : life;
    if (status == "creating" || status == "starting") return job_kind::bring_up;
    // What could not be created for another reason than want of room is not tried again.
    if (status == "failed" && !of.created_at) return std::nullopt;
    if (is_locked(status) && now.lives) return job_kind::stop;
    if (status != "available" && !is_down(status)) return std::nullopt;
    if (now.source_upgraded) return job_kind::upgrade;
    if (!now.lives) return life;
    if (now.source_moved) return job_kind::follow;
    if (now.settings_wait) return job_kind::apply_settings;
    if (of.multi_az && !now.has_standby) return job_kind::add_standby;
    return std::nullopt;
}

bool restarts(job_kind kind) {
    return kind == job_kind::restart || kind == job_kind::upgrade;
}

instance_spec spec_by_row(state& db, db_instance& as, job_kind kind) {
    instance_spec out;
    if (kind == job_kind::upgrade || !as.created_at) take_source_version(db, as);
    if (restarts(kind) || kind == job_kind::modify) {
        const auto values = values_due(db, as);
        apply_pending(as, values);
        out.set_password =
            std::ranges::find(values, "MasterUserPassword", &name_values::value_type::first) != values.end();
    }
    out.node = static_cast<int>(as.node);
    out.multi_az = as.multi_az;
    out.with_standby = as.multi_az && as.status == "creating";
    out.address = as.address;
    out.now = std::chrono::system_clock::now(); // what clients compare with, whatever our own clock says
    out.server_major = static_cast<int>(as.server_major);
    const instance_class* const size = find_class(as.instance_class);
    if (size != nullptr) out.connections_max = connections_max(*size);
    out.force_ssl = as.server_major >= force_ssl_since;
    out.iam_authentication = as.iam_authentication;
    out.master_username = as.master_username;
    out.master_verifier = as.master_verifier;
    out.database = as.database;
    out.prepare = !as.created_at && as.restored_from.empty();
    // A server that has died comes back as it was.
    out.takes_all_settings = restarts(kind) || (kind == job_kind::bring_up && as.status != "available");
    auto settings = kind == job_kind::upgrade ? settings_of(db, as.resource_id, setting_stage::from_upgrade)
                                              : name_values{};
    if (settings.empty()) {
        settings =
            settings_of(db, as.resource_id,
                        out.takes_all_settings ? setting_stage::from_restart : setting_stage::in_effect);
    }
    out.settings = computed(std::move(settings), facts_for(as));
    out.settings_number = settings_position_of(db, as.resource_id).wanted;
    return out;
}

void run_job(const instance_job& what) {
    instance_process& in = *what.process;
    switch (what.kind) {
    case job_kind::bring_up:
        start_instance(in, what.spec);
        if (what.spec.with_standby) try_to_add_standby(in, what.spec);
        break;
    case job_kind::restart:
        restart(in, what.spec);
        break;
    case job_kind::modify:
        if (what.spec.set_password) prepare_instance(in.server.value(), what.spec);
        settle_standby(in, what.spec);
        break;
    case job_kind::apply_settings:
        apply_settings(in, what.spec);
        break;
    case job_kind::upgrade:
        upgrade_instance(in, what.spec);
        break;
    case job_kind::fail_over:
        fail_over(in);
        break;
    case job_kind::add_standby:
        add_standby(in, what.spec);
        break;
    case job_kind::check_standby:
        check_standby(in);
        break;
    case job_kind::follow:
        follow_source(in, what.spec);
        break;
    case job_kind::check_replica:
        check_replica(in, what.spec);
        break;
    case job_kind::promote:
        promote_replica(in, what.spec);
        break;
    case job_kind::snapshot:
        // The log goes on from where the backup begins, so the archive must have begun before.
        in.archive_position = what.log ? what.log->await_position(archive_patience) : "";
        write_snapshot(in.server.value(), what.snapshot, what.spec.seal, what.spec.folder);
        break;
    case job_kind::stop:
        in.in_sync = false;
        if (in.server) in.server->stop(); // before its standby, which it brings up to date as it ends
        in.server.reset();
        in.standby.reset();
        end_instance(what.spec.folder);
        break;
    case job_kind::remove:
        in.server.reset();
        in.standby.reset();
        leave_source(what.spec);
        remove_node(what.spec.folder, 1);
        remove_node(what.spec.folder, 0);
        std::filesystem::remove_all(what.spec.folder);
        break;
    }
}

void finish_job(state& db, job_kind done, db_instance of, const instance_process& process, epoch_ms now) {
    if (done != job_kind::remove) {
        take_version(db, of, process.version, now);
        settle_settings(db, of.resource_id, process.settings, process.takes_all_settings);
        finish_failover(db, of, process.node, now);
    }
    switch (done) {
    case job_kind::bring_up:
        finish_bring_up(db, of, now);
        break;
    case job_kind::restart:
    case job_kind::modify:
        finish_change(db, of, now);
        break;
    case job_kind::upgrade:
        record(db, of, "maintenance", "The engine version upgrade finished.", now);
        take_upgrade_settings(db, of.resource_id);
        finish_change(db, of, now);
        begin_replica_upgrades(db, of, now);
        // RDS takes one after it as well, so that there is something of the new version to go back to.
        if (of.backup_retention > 0) ask_for_backup(db, of, now);
        break;
    case job_kind::fail_over:
        if (is_down(of.status)) of.status = "available";
        break;
    case job_kind::apply_settings:
        if (of.status == configuring_iam_status) of.status = "available";
        break;
    case job_kind::add_standby:
    case job_kind::check_standby:
    case job_kind::follow:
    case job_kind::check_replica:
        break;
    case job_kind::promote:
        finish_promotion(db, of, now);
        break;
    case job_kind::snapshot:
        if (of.status == "backing-up") of.status = "available";
        record(db, of, "backup", "Finished DB Instance backup", now);
        expire_backups(db, of, now);
        break;
    case job_kind::stop:
        // One whose key is gone stays so until it is started, which may have been asked for meanwhile.
        if (of.status != "stopping") break;
        of.status = "stopped";
        of.restart_at = now + stopped_for_at_most;
        record(db, of, "notification", "DB instance stopped", now);
        break;
    case job_kind::remove:
        record(db, of, "deletion", "DB instance deleted", now);
        delete_replica_link(db, of.resource_id);
        if (!of.keeps_backups) {
            of.backup_retention = 0;
            expire_backups(db, of, now);
        }
        delete_instance(db, of.resource_id);
        return;
    }
    save_instance(db, of);
}

bool lacks_room(const std::filesystem::path& folder, const std::string& why) {
    constexpr std::uintmax_t wal_segment_bytes = 16UL * 1024 * 1024; // PostgreSQL cannot do with less
    for (const int code : {ENOSPC, EDQUOT, EFBIG}) {
        if (why.find(std::generic_category().message(code)) != std::string::npos) return true;
    }
    std::error_code unknown;
    const auto room = std::filesystem::space(folder, unknown);
    return !unknown && room.available < wal_segment_bytes;
}

bool is_of_settings(const std::string& why) {
    constexpr std::array<std::string_view, 5> words{
        "settings.conf\" contains errors", "could not access file", "could not load library",
        "could not map anonymous shared memory", "could not create shared memory segment"};
    return std::ranges::any_of(words,
                               [&](std::string_view each) { return why.find(each) != std::string::npos; });
}

std::string status_when_down(const db_instance& of, const job_failure& failure) {
    // What has been asked for meanwhile is still to be done.
    if (of.status == "stopping" || of.status == "deleting") return of.status;
    if (failure.lacks_room) return "storage-full";
    if (failure.of_settings) return "incompatible-parameters";
    return failure.of_network && of.created_at ? "incompatible-network" : "failed";
}

void fail_job(state& db, job_kind failed, db_instance of, const job_failure& failure, epoch_ms now) {
    if (failed == job_kind::bring_up || failed == job_kind::restart) {
        fail_bring_up(db, of, failure, now);
        return save_instance(db, of);
    }
    record(db, of, "failure", failure.why, now);
    if (failed == job_kind::remove) return; // tried again
    // Its next start takes them.
    if (failed == job_kind::apply_settings) {
        settle_settings(db, of.resource_id, settings_position_of(db, of.resource_id).wanted, false);
        if (of.status == configuring_iam_status) of.status = "available";
    }
    if (failed == job_kind::snapshot) {
        // One that was to be the last keeps its rows.
        if (of.status == "backing-up" || of.status == "stopping" || of.status == "deleting")
            of.status = "available";
        if (of.status == "upgrading") fail_upgrade(db, of, now);
    } else if (failed == job_kind::upgrade) {
        fail_upgrade(db, of, now);
    } else if (failed == job_kind::stop) {
        if (of.status == "stopping") of.status = "available";
    } else if (failed == job_kind::modify) {
        of.status = "available"; // its values wait on
        of.is_partial = false;
    }
    save_instance(db, of);
}

void begin_change(state& db, db_instance& of, epoch_ms now) {
    const auto pending = pending_values(db, of.resource_id);
    const auto to = std::ranges::find_if(pending, [&](const auto& value) { return is_upgrade(of, value); });
    if (of.is_partial || to == pending.end()) {
        const auto due = values_due(db, of);
        if (due.empty()) return;
        const bool only_password = due.size() == 1 && due.front().first == "MasterUserPassword";
        of.status = only_password ? "resetting-master-credentials" : "modifying";
        return;
    }
    of.status = "upgrading";
    record(db, of, "maintenance", "The engine version upgrade started.", now);
    if (of.backup_retention == 0) return;
    std::string versions = fmt::format("{}-to-{}", of.engine_version, to->second);
    std::ranges::replace(versions, '.', '-'); // no identifier has a dot
    ask_for_backup(db, of, now, fmt::format("preupgrade-{}-{}", of.identifier, versions));
}

name_values values_due(state& db, const db_instance& of) {
    auto values = pending_values(db, of.resource_id);
    if (of.status != "upgrading")
        std::erase_if(values, [&](const auto& value) { return is_upgrade(of, value); });
    if (!of.is_partial) return values;
    std::erase_if(values, [](const auto& value) {
        return value.first != "MasterUserPassword" && value.first != "Port";
    });
    return values;
}

bool needs_restart(const name_values& values) {
    return std::ranges::any_of(values, [](const auto& value) {
        return value.first == "DBInstanceClass" || value.first == "EngineVersion" || value.first == "Port";
    });
}

void apply_pending(db_instance& to, const name_values& values) {
    for (const auto& [name, value] : values) {
        if (name == "AllocatedStorage") to.allocated_storage = std::stoll(value);
        if (name == "BackupRetentionPeriod") to.backup_retention = std::stoll(value);
        if (name == "DBInstanceClass") to.instance_class = value;
        if (name == "EngineVersion") {
            to.engine_version = value;
            to.server_major = major_in(value);
        }
        if (name == "Iops") to.iops = std::stoll(value);
        if (name == "MasterUserPassword") to.master_verifier = value;
        if (name == "MultiAZ") set_multi_az(to, value == "true");
        if (name == "Port") to.port = std::stoll(value);
        if (name == "StorageThroughput") to.storage_throughput = std::stoll(value);
        if (name == "StorageType") to.storage_type = value;
    }
    settle_storage(to);
}

} // namespace cruddur::cloud::fleet
