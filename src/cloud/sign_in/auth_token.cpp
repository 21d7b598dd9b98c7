#include "cloud/sign_in/auth_token.hpp"

#include "cloud/ground/refusal.hpp"
#include "cloud/wire/parameters.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html
namespace cruddur::cloud::sign_in {

namespace {

using parameters = std::vector<std::pair<std::string, std::string>>;

constexpr std::chrono::minutes lifetime_max{15};
constexpr std::chrono::minutes leeway{5}; // of the clock that it was signed by, ahead of this one
constexpr std::string_view service = "rds-db";

// The value of a parameter that must be there once: which of two would count, a reader could not tell.
const std::string& single(const parameters& all, std::string_view name) {
    const auto found = std::ranges::find(all, name, &parameters::value_type::first);
    if (found == all.end()) throw token_refused{fmt::format("the token has no {}", name)};
    if (std::ranges::count(all, name, &parameters::value_type::first) > 1)
        throw token_refused{fmt::format("the token has {} more than once", name)};
    return found->second;
}

void check_lifetime(const parameters& all) {
    const std::string& text = single(all, "X-Amz-Expires");
    std::int64_t seconds = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (failed == std::errc{} && end == text.data() + text.size() && seconds > 0 &&
        std::chrono::seconds{seconds} <= lifetime_max)
        return;
    throw token_refused{"the token is made for longer than 15 minutes"};
}

void check_purpose(std::string_view place, const parameters& all, const token_purpose& purpose) {
    if (!boost::iequals(place, fmt::format("{}:{}", purpose.host, purpose.port))) {
        throw token_refused{
            fmt::format("the token is for another host or port than {}:{}", purpose.host, purpose.port)};
    }
    if (single(all, "Action") != "connect") throw token_refused{"the token's Action is not connect"};
    if (single(all, "DBUser") != purpose.user)
        throw token_refused{"the token is for another user of the database"};
    check_lifetime(all);
}

void check_scope(const wire::credential& whose, const token_purpose& purpose) {
    if (whose.service != service) throw token_refused{"the token is signed for another service than rds-db"};
    if (whose.region != purpose.region)
        throw token_refused{fmt::format("the token is signed for another region than {}", purpose.region)};
}

} // namespace

wire::signed_request request_of(std::string_view token) {
    const std::size_t slash = token.find("/?");
    if (slash == std::string_view::npos)
        throw token_refused{"what was sent as the password is no authentication token"};
    return {.method = "GET",
            .path = token.substr(slash, 1),
            .query = token.substr(slash + 2),
            .body = {},
            .fields = {{"host", token.substr(0, slash)}}};
}

std::string check_token(std::string_view token, const token_purpose& purpose, const wire::key_ring& keys,
                        bool takes_any_key, std::chrono::system_clock::time_point now) {
    const wire::signed_request request = request_of(token);
    try {
        check_purpose(request.fields.front().second, wire::parse_form(request.query), purpose);
        const auto whose = wire::credential_of(request);
        if (!whose) throw token_refused{"the token is not signed"};
        check_scope(*whose, purpose);
        wire::check_signing_time(request, now, leeway);
        if (!takes_any_key || keys.has(whose->access_key)) keys.verify(request, now);
        return whose->access_key;
    } catch (const ground::refusal& refused) {
        throw token_refused{refused.message()};
    }
}

} // namespace cruddur::cloud::sign_in
