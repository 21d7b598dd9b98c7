#include "cli/ground/origins.hpp"

#include "cli/ground/process.hpp"
#include "http/server.hpp"
#include "http/text.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/url/parse.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace cruddur::cli::ground {
std::string origin_of(std::string_view url) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || parsed->has_userinfo() || parsed->has_query() || parsed->has_fragment()) return "";
    const std::string scheme = boost::algorithm::to_lower_copy(std::string{parsed->scheme()});
    const std::string host = boost::algorithm::to_lower_copy(std::string{parsed->encoded_host()});
    const bool secure = scheme == "https";
    if ((!secure && scheme != "http") || host.empty() || host.find('*') != std::string::npos) return "";
    if (!parsed->has_port()) return scheme + "://" + host;
    const unsigned port = parsed->port_number(); // 0 where it is none
    if (port == 0) return "";
    return port == (secure ? 443U : 80U) ? scheme + "://" + host
                                         : fmt::format("{}://{}:{}", scheme, host, port);
}

std::string add_origins(std::string_view variable, std::string_view list, std::vector<std::string>& into) {
    while (!list.empty()) {
        const std::string_view one = http::trim(http::next_element(list));
        if (one.empty()) continue;
        std::string origin = one == http::any_origin ? std::string{one} : origin_of(one);
        if (origin.empty()) {
            const bool bare = !origin_of(fmt::format("http://{}", one)).empty();
            return fmt::format("{}: '{}' is no address of a page. {}, or {} for pages of everybody.",
                               variable, one,
                               bare ? fmt::format("Write http://{} (or https://)", one)
                                    : "Write its scheme, host and port, as in http://localhost:3000",
                               http::any_origin);
        }
        if (std::ranges::find(into, origin) == into.end()) into.push_back(std::move(origin));
    }
    return "";
}

std::string origins_of_environment(std::vector<std::string>& into) {
    for (const char* variable : {"FRONTEND_URL", "BACKEND_URL"}) {
        if (std::string unfit = add_origins(variable, environment(variable), into); !unfit.empty())
            return unfit;
    }
    return "";
}

std::string warning_of(const std::vector<std::string>& origins) {
    if (std::ranges::find(origins, http::any_origin) == origins.end()) return "";
    return "FRONTEND_URL or BACKEND_URL is *: pages of every origin may call the API. To let in your own "
           "alone, name "
           "it: http://localhost:3000";
}

std::string address_of(std::string_view host, unsigned port) {
    const bool bare = host.find(':') != std::string_view::npos && !host.starts_with('[');
    return fmt::format("http://{}{}{}:{}", bare ? "[" : "", host, bare ? "]" : "", port);
}

} // namespace cruddur::cli::ground
