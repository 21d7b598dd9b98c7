#include "app/answers.hpp"

#include "app/validation.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>
#include <charconv>

namespace cruddur::app {

std::string etag_of(std::string_view body) {
    constexpr std::size_t kept = 12;
    std::array<unsigned char, SHA256_DIGEST_LENGTH> sum{};
    SHA256(reinterpret_cast<const unsigned char*>(body.data()), body.size(), sum.data());
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string made = "\"";
    for (std::size_t at = 0; at < kept; ++at) {
        made += digits[sum[at] >> 4];
        made += digits[sum[at] & 15];
    }
    made += '"';
    return made;
}

std::optional<cursor> next_of(const postgres::rows& page) {
    const auto created_at = page.get(0, 1);
    const auto uuid = page.get(0, 2);
    if (!created_at || !uuid) return std::nullopt;
    cursor next;
    std::from_chars(created_at->data(), created_at->data() + created_at->size(), next.created_at_us);
    next.uuid = *uuid;
    return next;
}

std::string link_to(const cursor& next, std::string_view path, std::string_view query, unsigned limit) {
    std::string link = fmt::format("<{}?{}{}", path, query, query.empty() ? "" : "&");
    if (limit != page_limit_default) link += fmt::format("limit={}&", limit);
    return link + fmt::format("cursor={}>; rel=\"next\"", next.encode());
}

http::response page_answer(const postgres::rows& from, std::string_view path, std::string_view query,
                           unsigned limit, audience to) {
    http::response made = body_answer(from);
    made.cache_control = to == audience::anybody ? "no-cache" : "private, no-cache";
    made.etag = etag_of(made.body.bytes);
    made.fields.emplace_back("Vary", "Authorization");
    if (const auto next = next_of(from)) made.fields.emplace_back("Link", link_to(*next, path, query, limit));
    return made;
}

http::response body_answer(const postgres::rows& from) {
    return http::response::json({from.owner(), from.get(0, 0).value_or("null")});
}

} // namespace cruddur::app
