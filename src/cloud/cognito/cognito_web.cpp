#include "cloud/cognito/cognito.hpp"
#include "cloud/cognito/cognito_tokens.hpp"
#include "cloud/cognito/mailbox.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <array>
#include <charconv>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;
using web_answer = boost::asio::awaitable<http::response>;
using enum web_route::access;

constexpr std::int64_t key_set_seconds = 3600; // for which a key set may be kept
constexpr std::int64_t delay_seconds_max = 30LL * 86'400;

http::response answer_json(const json::object& body) {
    return http::response::json(http::body_bytes::of(json::serialize(body)));
}

user_pool pool_of(const web_call& in) {
    return find_pool(in.db, in.from.parameters.at(0));
}

web_answer get_key_set(const web_call& in) {
    http::response out = answer_json(key_set_of(in.db, pool_of(in).id));
    out.cache_control = fmt::format("public, max-age={}", key_set_seconds);
    co_return out;
}

web_answer get_openid_configuration(const web_call& in) {
    const user_pool pool = pool_of(in);
    const std::string issuer = issuer_of(pool);
    co_return answer_json({{"issuer", issuer},
                           {"jwks_uri", fmt::format("{}/{}/.well-known/jwks.json", in.env.url, pool.id)},
                           {"id_token_signing_alg_values_supported", json::array{"RS256"}},
                           {"response_types_supported", json::array{"code", "token"}},
                           {"scopes_supported", json::array{"openid", "email", "phone", "profile"}},
                           {"subject_types_supported", json::array{"public"}}});
}

// How long a new key stands in the key set before it signs (?signs_in_seconds=): by then, whoever keeps the
// set for as long as he may has it.
std::int64_t delay_of(const http::request& from) {
    const auto given = from.query_parameter("signs_in_seconds");
    if (!given) return key_set_seconds;
    std::int64_t out = -1;
    const char* const end = given->data() + given->size();
    const auto read = std::from_chars(given->data(), end, out);
    if (read.ec != std::errc{} || read.ptr != end || out < 0 || out > delay_seconds_max)
        throw invalid_parameter(fmt::format("signs_in_seconds is a number up to {}.", delay_seconds_max));
    return out;
}

// AWS rotates a pool's keys by itself; here it happens when it is asked for.
web_answer rotate_signing_key(const web_call& in) {
    const user_pool pool = pool_of(in);
    const std::int64_t now = seconds_of(in.now);
    const std::int64_t signs_from = now + delay_of(in.from);
    const std::string pem = co_await wire::offload(in.env, [] { return generate_signing_key(); });
    transaction whole{in.db};
    drop_retired_keys(in.db, pool.id, now);
    const std::string kid = insert_signing_key(in.db, pool.id, pem, signs_from);
    whole.commit();
    co_return answer_json({{"kid", kid}, {"signs_from", signs_from}});
}

web_answer get_mailbox(const web_call& in) {
    http::response out;
    out.content_type = "text/html; charset=utf-8";
    out.fields.emplace_back("Content-Security-Policy",
                            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    out.fields.emplace_back("X-Content-Type-Options", "nosniff");
    out.body = http::body_bytes::of(in.env.part<mailbox>().to_html());
    co_return out;
}

web_answer get_messages(const web_call& in) {
    const std::string to = in.from.query_parameter("to").value_or("");
    co_return http::response::json(http::body_bytes::of(in.env.part<mailbox>().to_json(to)));
}

constexpr std::array routes = {
    web_route{http::verb::get, "/:pool/.well-known/jwks.json", everyone, get_key_set},
    web_route{http::verb::get, "/:pool/.well-known/openid-configuration", everyone, get_openid_configuration},
    web_route{http::verb::post, "/_local/user-pools/:pool/signing-keys", credentials, rotate_signing_key},
    web_route{http::verb::get, "/_local/mailbox", visitors, get_mailbox},
    web_route{http::verb::get, "/_local/mailbox.json", credentials, get_messages}};

} // namespace

std::span<const web_route> cognito_web_routes() {
    return routes;
}

} // namespace cruddur::cloud::cognito
