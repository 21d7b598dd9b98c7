#pragma once

#include "postgres/error.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <vector>

namespace cruddur::database {

// What a command ends with when it does not end well; each is an exit code of the program.
enum class failure {
    failed,      // it was tried, and PostgreSQL or a file of SQL stopped it
    usage,       // a malformed URL, name or folder: nothing was done
    refused,     // for safety: nothing was done
    unreachable, // no session could be opened
};

// A failure as the operator is told it: what happened (with SQLSTATE and condition), what more is known, and
// what to do next. `file` and `line` tell the SQL it happened in; "" and 0 where it was no file. No text
// holds a password.
struct error {
    failure kind = failure::failed;
    std::string message{};
    std::vector<std::string> details{};
    std::string hint{};
    std::string sqlstate{};
    std::string file{};
    int line = 0;
};

template<class T>
using result = boost::system::result<T, error>;

// PostgreSQL's failure as one of this room.
[[nodiscard]] error error_from(const postgres::error& failed);

// "db/schema.sql:34: relation "users" exists (42P07 duplicate_table)", without the details and the hint.
[[nodiscard]] std::string describe(const error& failed);

} // namespace cruddur::database
