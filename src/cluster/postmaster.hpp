#pragma once

#include "cluster/account.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::cluster {

// What a running server wrote into its data folder's postmaster.pid.
struct postmaster_file {
    pid_t pid = 0;
    std::uint16_t port = 0;
    std::string status; // "starting", "ready", "stopping", "standby", or "" while it has not got there

    [[nodiscard]] bool accepts_connections() const { return status == "ready" || status == "standby"; }
};

// nullopt where there is no such file, or it says nothing yet.
std::optional<postmaster_file> read_postmaster_file(const std::filesystem::path& data);

// Whether that process is, by /proc, a postgres server of that data folder: a pid alone may be anybody's by
// now.
bool is_postmaster_of(pid_t pid, const std::filesystem::path& data);

// The server of that data folder that runs now, whoever started it.
std::optional<pid_t> find_postmaster(const std::filesystem::path& data);

// Ends it, by a fast shutdown, or harder where that takes long. Throws cluster::error where it does not end.
void end_postmaster(const std::filesystem::path& data);

// The processes of the data folder's server that bears this name (its setting cluster_name), those of a
// postmaster that was killed included.
std::vector<pid_t> processes_of(const std::filesystem::path& data, const std::string& cluster_name);

// The segment of the write-ahead log that the server of this name (cluster_name) has recovered to, by the
// title of its startup process; "" where it shows none.
std::string recovery_position(const std::string& cluster_name);

// Whether some process still uses the shared memory of the data folder's last server, whose postmaster may be
// gone.
bool has_processes(const std::filesystem::path& data);

// Makes what a dead server left behind harmless where PostgreSQL itself would stop at it: a postmaster.pid
// that is empty, or whose pid belongs to somebody else by now. Call it only when find_postmaster found none.
// The rest of the file stays, since PostgreSQL tells by it whether processes of the dead server still use its
// shared memory.
void disarm_postmaster_file(const account& owner, const std::filesystem::path& data);

} // namespace cruddur::cluster
