#include "cloud/cognito/cognito_auth.hpp"
#include "cloud/cognito/cognito_software_token.hpp"
#include "cloud/cognito/cognito_tokens.hpp"
#include "cloud/cognito/cognito_triggers.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr std::int64_t temporary_days = 7;
constexpr std::int64_t day_seconds = 86'400;
constexpr std::string_view attribute_response = "userAttributes.";

void check_temporary_password(const call& in, const user_pool& pool, const pool_user& user) {
    std::int64_t days = 0;
    if (const json::object* administration = find_object(pool.settings, "AdminCreateUserConfig"))
        days = optional_integer(*administration, "UnusedAccountValidityDays").value_or(0);
    if (const json::object* policies = find_object(pool.settings, "Policies")) {
        if (const json::object* policy = find_object(*policies, "PasswordPolicy"))
            days = optional_integer(*policy, "TemporaryPasswordValidityDays").value_or(days);
    }
    if (days == 0) days = temporary_days;
    if (user.password_at + days * day_seconds <= seconds_of(in.now))
        throw not_authorized("Temporary password has expired and must be reset by an administrator.");
}

json::object ask_for_new_password(const call& in, const user_pool& pool, const pool_client& client,
                                  const pool_user& user) {
    json::array required;
    for (const std::string& each : missing_attributes(pool, user))
        required.emplace_back(fmt::format("{}{}", attribute_response, each));
    json::object readable;
    for (const auto& [name, value] : user.attributes) {
        if (is_readable(client, name)) readable[name] = value;
    }
    json::object parameters{{"USER_ID_FOR_SRP", user.username},
                            {"requiredAttributes", json::serialize(required)},
                            {"userAttributes", json::serialize(readable)}};
    return ask(in, client, "NEW_PASSWORD_REQUIRED", std::move(parameters),
               {{"username", user.username}, {"salt", user.salt}});
}

// The attributes that go with a new password: each "userAttributes.NAME" of the responses.
json::array attributes_of(const json::object& responses) {
    json::array out;
    for (const auto& [key, value] : responses) {
        if (std::string_view{key}.starts_with(attribute_response)) {
            out.emplace_back(json::object{{"Name", std::string_view{key}.substr(attribute_response.size())},
                                          {"Value", value}});
        }
    }
    return out;
}

void complete_attributes(const user_pool& pool, const pool_client& client, const json::array& given,
                         pool_user& user) {
    for (const json::value& each : given) {
        if (text_of(each.get_object(), "Name") == "email" && !user.attribute("email").empty())
            throw not_authorized("Cannot modify an already provided email");
    }
    merge_attributes(user, pool, &given, &client, false);
    if (const auto missing = missing_attributes(pool, user); !missing.empty())
        throw invalid_parameter(fmt::format("Invalid attributes given, {} is missing", missing.front()));
}

} // namespace

pool_user admitted(const call& in, const pool_user& proved) {
    pool_user user = reread_user(in.db, proved);
    if (user.verifier != proved.verifier) throw wrong_password();
    if (!user.enabled) throw not_authorized("User is disabled.");
    if (user.status == "UNCONFIRMED") throw refusal{"UserNotConfirmedException", "User is not confirmed."};
    if (user.status == "RESET_REQUIRED")
        throw refusal{"PasswordResetRequiredException", "Password reset required for the user"};
    return user;
}

json_answer finish(const call& in, const user_pool& pool, const pool_client& client, pool_user proved,
                   std::string_view source) {
    const pool_user user = admitted(in, proved);
    if (user.status == "FORCE_CHANGE_PASSWORD") {
        check_temporary_password(in, pool, user);
        co_return ask_for_new_password(in, pool, client, user);
    }
    if (is_asked_for_code(in.db, pool, user)) co_return ask_for_code(in, client, user, source);
    if (requires_second_factor(pool)) co_return ask_for_setup(in, client, user, source);
    co_return co_await let_in(in, pool, client, std::move(proved), source);
}

json_answer let_in(const call& in, const user_pool& pool, const pool_client& client, pool_user proved,
                   std::string_view source) {
    const pool_user user = admitted(in, proved);
    if (user.failures != 0)
        in.db.run("update pool_user set failures = 0, locked_until = 0 where sub = ?", user.sub);
    occasion on{.source = "PostAuthentication_Authentication", .request = {{"newDeviceUsed", false}}};
    co_await run_trigger(in, pool, std::move(on), user, client.id);
    const token_changes changes = co_await run_pre_token_generation(in, pool, client, user, source);
    transaction whole{in.db};
    json::object result =
        issue_tokens(in, pool, find_client(in.db, client.id), admitted(in, proved), changes);
    whole.commit();
    co_return json::object{{"ChallengeParameters", json::object{}},
                           {"AuthenticationResult", std::move(result)}};
}

json_answer set_new_password(const call& in, const user_pool& pool, const pool_client& client) {
    const json::object* given = find_object(in.input, "ChallengeResponses");
    const std::string name = required(given, "USERNAME");
    const std::string password = required(given, "NEW_PASSWORD");
    check_secret_hash(client, name, optional_text(*given, "SECRET_HASH"));
    check_password_policy(pool, password);
    const json::object data = take_session(in, client, "NEW_PASSWORD_REQUIRED");
    const pool_user known = require_user(in.db, pool, text_of(data, "username"));
    const password_proof proof = co_await prove_password(in, pool, known, password);
    pool_user user = change_user(in.db, known, [&](pool_user& now) {
        // Another password has been set since the session began.
        if (now.salt != text_of(data, "salt")) throw not_authorized("Invalid session for the user.");
        complete_attributes(pool, client, attributes_of(*given), now);
        set_password(in, now, proof);
        now.status = "CONFIRMED";
    });
    co_return co_await finish(in, pool, client, std::move(user), "TokenGeneration_NewPasswordChallenge");
}

} // namespace cruddur::cloud::cognito
