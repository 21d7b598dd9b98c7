#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace cruddur::app::input {

// A time as RFC 3339 writes it, "2026-11-30T14:08:36.153980Z" or with an offset such as +01:00, since 1970;
// what lies before is 1970, and digits beyond the microsecond are dropped. nullopt for any other text.
[[nodiscard]] std::optional<std::chrono::microseconds> time_of(std::string_view text);

} // namespace cruddur::app::input
