#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cruddur::cloud::fleet {

// The DB instances of that state that run a major version of PostgreSQL, or are to be upgraded to it, as
// "cruddur-db-instance (us-east-1)". It only reads, so that a local AWS which runs may have the state open.
// Throws ground::state_error where the state cannot be read; where there is none, nobody uses anything.
[[nodiscard]] std::vector<std::string> engine_users(const std::filesystem::path& state_folder, int major);

} // namespace cruddur::cloud::fleet
