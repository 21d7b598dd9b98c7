#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cruddur::cloud::door {

// Who in the local AWS of that folder runs a major version of PostgreSQL or is to: a name each. It may run
// meanwhile. Throws std::runtime_error, for the operator, where that cannot be told.
[[nodiscard]] std::vector<std::string> engine_users(const std::filesystem::path& folder, int major);

// Where a local AWS of that folder finds the engines that were added.
[[nodiscard]] std::filesystem::path engine_store(const std::filesystem::path& folder);

} // namespace cruddur::cloud::door
