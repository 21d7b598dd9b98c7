#pragma once

#include "app/topics/topic.hpp"

#include <span>

namespace cruddur::app::topics {

// Posts and replies by their words.
[[nodiscard]] std::span<const endpoint> search_endpoints();

} // namespace cruddur::app::topics
