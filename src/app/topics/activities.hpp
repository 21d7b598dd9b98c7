#pragma once

#include "app/topics/topic.hpp"

#include <span>
#include <string>
#include <string_view>

namespace cruddur::app::topics {

// Posts and replies: one, a search, and creation.
[[nodiscard]] std::span<const endpoint> activity_endpoints();

// A text as an ILIKE pattern that finds it anywhere, whatever is in it.
[[nodiscard]] std::string pattern_of(std::string_view text);

} // namespace cruddur::app::topics
