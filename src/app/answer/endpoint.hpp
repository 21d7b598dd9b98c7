#pragma once

#include "app/answer/answer.hpp"
#include "app/answer/resources.hpp"
#include "app/ground/rate_limiter.hpp"
#include "http/router.hpp"
#include "postgres/statement.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::app::answer {

using input::checked;
using input::page;

// Who may call a route. A token that does not hold is refused by all but `nobody`, which looks at none.
enum class caller_rule { nobody, anybody, required };

// What a route's inputs come to: the parameters of its statement, in order. Where the route looks at callers
// at all the statement has one before them, $1: the subject of the caller's token, null for nobody.
struct bound_inputs {
    std::vector<std::string> parameters;
    page wanted{};       // of a list
    std::string query{}; // of a list's own, encoded: stands in the next page's Link
};

// A request whose caller has been identified.
struct call {
    const resources& with;
    http::request& request;
    std::optional<std::string> caller; // the subject of its token
};

// What a route answers where a statement is all that it does.
enum class answer_kind {
    document,   // the JSON that the statement renders as its first row and column; 404 without one
    outcome,    // the row (status integer, body text): with 200 JSON, else the code; 401 without a row, as a
                // caller has who is no user
    list,       // a page that the statement renders: the row (body, created_at, uuid), the place of its last
                // entry where there are more and null where not; 404 without a row, and 401 where
                // the body is null, as a caller has who is no user
    activity,   // one, by the caller's marks; 404 without a row
    activities, // a page of them, by the caller's marks
};

// What a write that succeeded has changed of what is kept between requests.
enum class effect { none, feed };

// One route: who may call it, how its inputs are read and checked before a connection is taken, and the
// statement that answers it; or a coroutine, where more is needed than that. Where `at_once` has an answer
// the rest is left out: it neither suspends nor asks the database.
struct endpoint {
    http::verb method;
    std::string_view pattern;
    caller_rule who;
    std::size_t body_bytes_max = 0; // 0: as the server has it

    checked<bound_inputs> (*inputs)(const http::request&) = nullptr;
    const postgres::statement* statement = nullptr;
    answer_kind kind = answer_kind::document;
    effect changes = effect::none;
    ground::rate_class rate = ground::rate_class::none; // of which a request takes a turn of its caller's
    bool slow = false; // the statement may take long: it runs beside the others

    boost::asio::awaitable<http::response> (*coroutine)(call&) = nullptr;
    std::optional<http::response> (*at_once)(const resources&, const http::request&) = nullptr;
};

// Adds a topic's routes to the table. `with` and the endpoints outlive it.
void add_endpoints(http::router& table, std::span<const endpoint> of, const resources& with);

// Runs a statement that writes. It goes on though its client has gone. One that was overtaken is tried once
// more.
boost::asio::awaitable<postgres::result<postgres::rows>>
write(const call& asked, const postgres::statement& what, std::span<const postgres::parameter> parameters);

// The answer of a statement's outcome (answer_kind::outcome).
[[nodiscard]] http::response outcome_answer(const postgres::rows& rows, bool reads);

// What the caller, who is somebody, has liked and reposted of a list: as its rows say it, or else by a
// statement more. nullopt: there is no such user.
boost::asio::awaitable<postgres::result<std::optional<caller_marks>>> marks_of(const call& asked,
                                                                               const activity_page& shown);
// Writes a page of activities as its caller sees it.
boost::asio::awaitable<http::response> answer_list(const call& asked, const activity_page& shown,
                                                   std::string_view path, std::string_view query);
// The uuids of the activities shown, as the text of a uuid[].
[[nodiscard]] std::string uuids_of(const activity_page& shown);
// The answer, once the caller's marks are there.
[[nodiscard]] http::response list_answer(const activity_page& shown, const caller_marks* caller,
                                         std::string_view path, std::string_view query);

} // namespace cruddur::app::answer
