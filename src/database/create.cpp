#include "database/create.hpp"

#include "database/guard.hpp"
#include "database/session.hpp"
#include "db/queries.hpp"

#include <fmt/format.h>

namespace cruddur::database {

result<bool> exists(const target& where) {
    auto session = open_maintenance(where);
    if (!session) return session.error();
    const auto facts = read_facts(*session, where.database());
    if (!facts) return facts.error();
    return facts->exists;
}

result<void> create(const target& where, const report& progress) {
    auto session = open_maintenance(where, {.report = progress});
    if (!session) return session.error();
    tell(progress, event::kind::begun, fmt::format("Creating {}", where.place()));
    if (auto created = execute_composed(*session, queries::compose_create_database, {where.database()});
        !created)
        return created;
    const auto facts = read_facts(*session, where.database());
    if (!facts) return facts.error();
    if (auto marked = mark(*session, where, *facts); !marked) return marked;
    tell(progress, event::kind::done, fmt::format("Created {}, for {}", where.place(), name_of(where.where)));
    return {};
}

} // namespace cruddur::database
