#pragma once

#include "app/topics/topic.hpp"

#include <span>

namespace cruddur::app::topics {

// What is the caller's own: shown, handed out, and deleted.
[[nodiscard]] std::span<const endpoint> account_endpoints();

} // namespace cruddur::app::topics
