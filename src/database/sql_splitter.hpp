#pragma once

#include "database/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cruddur::database {

// One statement of a script, without its semicolon and without the comments before it.
struct sql_statement {
    std::string_view text;          // of the script given to split_sql
    int line = 0;                   // of its first character, from 1
    std::vector<std::string> words; // its first words, at most four, in lower case
};

// Takes a script apart as PostgreSQL's own lexer would: quotes, E'' strings, dollar quotes, nested comments,
// semicolons within parentheses (rules) and within BEGIN ATOMIC … END bodies. Fails, with the line, on a
// quote or comment that is never closed, on a command of psql (\copy) and on a NUL character.
[[nodiscard]] result<std::vector<sql_statement>> split_sql(std::string_view script);

// BEGIN, COMMIT, ROLLBACK and the like, but for savepoints: what a script may not do that is run in one
// transaction.
[[nodiscard]] bool controls_transaction(const sql_statement& one);

} // namespace cruddur::database
