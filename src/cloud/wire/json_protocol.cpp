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
class input_check {
public:
    input_check(const json_service& service, bool is_body)
        : service_{service}
        , is_body_{is_body} {}

    void members(const json::object& input, const model_shape& model, std::string_view served,
                 const std::string& path) {
        for (const auto& [name, value] : input) {
            const std::string_view key{name};
            if (unavailable_.empty() && asks_for_something(value) && !is_word_of(key, served))
                unavailable_ = fmt::format("{}{}", path, name_in_message(key));
        }
        for (const model_member& each : model.members) {
            if (!is_word_of(each.name, served)) continue;
            const place at{path + name_in_message(each.name), limit_of(model.name, each.name, ""),
                           each.sensitive};
            const json::value* value = input.if_contains(each.name);
            if (value != nullptr) {
                check(*value, *each.shape, at, each.name);
            } else if (is_here(each) && (each.required || at.limit.required)) {
                breaches_.push_back(
                    fmt::format("Value{} at '{}' failed to satisfy constraint: Member must not be null",
                                each.sensitive ? "" : " null", at.path));
            }
        }
    }

    [[nodiscard]] const std::vector<std::string>& breaches() const { return breaches_; }
    // The first member that is not served.
    [[nodiscard]] const std::string& unavailable() const { return unavailable_; }

private:
    // Where a value stands, and what is known of it there.
    struct place {
        std::string path;
        const member_limit& limit;
        bool sensitive = false;
    };

    [[nodiscard]] bool is_here(const model_member& each) const {
        return (each.in == model_member::place::body) == is_body_;
    }

    [[nodiscard]] const member_limit& limit_of(std::string_view structure, std::string_view member,
                                               std::string_view suffix) const {
        static constexpr member_limit none{};
        const std::string name = fmt::format("{}{}", member, suffix);
        const auto& limits = service_.limits;
        auto found = std::ranges::find(limits, fmt::format("{}.{}", structure, name), &member_limit::member);
        if (found == limits.end()) found = std::ranges::find(limits, name, &member_limit::member);
        return found == limits.end() ? none : *found;
    }

    void add(const place& at, std::string_view value, std::string what) {
        const std::string shown = at.sensitive ? "" : fmt::format(" '{}'", value);
        breaches_.push_back(fmt::format("Value{} at '{}' failed to satisfy constraint: Member must {}", shown,
                                        at.path, what));
    }

    void check(const json::value& value, const model_shape& model, const place& at, std::string_view name) {
        using enum model_shape::kind;
        switch (model.is) {
        case text:
        case blob:
            if (!value.is_string()) refuse_type(value, "String");
            return check_text(value.get_string(), model, at);
        case number:
        case timestamp:
            if (!value.is_int64()) refuse_type(value, "Integer");
            return check_range(value.get_int64(), fmt::format("{}", value.get_int64()), at, "value");
        case boolean:
            if (!value.is_bool()) refuse_type(value, "Boolean");
            return;
        case list:
            return check_list(value, model, at, name);
        case structure:
            if (!value.is_object()) refuse_type(value, "Structure");
            return members(value.get_object(), model, served_of(model.name), at.path + ".");
        case map:
            if (!value.is_object()) refuse_type(value, "Map");
            for (const auto& [key, each] : value.get_object()) {
                if (!each.is_string()) refuse_type(each, "String");
            }
            return;
        case document:
            return;
        }
    }

    [[nodiscard]] std::string_view served_of(std::string_view structure) const {
        const auto found = std::ranges::find(service_.structures, structure, &served_structure::name);
        return found == service_.structures.end() ? "" : found->members;
    }

    void check_list(const json::value& value, const model_shape& model, const place& at,
                    std::string_view name) {
        if (!value.is_array()) refuse_type(value, "List");
        const json::array& all = value.get_array();
        check_range(static_cast<std::int64_t>(all.size()), fmt::format("[{} elements]", all.size()), at,
                    "length");
        const model_member& element = model.members.front();
        const member_limit& limit = limit_of("", name, "[]");
        for (std::size_t i = 0; i < all.size(); ++i) {
            check(all[i], *element.shape,
                  {fmt::format("{}.{}.member", at.path, i + 1), limit, element.sensitive}, name);
        }
    }

    void check_text(std::string_view value, const model_shape& model, const place& at) {
        const auto values = at.limit.values.empty() ? model.values : at.limit.values;
        if (!values.empty() && !at.limit.any_value && std::ranges::find(values, value) == values.end())
            add(at, value, fmt::format("satisfy enum value set: [{}]", fmt::join(values, ", ")));
        const std::size_t before = breaches_.size();
        check_range(code_points(value), value, at, "length");
        // Only a text of the right length is worth matching.
        const text_pattern* const pattern = at.limit.pattern;
        if (pattern != nullptr && before == breaches_.size() && !pattern->matches(value))
            add(at, value, fmt::format("satisfy regular expression pattern: {}", pattern->text));
    }

    void check_range(std::int64_t measure, std::string_view value, const place& at, std::string_view of) {
        if (measure < at.limit.min)
            add(at, value, fmt::format("have {} greater than or equal to {}", of, at.limit.min));
        if (measure > at.limit.max) {
            // A value that is too long is not worth sending back in full.
            const place silent{at.path, at.limit, true};
            add(value.size() > 256 ? silent : at, value,
                fmt::format("have {} less than or equal to {}", of, at.limit.max));
        }
    }

    static bool asks_for_something(const json::value& value) {
        if (const auto* text = value.if_string()) return !text->empty();
        if (const auto* list = value.if_array()) return !list->empty();
        if (const auto* object = value.if_object()) return !object->empty();
        return value != false;
    }

    const json_service& service_;
    bool is_body_;
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

void check_input(const json_service& service, std::string_view operation, std::string_view served,
                 const json::object& input, bool is_body) {
    input_check check{service, is_body};
    check.members(input, *service.model.find(operation)->input, served, "");
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
