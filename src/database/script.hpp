#pragma once

#include "database/error.hpp"
#include "postgres/plain_connection.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace cruddur::database {

// Text of SQL and where it stands, for messages.
struct script {
    std::string file;
    int first_line = 1; // of the text, in the file
    std::string_view text;
};

// Runs each statement of a script, in order, and stops at the first error, which has file and line. Nothing
// runs when the script cannot be split. In a transaction, which is the caller's, the script may not control
// it; without one, each statement is a transaction of its own. Returns the number of statements.
enum class transactions { one, each };
[[nodiscard]] result<std::size_t> run_script(postgres::plain_connection& session, const script& script,
                                             transactions mode);

// Where the character stands that PostgreSQL counts as `position`, from 1, each as many bytes as UTF-8 makes
// of it; the text's end behind its last.
[[nodiscard]] std::size_t byte_offset(std::string_view text, int position);

// Takes back what a script has set in its session: user, role and settings.
[[nodiscard]] result<void> reset_settings(postgres::plain_connection& session);

// A script in one transaction of its own.
[[nodiscard]] result<std::size_t> run_file(postgres::plain_connection& session, const script& script);

} // namespace cruddur::database
