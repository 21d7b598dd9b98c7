#pragma once

#include "postgres/rows.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cruddur::app::answer {

// A post or reply, as every statement of activities selects it: the members are its first columns, in this
// order and in binary. The views live as long as the rows do.
struct activity {
    std::string_view uuid; // 16 bytes
    std::string_view display_name;
    std::string_view handle;
    std::string_view message;
    std::int32_t replies_count = 0;
    std::int32_t reposts_count = 0;
    std::int32_t likes_count = 0;
    std::optional<std::string_view> reply_to_activity_uuid; // 16 bytes
    std::optional<std::chrono::microseconds> expires_at;    // nullopt: never
    std::chrono::microseconds created_at{};                 // both since 1970
    bool liked = false; // by the caller whom the statement was asked for, where it says it: see says_marks
    bool reposted = false;

    static constexpr std::size_t columns = 10;
};
[[nodiscard]] activity activity_of(const postgres::rows& from, std::size_t row);
// Whether the rows say themselves what their caller has liked and reposted, in their last two columns; null
// where the caller is no user.
[[nodiscard]] bool says_marks(const postgres::rows& from);

// Which of a list's activities a caller has liked and reposted, and which a list leaves out for that caller:
// their author is muted or blocked by the caller, or blocks the caller.
struct caller_marks {
    postgres::uuid_list liked{{}};
    postgres::uuid_list reposted{{}};
    postgres::uuid_list hidden{{}};
    postgres::rows owner{}; // of the lists' bytes
    bool in_rows = false;   // the lists are empty: the activities say it themselves

    [[nodiscard]] bool empty() const { return liked.size() == 0 && reposted.size() == 0; }
};

// The one writer of an activity, whichever list it is for. With a caller it has `liked` and `reposted`.
// `more` are members that the list adds, each with its comma.
void append_activity(std::string& out, const activity& one, const caller_marks* caller,
                     std::string_view more = {});
// `count` rows from the `first` on, as an array.
void append_list(std::string& out, const postgres::rows& from, std::size_t first, std::size_t count,
                 const caller_marks* caller);
// The first `count` rows as an array; the one of them as an object.
[[nodiscard]] std::string list_json(const postgres::rows& from, std::size_t count,
                                    const caller_marks* caller);
[[nodiscard]] std::string activity_json(const postgres::rows& from, std::size_t row,
                                        const caller_marks* caller);

} // namespace cruddur::app::answer
