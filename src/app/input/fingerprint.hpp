#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace cruddur::app::input {

// The SHA-256, in hexadecimal, of texts without NUL and the order that they stand in: tells whether the same
// was asked again.
[[nodiscard]] std::string fingerprint(std::initializer_list<std::string_view> texts);

} // namespace cruddur::app::input
