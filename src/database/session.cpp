#include "database/session.hpp"

#include <fmt/format.h>

#include <array>

namespace cruddur::database {
namespace {

result<postgres::plain_connection> open(const target& where, const postgres::connection_url& url,
                                        const session_params& params) {
    postgres::plain_params plain;
    plain.connect_timeout = params.connect_timeout;
    plain.statement_timeout = params.statement_timeout;
    if (params.report) {
        plain.notice = [to = params.report](const postgres::error& notice) {
            tell(to, event::kind::warning, notice.describe());
        };
    }
    const auto options = fmt::format("-c client_min_messages=warning {}", url.get("options"));
    auto opened = postgres::plain_connection::open(
        url.with("client_encoding", "UTF8").with("options", options), std::move(plain));
    if (opened) return std::move(*opened);
    error failed = error_from(opened.error());
    failed.message = fmt::format("could not connect to {}: {}", where.place(), failed.message);
    return failed;
}

bool shut(const error& failed) {
    return failed.sqlstate == "3D000" || failed.sqlstate == "42501" || failed.sqlstate == "55000";
}

} // namespace

result<postgres::plain_connection> open_session(const target& where, session_params params) {
    return open(where, where.url, params);
}

result<postgres::plain_connection> open_maintenance(const target& where, session_params params) {
    std::optional<error> failed;
    for (const char* name : {"postgres", "template1"}) {
        if (where.database() == name) continue;
        auto opened = open(where, where.url.with("dbname", name), params);
        if (opened || !shut(opened.error())) return opened;
        failed = opened.error();
    }
    return *failed;
}

result<void> execute_composed(postgres::plain_connection& session, const postgres::statement& composer,
                              std::initializer_list<postgres::parameter> parameters) {
    const auto composed = session.execute(composer, parameters);
    if (!composed) return error_from(composed.error());
    if (composed->empty()) return {};
    const auto done = session.execute(composed->get(0, 0).value_or(""));
    if (!done) return error_from(done.error());
    return {};
}

result<void> in_transaction(postgres::plain_connection& session, const std::function<result<void>()>& work) {
    if (const auto begun = session.execute("begin"); !begun) return error_from(begun.error());
    if (auto done = work(); !done) {
        // A session that is over has rolled back by itself.
        static_cast<void>(session.execute("rollback"));
        return done;
    }
    if (const auto committed = session.execute("commit"); !committed) return error_from(committed.error());
    return {};
}

} // namespace cruddur::database
