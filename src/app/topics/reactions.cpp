#include "app/topics/reactions.hpp"

#include "app/answer/batch_writer.hpp"
#include "db/queries.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <array>

namespace cruddur::app::topics {

namespace asio = boost::asio;

namespace {

// The activity as its caller, who has just reacted, sees it.
http::response reacted_answer(const postgres::rows& rows, std::size_t row) {
    if (rows.is_null(row, 0)) return answer_of(404, "not_found");
    constexpr std::size_t liked = answer::activity::columns;
    auto shown = answer::activity_of(rows, row);
    shown.liked = rows.boolean(row, liked);
    shown.reposted = rows.boolean(row, liked + 1);
    answer::caller_marks marks;
    marks.in_rows = true;
    std::string body;
    answer::append_activity(body, shown, &marks);
    return http::response::json(http::body_bytes::of(std::move(body)));
}

// Once the database hears of it the write goes on, though its client has gone.
asio::awaitable<http::response> react(call& asked, const postgres::statement& how, std::string reaction) {
    const std::string& uuid = asked.request.parameters.at(0);
    if (!input::is_uuid(uuid)) co_return answer_of(404, "not_found");
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    std::vector<std::string> inputs{std::move(reaction), uuid, *asked.caller};
    const auto written = co_await asked.with.reactions->write(how, std::move(inputs));
    if (!written) co_return answer_of(written.error());
    if (!*written) co_return answer_of(401, "generic_401");
    co_return reacted_answer((*written)->rows, (*written)->row);
}

asio::awaitable<http::response> like(call& asked) {
    return react(asked, queries::add_reactions, "like");
}
asio::awaitable<http::response> unlike(call& asked) {
    return react(asked, queries::remove_reactions, "like");
}
asio::awaitable<http::response> repost(call& asked) {
    return react(asked, queries::add_reactions, "repost");
}
asio::awaitable<http::response> unrepost(call& asked) {
    return react(asked, queries::remove_reactions, "repost");
}

constexpr std::array<endpoint, 4> reaction_topic{{
    {.method = http::verb::put,
     .pattern = "/api/activities/:uuid/like",
     .who = caller_rule::required,
     .rate = rate_class::reaction,
     .coroutine = like},
    {.method = http::verb::delete_,
     .pattern = "/api/activities/:uuid/like",
     .who = caller_rule::required,
     .rate = rate_class::reaction,
     .coroutine = unlike},
    {.method = http::verb::put,
     .pattern = "/api/activities/:uuid/repost",
     .who = caller_rule::required,
     .rate = rate_class::reaction,
     .coroutine = repost},
    {.method = http::verb::delete_,
     .pattern = "/api/activities/:uuid/repost",
     .who = caller_rule::required,
     .rate = rate_class::reaction,
     .coroutine = unrepost},
}};

} // namespace

std::span<const endpoint> reaction_endpoints() {
    return reaction_topic;
}

} // namespace cruddur::app::topics
