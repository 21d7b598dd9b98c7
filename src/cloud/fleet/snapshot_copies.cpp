#include "cloud/fleet/snapshot_copies.hpp"

#include "cloud/archive/sealed_file.hpp"
#include "cluster/error.hpp"
#include "cluster/files.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fmt/core.h>
#include <spdlog/spdlog.h>

namespace cruddur::cloud::fleet {

namespace {

using std::filesystem::path;

// What a copy is made of, whatever becomes of the snapshot that it is made of.
path held_source(const path& copy) {
    return copy.string() + ".source";
}

// Files of snapshots never change: with the same seal, a second name is a copy.
void copy_file(const path& to, const ground::vault* opened_by, const ground::vault* sealed_by, bool anew,
               const std::stop_token& stopping) {
    if (std::filesystem::exists(to)) return std::filesystem::remove(held_source(to)), void();
    if (!anew) return cluster::replace_file(held_source(to), to);
    archive::reseal_file(held_source(to), opened_by, to, sealed_by, stopping);
    std::filesystem::remove(held_source(to));
}

} // namespace

snapshot_copies::snapshot_copies(boost::asio::io_context& loop, state& db, snapshot_copies_params params)
    : loop_{loop}
    , db_{db}
    , params_{std::move(params)}
    , pool_{std::make_unique<boost::asio::thread_pool>(1)} {}

snapshot_copies::~snapshot_copies() {
    stop();
    pool_->join();
}

void snapshot_copies::stop() {
    interrupt_.request_stop();
}

void snapshot_copies::look(const std::vector<db_snapshot>& unfinished) {
    for (const db_snapshot& one : unfinished)
        attempts_.step(fmt::format("Looking after DB snapshot {}", one.identifier), [&] { look_after(one); });
}

void snapshot_copies::look_after(const db_snapshot& one) {
    if (one.status == "creating" && !one.copied_from.empty() && !busy_.contains(one.folder)) begin(one);
    if (one.status != "deleting") return;
    std::filesystem::remove(params_.folder / one.folder);
    transaction whole{db_};
    delete_snapshot(db_, one.folder);
    whole.commit();
}

void snapshot_copies::begin(const db_snapshot& copy) {
    const path to = params_.folder / copy.folder;
    const auto source = snapshot_in_folder(db_, copy.copied_from);
    std::error_code failed;
    if (!std::filesystem::exists(held_source(to)) && !std::filesystem::exists(to))
        std::filesystem::create_hard_link(params_.folder / copy.copied_from, held_source(to), failed);
    if (failed) return finish(copy, failed.message());
    busy_.insert(copy.folder);
    const ground::vault* const opened_by = copy.source_is_sealed ? &params_.vault : nullptr;
    const ground::vault* const sealed_by = copy.source.storage_encrypted ? &params_.vault : nullptr;
    const bool anew = !source || source->source.kms_key_id != copy.source.kms_key_id;
    boost::asio::post(
        *pool_, [this, copy, to, opened_by, sealed_by, anew, guard = boost::asio::make_work_guard(loop_)] {
            std::string why_not;
            try {
                copy_file(to, opened_by, sealed_by, anew, interrupt_.get_token());
            } catch (const std::exception& thrown) {
                why_not = thrown.what();
            }
            boost::asio::post(loop_, [this, copy, why_not] { finish(copy, why_not); });
        });
}

void snapshot_copies::finish(const db_snapshot& copy, const std::string& why_not) {
    if (!why_not.empty() && interrupt_.stop_requested()) return;
    if (!why_not.empty()) spdlog::error("DB snapshot {}: {}", copy.identifier, why_not);
    std::error_code ignored;
    if (!why_not.empty()) std::filesystem::remove(held_source(params_.folder / copy.folder), ignored);
    params_.owed.owe(
        "the copy " + copy.identifier,
        [this, copy, why_not] {
            transaction whole{db_};
            if (why_not.empty())
                finish_snapshot(db_, copy.folder, params_.now(), "");
            else
                set_snapshot_status(db_, copy.folder, "failed");
            record_event(
                db_,
                {copy.region, "db-snapshot", copy.identifier, why_not.empty() ? "notification" : "failure",
                 why_not.empty() ? "Finished copy of snapshot" : fmt::format("The copy failed: {}", why_not),
                 params_.now()});
            whole.commit();
        },
        [this, folder = copy.folder] { busy_.erase(folder); });
}

} // namespace cruddur::cloud::fleet
