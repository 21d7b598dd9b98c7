#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cruddur::cloud {

// The process and all that descend from it, itself first, parents before their children. Sessions, groups and
// namespaces of their own hide nobody.
[[nodiscard]] std::vector<pid_t> family_of(pid_t ancestor);

// Which of these processes is, or is an ancestor of, one that holds the TCP socket with this local address
// and port, by /proc; nullopt where none does.
[[nodiscard]] std::optional<pid_t> ancestor_of_socket(const std::string& address, std::uint16_t port,
                                                      std::span<const pid_t> ancestors);

} // namespace cruddur::cloud
