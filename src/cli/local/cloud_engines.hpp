#pragma once

#include "cli/ground/command.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace cruddur::cli::local {

// Adds `engines`, `engines add` and `engines remove` to `cruddur cloud`: the versions of PostgreSQL that its
// RDS serves. `folder` tells local AWS's, once the line has been parsed; it and the action outlive both.
void add_engines(CLI::App& cloud, const std::function<std::filesystem::path()>& folder,
                 ground::action& chosen);

// Adds the flag of that name by which an engine version that is not there is stood in for, or
// CRUDDUR_ENGINE_SUBSTITUTE: 1 or 0, or the like in words.
void add_engine_substitute(CLI::App& command, const std::string& name, bool& value,
                           const std::string& description);

} // namespace cruddur::cli::local
