#pragma once

#include "cloud/archive/wal_archive.hpp"
#include "cloud/fleet/instance_job.hpp"
#include "cloud/fleet/instance_records.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cruddur::cloud::fleet {

// The time to which an instance that is being created is restored: beside its row, until it is there.
void insert_restore_time(state& db, const std::string& resource_id, epoch_ms until);
[[nodiscard]] std::optional<epoch_ms> find_restore_time(state& db, const std::string& resource_id);
void delete_restore_time(state& db, const std::string& resource_id);

// From when to when an instance can be restored, as its automated backups and its archive stand now.
struct restore_window {
    epoch_ms earliest{};
    epoch_ms latest{};
};

struct wal_archives_params {
    std::filesystem::path folder;    // of all archives
    std::filesystem::path instances; // whose folders are in here
    const ground::vault& vault;
    std::function<epoch_ms()> now;
    // Told of an instance what an operator should know: on a thread of the archive's.
    std::function<void(const std::string& id, const std::string& message)> tell;
};

// The archives of the instances' write-ahead logs, those of deleted ones included. Used on the loop's thread
// alone.
class wal_archives {
public:
    explicit wal_archives(wal_archives_params params);
    ~wal_archives();

    // The instance's server is there now: its log is archived from now on, or no more, as its retention says.
    void led(const db_instance& of, const cluster::server_place& place);
    // Before a job.
    void prepare(const std::string& id, job_kind kind, instance_job& job);
    // Adds where a restore goes on to.
    void tell(state& db, const db_instance& of, instance_spec& into) const;
    // What is due: the end of what is kept for no backup any more, and backups that are wanted from which on
    // new runs are of use. Returns whether it has changed a row.
    [[nodiscard]] bool beat(state& db);

    // nullopt where nothing can be restored.
    [[nodiscard]] std::optional<restore_window> window_of(state& db, const std::string& resource_id,
                                                          const std::string& region) const;
    // The newest automated backup from which the instance can be restored to that time.
    [[nodiscard]] std::optional<db_snapshot> backup_for(state& db, const std::string& resource_id,
                                                        const std::string& region, epoch_ms until) const;

private:
    void end(const std::string& id, archive::wal_archive::end_kind how);
    [[nodiscard]] std::vector<db_snapshot> backups_of(state& db, const std::string& resource_id,
                                                      const std::string& region) const;

    wal_archives_params params_;
    std::map<std::string, std::shared_ptr<archive::wal_archive>> archives_;
    std::vector<std::shared_ptr<archive::wal_archive>> ending_;
    std::set<std::string> wanted_; // whose next backup is to come at once
    std::map<std::string, std::string> pruned_;
};

} // namespace cruddur::cloud::fleet
