#include "cloud/fleet/engine_users.hpp"

#include "cloud/ground/state.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <memory>

namespace cruddur::cloud::fleet {

namespace {

constexpr int patience_ms = 5'000;
constexpr const char* users_sql = R"sql(
    select identifier || ' (' || region || ')' from db_instance i
    where server_major = ?1 or exists (
        select 1 from db_instance_pending p
        where p.resource_id = i.resource_id and p.name = 'EngineVersion' and p.value like ?1 || '.%')
    order by 1)sql";

} // namespace

std::vector<std::string> engine_users(const std::filesystem::path& state_folder, int major) {
    const auto file = state_folder / "state.db";
    if (!std::filesystem::exists(file)) return {};
    sqlite3* opened = nullptr;
    const int failed = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
    const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> db{opened, &sqlite3_close};
    const auto must = [&](int outcome, int wanted) {
        if (outcome == wanted) return;
        throw ground::state_error{
            fmt::format("{} cannot be read: {}", file.string(), db ? sqlite3_errmsg(db.get()) : "no memory")};
    };
    must(failed, SQLITE_OK);
    sqlite3_busy_timeout(db.get(), patience_ms);
    if (sqlite3_table_column_metadata(db.get(), nullptr, "db_instance", nullptr, nullptr, nullptr, nullptr,
                                      nullptr, nullptr) != SQLITE_OK)
        return {}; // not a table yet
    sqlite3_stmt* prepared = nullptr;
    must(sqlite3_prepare_v2(db.get(), users_sql, -1, &prepared, nullptr), SQLITE_OK);
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement{prepared, &sqlite3_finalize};
    sqlite3_bind_int(statement.get(), 1, major);
    std::vector<std::string> out;
    int step = sqlite3_step(statement.get());
    for (; step == SQLITE_ROW; step = sqlite3_step(statement.get()))
        out.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 0)));
    must(step, SQLITE_DONE);
    return out;
}

} // namespace cruddur::cloud::fleet
