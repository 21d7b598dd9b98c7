#include "cloud/wire/caller_rules.hpp"

#include "cloud/wire/call_protocol.hpp"

#include <algorithm>
#include <utility>

namespace cruddur::cloud::wire {

namespace {

bool is_public_operation(service_list services, const http::request& from) {
    const operation* const row = what_was_asked(to_sign(from), services).row;
    return row != nullptr && row->is_public;
}

const web_route* route_of(service_list services, const http::router::route& found) {
    for (const service_tables& each : services) {
        for (const web_route& route : each.routes) {
            if (route.method == found.method && route.pattern == found.pattern) return &route;
        }
    }
    return nullptr;
}

// A form sends GET and POST; the query protocol has one of its types for its own.
bool could_be_a_form(const http::request& from) {
    if (from.method == http::verb::get || from.method == http::verb::head ||
        from.method == http::verb::options || !http::has_form_content(from))
        return false;
    const bool is_query = from.path == "/" && !from.field("X-Amz-Target");
    return !is_query || !http::has_urlencoded_content(from);
}

} // namespace

caller_rules::caller_rules(std::string bound, service_list services,
                           std::shared_ptr<const http::router> routes)
    : check_{std::move(bound)}
    , services_{services}
    , routes_{std::move(routes)} {}

bool caller_rules::is_for_pages(const http::request& from) const {
    if (from.method == http::verb::options) return true; // asks, and does nothing
    if (from.path == "/") return from.method == http::verb::post && is_public_operation(services_, from);
    const auto match = routes_->find(from.method, from.path);
    const web_route* const route = match.found == nullptr ? nullptr : route_of(services_, *match.found);
    if (route == nullptr) return false;
    return route->open_to == web_route::access::everyone ||
           ((route->open_to == web_route::access::visitors ||
             route->open_to == web_route::access::documents) &&
            http::is_visit(from));
}

std::optional<ground::refusal> caller_rules::judge(const http::request& from) const {
    auto why = check_.refuse_host(from);
    if (!why && !is_for_pages(from)) why = http::caller_check::refuse_page(from);
    if (why) return access_denied(what_was_asked(to_sign(from), services_), std::move(*why));
    if (could_be_a_form(from)) return unsupported_media_type(what_was_asked(to_sign(from), services_));
    return std::nullopt;
}

} // namespace cruddur::cloud::wire
