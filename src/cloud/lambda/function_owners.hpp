#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <vector>

namespace cruddur::cloud::lambda {

// A socket of this machine, as the kernel tells of it.
struct peer_socket {
    std::uint32_t inode = 0;
    uid_t user = 0; // that made it
};

// Nobody holds a connection's other end any more, or the kernel does not tell: it may have been anybody's.
class peer_unknown : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The processes of one function, by the first of them; and the user that nobody else runs as, or 0 where
// they run as ours.
struct function_family {
    pid_t ancestor = 0;
    uid_t user = 0;
};

// The process and all that descend from it, itself first, parents before their children. Sessions, groups and
// namespaces of their own hide nobody.
[[nodiscard]] std::vector<pid_t> family_of(pid_t ancestor);

// The other end of this TCP connection, which was made on this machine. The kernel is asked for that one pair
// of ends: several connections may begin at the same address and port. Throws peer_unknown.
[[nodiscard]] peer_socket peer_of(int connection);

// Whose it is, the family's whose user made it, or of which one process holds it, by /proc; nullopt where it
// is none of theirs.
[[nodiscard]] std::optional<pid_t> ancestor_of(const peer_socket& socket,
                                               std::span<const function_family> families);

} // namespace cruddur::cloud::lambda
