#pragma once

#include "app/ground/background.hpp"
#include "app/ground/metrics.hpp"
#include "postgres/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace cruddur::app::door {

using ground::counter;
using ground::task_report;

// Deletes expired posts, idempotency keys that are a day old, reports of 90 days and all that is left of
// people who have left, for as long as it runs: a batch, a pause, and where nothing is left a longer pause.
// The replies of a post go with it. Nodes take turns by the statements' locks; a batch is small, so that no
// writer waits for it.
struct reaper_params {
    int batch = 200;
    std::chrono::milliseconds between_batches{50};
    std::chrono::milliseconds when_done{2'000};
};
boost::asio::awaitable<void> reap(postgres::client& database, counter& reaped, task_report& report,
                                  reaper_params params);

} // namespace cruddur::app::door
