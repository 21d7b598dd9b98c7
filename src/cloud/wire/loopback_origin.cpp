#include "cloud/wire/loopback_origin.hpp"

#include "http/caller_check.hpp"

#include <string>
#include <string_view>

namespace cruddur::cloud::wire {

namespace {

constexpr std::string_view allowed_fields =
    "content-type, x-amz-target, x-amz-user-agent, amz-sdk-invocation-id, amz-sdk-request, cache-control";

} // namespace

void allow_loopback_origin(const http::request& from, http::response& to) {
    to.fields.emplace_back("Vary", "Origin");
    const auto origin = from.field("origin");
    if (!origin || !http::is_loopback_origin(*origin)) return;
    to.fields.emplace_back("Access-Control-Allow-Origin", std::string{*origin});
    to.fields.emplace_back("Access-Control-Expose-Headers", "x-amzn-RequestId, x-amzn-ErrorType, Date");
}

boost::asio::awaitable<http::response> answer_preflight(http::request& from) {
    http::response out;
    out.status = 204;
    out.fields.emplace_back("Allow", "GET, HEAD, POST, OPTIONS");
    allow_loopback_origin(from, out);
    if (const auto origin = from.field("origin"); origin && http::is_loopback_origin(*origin)) {
        out.fields.emplace_back("Access-Control-Allow-Methods", "POST");
        out.fields.emplace_back("Access-Control-Allow-Headers", std::string{allowed_fields});
        out.fields.emplace_back("Access-Control-Max-Age", "7200");
    }
    co_return out;
}

} // namespace cruddur::cloud::wire
