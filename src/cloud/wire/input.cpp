#include "cloud/wire/input.hpp"

#include <boost/json/array.hpp>

namespace cruddur::cloud::wire {

namespace json = boost::json;

std::string text_of(const json::object& input, std::string_view name) {
    return optional_text(input, name).value_or("");
}

std::optional<std::string> optional_text(const json::object& input, std::string_view name) {
    const json::value* value = input.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string{value->get_string()};
}

std::optional<std::int64_t> optional_integer(const json::object& input, std::string_view name) {
    const json::value* value = input.if_contains(name);
    if (value == nullptr || !value->is_int64()) return std::nullopt;
    return value->get_int64();
}

std::optional<bool> optional_boolean(const json::object& input, std::string_view name) {
    const json::value* value = input.if_contains(name);
    if (value == nullptr || !value->is_bool()) return std::nullopt;
    return value->get_bool();
}

bool is_true(const json::object& input, std::string_view name) {
    return optional_boolean(input, name).value_or(false);
}

const json::array* find_list(const json::object& input, std::string_view name) {
    const json::value* value = input.if_contains(name);
    return value == nullptr ? nullptr : value->if_array();
}

const json::object* find_object(const json::object& input, std::string_view name) {
    const json::value* value = input.if_contains(name);
    return value == nullptr ? nullptr : value->if_object();
}

std::vector<std::string> texts_of(const json::object& input, std::string_view name) {
    std::vector<std::string> out;
    if (const json::array* const all = find_list(input, name)) {
        for (const json::value& each : *all)
            out.emplace_back(each.as_string());
    }
    return out;
}

std::vector<const json::object*> objects_of(const json::object& input, std::string_view name) {
    std::vector<const json::object*> out;
    if (const json::array* const all = find_list(input, name)) {
        for (const json::value& each : *all)
            out.push_back(&each.as_object());
    }
    return out;
}

} // namespace cruddur::cloud::wire
