#include "cloud/cognito/cognito.hpp"
#include "cloud/cognito/cognito_messages.hpp"
#include "cloud/cognito/cognito_srp.hpp"
#include "cloud/cognito/cognito_tokens.hpp"
#include "cloud/cognito/cognito_triggers.hpp"
#include "cloud/cognito/cognito_user_migration.hpp"
#include "cloud/ground/crypto.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr std::int64_t tries_before_lock = 5;
constexpr std::int64_t lock_seconds_max = 900;
constexpr std::size_t salt_bytes = 16;

password_proof make_proof(const user_pool& pool, const std::string& username, const std::string& password) {
    std::string salt = ground::to_hex(ground::random_bytes(salt_bytes));
    std::string verifier = srp_verifier(salt, pool.short_id(), username, password);
    return {std::move(salt), std::move(verifier)};
}

refusal unreachable() {
    return invalid_parameter("Cannot reset password for the user as there is no registered/verified email "
                             "or phone_number");
}

// Whether the user may ask for a code for a new password at his address, by the pool's
// AccountRecoverySetting.
void check_recovery(const user_pool& pool) {
    if (const json::object* setting = find_object(pool.settings, "AccountRecoverySetting")) {
        const json::array* ways = find_list(*setting, "RecoveryMechanisms");
        const auto offers = [&](std::string_view way) {
            return ways != nullptr && std::ranges::any_of(*ways, [&](const json::value& each) {
                       return text_of(each.get_object(), "Name") == way;
                   });
        };
        if (offers("admin_only")) throw not_authorized("Contact administrator to reset password.");
        if (ways != nullptr && !offers("verified_email")) throw unreachable();
    }
}

// A code for a new password, to an address that is known to be the user's.
code_delivery code_for_password(const call& in, const pool_user& user) {
    if (!user.enabled) throw not_authorized("User is disabled.");
    if (user.status == "FORCE_CHANGE_PASSWORD")
        throw not_authorized("User password cannot be reset in the current state.");
    if (user.attribute("email_verified") != "true") throw unreachable();
    return new_code(in, user, code_purpose::password);
}

} // namespace

void count_failure(const call& in, const pool_user& user) {
    // Counted where it is kept: several may be verified at once.
    in.db.run("update pool_user set failures = failures + 1, locked_until = "
              "case when failures + 1 < ? then 0 else ? + min(?, 1 << min(failures + 1 - ?, 10)) end "
              "where pool_id = ? and username = ?",
              tries_before_lock, seconds_of(in.now), lock_seconds_max, tries_before_lock, user.pool_id,
              user.username);
}

bool is_locked(const call& in, const pool_user& user) {
    return user.locked_until > seconds_of(in.now);
}

boost::asio::awaitable<password_proof> prove_password(const call& in, const user_pool& pool,
                                                      const pool_user& user, const std::string& password) {
    password_proof out;
    co_await wire::offload(in.env, [&] {
        out = make_proof(pool, user.username, password);
        return true;
    });
    co_return out;
}

void set_password(const call& in, pool_user& user, const password_proof& proof) {
    user.salt = proof.salt;
    user.verifier = proof.verifier;
    user.failures = 0;
    user.locked_until = 0;
    user.password_at = seconds_of(in.now);
    user.modified_at = seconds_of(in.now);
}

json_answer forgot_password(const call& in) {
    const auto [client, pool] = client_of(in);
    const std::string username = text_of(in.input, "Username");
    check_secret_hash(client, username, optional_text(in.input, "SecretHash"));
    auto user = find_user(in.db, pool, username);
    if (!user && has_trigger(pool, "UserMigration"))
        user = co_await migrate_user(in, pool, client, username, std::nullopt);
    if (!user) {
        if (!client.hides_users())
            throw refusal{"UserNotFoundException", "Username/client id combination not found."};
        co_return json::object{{"CodeDeliveryDetails", delivery_details(username)}};
    }
    check_recovery(pool);
    std::optional<code_delivery> code;
    {
        transaction whole{in.db};
        code = code_for_password(in, *user);
        whole.commit();
    }
    co_await deliver(in, pool, *user, *code, "CustomMessage_ForgotPassword", client.id);
    co_return json::object{{"CodeDeliveryDetails", delivery_details(code->to)}};
}

json_answer confirm_forgot_password(const call& in) {
    const auto [client, pool] = client_of(in);
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
    const password_proof proof = co_await prove_password(in, pool, *found, password);
    const pool_user user = change_user(in.db, *found, [&](pool_user& now) {
        set_password(in, now, proof);
        now.status = "CONFIRMED";
        revoke_all(in.db, now);
    });
    occasion on{.source = "PostConfirmation_ConfirmForgotPassword"};
    co_await run_trigger(in, pool, std::move(on), user, client.id);
    co_return json::object{};
}

json_answer change_password(const call& in) {
    const token_bearer bearer = bearer_of(in, text_of(in.input, "AccessToken"));
    const std::string proposed = text_of(in.input, "ProposedPassword");
    check_password_policy(bearer.pool, proposed);
    const pool_user& user = bearer.user;
    if (is_locked(in, user))
        throw refusal{"LimitExceededException", "Attempt limit exceeded, please try after some time."};
    const std::string previous = text_of(in.input, "PreviousPassword");
    const std::string given = co_await wire::offload(
        in.env, [&] { return srp_verifier(user.salt, bearer.pool.short_id(), user.username, previous); });
    if (!ground::equals_secret(given, user.verifier)) {
        count_failure(in, user);
        throw not_authorized("Incorrect username or password.");
    }
    const password_proof proof = co_await prove_password(in, bearer.pool, user, proposed);
    change_user(in.db, user, [&](pool_user& now) {
        // The one that was proved has been changed meanwhile.
        if (now.verifier != user.verifier) throw not_authorized("Incorrect username or password.");
        set_password(in, now, proof);
    });
    co_return json::object{};
}

json_answer admin_set_user_password(const call& in) {
    const auto [pool, found] = user_of(in);
    const std::string password = text_of(in.input, "Password");
    check_password_policy(pool, password);
    const password_proof proof = co_await prove_password(in, pool, found, password);
    const bool is_permanent = optional_boolean(in.input, "Permanent").value_or(false);
    change_user(in.db, found, [&](pool_user& now) {
        set_password(in, now, proof);
        now.status = is_permanent ? "CONFIRMED" : "FORCE_CHANGE_PASSWORD";
    });
    co_return json::object{};
}

// From now on the user signs in only once he has set a new password by the code.
json_answer admin_reset_user_password(const call& in) {
    const auto [pool, found] = user_of(in);
    std::optional<code_delivery> code;
    const pool_user user = change_user(in.db, found, [&](pool_user& now) {
        code = code_for_password(in, now);
        now.status = "RESET_REQUIRED";
        now.modified_at = seconds_of(in.now);
    });
    co_await deliver(in, pool, user, *code, "CustomMessage_ForgotPassword", no_client);
    co_return json::object{};
}

} // namespace cruddur::cloud::cognito
