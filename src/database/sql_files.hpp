#pragma once

#include "database/error.hpp"
#include "database/migration.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::database {

// A file of SQL as it is loaded: what messages call it, and its text.
struct sql_file {
    std::string name; // its path, or "db/schema.sql (compiled in)"
    std::string text;
};

// Where schema, seed and migrations are taken from: the db/ of a checkout, read anew each time, so that what
// somebody has edited is what is loaded; or the copies compiled into the program. A value.
class sql_files {
public:
    sql_files() = default; // those compiled in
    explicit sql_files(std::filesystem::path checkout);

    [[nodiscard]] result<sql_file> schema() const;
    [[nodiscard]] result<sql_file> seed() const;
    [[nodiscard]] result<std::vector<migration>> migrations() const;
    // "TOP/db/migrations", or "db/migrations (compiled in)".
    [[nodiscard]] std::string migrations_place() const;

private:
    std::filesystem::path checkout_; // "": none
};

// Any file of SQL. Fails with `usage` where it cannot be read, or is larger than 64 MiB.
[[nodiscard]] result<sql_file> read_sql(const std::filesystem::path& file);

// The files of the checkout that is named (CRUDDUR_CHECKOUT, which bin/cruddur sets), or that the program was
// built in: TOP/build/NAME/cruddur of a TOP that is one. The folder that one stands in is never asked: it may
// be anybody's. Compiled in where there is no checkout; a named folder that is none is an error, `usage`.
[[nodiscard]] result<sql_files> find_sql_files(std::string_view named, const std::filesystem::path& program);

} // namespace cruddur::database
