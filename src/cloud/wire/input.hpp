#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::wire {

// Readers of a checked input, and of what else is a JSON object; a member that is not there is empty.
[[nodiscard]] std::string text_of(const boost::json::object& input, std::string_view name);
[[nodiscard]] std::optional<std::string> optional_text(const boost::json::object& input,
                                                       std::string_view name);
[[nodiscard]] std::optional<std::int64_t> optional_integer(const boost::json::object& input,
                                                           std::string_view name);
[[nodiscard]] std::optional<bool> optional_boolean(const boost::json::object& input, std::string_view name);
[[nodiscard]] bool is_true(const boost::json::object& input, std::string_view name);
[[nodiscard]] const boost::json::array* find_list(const boost::json::object& input, std::string_view name);
[[nodiscard]] const boost::json::object* find_object(const boost::json::object& input, std::string_view name);
// A list of texts, and of structures, which live as long as the input.
[[nodiscard]] std::vector<std::string> texts_of(const boost::json::object& input, std::string_view name);
[[nodiscard]] std::vector<const boost::json::object*> objects_of(const boost::json::object& input,
                                                                 std::string_view name);

} // namespace cruddur::cloud::wire
