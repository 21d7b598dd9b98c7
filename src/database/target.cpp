#include "database/target.hpp"

#include "aws/url_password.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cruddur::database {

std::string_view name_of(environment where) {
    return where == environment::production ? "production" : "development";
}

std::string_view variable_of(environment where) {
    return where == environment::production ? "PROD_CONNECTION_URL" : "CONNECTION_URL";
}

std::string advice_for(environment where, std::string_view advice) {
    constexpr std::string_view program = "cruddur db ";
    constexpr std::string_view suffix = " prod";
    std::string out;
    while (where == environment::production) {
        const auto at = advice.find(program);
        if (at == std::string_view::npos) break;
        const auto end = advice.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at + program.size());
        out += advice.substr(0, end);
        advice.remove_prefix(std::min(end, advice.size()));
        if (!advice.starts_with(suffix)) out += suffix;
    }
    return out.append(advice);
}

std::string target::place() const {
    std::string servers;
    for (const auto& one : url.endpoints()) {
        const std::string& host = one.host.empty() ? one.hostaddr : one.host;
        if (!servers.empty()) servers += ", ";
        servers += host.empty() ? "the local socket" : fmt::format("{}:{}", host, one.port);
    }
    return fmt::format("{} on {}", database(), servers);
}

result<target> target_for(environment where, std::string_view url, std::string_view ca_file) {
    const auto variable = variable_of(where);
    if (url.empty()) {
        error missing;
        missing.kind = where == environment::production ? failure::refused : failure::usage;
        missing.message = fmt::format("{} is not set", variable);
        missing.hint = fmt::format("Set it to the {} database's URL: export "
                                   "{}=postgresql://USER:PASSWORD@HOST:5432/cruddur",
                                   name_of(where), variable);
        return missing;
    }
    const auto parsed = postgres::connection_url::parse(url);
    if (!parsed) {
        error malformed = error_from(parsed.error());
        malformed.message = fmt::format("{}: {}", variable, malformed.message);
        return malformed;
    }
    const auto complete = aws::with_password(parsed->with_verified_tls(ca_file));
    if (complete) return target{where, *complete};
    error unread;
    unread.kind = failure::usage;
    unread.message = fmt::format("{}: {}", variable, complete.error().describe());
    unread.hint = complete.error().advice();
    return unread;
}

} // namespace cruddur::database
