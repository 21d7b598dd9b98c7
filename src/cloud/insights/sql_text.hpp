#pragma once

#include <string>
#include <string_view>

namespace cruddur::cloud::insights {

// A statement without what varies from call to call: its literals are "?", its comments and the room between
// its words are gone. Two statements that differ in nothing else have the same.
[[nodiscard]] std::string tokenized(std::string_view statement);
// Its name as Performance Insights gives one: 40 hexadecimal digits.
[[nodiscard]] std::string statement_id(std::string_view text);
// At most that many bytes of it, without a part of a character.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t bytes_max);

} // namespace cruddur::cloud::insights
