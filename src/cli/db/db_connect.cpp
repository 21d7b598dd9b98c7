#include "cli/db/db.hpp"
#include "database/connect.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <system_error>

namespace cruddur::cli::db {
namespace {

// Becomes psql; returns only when it cannot.
database::error become(database::psql_command command) {
    for (const auto& [name, value] : command.environment)
        ::setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> arguments;
    arguments.reserve(command.arguments.size() + 1);
    for (auto& one : command.arguments)
        arguments.push_back(one.data());
    arguments.push_back(nullptr);
    std::cout.flush();
    ::execvp(arguments.front(), arguments.data());
    database::error failed;
    failed.message = "psql could not be started: " + std::generic_category().message(errno);
    failed.hint = "Install it: apt-get install postgresql-client";
    return failed;
}

} // namespace

void add_db_connect(CLI::App& db, action& chosen) {
    auto options = std::make_shared<db_options>();
    auto passed_on = std::make_shared<std::vector<std::string>>();
    auto& command =
        add_db_command(db, "connect", "Open psql in the database",
                       "Examples:\n"
                       "  cruddur db connect\n"
                       "  cruddur db connect prod -- -c 'select count(*) from activities'\n"
                       "What follows -- is passed on to psql. The password is on no command line.",
                       *options);
    // main makes these of what follows "--"; an empty group keeps the option out of the help.
    command.add_option("--psql-argument", *passed_on)->group("")->allow_extra_args(false);
    command.callback([&chosen, options, passed_on] {
        chosen = [options, passed_on] {
            // psql's output is all that standard output gets when it is not a terminal.
            db_options quiet = *options;
            quiet.json = isatty(STDOUT_FILENO) == 0;
            return run_db("db connect", quiet,
                          [&](const auto& where, const auto&) -> database::result<exit_code> {
                              auto psql = database::compose_psql(where, *passed_on);
                              if (!psql) return psql.error();
                              if (const auto checked = database::check_connection(where); !checked)
                                  return checked.error();
                              return become(std::move(*psql));
                          });
        };
    });
}

} // namespace cruddur::cli::db
