#include "cloud/fleet/wal_archives.hpp"

#include "cloud/archive/wal_files.hpp"
#include "cloud/fleet/instance_schedule.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace cruddur::cloud::fleet {

void insert_restore_time(state& db, const std::string& resource_id, epoch_ms until) {
    db.run("insert into db_instance_restore (resource_id, until) values (?, ?)", resource_id, until);
}

std::optional<epoch_ms> find_restore_time(state& db, const std::string& resource_id) {
    rows found = db.query("select until from db_instance_restore where resource_id = ?", resource_id);
    return found.next() ? std::optional{found.integer(0)} : std::nullopt;
}

void delete_restore_time(state& db, const std::string& resource_id) {
    db.run("delete from db_instance_restore where resource_id = ?", resource_id);
}

wal_archives::wal_archives(wal_archives_params params)
    : params_{std::move(params)} {}

// All are told before the first is waited for.
wal_archives::~wal_archives() {
    for (const auto& [id, one] : archives_)
        one->end(archive::wal_archive::end_kind::pause);
}

void wal_archives::led(const db_instance& of, const cluster::server_place& place) {
    const std::string& id = of.resource_id;
    if (of.backup_retention == 0) return end(id, archive::wal_archive::end_kind::leave);
    auto& mine = archives_[id];
    if (!mine) {
        mine = std::make_shared<archive::wal_archive>(archive::wal_archive_params{
            .folder = params_.folder / id,
            .instance = params_.instances / id,
            .seal = of.storage_encrypted ? &params_.vault : nullptr,
            .now = params_.now,
            .tell = [tell = params_.tell, id](const std::string& message) { tell(id, message); }});
    }
    mine->lead(place);
}

void wal_archives::end(const std::string& id, archive::wal_archive::end_kind how) {
    const auto found = archives_.find(id);
    if (found == archives_.end()) return;
    found->second->end(how);
    ending_.push_back(std::move(found->second));
    archives_.erase(found);
}

void wal_archives::prepare(const std::string& id, job_kind kind, instance_job& job) {
    if (kind == job_kind::remove) return end(id, archive::wal_archive::end_kind::close);
    if (kind == job_kind::stop) return end(id, archive::wal_archive::end_kind::pause);
    const auto found = archives_.find(id);
    if (kind == job_kind::snapshot && found != archives_.end()) job.log = found->second;
}

void wal_archives::tell(state& db, const db_instance& of, instance_spec& into) const {
    if (of.restored_from.empty()) return;
    const auto until = find_restore_time(db, of.resource_id);
    const auto from = snapshot_in_folder(db, of.restored_from);
    if (!until || !from) return;
    // The log's times are the system's clock's, whatever ours says.
    const auto ahead = params_.now() - std::chrono::duration_cast<std::chrono::milliseconds>(
                                           std::chrono::system_clock::now().time_since_epoch())
                                           .count();
    into.restore_to = {params_.folder / from->source.resource_id, from->archive,
                       std::chrono::system_clock::time_point{std::chrono::milliseconds{*until - ahead}}};
}

bool wal_archives::beat(state& db) {
    std::erase_if(ending_, [](const auto& one) { return one->has_ended(); });
    bool any = false;
    for (const auto& [id, one] : archives_) {
        if (one->takes_new_run()) wanted_.insert(id);
        rows oldest = db.query("select min(archive) from db_snapshot where resource_id = ? and "
                               "type = 'automated' and archive <> '' and status <> 'deleting'",
                               id);
        const std::string before = oldest.next() ? oldest.text(0) : "";
        if (!before.empty() && pruned_[id] != before) one->prune(pruned_[id] = before);
    }
    for (auto id = wanted_.begin(); id != wanted_.end();) {
        auto row = instance_by_resource_id(db, *id);
        if (row && row->status != "available") {
            ++id;
            continue;
        }
        if (row && row->backup_retention > 0) {
            transaction whole{db};
            row->status = "backing-up";
            save_instance(db, *row);
            ask_for_backup(db, *row, params_.now());
            whole.commit();
            any = true;
        }
        id = wanted_.erase(id);
    }
    for (const std::string& id : archive::names_in(params_.folder)) {
        if (archives_.contains(id) || !ending_.empty()) continue;
        rows kept =
            db.query("select 1 from db_snapshot where resource_id = ?1 and type = 'automated' union all "
                     "select 1 from db_instance where resource_id = ?1 and backup_retention > 0 limit 1",
                     id);
        if (!kept.next()) std::filesystem::remove_all(params_.folder / id);
    }
    return any;
}

// Those that can be gone on from, the newest first.
std::vector<db_snapshot> wal_archives::backups_of(state& db, const std::string& resource_id,
                                                  const std::string& region) const {
    auto found = snapshots_of(db, region);
    std::erase_if(found, [&](const db_snapshot& one) {
        return one.type != "automated" || one.source.resource_id != resource_id ||
               one.status != "available" || !one.finished_at || one.archive.empty();
    });
    std::ranges::sort(found, std::greater{}, &db_snapshot::finished_at);
    return found;
}

std::optional<restore_window> wal_archives::window_of(state& db, const std::string& resource_id,
                                                      const std::string& region) const {
    const auto backups = backups_of(db, resource_id, region);
    for (const db_snapshot& one : backups) {
        const auto until = archive::restorable_until(params_.folder / resource_id, one.archive);
        if (until && *until >= *one.finished_at) return restore_window{*backups.back().finished_at, *until};
    }
    return std::nullopt;
}

std::optional<db_snapshot> wal_archives::backup_for(state& db, const std::string& resource_id,
                                                    const std::string& region, epoch_ms until) const {
    for (db_snapshot& one : backups_of(db, resource_id, region)) {
        if (*one.finished_at > until) continue;
        if (archive::restorable_until(params_.folder / resource_id, one.archive) >= until)
            return std::move(one);
        return std::nullopt;
    }
    return std::nullopt;
}

} // namespace cruddur::cloud::fleet
