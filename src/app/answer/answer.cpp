#include "app/answer/answer.hpp"

#include "app/input/json_text.hpp"
#include "app/input/sha256.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace cruddur::app::answer {
namespace {

// At most ten a second and event loop: in an outage every request fails alike.
void log_failure(const postgres::error& failed, unsigned status) {
    constexpr unsigned lines_a_second = 10;
    using clock = std::chrono::steady_clock;
    static thread_local clock::time_point second;
    static thread_local unsigned lines = 0;
    const auto now = clock::now();
    if (now - second >= std::chrono::seconds{1}) {
        second = now;
        lines = 0;
    }
    if (++lines > lines_a_second) return;
    const auto level = status == 503 ? spdlog::level::warn : spdlog::level::err;
    spdlog::log(level, "the database failed a request: {}. {}", failed.describe(), failed.advice());
}

} // namespace

http::response answer_of(const refusal& refused) {
    std::string body = "[";
    for (const std::string_view code : refused.codes) {
        if (body.size() > 1) body += ',';
        body.append(1, '"').append(code).append(1, '"');
    }
    body += ']';
    http::response made = http::response::json(http::body_bytes::of(std::move(body)), refused.status);
    if (refused.status == 401) made.fields.emplace_back("WWW-Authenticate", "Bearer");
    if (refused.status == 415) made.fields.emplace_back("Accept-Encoding", "identity");
    if (refused.status == 503) made.fields.emplace_back("Retry-After", "1");
    return made;
}

http::response answer_of(unsigned status, std::string_view code) {
    return answer_of(refusal{status, {code}});
}

http::response too_many(std::chrono::seconds wait) {
    auto made = answer_of(429, "too_many_requests");
    made.fields.emplace_back("Retry-After", std::to_string(wait.count()));
    return made;
}

unsigned status_of(const postgres::error& failed) {
    using postgres::failure;
    if (failed.kind == failure::usage) return 500;
    if (failed.kind != failure::server) return 503;
    static constexpr std::array<std::string_view, 11> may_pass{
        "08", "25006", "28", "3D000", "40", "42501", "42P01", "53", "55P03", "57", "58"};
    const bool passes = std::ranges::any_of(
        may_pass, [&failed](std::string_view prefix) { return failed.sqlstate.starts_with(prefix); });
    return passes ? 503 : 500;
}

bool was_overtaken(const postgres::error& failed) {
    constexpr std::string_view deadlock_detected = "40P01";
    constexpr std::string_view foreign_key_violation = "23503";
    return failed.sqlstate == deadlock_detected || failed.sqlstate == foreign_key_violation;
}

http::response answer_of(const postgres::error& failed) {
    const unsigned status = status_of(failed);
    log_failure(failed, status);
    return answer_of(status, status == 503 ? "unavailable" : "generic_500");
}

std::string etag_of(std::string_view body) {
    constexpr std::size_t kept = 12;
    const auto sum = input::sha256(body);
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string made = "\"";
    for (std::size_t at = 0; at < kept; ++at) {
        made += digits[sum[at] >> 4];
        made += digits[sum[at] & 15];
    }
    made += '"';
    return made;
}

std::string_view cache_control_of(audience to) {
    return to == audience::caller ? "private, no-cache" : "no-cache";
}

http::response read_answer(http::body_bytes body, audience to) {
    http::response made = http::response::json(std::move(body));
    made.cache_control = cache_control_of(to);
    made.etag = etag_of(made.body.bytes);
    if (to != audience::everybody) made.fields.emplace_back("Vary", "Authorization");
    return made;
}

cursor place_of(const postgres::rows& from, std::size_t row) {
    const activity one = activity_of(from, row);
    cursor made;
    made.created_at_us = one.created_at.count();
    input::append_uuid(made.uuid, one.uuid);
    return made;
}

std::optional<cursor> activity_page::next() const {
    if (rows.size() <= limit) return std::nullopt;
    return place_of(rows, limit - 1);
}

std::string next_link(std::string_view path, std::string_view query, unsigned limit, const cursor& behind) {
    std::string made = fmt::format("<{}?{}{}", path, query, query.empty() ? "" : "&");
    if (limit != input::page_limit_default) made += fmt::format("limit={}&", limit);
    return made + fmt::format("cursor={}>; rel=\"next\"", behind.encode());
}

std::optional<std::string> activity_page::link(std::string_view path, std::string_view query) const {
    const auto behind = next();
    if (!behind) return std::nullopt;
    return next_link(path, query, limit, *behind);
}

} // namespace cruddur::app::answer
