#include "database/take_over.hpp"

#include "db/queries.hpp"

#include <fmt/format.h>

#include <charconv>

namespace cruddur::database {
namespace {

std::int64_t count_at(const postgres::rows& answer, std::size_t column) {
    const auto digits = answer.get(0, column).value_or("0");
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

// A warning for each kind of change that was made to some.
void tell_changes(const postgres::rows& answer, std::size_t first, std::initializer_list<const char*> kinds,
                  const report& progress) {
    for (const char* kind : kinds) {
        if (const auto count = count_at(answer, first); count > 0)
            tell(progress, event::kind::warning, fmt::format("{} {}", count, kind));
        ++first;
    }
}

result<void> copy_users(postgres::plain_connection& session, const report& progress) {
    const auto done = session.execute(queries::take_over_users);
    if (!done) return error_from(done.error());
    tell(progress, event::kind::done, fmt::format("Took over users: {}", count_at(*done, 0)));
    tell_changes(
        *done, 1,
        {"display names were missing or longer than 50 characters: filled in, or cut",
         "handles were missing, another's too, or of other characters than A-Z a-z 0-9 _ . -: changed",
         "e-mail addresses were none, or another's too: left out", "bios were longer than 160: cut",
         "cognito_user_ids were missing or another's too: made unique"},
        progress);
    return {};
}

result<void> copy_activities(postgres::plain_connection& session, const report& progress) {
    const auto done = session.execute(queries::take_over_activities);
    if (!done) return error_from(done.error());
    const auto all = count_at(*done, 0);
    const auto taken = count_at(*done, 1);
    tell(progress, event::kind::done, fmt::format("Took over activities: {} of {}", taken, all));
    tell_changes(*done, 2,
                 {"activities have no author among the users",
                  "activities have no message, or a longer one than 1024",
                  "replies named no activity that is there: they are posts now"},
                 progress);
    if (taken < all)
        tell(
            progress, event::kind::warning,
            fmt::format("{} were not taken, those included that are longer than a post's 280 characters, and "
                        "replies to one that was not taken",
                        all - taken));
    return {};
}

} // namespace

result<foreign_tables> find_foreign_tables(postgres::plain_connection& session) {
    const auto found = session.execute(queries::foreign_tables);
    if (!found) return error_from(found.error());
    foreign_tables out;
    for (std::size_t row = 0; row < found->size(); ++row) {
        const auto name = found->get(row, 0).value_or("");
        if (const auto unfit = found->get(row, 1)) {
            error refused;
            refused.kind = failure::refused;
            refused.message = fmt::format("there is a public.{} that cannot be taken over: {}", name, *unfit);
            refused.hint =
                fmt::format("Give it another name (ALTER TABLE public.{} RENAME TO …), or name another "
                            "database at the end of the URL, which 'cruddur db create' makes.",
                            name);
            return refused;
        }
        (name == "users" ? out.users : out.activities) = true;
        out.zoneless = out.zoneless || found->get(row, 2) == "t";
        if (const auto more = found->get(row, 3))
            out.referrers += fmt::format("{}{}", out.referrers.empty() ? "" : ", ", *more);
    }
    return out;
}

result<void> move_foreign_tables(postgres::plain_connection& session) {
    const auto moved = session.execute(queries::move_foreign_tables);
    if (!moved) return error_from(moved.error());
    return {};
}

result<void> copy_foreign_rows(postgres::plain_connection& session, const foreign_tables& moved,
                               const report& progress) {
    if (moved.users) {
        if (auto copied = copy_users(session, progress); !copied) return copied;
    }
    if (moved.activities) {
        if (auto copied = copy_activities(session, progress); !copied) return copied;
    }
    if (moved.zoneless) {
        const auto zone = session.execute("show timezone");
        if (!zone) return error_from(zone.error());
        tell(progress, event::kind::warning,
             fmt::format("Their times had no time zone: they were read as {}'s",
                         zone->get(0, 0).value_or("?")));
    }
    if (!moved.referrers.empty())
        tell(progress, event::kind::warning,
             fmt::format("{} refer to the tables as they were, in schema before_cruddur", moved.referrers));
    tell(progress, event::kind::done,
         "The tables as they were are in schema before_cruddur, whole. When nothing of them is needed any "
         "more: "
         "DROP SCHEMA before_cruddur CASCADE");
    return {};
}

} // namespace cruddur::database
