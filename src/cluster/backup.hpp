#pragma once

#include "cluster/server.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>

namespace cruddur::cluster {

// Takes all bytes given, or throws.
using byte_sink = std::function<void(std::span<const std::byte>)>;
// Fills the span from its beginning and returns how much it filled; 0 is the end.
using byte_source = std::function<std::size_t(std::span<std::byte>)>;

// Writes a base backup of a running server as one tar stream: consistent as of its end, with the write-ahead
// log that it needs, while the server goes on taking writes (pg_basebackup, fast checkpoint). Page checksums
// are verified on the way. Throws cluster::error, and what `sink` throws; the stream is worth nothing then.
void back_up(const server& primary, const byte_sink& sink,
             std::chrono::milliseconds at_most = std::chrono::minutes(30));

// How far a backup is recovered: with the write-ahead log that is in a folder, up to the last commit at or
// before a time; where the log ends before, to its end. Without a folder, to the backup's end.
struct recovery {
    std::filesystem::path wal; // readable to the server's account
    std::chrono::system_clock::time_point until;
};

// Makes the data folder of `as.folder` from such a stream, recovered and with a superuser's password of its
// own, so that server::start(as) starts it. `as.folder` must hold no data folder yet. It appears at once and
// whole, or, when this throws (cluster::error, or what `source` throws), not at all.
void restore(const byte_source& source, const server_params& as, const recovery& how = {},
             std::chrono::milliseconds at_most = std::chrono::minutes(30));

} // namespace cruddur::cluster
