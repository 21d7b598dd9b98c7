#pragma once

#include <filesystem>
#include <string_view>

namespace cruddur::cluster {

// The shared object that has a connection's process of PostgreSQL's server end at once, and lets the server
// take connections which a gate has accepted (handover_preload.cpp), as its bytes.
[[nodiscard]] std::string_view handover_object();

// Whether the server that listens there takes connections from a gate; false where the object could not be
// loaded, as in a file system that is mounted noexec. Takes at most two seconds.
[[nodiscard]] bool takes_handovers(const std::filesystem::path& socket);

} // namespace cruddur::cluster
