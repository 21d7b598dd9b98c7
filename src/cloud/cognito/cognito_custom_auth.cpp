#include "cloud/cognito/cognito_auth.hpp"
#include "cloud/cognito/cognito_triggers.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr std::size_t rounds_max = 100;

void check_functions(const user_pool& pool) {
    for (const char* each : {"DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"}) {
        if (!has_trigger(pool, each))
            throw invalid_parameter("Custom auth lambda trigger is not configured for the user pool.");
    }
}

// As its functions see him: without a sub, one who is not there.
pool_user seen(const user_pool& pool, const claimant& by) {
    if (by.user) return *by.user;
    return {.pool_id = pool.id, .username = by.name, .sub = {}, .status = {}, .attributes = {}};
}

json::object round_of(std::string_view challenge, bool is_right, json::value metadata) {
    return {{"challengeName", challenge},
            {"challengeResult", is_right},
            {"challengeMetadata", std::move(metadata)}};
}

// Parameters of a challenge, which are texts.
json::object texts_in(const json::object& response, std::string_view name) {
    const json::object* given = find_object(response, name);
    if (given == nullptr) return {};
    if (!std::ranges::all_of(*given, [](const auto& each) { return each.value().is_string(); }))
        throw unrecognizable();
    return *given;
}

json_answer create_challenge(const call& in, const user_pool& pool, const pool_client& client,
                             const claimant& by, json::array history) {
    occasion on{.source = "CreateAuthChallenge_Authentication",
                .request = {{"challengeName", "CUSTOM_CHALLENGE"}, {"session", history}},
                .response = {{"publicChallengeParameters", nullptr},
                             {"privateChallengeParameters", nullptr},
                             {"challengeMetadata", nullptr}}};
    const pool_user user = seen(pool, by);
    const json::object made = co_await run_trigger(in, pool, std::move(on), user, client.id);
    json::object parameters = texts_in(made, "publicChallengeParameters");
    parameters["USERNAME"] = by.user ? by.user->username : by.name;
    json::value metadata;
    if (const auto told = optional_text(made, "challengeMetadata")) metadata = *told;
    const json::object data{{"username", by.user ? by.user->username : by.name},
                            {"history", std::move(history)},
                            {"private", texts_in(made, "privateChallengeParameters")},
                            {"metadata", std::move(metadata)}};
    co_return ask(in, client, "CUSTOM_CHALLENGE", std::move(parameters), data);
}

} // namespace

json_answer begin_custom(const call& in, const user_pool& pool, const pool_client& client, claimant by) {
    check_functions(pool);
    const json::object* given = find_object(in.input, "AuthParameters");
    json::array history;
    if (text_of(*given, "CHALLENGE_NAME") == "SRP_A") {
        static_cast<void>(required(given, "SRP_A"));
        history.emplace_back(round_of("SRP_A", true, nullptr));
    }
    if (by.user) {
        check_lock(in, *by.user);
        static_cast<void>(admitted(in, *by.user));
    }
    return continue_custom(in, pool, client, std::move(by), std::move(history));
}

json_answer continue_custom(const call& in, const user_pool& pool, const pool_client& client, claimant by,
                            json::array history) {
    if (history.size() > rounds_max) throw wrong_password();
    occasion on{
        .source = "DefineAuthChallenge_Authentication",
        .request = {{"session", history}},
        .response = {{"challengeName", nullptr}, {"issueTokens", nullptr}, {"failAuthentication", nullptr}}};
    const pool_user user = seen(pool, by);
    const json::object next = co_await run_trigger(in, pool, std::move(on), user, client.id);
    if (optional_boolean(next, "failAuthentication").value_or(false)) throw wrong_password();
    if (optional_boolean(next, "issueTokens").value_or(false)) {
        if (!by.user) throw wrong_password();
        co_return co_await let_in(in, pool, client, *by.user, "TokenGeneration_Authentication");
    }
    const std::string challenge = text_of(next, "challengeName");
    if (challenge == "CUSTOM_CHALLENGE")
        co_return co_await create_challenge(in, pool, client, by, std::move(history));
    const json::object* given = find_object(in.input, "AuthParameters");
    if (challenge == "PASSWORD_VERIFIER" && given != nullptr && given->contains("SRP_A")) {
        json::object remembered{{"history", std::move(history)}};
        co_return co_await by_srp(in, pool, client, given, std::move(by), std::move(remembered));
    }
    throw unrecognizable();
}

json_answer answer_custom(const call& in, const user_pool& pool, const pool_client& client) {
    check_functions(pool);
    const json::object* given = find_object(in.input, "ChallengeResponses");
    const std::string answer = required(given, "ANSWER");
    check_secret_hash(client, required(given, "USERNAME"), optional_text(*given, "SECRET_HASH"));
    const json::object data = take_session(in, client, "CUSTOM_CHALLENGE");
    const std::string username = text_of(data, "username");
    claimant by{username, find_user(in.db, pool, username)};
    occasion on{.source = "VerifyAuthChallengeResponse_Authentication",
                .request = {{"privateChallengeParameters", data.at("private")}, {"challengeAnswer", answer}},
                .response = {{"answerCorrect", nullptr}}};
    const pool_user user = seen(pool, by);
    const json::object verified = co_await run_trigger(in, pool, std::move(on), user, client.id);
    json::array history = data.at("history").get_array();
    history.emplace_back(round_of("CUSTOM_CHALLENGE",
                                  optional_boolean(verified, "answerCorrect").value_or(false),
                                  data.at("metadata")));
    co_return co_await continue_custom(in, pool, client, std::move(by), std::move(history));
}

} // namespace cruddur::cloud::cognito
