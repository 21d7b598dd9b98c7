#pragma once

#include "app/context.hpp"
#include "app/home.hpp"
#include "http/router.hpp"
#include "http/static_file.hpp"

#include <memory>
#include <span>

namespace cruddur::app {

struct user_pool;

// Every route of the API, and behind them the page's files, which are told of `sign_in`, for one event loop.
// `with` and `feed` outlive the table.
[[nodiscard]] std::shared_ptr<const http::router> make_routes(const context& with, home& feed,
                                                              std::span<const http::static_file> page,
                                                              const user_pool& sign_in);

// /metrics, for a listener of its own. `all` outlives the table.
[[nodiscard]] std::shared_ptr<const http::router> make_metrics_routes(const metrics_collector& all);

} // namespace cruddur::app
