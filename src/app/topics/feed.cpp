#include "app/topics/feed.hpp"

#include "app/answer/feed.hpp"

#include <array>

namespace cruddur::app::topics {

namespace asio = boost::asio;

namespace {

asio::awaitable<http::response> home(call& asked) {
    return asked.with.home->answer(asked);
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
