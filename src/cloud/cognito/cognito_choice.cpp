#include "cloud/cognito/cognito_auth.hpp"
#include "cloud/cognito/cognito_messages.hpp"
#include "cloud/cognito/cognito_software_token.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

bool lists_email_code(const user_pool& pool) {
    const json::object* policies = find_object(pool.settings, "Policies");
    const json::object* policy = policies == nullptr ? nullptr : find_object(*policies, "SignInPolicy");
    const json::array* factors = policy == nullptr ? nullptr : find_list(*policy, "AllowedFirstAuthFactors");
    return factors != nullptr && contains(*factors, "EMAIL_OTP");
}

// The ways in which one may sign in: a code alone is none where a second factor
// is asked for. Of who is not there, nothing is told by them.
std::vector<std::string> ways_of(const call& in, const user_pool& pool, const claimant& by) {
    std::vector<std::string> out{"PASSWORD", "PASSWORD_SRP"};
    if (!lists_email_code(pool) || requires_second_factor(pool)) return out;
    const bool is_possible = !by.user || (by.user->attribute("email_verified") == "true" &&
                                          !is_asked_for_code(in.db, pool, *by.user));
    if (is_possible) out.emplace_back("EMAIL_OTP");
    return out;
}

json_answer ask_for_email_code(const call& in, const user_pool& pool, const pool_client& client,
                               claimant by) {
    std::string address = by.name;
    if (by.user) {
        check_lock(in, *by.user);
        static_cast<void>(admitted(in, *by.user));
        std::optional<code_delivery> code;
        {
            transaction whole{in.db};
            code = new_code(in, *by.user, code_purpose::sign_in);
            whole.commit();
        }
        co_await deliver(in, pool, *by.user, *code, "CustomMessage_Authentication", client.id);
        address = code->to;
    }
    const json::object details = delivery_details(address);
    json::object parameters{{"CODE_DELIVERY_DELIVERY_MEDIUM", details.at("DeliveryMedium")},
                            {"CODE_DELIVERY_DESTINATION", details.at("Destination")}};
    co_return ask(in, client, "EMAIL_OTP", std::move(parameters), {{"username", by.name}});
}

// The way that was chosen, with what is given for it, or the challenge to give
// it.
json_answer go(const call& in, const user_pool& pool, const pool_client& client, const json::object* given,
               claimant by, std::string way) {
    const std::vector<std::string> ways = ways_of(in, pool, by);
    if (std::ranges::find(ways, way) == ways.end())
        throw invalid_parameter(fmt::format("{} is not available for the user.", way));
    if (way == "EMAIL_OTP") co_return co_await ask_for_email_code(in, pool, client, std::move(by));
    if (way == "PASSWORD_SRP") co_return co_await by_srp(in, pool, client, given, std::move(by));
    co_return co_await by_password(in, pool, client, given, std::move(by));
}

} // namespace

// Choice-based sign-in: the user proves the password in clear or by SRP, or an
// address by a code, as he prefers or chooses.
json_answer by_choice(const call& in, const user_pool& pool, const pool_client& client, claimant by) {
    const json::object* given = find_object(in.input, "AuthParameters");
    const std::string preferred = text_of(*given, "PREFERRED_CHALLENGE");
    const std::vector<std::string> ways = ways_of(in, pool, by);
    const bool is_possible = std::ranges::find(ways, preferred) != ways.end();
    const bool is_complete =
        preferred == "EMAIL_OTP" || given->contains(preferred == "PASSWORD_SRP" ? "SRP_A" : "PASSWORD");
    if (is_possible && is_complete) co_return co_await go(in, pool, client, given, std::move(by), preferred);
    json::object out =
        ask(in, client, is_possible ? preferred : "SELECT_CHALLENGE", {}, {{"username", by.name}});
    if (!is_possible) out["AvailableChallenges"] = array_of(ways);
    co_return out;
}

json_answer answer_choice(const call& in, const user_pool& pool, const pool_client& client) {
    const std::string challenge = text_of(in.input, "ChallengeName");
    const json::object* given = find_object(in.input, "ChallengeResponses");
    claimant by = claimant_of(in, pool, client, given);
    const json::object data = take_session(in, client, challenge);
    if (text_of(data, "username") != by.name) throw not_authorized("Invalid session for the user.");
    check_existence(client, by);
    std::string way = challenge == "SELECT_CHALLENGE" ? required(given, "ANSWER") : challenge;
    co_return co_await go(in, pool, client, given, std::move(by), std::move(way));
}

// A wrong code leaves the session, until the code has been guessed at too
// often.
json_answer answer_email_code(const call& in, const user_pool& pool, const pool_client& client) {
    const json::object* given = find_object(in.input, "ChallengeResponses");
    const std::string code = required(given, "EMAIL_OTP_CODE");
    const claimant by = claimant_of(in, pool, client, given);
    const json::object data = read_session(in, client, "EMAIL_OTP");
    if (text_of(data, "username") != by.name) throw not_authorized("Invalid session for the user.");
    if (!by.user)
        throw refusal{"CodeMismatchException", "Invalid verification code provided, please try again."};
    check_lock(in, *by.user);
    check_code(in, *by.user, code_purpose::sign_in, code);
    static_cast<void>(take_session(in, client, "EMAIL_OTP"));
    drop_code(in.db, *by.user, code_purpose::sign_in);
    co_return co_await let_in(in, pool, client, *by.user, "TokenGeneration_Authentication");
}

} // namespace cruddur::cloud::cognito
