#include "database/schema.hpp"

#include "database/schema_lock.hpp"
#include "database/script.hpp"
#include "database/session.hpp"
#include "db/queries.hpp"

#include <fmt/format.h>

namespace cruddur::database {
namespace {

constexpr std::chrono::minutes statement_timeout{10};
constexpr std::chrono::seconds lock_timeout{60};

// A schema of somebody's own keeps no book of migrations.
result<void> fill_checksums(postgres::plain_connection& session, std::span<const migration> migrations) {
    const auto state = session.execute(queries::schema_state);
    if (!state) return error_from(state.error());
    if (state->get(0, 0) != "t") return {};
    for (const auto& one : migrations) {
        const auto filled =
            session.execute(queries::fill_migration_checksum, {std::to_string(one.version), one.checksum});
        if (!filled) return error_from(filled.error());
    }
    return {};
}

} // namespace

result<bool> has_schema(const target& where) {
    auto session = open_session(where);
    if (!session) return session.error();
    const auto state = session->execute(queries::schema_state);
    if (!state) return error_from(state.error());
    return state->get(0, 1) == "t";
}

result<void> load_schema(const target& where, const sql_file& schema, std::span<const migration> migrations,
                         const report& progress) {
    auto open = open_guarded(where, {.statement_timeout = statement_timeout, .report = progress});
    if (!open) return open.error();
    auto& session = open->session;
    if (auto locked = lock_schema(session, lock_timeout, progress); !locked) return locked;
    tell(progress, event::kind::begun, fmt::format("Loading {} into {}", schema.name, where.place()));
    std::size_t count = 0;
    auto done = in_transaction(session, [&]() -> result<void> {
        const auto facts = read_facts(session, where.database());
        if (!facts) return facts.error();
        const auto ran = run_script(session, {schema.name, 1, schema.text}, transactions::one);
        if (!ran) return ran.error();
        count = *ran;
        if (auto reset = reset_settings(session); !reset) return reset;
        if (auto filled = fill_checksums(session, migrations); !filled) return filled;
        return mark(session, where, *facts);
    });
    if (!done) return done;
    tell(progress, event::kind::done,
         fmt::format("Loaded {} into {}: {} statements", schema.name, where.place(), count));
    return {};
}

result<void> seed(const target& where, const sql_file& rows, const confirmation& confirm,
                  const report& progress) {
    if (auto checked = check_seeding(where, confirm); !checked) return checked;
    auto open = open_guarded(where, {.statement_timeout = statement_timeout, .report = progress});
    if (!open) return open.error();
    tell(progress, event::kind::begun, fmt::format("Loading {} into {}", rows.name, where.place()));
    const auto ran = run_file(open->session, {rows.name, 1, rows.text});
    if (!ran) return ran.error();
    tell(progress, event::kind::done,
         fmt::format("Loaded {} into {}: {} statements", rows.name, where.place(), *ran));
    return {};
}

result<void> load_schema(const target& where, const sql_files& files, const report& progress) {
    const auto schema = files.schema();
    if (!schema) return schema.error();
    const auto migrations = files.migrations();
    if (!migrations) return migrations.error();
    return load_schema(where, *schema, *migrations, progress);
}

} // namespace cruddur::database
