#include "cloud/crypto.hpp"
#include "cloud/function_pool.hpp"
#include "cloud/lambda.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace cruddur::cloud {

namespace {

namespace asio = boost::asio;

constexpr std::size_t log_tail_bytes_max = 4'096;
constexpr std::size_t payload_bytes_max = 6UL * 1024 * 1024;
constexpr std::size_t event_bytes_max = 1024UL * 1024;

// Runs on when nobody waits for it.
asio::awaitable<void> run_alone(function_pool& all, std::string arn, std::string request_id,
                                std::string payload) {
    try {
        co_await all.run(arn, std::move(request_id), std::move(payload), "");
    } catch (const refusal& refused) {
        spdlog::warn("an event of {} was lost: {}", arn, refused.message());
    } catch (const std::exception& failed) {
        spdlog::error("an event of {} was lost: {}", arn, failed.what());
    }
}

std::string payload_of(const web_call& in, bool waits) {
    std::string payload{in.from.body.empty() ? std::string_view{"{}"} : in.from.body};
    const std::size_t bytes_max = waits ? payload_bytes_max : event_bytes_max;
    if (payload.size() > bytes_max) {
        throw refusal{
            "RequestTooLargeException",
            fmt::format("Request must be smaller than {} bytes for the InvokeFunction operation", bytes_max),
            413};
    }
    boost::system::error_code malformed;
    static_cast<void>(boost::json::parse(payload, malformed));
    if (malformed) {
        throw refusal{"InvalidRequestContentException",
                      fmt::format("Could not parse request body into json: {}", malformed.message())};
    }
    return payload;
}

http::response to_response(function_run ran, bool wants_log) {
    http::response out;
    out.fields.emplace_back("X-Amz-Executed-Version", "$LATEST");
    if (ran.outcome.how != function_outcome::end::answered)
        out.fields.emplace_back("X-Amz-Function-Error", "Unhandled");
    if (wants_log) {
        std::string_view tail = ran.log;
        tail.remove_prefix(tail.size() - std::min(tail.size(), log_tail_bytes_max));
        out.fields.emplace_back("X-Amz-Log-Result", to_base64(tail));
    }
    out.body = http::body_bytes::of(std::move(ran.outcome.payload));
    return out;
}

} // namespace

lambda_answer invoke_function(const web_call& in) {
    const std::string arn = existing_function(in);
    const std::string type{in.from.field("X-Amz-Invocation-Type").value_or("RequestResponse")};
    if (in.from.query_parameter("Qualifier").value_or("$LATEST") != "$LATEST")
        throw function_not_found(fmt::format("{}:{}", arn, *in.from.query_parameter("Qualifier")));
    if (type == "DryRun") co_return lambda_nothing();
    if (type != "RequestResponse" && type != "Event")
        throw invalid_parameter_value(fmt::format("There is no invocation type {}", type));
    std::string payload = payload_of(in, type == "RequestResponse");
    if (type == "Event") {
        asio::co_spawn(in.env.loop, run_alone(*in.env.lambda, arn, in.request_id, std::move(payload)),
                       asio::detached);
        http::response out;
        out.status = 202;
        co_return out;
    }
    const bool wants_log = in.from.field("X-Amz-Log-Type").value_or("None") == "Tail";
    std::string client_context{in.from.field("X-Amz-Client-Context").value_or("")};
    function_run ran =
        co_await in.env.lambda->run(arn, in.request_id, std::move(payload), std::move(client_context));
    co_return to_response(std::move(ran), wants_log);
}

} // namespace cruddur::cloud
