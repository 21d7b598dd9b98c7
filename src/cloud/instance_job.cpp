#include "cloud/instance_job.hpp"

#include "cloud/identifiers.hpp"
#include "cloud/snapshot_file.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <spdlog/spdlog.h>

namespace cruddur::cloud {

namespace {

constexpr epoch_ms stopped_for_at_most = 7LL * 24 * 60 * 60 * 1000;

void record(state& db, const db_instance& of, std::string_view category, std::string message, epoch_ms now) {
    spdlog::info("DB instance {}: {}", of.identifier, message);
    record_event(db,
                 {of.region, "db-instance", of.identifier, std::string{category}, std::move(message), now});
}

std::string automated_snapshot_name(const db_instance& of, epoch_ms now) {
    const auto at = static_cast<std::time_t>(now / 1000);
    return fmt::format("rds:{}-{:%Y-%m-%d-%H-%M}", of.identifier, fmt::gmtime(at));
}

// The first backup of an instance that keeps some.
void ask_for_backup(state& db, const db_instance& of, epoch_ms now) {
    const std::string name = automated_snapshot_name(of, now);
    if (snapshot_by_identifier(db, of.region, name)) return;
    insert_snapshot(db, {"snapshot-" + random_hex(24), of.region, name, "creating", "automated", now, 0, of});
    record(db, of, "backup", "Backing up DB instance", now);
}

void finish_bring_up(state& db, db_instance& of, epoch_ms now) {
    if (of.status == "creating") {
        of.created_at = now;
        of.status = of.backup_retention > 0 ? "backing-up" : "available";
        record(db, of, of.restored_from.empty() ? "creation" : "restoration",
               of.restored_from.empty() ? "DB instance created" : "Restored from snapshot", now);
        of.restored_from.clear();
        if (of.backup_retention > 0) ask_for_backup(db, of, now);
    } else if (of.status == "starting") {
        of.status = "available";
        of.restart_at.reset();
        record(db, of, "notification", "DB instance started", now);
    } else if (of.status == "incompatible-network") {
        of.status = "available";
        record(db, of, "recovery", "Recovery of the DB instance is complete.", now);
    }
}

void finish_restart(state& db, db_instance& of, epoch_ms now) {
    const auto values = pending_values(db, of.resource_id);
    apply_pending(of, values);
    clear_pending(db, of.resource_id);
    if (of.status == "rebooting") {
        record(db, of, "availability", "DB instance restarted", now);
    }
    for (const auto& [name, value] : values) {
        record(db, of, "configuration change",
               name == "MasterUserPassword" ? "Reset master credentials"
                                            : fmt::format("Finished applying modification of {}", name),
               now);
    }
    of.status = "available";
}

} // namespace

std::optional<job_kind> next_job(const db_instance& of, bool lives, bool snapshot_waits) {
    const std::string& status = of.status;
    if (snapshot_waits && status != "creating" && status != "failed") {
        return lives ? job_kind::snapshot : job_kind::bring_up;
    }
    if (status == "stopping") return job_kind::stop;
    if (status == "deleting") return job_kind::remove;
    if (status == "rebooting" || status == "modifying") return job_kind::restart;
    if (status == "creating" || status == "starting") return job_kind::bring_up;
    if ((status == "available" || status == "incompatible-network") && !lives) return job_kind::bring_up;
    return std::nullopt;
}

void run_job(const instance_job& what) {
    auto& server = what.process->server;
    switch (what.kind) {
    case job_kind::bring_up:
        server.reset();
        server.emplace(start_instance(what.spec));
        break;
    case job_kind::restart:
        if (server) server->stop();
        server.reset();
        server.emplace(start_instance(what.spec));
        break;
    case job_kind::snapshot:
        write_snapshot(server.value(), what.snapshot, what.spec.seal);
        break;
    case job_kind::stop:
        if (server) server->stop();
        server.reset();
        end_instance(what.spec.folder);
        break;
    case job_kind::remove:
        server.reset();
        remove_instance(what.spec.folder);
        break;
    }
}

void finish_job(state& db, job_kind done, db_instance of, epoch_ms now) {
    switch (done) {
    case job_kind::bring_up:
        finish_bring_up(db, of, now);
        break;
    case job_kind::restart:
        finish_restart(db, of, now);
        break;
    case job_kind::snapshot:
        if (of.status == "backing-up") of.status = "available";
        record(db, of, "backup", "Finished DB Instance backup", now);
        break;
    case job_kind::stop:
        of.status = "stopped";
        of.restart_at = now + stopped_for_at_most;
        record(db, of, "notification", "DB instance stopped", now);
        break;
    case job_kind::remove:
        record(db, of, "deletion", "DB instance deleted", now);
        for (const db_snapshot& one : snapshots_of(db, of.region)) {
            if (one.type == "automated" && one.source.resource_id == of.resource_id) {
                set_snapshot_status(db, one.folder, "deleting");
            }
        }
        delete_instance(db, of.resource_id);
        return;
    }
    save_instance(db, of);
}

void fail_job(state& db, job_kind failed, db_instance of, const std::string& why, epoch_ms now) {
    record(db, of, "failure", why, now);
    if (failed == job_kind::remove) return; // tried again at the next start
    if (failed == job_kind::snapshot && of.status == "deleting") of.status = "available"; // it keeps its rows
    if (failed == job_kind::snapshot) {
        if (of.status == "backing-up" || of.status == "stopping") of.status = "available";
    } else if (failed == job_kind::stop) {
        of.status = "available";
    } else {
        of.status = of.status == "creating" ? "failed" : "incompatible-network";
    }
    save_instance(db, of);
}

void apply_pending(db_instance& to, const name_values& values) {
    for (const auto& [name, value] : values) {
        if (name == "AllocatedStorage") to.allocated_storage = std::stoll(value);
        if (name == "BackupRetentionPeriod") to.backup_retention = std::stoll(value);
        if (name == "DBInstanceClass") to.instance_class = value;
        if (name == "EngineVersion") to.engine_version = value;
        if (name == "Iops") to.iops = std::stoll(value);
        if (name == "MasterUserPassword") to.master_verifier = value;
        if (name == "MultiAZ") to.multi_az = value == "true";
        if (name == "Port") to.port = std::stoll(value);
        if (name == "StorageThroughput") to.storage_throughput = std::stoll(value);
        if (name == "StorageType") to.storage_type = value;
    }
}

} // namespace cruddur::cloud
