#pragma once

#include "database/guard.hpp"
#include "database/report.hpp"
#include "database/target.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::database {

// A session of the server, as pg_stat_activity has it. What this user may not see of another's is empty.
struct session_row {
    std::string process_id;
    std::string user;
    std::string database;
    std::string client_addr; // "" through the local socket
    std::string application;
    std::string state;
    std::int64_t age_s = 0;
    std::int64_t in_state_s = 0; // since it began or ended its last statement
    std::string waits_for;
    std::string blocked_by; // process ids
};

// Every session of the target's server but the one that asks.
[[nodiscard]] result<std::vector<session_row>> sessions(const target& where);

// Those in the target's own database.
[[nodiscard]] result<std::vector<session_row>> sessions_in(postgres::plain_connection& session,
                                                           std::optional<std::string> database);

// Ends every session in the target's database but its own, and returns those that were ended. Asks for the
// name in production.
[[nodiscard]] result<std::vector<session_row>> kill_sessions(const target& where, const confirmation& confirm,
                                                             const report& to);

} // namespace cruddur::database
