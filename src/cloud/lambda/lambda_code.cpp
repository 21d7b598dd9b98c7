// Code on its way here, and the link to it: that is signed, and lasts ten minutes.

#include "cloud/ground/crypto.hpp"
#include "cloud/lambda/function_package.hpp"
#include "cloud/lambda/function_pool.hpp"
#include "cloud/lambda/lambda.hpp"
#include "cloud/lambda/lambda_upload.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

namespace cruddur::cloud::lambda {

namespace {

using std::chrono::system_clock;

constexpr std::chrono::minutes link_lasts{10};

std::int64_t in_seconds(system_clock::time_point at) {
    return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

// Of this process alone, so that its links end with it.
std::string token_of(std::string_view sha256, std::string_view expires) {
    static const std::string key = ground::random_bytes(32);
    return ground::to_hex(ground::hmac_sha256(key, fmt::format("{}\n{}", sha256, expires)));
}

boost::asio::awaitable<http::response> get_code(const web_call& in) {
    const std::string& sha256 = in.from.parameters.at(0);
    const std::string expires = in.from.query_parameter("expires").value_or("");
    if (!ground::equals_secret(in.from.query_parameter("token").value_or(""), token_of(sha256, expires)))
        throw refusal{"ResourceNotFoundException",
                      "This is no link to code: GetFunction makes one, as Code.Location.", 404};
    std::int64_t until = 0; // the token says that it is a number
    std::from_chars(expires.data(), expires.data() + expires.size(), until);
    if (in_seconds(in.now) >= until)
        throw refusal{"AccessDenied", "Request has expired: GetFunction makes another link.", 403};
    http::response out;
    try {
        out.body = http::body_bytes::of(co_await wire::offload(
            in.env, [&] { return in.env.part<function_pool>().code().zip_of(sha256); }));
    } catch (const package_error&) {
        throw refusal{"NoSuchKey", "No function has this code any more.", 404};
    }
    out.content_type = "application/zip";
    co_return out;
}

constexpr std::array routes{
    web_route{http::verb::get, "/_local/code/:sha256", web_route::access::programs, get_code}};

} // namespace

uploaded_code::uploaded_code(function_pool& pool, held_code code, std::size_t bytes)
    : pool_{&pool}
    , code_{std::move(code)}
    , bytes_{static_cast<std::int64_t>(bytes)} {}

uploaded_code::~uploaded_code() {
    if (!code_) return; // it was moved
    code_.reset();
    pool_->drop_unused_code();
}

boost::asio::awaitable<uploaded_code> upload(const call& in, const json::object* code) {
    auto& pool = in.env.part<function_pool>();
    auto [kept, bytes] = co_await wire::offload(in.env, [&pool, code] {
        const std::string zip = zip_of(code);
        return std::pair{pool.code().keep(zip), zip.size()};
    });
    co_return uploaded_code{pool, std::move(kept), bytes};
}

std::string link_to_code(const call& in, const std::string& sha256) {
    const std::string expires = std::to_string(in_seconds(in.now + link_lasts));
    return fmt::format("{}/_local/code/{}?expires={}&token={}", in.env.url, sha256, expires,
                       token_of(sha256, expires));
}

std::span<const web_route> lambda_web_routes() {
    return routes;
}

} // namespace cruddur::cloud::lambda
