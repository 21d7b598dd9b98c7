#pragma once

#include "database/guard.hpp"
#include "database/report.hpp"
#include "database/sql_files.hpp"
#include "database/target.hpp"

#include <span>

namespace cruddur::database {

// Whether the schema is there: schema-load would be refused, and migrate brings it up to date.
[[nodiscard]] result<bool> has_schema(const target& where);

// Runs a schema in one transaction, and notes the checksums of the migrations that it holds, where it keeps
// book of them. db/schema.sql where it is loaded already is an error, and nothing changes.
[[nodiscard]] result<void> load_schema(const target& where, const sql_file& schema,
                                       std::span<const migration> migrations, const report& progress);

// The same with the schema of a checkout, or compiled in.
[[nodiscard]] result<void> load_schema(const target& where, const sql_files& files, const report& progress);

// Runs a seed in one transaction. Asks for the name in production.
[[nodiscard]] result<void> seed(const target& where, const sql_file& rows, const confirmation& confirm,
                                const report& progress);

} // namespace cruddur::database
