#pragma once

#include "cluster/server_place.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace cruddur::cloud::watch {

// What the processes of a PostgreSQL server have used since they began, those that have ended among them, and
// what they and its folder take now.
struct server_usage {
    std::chrono::steady_clock::time_point at;
    int pid = 0; // the postmaster's: a new one counts anew
    double cpu_seconds = 0;
    std::int64_t read_bytes = 0; // from the disk
    std::int64_t written_bytes = 0;
    std::int64_t memory_bytes = 0;          // its own, and what it shares once
    std::int64_t machine_memory_bytes = 0;  // that programs of this machine could still have
    std::int64_t folder_bytes = 0;          // of its data folder, the write-ahead log included
    std::int64_t machine_storage_bytes = 0; // free on the file system that the folder is on
    struct disk {
        std::int64_t reads = 0;
        std::int64_t read_ms = 0; // that all of them took together
        std::int64_t writes = 0;
        std::int64_t written_ms = 0;
    };
    std::optional<disk> storage; // of the disk that the folder is on, where the kernel counts it
};

// Read from /proc and the folder; nullopt where the server does not run. It takes milliseconds, and may be
// called from any thread.
[[nodiscard]] std::optional<server_usage> usage_of(const cluster::server_place& of);

} // namespace cruddur::cloud::watch
