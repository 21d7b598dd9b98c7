#pragma once

#include "database/error.hpp"
#include "database/report.hpp"
#include "postgres/plain_connection.hpp"

#include <string>

namespace cruddur::database {

// Tables named users and activities that no migration has made, such as those of a course that one followed.
struct foreign_tables {
    bool users = false;
    bool activities = false;
    bool zoneless = false; // their times have no time zone
    std::string referrers; // what else refers to them: "public.likes, public.newest"; "" for nothing
    [[nodiscard]] bool any() const { return users || activities; }
};

// What stands in the way of the first migration. Refused where the tables have not the columns to be taken
// over by.
[[nodiscard]] result<foreign_tables> find_foreign_tables(postgres::plain_connection& session);

// Puts the tables aside, into the schema before_cruddur, where they stay as they were.
[[nodiscard]] result<void> move_foreign_tables(postgres::plain_connection& session);

// Copies their rows into the tables that the first migration has made, and tells what could not be kept as it
// was. Both belong into the transaction of that migration: all of it is done, or nothing.
[[nodiscard]] result<void> copy_foreign_rows(postgres::plain_connection& session, const foreign_tables& moved,
                                             const report& progress);

} // namespace cruddur::database
