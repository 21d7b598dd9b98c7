#pragma once

#include "app/topics/topic.hpp"

#include <span>

namespace cruddur::app::topics {

[[nodiscard]] std::span<const endpoint> feed_endpoints();

} // namespace cruddur::app::topics
