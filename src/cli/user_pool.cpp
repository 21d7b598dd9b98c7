#include "cli/user_pool.hpp"

#include "aws/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace cruddur::cli {
namespace {

bool is_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
               c == '_';
    });
}

// An origin alone, because it stands in the page's policy: a scheme, a host and perhaps a port.
bool is_origin(std::string_view text) {
    const std::size_t scheme = text.find("://");
    if (scheme == std::string_view::npos) return false;
    const auto name = text.substr(0, scheme);
    const auto host = text.substr(scheme + 3);
    return (name == "http" || name == "https") && !host.empty() && std::ranges::all_of(host, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      std::string_view{"-.:[]"}.find(c) != std::string_view::npos;
           });
}

} // namespace

std::string cognito_endpoint(const std::function<std::string(const char*)>& environment) {
    const std::string of_cognito = environment("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER");
    return of_cognito.empty() ? environment("AWS_ENDPOINT_URL") : of_cognito;
}

std::string use_user_pool(const user_pool_choice& chosen, app::service_params& into) {
    if (!is_word(chosen.region) || !is_word(chosen.id) || !is_word(chosen.client_id))
        return "The region and the ids of the user pool and its client are made of letters, digits, - and _.";
    const std::string own = fmt::format("https://cognito-idp.{}.amazonaws.com", chosen.region);
    std::string endpoint = chosen.endpoint.empty() ? own : chosen.endpoint;
    while (endpoint.ends_with('/'))
        endpoint.pop_back();
    if (!is_origin(endpoint))
        return fmt::format("'{}' is no endpoint of Cognito: it is http:// or https://, a host and a port.",
                           endpoint);
    if (endpoint.starts_with("http://") && !aws::is_local(endpoint))
        return fmt::format("{} is plain http beyond this machine: tokens could be read on the way.",
                           endpoint);
    into.tokens.issuer = fmt::format("{}/{}", own, chosen.id);
    into.tokens.client_id = chosen.client_id;
    if (endpoint != own) into.tokens.jwks = fmt::format("{}/{}/.well-known/jwks.json", endpoint, chosen.id);
    into.sign_in = {chosen.region, chosen.id, chosen.client_id, std::move(endpoint)};
    return "";
}

} // namespace cruddur::cli
