#pragma once

// What the files of the commands of `cruddur db` share.

#include "cli/ground/command.hpp"
#include "database/guard.hpp"
#include "database/report.hpp"
#include "database/sql_files.hpp"
#include "database/target.hpp"

#include <boost/json/value.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace cruddur::cli::db {

using ground::action;
using ground::exit_code;

// `cruddur db` and all that is below it.
void add_db(CLI::App& app, action& chosen);
void add_demo(CLI::App& app, action& chosen);

// The options that commands have in common; a command adds those that it knows.
struct db_options {
    std::string environment; // "prod", or ""
    std::string ca_file;
    std::string yes;
    bool json = false;
};

// Adds a command under `cruddur db`, with [prod] and --ca-file.
CLI::App& add_db_command(CLI::App& db, const std::string& name, const std::string& description,
                         const std::string& footer, db_options& options);
// [prod] and --ca-file, behind what the command has already.
void add_environment(CLI::App& command, db_options& options);
void add_yes(CLI::App& command, db_options& options);
void add_json(CLI::App& command, db_options& options);

// Prints the label, finds the target and runs `work` on it; the name is what follows `cruddur` ("db query").
// What fails is told on standard error, with what to do next, and is the exit code.
using db_work = std::function<database::result<exit_code>(const database::target&, const database::report&)>;
exit_code run_db(std::string_view name, const db_options& options, const db_work& work);
// Has the command, when it is chosen, run_db `work` under its name and those of the commands above it. What
// `work` captures by value lives as long.
void set_work(CLI::App& command, action& chosen, std::shared_ptr<const db_options> options, db_work work);
// The schema, seed and migrations that this program loads: those of its checkout, or those compiled in.
database::result<database::sql_files> own_sql_files();
// For a function of the room that has nothing to return.
database::result<exit_code> code_of(const database::result<void>& done);

// The name given by --yes, or typed on the terminal when there is one.
database::confirmation confirmation_of(const db_options& options);

// A value on standard output, on a line.
void print_json(const boost::json::value& value);

void add_db_create(CLI::App& db, action& chosen);
void add_db_drop(CLI::App& db, action& chosen);
void add_db_schema_load(CLI::App& db, action& chosen);
void add_db_seed(CLI::App& db, action& chosen);
void add_db_setup(CLI::App& db, action& chosen);
void add_db_migrate(CLI::App& db, action& chosen);
void add_db_rollback(CLI::App& db, action& chosen);
void add_db_status(CLI::App& db, action& chosen);
void add_db_connect(CLI::App& db, action& chosen);
void add_db_query(CLI::App& db, action& chosen);
void add_db_sessions(CLI::App& db, action& chosen);
void add_db_kill_sessions(CLI::App& db, action& chosen);
void add_db_doctor(CLI::App& db, action& chosen);

} // namespace cruddur::cli::db
