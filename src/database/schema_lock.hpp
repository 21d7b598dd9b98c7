#pragma once

#include "database/error.hpp"
#include "database/report.hpp"
#include "postgres/plain_connection.hpp"

#include <chrono>

namespace cruddur::database {

// Takes the database's one lock for changes of its schema, an advisory lock of the session, which ends with
// it, however it ends. Whoever waits asks again and again instead of waiting in the server, where a waiting
// statement would be what CREATE INDEX CONCURRENTLY waits for. Fails, naming the holder, at the deadline.
[[nodiscard]] result<void> lock_schema(postgres::plain_connection& session, std::chrono::milliseconds timeout,
                                       const report& progress);

} // namespace cruddur::database
