#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace cruddur::app::input {

// The value of a member: text, a number, null, or (monostate) anything else. Text with a NUL or a lone
// surrogate in it is no text, and is monostate.
using json_value = std::variant<std::monostate, std::nullptr_t, std::string, std::int64_t, double>;
using json_members = std::map<std::string, json_value, std::less<>>;

// The members of a JSON object, one level of it: what is nested is checked and dropped. A JSON text that is
// no object has no members. nullopt for what is not JSON in UTF-8, for a member given twice, and for more
// than 16 levels. One pass, and no more memory than the text's own.
[[nodiscard]] std::optional<json_members> parse_members(std::string_view json);

} // namespace cruddur::app::input
