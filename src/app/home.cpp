#include "app/home.hpp"

#include "app/answers.hpp"
#include "app/error_response.hpp"
#include "db/queries.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <array>
#include <charconv>
#include <string>

namespace cruddur::app {

namespace asio = boost::asio;
using clock = feed_snapshot::clock;

namespace {

// Behind these stands every post: the place where the first page begins.
constexpr std::string_view latest_time = "infinity";
constexpr std::string_view latest_uuid = "ffffffff-ffff-ffff-ffff-ffffffffffff";

// Its default first page, which is the same for anybody who is not signed in.
bool asks_for_snapshot(const http::request& from) {
    if (!from.query.empty()) return false;
    const auto token = bearer_token_of(from);
    return token && !*token;
}

std::chrono::milliseconds fresh_for(const postgres::rows& page) {
    const auto text = page.get(0, 3);
    if (!text) return feed_snapshot::age_max;
    std::int64_t ms = 0;
    std::from_chars(text->data(), text->data() + text->size(), ms);
    return std::chrono::milliseconds{ms};
}

std::shared_ptr<const http::rendered> finish(const postgres::rows& page) {
    http::rendered made;
    made.content_type = "application/json";
    made.cache_control = "no-cache";
    made.identity = page.get(0, 0).value_or("[]");
    made.etag = etag_of(made.identity);
    made.fields.emplace_back("Vary", "Authorization");
    if (const auto next = next_of(page))
        made.fields.emplace_back("Link", link_to(*next, home::path, "", page_limit_default));
    return std::make_shared<const http::rendered>(std::move(made));
}

http::response finished_response(feed_snapshot::page page) {
    http::response made;
    made.finished = std::move(page);
    return made;
}

} // namespace

// A statement under way, and the requests that wait for it.
struct home::rendering {
    rendering(const asio::any_io_executor& executor, std::uint64_t in)
        : generation{in}
        , done{executor, asio::steady_timer::time_point::max()} {}

    const std::uint64_t generation; // current before the statement was sent
    asio::steady_timer done;        // cancelled when it is
    feed_snapshot::page made;
    std::optional<postgres::error> failed;
};

home::home(const context& with)
    : with_{with} {}
home::~home() = default;

std::optional<http::response> home::finished(const http::request& from) const {
    if (!with_.use_snapshot || !asks_for_snapshot(from)) return std::nullopt;
    auto page = with_.snapshot.current(clock::now());
    if (!page) return std::nullopt;
    with_.metrics.snapshot_hits.add();
    return finished_response(std::move(page));
}

asio::awaitable<http::response> home::answer(http::request& from) {
    if (with_.use_snapshot && with_.snapshot.hears() && asks_for_snapshot(from))
        co_return co_await first_page(from);
    auto caller = co_await with_.callers.identify(from);
    if (!caller) co_return answer_of(caller.error());
    const auto wanted = page_of(from);
    if (!wanted) co_return answer_of(wanted.error());
    co_return co_await page_for(*wanted, std::move(*caller));
}

asio::awaitable<http::response> home::page_for(page wanted, std::optional<std::string> caller) {
    const std::string limit = std::to_string(wanted.limit);
    const std::string time = wanted.after ? wanted.after->created_at() : std::string{latest_time};
    const std::string uuid = wanted.after ? wanted.after->uuid : std::string{latest_uuid};
    const std::array<postgres::parameter, 4> parameters{limit, time, uuid, caller};
    const auto& statement = caller ? queries::home_feed_viewer : queries::home_feed;
    const std::span<const postgres::parameter> bound{parameters.data(), caller ? 4U : 3U};
    const auto rows = co_await with_.database.query(statement, bound, with_.options());
    if (!rows) co_return answer_of(rows.error());
    if (rows->empty()) co_return answer_of(401, "generic_401"); // a token of a user who is not there
    co_return page_answer(*rows, path, "", wanted.limit, caller ? audience::caller : audience::anybody);
}

asio::awaitable<http::response> home::first_page(const http::request&) {
    auto waited_for = under_way_;
    if (waited_for && waited_for->generation == with_.snapshot.generation()) {
        with_.metrics.snapshot_shared.add();
    } else {
        const auto executor = co_await asio::this_coro::executor;
        waited_for = begin_rendering(executor);
    }
    if (!waited_for->made && !waited_for->failed)
        co_await waited_for->done.async_wait(asio::as_tuple(asio::use_awaitable));
    if (waited_for->made) co_return finished_response(waited_for->made);
    if (waited_for->failed) co_return answer_of(*waited_for->failed);
    co_return answer_of(503, "unavailable");
}

std::shared_ptr<home::rendering> home::begin_rendering(asio::any_io_executor executor) {
    with_.metrics.snapshot_renders.add();
    auto begun = std::make_shared<rendering>(executor, with_.snapshot.generation());
    under_way_ = begun;
    // Not a part of the request that began it: others wait for it too, and live when that one's client goes.
    asio::co_spawn(executor, render(begun), [this, begun](const std::exception_ptr& thrown) {
        if (under_way_ == begun) under_way_.reset();
        if (thrown) spdlog::error("The home feed was not rendered: an exception");
        begun->done.cancel();
    });
    return begun;
}

asio::awaitable<void> home::render(std::shared_ptr<rendering> into) {
    const std::string limit = std::to_string(page_limit_default);
    const std::array<postgres::parameter, 3> parameters{limit, latest_time, latest_uuid};
    const auto sent = clock::now();
    const auto rows = co_await with_.database.query(queries::home_feed, parameters, with_.options());
    if (!rows) {
        into->failed = rows.error();
        co_return;
    }
    into->made = finish(*rows);
    const auto until = sent + std::min(fresh_for(*rows), std::chrono::milliseconds{feed_snapshot::age_max});
    if (with_.snapshot.install(into->generation, into->made, clock::now(), until)) with_.page_installed();
}

} // namespace cruddur::app
