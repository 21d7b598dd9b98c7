#include "app/topics/feed.hpp"

#include "app/answer/feed.hpp"
#include "app/answer/shared_reader.hpp"
#include "db/queries.hpp"

#include <array>

namespace cruddur::app::topics {

namespace asio = boost::asio;

namespace {

constexpr answer::shared_statement shared_following{
    .few = queries::following_feed, .many = queries::following_feed, .many_callers = 0, .callers_max = 16};

// The posts of those whom the caller follows.
asio::awaitable<http::response> following(const call& asked) {
    const auto wanted = input::page_of(asked.request);
    if (!wanted) co_return answer_of(wanted.error());
    const auto texts = wanted->parameters();
    const std::array<postgres::parameter, 3> others{texts[0], texts[1], texts[2]};
    const auto rows = co_await asked.with.lists->read(shared_following, asked.caller, others);
    if (!rows) co_return answer_of(rows.error());
    if (rows->empty()) co_return answer_of(401, "generic_401");
    const answer::activity_page shown{rows->is_null(0, 0) ? postgres::rows{} : *rows, wanted->limit};
    co_return co_await answer::answer_list(asked, shown, answer::feed::path, "following=1");
}

asio::awaitable<http::response> home(call& asked) {
    const auto chosen = input::following_of(asked.request);
    if (!chosen) co_return answer_of(chosen.error());
    if (!*chosen) co_return co_await asked.with.home->answer(asked);
    if (!asked.caller) co_return answer_of(401, "generic_401");
    co_return co_await following(asked);
}

std::optional<http::response> home_at_once(const resources& with, const http::request& from) {
    return with.home->finished(from);
}

constexpr std::array<endpoint, 1> feed_topic{{
    {.method = http::verb::get,
     .pattern = answer::feed::path,
     .who = caller_rule::anybody,
     .coroutine = home,
     .at_once = home_at_once},
}};

} // namespace

std::span<const endpoint> feed_endpoints() {
    return feed_topic;
}

} // namespace cruddur::app::topics
