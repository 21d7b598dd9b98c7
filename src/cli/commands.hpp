#pragma once

#include "cli/exit_code.hpp"

#include <CLI/App.hpp>

#include <functional>

namespace cruddur::cli {

// What the command line asks for. Parsing fills it in and does nothing else, so that a mistyped flag has done
// nothing; main runs it once, after the whole line has been understood. What it throws is printed, and ends
// the program with exit_code::failed.
using action = std::function<exit_code()>;

// Each adds one command to the program: its flags, its help, and a callback that sets `chosen`. Both
// references outlive the parsing and the action. A file of src/cli a command.
void add_db(CLI::App& app, action& chosen);
void add_serve(CLI::App& app, action& chosen);
void add_up(CLI::App& app, action& chosen);
void add_cloud(CLI::App& app, action& chosen);
void add_rds(CLI::App& app, action& chosen);
void add_sign_up(CLI::App& app, action& chosen);
void add_lambda(CLI::App& app, action& chosen);
void add_completion(CLI::App& app, action& chosen);

} // namespace cruddur::cli
