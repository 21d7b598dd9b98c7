#include "cloud/cognito.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud {

namespace {

namespace json = boost::json;

constexpr std::array standard_names = {"address",
                                       "birthdate",
                                       "email",
                                       "email_verified",
                                       "family_name",
                                       "gender",
                                       "given_name",
                                       "locale",
                                       "middle_name",
                                       "name",
                                       "nickname",
                                       "phone_number",
                                       "phone_number_verified",
                                       "picture",
                                       "preferred_username",
                                       "profile",
                                       "updated_at",
                                       "website",
                                       "zoneinfo"};
constexpr std::size_t value_bytes_max = 2048;

const json::object* find_custom(const user_pool& pool, std::string_view name) {
    const json::array* schema = find_list(pool.settings, "Schema");
    if (schema == nullptr) return nullptr;
    for (const json::value& each : *schema) {
        if (fmt::format("custom:{}", text_of(each.get_object(), "Name")) == name) return &each.get_object();
    }
    return nullptr;
}

bool is_email(std::string_view text) {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos || at == 0 || text.find('@', at + 1) != std::string_view::npos ||
        text.size() > 256)
        return false;
    const std::string_view host = text.substr(at + 1);
    return host.find('.') != std::string_view::npos && !host.starts_with('.') && !host.ends_with('.') &&
           std::ranges::none_of(text,
                                [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; });
}

bool is_phone_number(std::string_view text) {
    return text.size() > 3 && text.size() <= 16 && text.starts_with('+') &&
           text.substr(1).find_first_not_of("0123456789") == std::string_view::npos;
}

void check_attribute(const user_pool& pool, const std::string& name, const std::string& value) {
    if (std::ranges::find(standard_names, name) == standard_names.end() &&
        find_custom(pool, name) == nullptr) {
        throw invalid_parameter(fmt::format(
            "Attributes did not conform to the schema: Type for attribute {{{}}} could not be determined",
            name));
    }
    if (value.size() > value_bytes_max) {
        throw invalid_parameter(fmt::format("Attributes did not conform to the schema: {}: String must be no "
                                            "longer than {} characters",
                                            name, value_bytes_max));
    }
    if (value.find('\0') != std::string::npos)
        throw invalid_parameter(
            fmt::format("Attributes did not conform to the schema: {}: Invalid value", name));
    if (name == "email" && !value.empty() && !is_email(value))
        throw invalid_parameter("Invalid email address format.");
    if (name == "phone_number" && !value.empty() && !is_phone_number(value))
        throw invalid_parameter("Invalid phone number format.");
}

} // namespace

void merge_attributes(pool_user& user, const user_pool& pool, const json::array* given,
                      bool is_administrator) {
    if (given == nullptr) return;
    for (const json::value& each : *given) {
        const std::string name = text_of(each.get_object(), "Name");
        const std::string value = text_of(each.get_object(), "Value");
        if (name == "sub") throw not_authorized("A client attempted to write unauthorized attribute");
        if (!is_administrator && name.ends_with("_verified"))
            throw not_authorized("A client attempted to write unauthorized attribute");
        check_attribute(pool, name, value);
        const bool changes = user.attribute(name) != value;
        if (name == "email" && changes) user.attributes["email_verified"] = "false";
        if (name == "phone_number" && changes) user.attributes["phone_number_verified"] = "false";
        if (value.empty())
            user.attributes.erase(name);
        else
            user.attributes[name] = value;
    }
}

void check_required_attributes(const user_pool& pool, const pool_user& user) {
    const json::array* schema = find_list(pool.settings, "Schema");
    if (schema == nullptr) return;
    std::string missing;
    for (const json::value& each : *schema) {
        const std::string name = text_of(each.get_object(), "Name");
        if (name == "sub" || !optional_boolean(each.get_object(), "Required").value_or(false)) continue;
        if (!user.attribute(name).empty()) continue;
        missing += fmt::format("{}{}: The attribute {} is required", missing.empty() ? "" : ", ", name, name);
    }
    if (!missing.empty())
        throw invalid_parameter(fmt::format("Attributes did not conform to the schema: {}", missing));
}

json::array attribute_list(const pool_user& user) {
    json::array out{json::object{{"Name", "sub"}, {"Value", user.sub}}};
    for (const auto& [name, value] : user.attributes)
        out.emplace_back(json::object{{"Name", name}, {"Value", value}});
    return out;
}

} // namespace cruddur::cloud
