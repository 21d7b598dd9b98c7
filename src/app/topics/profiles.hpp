#pragma once

#include "app/topics/topic.hpp"

#include <span>

namespace cruddur::app::topics {

// People: a profile with its posts, whom the caller follows, mutes and blocks, and what they say of
// themselves.
[[nodiscard]] std::span<const endpoint> profile_endpoints();

} // namespace cruddur::app::topics
