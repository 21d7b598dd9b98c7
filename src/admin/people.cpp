#include "admin/people.hpp"

#include "db/queries.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

namespace cruddur::admin {
namespace {

constexpr std::string_view unique_violation = "23505";
constexpr std::string_view check_violation = "23514";
constexpr std::string_view deadlock = "40P01";
constexpr std::string_view rows_at_once = "500";
constexpr std::chrono::milliseconds another_turn{100};

// Deletes what is left of somebody who has left, step by step, as `cruddur serve` does beside it: each step
// is a short transaction, and while another is at it nothing is done here but waiting. Ends when nothing is
// left.
postgres::result<void> shed(postgres::plain_connection& session, std::string_view uuid) {
    for (;;) {
        const auto there = session.execute(queries::admin_has_left, {uuid});
        if (!there) return there.error();
        if (there->get(0, 0) != "t") return {};
        const auto posts = session.execute(queries::reap_expired, {rows_at_once});
        if (!posts && posts.error().sqlstate != deadlock) return posts.error();
        const auto rest = session.execute(queries::shed_person, {rows_at_once});
        if (!rest && rest.error().sqlstate != deadlock) return rest.error();
        if (rest && rest->empty()) std::this_thread::sleep_for(another_turn);
    }
}

} // namespace

result<postgres::rows> people(const target& where, unsigned limit, std::string_view term, form wanted,
                              const report& progress) {
    return look(where, queries::admin_users, {std::to_string(limit), term}, wanted, progress);
}

result<postgres::rows> person(const target& where, std::string_view handle, form wanted,
                              const report& progress) {
    return look_at_one(where, queries::admin_user, handle, wanted, nobody(where, handle), progress);
}

result<postgres::rows> person_export(const target& where, std::string_view handle, const report& progress) {
    return look_at_one(where, queries::admin_export_user, handle, form::rows, nobody(where, handle),
                       progress);
}

result<void> rename_person(const target& where, std::string_view handle, std::string_view new_handle,
                           const report& progress) {
    auto session = database::open_guarded(where, {.report = progress});
    if (!session) return session.error();
    const auto renamed = session->session.execute(queries::admin_rename_user, {handle, new_handle});
    if (!renamed && renamed.error().sqlstate == unique_violation)
        return database::error{.kind = database::failure::refused,
                               .message = fmt::format("the handle {} is somebody's already", new_handle),
                               .hint = "Choose another. Handles differ by more than upper and lower case."};
    if (!renamed && renamed.error().sqlstate == check_violation)
        return database::error{
            .kind = database::failure::usage,
            .message = fmt::format("\"{}\" cannot be a handle", new_handle),
            .hint = "A handle has 1 to 50 of the letters A to Z, digits and _ . - and neither begins "
                    "nor ends with a dot or a hyphen."};
    if (!renamed) return explained(renamed.error());
    if (renamed->empty()) return nobody(where, handle);
    database::tell(progress, database::event::kind::done,
                   fmt::format("{} is {} now, in {}", handle, new_handle, where.place()));
    return {};
}

result<disabled_person> disable_person(const target& where, std::string_view handle, const report& progress) {
    auto session = database::open_guarded(where, {.report = progress});
    if (!session) return session.error();
    const auto disabled = session->session.execute(queries::admin_disable_user, {handle});
    if (!disabled) return explained(disabled.error());
    if (disabled->empty()) return nobody(where, handle);
    disabled_person person{std::string{disabled->get(0, 0).value_or("")},
                           std::string{disabled->get(0, 1).value_or("")},
                           std::string{disabled->get(0, 2).value_or("")}};
    database::tell(progress, database::event::kind::done,
                   fmt::format("{} is disabled, in {}", person.handle, where.place()));
    return person;
}

result<enabled_person> enable_person(const target& where, std::string_view handle, const report& progress) {
    auto session = database::open_guarded(where, {.report = progress});
    if (!session) return session.error();
    const auto enabled = session->session.execute(queries::admin_enable_user, {handle});
    if (!enabled) return explained(enabled.error());
    if (enabled->empty()) return nobody(where, handle);
    enabled_person person{std::string{enabled->get(0, 0).value_or("")},
                          std::string{enabled->get(0, 1).value_or("")}};
    database::tell(progress, database::event::kind::done,
                   fmt::format("{} is not disabled, in {}", person.handle, where.place()));
    return person;
}

result<deleted_person> delete_person(const target& where, std::string_view handle,
                                     const confirmation& confirm, const report& progress) {
    auto session = database::open_guarded(where, {.report = progress});
    if (!session) return session.error();
    if (auto checked = database::check_destruction(where, session->facts, confirm); !checked)
        return checked.error();
    const auto left = session->session.execute(queries::admin_leave_user, {handle});
    if (!left) return explained(left.error());
    if (left->empty()) return nobody(where, handle);
    deleted_person gone{std::string{left->get(0, 0).value_or("")}, std::string{left->get(0, 1).value_or("")},
                        std::string{left->get(0, 2).value_or("")}};
    database::tell(progress, database::event::kind::begun,
                   fmt::format("Deleting what was {}'s", gone.handle));
    if (const auto done = shed(session->session, gone.uuid); !done) {
        auto failed = explained(done.error());
        failed.hint =
            fmt::format("{} is nobody already, and nothing of theirs is shown. 'cruddur serve' deletes "
                        "what is left of it. {}",
                        gone.handle, failed.hint);
        return failed;
    }
    database::tell(progress, database::event::kind::done,
                   fmt::format("Deleted {}, and all that was theirs, from {}", gone.handle, where.place()));
    return gone;
}

} // namespace cruddur::admin
