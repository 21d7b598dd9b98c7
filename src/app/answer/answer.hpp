#pragma once

#include "app/answer/activity_json.hpp"
#include "app/input/validation.hpp"
#include "http/message.hpp"
#include "postgres/error.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cruddur::app::answer {

using input::cursor;
using input::page_limit_default;
using input::refusal;

// A JSON array of the codes, with the fields that the status asks for: WWW-Authenticate for 401, Retry-After
// for 503.
[[nodiscard]] http::response answer_of(const refusal& refused);
[[nodiscard]] http::response answer_of(unsigned status, std::string_view code);

// 429, and after how long to try again.
[[nodiscard]] http::response too_many(std::chrono::seconds wait);

// The status that a failure of the database is for a client. Everything that may work a moment later is 503;
// the rest is our mistake, 500. The one table, first match:
//
//   failure                                       status
//   overloaded, timeout, lost, connect            503
//   server 08… connection exception               503
//   server 25006 read-only transaction            503   a standby: a failover is under way
//   server 40… transaction rollback               503
//   server 53… insufficient resources             503
//   server 55P03 lock not available               503
//   server 57… operator intervention              503   shutdown, and statement_timeout
//   server 58… system error                       503
//   server 3D000, 28…, 42501, 42P01               503   no database, role, right or table yet: set-up is not
//   done anything else                                 500
[[nodiscard]] unsigned status_of(const postgres::error& failed);

// Whether a statement was overtaken by another transaction, and asked again sees what that one has done: the
// two waited for each other and this one was ended, or a row that it had seen and refers to has been deleted
// since. It has done nothing.
[[nodiscard]] bool was_overtaken(const postgres::error& failed);

// The answer for it: its text goes to the log, never into a body.
[[nodiscard]] http::response answer_of(const postgres::error& failed);

// A strong entity tag, quoted: of the bytes alone, so that it is the same on every node.
[[nodiscard]] std::string etag_of(std::string_view body);

// Whom an answer is for: with a caller it is not to be kept by a shared cache, nor given to another.
enum class audience { everybody, anybody, caller };
[[nodiscard]] std::string_view cache_control_of(audience to);
// An answer to a read, with its entity tag. What is for everybody is the same with and without a token.
[[nodiscard]] http::response read_answer(http::body_bytes body, audience to);

// A Link's value that names the next page: the path with `query` (encoded, "" for none), limit and cursor.
[[nodiscard]] std::string next_link(std::string_view path, std::string_view query, unsigned limit,
                                    const cursor& behind);

// Where an activity stands in lists.
[[nodiscard]] cursor place_of(const postgres::rows& from, std::size_t row);

// The rows of a list: of `limit` activities, and one more where there is a next page.
struct activity_page {
    postgres::rows rows;
    unsigned limit = page_limit_default;

    // How many are shown.
    [[nodiscard]] std::size_t size() const { return std::min<std::size_t>(rows.size(), limit); }
    // Where the next page begins; nullopt when this is the last.
    [[nodiscard]] std::optional<cursor> next() const;
    // A Link's value, where there is a next page.
    [[nodiscard]] std::optional<std::string> link(std::string_view path, std::string_view query) const;
};

} // namespace cruddur::app::answer
