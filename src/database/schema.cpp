#include "database/schema.hpp"

#include "database/guard.hpp"
#include "database/migration.hpp"
#include "database/schema_lock.hpp"
#include "database/script.hpp"
#include "database/session.hpp"
#include "db/files.hpp"
#include "db/queries.hpp"

#include <fmt/format.h>

namespace cruddur::database {
namespace {

constexpr std::chrono::minutes statement_timeout{10};
constexpr std::chrono::seconds lock_timeout{60};

// A session of the target that is not another environment's.
result<postgres::plain_connection> open_checked(const target& where, const report& to) {
    auto session = open_session(where, {.statement_timeout = statement_timeout, .report = to});
    if (!session) return session;
    const auto facts = read_facts(*session, where.database());
    if (!facts) return facts.error();
    if (const auto checked = check_environment(where, *facts); !checked) return checked.error();
    return session;
}

result<void> fill_checksums(postgres::plain_connection& session) {
    const auto migrations = built_in_migrations();
    if (!migrations) return migrations.error();
    for (const auto& one : *migrations) {
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

result<void> load_schema(const target& where, const report& to) {
    auto session = open_checked(where, to);
    if (!session) return session.error();
    if (auto locked = lock_schema(*session, lock_timeout, to); !locked) return locked;
    tell(to, event::kind::begun, fmt::format("Loading {} into {}", sql::schema.name, where.place()));
    std::size_t count = 0;
    auto done = in_transaction(*session, [&]() -> result<void> {
        const auto facts = read_facts(*session, where.database());
        if (!facts) return facts.error();
        const auto ran =
            run_script(*session, {std::string{sql::schema.name}, 1, sql::schema.text}, transactions::one);
        if (!ran) return ran.error();
        count = *ran;
        if (auto filled = fill_checksums(*session); !filled) return filled;
        return mark(*session, where, *facts);
    });
    if (!done) return done;
    tell(to, event::kind::done,
         fmt::format("Loaded {} into {}: {} statements", sql::schema.name, where.place(), count));
    return {};
}

result<void> seed(const target& where, const report& to) {
    auto session = open_checked(where, to);
    if (!session) return session.error();
    tell(to, event::kind::begun, fmt::format("Loading {} into {}", sql::seed.name, where.place()));
    const auto ran = run_file(*session, {std::string{sql::seed.name}, 1, sql::seed.text});
    if (!ran) return ran.error();
    tell(to, event::kind::done,
         fmt::format("Loaded {} into {}: {} statements", sql::seed.name, where.place(), *ran));
    return {};
}

} // namespace cruddur::database
