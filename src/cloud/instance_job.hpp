#pragma once

#include "cloud/instance_server.hpp"
#include "cloud/rds_records.hpp"

#include <memory>
#include <optional>

namespace cruddur::cloud {

// A DB instance's live parts. One job has them at a time.
struct instance_process {
    std::optional<cluster::server> server;
};

enum class job_kind : std::uint8_t { bring_up, restart, snapshot, stop, remove };

struct instance_job {
    job_kind kind = job_kind::bring_up;
    instance_spec spec;
    std::shared_ptr<instance_process> process;
    std::filesystem::path snapshot; // the file of one that is to be made
};

// What is next for an instance in that state of affairs; nullopt where it rests. `lives` tells whether its
// server runs, as far as we know; `snapshot_waits` whether a snapshot of it has been asked for.
[[nodiscard]] std::optional<job_kind> next_job(const db_instance& of, bool lives, bool snapshot_waits);

// Does it, on a worker thread. Throws cluster::error, and then the process is as it was, or gone.
void run_job(const instance_job& what);

// Writes down what became of a job that is done, as the status and events that follow.
void finish_job(state& db, job_kind done, db_instance of, epoch_ms now);
void fail_job(state& db, job_kind failed, db_instance of, const std::string& why, epoch_ms now);

// The instance with its pending values applied.
void apply_pending(db_instance& to, const name_values& values);

} // namespace cruddur::cloud
