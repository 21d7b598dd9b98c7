#include "app/door/feed_notifier.hpp"

#include "db/queries.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <exception>

namespace cruddur::app::door {

namespace asio = boost::asio;

feed_notifier::feed_notifier(asio::any_io_executor executor, postgres::client& database, std::string node,
                             task_report& report)
    : executor_{std::move(executor)}
    , database_{database}
    , node_{std::move(node)}
    , report_{report} {}

void feed_notifier::notify() {
    wanted_ = true;
    if (sending_) return;
    sending_ = true;
    asio::co_spawn(executor_, ground::keep_running([this] { return send(); }, report_),
                   [this](const std::exception_ptr&) { sending_ = false; });
}

asio::awaitable<void> feed_notifier::send() {
    constexpr std::chrono::milliseconds pause{100};
    const std::array<postgres::parameter, 1> parameters{node_};
    asio::steady_timer timer{executor_};
    while (wanted_) {
        wanted_ = false;
        const auto sent = co_await database_.query(queries::notify_feed, parameters);
        if (sent) {
            report_.succeeded();
            continue;
        }
        wanted_ = true;
        report_.failed(sent.error());
        timer.expires_after(pause);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

} // namespace cruddur::app::door
