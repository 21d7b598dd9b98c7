#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cruddur::http {

// ASCII only, as field names and most of HTTP's tokens are compared.
[[nodiscard]] bool equals_ignoring_case(std::string_view left, std::string_view right);

// Without spaces and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

// Takes the first element off a comma-separated list, trimmed; empty elements come back empty.
[[nodiscard]] std::string_view next_element(std::string_view& list, char separator = ',');

// Well-formed UTF-8 without NUL: what PostgreSQL's text can hold. No overlong form and no surrogate.
[[nodiscard]] bool is_text(std::string_view bytes);

// Undoes %XX, and '+' where a query says space by it. nullopt for a broken escape or what is_text() refuses.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view encoded, bool plus_is_space = false);

} // namespace cruddur::http
