#include "aws/settings.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace cruddur::aws {
namespace {

std::string first(std::initializer_list<std::string> candidates) {
    for (const auto& one : candidates) {
        if (!one.empty()) return one;
    }
    return {};
}

std::filesystem::path file_of(const environment& variable, const char* name, const char* in_home) {
    std::string named = variable(name);
    if (named.empty()) return std::filesystem::path{variable("HOME")} / ".aws" / in_home;
    if (named.starts_with("~/")) named = variable("HOME") + named.substr(1);
    return named;
}

// Nobody has to have the file at home; one that the variable names has to be there.
result<sections> read_file(const environment& variable, const char* name, const char* in_home) {
    const auto file = file_of(variable, name, in_home);
    const bool named = !variable(name).empty();
    std::error_code missing;
    const bool there = std::filesystem::exists(file, missing);
    if (!there && !named) return sections{};
    if (!there || std::filesystem::is_directory(file, missing))
        return misconfigured(fmt::format("There is no file {}", file.string()),
                             named ? fmt::format("{} names it: correct that, or take it out.", name)
                                   : "A folder is in its place: take it away.");
    std::ifstream opened{file, std::ios::binary};
    std::ostringstream text;
    text << opened.rdbuf();
    if (!opened || text.bad())
        return misconfigured(fmt::format("{} cannot be read", file.string()), "Look at its permissions.");
    return parse_ini(text.str(), file.string());
}

bool is_region(std::string_view text) {
    return !text.empty() && text.size() <= 32 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

// The settings of [services NAME], where the profile names one.
std::string service_endpoint(const settings& settings, const section* profile, const service& which) {
    const std::string name = setting_of(profile, "services");
    if (name.empty()) return {};
    const auto found = settings.config.find("services " + name);
    return found == settings.config.end()
               ? std::string{}
               : setting_of(&found->second, boost::to_lower_copy(std::string{which.id}) + ".endpoint_url");
}

result<unsigned> read_attempts(const std::string& text) {
    if (text.empty()) return 3U;
    unsigned number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size() || number < 1 || number > 20) {
        return misconfigured("AWS_MAX_ATTEMPTS (or max_attempts) is no number from 1 to 20",
                             "Correct it, or take it out.");
    }
    return number;
}

} // namespace

std::string process_environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string{} : std::string{value};
}

const section* settings::config_of(std::string_view name) const {
    // Outside of "default", the config file says "profile NAME".
    auto found = config.find("profile " + std::string{name});
    if (found == config.end() && name == "default") found = config.find(name);
    return found == config.end() ? nullptr : &found->second;
}

const section* settings::credentials_of(std::string_view name) const {
    const auto found = credentials.find(name);
    return found == credentials.end() ? nullptr : &found->second;
}

result<std::string> settings::endpoint(const service& which) const {
    const section* const mine = config_of(profile);
    const bool ignored = boost::to_lower_copy(variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")) == "true" ||
                         boost::to_lower_copy(setting_of(mine, "ignore_configured_endpoint_urls")) == "true";
    std::string url = endpoint_url;
    if (url.empty() && !ignored) {
        url = first({variable(fmt::format("AWS_ENDPOINT_URL_{}", which.id).c_str()),
                     variable("AWS_ENDPOINT_URL"), service_endpoint(*this, mine, which),
                     setting_of(mine, "endpoint_url")});
    }
    if (url.empty()) {
        if (region.empty()) {
            return misconfigured(
                "No region is set",
                "Name it: export AWS_REGION=us-east-1, or --region, or `region` in ~/.aws/config.");
        }
        return fmt::format("https://{}.{}.amazonaws.com{}", which.scope, region,
                           region.starts_with("cn-") ? ".cn" : "");
    }
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || parsed->host().empty() || parsed->has_userinfo() ||
        (parsed->scheme() != "http" && parsed->scheme() != "https")) {
        return misconfigured("The endpoint is no URL of http or https",
                             "It looks like http://127.0.0.1:4566: look at "
                             "AWS_ENDPOINT_URL.");
    }
    if (parsed->scheme() == "http" && !is_local(url)) {
        return misconfigured(fmt::format("The endpoint {} is in clear, and not on this machine", url),
                             "Passwords travel in these calls: use https, or an endpoint on 127.0.0.1, or a "
                             "container's plain name.");
    }
    while (url.ends_with('/'))
        url.pop_back();
    return url;
}

result<settings> load_settings(const choices& by_flags, environment variable) {
    settings found;
    auto config = read_file(variable, "AWS_CONFIG_FILE", "config");
    if (!config) return config.error();
    auto keys = read_file(variable, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
    if (!keys) return keys.error();
    found.config = std::move(*config);
    found.credentials = std::move(*keys);
    found.profile_chosen = !by_flags.profile.empty();
    const std::string named =
        first({by_flags.profile, variable("AWS_PROFILE"), variable("AWS_DEFAULT_PROFILE")});
    if (!named.empty()) found.profile = named;
    const section* const profile = found.config_of(found.profile);
    if (!named.empty() && profile == nullptr && found.credentials_of(named) == nullptr) {
        return misconfigured(fmt::format("There is no profile '{}'", named),
                             "`aws configure list-profiles` lists them; AWS_PROFILE and --profile name one.");
    }
    found.region = first({by_flags.region, variable("AWS_REGION"), variable("AWS_DEFAULT_REGION"),
                          setting_of(profile, "region")});
    if (!found.region.empty() && !is_region(found.region)) {
        return misconfigured(fmt::format("'{}' is no region", found.region),
                             "A region looks like us-east-1.");
    }
    auto attempts = read_attempts(first({variable("AWS_MAX_ATTEMPTS"), setting_of(profile, "max_attempts")}));
    if (!attempts) return attempts.error();
    found.attempts_max = *attempts;
    found.ca_file = first({variable("AWS_CA_BUNDLE"), setting_of(profile, "ca_bundle")});
    found.endpoint_url = by_flags.endpoint_url;
    found.variable = std::move(variable);
    return found;
}

bool is_loopback(std::string_view url) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed) return false;
    const std::string host = parsed->host_address();
    if (host == "localhost" || host.ends_with(".localhost")) return true;
    boost::system::error_code failed;
    const auto address = boost::asio::ip::make_address(host, failed);
    return !failed && address.is_loopback();
}

bool is_local(std::string_view url) {
    if (is_loopback(url)) return true;
    const auto parsed = boost::urls::parse_uri(url);
    // No name of the internet is without a dot.
    return parsed && parsed->host_type() == boost::urls::host_type::name && !parsed->host().empty() &&
           parsed->host().find('.') == std::string::npos;
}

} // namespace cruddur::aws
