#pragma once

#include "database/migration.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cruddur::database {

// A row of public.schema_migrations.
struct applied_migration {
    std::int64_t version = 0;
    std::string name;
    std::optional<std::string> checksum; // nullopt: as in schema.sql
    bool ended = true;                   // false: begun outside of a transaction, and cut off
};

struct plan_step {
    const migration* file = nullptr; // of the migrations given
    bool mends = false;              // it was begun before, and cut off
};

struct plan {
    std::vector<plan_step> steps;           // in the order to do them
    std::vector<applied_migration> unknown; // the database has them, the files do not
};

// What is to be done to have every file, by version: those that the database lacks, and one that was cut
// off, first. Refused when a file is not what it was when it was applied.
[[nodiscard]] result<plan> plan_migrate(std::span<const migration> files,
                                        std::span<const applied_migration> applied);

// What undoes the last `steps` migrations of the database, newest first. Refused as above, and when one has
// no file or no down part.
[[nodiscard]] result<plan> plan_rollback(std::span<const migration> files,
                                         std::span<const applied_migration> applied, std::size_t steps);

} // namespace cruddur::database
