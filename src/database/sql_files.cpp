#include "database/sql_files.hpp"

#include "db/files.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <utility>

namespace cruddur::database {
namespace {

using std::filesystem::path;

constexpr std::uintmax_t file_bytes_max = 64U << 20U;

error unusable(const path& file, std::string message, std::string hint) {
    error out;
    out.kind = failure::usage;
    out.file = file.string();
    out.message = std::move(message);
    out.hint = std::move(hint);
    return out;
}

sql_file compiled_in(const sql::file& file) {
    return {fmt::format("{} (compiled in)", file.name), std::string{file.text}};
}

bool is_checkout(const path& top) {
    std::error_code failed;
    return std::filesystem::is_directory(top / "db" / "migrations", failed) &&
           std::filesystem::is_regular_file(top / "CMakeLists.txt", failed) &&
           std::filesystem::is_regular_file(top / "VERSION", failed);
}

} // namespace

sql_files::sql_files(path checkout)
    : checkout_(std::move(checkout)) {}

result<sql_file> sql_files::schema() const {
    return checkout_.empty() ? compiled_in(sql::schema) : read_sql(checkout_ / sql::schema.name);
}

result<sql_file> sql_files::seed() const {
    return checkout_.empty() ? compiled_in(sql::seed) : read_sql(checkout_ / sql::seed.name);
}

result<std::vector<migration>> sql_files::migrations() const {
    return checkout_.empty() ? built_in_migrations() : migrations_in(checkout_ / "db" / "migrations");
}

std::string sql_files::migrations_place() const {
    return checkout_.empty() ? "db/migrations (compiled in)" : (checkout_ / "db" / "migrations").string();
}

result<sql_file> read_sql(const path& file) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(file, failed);
    if (failed)
        return unusable(
            file, failed.message(),
            "See that the file is there, and who may read it; git checkout brings back one of this "
            "project's.");
    if (size > file_bytes_max)
        return unusable(file, "it is larger than 64 MiB",
                        "Split it, or load it by psql: cruddur db connect -- -f FILE");
    std::ifstream stream{file, std::ios::binary};
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream || (size > 0 && !text)) return unusable(file, "it cannot be read", "See who may read it.");
    return sql_file{file.string(), std::move(text).str()};
}

result<sql_files> find_sql_files(std::string_view named, const path& program) {
    std::error_code failed;
    if (!named.empty()) {
        const path top = std::filesystem::canonical(path{named}, failed);
        if (!failed && is_checkout(top)) return sql_files{top};
        return unusable(path{named}, "CRUDDUR_CHECKOUT names it, and it is no checkout of this project",
                        "Unset CRUDDUR_CHECKOUT: bin/cruddur sets it by itself.");
    }
    const path builds = program.parent_path().parent_path();
    if (builds.filename() == "build" && is_checkout(builds.parent_path()))
        return sql_files{builds.parent_path()};
    return sql_files{};
}

} // namespace cruddur::database
