#pragma once

#include "app/topics/topic.hpp"

#include <span>

namespace cruddur::app::topics {

// What people tell the moderators of.
[[nodiscard]] std::span<const endpoint> report_endpoints();

} // namespace cruddur::app::topics
