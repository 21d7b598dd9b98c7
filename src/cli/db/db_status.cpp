#include "cli/db/db.hpp"
#include "cli/ground/output.hpp"
#include "database/status.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/ranges.h>

#include <iostream>

namespace cruddur::cli::db {
namespace {

std::string remembered(const database::database_status& status) {
    return status.marked ? std::string{database::name_of(*status.marked)} : std::string{"not written down"};
}

void print_as_json(const database::target& where, const database::database_status& status) {
    boost::json::array tables;
    for (const auto& one : status.tables) {
        tables.emplace_back(boost::json::object{
            {"name", one.name}, {"rows_estimate", one.rows_estimate}, {"bytes", one.bytes}});
    }
    boost::json::object out{
        {"database", where.database()},
        {"url", where.url.redacted()},
        {"asked_for", database::name_of(where.where)},
        {"environment", nullptr},
        {"server_version", status.server_version},
        {"user", status.user},
        {"tls", nullptr},
        {"standby", status.standby},
        {"bytes", status.bytes},
        {"schema_version", status.schema_version},
        {"pending_migrations", boost::json::array(status.pending.begin(), status.pending.end())},
        {"trouble", nullptr},
        {"sessions", status.sessions},
        {"server_sessions", status.server_sessions},
        {"sessions_max", status.sessions_max},
        {"tables", std::move(tables)}};
    if (status.marked) out["environment"] = database::name_of(*status.marked);
    if (!status.tls.empty()) out["tls"] = status.tls;
    if (!status.trouble.empty()) out["trouble"] = status.trouble;
    print_json(out);
}

void print_status(const database::target& where, const database::database_status& status) {
    const auto migrations = !status.trouble.empty()  ? status.trouble
                            : status.pending.empty() ? "up to date"
                                                     : fmt::format("{} pending: {}", status.pending.size(),
                                                                   fmt::join(status.pending, ", "));
    std::cout << ground::table(
        {"database", where.place()},
        {{"environment", remembered(status)},
         {"server", fmt::format("PostgreSQL {}{}", status.server_version,
                                status.standby ? ", a standby: read-only" : "")},
         {"user", fmt::format("{}, {}", status.user, status.tls.empty() ? "not encrypted" : status.tls)},
         {"size", ground::size_text(status.bytes)},
         {"schema version", status.schema_version == 0 ? "none" : std::to_string(status.schema_version)},
         {"migrations", migrations},
         {"sessions", fmt::format("{} here, {} on the server, {} at most", status.sessions,
                                  status.server_sessions, status.sessions_max)}});
    if (status.tables.empty()) return;
    std::vector<std::vector<std::string>> rows;
    rows.reserve(status.tables.size());
    for (const auto& one : status.tables)
        rows.push_back({one.name, fmt::format("~{}", one.rows_estimate), ground::size_text(one.bytes)});
    std::cout << '\n' << ground::table({"table", "rows", "size"}, rows);
}

} // namespace

void add_db_status(CLI::App& db, action& chosen) {
    auto options = std::make_shared<db_options>();
    auto& command = add_db_command(db, "status", "Show what the database is, and what it lacks",
                                   "Examples:\n"
                                   "  cruddur db status prod\n"
                                   "  cruddur db status --json",
                                   *options);
    add_json(command, *options);
    set_work(command, chosen, options,
             [options](const auto& where, const auto& progress) -> database::result<exit_code> {
                 const auto files = own_sql_files();
                 if (!files) return files.error();
                 const auto migrations = files->migrations();
                 if (!migrations) return migrations.error();
                 const auto found = database::status(where, *migrations);
                 if (!found) return found.error();
                 if (found->marked && found->marked != where.where)
                     tell(progress, database::event::kind::warning,
                          fmt::format("{} leads to a database that was made for {}", variable_of(where.where),
                                      remembered(*found)));
                 options->json ? print_as_json(where, *found) : print_status(where, *found);
                 return exit_code::done;
             });
}

} // namespace cruddur::cli::db
