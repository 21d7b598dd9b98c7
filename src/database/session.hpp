#pragma once

#include "database/report.hpp"
#include "database/target.hpp"
#include "postgres/plain_connection.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace cruddur::database {

struct session_params {
    std::chrono::milliseconds connect_timeout{10'000}; // the URL's own connect_timeout wins
    std::chrono::milliseconds statement_timeout{60'000};
    database::report report; // hears PostgreSQL's warnings
};

// A session in the target's database, in UTF-8. What fails of its TLS has a hint that says what to do.
[[nodiscard]] result<postgres::plain_connection> open_session(const target& where,
                                                              session_params params = {});

// A session beside it, for what cannot be done from within: in `postgres`, or in `template1` where that is
// the target itself, is missing, or may not be entered.
[[nodiscard]] result<postgres::plain_connection> open_maintenance(const target& where,
                                                                  session_params params = {});

// What to do about a failure of TLS, by libpq's message; "" where the message is about something else.
[[nodiscard]] std::string tls_advice(std::string_view message);

// Runs the statement that PostgreSQL itself wrote, with every name quoted, as the answer to `composer`: for
// CREATE DATABASE and its like, which take no parameters. No row is no statement, and is not an error.
[[nodiscard]] result<void> execute_composed(postgres::plain_connection& session,
                                            const postgres::statement& composer,
                                            std::initializer_list<postgres::parameter> parameters);

// BEGIN, the work, COMMIT; ROLLBACK when the work fails, whose error is returned.
[[nodiscard]] result<void> in_transaction(postgres::plain_connection& session,
                                          const std::function<result<void>()>& work);

} // namespace cruddur::database
