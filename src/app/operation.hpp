#pragma once

#include "app/endpoint.hpp"

#include <span>

namespace cruddur::app {

// For load balancers and monitoring, and what the page has to know of its surroundings.
[[nodiscard]] std::span<const endpoint> operation_endpoints();

} // namespace cruddur::app
