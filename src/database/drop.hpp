#pragma once

#include "database/guard.hpp"
#include "database/report.hpp"
#include "database/sql_files.hpp"
#include "database/target.hpp"

namespace cruddur::database {

struct drop_options {
    bool force = false; // ends the sessions that are connected
    confirmation confirm;
};

// DROP DATABASE. One that does not exist is not an error. Sessions in it are told, one a detail, and are a
// refusal without `force`.
[[nodiscard]] result<void> drop(const target& where, const drop_options& options, const report& progress);

// drop, create, load_schema and seed, up to the first that fails.
[[nodiscard]] result<void> setup(const target& where, const sql_files& files, const drop_options& options,
                                 const report& progress);

} // namespace cruddur::database
