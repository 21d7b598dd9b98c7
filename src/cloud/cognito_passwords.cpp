#include "cloud/cognito.hpp"
#include "cloud/cognito_srp.hpp"
#include "cloud/cognito_tokens.hpp"
#include "cloud/crypto.hpp"

namespace cruddur::cloud {

namespace {

namespace json = boost::json;

constexpr std::int64_t tries_before_lock = 5;
constexpr std::int64_t lock_seconds_max = 900;

} // namespace

void count_failure(const json_call& in, const pool_user& user) {
    // Counted where it is kept: several may be verified at once.
    in.db.run("update pool_user set failures = failures + 1, locked_until = "
              "case when failures + 1 < ? then 0 else ? + min(?, 1 << min(failures + 1 - ?, 10)) end "
              "where pool_id = ? and username = ?",
              tries_before_lock, seconds_of(in.now), lock_seconds_max, tries_before_lock, user.pool_id,
              user.username);
}

bool is_locked(const json_call& in, const pool_user& user) {
    return user.locked_until > seconds_of(in.now);
}

boost::asio::awaitable<pool_user> with_password(const json_call& in, const user_pool& pool, pool_user user,
                                                std::string password) {
    co_await offload(in.env, [&] {
        set_password(user, pool, password);
        return true;
    });
    co_return user;
}

json_answer forgot_password(const json_call& in) {
    const pool_client client = find_client(in.db, text_of(in.input, "ClientId"));
    const user_pool pool = find_pool(in.db, client.pool_id);
    const std::string username = text_of(in.input, "Username");
    check_secret_hash(client, username, optional_text(in.input, "SecretHash"));
    const auto user = find_user(in.db, pool, username);
    if (!user) {
        if (!client.hides_users())
            throw refusal{"UserNotFoundException", "Username/client id combination not found."};
        co_return json::object{{"CodeDeliveryDetails", delivery_details(username)}};
    }
    if (!user->enabled) throw not_authorized("User is disabled.");
    if (user->status == "FORCE_CHANGE_PASSWORD")
        throw not_authorized("User password cannot be reset in the current state.");
    if (user->attribute("email_verified") != "true") {
        throw invalid_parameter("Cannot reset password for the user as there is no registered/verified email "
                                "or phone_number");
    }
    std::optional<code_delivery> code;
    {
        transaction whole{in.db};
        code = new_code(in, *user, code_purpose::password);
        whole.commit();
    }
    deliver(in, *code, code_purpose::password);
    co_return json::object{{"CodeDeliveryDetails", delivery_details(code->to)}};
}

json_answer confirm_forgot_password(const json_call& in) {
    const pool_client client = find_client(in.db, text_of(in.input, "ClientId"));
    const user_pool pool = find_pool(in.db, client.pool_id);
    const std::string username = text_of(in.input, "Username");
    check_secret_hash(client, username, optional_text(in.input, "SecretHash"));
    auto found = find_user(in.db, pool, username);
    if (!found) {
        if (client.hides_users())
            throw refusal{"ExpiredCodeException", "Invalid code provided, please request a code again."};
        throw refusal{"UserNotFoundException", "Username/client id combination not found."};
    }
    const std::string password = text_of(in.input, "Password");
    check_password_policy(pool, password);
    check_code(in, *found, code_purpose::password, text_of(in.input, "ConfirmationCode"));
    // Taken before the wait, so that one code sets one password.
    drop_code(in.db, *found, code_purpose::password);
    pool_user user = co_await with_password(in, pool, *found, password);
    user.status = "CONFIRMED";
    user.modified_at = seconds_of(in.now);
    {
        transaction whole{in.db};
        update_user(in.db, user);
        revoke_all(in.db, user);
        whole.commit();
    }
    co_await run_trigger(in, pool, "PostConfirmation", "PostConfirmation_ConfirmForgotPassword", user,
                         client.id);
    co_return json::object{};
}

json_answer change_password(const json_call& in) {
    const token_bearer bearer = bearer_of(in, text_of(in.input, "AccessToken"));
    const std::string proposed = text_of(in.input, "ProposedPassword");
    check_password_policy(bearer.pool, proposed);
    pool_user user = bearer.user;
    if (is_locked(in, user))
        throw refusal{"LimitExceededException", "Attempt limit exceeded, please try after some time."};
    const std::string previous = text_of(in.input, "PreviousPassword");
    const std::string given = co_await offload(
        in.env, [&] { return srp_verifier(user.salt, bearer.pool.short_id(), user.username, previous); });
    if (!equals_secret(given, user.verifier)) {
        count_failure(in, user);
        throw not_authorized("Incorrect username or password.");
    }
    user = co_await with_password(in, bearer.pool, user, proposed);
    update_user(in.db, user);
    co_return json::object{};
}

json_answer admin_set_user_password(const json_call& in) {
    const user_pool pool = find_pool(in);
    const pool_user found = require_user(in.db, pool, text_of(in.input, "Username"));
    const std::string password = text_of(in.input, "Password");
    check_password_policy(pool, password);
    pool_user user = co_await with_password(in, pool, found, password);
    user.status =
        optional_boolean(in.input, "Permanent").value_or(false) ? "CONFIRMED" : "FORCE_CHANGE_PASSWORD";
    user.modified_at = seconds_of(in.now);
    update_user(in.db, user);
    co_return json::object{};
}

} // namespace cruddur::cloud
