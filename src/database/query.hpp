#pragma once

#include "database/guard.hpp"
#include "postgres/rows.hpp"

#include <string_view>

namespace cruddur::database {

struct query_options {
    bool json = false; // the rows as a JSON array, made by PostgreSQL: one row of one column, "[]" of no rows
    confirmation confirm;
};

// Runs the one statement that the text holds, in a transaction of its own, and returns what it returned, as
// text. Where destroying would ask for the database's name, it is run read-only: a statement that PostgreSQL
// then refuses to have write asks as well, and runs again. Fails with `usage` where the text holds no
// statement or several; PostgreSQL's error has the line of the text and its place in it among its details.
[[nodiscard]] result<postgres::rows> query(const target& where, std::string_view text,
                                           const query_options& options, const report& progress);

} // namespace cruddur::database
