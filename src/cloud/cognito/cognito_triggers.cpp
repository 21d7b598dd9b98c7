#include "cloud/cognito/cognito_triggers.hpp"

#include "cloud/lambda/invoker.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds time_limit{5};

std::string_view trigger_of(std::string_view source) {
    const std::string_view name = source.substr(0, source.find('_'));
    return name == "TokenGeneration" ? "PreTokenGeneration" : name;
}

std::string function_of(const user_pool& pool, std::string_view trigger) {
    const json::object* functions = find_object(pool.settings, "LambdaConfig");
    if (functions == nullptr) return "";
    if (trigger == "PreTokenGeneration") {
        if (const json::object* versioned = find_object(*functions, "PreTokenGenerationConfig"))
            return text_of(*versioned, "LambdaArn");
    }
    return text_of(*functions, trigger);
}

// What the caller sends along for the function. ClientMetadata of a request that begins a sign-in goes, as
// validationData, to what runs before anything is proved, and to nobody else.
json::object metadata_of(const call& in, std::string_view trigger) {
    json::object out;
    json::object validation;
    const bool begins_sign_in = in.input.contains("AuthFlow");
    const json::object* given = find_object(in.input, "ClientMetadata");
    if (given != nullptr && !begins_sign_in) out["clientMetadata"] = *given;
    if (trigger == "PreSignUp") {
        if (const json::array* list = find_list(in.input, "ValidationData")) {
            for (const json::value& each : *list)
                validation[text_of(each.get_object(), "Name")] = text_of(each.get_object(), "Value");
        }
    } else if (trigger == "PreAuthentication" || trigger == "UserMigration") {
        if (given != nullptr && begins_sign_in) validation = *given;
    } else {
        return out;
    }
    out["validationData"] = std::move(validation);
    return out;
}

json::object event_attributes_of(const pool_user& user, std::string_view trigger) {
    json::object out = user.attributes;
    // Before he has signed up, a user has no identity of his own yet.
    if (trigger == "PreSignUp" || user.sub.empty()) return out;
    out["sub"] = user.sub;
    out["cognito:user_status"] = user.status;
    return out;
}

bool is_told_of_strangers(std::string_view trigger) {
    constexpr std::array<std::string_view, 4> all = {"PreAuthentication", "DefineAuthChallenge",
                                                     "CreateAuthChallenge", "VerifyAuthChallengeResponse"};
    return std::ranges::find(all, trigger) != all.end();
}

std::string event_of(const call& in, const user_pool& pool, occasion on, const pool_user& user,
                     const std::string& client_id) {
    const std::string_view trigger = trigger_of(on.source);
    json::object request = metadata_of(in, trigger);
    for (auto& [name, value] : on.request)
        request[name] = std::move(value);
    if (trigger != "UserMigration") request["userAttributes"] = event_attributes_of(user, trigger);
    if (is_told_of_strangers(trigger)) request["userNotFound"] = user.sub.empty();
    return json::serialize(
        json::object{{"version", on.version},
                     {"region", pool.region},
                     {"userPoolId", pool.id},
                     {"userName", user.username},
                     {"callerContext",
                      json::object{{"awsSdkVersion", "aws-sdk-unknown-unknown"}, {"clientId", client_id}}},
                     {"triggerSource", on.source},
                     {"request", std::move(request)},
                     {"response", std::move(on.response)}});
}

std::string error_message_of(const std::string& payload) {
    boost::system::error_code failed;
    const json::value document = json::parse(payload, failed);
    if (failed || !document.is_object()) return "";
    return text_of(document.get_object(), "errorMessage");
}

// What the function's answer has under "response".
json::object response_of(const std::string& payload) {
    boost::system::error_code failed;
    const json::value document = json::parse(payload, failed);
    const json::object* answer = failed ? nullptr : document.if_object();
    const json::object* response = answer == nullptr ? nullptr : find_object(*answer, "response");
    if (response == nullptr) throw unrecognizable();
    return *response;
}

} // namespace

refusal unrecognizable() {
    return {"InvalidLambdaResponseException", "Unrecognizable lambda output"};
}

bool has_trigger(const user_pool& pool, std::string_view trigger) {
    return !function_of(pool, trigger).empty();
}

json_answer run_trigger(const call& in, const user_pool& pool, occasion on, const pool_user& user,
                        const std::string& client_id) {
    const std::string_view trigger = trigger_of(on.source);
    const std::string arn = function_of(pool, trigger);
    if (arn.empty()) co_return json::object{};
    const auto unexpected = [&](std::string_view why) {
        return refusal{"UnexpectedLambdaException",
                       fmt::format("{} invocation failed due to {}.", trigger, why)};
    };
    constexpr std::string_view denied = "error AccessDeniedException";
    constexpr std::string_view missing = "error ResourceNotFoundException";
    lambda::invocation_source from{"cognito-idp.amazonaws.com", pool.arn()};
    const lambda::invocation came = co_await in.env.part<lambda::invoker>().invoke(
        arn, event_of(in, pool, std::move(on), user, client_id), std::move(from), time_limit);
    if (came.denied) throw unexpected(denied);
    if (came.missing) throw unexpected(missing);
    if (came.timed_out) throw unexpected("error: the function did not answer within 5 seconds");
    if (!came.function_error.empty()) {
        const std::string message = error_message_of(came.payload);
        if (message.empty()) throw unexpected("error: the function ended without an answer");
        throw refusal{
            "UserLambdaValidationException",
            fmt::format("{} failed with error {}{}", trigger, message, message.ends_with('.') ? "" : ".")};
    }
    co_return response_of(came.payload);
}

occasion pre_sign_up(std::string_view source) {
    return {.source = source,
            .response = {{"autoConfirmUser", false}, {"autoVerifyEmail", false}, {"autoVerifyPhone", false}}};
}

boost::asio::awaitable<void> run_post_confirmation(const call& in, const user_pool& pool, pool_user user,
                                                   const std::string& client_id) {
    occasion on{.source = "PostConfirmation_ConfirmSignUp"};
    co_await run_trigger(in, pool, std::move(on), user, client_id);
    in.db.run("update pool_user set owes_confirmation = 0 where sub = ?", user.sub);
    drop_code(in.db, user, code_purpose::sign_up);
}

} // namespace cruddur::cloud::cognito
