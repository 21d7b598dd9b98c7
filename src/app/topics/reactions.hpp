#pragma once

#include "app/topics/topic.hpp"

#include <span>

namespace cruddur::app::topics {

// Likes and reposts, given and taken back.
[[nodiscard]] std::span<const endpoint> reaction_endpoints();

} // namespace cruddur::app::topics
