#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace cruddur::postgres {

// One SQL statement with its parameters as $1, $2, …: a file of db/queries, embedded at build time. Both
// views are of static storage. The name is also the prepared statement's name, so it is unique in the
// program.
struct statement {
    std::string_view name;
    std::string_view sql;
};

// A parameter in text format; nullopt is NULL. The bytes are copied when a query is begun.
using parameter = std::optional<std::string_view>;

// How the server writes the values of a result: as text, or each type in its own binary form, which costs it
// less and which `rows` reads without parsing.
enum class value_format { text = 0, binary = 1 };

struct query_options {
    // From now; covers the wait for a connection, the sending and the answer.
    std::chrono::milliseconds timeout{5'000};
    value_format format = value_format::text;
};

} // namespace cruddur::postgres
