#include "cloud/cognito/cognito.hpp"
#include "cloud/cognito/cognito_messages.hpp"
#include "cloud/cognito/cognito_triggers.hpp"

#include <fmt/core.h>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

refusal expired_code() {
    return {"ExpiredCodeException", "Invalid code provided, please request a code again."};
}

refusal unknown_user() {
    return {"UserNotFoundException", "Username/client id combination not found."};
}

// What an unconfirmed user who signs up himself must have, and what he cannot have yet.
void check_sign_up(const user_pool& pool, const pool_user& user) {
    if (pool.lists("AliasAttributes", "preferred_username") &&
        !user.attribute("preferred_username").empty()) {
        throw invalid_parameter("Preferred username cannot be provided for unconfirmed account, since user "
                                "pool is configured for preferred username alias.");
    }
    check_required_attributes(pool, user);
}

// The user may have come meanwhile.
void refuse_taken_name(const call& in, const user_pool& pool) {
    if (!find_user(in.db, pool, text_of(in.input, "Username"))) return;
    const bool by_address = find_list(pool.settings, "UsernameAttributes") != nullptr;
    throw refusal{"UsernameExistsException",
                  by_address ? "An account with the given email already exists." : "User already exists"};
}

// An address is the alias of one confirmed user at a time; with ForceAliasCreation, of the one who confirmed
// last.
void claim_own_aliases(const call& in, const user_pool& pool, const pool_user& user) {
    claim_aliases(in, pool, user, optional_boolean(in.input, "ForceAliasCreation").value_or(false),
                  "An account with the given {} already exists.");
}

// What the pool's function decides of who signs up.
void heed(const json::object& decided, pool_user& user) {
    const auto says = [&](std::string_view name) { return optional_boolean(decided, name).value_or(false); };
    for (const auto& [flag, name] :
         {std::pair{"autoVerifyEmail", "email"}, std::pair{"autoVerifyPhone", "phone_number"}}) {
        if (says(flag) && !user.attribute(name).empty())
            user.attributes[fmt::format("{}_verified", name)] = "true";
    }
    if (!says("autoConfirmUser")) return;
    user.status = "CONFIRMED";
    user.owes_confirmation = true;
}

json_answer confirm(const call& in, const user_pool& pool, pool_user user, std::string client_id,
                    bool has_proved_address) {
    if (!user.owes_confirmation) {
        user = change_user(in.db, user, [&](pool_user& now) {
            if (has_proved_address && !now.attribute("email").empty())
                now.attributes["email_verified"] = "true";
            now.status = "CONFIRMED";
            now.owes_confirmation = true;
            now.modified_at = seconds_of(in.now);
            claim_own_aliases(in, pool, now);
        });
    }
    co_await run_post_confirmation(in, pool, user, client_id);
    co_return json::object{};
}

} // namespace

json_answer sign_up(const call& in) {
    const auto [client, pool] = client_of(in);
    check_secret_hash(client, text_of(in.input, "Username"), optional_text(in.input, "SecretHash"));
    if (const json::object* admin = find_object(pool.settings, "AdminCreateUserConfig");
        admin != nullptr && optional_boolean(*admin, "AllowAdminCreateUserOnly").value_or(false))
        throw not_authorized("SignUp is not permitted for this user pool");
    const std::string password = text_of(in.input, "Password");
    check_password_policy(pool, password);
    pool_user user =
        new_user(in, pool, text_of(in.input, "Username"), find_list(in.input, "UserAttributes"), &client);
    check_sign_up(pool, user);
    refuse_taken_name(in, pool);
    occasion on = pre_sign_up("PreSignUp_SignUp");
    const json::object decided = co_await run_trigger(in, pool, std::move(on), user, client.id);
    const password_proof proof = co_await prove_password(in, pool, user, password);
    set_password(in, user, proof);
    heed(decided, user);
    const bool confirmed = user.status == "CONFIRMED";
    const bool sends =
        !confirmed && pool.lists("AutoVerifiedAttributes", "email") && !user.attribute("email").empty();
    std::optional<code_delivery> code;
    {
        transaction whole{in.db};
        refuse_taken_name(in, pool);
        if (confirmed) claim_own_aliases(in, pool, user);
        insert_user(in.db, pool, user);
        if (sends) code = new_code(in, user, code_purpose::sign_up);
        whole.commit();
    }
    json::object out{{"UserConfirmed", confirmed}, {"UserSub", user.sub}};
    if (code) {
        co_await deliver(in, pool, user, *code, "CustomMessage_SignUp", client.id);
        out["CodeDeliveryDetails"] = delivery_details(code->to);
    }
    if (confirmed) co_await run_post_confirmation(in, pool, user, client.id);
    co_return out;
}

// As in AWS, the user is confirmed even if the function that is to know of it fails. Here the same code may
// then be sent again until the function has succeeded.
json_answer confirm_sign_up(const call& in) {
    const auto [client, pool] = client_of(in);
    const std::string username = text_of(in.input, "Username");
    check_secret_hash(client, username, optional_text(in.input, "SecretHash"));
    const auto user = find_user(in.db, pool, username);
    if (!user) throw client.hides_users() ? expired_code() : unknown_user();
    if (user->status != "UNCONFIRMED" && !user->owes_confirmation) {
        throw not_authorized(fmt::format("User cannot be confirmed. Current status is {}", user->status));
    }
    check_code(in, *user, code_purpose::sign_up, text_of(in.input, "ConfirmationCode"));
    co_return co_await confirm(in, pool, *user, client.id, true);
}

json_answer admin_confirm_sign_up(const call& in) {
    const auto [pool, user] = user_of(in);
    if (user.status != "UNCONFIRMED" && !user.owes_confirmation) {
        throw not_authorized(fmt::format("User cannot be confirmed. Current status is {}", user.status));
    }
    co_return co_await confirm(in, pool, user, no_client, false);
}

json_answer resend_confirmation_code(const call& in) {
    const auto [client, pool] = client_of(in);
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
    co_await deliver(in, pool, *user, *code, "CustomMessage_ResendCode", client.id);
    co_return json::object{{"CodeDeliveryDetails", delivery_details(code->to)}};
}

} // namespace cruddur::cloud::cognito
