#include "cloud/cognito/cognito_schema.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;
using enum schema_attribute::type;

constexpr std::size_t value_size_max = 2048;
constexpr std::size_t own_attributes_max = 50;
constexpr std::array<std::string_view, 4> type_names = {"String", "Number", "Boolean", "DateTime"};

std::string_view name_of(schema_attribute::type type) {
    return type_names.at(static_cast<std::size_t>(type));
}

const std::vector<schema_attribute>& standard_attributes() {
    static const std::vector<schema_attribute> all = [] {
        std::vector<schema_attribute> out;
        for (const char* name :
             {"profile", "address", "gender", "preferred_username", "website", "picture", "phone_number",
              "zoneinfo", "locale", "email", "given_name", "family_name", "middle_name", "name", "nickname"})
            out.push_back({.name = name, .min = "0", .max = "2048"});
        for (const char* name : {"phone_number_verified", "email_verified"})
            out.push_back({.name = name, .is = boolean});
        out.push_back({.name = "birthdate", .min = "10", .max = "10"});
        out.push_back({.name = "updated_at", .is = number, .min = "0"});
        out.push_back({.name = "sub", .is_mutable = false, .is_required = true, .min = "1", .max = "2048"});
        out.push_back({.name = "identities"});
        return out;
    }();
    return all;
}

std::optional<double> read_number(std::string_view text) {
    double out = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
    if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size() ||
        !std::isfinite(out))
        return std::nullopt;
    return out;
}

// "2026-01-31", with or without a time of the day, or seconds since the epoch.
bool is_date_time(std::string_view text) {
    if (read_number(text)) return true;
    if (text.size() < 10 || text[4] != '-' || text[7] != '-') return false;
    return text.find_first_not_of("0123456789-:.TZ+ ") == std::string_view::npos;
}

// The name by which the pool's users have an attribute of its Schema.
std::string full_name_of(const json::object& given) {
    std::string name = text_of(given, "Name");
    if (std::ranges::find(standard_attributes(), name, &schema_attribute::name) !=
        standard_attributes().end())
        return name;
    const bool is_developer_only = optional_boolean(given, "DeveloperOnlyAttribute").value_or(false);
    return fmt::format("{}custom:{}", is_developer_only ? "dev:" : "", name);
}

void set_constraints(schema_attribute& of, const json::object& given) {
    const bool is_number = of.is == number;
    const json::object* limits =
        find_object(given, is_number ? "NumberAttributeConstraints" : "StringAttributeConstraints");
    if (limits == nullptr) return;
    of.min = optional_text(*limits, is_number ? "MinValue" : "MinLength").value_or(of.min);
    of.max = optional_text(*limits, is_number ? "MaxValue" : "MaxLength").value_or(of.max);
}

void apply(schema_attribute& to, const json::object& given) {
    if (const auto type = std::ranges::find(type_names, text_of(given, "AttributeDataType"));
        type != type_names.end())
        to.is = static_cast<schema_attribute::type>(type - type_names.begin());
    to.is_developer_only = optional_boolean(given, "DeveloperOnlyAttribute").value_or(false);
    to.is_mutable = optional_boolean(given, "Mutable").value_or(to.is_mutable);
    to.is_required = optional_boolean(given, "Required").value_or(to.is_required);
    set_constraints(to, given);
}

void check_constraints(const std::string& name, const json::object& given) {
    schema_attribute limits;
    for (const auto type : {text, number}) {
        limits.is = type;
        set_constraints(limits, given);
        for (const std::string& each : {limits.min, limits.max}) {
            if (!each.empty() && !read_number(each)) {
                throw invalid_parameter(
                    fmt::format("{} is no number that could be a constraint of attribute {}.", each, name));
            }
        }
        if (read_number(limits.min).value_or(0) > read_number(limits.max).value_or(HUGE_VAL)) {
            throw invalid_parameter(
                fmt::format("The minimum of attribute {} cannot be more than its maximum.", name));
        }
        limits = {};
    }
}

void check_attribute(const json::object& given) {
    const std::string name = text_of(given, "Name");
    const std::string type = text_of(given, "AttributeDataType");
    check_constraints(name, given);
    if ((type == "Number" ? given.contains("StringAttributeConstraints")
                          : given.contains("NumberAttributeConstraints")) &&
        !type.empty()) {
        throw invalid_parameter(
            fmt::format("The constraints of attribute {} are not those of its type, {}.", name, type));
    }
    const auto standard = std::ranges::find(standard_attributes(), name, &schema_attribute::name);
    if (standard == standard_attributes().end()) {
        if (type.empty()) {
            throw invalid_parameter(
                "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.");
        }
        if (optional_boolean(given, "Required").value_or(false))
            throw invalid_parameter("Required custom attributes are not supported currently.");
        return;
    }
    if ((!type.empty() && type != name_of(standard->is)) ||
        optional_boolean(given, "DeveloperOnlyAttribute").value_or(false)) {
        throw invalid_parameter(fmt::format("You can not change AttributeDataType or set "
                                            "developerOnlyAttribute for standard schema attribute {}",
                                            name));
    }
}

refusal breach(std::string_view name, std::string_view what) {
    return invalid_parameter(fmt::format("Attributes did not conform to the schema: {}: {}", name, what));
}

} // namespace

bool is_standard_attribute(std::string_view name) {
    const auto& all = standard_attributes();
    return std::ranges::find(all, name, &schema_attribute::name) != all.end();
}

std::vector<schema_attribute> schema_of(const user_pool& pool) {
    std::vector<schema_attribute> out = standard_attributes();
    const json::array* given = find_list(pool.settings, "Schema");
    if (given == nullptr) return out;
    for (const json::value& each : *given) {
        const std::string name = full_name_of(each.get_object());
        auto known = std::ranges::find(out, name, &schema_attribute::name);
        if (known == out.end()) known = out.insert(out.end(), {.name = name});
        apply(*known, each.get_object());
    }
    return out;
}

void check_schema(const json::object& pool_settings) {
    const json::array* given = find_list(pool_settings, "Schema");
    if (given == nullptr) return;
    std::set<std::string> names;
    for (const json::value& each : *given) {
        check_attribute(each.get_object());
        if (const std::string name = full_name_of(each.get_object()); !names.insert(name).second)
            throw invalid_parameter(fmt::format("{}: Existing attribute already has name {}.", name, name));
    }
    const auto own = std::ranges::count_if(
        names, [](const std::string& name) { return name.find(':') != std::string::npos; });
    if (own > static_cast<std::ptrdiff_t>(own_attributes_max))
        throw invalid_parameter(
            fmt::format("A user pool has at most {} custom attributes.", own_attributes_max));
}

json::array describe_schema(const user_pool& pool) {
    json::array out;
    for (const schema_attribute& each : schema_of(pool)) {
        json::object described{{"Name", each.name},
                               {"AttributeDataType", name_of(each.is)},
                               {"DeveloperOnlyAttribute", each.is_developer_only},
                               {"Mutable", each.is_mutable},
                               {"Required", each.is_required}};
        if (each.is == text || each.is == number) {
            json::object limits;
            if (!each.min.empty()) limits[each.is == text ? "MinLength" : "MinValue"] = each.min;
            if (!each.max.empty()) limits[each.is == text ? "MaxLength" : "MaxValue"] = each.max;
            described[fmt::format("{}AttributeConstraints", name_of(each.is))] = std::move(limits);
        }
        out.emplace_back(std::move(described));
    }
    return out;
}

void check_value(const schema_attribute& attribute, std::string_view value) {
    const std::string& name = attribute.name;
    if (value.size() > value_size_max)
        throw breach(name, fmt::format("String must be no longer than {} characters", value_size_max));
    if (value.find('\0') != std::string_view::npos) throw breach(name, "Invalid value");
    if (name == "email" && !is_email(value)) throw invalid_parameter("Invalid email address format.");
    if (name == "phone_number" && !is_phone_number(value))
        throw invalid_parameter("Invalid phone number format.");
    if (attribute.is == boolean && !boost::iequals(value, "true") && !boost::iequals(value, "false"))
        throw breach(name, "Boolean must be true or false");
    if (attribute.is == date_time && !is_date_time(value)) throw breach(name, "DateTime is not valid");
    if (attribute.is == boolean || attribute.is == date_time) return;
    const auto min = read_number(attribute.min);
    const auto max = read_number(attribute.max);
    if (attribute.is == number) {
        const auto given = read_number(value);
        if (!given) throw breach(name, "Number is not valid");
        if (min && *given < *min)
            throw breach(name, fmt::format("Number must be at least {}", attribute.min));
        if (max && *given > *max)
            throw breach(name, fmt::format("Number must be no more than {}", attribute.max));
        return;
    }
    const auto length =
        static_cast<double>(std::ranges::count_if(value, [](char byte) { return (byte & 0xC0) != 0x80; }));
    if (min && length < *min)
        throw breach(name, fmt::format("String must be at least {} characters long", attribute.min));
    if (max && length > *max)
        throw breach(name, fmt::format("String must be no longer than {} characters", attribute.max));
}

} // namespace cruddur::cloud::cognito
