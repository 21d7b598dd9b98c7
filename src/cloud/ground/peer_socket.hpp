#pragma once

#include <sys/types.h>

#include <cstdint>
#include <stdexcept>

namespace cruddur::cloud::ground {

// A socket of this machine, as the kernel tells of it.
struct peer_socket {
    std::uint32_t inode = 0;
    uid_t user = 0; // that made it
};

// Nobody holds a connection's other end any more, or the kernel does not tell: it may have been anybody's.
class peer_unknown : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The other end of this TCP connection, which was made on this machine. The kernel is asked for that one pair
// of ends: several connections may begin at the same address and port. Throws peer_unknown.
[[nodiscard]] peer_socket peer_of(int connection);

} // namespace cruddur::cloud::ground
