#include "app/door/reaper.hpp"

#include "db/queries.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>

namespace cruddur::app::door {

namespace asio = boost::asio;

asio::awaitable<void> reap(postgres::client& database, counter& reaped, task_report& report,
                           reaper_params params) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer{executor};
    const std::string batch = std::to_string(params.batch);
    const std::array<postgres::parameter, 1> parameters{batch};
    for (;;) {
        const auto posts = co_await database.query(queries::reap_expired, parameters);
        const auto keys = co_await database.query(queries::forget_idempotency_keys, parameters);
        const auto reports = co_await database.query(queries::forget_reports, parameters);
        const auto people = co_await database.query(queries::shed_person, parameters);
        if (posts) reaped.add(static_cast<std::uint64_t>(posts->affected()));
        bool full = people && !people->empty();
        const postgres::result<postgres::rows>* failed = nullptr;
        for (const auto* each : {&posts, &keys, &reports, &people}) {
            if (!*each && failed == nullptr) failed = each;
            full = full || (*each && (*each)->affected() >= params.batch);
        }
        if (failed == nullptr) {
            report.succeeded();
        } else {
            report.failed(failed->error());
        }
        timer.expires_after(full ? params.between_batches : params.when_done);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

} // namespace cruddur::app::door
