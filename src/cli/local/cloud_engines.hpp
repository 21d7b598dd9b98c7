#pragma once

#include "cli/ground/command.hpp"

#include <filesystem>
#include <functional>

namespace cruddur::cli::local {

// Adds `engines`, `engines add` and `engines remove` to `cruddur cloud`: the versions of PostgreSQL that its
// RDS serves. `folder` tells local AWS's, once the line has been parsed; it and the action outlive both.
void add_engines(CLI::App& cloud, const std::function<std::filesystem::path()>& folder,
                 ground::action& chosen);

} // namespace cruddur::cli::local
