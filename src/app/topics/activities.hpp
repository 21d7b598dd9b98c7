#pragma once

#include "app/topics/topic.hpp"

#include <span>

namespace cruddur::app::topics {

// Posts and replies: one, and creation.
[[nodiscard]] std::span<const endpoint> activity_endpoints();

} // namespace cruddur::app::topics
