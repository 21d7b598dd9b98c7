#include "cloud/cognito.hpp"
#include "cloud/cognito_tokens.hpp"
#include "cloud/identifiers.hpp"

#include <fmt/core.h>

namespace cruddur::cloud {

namespace {

namespace json = boost::json;

refusal expired_code() {
    return {"ExpiredCodeException", "Invalid code provided, please request a code again."};
}

refusal unknown_user() {
    return {"UserNotFoundException", "Username/client id combination not found."};
}

// A new user as the request describes him. Where addresses are the user names, his own is his sub.
pool_user new_user(const json_call& in, const user_pool& pool) {
    const std::string username = text_of(in.input, "Username");
    pool_user out{.pool_id = pool.id,
                  .username = pool.is_case_sensitive() ? username : folded(username),
                  .sub = random_uuid(),
                  .status = "UNCONFIRMED",
                  .attributes = {},
                  .created_at = seconds_of(in.now),
                  .modified_at = seconds_of(in.now)};
    merge_attributes(out, pool, find_list(in.input, "UserAttributes"), false);
    const bool looks_like_email = username.find('@') != std::string::npos;
    if (pool.lists("UsernameAttributes", "email")) {
        if (!looks_like_email) throw invalid_parameter("Username should be an email.");
        json::array given{json::object{{"Name", "email"}, {"Value", username}}};
        merge_attributes(out, pool, &given, false);
        out.username = out.sub;
        if (find_user(in.db, pool, username))
            throw refusal{"UsernameExistsException", "An account with the given email already exists."};
    } else if (looks_like_email && pool.lists("AliasAttributes", "email")) {
        throw invalid_parameter(
            "Username cannot be of email format, since user pool is configured for email alias.");
    }
    if (pool.lists("AliasAttributes", "preferred_username") && !out.attribute("preferred_username").empty()) {
        throw invalid_parameter("Preferred username cannot be provided for unconfirmed account, since user "
                                "pool is configured for preferred username alias.");
    }
    check_required_attributes(pool, out);
    return out;
}

// An address is the alias of one confirmed user at a time; with ForceAliasCreation, of the one who confirmed
// last.
void claim_email(const json_call& in, const user_pool& pool, const pool_user& user) {
    if (!pool.lists("AliasAttributes", "email") ||
        !is_alias_taken(in.db, user, "email", user.attribute("email")))
        return;
    if (!optional_boolean(in.input, "ForceAliasCreation").value_or(false))
        throw refusal{"AliasExistsException", "An account with the given email already exists."};
    for (pool_user other : users_of(in.db, pool.id)) {
        if (other.username == user.username ||
            folded(other.attribute("email")) != folded(user.attribute("email")))
            continue;
        other.attributes["email_verified"] = "false";
        update_user(in.db, other);
    }
}

json_answer confirm(const json_call& in, const user_pool& pool, pool_user user, std::string client_id) {
    if (!user.owes_confirmation) {
        user.status = "CONFIRMED";
        user.owes_confirmation = true;
        user.modified_at = seconds_of(in.now);
        transaction whole{in.db};
        claim_email(in, pool, user);
        update_user(in.db, user);
        whole.commit();
    }
    co_await run_post_confirmation(in, pool, user, client_id);
    co_return json::object{};
}

} // namespace

json_answer sign_up(const json_call& in) {
    const pool_client client = find_client(in.db, text_of(in.input, "ClientId"));
    const user_pool pool = find_pool(in.db, client.pool_id);
    check_secret_hash(client, text_of(in.input, "Username"), optional_text(in.input, "SecretHash"));
    if (const json::object* admin = find_object(pool.settings, "AdminCreateUserConfig");
        admin != nullptr && optional_boolean(*admin, "AllowAdminCreateUserOnly").value_or(false))
        throw not_authorized("SignUp is not permitted for this user pool");
    const std::string password = text_of(in.input, "Password");
    check_password_policy(pool, password);
    pool_user user = new_user(in, pool);
    const json::object decided =
        co_await run_trigger(in, pool, "PreSignUp", "PreSignUp_SignUp", user, client.id);
    user = co_await with_password(in, pool, user, password);
    const bool confirmed = optional_boolean(decided, "autoConfirmUser").value_or(false);
    if (optional_boolean(decided, "autoVerifyEmail").value_or(false))
        user.attributes["email_verified"] = "true";
    if (confirmed) user.status = "CONFIRMED";
    user.owes_confirmation = confirmed;
    const bool sends =
        !confirmed && pool.lists("AutoVerifiedAttributes", "email") && !user.attribute("email").empty();
    std::optional<code_delivery> code;
    {
        transaction whole{in.db};
        if (confirmed) claim_email(in, pool, user);
        insert_user(in.db, user);
        if (sends) code = new_code(in, user, code_purpose::sign_up);
        whole.commit();
    }
    json::object out{{"UserConfirmed", confirmed}, {"UserSub", user.sub}};
    if (code) {
        deliver(in, *code, code_purpose::sign_up);
        out["CodeDeliveryDetails"] = delivery_details(code->to);
    }
    if (confirmed) co_await run_post_confirmation(in, pool, user, client.id);
    co_return out;
}

// As in AWS, the user is confirmed even if the function that is to know of it fails. Here the same code may
// then be sent again until the function has succeeded.
json_answer confirm_sign_up(const json_call& in) {
    const pool_client client = find_client(in.db, text_of(in.input, "ClientId"));
    const user_pool pool = find_pool(in.db, client.pool_id);
    const std::string username = text_of(in.input, "Username");
    check_secret_hash(client, username, optional_text(in.input, "SecretHash"));
    auto user = find_user(in.db, pool, username);
    if (!user) throw client.hides_users() ? expired_code() : unknown_user();
    if (user->status != "UNCONFIRMED" && !user->owes_confirmation) {
        throw not_authorized(fmt::format("User cannot be confirmed. Current status is {}", user->status));
    }
    check_code(in, *user, code_purpose::sign_up, text_of(in.input, "ConfirmationCode"));
    if (!user->attribute("email").empty()) user->attributes["email_verified"] = "true";
    co_return co_await confirm(in, pool, *user, client.id);
}

json_answer admin_confirm_sign_up(const json_call& in) {
    const user_pool pool = find_pool(in);
    const pool_user user = require_user(in.db, pool, text_of(in.input, "Username"));
    if (user.status != "UNCONFIRMED" && !user.owes_confirmation) {
        throw not_authorized(fmt::format("User cannot be confirmed. Current status is {}", user.status));
    }
    co_return co_await confirm(in, pool, user, "CLIENT_ID_NOT_APPLICABLE");
}

json_answer resend_confirmation_code(const json_call& in) {
    const pool_client client = find_client(in.db, text_of(in.input, "ClientId"));
    const user_pool pool = find_pool(in.db, client.pool_id);
    const std::string username = text_of(in.input, "Username");
    check_secret_hash(client, username, optional_text(in.input, "SecretHash"));
    const auto user = find_user(in.db, pool, username);
    if (!user) {
        if (!client.hides_users()) throw unknown_user();
        co_return json::object{{"CodeDeliveryDetails", delivery_details(username)}};
    }
    if (user->status != "UNCONFIRMED") throw invalid_parameter("User is already confirmed.");
    if (user->attribute("email").empty()) throw invalid_parameter("There is no address to send a code to.");
    std::optional<code_delivery> code;
    {
        transaction whole{in.db};
        code = new_code(in, *user, code_purpose::sign_up);
        whole.commit();
    }
    deliver(in, *code, code_purpose::sign_up);
    co_return json::object{{"CodeDeliveryDetails", delivery_details(code->to)}};
}

} // namespace cruddur::cloud
