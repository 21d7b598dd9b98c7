#pragma once

#include "cloud/ground/vault.hpp"
#include "cluster/server_place.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace cruddur::cloud::archive {

struct wal_archive_params {
    std::filesystem::path folder;        // the archive's own
    std::filesystem::path instance;      // whose key seals
    const ground::vault* seal = nullptr; // of an instance whose storage is encrypted
    std::function<std::int64_t()> now;   // any thread may call it
    // Told, on the archive's thread, of what an operator should know.
    std::function<void(const std::string&)> tell;
};

// The write-ahead log of an instance, received as it is written, by which the instance is restored to any
// point of time since a backup. It works on a thread of its own until it goes, through the restarts and
// failovers of the server. What is missing can never be filled in: where the server no longer has what the
// archive needs next, a new run begins, which is of use from the next backup on; each run has a folder.
//
// A run's folder: `received`, the server's account's, with the segments as pg_receivewal writes them;
// `sealed`, with those that are complete, of an encrypted instance; and `restorable`, the time up to which
// the run has everything.
//
// A position is the run and the segment from which on a restore of a backup needs the log:
// "run-000001/000000010000000000000003".
class wal_archive {
public:
    explicit wal_archive(wal_archive_params params);
    wal_archive(const wal_archive&) = delete;
    wal_archive& operator=(const wal_archive&) = delete;
    ~wal_archive(); // ends its process and thread

    // The server is reached there from now on.
    void lead(const cluster::server_place& place);

    enum class end_kind : std::uint8_t {
        pause, // it goes on later
        leave, // the server is to keep nothing for it any more
        close  // the server is gone for good: what is not sealed yet is, where it should be
    };
    // Has it end soon; has_ended() tells when it has.
    void end(end_kind how);
    [[nodiscard]] bool has_ended() const;

    // Where it is; "" where nothing has come in that time.
    [[nodiscard]] std::string await_position(std::chrono::milliseconds at_most) const;
    // Whether a run has begun since this was asked last, so that a backup is wanted.
    [[nodiscard]] bool takes_new_run();
    // Removes what is before that position, soon.
    void prune(const std::string& before);

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

// Up to when that run of an archive has everything, in milliseconds since 1970; nullopt where it has nothing
// yet.
[[nodiscard]] std::optional<std::int64_t> restorable_until(const std::filesystem::path& archive,
                                                           const std::string& position);

// Makes a folder from which PostgreSQL's restore_command copies what the archive has from that position on,
// as it is at this moment. Throws cluster::error, vault_error.
void stage_wal(const std::filesystem::path& archive, const std::string& position, const ground::vault* seal,
               const std::filesystem::path& into);

} // namespace cruddur::cloud::archive
