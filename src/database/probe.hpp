#pragma once

#include <sys/socket.h>

#include <chrono>
#include <string>
#include <vector>

namespace cruddur::database {

// An address of a host, ready to connect to.
struct address {
    sockaddr_storage storage{};
    socklen_t size = 0;
    std::string text; // "10.0.0.7"
};

struct resolution {
    std::vector<address> found;
    std::string failure; // why there are none
    bool timed_out = false;
};

// Looks a name up, or reads a numeric address. A resolver that hangs is left behind at the deadline.
[[nodiscard]] resolution resolve(const std::string& host, const std::string& port,
                                 std::chrono::milliseconds timeout);

enum class reachability { open, refused, silent, failed };
struct connection_attempt {
    reachability what = reachability::failed;
    std::string failure; // the system's words
};

// Opens a TCP connection and closes it.
[[nodiscard]] connection_attempt try_tcp(const address& peer, std::chrono::milliseconds timeout);

} // namespace cruddur::database
