#pragma once

#include "app/topics/topic.hpp"

#include <span>

namespace cruddur::app::topics {

// What concerns the caller: replies, mentions, likes and reposts.
[[nodiscard]] std::span<const endpoint> notification_endpoints();

} // namespace cruddur::app::topics
