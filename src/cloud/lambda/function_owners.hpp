#pragma once

#include "cloud/ground/peer_socket.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace cruddur::cloud::lambda {

using ground::peer_of;
using ground::peer_socket;
using ground::peer_unknown;

// The processes of one function, by the first of them; and the user that nobody else runs as, or 0 where
// they run as ours.
struct function_family {
    pid_t ancestor = 0;
    uid_t user = 0;
};

// The process and all that descend from it, itself first, parents before their children. Sessions, groups and
// namespaces of their own hide nobody.
[[nodiscard]] std::vector<pid_t> family_of(pid_t ancestor);

// How much memory the function below `guardian` holds that is nobody else's, in bytes, with all the processes
// that it started. 0 until its program has begun: what is there before is a copy of ours, and as large as
// ours.
[[nodiscard]] std::uint64_t memory_held_by(pid_t guardian);

// The most that the function's own process has ever held, in MiB, rounded up; 0 where it has ended.
[[nodiscard]] std::uint64_t memory_peak_mib_of(pid_t guardian);

// Whose it is, the family's whose user made it, or of which one process holds it, by /proc; nullopt where it
// is none of theirs.
[[nodiscard]] std::optional<pid_t> ancestor_of(const peer_socket& socket,
                                               std::span<const function_family> families);

} // namespace cruddur::cloud::lambda
