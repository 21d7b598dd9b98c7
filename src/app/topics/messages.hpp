#pragma once

#include "app/topics/topic.hpp"

#include <span>

namespace cruddur::app::topics {

// Conversations of two people.
[[nodiscard]] std::span<const endpoint> message_endpoints();

} // namespace cruddur::app::topics
