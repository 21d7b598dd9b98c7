#include "admin/moderation.hpp"

#include "db/queries.hpp"

#include <fmt/format.h>

#include <charconv>

namespace cruddur::admin {
namespace {

database::error no_post(const target& where, std::string_view uuid) {
    return {.kind = database::failure::failed,
            .message = fmt::format("there is no post or reply {} in {}", uuid, where.place()),
            .hint = fmt::format("It may have expired or been deleted. What was reported of it is kept: {}",
                                command_text(where, "reports list"))};
}

database::error no_report(const target& where, std::string_view uuid) {
    return {.kind = database::failure::failed,
            .message = fmt::format("there is no report {} in {}", uuid, where.place()),
            .hint = fmt::format("Reports are kept for 90 days. Which there are: {} --all",
                                command_text(where, "reports list"))};
}

std::string text(const postgres::rows& rows, std::size_t column) {
    return std::string{rows.get(0, column).value_or("")};
}

} // namespace

result<postgres::rows> post(const target& where, std::string_view uuid, form wanted, const report& progress) {
    return look_at_one(where, queries::admin_activity, uuid, wanted, no_post(where, uuid), progress);
}

result<taken_post> take_down(const target& where, std::string_view uuid, const confirmation& confirm,
                             const report& progress) {
    auto session = database::open_guarded(where, {.report = progress});
    if (!session) return session.error();
    if (auto checked = database::check_destruction(where, session->facts, confirm); !checked)
        return checked.error();
    const auto gone = session->session.execute(queries::admin_take_down, {uuid});
    if (!gone) return explained(gone.error());
    if (gone->empty()) return no_post(where, uuid);
    taken_post made{text(*gone, 0), text(*gone, 1), text(*gone, 2)};
    const std::string open = text(*gone, 3);
    std::from_chars(open.data(), open.data() + open.size(), made.open_reports);
    database::tell(
        progress, database::event::kind::done,
        fmt::format("Took down the post of {}, with its replies, in {}", made.handle, where.place()));
    return made;
}

result<postgres::rows> reports(const target& where, unsigned limit, bool closed_too, form wanted,
                               const report& progress) {
    return look(where, queries::admin_reports, {std::to_string(limit), closed_too ? "true" : "false"}, wanted,
                progress);
}

result<postgres::rows> one_report(const target& where, std::string_view uuid, form wanted,
                                  const report& progress) {
    return look_at_one(where, queries::admin_report, uuid, wanted, no_report(where, uuid), progress);
}

result<closed_report> close_report(const target& where, std::string_view uuid, std::string_view by,
                                   const report& progress) {
    auto session = database::open_guarded(where, {.report = progress});
    if (!session) return session.error();
    const auto closed = session->session.execute(queries::admin_close_report, {uuid, by});
    if (!closed) return explained(closed.error());
    if (closed->empty()) return no_report(where, uuid);
    closed_report made{text(*closed, 0), text(*closed, 1), text(*closed, 2)};
    const bool just_now = closed->get(0, 3) == "t";
    database::tell(progress, database::event::kind::done,
                   just_now
                       ? fmt::format("Closed the report {} in the name of {}", made.uuid, made.closed_by)
                       : fmt::format("The report {} was closed by {} before", made.uuid, made.closed_by));
    return made;
}

result<postgres::rows> statistics(const target& where, form wanted, const report& progress) {
    return look(where, queries::admin_statistics, {}, wanted, progress);
}

} // namespace cruddur::admin
