#pragma once

#include "cloud/fleet/instances.hpp"
#include "cloud/ground/attempts.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/logs/log_store.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::rds {

// A log file of an instance.
struct log_file {
    std::filesystem::path path;
    std::string name; // "error/postgresql.log.2026-11-28-23"
    std::int64_t bytes = 0;
    std::int64_t written_at_ms = 0;
};

// Those of the folder, by name, which is by time.
[[nodiscard]] std::vector<log_file> log_files_in(const std::filesystem::path& folder);
// At most that many bytes of a file, from there on; "" where it cannot be read.
[[nodiscard]] std::string read_part(const std::filesystem::path& file, std::int64_t from,
                                    std::size_t bytes_max);

// The events that PostgreSQL's lines come to: what has no time of its own belongs to the line before it.
[[nodiscard]] std::vector<logs::log_line> events_of(std::string_view lines, std::int64_t now_ms);

// Carries what instances log into CloudWatch Logs, where they are to export it, and deletes log files that
// are older than rds.log_retention_period. On the loop's thread; what fails is tried again at the next turn.
class log_exports {
public:
    log_exports(const boost::asio::any_io_executor& loop, ground::state& db, const fleet::instances& of);

    void start();
    void stop();

private:
    void turn();
    void arm();
    void carry(const fleet::db_instance& of);
    void carry_file(const fleet::db_instance& of, const log_file& file);
    void forget_old_files(const fleet::db_instance& of);

    ground::state& db_;
    const fleet::instances& instances_;
    boost::asio::steady_timer timer_;
    ground::attempts attempts_;
    std::chrono::steady_clock::time_point next_cleaning_{};
    bool stopped_ = false;
};

} // namespace cruddur::cloud::rds
