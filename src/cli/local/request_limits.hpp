#pragma once

#include "app/door/service.hpp"
#include "cli/ground/command.hpp"

#include <string>

namespace cruddur::cli::local {

// How much the API takes of each person and each address, and whom it believes who an address is.
struct request_limits {
    app::door::rate_limits rates;
    std::string trusted_proxies;

    void apply(app::door::service_params& to) const {
        to.rates = rates;
        to.trusted_proxies = trusted_proxies;
    }
};

// Adds their flags, each of which is a variable too. `into` outlives the parsing.
void add_request_limits(CLI::App& command, request_limits& into);
// What the command's help says of the variables.
[[nodiscard]] std::string request_limits_help();

} // namespace cruddur::cli::local
