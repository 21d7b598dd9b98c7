#pragma once

#include <string_view>

namespace cruddur::postgres {

// One SQL statement with its parameters as $1, $2, …: a file of db/queries, embedded at build time. Both
// views are of static storage. The name is also the prepared statement's name, so it is unique in the
// program.
struct statement {
    std::string_view name;
    std::string_view sql;
};

} // namespace cruddur::postgres
