#include "cloud/cognito/cognito_auth.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

} // namespace

// Choice-based sign-in: the user proves the password in clear or by SRP, as he prefers or chooses.
json_answer by_choice(const call& in, const user_pool& pool, const pool_client& client, claimant by) {
    const json::object* given = find_object(in.input, "AuthParameters");
    const std::string preferred = text_of(*given, "PREFERRED_CHALLENGE");
    if (preferred == "PASSWORD" && given->contains("PASSWORD"))
        co_return co_await by_password(in, pool, client, given, std::move(by));
    if (preferred == "PASSWORD_SRP" && given->contains("SRP_A"))
        co_return co_await by_srp(in, pool, client, given, std::move(by));
    const bool is_known = preferred == "PASSWORD" || preferred == "PASSWORD_SRP";
    json::object out =
        ask(in, client, is_known ? preferred : "SELECT_CHALLENGE", {}, {{"username", by.name}});
    if (!is_known) out["AvailableChallenges"] = json::array{"PASSWORD", "PASSWORD_SRP"};
    co_return out;
}

json_answer answer_choice(const call& in, const user_pool& pool, const pool_client& client) {
    const std::string challenge = text_of(in.input, "ChallengeName");
    const json::object* given = find_object(in.input, "ChallengeResponses");
    claimant by = claimant_of(in, pool, client, given);
    const json::object data = take_session(in, client, challenge);
    if (text_of(data, "username") != by.name) throw not_authorized("Invalid session for the user.");
    check_existence(client, by);
    const std::string answer = challenge == "SELECT_CHALLENGE" ? required(given, "ANSWER") : challenge;
    if (answer == "PASSWORD") co_return co_await by_password(in, pool, client, given, std::move(by));
    if (answer == "PASSWORD_SRP") co_return co_await by_srp(in, pool, client, given, std::move(by));
    throw invalid_parameter(fmt::format("{} is not available in local AWS.", answer));
}

} // namespace cruddur::cloud::cognito
