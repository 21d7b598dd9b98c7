#include "http/request_parser.hpp"

#include "http/router.hpp"
#include "http/text.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>

#include <algorithm>

namespace cruddur::http {
namespace {

namespace beast_http = boost::beast::http;

constexpr std::size_t fields_max = 128;
constexpr std::size_t chunk_line_bytes_max = 4'096; // size and extensions of a chunk, or all trailers
constexpr std::size_t last_chunk_bytes_min = 5;     // "0\r\n\r\n"

std::string_view view(boost::beast::string_view bytes) {
    return {bytes.data(), bytes.size()};
}

bool is_host(std::string_view value) {
    return value.find_first_of(" \t,/\\@?#") == std::string_view::npos;
}

bool is_number(std::string_view value) {
    return !value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos;
}

} // namespace

request_parser::request_parser(request& into, std::string& body, const limits& limit, const router* routes)
    : request_(into)
    , body_(body)
    , limit_(limit)
    , routes_(routes) {
    request_.fields.clear();
    request_.parameters.clear();
    request_.method = verb::unknown;
    request_.target = request_.path = request_.query = request_.body = request_.id =
        request_.traceparent = {};
    body_.clear();
    header_limit(static_cast<std::uint32_t>(limit.header_bytes_max));
    body_limit(limit.body_bytes_max);
}

std::size_t request_parser::feed(std::string_view bytes) {
    if (!is_header_done()) {
        const auto size = refused_ == 0 ? whole_header_size(bytes) : 0;
        if (size == 0) return 0;
        put_some(bytes.substr(0, size));
        // Beast wants more of a request line that is too short, although the header has ended.
        if (!is_header_done() && refused_ == 0) refused_ = 400;
        return size;
    }
    std::size_t taken = 0;
    while (!is_done() && refused_ == 0 && taken < bytes.size()) {
        const auto rest = bytes.substr(taken);
        // Between chunks at least the last one is to come. With less, Beast 1.81 fails its own assertion.
        if (chunked() && !in_chunk_ && rest.size() < last_chunk_bytes_min) break;
        const auto size = put_some(rest);
        taken += size;
        if (size == 0) {
            if (refused_ == 0 && chunked() && !in_chunk_ && rest.size() > chunk_line_bytes_max)
                refused_ = 400;
            break;
        }
    }
    return taken;
}

std::size_t request_parser::put_some(std::string_view bytes) {
    error_code failed;
    const auto taken = put(boost::asio::buffer(bytes.data(), bytes.size()), failed);
    if (failed && failed != beast_http::error::need_more && refused_ == 0)
        refused_ = failed == beast_http::error::body_limit ? 413 : 400;
    return taken;
}

// Beast would take an unfinished header field by field, so that its header_limit saw only what is left, and
// would wait for the end of one that can no longer become valid. So it gets headers whole, and the wait is
// judged here. Returns 0 while the end has not come.
std::size_t request_parser::whole_header_size(std::string_view bytes) {
    const auto end = bytes.find("\r\n\r\n", scanned_ - std::min<std::size_t>(scanned_, 3));
    const auto size = end == std::string_view::npos ? bytes.size() : end + 4;
    if (size > limit_.header_bytes_max) {
        const auto line = bytes.find("\r\n");
        refused_ = line == std::string_view::npos || line + 2 > limit_.header_bytes_max ? 414 : 431;
        return 0;
    }
    if (end != std::string_view::npos) return size;
    for (; scanned_ < bytes.size(); ++scanned_) {
        const char here = bytes[scanned_];
        const char before = scanned_ > 0 ? bytes[scanned_ - 1] : '\0';
        const bool control =
            static_cast<unsigned char>(here) < 0x20 && here != '\t' && here != '\r' && here != '\n';
        if (control || (here == '\n') != (before == '\r')) refused_ = 400;
    }
    return 0;
}

void request_parser::moved(const char* from, const char* to) {
    const auto follow = [&](std::string_view& seen) {
        if (seen.data() != nullptr) seen = {to + (seen.data() - from), seen.size()};
    };
    follow(request_.target);
    follow(request_.path);
    follow(request_.query);
    for (auto& [name, value] : request_.fields) {
        follow(name);
        follow(value);
    }
}

void request_parser::refuse(unsigned status, error_code& failed) {
    refused_ = status;
    failed = beast_http::error::bad_value;
}

void request_parser::on_request_impl(verb method, text, text target, int version, error_code& failed) {
    request_.method = method;
    version_ = version;
    if (!split_target(view(target))) return refuse(400, failed);
    const auto own = routes_ == nullptr ? 0 : routes_->body_bytes_max(method, request_.path);
    if (own != 0) body_limit(own);
}

// The origin form, the absolute form that a proxy sends, and "*" of OPTIONS.
bool request_parser::split_target(std::string_view target) {
    request_.target = target;
    if (target.find('#') != std::string_view::npos) return false;
    if (target == "*") {
        request_.path = target;
        return request_.method == verb::options;
    }
    std::string_view top = target.substr(0, 1); // "/", for a target without a path
    if (!target.starts_with('/')) {
        const auto scheme = target.find("://");
        if (scheme == std::string_view::npos) return false;
        const auto name = target.substr(0, scheme);
        if (!equals_ignoring_case(name, "http") && !equals_ignoring_case(name, "https")) return false;
        const auto authority_end = target.find_first_of("/?", scheme + 3);
        if (authority_end == scheme + 3) return false;
        top = target.substr(scheme + 1, 1);
        target.remove_prefix(std::min(authority_end, target.size()));
    }
    const auto question = std::min(target.find('?'), target.size());
    request_.path = question == 0 ? top : target.substr(0, question);
    request_.query = target.substr(std::min(question + 1, target.size()));
    return true;
}

void request_parser::on_field_impl(beast_http::field known, text name, text value, error_code& failed) {
    if (is_header_done()) return; // a trailer: nothing of ours reads it
    if (request_.fields.size() >= fields_max) return refuse(431, failed);
    // A folded line comes in a buffer of Beast's, or has its line ending before the value.
    const char* const after_name = name.data() + name.size();
    if (value.data() < after_name || value.data() > after_name + limit_.header_bytes_max ||
        std::find(after_name, value.data(), '\r') != value.data())
        return refuse(400, failed);
    switch (known) {
    case beast_http::field::host:
        if (++hosts_ > 1 || !is_host(view(value))) return refuse(400, failed);
        break;
    case beast_http::field::content_length:
        if (has_length_ || has_encoding_ || !is_number(view(value))) return refuse(400, failed);
        has_length_ = true;
        break;
    case beast_http::field::transfer_encoding:
        if (has_length_ || has_encoding_ || version_ < 11 || !equals_ignoring_case(view(value), "chunked"))
            return refuse(400, failed);
        has_encoding_ = true;
        break;
    case beast_http::field::expect:
        if (version_ < 11) break;
        expects_continue_ = true;
        if (!equals_ignoring_case(view(value), "100-continue")) expects_other_ = true;
        break;
    default:
        break;
    }
    request_.fields.emplace_back(view(name), view(value));
}

void request_parser::on_header_impl(error_code& failed) {
    if (version_ >= 11 && hosts_ == 0) return refuse(400, failed);
    if (expects_other_) refuse(417, failed);
}

std::size_t request_parser::on_body_impl(text bytes, error_code&) {
    body_.append(bytes.data(), bytes.size());
    return bytes.size();
}

std::size_t request_parser::on_chunk_body_impl(std::uint64_t remaining, text bytes, error_code&) {
    body_.append(bytes.data(), bytes.size());
    if (bytes.size() == remaining) in_chunk_ = false;
    return bytes.size();
}

} // namespace cruddur::http
