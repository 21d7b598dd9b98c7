#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace cruddur::cloud {

// Which of these sessions a process belongs to that holds the TCP socket with this local address and port, by
// /proc; nullopt where none does. A session's id is its leader's process id.
[[nodiscard]] std::optional<pid_t> session_of_socket(const std::string& address, std::uint16_t port,
                                                     std::span<const pid_t> sessions);

} // namespace cruddur::cloud
