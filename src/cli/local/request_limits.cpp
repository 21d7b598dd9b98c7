#include "cli/local/request_limits.hpp"

#include <CLI/CLI.hpp>

namespace cruddur::cli::local {

std::string request_limits_help() {
    return "  CRUDDUR_POSTS_A_MINUTE, CRUDDUR_REACTIONS_A_MINUTE, CRUDDUR_REQUESTS_A_MINUTE\n"
           "                                   in place of the flags of that name; beyond it the answer is "
           "429\n"
           "  CRUDDUR_TRUSTED_PROXIES          in place of --trusted-proxies, such as 10.0.0.0/8,fd00::/8; "
           "without\n"
           "                                   it everybody behind a proxy counts as one address: the "
           "proxy's, and\n"
           "                                   one on this machine is not counted\n";
}

void add_request_limits(CLI::App& command, request_limits& into) {
    constexpr unsigned most = 1'000'000;
    const auto add = [&](const char* flag, const char* variable, unsigned& value, const char* help) {
        command.add_option(flag, value, help)
            ->envname(variable)
            ->check(CLI::Range(0U, most))
            ->capture_default_str();
    };
    add("--posts-a-minute", "CRUDDUR_POSTS_A_MINUTE", into.rates.writings,
        "Posts, replies and messages that a person may write; 0 is any number");
    add("--reactions-a-minute", "CRUDDUR_REACTIONS_A_MINUTE", into.rates.reactions,
        "Likes, reposts, follows and reports of a person; 0 is any number");
    add("--requests-a-minute", "CRUDDUR_REQUESTS_A_MINUTE", into.rates.requests,
        "Requests of an address (IPv6: a /64), loopback apart; 0 is any number");
    command
        .add_option("--trusted-proxies", into.trusted_proxies,
                    "Networks of the proxies whose X-Forwarded-For is believed, parted by commas")
        ->envname("CRUDDUR_TRUSTED_PROXIES")
        ->check(CLI::Validator{app::door::trusted_proxies_error, ""});
}

} // namespace cruddur::cli::local
