#pragma once

#include "cli/ground/exit_code.hpp"

#include <CLI/App.hpp>

#include <functional>

namespace cruddur::cli::ground {

// What the command line asks for. Parsing fills it in and does nothing else, so that a mistyped flag has done
// nothing; main runs it once, after the whole line has been understood. What it throws is printed, and ends
// the program with exit_code::failed.
using action = std::function<exit_code()>;

} // namespace cruddur::cli::ground
