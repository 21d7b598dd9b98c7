#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cruddur::app::input {

// RFC 4648, section 5, without padding.
[[nodiscard]] std::string base64url_encode(std::string_view bytes);
// Strict: nullopt for padding, white space, a character outside the alphabet, an impossible length, or bits
// left over that are not zero. So each value has exactly one text.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

} // namespace cruddur::app::input
