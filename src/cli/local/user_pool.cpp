#include "cli/local/user_pool.hpp"

#include "aws/settings.hpp"
#include "cluster/files.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace cruddur::cli::local {
namespace {

namespace json = boost::json;

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

// Takes the slashes off its end. Returns what is wrong with it, or "".
std::string check_local_endpoint(std::string& endpoint) {
    while (endpoint.ends_with('/'))
        endpoint.pop_back();
    if (!is_origin(endpoint))
        return fmt::format("'{}' is no endpoint of Cognito: it is http:// or https://, a host and a port.",
                           endpoint);
    if (endpoint.starts_with("http://") && !aws::is_local(endpoint))
        return fmt::format("{} is plain http beyond this machine: tokens could be read on the way.",
                           endpoint);
    return "";
}

} // namespace

std::string user_pool_text(const user_pool_choice& chosen) {
    return json::serialize(json::object{
               {"region", chosen.region}, {"user_pool_id", chosen.id}, {"client_id", chosen.client_id}}) +
           "\n";
}

std::string read_user_pool(const std::string& file, user_pool_choice& into) {
    boost::system::error_code failed;
    const json::value read = json::parse(cluster::read_file(file), failed);
    const auto text = [&](const char* name) {
        const auto* const members = failed ? nullptr : read.if_object();
        const auto* const member = members == nullptr ? nullptr : members->if_contains(name);
        const auto* const value = member == nullptr ? nullptr : member->if_string();
        return value == nullptr ? std::string{} : std::string{*value};
    };
    into.region = text("region");
    into.id = text("user_pool_id");
    into.client_id = text("client_id");
    if (!into.region.empty() && !into.id.empty() && !into.client_id.empty()) return "";
    return fmt::format("{} names no user pool: it is to be JSON with region, user_pool_id and client_id, as "
                       "`cruddur sign-up` writes it.",
                       file);
}

std::string cognito_endpoint(const std::function<std::string(const char*)>& environment) {
    const std::string of_cognito = environment("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER");
    return of_cognito.empty() ? environment("AWS_ENDPOINT_URL") : of_cognito;
}

std::string use_user_pool(const user_pool_choice& chosen, app::door::service_params& into) {
    if (!is_word(chosen.region) || !is_word(chosen.id) || !is_word(chosen.client_id))
        return "The region and the ids of the user pool and its client are made of letters, digits, - and _.";
    const std::string own = fmt::format("https://cognito-idp.{}.amazonaws.com", chosen.region);
    std::string endpoint = chosen.endpoint.empty() ? own : chosen.endpoint;
    std::string shown = chosen.sign_in_endpoint.empty() ? endpoint : chosen.sign_in_endpoint;
    for (std::string* each : {&endpoint, &shown}) {
        if (std::string unfit = check_local_endpoint(*each); !unfit.empty()) return unfit;
    }
    into.tokens.issuer = fmt::format("{}/{}", own, chosen.id);
    into.tokens.client_id = chosen.client_id;
    if (endpoint != own) into.tokens.jwks = fmt::format("{}/{}/.well-known/jwks.json", endpoint, chosen.id);
    into.sign_in = {chosen.region, chosen.id, chosen.client_id, std::move(shown)};
    return "";
}

} // namespace cruddur::cli::local
