#include "cloud/cognito/cognito.hpp"
#include "cloud/lambda/invoker.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds time_limit{5};

// What the caller sends along for the function: ClientMetadata, but not where a sign-in begins, and for a
// sign-up ValidationData.
json::object metadata_of(const call& in, std::string_view trigger) {
    json::object out;
    if (trigger == "PreSignUp") {
        json::object validation;
        if (const json::array* given = find_list(in.input, "ValidationData")) {
            for (const json::value& each : *given)
                validation[text_of(each.get_object(), "Name")] = text_of(each.get_object(), "Value");
        }
        out["validationData"] = std::move(validation);
    }
    if (const json::object* given = find_object(in.input, "ClientMetadata");
        given != nullptr && !in.input.contains("AuthFlow"))
        out["clientMetadata"] = *given;
    return out;
}

std::string event_of(const call& in, const user_pool& pool, std::string_view trigger, std::string_view source,
                     const pool_user& user, const std::string& client_id) {
    json::object attributes = user.attributes;
    attributes["sub"] = user.sub;
    attributes["cognito:user_status"] = user.status;
    json::object request = metadata_of(in, trigger);
    json::object response;
    if (trigger == "PreSignUp") {
        // Before it has signed up, a user has no identity of his own yet.
        attributes.erase("sub");
        attributes.erase("cognito:user_status");
        response = {{"autoConfirmUser", false}, {"autoVerifyEmail", false}, {"autoVerifyPhone", false}};
    }
    request["userAttributes"] = std::move(attributes);
    return json::serialize(
        json::object{{"version", "1"},
                     {"region", pool.region},
                     {"userPoolId", pool.id},
                     {"userName", user.username},
                     {"callerContext",
                      json::object{{"awsSdkVersion", "aws-sdk-unknown-unknown"}, {"clientId", client_id}}},
                     {"triggerSource", source},
                     {"request", std::move(request)},
                     {"response", std::move(response)}});
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
    if (response == nullptr) throw refusal{"InvalidLambdaResponseException", "Unrecognizable lambda output"};
    return *response;
}

} // namespace

json_answer run_trigger(const call& in, const user_pool& pool, std::string_view trigger,
                        std::string_view source, const pool_user& user, const std::string& client_id) {
    const json::object* functions = find_object(pool.settings, "LambdaConfig");
    const std::string arn = functions == nullptr ? "" : text_of(*functions, trigger);
    if (arn.empty()) co_return json::object{};
    const auto unexpected = [&](std::string_view why) {
        return refusal{"UnexpectedLambdaException",
                       fmt::format("{} invocation failed due to {}.", trigger, why)};
    };
    constexpr std::string_view denied = "error AccessDeniedException";
    lambda::invocation_source from{"cognito-idp.amazonaws.com", pool.arn()};
    const lambda::invocation came = co_await in.env.part<lambda::invoker>().invoke(
        arn, event_of(in, pool, trigger, source, user, client_id), std::move(from), time_limit);
    if (came.denied) throw unexpected(denied);
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

boost::asio::awaitable<void> run_post_confirmation(const call& in, const user_pool& pool, pool_user user,
                                                   const std::string& client_id) {
    co_await run_trigger(in, pool, "PostConfirmation", "PostConfirmation_ConfirmSignUp", user, client_id);
    in.db.run("update pool_user set owes_confirmation = 0 where sub = ?", user.sub);
    drop_code(in.db, user, code_purpose::sign_up);
}

} // namespace cruddur::cloud::cognito
