#pragma once

#include "app/answer/resources.hpp"
#include "http/router.hpp"
#include "http/static_file.hpp"

#include <memory>
#include <span>

namespace cruddur::app::door {

using answer::resources;
using ground::metrics_collector;

struct user_pool;

// Every route of the API, and behind them the page's files, which are told of `sign_in`, for one event loop.
// `with` outlives the table.
[[nodiscard]] std::shared_ptr<const http::router>
make_routes(const resources& with, std::span<const http::static_file> page, const user_pool& sign_in);

// What GET /api/configuration tells the page: nothing of it is secret.
[[nodiscard]] http::body_bytes configuration_of(const user_pool& sign_in);

// /metrics, for a listener of its own. `all` outlives the table.
[[nodiscard]] std::shared_ptr<const http::router> make_metrics_routes(const metrics_collector& all);

} // namespace cruddur::app::door
