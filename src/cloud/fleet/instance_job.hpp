#pragma once

#include "cloud/archive/wal_archive.hpp"
#include "cloud/fleet/instance_records.hpp"
#include "cloud/fleet/instance_server.hpp"

#include <memory>
#include <optional>

namespace cruddur::cloud::fleet {

// The status of an instance while its server is told to take tokens, or to take none any more.
inline constexpr const char* configuring_iam_status = "configuring-iam-database-auth";

enum class job_kind : std::uint8_t {
    bring_up,
    restart,
    modify, // while it runs
    apply_settings,
    upgrade,
    fail_over,
    add_standby,
    check_standby,
    follow, // another server of its source
    check_replica,
    promote,
    snapshot,
    stop,
    remove
};

// What an instance's job depends on, beside its row.
struct instance_facts {
    bool lives = false;         // its server runs, as far as we know
    bool has_standby = false;   // that runs and follows
    bool may_fail_over = false; // the server has died, and the standby can take its place
    bool snapshot_waits = false;
    bool restart_waits = false; // a value that is pending needs one
    bool settings_wait = false; // for the server, which runs
    bool is_replica = false;
    bool promotes = false;        // the replica is to become an instance of its own
    bool has_source = false;      // that was seen to run
    bool source_moved = false;    // to another server than the replica follows
    bool source_upgraded = false; // to another major version than the replica's
};

struct instance_job {
    job_kind kind = job_kind::bring_up;
    instance_spec spec;
    std::shared_ptr<instance_process> process;
    std::filesystem::path snapshot{};            // the file of one that is to be made
    std::shared_ptr<archive::wal_archive> log{}; // that an automated one is gone on from by
};

// Why a job failed.
struct job_failure {
    std::string why;          // "" where it did not
    bool lacks_room = false;  // on the disk
    bool of_network = false;  // its address or port cannot be had
    bool of_settings = false; // PostgreSQL does not start by them
};
// What became of a job, until it is written down.
struct job_outcome {
    std::string id;
    job_kind kind = job_kind::bring_up;
    std::string snapshot;
    job_failure failure;
    bool has_gate = false; // which has been opened, or was not to be
    bool is_counted = false;
};
// Whether that is why, by the message or by the room that there is now for the folder.
[[nodiscard]] bool lacks_room(const std::filesystem::path& folder, const std::string& why);

// Whether that is why, by the message.
[[nodiscard]] bool is_of_settings(const std::string& why);

// What is next for an instance in that state of affairs; nullopt where it rests.
[[nodiscard]] std::optional<job_kind> next_job(const db_instance& of, const instance_facts& now);

// Whether what is pending is applied by it, with the server started anew.
[[nodiscard]] bool restarts(job_kind kind);

// What the row says of the server that such a job leaves; `as` becomes what it is then.
[[nodiscard]] instance_spec spec_by_row(state& db, db_instance& as, job_kind kind);

// Does it, on a worker thread. Throws cluster::error, and then the process is as it was, or gone.
void run_job(const instance_job& what);

// The status of an instance that could not be brought up.
[[nodiscard]] std::string status_when_down(const db_instance& of, const job_failure& failure);

// Writes down what became of a job that is done, as the status and events that follow. `process` tells on
// which node the server is, and its version.
void finish_job(state& db, job_kind done, db_instance of, const instance_process& process, epoch_ms now);
void fail_job(state& db, job_kind failed, db_instance of, const job_failure& failure, epoch_ms now);

// Begins to apply what is pending, of which the status tells: all, or where the change is partial what never
// waits. Another major version is an upgrade, with a snapshot before it where the instance keeps backups. The
// status stays as it was where nothing is to be applied.
void begin_change(state& db, db_instance& of, epoch_ms now);

// The pending values that the change which is under way applies: all, or what never waits. Another major
// version is applied by an upgrade alone.
[[nodiscard]] name_values values_due(state& db, const db_instance& of);
// The instance with such values applied.
void apply_pending(db_instance& to, const name_values& values);
// Whether one of them is applied by a restart alone.
[[nodiscard]] bool needs_restart(const name_values& values);

} // namespace cruddur::cloud::fleet
