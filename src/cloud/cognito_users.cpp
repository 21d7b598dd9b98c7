#include "cloud/cognito.hpp"
#include "cloud/cognito_tokens.hpp"
#include "cloud/crypto.hpp"
#include "cloud/identifiers.hpp"
#include "cloud/mailbox.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <array>

namespace cruddur::cloud {

namespace {

namespace json = boost::json;

json::object describe(const pool_user& user, const char* attributes) {
    return {{"Username", user.username},         {attributes, attribute_list(user)},
            {"UserCreateDate", user.created_at}, {"UserLastModifiedDate", user.modified_at},
            {"Enabled", user.enabled},           {"UserStatus", user.status}};
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

} // namespace

json_answer get_user(const json_call& in) {
    const token_bearer bearer = bearer_of(in, text_of(in.input, "AccessToken"));
    co_return json::object{{"Username", bearer.user.username},
                           {"UserAttributes", attribute_list(bearer.user)}};
}

json_answer update_user_attributes(const json_call& in) {
    token_bearer bearer = bearer_of(in, text_of(in.input, "AccessToken"));
    pool_user& user = bearer.user;
    const std::string email = user.attribute("email");
    merge_attributes(user, bearer.pool, find_list(in.input, "UserAttributes"), false);
    check_required_attributes(bearer.pool, user);
    if (bearer.pool.lists("AliasAttributes", "preferred_username") &&
        is_alias_taken(in.db, user, "preferred_username", user.attribute("preferred_username"))) {
        throw refusal{"AliasExistsException", "An account with the given preferred_username already exists."};
    }
    user.modified_at = seconds_of(in.now);
    const bool sends = user.attribute("email") != email && !user.attribute("email").empty() &&
                       bearer.pool.lists("AutoVerifiedAttributes", "email");
    std::optional<code_delivery> code;
    {
        transaction whole{in.db};
        update_user(in.db, user);
        if (sends) code = new_code(in, user, code_purpose::attribute);
        whole.commit();
    }
    json::array details;
    if (code) {
        deliver(in, *code, code_purpose::attribute);
        details.emplace_back(delivery_details(code->to));
    }
    co_return json::object{{"CodeDeliveryDetailsList", std::move(details)}};
}

json_answer verify_user_attribute(const json_call& in) {
    token_bearer bearer = bearer_of(in, text_of(in.input, "AccessToken"));
    if (text_of(in.input, "AttributeName") != "email")
        throw invalid_parameter("Only email addresses can be verified in local AWS.");
    check_code(in, bearer.user, code_purpose::attribute, text_of(in.input, "Code"));
    if (bearer.pool.lists("AliasAttributes", "email") &&
        is_alias_taken(in.db, bearer.user, "email", bearer.user.attribute("email"))) {
        throw refusal{"AliasExistsException", "An account with the given email already exists."};
    }
    bearer.user.attributes["email_verified"] = "true";
    transaction whole{in.db};
    update_user(in.db, bearer.user);
    drop_code(in.db, bearer.user, code_purpose::attribute);
    whole.commit();
    co_return json::object{};
}

json_answer admin_get_user(const json_call& in) {
    const user_pool pool = find_pool(in);
    co_return describe(require_user(in.db, pool, text_of(in.input, "Username")), "UserAttributes");
}

json_answer admin_delete_user(const json_call& in) {
    const user_pool pool = find_pool(in);
    const pool_user user = require_user(in.db, pool, text_of(in.input, "Username"));
    in.db.run("delete from pool_user where pool_id = ? and username = ?", pool.id, user.username);
    co_return json::object{};
}

json_answer admin_create_user(const json_call& in) {
    const user_pool pool = find_pool(in);
    const std::string username = text_of(in.input, "Username");
    pool_user user{.pool_id = pool.id,
                   .username = username,
                   .sub = random_uuid(),
                   .status = "FORCE_CHANGE_PASSWORD",
                   .attributes = {},
                   .created_at = seconds_of(in.now),
                   .modified_at = seconds_of(in.now)};
    merge_attributes(user, pool, find_list(in.input, "UserAttributes"), true);
    if (pool.lists("UsernameAttributes", "email")) {
        user.attributes["email"] = username;
        user.username = user.sub;
    }
    if (find_user(in.db, pool, username))
        throw refusal{"UsernameExistsException", "User account already exists"};
    check_required_attributes(pool, user);
    std::string password = text_of(in.input, "TemporaryPassword");
    if (password.empty()) {
        password = random_text(12, "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789") + "aA1!";
    }
    check_password_policy(pool, password);
    user = co_await with_password(in, pool, user, password);
    insert_user(in.db, user);
    if (text_of(in.input, "MessageAction") != "SUPPRESS" && in.env.mail != nullptr) {
        in.env.mail->put({user.attribute("email"), "Your temporary password",
                          fmt::format("Your username is {} and temporary password is {}", username, password),
                          password, seconds_of(in.now)});
    }
    co_return json::object{{"User", describe(user, "Attributes")}};
}

json_answer list_users(const json_call& in) {
    const user_pool pool = find_pool(in);
    const auto filter = read_filter(text_of(in.input, "Filter"));
    const auto limit = static_cast<std::size_t>(optional_integer(in.input, "Limit").value_or(60));
    const std::string after = text_of(in.input, "PaginationToken");
    json::array users;
    bool begun = after.empty();
    std::string next;
    for (const pool_user& user : users_of(in.db, pool.id)) {
        if (!begun) {
            begun = user.sub == after;
            continue;
        }
        if (filter && !matches(user, *filter)) continue;
        if (users.size() == limit) break;
        users.emplace_back(describe(user, "Attributes"));
        next = user.sub;
    }
    json::object out{{"Users", std::move(users)}};
    if (out["Users"].get_array().size() == limit) out["PaginationToken"] = next;
    co_return out;
}

} // namespace cruddur::cloud
