#pragma once

#include "cloud/fleet/instance_records.hpp"
#include "cloud/ground/attempts.hpp"
#include "cloud/ground/owed_writes.hpp"
#include "cloud/ground/vault.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
class thread_pool;
} // namespace boost::asio

namespace cruddur::cloud::fleet {

struct snapshot_copies_params {
    std::filesystem::path folder; // of all snapshots' files
    const ground::vault& vault;
    ground::owed_writes& owed;
    std::function<epoch_ms()> now;
};

// The files of snapshots that are no job of an instance's: of copies, which are made one after another, and
// of those that are deleted. Used on the loop's thread alone.
class snapshot_copies {
public:
    snapshot_copies(boost::asio::io_context& loop, state& db, snapshot_copies_params params);
    snapshot_copies(const snapshot_copies&) = delete;
    snapshot_copies& operator=(const snapshot_copies&) = delete;
    ~snapshot_copies();

    // Begins what the rows ask for and is not under way, and takes up what a kill left half done.
    void look(const std::vector<db_snapshot>& unfinished);
    // Interrupts a copy that is being made: the next start makes it.
    void stop();

private:
    void look_after(const db_snapshot& one);
    void begin(const db_snapshot& copy);
    void finish(const db_snapshot& copy, const std::string& why_not);

    boost::asio::io_context& loop_;
    state& db_;
    snapshot_copies_params params_;
    ground::attempts attempts_;
    std::set<std::string> busy_; // folders
    std::stop_source interrupt_;
    std::unique_ptr<boost::asio::thread_pool> pool_;
};

} // namespace cruddur::cloud::fleet
