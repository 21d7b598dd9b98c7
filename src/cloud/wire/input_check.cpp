// What the JSON protocols refuse of an input, in AWS's words.

#include "cloud/ground/crypto.hpp"
#include "cloud/wire/codec.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <vector>

namespace cruddur::cloud::wire {

namespace {

namespace json = boost::json;

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
    input_check(const service& of, bool is_decoded)
        : service_{of}
        , is_decoded_{is_decoded} {}

    void members(json::object& input, const model_shape& model, std::string_view served,
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
            json::value* value = input.if_contains(each.name);
            if (value != nullptr) {
                if (each.in != model_member::place::payload) check(*value, *each.shape, at, each.name);
            } else if (each.required || at.limit.required) {
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

    void check(json::value& value, const model_shape& model, const place& at, std::string_view name) {
        using enum model_shape::kind;
        switch (model.is) {
        case text:
            return check_text(text_at(value), model, at);
        case blob: {
            if (is_decoded_) return;
            const auto decoded = ground::from_base64(text_at(value));
            if (!decoded)
                throw ground::refusal{"SerializationException", fmt::format("{} is not base64", name)};
            value = *decoded;
            return;
        }
        case number:
            if (at.limit.real && value.is_number()) return check_real(value, at);
            if (!value.is_int64()) refuse_type(value, "Integer");
            return check_range(value.get_int64(), fmt::format("{}", value.get_int64()), at, "value");
        case timestamp:
            return check_time(value);
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
            return check_map(value.get_object(), *model.members.front().shape);
        case document:
            return;
        }
    }

    static void check_real(json::value& value, const place& at) {
        const double number = value.to_number<double>();
        if (!std::isfinite(number)) refuse_type(value, at.path);
        value = number;
    }

    void check_time(json::value& value) const {
        if (is_decoded_) return;
        if (!value.is_number()) refuse_type(value, "Timestamp");
        const double seconds = value.to_number<double>();
        if (std::abs(seconds) > seconds_max) refuse_type(value, "Timestamp");
        value = std::llround(seconds * 1000);
    }

    static void check_map(const json::object& given, const model_shape& values) {
        const bool has_numbers = values.is == model_shape::kind::number;
        for (const auto& [key, each] : given) {
            if (has_numbers ? !each.is_number() : !each.is_string())
                refuse_type(each, has_numbers ? "Double" : "String");
        }
    }

    [[nodiscard]] std::string_view served_of(std::string_view structure) const {
        const auto found = std::ranges::find(service_.structures, structure, &served_structure::name);
        return found == service_.structures.end() ? "" : found->members;
    }

    static std::string_view text_at(const json::value& value) {
        if (!value.is_string()) refuse_type(value, "String");
        return value.get_string();
    }

    void check_list(json::value& value, const model_shape& model, const place& at, std::string_view name) {
        if (!value.is_array()) refuse_type(value, "List");
        json::array& all = value.get_array();
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

    // What AWS's tools send to say that they want nothing: {"TargetArn": ""}, {"ApplyOn": "None"}.
    static bool asks_for_something(const json::value& value) {
        if (const auto* text = value.if_string()) return !text->empty();
        if (const auto* list = value.if_array()) return !list->empty();
        if (const auto* object = value.if_object()) {
            return std::ranges::any_of(*object, [](const auto& each) {
                return each.value() != "None" && asks_for_something(each.value());
            });
        }
        return value != false;
    }

    static constexpr double seconds_max = 1e11; // in the year 5138

    const service& service_;
    bool is_decoded_;
    std::vector<std::string> breaches_;
    std::string unavailable_;
};

} // namespace

void check_json_input(const service& of, const operation& row, json::object& input, bool is_decoded) {
    input_check check{of, is_decoded};
    static constexpr model_shape without_members{
        .name = {}, .is = model_shape::kind::structure, .members = {}};
    const model_shape* const model = of.model.find(row.name)->input;
    check.members(input, model == nullptr ? without_members : *model, row.members, "");
    const auto& breaches = check.breaches();
    if (breaches.empty() && check.unavailable().empty()) return;
    if (breaches.empty()) {
        throw ground::refusal{
            std::string{of.validation_code},
            fmt::format("Value at '{}' is not available in local AWS: what it asks for would not "
                        "happen. Leave it out.",
                        check.unavailable())};
    }
    throw ground::refusal{std::string{of.validation_code},
                          fmt::format("{} validation error{} detected: {}", breaches.size(),
                                      breaches.size() == 1 ? "" : "s", fmt::join(breaches, "; "))};
}

} // namespace cruddur::cloud::wire
