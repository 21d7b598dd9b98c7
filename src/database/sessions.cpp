#include "database/sessions.hpp"

#include "database/session.hpp"
#include "db/queries.hpp"

#include <fmt/format.h>

#include <charconv>

namespace cruddur::database {
namespace {

constexpr std::string_view not_allowed = "42501";

std::string text(const postgres::rows& rows, std::size_t row, std::size_t column) {
    return std::string{rows.get(row, column).value_or("")};
}

std::int64_t number_at(const postgres::rows& rows, std::size_t row, std::size_t column) {
    const auto digits = rows.get(row, column).value_or("0");
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

} // namespace

result<std::vector<session_row>> sessions_in(postgres::plain_connection& session,
                                             std::optional<std::string> database) {
    const auto found = session.execute(queries::sessions, {database});
    if (!found) return error_from(found.error());
    std::vector<session_row> all;
    for (std::size_t row = 0; row < found->size(); ++row) {
        session_row one;
        one.process_id = text(*found, row, 0);
        one.user = text(*found, row, 1);
        one.database = text(*found, row, 2);
        one.client_addr = text(*found, row, 3);
        one.application = text(*found, row, 4);
        one.state = text(*found, row, 5);
        one.age_s = number_at(*found, row, 6);
        one.in_state_s = number_at(*found, row, 7);
        one.waits_for = text(*found, row, 8);
        one.blocked_by = text(*found, row, 9);
        all.push_back(std::move(one));
    }
    return all;
}

result<std::vector<session_row>> sessions(const target& where) {
    auto session = open_maintenance(where);
    if (!session) return session.error();
    return sessions_in(*session, std::nullopt);
}

result<ended_sessions> kill_sessions(const target& where, const confirmation& confirm,
                                     const report& progress) {
    auto session = open_maintenance(where, {.report = progress});
    if (!session) return session.error();
    const auto facts = read_facts(*session, where.database());
    if (!facts) return facts.error();
    if (auto checked = check_destruction(where, *facts, confirm); !checked) return checked.error();
    const auto there = sessions_in(*session, where.database());
    if (!there) return there.error();
    ended_sessions out;
    const auto leave = [&](const session_row& one, std::string_view why) {
        ++out.left;
        tell(progress, event::kind::warning,
             fmt::format("session {} of {} was not ended: {}", one.process_id, one.user, why));
    };
    for (const auto& one : *there) {
        const auto done = session->execute(queries::end_session, {one.process_id, where.database()});
        if (!done && done.error().sqlstate != not_allowed) return error_from(done.error());
        if (!done) {
            leave(one, done.error().describe());
        } else if (done->empty()) {
            continue; // it went by itself
        } else if (done->get(0, 0) != "t") {
            leave(one, "it was told to, and is still there after 5 s");
        } else {
            out.ended.push_back(one);
        }
    }
    tell(progress, event::kind::done,
         fmt::format("Ended {} in {}", count_text(out.ended.size()), where.place()));
    return out;
}

std::string count_text(std::size_t sessions) {
    return sessions == 1 ? "1 session" : fmt::format("{} sessions", sessions);
}

} // namespace cruddur::database
