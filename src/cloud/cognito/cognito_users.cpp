#include "cloud/cognito/cognito.hpp"
#include "cloud/cognito/cognito_messages.hpp"
#include "cloud/cognito/cognito_schema.hpp"
#include "cloud/cognito/cognito_software_token.hpp"
#include "cloud/cognito/cognito_tokens.hpp"
#include "cloud/cognito/cognito_triggers.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr std::int64_t page_size_max = 60;

// The user's attributes as lists have them, his sub first: those that are `wanted`.
json::array attribute_list(const pool_user& user, const std::function<bool(std::string_view)>& wanted) {
    json::array out;
    if (wanted("sub")) out.emplace_back(json::object{{"Name", "sub"}, {"Value", user.sub}});
    for (const auto& [name, value] : user.attributes) {
        if (wanted(name)) out.emplace_back(json::object{{"Name", name}, {"Value", value}});
    }
    return out;
}

// One filter of ListUsers: NAME = "VALUE", or ^= for a beginning.
struct user_filter {
    std::string name;
    std::string value;
    bool is_prefix = false;
};

std::optional<user_filter> read_filter(const std::string& text) {
    if (text.empty()) return std::nullopt;
    const auto refuse = [] { return invalid_parameter("Error while parsing filter"); };
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) throw refuse();
    user_filter out;
    out.is_prefix = text[equals - 1] == '^';
    out.name = text.substr(0, out.is_prefix ? equals - 1 : equals);
    const auto trim = [](std::string& in) {
        in.erase(0, std::min(in.find_first_not_of(" \""), in.size()));
        in.erase(in.find_last_not_of(" \"") + 1);
    };
    trim(out.name);
    const std::size_t open = text.find('"', equals);
    const std::size_t close = text.rfind('"');
    if (open == std::string::npos || close <= open) throw refuse();
    for (std::size_t i = open + 1; i < close; ++i) {
        if (text[i] == '\\' && i + 1 < close) ++i;
        out.value += text[i];
    }
    constexpr std::array known = {"username",   "email",       "phone_number",       "name",
                                  "given_name", "family_name", "preferred_username", "cognito:user_status",
                                  "status",     "sub"};
    if (std::ranges::find(known, out.name) == known.end())
        throw invalid_parameter(fmt::format("Invalid search attribute: {}", out.name));
    return out;
}

bool matches(const pool_user& user, const user_filter& filter) {
    std::string has = user.attribute(filter.name);
    if (filter.name == "username") has = user.username;
    if (filter.name == "sub") has = user.sub;
    if (filter.name == "cognito:user_status") has = user.status;
    if (filter.name == "status") has = user.enabled ? "Enabled" : "Disabled";
    return filter.is_prefix ? has.starts_with(filter.value) : has == filter.value;
}

// A name by which the user is found belongs to one: an address that is an alias only once it is verified, as
// an administrator may have it.
void check_aliases(const call& in, const user_pool& pool, const pool_user& before, const pool_user& now) {
    for (const std::string_view name : {"email", "phone_number", "preferred_username"}) {
        const std::string verified = fmt::format("{}_verified", name);
        const bool is_found_by_it = name == "preferred_username" || pool.lists("UsernameAttributes", name) ||
                                    now.attribute(verified) == "true";
        const bool is_new = now.attribute(name) != before.attribute(name) ||
                            now.attribute(verified) != before.attribute(verified);
        if (!is_new || !is_found_by_it || !is_alias_taken(in.db, pool, now, name)) continue;
        throw refusal{"AliasExistsException",
                      fmt::format("An account with the given {} already exists.", name)};
    }
}

// Returns where codes have been sent to.
boost::asio::awaitable<json::array> update_attributes(const call& in, const user_pool& pool,
                                                      const pool_user& known, const pool_client* client,
                                                      json::array given) {
    std::optional<code_delivery> code;
    const pool_user changed = change_user(in.db, known, [&](pool_user& user) {
        const pool_user before = user;
        merge_attributes(user, pool, &given, client, false);
        check_aliases(in, pool, before, user);
        user.modified_at = seconds_of(in.now);
        if (user.attribute("email") == before.attribute("email")) return;
        // A code proves the address that it was sent to.
        drop_code(in.db, user, code_purpose::attribute);
        const bool is_proved = user.attribute("email_verified") == "true" || user.attribute("email").empty();
        if (pool.lists("AutoVerifiedAttributes", "email") && !is_proved)
            code = new_code(in, user, code_purpose::attribute);
    });
    if (!code) co_return json::array{};
    const std::string& client_id = client == nullptr ? no_client : client->id;
    co_await deliver(in, pool, changed, *code, "CustomMessage_UpdateUserAttribute", client_id);
    co_return json::array{delivery_details(code->to)};
}

json::array without_values(const call& in) {
    json::array out;
    for (const json::value& each : *find_list(in.input, "UserAttributeNames"))
        out.emplace_back(json::object{{"Name", each}, {"Value", ""}});
    return out;
}

void check_verifiable(const call& in) {
    if (text_of(in.input, "AttributeName") != "email")
        throw invalid_parameter("Only email addresses can be verified in local AWS.");
}

json_answer set_enabled(const call& in, bool is_enabled) {
    change_user(in.db, user_of(in).user, [&](pool_user& user) {
        user.enabled = is_enabled;
        user.modified_at = seconds_of(in.now);
    });
    co_return json::object{};
}

std::int64_t read_row(const std::string& key) {
    std::int64_t out = 0;
    std::from_chars(key.data(), key.data() + key.size(), out);
    return out;
}

} // namespace

json::object describe_user(const pool_user& user, const char* attributes,
                           const std::function<bool(std::string_view)>& wanted) {
    return {{"Username", user.username},
            {attributes, attribute_list(user, wanted)},
            {"UserCreateDate", user.created_at * ms_per_second},
            {"UserLastModifiedDate", user.modified_at * ms_per_second},
            {"Enabled", user.enabled},
            {"UserStatus", user.status}};
}

json::object get_user(const call& in) {
    const token_bearer bearer = bearer_of(in, text_of(in.input, "AccessToken"));
    const auto readable = [&](std::string_view name) { return is_readable(bearer.client, name); };
    json::object out{{"Username", bearer.user.username},
                     {"UserAttributes", attribute_list(bearer.user, readable)}};
    describe_second_factors(in.db, bearer.user, out);
    return out;
}

json_answer update_user_attributes(const call& in) {
    const token_bearer bearer = bearer_of(in, text_of(in.input, "AccessToken"));
    json::array sent = co_await update_attributes(in, bearer.pool, bearer.user, &bearer.client,
                                                  *find_list(in.input, "UserAttributes"));
    co_return json::object{{"CodeDeliveryDetailsList", std::move(sent)}};
}

json_answer admin_update_user_attributes(const call& in) {
    const auto [pool, user] = user_of(in);
    co_await update_attributes(in, pool, user, nullptr, *find_list(in.input, "UserAttributes"));
    co_return json::object{};
}

json_answer delete_user_attributes(const call& in) {
    const token_bearer bearer = bearer_of(in, text_of(in.input, "AccessToken"));
    co_await update_attributes(in, bearer.pool, bearer.user, &bearer.client, without_values(in));
    co_return json::object{};
}

json_answer admin_delete_user_attributes(const call& in) {
    const auto [pool, user] = user_of(in);
    co_await update_attributes(in, pool, user, nullptr, without_values(in));
    co_return json::object{};
}

json_answer get_user_attribute_verification_code(const call& in) {
    const token_bearer bearer = bearer_of(in, text_of(in.input, "AccessToken"));
    check_verifiable(in);
    if (bearer.user.attribute("email").empty())
        throw invalid_parameter("There is no address to send a code to.");
    std::optional<code_delivery> code;
    {
        transaction whole{in.db};
        code = new_code(in, bearer.user, code_purpose::attribute);
        whole.commit();
    }
    co_await deliver(in, bearer.pool, bearer.user, *code, "CustomMessage_VerifyUserAttribute",
                     bearer.client.id);
    co_return json::object{{"CodeDeliveryDetails", delivery_details(code->to)}};
}

json_answer verify_user_attribute(const call& in) {
    const token_bearer bearer = bearer_of(in, text_of(in.input, "AccessToken"));
    check_verifiable(in);
    check_code(in, bearer.user, code_purpose::attribute, text_of(in.input, "Code"));
    change_user(in.db, bearer.user, [&](pool_user& user) {
        if (is_alias_taken(in.db, bearer.pool, user, "email"))
            throw refusal{"AliasExistsException", "An account with the given email already exists."};
        user.attributes["email_verified"] = "true";
        user.modified_at = seconds_of(in.now);
        drop_code(in.db, user, code_purpose::attribute);
    });
    co_return json::object{};
}

json::object admin_get_user(const call& in) {
    const pool_user user = user_of(in).user;
    json::object out = describe_user(user, "UserAttributes");
    describe_second_factors(in.db, user, out);
    return out;
}

json::object admin_delete_user(const call& in) {
    in.db.run("delete from pool_user where sub = ?", user_of(in).user.sub);
    return {};
}

json::object delete_user(const call& in) {
    const token_bearer bearer = bearer_of(in, text_of(in.input, "AccessToken"));
    in.db.run("delete from pool_user where sub = ?", bearer.user.sub);
    return {};
}

json_answer admin_enable_user(const call& in) {
    return set_enabled(in, true);
}

json_answer admin_disable_user(const call& in) {
    return set_enabled(in, false);
}

json::object list_users(const call& in) {
    const user_pool pool = find_pool(in);
    const auto filter = read_filter(text_of(in.input, "Filter"));
    const json::array* asked = find_list(in.input, "AttributesToGet");
    const std::vector<schema_attribute> schema = schema_of(pool);
    for (const json::value& each : asked == nullptr ? json::array{} : *asked) {
        const std::string_view name = each.get_string();
        if (std::ranges::find(schema, name, &schema_attribute::name) == schema.end()) {
            throw invalid_parameter(
                fmt::format("One or more requested attributes do not exist in user pool: {}.", name));
        }
    }
    const auto wanted = [&](std::string_view name) { return asked == nullptr || contains(*asked, name); };
    std::int64_t limit = optional_integer(in.input, "Limit").value_or(0);
    if (limit == 0) limit = page_size_max;
    const std::string after = read_page_token(in, "PaginationToken");
    json::array users;
    std::string last = after;
    std::string next;
    for (const pool_user& user : users_after(in.db, pool.id, read_row(after))) {
        if (filter && !matches(user, *filter)) continue;
        if (std::ssize(users) == limit) {
            next = page_token(last);
            break;
        }
        users.emplace_back(describe_user(user, "Attributes", wanted));
        last = std::to_string(user.row);
    }
    json::object out{{"Users", std::move(users)}};
    if (!next.empty()) out["PaginationToken"] = next;
    return out;
}

} // namespace cruddur::cloud::cognito
