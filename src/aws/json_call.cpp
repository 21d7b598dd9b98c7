#include "aws/json_call.hpp"

#include "aws/http.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <string>

namespace cruddur::aws {

namespace json = boost::json;

result<json::object> call_json(const settings& how, const credentials& by, const service& which,
                               std::string_view target, std::string_view action, const json::object& input,
                               std::chrono::milliseconds patience) {
    const auto url = how.endpoint(which);
    if (!url) return url.error();
    const auto answered = send({.method = "POST",
                                .url = *url + "/",
                                .fields = {{"Content-Type", "application/x-amz-json-1.1"},
                                           {"X-Amz-Target", fmt::format("{}.{}", target, action)}},
                                .body = json::serialize(input),
                                .by = &by,
                                .region = how.region.empty() ? "us-east-1" : how.region,
                                .scope = std::string{which.scope},
                                .ca_file = how.ca_file,
                                .connect_timeout = patience,
                                .timeout = patience});
    error failed{.operation = fmt::format("{}:{}", which.scope, action), .sent = true};
    if (!answered) {
        failed = answered.error();
        failed.operation = fmt::format("{}:{}", which.scope, action);
        return failed;
    }
    boost::system::error_code malformed;
    const json::value body = json::parse(answered->body, malformed);
    if (answered->status == 200 && !malformed && body.is_object()) return body.get_object();
    failed.status = answered->status;
    if (!malformed && body.is_object()) {
        const std::string code = text_in(body.get_object(), "__type");
        failed.code = code.substr(code.find('#') == std::string::npos ? 0 : code.find('#') + 1);
        failed.message = text_in(body.get_object(), "message");
        if (failed.message.empty()) failed.message = text_in(body.get_object(), "Message");
    }
    if (failed.message.empty()) failed.message = fmt::format("HTTP {} without an answer", answered->status);
    return failed;
}

std::string text_in(const json::object& in, std::string_view name) {
    const auto* const found = in.if_contains(name);
    return found != nullptr && found->is_string() ? std::string{found->get_string()} : std::string{};
}

const json::array& list_in(const json::object& in, std::string_view name) {
    static const json::array none;
    const auto* const found = in.if_contains(name);
    return found != nullptr && found->is_array() ? found->get_array() : none;
}

} // namespace cruddur::aws
