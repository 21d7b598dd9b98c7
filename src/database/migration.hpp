#pragma once

#include "database/error.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::database {

// A part of a migration's file: its SQL, and the line where it begins.
struct migration_part {
    std::string sql;
    int first_line = 1;
};

// One numbered file, NNNN_name.sql:
//   -- cruddur: no transaction   (where wanted: each statement is its own, and can be run again)
//   -- cruddur: up
//   …
//   -- cruddur: down             (without it the migration cannot be rolled back)
//   …
struct migration {
    std::int64_t version = 0;
    std::string name;     // without number and suffix
    std::string file;     // for messages
    std::string checksum; // SHA-256 of the whole file, in hexadecimal
    bool transaction = true;
    migration_part up;
    std::optional<migration_part> down;
};

// Fails with `usage`, and the line, on a name that is not NNNN_name.sql, on an unknown directive, on SQL
// before the first part and on a file without an up part.
[[nodiscard]] result<migration> parse_migration(std::string_view file, std::string_view text);

// By version, which no two have: those compiled into the program, and those of a folder's *.sql.
[[nodiscard]] result<std::vector<migration>> built_in_migrations();
[[nodiscard]] result<std::vector<migration>> migrations_in(const std::filesystem::path& folder);

} // namespace cruddur::database
