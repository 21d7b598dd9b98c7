#include "database/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace cruddur::database {
namespace {

constexpr std::chrono::seconds connect_timeout_max{600};

// Seconds, as libpq has it; nothing, or what libpq takes for an endless wait, leaves ours.
std::chrono::milliseconds connect_timeout_of(const postgres::connection_url& url,
                                             std::chrono::milliseconds ours) {
    const auto text = url.get("connect_timeout");
    std::int64_t seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (seconds <= 0) return ours;
    return std::min(std::chrono::seconds{seconds}, connect_timeout_max);
}

result<postgres::plain_connection> open(const target& where, const postgres::connection_url& url,
                                        const session_params& params) {
    postgres::plain_params plain;
    plain.connect_timeout = connect_timeout_of(url, params.connect_timeout);
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
    if (auto advice = tls_advice(failed.message); !advice.empty()) failed.hint = std::move(advice);
    failed.message = fmt::format("could not connect to {}: {}", where.place(), failed.message);
    return failed;
}

bool shut(const error& failed) {
    return failed.sqlstate == "3D000" || failed.sqlstate == "42501" || failed.sqlstate == "55000";
}

} // namespace

std::string tls_advice(std::string_view message) {
    const auto says = [message](std::string_view words) {
        return message.find(words) != std::string_view::npos;
    };
    if (says("certificate verify failed") || says("root certificate file") || says("no root certificate"))
        return "This machine does not trust the server's certificate. Name the bundle that has its issuer: "
               "--ca-file FILE (for Amazon RDS: "
               "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem)";
    if (says("server certificate for"))
        return "Write the host in the URL as the certificate has it. If it is right, then this is another "
               "server: do not send it a password.";
    if (says("server does not support SSL"))
        return "This server has no TLS, which one on another machine must have. See that the host and the "
               "port are PostgreSQL's, and turn it on there (ssl = on). Where the way to it is safe by other "
               "means, say so in the URL: ?sslmode=disable";
    if (says("SSL")) return "See that the host and the port are PostgreSQL's: something else answers there.";
    return {};
}

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
