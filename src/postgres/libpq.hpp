#pragma once

// What the files of this room share of libpq: owners of its objects, and its errors as ours.

#include "postgres/error.hpp"

#include <libpq-fe.h>

#include <memory>
#include <string>
#include <string_view>

namespace cruddur::postgres {

struct result_deleter {
    void operator()(PGresult* result) const { PQclear(result); }
};
struct connection_deleter {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
using result_ptr = std::unique_ptr<PGresult, result_deleter>;
using connection_ptr = std::unique_ptr<PGconn, connection_deleter>;

// The error that a result of status PGRES_FATAL_ERROR carries: all that PostgreSQL said, SQLSTATE first.
// `sent` is set.
[[nodiscard]] error error_of(const PGresult* failed);

// The error that a connection carries, as `kind`: libpq's message, which never quotes the password.
[[nodiscard]] error error_of(const PGconn* failed, failure kind);

// A connect's message, as libpq writes it at PQERRORS_VERBOSE, taken apart: libpq tells the SQLSTATE of a
// refused connect nowhere else ("FATAL:  28P01: password authentication failed …", then a LOCATION line).
[[nodiscard]] error connect_error_of(std::string_view verbose_message);

} // namespace cruddur::postgres
