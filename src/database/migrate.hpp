#pragma once

#include "database/guard.hpp"
#include "database/migration.hpp"
#include "database/plan.hpp"
#include "database/report.hpp"
#include "database/target.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cruddur::database {

struct migrate_options {
    bool dry_run = false; // plans and tells; opens no transaction that writes, takes no lock
    std::chrono::milliseconds lock_timeout{60'000};
    std::chrono::milliseconds statement_timeout{3'600'000};
};

struct migrated {
    std::int64_t version = 0;
    std::string name;
    std::int64_t duration_ms = 0; // 0 in a dry run
};

// Applies each file that the database lacks, in the order of their numbers, under the schema's lock, and each
// in one transaction with its row of schema_migrations: a crash leaves the database before or after a file. A
// file without transaction is noted as begun, run, and noted as ended: one that was cut off is run again,
// once the invalid indexes that it left are gone. Users and activities of another making are taken over with
// the first file, in its transaction (take_over.hpp). Returns what was applied; stops at the first error.
[[nodiscard]] result<std::vector<migrated>> migrate(const target& where, std::span<const migration> files,
                                                    const migrate_options& options, const report& progress);

// Undoes the last `steps` migrations, newest first, in the same manner. Asks for the name in production.
[[nodiscard]] result<std::vector<migrated>> rollback(const target& where, std::span<const migration> files,
                                                     std::size_t steps, const migrate_options& options,
                                                     const confirmation& confirm, const report& progress);

// The rows of schema_migrations by version; none where there is no such table.
[[nodiscard]] result<std::vector<applied_migration>> read_applied(postgres::plain_connection& session);

} // namespace cruddur::database
