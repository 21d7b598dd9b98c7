#include "cloud/cognito/cognito.hpp"
#include "cloud/cognito/cognito_messages.hpp"
#include "cloud/cognito/cognito_triggers.hpp"
#include "cloud/ground/crypto.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr std::size_t password_size = 12;
constexpr std::size_t password_size_max = 99; // that a policy may ask for, and more than the ending adds
constexpr std::string_view password_letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
constexpr std::string_view password_ending = "aA1!"; // one of each kind that a policy may ask for

std::string temporary_password(const call& in, const user_pool& pool) {
    std::string out = text_of(in.input, "TemporaryPassword");
    if (out.empty()) {
        const json::object* policies = find_object(pool.settings, "Policies");
        const json::object* policy = policies == nullptr ? nullptr : find_object(*policies, "PasswordPolicy");
        const std::int64_t least =
            policy == nullptr ? 0 : optional_integer(*policy, "MinimumLength").value_or(0);
        const auto size = std::clamp(static_cast<std::size_t>(least), password_size, password_size_max);
        out = ground::random_text(size, password_letters);
        out += password_ending;
    }
    check_password_policy(pool, out);
    return out;
}

// An invitation goes by mail alone, as there is no way to send a text message.
void check_mediums(const call& in) {
    const json::array* mediums = find_list(in.input, "DesiredDeliveryMediums");
    if (mediums == nullptr || mediums->empty() || text_of(in.input, "MessageAction") == "SUPPRESS") return;
    if (!contains(*mediums, "EMAIL"))
        throw invalid_parameter("User pool does not have SMS configuration to send messages.");
}

json::object answer(const pool_user& user) {
    return {{"User", describe_user(user, "Attributes")}};
}

json_answer send_again(const call& in, const user_pool& pool) {
    const std::string username = text_of(in.input, "Username");
    const pool_user known = require_user(in.db, pool, username);
    const std::string password = temporary_password(in, pool);
    const password_proof proof = co_await prove_password(in, pool, known, password);
    const pool_user user = change_user(in.db, known, [&](pool_user& now) {
        if (now.status != "FORCE_CHANGE_PASSWORD") {
            throw refusal{
                "UnsupportedUserStateException",
                fmt::format("Resend not possible. {} status is not FORCE_CHANGE_PASSWORD", username)};
        }
        set_password(in, now, proof);
    });
    co_await invite(in, pool, user, username, password, no_client);
    co_return answer(user);
}

} // namespace

json_answer admin_create_user(const call& in) {
    const user_pool pool = find_pool(in);
    check_mediums(in);
    const std::string action = text_of(in.input, "MessageAction");
    if (action == "RESEND") co_return co_await send_again(in, pool);
    const auto refuse_taken_name = [&] {
        if (find_user(in.db, pool, text_of(in.input, "Username")))
            throw refusal{"UsernameExistsException", "User account already exists"};
    };
    pool_user user =
        new_user(in, pool, text_of(in.input, "Username"), find_list(in.input, "UserAttributes"), nullptr);
    user.status = "FORCE_CHANGE_PASSWORD";
    refuse_taken_name();
    const std::string password = temporary_password(in, pool);
    // What it answers to be confirmed or verified is for who signs up himself.
    occasion on = pre_sign_up("PreSignUp_AdminCreateUser");
    co_await run_trigger(in, pool, std::move(on), user, no_client);
    const password_proof proof = co_await prove_password(in, pool, user, password);
    set_password(in, user, proof);
    {
        transaction whole{in.db};
        refuse_taken_name();
        claim_aliases(in, pool, user, optional_boolean(in.input, "ForceAliasCreation").value_or(false),
                      "An account with the {} already exists.");
        insert_user(in.db, pool, user);
        whole.commit();
    }
    if (action != "SUPPRESS")
        co_await invite(in, pool, user, text_of(in.input, "Username"), password, no_client);
    co_return answer(user);
}

} // namespace cruddur::cloud::cognito
