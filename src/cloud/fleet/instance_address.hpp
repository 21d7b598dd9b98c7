#pragma once

#include "cloud/ground/state.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace cruddur::cloud::fleet {

// An address of 127.0.0.0/8 that no instance has and on which the port is free: the same for the same name as
// long as it is free. nullopt where there is none.
[[nodiscard]] std::optional<std::string> find_free_address(ground::state& db, const std::string& name,
                                                           std::int64_t port);

} // namespace cruddur::cloud::fleet
