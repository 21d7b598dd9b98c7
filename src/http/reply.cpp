#include "http/reply.hpp"

#include "http/server.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace cruddur::http {
namespace {

constexpr std::string_view exposed =
    "Access-Control-Expose-Headers: Authorization, ETag, Link, X-Request-Id\r\n";
constexpr std::string_view vary = "Vary";
constexpr std::string_view preflight_methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
constexpr std::string_view preflight_fields =
    "Authorization, Content-Type, Idempotency-Key, If-Modified-Since, "
    "If-None-Match, Last-Event-ID, Traceparent, X-Request-Id";
constexpr std::string_view preflight_seconds = "7200";

void append_number(std::string& out, std::size_t number) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void append_status_line(std::string& out, unsigned status) {
    if (status == 200) {
        out.append("HTTP/1.1 200 OK\r\n");
        return;
    }
    const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
    out.append("HTTP/1.1 ");
    append_number(out, status);
    out.append(" ").append(reason.data(), reason.size()).append("\r\n");
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

bool is_one_line(std::string_view text) {
    return std::ranges::none_of(text, [](char each) { return each == '\r' || each == '\n' || each == '\0'; });
}

// A handler's own fields, but for Vary. One that would end its line early could forge another: it is left
// out.
void append_fields(std::string& out, const std::vector<std::pair<std::string, std::string>>& fields) {
    for (const auto& [name, value] : fields)
        if (name != vary && is_one_line(name) && is_one_line(value)) append_field(out, name, value);
}

// All that the answer depends on, as one field: what the handler names, and what we add.
void append_vary(std::string& out, const response& answer, bool by_encoding, bool by_origin) {
    const std::size_t begin = out.size();
    const auto add = [&](std::string_view name) {
        out.append(out.size() == begin ? "Vary: " : ", ").append(name);
    };
    if (by_encoding) add("Accept-Encoding");
    if (by_origin) add("Origin");
    const auto add_own = [&](const std::vector<std::pair<std::string, std::string>>& fields) {
        for (const auto& [name, value] : fields)
            if (name == vary && is_one_line(value)) add(value);
    };
    if (answer.finished) add_own(answer.finished->fields);
    add_own(answer.fields);
    if (out.size() != begin) out.append("\r\n");
}

void append_cors(std::string& out, const request& request, const std::vector<std::string>& allowed) {
    const auto origin = request.field("origin");
    if (!origin) return;
    const auto found = std::ranges::find_if(
        allowed, [&](const std::string& one) { return one == *origin || one == any_origin; });
    if (found == allowed.end()) return;
    append_field(out, "Access-Control-Allow-Origin", *found);
    out.append(exposed);
}

struct chosen {
    std::string_view bytes;
    encoding how = encoding::identity;
    bool varies = false; // whether Accept-Encoding decides
};

// A page that nobody has compressed yet is compressed now, so that one that lives shortly is compressed too.
chosen choose_finished(const request& request, response& answer, const reply_params& with, compressor& press,
                       bool bodiless) {
    const rendered& page = *answer.finished;
    const bool now = page.gzip.empty() && page.brotli.empty() &&
                     page.identity.size() >= with.compress_bytes_min && is_compressible(page.content_type);
    chosen choice{page.identity, encoding::identity, now || !page.gzip.empty() || !page.brotli.empty()};
    if (!choice.varies) return choice;
    choice.how = choose_encoding(request.field("accept-encoding").value_or(""), now || !page.gzip.empty(),
                                 now || !page.brotli.empty());
    if (choice.how == encoding::identity || (now && bodiless)) return choice;
    if (now) {
        answer.body = press.compress_once(answer.finished, choice.how);
        choice.bytes = answer.body.bytes;
    } else {
        choice.bytes = choice.how == encoding::gzip ? page.gzip : page.brotli;
    }
    if (choice.bytes.empty()) choice = {page.identity, encoding::identity, true}; // it would not get smaller
    return choice;
}

chosen choose_dynamic(const request& request, response& answer, const reply_params& with, compressor& press) {
    chosen choice{answer.body.bytes, encoding::identity, false};
    const auto given = [](const auto& field) { return field.first == "Content-Encoding"; };
    if (choice.bytes.size() < with.compress_bytes_min ||
        !(answer.content_type.empty() || is_compressible(answer.content_type)) ||
        std::ranges::any_of(answer.fields, given))
        return choice;
    choice.varies = true;
    const auto how = choose_encoding(request.field("accept-encoding").value_or(""), true, true);
    if (how == encoding::identity) return choice;
    auto pressed = press.compress(choice.bytes, how);
    if (pressed.empty()) return choice;
    answer.body = body_bytes::of(std::move(pressed));
    choice.bytes = answer.body.bytes;
    choice.how = how;
    return choice;
}

void append_entity(std::string& out, const response& answer, const chosen& body, bool in_chunks) {
    const rendered* const finished = answer.finished.get();
    const std::string& type = finished != nullptr ? finished->content_type : answer.content_type;
    append_field(out, "Content-Type", type.empty() ? std::string_view{"application/json"} : type);
    if (in_chunks) {
        out.append("Transfer-Encoding: chunked\r\n");
    } else if (!answer.more) {
        out.append("Content-Length: ");
        append_number(out, body.bytes.size());
        out.append("\r\n");
    }
    out.append("X-Content-Type-Options: nosniff\r\n");
    if (body.how == encoding::gzip) out.append("Content-Encoding: gzip\r\n");
    if (body.how == encoding::brotli) out.append("Content-Encoding: br\r\n");
}

} // namespace

reply compose(std::string& head, const request& request, response& answer, const reply_params& with,
              compressor& press) {
    const rendered* const finished = answer.finished.get();
    const std::string& tag = finished != nullptr ? finished->etag : answer.etag;
    const std::string& cache_control = finished != nullptr ? finished->cache_control : answer.cache_control;
    const bool reads = request.method == verb::get || request.method == verb::head;

    reply sent{answer.status, {}};
    if (reads && answer.status == 200 && !tag.empty()) {
        const auto condition = request.field("if-none-match");
        if (condition && names_tag(*condition, tag)) sent.status = 304;
    }
    // A 304 spends nothing on a body, but names the encoding's weak tag as the 200 would.
    const bool bodiless = sent.status == 304 || sent.status == 204;
    chosen body;
    if (finished != nullptr)
        body = choose_finished(request, answer, with, press, bodiless);
    else if (!bodiless)
        body = choose_dynamic(request, answer, with, press);

    append_status_line(head, sent.status);
    append_field(head, "Date", with.date);
    append_field(head, "X-Request-Id", request.id);
    if (!bodiless) append_entity(head, answer, body, answer.more && !with.version_1_0);
    if (!tag.empty()) {
        head.append(body.how == encoding::identity || tag.starts_with("W/") ? "ETag: " : "ETag: W/");
        head.append(tag).append("\r\n");
    }
    if (!cache_control.empty()) append_field(head, "Cache-Control", cache_control);
    append_vary(head, answer, body.varies, !with.allowed_origins.empty());
    append_cors(head, request, with.allowed_origins);
    if (finished != nullptr) append_fields(head, finished->fields);
    append_fields(head, answer.fields);
    if (with.close)
        head.append("Connection: close\r\n");
    else if (with.version_1_0)
        head.append("Connection: keep-alive\r\n");
    head.append("\r\n");
    if (!bodiless && request.method != verb::head) sent.body = body.bytes;
    return sent;
}

response answer_options(const request& request, std::string allow) {
    response answer;
    answer.status = 204;
    answer.fields.emplace_back("Allow", std::move(allow));
    if (request.field("origin") && request.field("access-control-request-method")) {
        answer.fields.emplace_back("Access-Control-Allow-Methods", preflight_methods);
        answer.fields.emplace_back("Access-Control-Allow-Headers", preflight_fields);
        answer.fields.emplace_back("Access-Control-Max-Age", preflight_seconds);
    }
    return answer;
}

std::string format_date(std::int64_t seconds) {
    const std::time_t when = seconds;
    std::tm parts{};
    gmtime_r(&when, &parts);
    std::array<char, 32> text;
    // The process never sets a locale, so the names are English.
    const auto size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text.data(), size};
}

} // namespace cruddur::http
