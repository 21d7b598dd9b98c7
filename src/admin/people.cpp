#include "admin/people.hpp"

#include "db/queries.hpp"

#include <fmt/format.h>

namespace cruddur::admin {
namespace {

constexpr std::string_view unique_violation = "23505";
constexpr std::string_view check_violation = "23514";
constexpr std::string_view deadlock = "40P01";

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

result<deleted_person> delete_person(const target& where, std::string_view handle,
                                     const confirmation& confirm, const report& progress) {
    auto session = database::open_guarded(where, {.report = progress});
    if (!session) return session.error();
    if (auto checked = database::check_destruction(where, session->facts, confirm); !checked)
        return checked.error();
    auto deleted = session->session.execute(queries::admin_delete_user, {handle});
    // Many rows of many people go with it: once in a while another's transaction waits for it the other way.
    if (!deleted && deleted.error().sqlstate == deadlock)
        deleted = session->session.execute(queries::admin_delete_user, {handle});
    if (!deleted) return explained(deleted.error());
    if (deleted->empty()) return nobody(where, handle);
    deleted_person gone{std::string{deleted->get(0, 0).value_or("")},
                        std::string{deleted->get(0, 1).value_or("")},
                        std::string{deleted->get(0, 2).value_or("")}};
    database::tell(progress, database::event::kind::done,
                   fmt::format("Deleted {}, and all that was theirs, from {}", gone.handle, where.place()));
    return gone;
}

} // namespace cruddur::admin
