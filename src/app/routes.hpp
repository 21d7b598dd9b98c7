#pragma once

#include "app/context.hpp"
#include "app/home.hpp"
#include "http/router.hpp"

#include <memory>

namespace cruddur::app {

// Every route of the API, for one event loop. `with` and `feed` outlive the table.
[[nodiscard]] std::shared_ptr<const http::router> make_routes(const context& with, home& feed);

} // namespace cruddur::app
