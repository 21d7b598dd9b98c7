#include "cli/db/db.hpp"

#include "cli/ground/output.hpp"
#include "cli/ground/process.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/ostream.h>

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <utility>

namespace cruddur::cli::db {
namespace {

exit_code exit_code_of(database::failure kind) {
    switch (kind) {
    case database::failure::usage:
        return exit_code::usage;
    case database::failure::refused:
        return exit_code::refused;
    case database::failure::unreachable:
        return exit_code::unreachable;
    case database::failure::failed:
        break;
    }
    return exit_code::failed;
}

void print_failure(std::string_view name, database::environment where, const database::error& failed) {
    const bool colour = ground::coloured(STDERR_FILENO);
    fmt::print(std::cerr, "{}cruddur {}: {}{}\n", colour ? "\033[1;31m" : "", name,
               database::describe(failed), colour ? "\033[0m" : "");
    for (const auto& detail : failed.details)
        fmt::print(std::cerr, "  {}\n", detail);
    if (!failed.hint.empty()) fmt::print(std::cerr, "{}\n", advice_for(where, failed.hint));
}

// With --json, standard output is the data's alone.
database::report report_to(bool json) {
    return [json, live = isatty(STDOUT_FILENO) != 0 && !json](const database::event& one) {
        switch (one.what) {
        case database::event::kind::begun:
            if (live) std::cout << "\r\033[K" << one.text << " …" << std::flush;
            return;
        case database::event::kind::done:
            (json ? std::cerr : std::cout) << (live ? "\r\033[K" : "") << one.text << std::endl;
            return;
        case database::event::kind::warning:
            if (live) std::cout << "\r\033[K" << std::flush;
            std::cerr << "warning: " << one.text << std::endl;
        }
    };
}

// As the scripts of bin/ are called: "db-query".
std::string label_of(std::string_view name) {
    std::string label{name};
    std::ranges::replace(label, ' ', '-');
    return label;
}

std::string full_name(const CLI::App& command) {
    const CLI::App* const above = command.get_parent();
    if (above == nullptr || above->get_parent() == nullptr) return command.get_name();
    return fmt::format("{} {}", full_name(*above), command.get_name());
}

} // namespace

CLI::App& add_db_command(CLI::App& db, const std::string& name, const std::string& description,
                         const std::string& footer, db_options& options) {
    auto& command = *db.add_subcommand(name, description);
    add_environment(command, options);
    command.footer(footer);
    return command;
}

void add_environment(CLI::App& command, db_options& options) {
    command
        .add_option("environment", options.environment,
                    "prod: the database of PROD_CONNECTION_URL; without it, that of CONNECTION_URL")
        ->check(CLI::IsMember({"prod"}));
    command.add_option("--ca-file", options.ca_file, "Certificates to verify the server's TLS by")
        ->check(CLI::ExistingFile);
}

void add_yes(CLI::App& command, db_options& options) {
    command.add_option("--yes", options.yes,
                       "The database's name: in production this is asked for before anything is done");
}

void add_json(CLI::App& command, db_options& options) {
    command.add_flag("--json", options.json, "Print the data as JSON, and nothing else on standard output");
}

exit_code run_db(std::string_view name, const db_options& options, const db_work& work) {
    const auto where = options.environment == "prod" ? database::environment::production
                                                     : database::environment::development;
    const std::string url = ground::environment(std::string{database::variable_of(where)}.c_str());
    if (!options.json) ground::print_label(label_of(name));
    const auto target = database::target_for(where, url, options.ca_file);
    if (!target) {
        print_failure(name, where, target.error());
        return exit_code_of(target.error().kind);
    }
    // Where nothing is asked, too: a name that is another's means that the URL is not the one that is meant.
    if (!options.yes.empty() && options.yes != target->database()) {
        print_failure(
            name, where,
            {.kind = database::failure::refused,
             .message = fmt::format("--yes names {}, and the database is {}", options.yes, target->place()),
             .hint = "Name the database that the URL leads to, or set the URL to the one that you mean."});
        return exit_code::refused;
    }
    const auto ended = work(*target, report_to(options.json));
    if (ended) return *ended;
    if (isatty(STDOUT_FILENO) != 0 && !options.json) std::cout << "\r\033[K" << std::flush;
    print_failure(name, where, ended.error());
    return exit_code_of(ended.error().kind);
}

void set_work(CLI::App& command, action& chosen, std::shared_ptr<const db_options> options, db_work work) {
    command.callback(
        [&chosen, name = full_name(command), options = std::move(options), work = std::move(work)] {
            chosen = [name, options, work] { return run_db(name, *options, work); };
        });
}

database::result<database::sql_files> own_sql_files() {
    std::error_code unknown;
    return database::find_sql_files(ground::environment("CRUDDUR_CHECKOUT"),
                                    std::filesystem::read_symlink("/proc/self/exe", unknown));
}

database::result<exit_code> code_of(const database::result<void>& done) {
    if (!done) return done.error();
    return exit_code::done;
}

database::confirmation confirmation_of(const db_options& options) {
    return [yes = options.yes](const std::string& why) {
        std::string typed = yes;
        if (typed.empty() && isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0) {
            fmt::print(std::cerr, "{}\nType the database's name to go on: ", why);
            std::getline(std::cin, typed);
        }
        return typed;
    };
}

void print_json(const boost::json::value& value) {
    std::cout << boost::json::serialize(value) << '\n';
}

void add_db(CLI::App& app, action& chosen) {
    auto* db = app.add_subcommand("db", "The database's life: create, load, migrate, look at it, mend it");
    db->require_subcommand(1);
    db->footer(
        "Every command is about the database of CONNECTION_URL and, with prod, of PROD_CONNECTION_URL:\n"
        "  export CONNECTION_URL=postgresql://postgres:password@127.0.0.1:5432/cruddur\n"
        "  cruddur db setup\n"
        "  cruddur db doctor prod\n"
        "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused for safety, 4 could not connect.");
    for (const auto add : {&add_db_create, &add_db_drop, &add_db_schema_load, &add_db_seed, &add_db_setup,
                           &add_db_migrate, &add_db_rollback, &add_db_status, &add_db_connect, &add_db_query,
                           &add_db_sessions, &add_db_kill_sessions, &add_db_doctor})
        add(*db, chosen);
}

} // namespace cruddur::cli::db
