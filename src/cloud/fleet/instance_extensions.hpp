#pragma once

#include "cloud/fleet/instance_server.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace cruddur::cloud::fleet {

// The extensions and libraries that an instance has, as its PostgreSQL's installation brings them.

// Every extension that is there for that major version, sorted by name.
[[nodiscard]] std::vector<std::string> installed_extensions(int major, const std::filesystem::path& engines);
// Of those, what the master user can create while rds.allowed_extensions has it: rds.extensions.
[[nodiscard]] std::vector<std::string> offered_extensions(int major, const std::filesystem::path& engines);
// Of the libraries that RDS preloads when it is asked to, those that are there: what
// shared_preload_libraries may name.
[[nodiscard]] std::vector<std::string> preload_libraries(int major, const std::filesystem::path& engines);

// What is read behind the files of extensions (cluster::server_params): so that the master user, who is no
// superuser, can create what RDS lets him, and of that what rds.allowed_extensions has.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> extension_additions(const instance_spec& spec);

} // namespace cruddur::cloud::fleet
