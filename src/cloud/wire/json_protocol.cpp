#include "cloud/wire/json_protocol.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <vector>

namespace cruddur::cloud::wire {

namespace {

namespace json = boost::json;

void drop_nulls(json::value& in) {
    if (auto* object = in.if_object()) {
        for (auto at = object->begin(); at != object->end();) {
            if (at->value().is_null()) {
                at = object->erase(at);
            } else {
                drop_nulls(at->value());
                ++at;
            }
        }
    } else if (auto* array = in.if_array()) {
        for (json::value& each : *array)
            drop_nulls(each);
    }
}

// "UserPoolId" is 'userPoolId' in AWS's messages.
std::string name_in_message(std::string_view name) {
    std::string out{name};
    if (!out.empty()) out.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(out.front())));
    return out;
}

std::int64_t code_points(std::string_view text) {
    return std::ranges::count_if(text, [](char byte) { return (byte & 0xC0) != 0x80; });
}

[[noreturn]] void refuse_type(const json::value& given, std::string_view wanted) {
    std::string_view kind = "STRING_VALUE";
    if (given.is_number()) kind = "NUMBER_VALUE";
    if (given.is_bool()) kind = given.get_bool() ? "TRUE_VALUE" : "FALSE_VALUE";
    if (given.is_object()) kind = "START_OF_STRUCTURE";
    if (given.is_array()) kind = "START_OF_LIST";
    throw ground::refusal{"SerializationException",
                          fmt::format("{} cannot be converted to {}", kind, wanted)};
}

// Collects every breach, so that one message can name them all.
class shape_check {
public:
    void members(const json::object& input, std::span<const json_shape> shapes, const std::string& path) {
        for (const auto& [name, value] : input) {
            const std::string_view key{name};
            if (unavailable_.empty() && asks_for_something(value) &&
                std::ranges::find(shapes, key, &json_shape::name) == shapes.end())
                unavailable_ = fmt::format("{}{}", path, name_in_message(key));
        }
        for (const json_shape& shape : shapes) {
            const std::string at = path + name_in_message(shape.name);
            const json::value* value = input.if_contains(shape.name);
            if (value != nullptr) {
                check(*value, shape, at);
            } else if (shape.required) {
                breaches_.push_back(
                    fmt::format("Value{} at '{}' failed to satisfy constraint: Member must not be null",
                                shape.sensitive ? "" : " null", at));
            }
        }
    }

    [[nodiscard]] const std::vector<std::string>& breaches() const { return breaches_; }
    // The first member that is in no shape.
    [[nodiscard]] const std::string& unavailable() const { return unavailable_; }

private:
    void add(const json_shape& shape, std::string_view value, const std::string& at, std::string what) {
        const std::string shown = shape.sensitive ? "" : fmt::format(" '{}'", value);
        breaches_.push_back(
            fmt::format("Value{} at '{}' failed to satisfy constraint: Member must {}", shown, at, what));
    }

    void check(const json::value& value, const json_shape& shape, const std::string& at) {
        using enum json_shape::type;
        switch (shape.is) {
        case text:
            if (!value.is_string()) refuse_type(value, "String");
            return check_text(value.get_string(), shape, at);
        case integer:
            if (!value.is_int64()) refuse_type(value, "Integer");
            return check_range(value.get_int64(), fmt::format("{}", value.get_int64()), shape, at, "value");
        case boolean:
            if (!value.is_bool()) refuse_type(value, "Boolean");
            return;
        case list:
            return check_list(value, shape, at);
        case structure:
            if (!value.is_object()) refuse_type(value, "Structure");
            return members(value.get_object(), shape.members, at + ".");
        case map:
            if (!value.is_object()) refuse_type(value, "Map");
            for (const auto& [key, each] : value.get_object()) {
                if (!each.is_string()) refuse_type(each, "String");
            }
        }
    }

    void check_list(const json::value& value, const json_shape& shape, const std::string& at) {
        if (!value.is_array()) refuse_type(value, "List");
        const json::array& all = value.get_array();
        check_range(static_cast<std::int64_t>(all.size()), fmt::format("[{} elements]", all.size()), shape,
                    at, "length");
        if (shape.members.empty()) return;
        for (std::size_t i = 0; i < all.size(); ++i)
            check(all[i], shape.members.front(), fmt::format("{}.{}.member", at, i + 1));
    }

    void check_text(std::string_view value, const json_shape& shape, const std::string& at) {
        if (!shape.values.empty() && std::ranges::find(shape.values, value) == shape.values.end()) {
            add(shape, value, at, fmt::format("satisfy enum value set: [{}]", fmt::join(shape.values, ", ")));
        }
        const std::size_t before = breaches_.size();
        check_range(code_points(value), value, shape, at, "length");
        // Only a text of the right length is worth matching.
        if (shape.pattern != nullptr && before == breaches_.size() && !shape.pattern->matches(value)) {
            add(shape, value, at, fmt::format("satisfy regular expression pattern: {}", shape.pattern->text));
        }
    }

    void check_range(std::int64_t measure, std::string_view value, const json_shape& shape,
                     const std::string& at, std::string_view of) {
        if (measure < shape.min)
            add(shape, value, at, fmt::format("have {} greater than or equal to {}", of, shape.min));
        if (measure > shape.max) {
            // A value that is too long is not worth sending back in full.
            const json_shape silent{.name = {}, .sensitive = true};
            add(value.size() > 256 ? silent : shape, value, at,
                fmt::format("have {} less than or equal to {}", of, shape.max));
        }
    }

    static bool asks_for_something(const json::value& value) {
        if (const auto* text = value.if_string()) return !text->empty();
        if (const auto* list = value.if_array()) return !list->empty();
        if (const auto* object = value.if_object()) return !object->empty();
        return value != false;
    }

    std::vector<std::string> breaches_;
    std::string unavailable_;
};

} // namespace

json::object parse_json_input(std::string_view body) {
    if (body.empty()) return {};
    boost::system::error_code failed;
    json::value value = json::parse(body, failed);
    if (failed || !value.is_object()) {
        throw ground::refusal{"SerializationException", "The body is no JSON object."};
    }
    drop_nulls(value);
    return std::move(value.get_object());
}

void check_shape(const json_service& service, const json::object& input,
                 std::span<const json_shape> members) {
    shape_check check;
    check.members(input, members, "");
    const auto& breaches = check.breaches();
    if (breaches.empty() && check.unavailable().empty()) return;
    if (breaches.empty()) {
        throw ground::refusal{
            std::string{service.validation_code},
            fmt::format("Value at '{}' is not available in local AWS: what it asks for would not "
                        "happen. Leave it out.",
                        check.unavailable())};
    }
    throw ground::refusal{std::string{service.validation_code},
                          fmt::format("{} validation error{} detected: {}", breaches.size(),
                                      breaches.size() == 1 ? "" : "s", fmt::join(breaches, "; "))};
}

std::string json_error_document(const ground::refusal& why) {
    return json::serialize(json::object{{"__type", why.code()}, {"message", why.message()}});
}

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

const json::array* find_list(const json::object& input, std::string_view name) {
    const json::value* value = input.if_contains(name);
    return value == nullptr ? nullptr : value->if_array();
}

const json::object* find_object(const json::object& input, std::string_view name) {
    const json::value* value = input.if_contains(name);
    return value == nullptr ? nullptr : value->if_object();
}

} // namespace cruddur::cloud::wire
