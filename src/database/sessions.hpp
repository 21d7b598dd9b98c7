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

struct ended_sessions {
    std::vector<session_row> ended;
    std::size_t left = 0; // that this user may not end, or that did not end in time; each was told
};

// Ends every session in the target's database but its own. Asks for the name in production.
[[nodiscard]] result<ended_sessions> kill_sessions(const target& where, const confirmation& confirm,
                                                   const report& progress);

// "1 session", "3 sessions".
[[nodiscard]] std::string count_text(std::size_t sessions);

} // namespace cruddur::database
