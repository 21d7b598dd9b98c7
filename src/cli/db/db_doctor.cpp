#include "cli/db/db.hpp"
#include "cli/ground/output.hpp"
#include "database/doctor.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/ostream.h>

#include <unistd.h>

#include <iostream>

namespace cruddur::cli::db {
namespace {

const char* word(database::check::state state) {
    switch (state) {
    case database::check::state::passed:
        return "ok";
    case database::check::state::failed:
        return "failed";
    case database::check::state::not_tried:
        break;
    }
    return "not tried";
}

void print_check(const database::check& one) {
    const bool colour = ground::coloured(STDOUT_FILENO);
    const char* before = !colour                                      ? ""
                         : one.what == database::check::state::passed ? "\033[32m"
                         : one.what == database::check::state::failed ? "\033[1;31m"
                                                                      : "\033[2m";
    fmt::print(std::cout, "{}{:<9}{}  {:<15}  {}\n", before, word(one.what), colour ? "\033[0m" : "",
               one.name, one.found);
    if (!one.mend.empty()) fmt::print(std::cout, "           {:<15}  {}\n", "→ mend it by", one.mend);
    std::cout.flush();
}

boost::json::object diagnosis_as_json(const database::diagnosis& found) {
    boost::json::array list;
    for (const auto& one : found.checks) {
        boost::json::object entry{{"step", one.name}, {"state", word(one.what)}, {"found", one.found}};
        if (!one.mend.empty()) entry["mend"] = one.mend;
        list.emplace_back(std::move(entry));
    }
    return {{"healthy", found.healthy()}, {"steps", std::move(list)}};
}

} // namespace

void add_db_doctor(CLI::App& db, action& chosen) {
    auto options = std::make_shared<db_options>();
    auto each_s = std::make_shared<unsigned>(5);
    auto& command = add_db_command(
        db, "doctor", "Try each step of the way to the database, and say which one fails and what mends it",
        "Examples:\n"
        "  cruddur db doctor\n"
        "  cruddur db doctor prod --json\n"
        "The steps: name resolution, TCP, TLS, authentication, database, environment, schema, privileges.",
        *options);
    add_json(command, *options);
    command.add_option("--timeout", *each_s, "Seconds that one step may take")->check(CLI::Range(1, 600));
    set_work(command, chosen, options,
             [options, each_s](const auto& where, const auto&) -> database::result<exit_code> {
                 const auto files = own_sql_files();
                 if (!files) return files.error();
                 const auto migrations = files->migrations();
                 if (!migrations) return migrations.error();
                 const bool json = options->json;
                 if (!json) std::cout << where.url.redacted() << '\n';
                 const auto found = database::examine(where, *migrations, std::chrono::seconds{*each_s},
                                                      [json](const auto& one) {
                                                          if (!json) print_check(one);
                                                      });
                 if (json) print_json(diagnosis_as_json(found));
                 if (found.healthy()) return exit_code::done;
                 return found.reached ? exit_code::failed : exit_code::unreachable;
             });
}

} // namespace cruddur::cli::db
