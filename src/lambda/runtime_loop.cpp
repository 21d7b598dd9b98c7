#include "lambda/runtime_loop.hpp"

#include "lambda/http_connection.hpp"
#include "lambda/log.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

namespace cruddur::lambda {

namespace {

// The API is on this machine: an answer that takes this long does not come.
constexpr std::chrono::seconds post_timeout{5};

http_connection open(const std::string& address) {
    const auto colon = address.rfind(':');
    if (colon == std::string::npos)
        throw network_error{fmt::format("AWS_LAMBDA_RUNTIME_API is '{}': host:port was expected", address)};
    return {address.substr(0, colon), address.substr(colon + 1)};
}

std::string error_document(const function_error& why) {
    return boost::json::serialize(boost::json::object{
        {"errorType", why.type}, {"errorMessage", why.message}, {"stackTrace", boost::json::array{}}});
}

invocation next(http_connection& api) {
    const http_answer answer =
        api.exchange({"GET", "/2018-06-01/runtime/invocation/next", {}, {}}, std::nullopt);
    invocation out;
    out.request_id = answer.field("Lambda-Runtime-Aws-Request-Id");
    if (answer.status != 200 || out.request_id.empty())
        throw network_error{fmt::format("the runtime API answered {} to next", answer.status)};
    out.trace_id = answer.field("Lambda-Runtime-Trace-Id");
    out.function_arn = answer.field("Lambda-Runtime-Invoked-Function-Arn");
    std::int64_t deadline_ms = 0;
    const std::string deadline = answer.field("Lambda-Runtime-Deadline-Ms");
    std::from_chars(deadline.data(), deadline.data() + deadline.size(), deadline_ms);
    out.deadline = std::chrono::system_clock::time_point{std::chrono::milliseconds{deadline_ms}};
    out.event = answer.body;
    return out;
}

boost::system::result<std::string, function_error> guarded(const handler& handle, const invocation& of) {
    try {
        return handle(of);
    } catch (const std::exception& failed) {
        log(severity::error, "the handler failed", {{"reason", failed.what()}});
        return function_error{"Runtime.HandlerError", "The function failed. Its log says why."};
    }
}

void post(http_connection& api, const std::string& target, const std::string& body, field_list fields) {
    const http_answer answer = api.exchange({"POST", target, std::move(fields), body},
                                            std::chrono::steady_clock::now() + post_timeout);
    if (answer.status != 202) {
        log(severity::error, "the runtime API refused an answer",
            {{"status", std::to_string(answer.status)}});
    }
}

field_list error_fields(const function_error& why) {
    return {{"Content-Type", "application/vnd.aws.lambda.error+json"},
            {"Lambda-Runtime-Function-Error-Type", why.type}};
}

} // namespace

void run_loop(const std::string& address, const handler& handle) {
    http_connection api = open(address);
    try {
        for (;;) {
            const invocation one = next(api);
            ::setenv("_X_AMZN_TRACE_ID", one.trace_id.c_str(), 1);
            const log_scope scope{one.request_id, one.trace_id};
            const auto answer = guarded(handle, one);
            const std::string base = "/2018-06-01/runtime/invocation/" + one.request_id;
            if (answer.has_value()) {
                post(api, base + "/response", *answer, {{"Content-Type", "application/json"}});
            } else {
                post(api, base + "/error", error_document(answer.error()), error_fields(answer.error()));
            }
        }
    } catch (const stopped&) {
        log(severity::info, "stopping");
    }
}

void report_init_error(const std::string& address, const function_error& why) {
    try {
        http_connection api = open(address);
        post(api, "/2018-06-01/runtime/init/error", error_document(why), error_fields(why));
    } catch (const std::exception& failed) {
        log(severity::error, "the runtime API does not take the error", {{"reason", failed.what()}});
    }
}

} // namespace cruddur::lambda
