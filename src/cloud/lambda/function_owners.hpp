#pragma once

#include "cloud/ground/peer_socket.hpp"

#include <sys/types.h>

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

// Whose it is, the family's whose user made it, or of which one process holds it, by /proc; nullopt where it
// is none of theirs.
[[nodiscard]] std::optional<pid_t> ancestor_of(const peer_socket& socket,
                                               std::span<const function_family> families);

} // namespace cruddur::cloud::lambda
