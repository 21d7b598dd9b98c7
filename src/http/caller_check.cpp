#include "http/caller_check.hpp"

#include "http/text.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <utility>

// https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/
namespace cruddur::http {
namespace {

namespace ip = boost::asio::ip;

constexpr std::string_view urlencoded = "application/x-www-form-urlencoded";

// What stands in Host, in an absolute target, and in an origin behind its scheme.
struct authority {
    std::string_view host; // an IPv6 address without its brackets
    std::string_view port; // digits, or ""
};

bool is_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<authority> parse_authority(std::string_view text) {
    authority parts;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        parts.host = text.substr(1, end - 1);
        text.remove_prefix(end + 1);
        if (parts.host.find(':') == std::string_view::npos) return std::nullopt;
    } else {
        parts.host = text.substr(0, text.find(':'));
        text.remove_prefix(parts.host.size());
    }
    if (parts.host.empty()) return std::nullopt;
    if (text.empty()) return parts;
    parts.port = text.substr(1);
    if (text.front() != ':' || parts.port.size() > 5 || !is_digits(parts.port)) return std::nullopt;
    return parts;
}

std::optional<ip::address> parse_address(std::string_view host) {
    boost::system::error_code failed;
    auto address = ip::make_address(std::string{host}, failed);
    if (failed) return std::nullopt;
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return ip::address{ip::make_address_v4(ip::v4_mapped, address.to_v6())};
    return address;
}

// Of a network's own making: no such name can be registered for the world to resolve. Digits alone would be
// an address.
bool is_dotless_name(std::string_view host) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    };
    return std::ranges::all_of(host, fits) && !is_digits(host);
}

bool ends_with_ignoring_case(std::string_view text, std::string_view end) {
    return text.size() > end.size() && equals_ignoring_case(text.substr(text.size() - end.size()), end);
}

// The authority of an origin of HTTP; nullopt for "null", for another scheme, and for what is none.
std::optional<std::string_view> authority_of(std::string_view origin) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (equals_ignoring_case(origin.substr(0, scheme.size()), scheme))
            return origin.substr(scheme.size());
    }
    return std::nullopt;
}

// Whatever its parameters.
bool is_media_type(std::string_view field, std::string_view type) {
    return equals_ignoring_case(next_element(field, ';'), type);
}

// A page's origin is ours where it came from the place that it now calls. One place has several names.
bool is_own_origin(std::string_view origin, std::string_view host) {
    const auto written = authority_of(origin);
    if (!written) return false;
    if (equals_ignoring_case(*written, host)) return true;
    const auto there = parse_authority(*written);
    const auto here = parse_authority(host);
    return there && here && there->port == here->port && is_loopback_name(there->host) &&
           is_loopback_name(here->host);
}

} // namespace

bool is_loopback_name(std::string_view host) {
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (const auto address = parse_address(host)) return address->is_loopback();
    if (host.ends_with('.')) host.remove_suffix(1);
    return equals_ignoring_case(host, "localhost") || ends_with_ignoring_case(host, ".localhost");
}

bool is_loopback_origin(std::string_view origin) {
    const auto written = authority_of(origin);
    const auto place = written ? parse_authority(*written) : std::nullopt;
    return place && is_loopback_name(place->host);
}

caller_check::caller_check(std::string bound)
    : bound_{std::move(bound)} {
    const auto address = parse_address(bound_);
    any_address_ = address && address->is_unspecified();
}

bool caller_check::names_us(std::string_view written) const {
    const auto asked = parse_authority(written);
    if (!asked) return false;
    if (is_loopback_name(asked->host) || equals_ignoring_case(asked->host, bound_)) return true;
    // An address cannot be made to resolve to another one.
    if (const auto address = parse_address(asked->host))
        return any_address_ || address == parse_address(bound_);
    return is_dotless_name(asked->host);
}

std::optional<std::string> caller_check::refuse_host(const request& request) const {
    constexpr std::string_view rule =
        "which names neither the address that is listened on, nor loopback, localhost, or a name without "
        "dots: a page could have had its own name resolve to this machine. Call it by one of those";
    const auto host = request.field("host");
    if (!host) return "The request has no Host field.";
    if (!names_us(*host))
        return "The request is for the host '" + std::string{*host} + "', " + std::string{rule} + ".";
    const auto scheme = request.target.starts_with('/') ? std::string_view::npos : request.target.find("://");
    if (scheme == std::string_view::npos) return std::nullopt;
    std::string_view target = request.target.substr(scheme + 3);
    target = target.substr(0, target.find_first_of("/?"));
    if (names_us(target)) return std::nullopt;
    return "The request is for the host '" + std::string{target} + "', " + std::string{rule} + ".";
}

std::optional<std::string> caller_check::refuse_page(const request& request) {
    const std::string_view host = request.field("host").value_or("");
    for (const auto& [name, value] : request.fields) {
        if (equals_ignoring_case(name, "origin") && !is_own_origin(value, host)) {
            return "A page of another origin ('" + std::string{value} +
                   "') sent the request, and this is not for pages. Send it from a program.";
        }
        if (equals_ignoring_case(name, "sec-fetch-site") && equals_ignoring_case(value, "cross-site")) {
            return "A page of another site sent the request (Sec-Fetch-Site: cross-site), and this is not "
                   "for pages. Send it from a program.";
        }
    }
    return std::nullopt;
}

shortcut own_callers_only(std::string bound) {
    return [check = caller_check{std::move(bound)}](const request& request) -> std::optional<response> {
        auto why = check.refuse_host(request);
        if (!why) why = caller_check::refuse_page(request);
        if (!why) return std::nullopt;
        response refusal;
        refusal.status = 403;
        refusal.content_type = "text/plain; charset=utf-8";
        refusal.fields.emplace_back("X-Content-Type-Options", "nosniff");
        refusal.body = body_bytes::of(std::move(*why) + "\n");
        return refusal;
    };
}

bool is_visit(const request& request) {
    return (request.method == verb::get || request.method == verb::head) && !request.field("origin") &&
           request.field("sec-fetch-mode") == "navigate" && request.field("sec-fetch-dest") == "document" &&
           request.field("sec-fetch-user") == "?1";
}

bool has_form_content(const request& request) {
    return std::ranges::any_of(request.fields, [](const auto& each) {
        return equals_ignoring_case(each.first, "content-type") &&
               (is_media_type(each.second, urlencoded) || is_media_type(each.second, "text/plain") ||
                is_media_type(each.second, "multipart/form-data"));
    });
}

bool has_urlencoded_content(const request& request) {
    std::size_t found = 0;
    for (const auto& [name, value] : request.fields) {
        if (!equals_ignoring_case(name, "content-type")) continue;
        if (!is_media_type(value, urlencoded)) return false;
        ++found;
    }
    return found > 0;
}

} // namespace cruddur::http
