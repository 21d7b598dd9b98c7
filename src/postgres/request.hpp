#pragma once

#include "postgres/error.hpp"
#include "postgres/rows.hpp"
#include "postgres/statement.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cruddur::postgres {

using clock = std::chrono::steady_clock;

// A statement that connections prepare by name; `index` is its place in each connection's list of what is
// prepared.
struct prepared_statement {
    std::string name;
    std::string sql;
    std::size_t index = 0;
};

// The statements that one client prepares. Grows by the statements the program has, never by what comes in.
class statement_registry {
public:
    const prepared_statement& find_or_add(const statement& what);

private:
    std::unordered_map<std::string_view, std::unique_ptr<prepared_statement>>
        statements_; // keys view the names
};

// Resumes the coroutine that awaits a query.
using query_handler =
    boost::asio::async_result<boost::asio::use_awaitable_t<>, void(result<rows>)>::handler_type;

// One statement on its way, with its parameters copied. Its place in memory does not change: libpq is given
// pointers into it.
struct request {
    const prepared_statement* what = nullptr; // nullptr: `sql` is sent unprepared
    std::string sql;
    std::string bytes;                        // the parameters, each with its NUL
    std::vector<const char*> values;          // into bytes; nullptr is NULL
    value_format format = value_format::text; // of the result
    clock::time_point deadline = clock::time_point::max();
    bool prepared_again = false; // its plan was found stale once: a second time is an error
    bool abandoned = false;      // nobody waits: the answer is swallowed
    bool overdue = false;        // abandoned because its time was over
    std::optional<query_handler> handler;

    // States what is to be run, from now on. False when a parameter holds a NUL, which PostgreSQL's text
    // cannot: libpq would cut the value short there.
    [[nodiscard]] bool fill(statement_registry& prepared, const statement& what,
                            std::span<const parameter> parameters, const query_options& options);
    // The parameters' part of it.
    [[nodiscard]] bool bind(std::span<const parameter> parameters);
};
using request_ptr = std::unique_ptr<request>;

// The handler of a request, which nothing cancels any more.
[[nodiscard]] query_handler take_handler(request& from);
// Calls it where it belongs; or, by `refuse`, not before this call has returned, because the one who asks is
// still suspending.
void complete(query_handler handler, result<rows> outcome);
void refuse(query_handler handler, error why);
[[nodiscard]] error nul_in_parameter();

// A request and what became of it.
struct answer {
    request_ptr who;
    result<rows> outcome;
    bool prepare_failed = false; // the error is PREPARE's, sent with this request
    bool plan_was_old = false;   // it ran what an earlier request had prepared
};

} // namespace cruddur::postgres
