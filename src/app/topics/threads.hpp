#pragma once

#include "app/topics/topic.hpp"

#include <span>

namespace cruddur::app::topics {

// An activity with its replies.
[[nodiscard]] std::span<const endpoint> thread_endpoints();

} // namespace cruddur::app::topics
