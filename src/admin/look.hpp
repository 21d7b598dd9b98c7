#pragma once

#include "database/guard.hpp"
#include "postgres/statement.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace cruddur::admin {

using database::confirmation;
using database::report;
using database::result;
using database::target;

// How what was found is wanted: as rows of text, or as one row with a JSON array of objects.
enum class form { rows, json };

// What a statement of ours finds in the target's database; refused where that is of another environment. The
// statement writes nothing.
[[nodiscard]] result<postgres::rows> look(const target& where, const postgres::statement& what,
                                          std::initializer_list<postgres::parameter> parameters, form wanted,
                                          const report& progress);
// The same where there is one or none: none is the failure that is given.
[[nodiscard]] result<postgres::rows> look_at_one(const target& where, const postgres::statement& what,
                                                 std::string_view name, form wanted,
                                                 const database::error& none, const report& progress);

// PostgreSQL's failure as one of these commands: what was named is no uuid, or this login may not do it.
[[nodiscard]] database::error explained(const postgres::error& failed);

[[nodiscard]] database::error nobody(const target& where, std::string_view handle);
// `cruddur admin users list` and the like, with prod at its end where that is meant.
[[nodiscard]] std::string command_text(const target& where, std::string_view words);

} // namespace cruddur::admin
