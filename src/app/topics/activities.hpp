#pragma once

#include "app/topics/topic.hpp"

#include <span>

namespace cruddur::app::topics {

// Posts and replies: one, creation and deletion.
[[nodiscard]] std::span<const endpoint> activity_endpoints();

} // namespace cruddur::app::topics
