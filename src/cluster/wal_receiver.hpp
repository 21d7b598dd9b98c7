#pragma once

#include "cluster/server_place.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace cruddur::cluster {

// Receives a server's write-ahead log as it is written (PostgreSQL's pg_receivewal) into a folder of the
// server's account: whole segments under their names, the one that grows as NAME.partial, and the histories
// of timelines. What the server has not been rid of yet is kept for it by a replication slot named `slot`, so
// that nothing is missing after a pause. The process ends with this object, and with the thread that made it.
class wal_receiver {
public:
    // Throws cluster::error where the server cannot be reached or the program is not there.
    wal_receiver(const server_place& from, const std::filesystem::path& into, const std::string& slot);
    wal_receiver(const wal_receiver&) = delete;
    wal_receiver& operator=(const wal_receiver&) = delete;
    ~wal_receiver();

    [[nodiscard]] bool running();
    [[nodiscard]] int pid() const { return pid_; }
    // What it said at its end.
    [[nodiscard]] std::string last_words() const;

private:
    std::filesystem::path log_;
    pid_t pid_ = 0;
};

// Whether that names a whole segment of a write-ahead log, as "000000010000000000000003" does.
[[nodiscard]] bool is_wal_segment(const std::string& name);

// How far the log was written, and how much of it the receiver of that name has, as positions in the log. 0
// is the receiver's while it is not connected. And how large each of the log's segments is.
struct wal_progress {
    std::int64_t written = 0;
    std::int64_t received = 0;
    std::int64_t segment_bytes = 0;
};

// Asks for that again and again in one session.
class wal_observer {
public:
    // Throws cluster::error, here and below.
    wal_observer(const server_place& at, std::string name);
    ~wal_observer();
    [[nodiscard]] wal_progress look();

private:
    struct session;
    std::unique_ptr<session> session_;
    std::string name_;
};

} // namespace cruddur::cluster
