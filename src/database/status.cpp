#include "database/status.hpp"

#include "database/session.hpp"
#include "db/queries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace cruddur::database {
namespace {

std::int64_t number(std::optional<std::string_view> digits) {
    std::int64_t value = 0;
    if (digits) std::from_chars(digits->data(), digits->data() + digits->size(), value);
    return value;
}

result<void> read_migrations(postgres::plain_connection& session, std::span<const migration> files,
                             database_status& into) {
    const auto applied = read_applied(session);
    if (!applied) return applied.error();
    for (const auto& one : *applied) {
        if (one.ended) into.schema_version = std::max(into.schema_version, one.version);
    }
    const auto planned = plan_migrate(files, *applied);
    if (!planned) {
        into.trouble = describe(planned.error());
        return {};
    }
    for (const auto& step : planned->steps)
        into.pending.push_back(fmt::format("{:04}_{}", step.file->version, step.file->name));
    return {};
}

} // namespace

result<database_status> status(const target& where, std::span<const migration> files) {
    auto session = open_session(where);
    if (!session) return session.error();
    const auto facts = read_facts(*session, where.database());
    if (!facts) return facts.error();
    const auto server = session->execute(queries::server_status);
    if (!server) return error_from(server.error());
    const auto tables = session->execute(queries::table_sizes);
    if (!tables) return error_from(tables.error());

    database_status out;
    out.marked = facts->marked;
    out.server_version = server->get(0, 0).value_or("");
    out.user = server->get(0, 1).value_or("");
    out.tls = server->get(0, 2).value_or("");
    out.bytes = number(server->get(0, 3));
    out.sessions = number(server->get(0, 4));
    out.server_sessions = number(server->get(0, 5));
    out.sessions_max = number(server->get(0, 6));
    out.standby = server->get(0, 7) == "t";
    for (std::size_t row = 0; row < tables->size(); ++row) {
        out.tables.push_back({std::string{tables->get(row, 0).value_or("")}, number(tables->get(row, 1)),
                              number(tables->get(row, 2))});
    }
    if (auto read = read_migrations(*session, files, out); !read) return read.error();
    return out;
}

} // namespace cruddur::database
