#include "cli/db/db.hpp"
#include "cli/ground/output.hpp"
#include "database/sessions.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <charconv>
#include <iostream>

namespace cruddur::cli::db {
namespace {

boost::json::value text_or_null(const std::string& text) {
    if (text.empty()) return nullptr;
    return boost::json::value(text);
}

boost::json::array sessions_json(const std::vector<database::session_row>& rows) {
    boost::json::array list;
    for (const auto& one : rows) {
        std::int64_t pid = 0;
        std::from_chars(one.process_id.data(), one.process_id.data() + one.process_id.size(), pid);
        list.emplace_back(boost::json::object{{"process_id", pid},
                                              {"user", text_or_null(one.user)},
                                              {"db", text_or_null(one.database)},
                                              {"client_addr", text_or_null(one.client_addr)},
                                              {"app", text_or_null(one.application)},
                                              {"state", text_or_null(one.state)},
                                              {"age_s", one.age_s},
                                              {"in_state_s", one.in_state_s},
                                              {"waits_for", text_or_null(one.waits_for)},
                                              {"blocked_by", text_or_null(one.blocked_by)}});
    }
    return list;
}

std::string as_table(const std::vector<database::session_row>& rows) {
    std::vector<std::vector<std::string>> cells;
    cells.reserve(rows.size());
    for (const auto& one : rows) {
        cells.push_back({one.process_id, one.user, one.database, one.client_addr, one.application, one.state,
                         ground::duration_text(one.age_s), ground::duration_text(one.in_state_s),
                         one.waits_for, one.blocked_by});
    }
    return ground::table({"process_id", "user", "db", "client_addr", "app", "state", "age", "in state",
                          "waits for", "blocked by"},
                         cells);
}

} // namespace

void add_db_sessions(CLI::App& db, action& chosen) {
    auto options = std::make_shared<db_options>();
    auto& command = add_db_command(db, "sessions", "Show who is connected to the database's server",
                                   "Examples:\n"
                                   "  cruddur db sessions prod\n"
                                   "  cruddur db sessions --json",
                                   *options);
    add_json(command, *options);
    set_work(command, chosen, options,
             [options](const auto& where, const auto&) -> database::result<exit_code> {
                 const auto found = database::sessions(where);
                 if (!found) return found.error();
                 if (options->json) {
                     print_json(boost::json::object{{"sessions", sessions_json(*found)}});
                 } else if (found->empty()) {
                     std::cout << "Nobody else is connected to the server of " << where.place() << '\n';
                 } else {
                     std::cout << as_table(*found);
                 }
                 return exit_code::done;
             });
}

void add_db_kill_sessions(CLI::App& db, action& chosen) {
    auto options = std::make_shared<db_options>();
    auto& command = add_db_command(db, "kill-sessions", "End every session in the database but this one",
                                   "Examples:\n"
                                   "  cruddur db kill-sessions\n"
                                   "  cruddur db kill-sessions prod --yes cruddur",
                                   *options);
    add_yes(command, *options);
    add_json(command, *options);
    set_work(command, chosen, options,
             [options](const auto& where, const auto& progress) -> database::result<exit_code> {
                 const auto done = database::kill_sessions(where, confirmation_of(*options), progress);
                 if (!done) return done.error();
                 if (options->json)
                     print_json(boost::json::object{{"ended", sessions_json(done->ended)}});
                 else if (!done->ended.empty())
                     std::cout << as_table(done->ended);
                 return done->left == 0 ? exit_code::done : exit_code::failed;
             });
}

} // namespace cruddur::cli::db
