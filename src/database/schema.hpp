#pragma once

#include "database/report.hpp"
#include "database/target.hpp"

namespace cruddur::database {

// Whether the schema is there: schema-load would be refused, and migrate brings it up to date.
[[nodiscard]] result<bool> has_schema(const target& where);

// Runs db/schema.sql in one transaction, with the checksums of the migrations that it holds. A schema that is
// loaded already is an error, and nothing changes.
[[nodiscard]] result<void> load_schema(const target& where, const report& to);

// Runs db/seed.sql in one transaction. Seeding again changes nothing.
[[nodiscard]] result<void> seed(const target& where, const report& to);

} // namespace cruddur::database
