#include "cloud/cognito/cognito.hpp"
#include "cloud/cognito/cognito_schema.hpp"
#include "cloud/ground/identifiers.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <locale>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr std::size_t email_size_max = 256;
constexpr std::size_t phone_number_size_max = 16;

refusal unauthorized() {
    return not_authorized("A client attempted to write unauthorized attribute");
}

// What only the service sets for a client: the user's identity, and whether an address has been verified.
bool is_kept_from_clients(std::string_view name) {
    return name == "sub" || name == "identities" || name.ends_with("_verified") || name.starts_with("dev:");
}

// As name and value. Whether an address is verified comes after the address, which without it is not.
std::vector<std::pair<std::string, std::string>> in_order(const json::array& given) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const bool is_last : {false, true}) {
        for (const json::value& each : given) {
            std::string name = text_of(each.get_object(), "Name");
            if (name.ends_with("_verified") == is_last)
                out.emplace_back(std::move(name), text_of(each.get_object(), "Value"));
        }
    }
    return out;
}

void set_attribute(pool_user& user, const std::string& name, const std::string& value) {
    const bool is_address = name == "email" || name == "phone_number";
    if (is_address && user.attribute(name) != value) user.attributes[name + "_verified"] = "false";
    if (is_address && value.empty()) user.attributes.erase(name + "_verified");
    if (value.empty())
        user.attributes.erase(name);
    else
        user.attributes[name] = value;
}

// The attribute that the Username is, where addresses are the user names; else "". Refuses a name that the
// pool cannot have.
std::string address_of_name(const user_pool& pool, const std::string& username) {
    const bool by_email = pool.lists("UsernameAttributes", "email");
    const bool by_phone = pool.lists("UsernameAttributes", "phone_number");
    if (by_email && is_email(username)) return "email";
    if (by_phone && is_phone_number(username)) return "phone_number";
    if (by_email && by_phone)
        throw invalid_parameter("Username should be either an email or a phone number.");
    if (by_email) throw invalid_parameter("Username should be an email.");
    if (by_phone) throw invalid_parameter("Username should be a phone number.");
    const auto clashes = [](std::string_view alias) {
        return invalid_parameter(fmt::format(
            "Username cannot be of {} format, since user pool is configured for {} alias.", alias, alias));
    };
    if (pool.lists("AliasAttributes", "email") && is_email(username)) throw clashes("email");
    if (pool.lists("AliasAttributes", "phone_number") && is_phone_number(username))
        throw clashes("phone number");
    return "";
}

} // namespace

bool is_email(std::string_view text) {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos || at == 0 || text.find('@', at + 1) != std::string_view::npos ||
        text.size() > email_size_max)
        return false;
    const std::string_view host = text.substr(at + 1);
    return host.find('.') != std::string_view::npos && !host.starts_with('.') && !host.ends_with('.') &&
           std::ranges::none_of(text,
                                [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; });
}

bool is_phone_number(std::string_view text) {
    return text.size() > 3 && text.size() <= phone_number_size_max && text.starts_with('+') &&
           text.substr(1).find_first_not_of("0123456789") == std::string_view::npos;
}

void merge_attributes(pool_user& user, const user_pool& pool, const json::array* given,
                      const pool_client* client, bool is_new) {
    if (given == nullptr) return;
    const std::vector<schema_attribute> schema = schema_of(pool);
    const json::array* writable =
        client == nullptr ? nullptr : find_list(client->settings, "WriteAttributes");
    for (auto& [name, value] : in_order(*given)) {
        if (name == "sub" || (client != nullptr && is_kept_from_clients(name))) throw unauthorized();
        if (writable != nullptr && !writable->empty() && !contains(*writable, name)) throw unauthorized();
        const auto attribute = std::ranges::find(schema, std::string_view{name}, &schema_attribute::name);
        if (attribute == schema.end()) {
            throw invalid_parameter(fmt::format(
                "Attributes did not conform to the schema: Type for attribute {{{}}} could not be determined",
                name));
        }
        if (!is_new && !attribute->is_mutable)
            throw invalid_parameter(fmt::format("user.{}: Attribute cannot be updated.", name));
        if (!is_new && attribute->is_required && value.empty()) {
            throw invalid_parameter(fmt::format(
                "Attributes did not conform to the schema: {}: The attribute {} is required", name, name));
        }
        if (!value.empty()) check_value(*attribute, value);
        if (attribute->is == schema_attribute::type::boolean)
            boost::algorithm::to_lower(value, std::locale::classic());
        set_attribute(user, name, value);
    }
}

pool_user new_user(const call& in, const user_pool& pool, const std::string& username,
                   const json::array* attributes, const pool_client* client) {
    const std::int64_t now = seconds_of(in.now);
    pool_user out{.pool_id = pool.id,
                  .username = pool.folded(username),
                  .sub = ground::random_uuid(),
                  .status = "UNCONFIRMED",
                  .attributes = {},
                  .created_at = now,
                  .modified_at = now};
    const std::string address = address_of_name(pool, username);
    if (!address.empty()) {
        out.username = out.sub;
        set_attribute(out, address, username);
    }
    json::array given;
    if (attributes != nullptr) {
        for (const json::value& each : *attributes) {
            if (text_of(each.get_object(), "Name") != address) given.push_back(each);
        }
    }
    merge_attributes(out, pool, &given, client, true);
    return out;
}

void claim_aliases(const call& in, const user_pool& pool, const pool_user& user, bool forced,
                   std::string_view message) {
    for (const std::string_view name : {"email", "phone_number"}) {
        if (user.attribute(fmt::format("{}_verified", name)) != "true" ||
            !is_alias_taken(in.db, pool, user, name))
            continue;
        if (!forced) throw refusal{"AliasExistsException", fmt::format(fmt::runtime(message), name)};
        take_alias(in.db, pool, user, name);
    }
}

std::vector<std::string> missing_attributes(const user_pool& pool, const pool_user& user) {
    std::vector<std::string> out;
    for (const schema_attribute& each : schema_of(pool)) {
        if (each.is_required && each.name != "sub" && user.attribute(each.name).empty())
            out.push_back(each.name);
    }
    return out;
}

void check_required_attributes(const user_pool& pool, const pool_user& user) {
    std::vector<std::string> missing = missing_attributes(pool, user);
    if (missing.empty()) return;
    for (std::string& each : missing)
        each = fmt::format("{}: The attribute {} is required", each, each);
    throw invalid_parameter(
        fmt::format("Attributes did not conform to the schema: {}", fmt::join(missing, ", ")));
}

bool is_readable(const pool_client& client, std::string_view name) {
    const json::array* readable = find_list(client.settings, "ReadAttributes");
    return readable == nullptr || readable->empty() || name == "sub" || contains(*readable, name);
}

} // namespace cruddur::cloud::cognito
