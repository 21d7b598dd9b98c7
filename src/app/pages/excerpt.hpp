#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cruddur::app::pages {

// The text on one line, at most `characters_max` code points, with an ellipsis where some are left out.
[[nodiscard]] std::string excerpt(std::string_view text, std::size_t characters_max);

} // namespace cruddur::app::pages
