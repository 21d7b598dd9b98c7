#pragma once

#include "app/validation.hpp"
#include "http/message.hpp"
#include "postgres/error.hpp"

#include <string_view>

namespace cruddur::app {

// A JSON array of the codes, with the fields that the status asks for: WWW-Authenticate for 401, Retry-After
// for 429 and 503.
[[nodiscard]] http::response answer_of(const refusal& refused);
[[nodiscard]] http::response answer_of(unsigned status, std::string_view code);

// The status that a failure of the database is for a client. Everything that may work a moment later is 503;
// the rest is our mistake, 500. The one table, first match:
//
//   failure                                       status
//   overloaded, timeout, lost, connect            503
//   server 08… connection exception               503
//   server 25006 read-only transaction            503   a standby: a failover is under way
//   server 40… transaction rollback               503
//   server 53… insufficient resources             503
//   server 55P03 lock not available               503
//   server 57… operator intervention              503   shutdown, and statement_timeout
//   server 58… system error                       503
//   server 3D000, 28…, 42501, 42P01               503   no database, role, right or table yet: set-up is not
//   done anything else                                 500
[[nodiscard]] unsigned status_of(const postgres::error& failed);

// The answer for it: its text goes to the log, never into a body.
[[nodiscard]] http::response answer_of(const postgres::error& failed);

} // namespace cruddur::app
