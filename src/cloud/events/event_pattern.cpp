#include "cloud/events/event_pattern.hpp"

#include "cloud/wire/listing.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
namespace cruddur::cloud::events {

namespace {

namespace json = boost::json;
namespace ip = boost::asio::ip;

constexpr std::size_t depth_max = 30;
constexpr std::size_t values_max = 1'000; // of one field

bool is_plain(const json::value& value) {
    return value.is_string() || value.is_number() || value.is_bool() || value.is_null();
}

std::optional<double> number_of(const json::value& value) {
    if (!value.is_number()) return std::nullopt;
    return value.to_number<double>();
}

bool is_equal(const json::value& wanted, const json::value& value) {
    if (wanted.is_number() && value.is_number()) return *number_of(wanted) == *number_of(value);
    return wanted == value;
}

// Wildcards as EventBridge has them: * is any text, and \ takes the next as it is.
bool matches_wildcard(std::string_view pattern, std::string_view text) {
    std::string with_literals;
    for (const char c : pattern) {
        if (c == '?') with_literals += '\\';
        with_literals += c;
    }
    return wire::matches_wildcard(with_literals, text);
}

bool is_in_cidr(std::string_view cidr, std::string_view text) {
    boost::system::error_code failed;
    const auto address = ip::make_address(text, failed);
    if (failed) return false;
    const std::string mask = "/" + std::string{cidr.substr(cidr.find('/') + 1)};
    if (address.is_v4()) {
        const auto network = ip::make_network_v4(std::string{cidr}, failed);
        if (failed) return false;
        return ip::make_network_v4(address.to_string() + mask).canonical() == network.canonical();
    }
    const auto network = ip::make_network_v6(std::string{cidr}, failed);
    if (failed) return false;
    return ip::make_network_v6(address.to_string() + mask).canonical() == network.canonical();
}

bool compares(std::string_view by, double value, double bound) {
    if (by == "<") return value < bound;
    if (by == "<=") return value <= bound;
    if (by == ">") return value > bound;
    if (by == ">=") return value >= bound;
    return value == bound;
}

bool matches_numeric(const json::array& bounds, const json::value& value) {
    const auto number = number_of(value);
    if (!number) return false;
    for (std::size_t i = 0; i + 1 < bounds.size(); i += 2) {
        if (!compares(bounds[i].get_string(), *number, *number_of(bounds[i + 1]))) return false;
    }
    return true;
}

// What a text is compared with by its name, as "prefix" and in "anything-but" as well.
bool matches_text(std::string_view how, const json::value& with, std::string_view text) {
    if (with.is_object()) { // {"prefix": {"equals-ignore-case": …}}
        const std::string_view inner = with.get_object().begin()->value().get_string();
        return how == "prefix" ? boost::istarts_with(text, inner) : boost::iends_with(text, inner);
    }
    if (with.is_array()) {
        return std::ranges::any_of(with.get_array(),
                                   [&](const json::value& each) { return matches_text(how, each, text); });
    }
    const std::string_view wanted = with.get_string();
    if (how == "prefix") return text.starts_with(wanted);
    if (how == "suffix") return text.ends_with(wanted);
    if (how == "equals-ignore-case") return boost::iequals(text, wanted);
    if (how == "wildcard") return matches_wildcard(wanted, text);
    return is_in_cidr(wanted, text);
}

bool is_anything_but(const json::value& with, const json::value& value) {
    if (with.is_object()) {
        const auto& test = *with.get_object().begin();
        return value.is_string() && !matches_text(test.key(), test.value(), value.get_string());
    }
    if (!with.is_array()) return !is_equal(with, value);
    return std::ranges::none_of(with.get_array(),
                                [&](const json::value& each) { return is_equal(each, value); });
}

// One element of a field's list, against one value that is there.
bool matches_value(const json::value& wanted, const json::value& value) {
    if (!wanted.is_object()) return is_equal(wanted, value);
    const auto& test = *wanted.get_object().begin();
    const std::string_view how = test.key();
    if (how == "exists") return test.value().get_bool();
    if (how == "anything-but") return is_anything_but(test.value(), value);
    if (how == "numeric") return matches_numeric(test.value().get_array(), value);
    return value.is_string() && matches_text(how, test.value(), value.get_string());
}

bool wants_absence(const json::value& wanted) {
    const json::object* const test = wanted.if_object();
    return test != nullptr && test->begin()->key() == "exists" && !test->begin()->value().get_bool();
}

bool matches_field(const json::array& wanted, const json::value* value) {
    // A list that has nothing in it is as if it were not there.
    const bool is_there = value != nullptr && !(value->is_array() && value->get_array().empty());
    if (!is_there) return std::ranges::any_of(wanted, wants_absence);
    if (value->is_array()) {
        return std::ranges::any_of(value->get_array(), [&](const json::value& each) {
            return std::ranges::any_of(wanted,
                                       [&](const json::value& one) { return matches_value(one, each); });
        });
    }
    if (value->is_object()) return false;
    return std::ranges::any_of(wanted, [&](const json::value& one) { return matches_value(one, *value); });
}

bool matches_object(const json::object& pattern, const json::object& event);

// Of a list of structures it is enough that one matches, in all that the pattern says of it.
bool matches_inner(const json::object& pattern, const json::value* value) {
    if (value == nullptr) return matches_object(pattern, {});
    if (value->is_array()) {
        return std::ranges::any_of(value->get_array(),
                                   [&](const json::value& each) { return matches_inner(pattern, &each); });
    }
    return matches_object(pattern, value->is_object() ? value->get_object() : json::object{});
}

bool matches_object(const json::object& pattern, const json::object& event) {
    return std::ranges::all_of(pattern, [&](const auto& entry) {
        if (entry.key() == "$or") {
            return std::ranges::any_of(entry.value().get_array(), [&](const json::value& each) {
                return matches_object(each.get_object(), event);
            });
        }
        const json::value* const value = event.if_contains(entry.key());
        return entry.value().is_array() ? matches_field(entry.value().get_array(), value)
                                        : matches_inner(entry.value().get_object(), value);
    });
}

[[noreturn]] void malformed(const std::string& reason) {
    throw malformed_pattern{reason};
}

void check_texts(std::string_view how, const json::value& with, bool may_be_list) {
    if (with.is_string() && !with.get_string().empty()) return;
    if (may_be_list && with.is_array() && !with.get_array().empty()) {
        for (const json::value& each : with.get_array())
            check_texts(how, each, false);
        return;
    }
    malformed(fmt::format("{} match pattern must be a string that is not empty", how));
}

bool is_affix(std::string_view how) {
    return how == "prefix" || how == "suffix";
}

void check_text_test(std::string_view how, const json::value& with, bool may_be_list) {
    const json::object* const inner = with.if_object();
    if (is_affix(how) && inner != nullptr) {
        if (inner->size() != 1 || inner->begin()->key() != "equals-ignore-case")
            malformed(fmt::format("Unsupported expression in {} match pattern", how));
        return check_texts(how, inner->begin()->value(), false);
    }
    check_texts(how, with, may_be_list);
    if (how != "cidr") return;
    boost::system::error_code failed;
    const std::string text{with.get_string()};
    static_cast<void>(ip::make_network_v4(text, failed));
    if (failed) static_cast<void>(ip::make_network_v6(text, failed));
    if (failed) malformed("Malformed CIDR, one '/' required");
}

void check_numeric(const json::value& with) {
    const json::array* const bounds = with.if_array();
    if (bounds == nullptr || bounds->empty() || bounds->size() % 2 != 0 || bounds->size() > 4)
        malformed("Value of numeric must be an array of an operator and a number, once or twice");
    for (std::size_t i = 0; i < bounds->size(); i += 2) {
        constexpr std::array<std::string_view, 5> operators{"<", "<=", ">", ">=", "="};
        const json::value& by = bounds->at(i);
        const bool is_known =
            by.is_string() &&
            std::ranges::find(operators, std::string_view{by.get_string()}) != operators.end();
        if (!is_known) malformed("Unrecognized numeric range operator");
        if (!bounds->at(i + 1).is_number()) malformed("Value of numeric operator must be a number");
    }
}

bool is_text_test(std::string_view how) {
    return is_affix(how) || how == "equals-ignore-case" || how == "wildcard" || how == "cidr";
}

void check_anything_but(const json::value& with) {
    if (const json::object* const inner = with.if_object()) {
        const std::string_view how = inner->size() == 1 ? std::string_view{inner->begin()->key()} : "";
        if (!is_text_test(how) || how == "cidr") malformed("Unsupported anything-but pattern");
        return check_text_test(how, inner->begin()->value(), true);
    }
    if (const json::array* const list = with.if_array()) {
        const bool is_valid = !list->empty() && (std::ranges::all_of(*list, &json::value::is_string) ||
                                                 std::ranges::all_of(*list, &json::value::is_number));
        if (!is_valid) malformed("Inside anything but list, values must all be strings, or all be numbers");
        return;
    }
    if (!with.is_string() && !with.is_number()) malformed("Value of anything-but must be a string or number");
}

void check_test(const json::value& wanted) {
    if (is_plain(wanted)) return;
    const json::object* const test = wanted.if_object();
    if (test == nullptr) malformed("Match value must be String, number, true, false, or null");
    if (test->size() != 1) malformed("Only one key allowed in match expression");
    const std::string_view how = test->begin()->key();
    const json::value& with = test->begin()->value();
    if (how == "exists") {
        if (!with.is_bool()) malformed("exists match pattern must be either true or false.");
    } else if (how == "anything-but") {
        check_anything_but(with);
    } else if (how == "numeric") {
        check_numeric(with);
    } else if (is_text_test(how)) {
        check_text_test(how, with, false);
    } else {
        malformed(fmt::format("Unrecognized match type {}", how));
    }
}

void check_object(const json::object& pattern, std::size_t depth) {
    if (pattern.empty()) malformed("Empty objects are not allowed");
    if (depth > depth_max) malformed("The pattern is too deep");
    for (const auto& [name, inner] : pattern) {
        if (name == "$or") {
            const json::array* const all = inner.if_array();
            if (all == nullptr || all->size() < 2) malformed("$or must be an array of at least two patterns");
            for (const json::value& each : *all) {
                if (!each.is_object()) malformed("$or must be an array of patterns");
                check_object(each.get_object(), depth + 1);
            }
        } else if (inner.is_object()) {
            check_object(inner.get_object(), depth + 1);
        } else if (inner.is_array()) {
            if (inner.get_array().empty()) malformed("Empty arrays are not allowed");
            if (inner.get_array().size() > values_max) malformed("Too many values");
            for (const json::value& each : inner.get_array())
                check_test(each);
        } else {
            malformed(fmt::format("\"{}\" must be an object or an array", std::string_view{name}));
        }
    }
}

} // namespace

event_pattern::event_pattern(json::object pattern)
    : pattern_{std::move(pattern)} {}

event_pattern event_pattern::parse(std::string_view text) {
    boost::system::error_code failed;
    json::value parsed = json::parse(text, failed);
    if (failed) malformed("Filter is not valid JSON");
    if (!parsed.is_object()) malformed("Filter is not an object");
    check_object(parsed.get_object(), 0);
    return event_pattern{std::move(parsed.get_object())};
}

bool event_pattern::matches(const json::object& event) const {
    return matches_object(pattern_, event);
}

} // namespace cruddur::cloud::events
