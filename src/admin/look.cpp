#include "admin/look.hpp"

#include <fmt/format.h>

#include <vector>

namespace cruddur::admin {
namespace {

constexpr std::string_view json_head = "with found as (\n";
constexpr std::string_view json_tail =
    "\n) select coalesce(array_to_json(array_agg(row_to_json(found))), '[]'::json) from found";
constexpr std::string_view invalid_text = "22P02";
constexpr std::string_view not_allowed = "42501";

result<postgres::rows> run(const target& where, const postgres::statement& what,
                           std::initializer_list<postgres::parameter> parameters, form wanted,
                           const report& progress) {
    auto session = database::open_guarded(where, {.report = progress});
    if (!session) return session.error();
    const std::string text =
        wanted == form::json ? fmt::format("{}{}{}", json_head, what.sql, json_tail) : std::string{what.sql};
    auto found = session->session.execute(text, std::span<const postgres::parameter>{parameters});
    if (!found) return explained(found.error());
    return std::move(*found);
}

} // namespace

result<postgres::rows> look(const target& where, const postgres::statement& what,
                            std::initializer_list<postgres::parameter> parameters, form wanted,
                            const report& progress) {
    return run(where, what, parameters, wanted, progress);
}

result<postgres::rows> look_at_one(const target& where, const postgres::statement& what,
                                   std::string_view name, form wanted, const database::error& none,
                                   const report& progress) {
    auto found = run(where, what, {name}, wanted, progress);
    if (!found) return found;
    const bool there = wanted == form::json ? found->get(0, 0) != "[]" : !found->empty();
    if (!there) return none;
    return found;
}

database::error explained(const postgres::error& failed) {
    database::error out = database::error_from(failed);
    if (failed.sqlstate == invalid_text) {
        out.kind = database::failure::usage;
        out.hint = "A post or report is named by its uuid, such as 5eed0000-0000-4000-8000-000000000101.";
    }
    if (failed.sqlstate == not_allowed)
        out.hint =
            "This is for the database's owner: a URL whose user is a superuser, RDS's master user or a "
            "member of the role cruddur_owner.";
    return out;
}

database::error nobody(const target& where, std::string_view handle) {
    return {.kind = database::failure::failed,
            .message = fmt::format("nobody in {} has the handle {}", where.place(), handle),
            .hint = fmt::format("Who there is: {}", command_text(where, "users list"))};
}

std::string command_text(const target& where, std::string_view words) {
    return fmt::format("cruddur admin {}{}", words,
                       where.where == database::environment::production ? " prod" : "");
}

} // namespace cruddur::admin
