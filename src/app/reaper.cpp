#include "app/reaper.hpp"

#include "db/queries.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <array>

namespace cruddur::app {

namespace asio = boost::asio;

asio::awaitable<void> reap(postgres::client& database, counter& reaped, reaper_params params) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer{executor};
    const std::string batch = std::to_string(params.batch);
    const std::array<postgres::parameter, 1> parameters{batch};
    for (;;) {
        const auto done = co_await database.query(queries::reap_expired, parameters);
        if (!done) spdlog::debug("Nothing was reaped: {}", done.error().describe());
        const std::int64_t posts = done ? done->affected() : 0;
        reaped.add(static_cast<std::uint64_t>(posts));
        timer.expires_after(posts < params.batch ? params.when_done : params.between_batches);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

} // namespace cruddur::app
