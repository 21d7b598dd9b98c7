#include "cloud/loopback_origin.hpp"

#include <algorithm>
#include <string>

namespace cruddur::cloud {

namespace {

constexpr std::string_view allowed_fields =
    "content-type, x-amz-target, x-amz-user-agent, amz-sdk-invocation-id, amz-sdk-request, cache-control";

bool is_port(std::string_view text) {
    return text.empty() || (text.starts_with(':') && text.size() > 1 && text.size() <= 6 &&
                            std::ranges::all_of(text.substr(1), [](char c) { return c >= '0' && c <= '9'; }));
}

} // namespace

bool is_loopback_origin(std::string_view origin) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!origin.starts_with(scheme)) continue;
        std::string_view host = origin.substr(scheme.size());
        const std::size_t bracket = host.find(']');
        const std::size_t end =
            std::min(host.find(':', bracket == std::string_view::npos ? 0 : bracket), host.size());
        if (!is_port(host.substr(end))) return false;
        host = host.substr(0, end);
        return host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1" || host == "[::1]";
    }
    return false;
}

void allow_loopback_origin(const http::request& from, http::response& to) {
    to.fields.emplace_back("Vary", "Origin");
    const auto origin = from.field("origin");
    if (!origin || !is_loopback_origin(*origin)) return;
    to.fields.emplace_back("Access-Control-Allow-Origin", std::string{*origin});
    to.fields.emplace_back("Access-Control-Expose-Headers", "x-amzn-RequestId, x-amzn-ErrorType, Date");
}

boost::asio::awaitable<http::response> answer_preflight(http::request& from) {
    http::response out;
    out.status = 204;
    out.fields.emplace_back("Allow", "GET, HEAD, POST, OPTIONS");
    allow_loopback_origin(from, out);
    if (const auto origin = from.field("origin"); origin && is_loopback_origin(*origin)) {
        out.fields.emplace_back("Access-Control-Allow-Methods", "POST");
        out.fields.emplace_back("Access-Control-Allow-Headers", std::string{allowed_fields});
        out.fields.emplace_back("Access-Control-Max-Age", "7200");
    }
    co_return out;
}

} // namespace cruddur::cloud
