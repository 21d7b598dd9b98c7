#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace cruddur::cluster {

// Whether a server could listen there now.
bool port_is_free(const std::string& address, std::uint16_t port);

// A port nobody listens on, from below the range that the kernel gives to outgoing connections: so that none
// of those holds it when a server wants it back. Throws cluster::error when there is none.
std::uint16_t free_port(const std::string& address);

// Who listens on that TCP port, as "nginx (pid 4711)"; nullopt when we may not see it.
std::optional<std::string> port_holder(std::uint16_t port);

} // namespace cruddur::cluster
