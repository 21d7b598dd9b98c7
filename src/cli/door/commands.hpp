#pragma once

#include "cli/ground/command.hpp"

namespace cruddur::cli::door {

using ground::action;
using ground::exit_code;

// Each adds one command to the program: its flags, its help, and a callback that sets `chosen`. Both
// references outlive the parsing and the action. A file of this room a command; one that has many commands
// below it is a room, whose header declares the same of it (db::add_db, rds::add_rds).
void add_serve(CLI::App& app, action& chosen);
void add_up(CLI::App& app, action& chosen);
void add_cloud(CLI::App& app, action& chosen);
void add_sign_up(CLI::App& app, action& chosen);
void add_lambda(CLI::App& app, action& chosen);
void add_completion(CLI::App& app, action& chosen);

} // namespace cruddur::cli::door
