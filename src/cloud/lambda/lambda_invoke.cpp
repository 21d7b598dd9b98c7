#include "cloud/ground/crypto.hpp"
#include "cloud/lambda/function_pool.hpp"
#include "cloud/lambda/function_versions.hpp"
#include "cloud/lambda/lambda.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace cruddur::cloud::lambda {

namespace {

namespace asio = boost::asio;

constexpr std::size_t log_tail_bytes_max = 4'096;
constexpr std::size_t payload_bytes_max = 6UL * 1024 * 1024;
constexpr std::size_t event_bytes_max = 1024UL * 1024;

// Runs on when nobody waits for it.
asio::awaitable<void> run_alone(function_pool& all, std::string arn, std::string version,
                                function_event event) {
    try {
        co_await all.run(arn, version, std::move(event));
    } catch (const refusal& refused) {
        spdlog::warn("an event of {} was lost: {}", arn, refused.message());
    } catch (const std::exception& failed) {
        spdlog::error("an event of {} was lost: {}", arn, failed.what());
    }
}

// The client's context, which is a JSON object in base64, as its function gets it.
std::string context_of(const call& in) {
    constexpr std::size_t bytes_max = 3'583;
    const std::string given = text_of(in.input, "ClientContext");
    if (given.empty()) return "";
    if (given.size() > bytes_max) {
        throw refusal{"InvalidRequestContentException",
                      fmt::format("Client context must be at most {} bytes in Base64.", bytes_max)};
    }
    const auto decoded = ground::from_base64(given);
    boost::system::error_code malformed;
    const boost::json::value context = boost::json::parse(decoded.value_or(""), malformed);
    if (malformed || !context.is_object())
        throw refusal{"InvalidRequestContentException",
                      "Client context must be a valid Base64-encoded JSON object."};
    return boost::json::serialize(context); // in one line, as a field has it
}

std::string payload_of(const call& in, bool waits) {
    std::string payload = optional_text(in.input, "Payload").value_or("{}");
    const std::size_t bytes_max = waits ? payload_bytes_max : event_bytes_max;
    if (payload.size() > bytes_max) {
        throw refusal{
            "RequestTooLargeException",
            fmt::format("Request must be smaller than {} bytes for the InvokeFunction operation", bytes_max)};
    }
    boost::system::error_code malformed;
    static_cast<void>(boost::json::parse(payload, malformed));
    if (malformed) {
        throw refusal{"InvalidRequestContentException",
                      fmt::format("Could not parse request body into json: {}", malformed.message())};
    }
    return payload;
}

json::object answer_of(function_run ran, const std::string& version, bool wants_log) {
    json::object out{{"ExecutedVersion", version}};
    if (ran.outcome.how != function_outcome::end::answered) out["FunctionError"] = "Unhandled";
    if (wants_log) {
        std::string_view tail = ran.log;
        tail.remove_prefix(tail.size() - std::min(tail.size(), log_tail_bytes_max));
        out["LogResult"] = ground::to_base64(tail);
    }
    out["Payload"] = ran.outcome.payload;
    return out;
}

} // namespace

asio::awaitable<json::object> invoke_function(const call& in) {
    const function_name name = existing_function(in);
    const std::string type = optional_text(in.input, "InvocationType").value_or("RequestResponse");
    if (type == "DryRun") co_return json::object{{"StatusCode", 204}};
    function_event event{in.request_id, payload_of(in, type == "RequestResponse"), context_of(in),
                         name.qualified_arn()};
    const std::string version = version_of(in.db, name.arn, name.qualifier, true).value_or(name.version);
    if (type == "Event") {
        asio::co_spawn(in.env.loop,
                       run_alone(in.env.part<function_pool>(), name.arn, version, std::move(event)),
                       asio::detached);
        co_return json::object{{"StatusCode", 202}};
    }
    function_run ran = co_await in.env.part<function_pool>().run(name.arn, version, std::move(event));
    co_return answer_of(std::move(ran), version, text_of(in.input, "LogType") == "Tail");
}

} // namespace cruddur::cloud::lambda
