#pragma once

#include "app/topics/topic.hpp"

#include <span>

namespace cruddur::app::topics {

// For load balancers and monitoring, and what the page has to know of its surroundings.
[[nodiscard]] std::span<const endpoint> operation_endpoints();

} // namespace cruddur::app::topics
