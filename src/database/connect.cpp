#include "database/connect.hpp"

#include "database/guard.hpp"

namespace cruddur::database {

result<psql_command> compose_psql(const target& where, const std::vector<std::string>& arguments) {
    if (!where.url.get("sslpassword").empty()) {
        error refused;
        refused.kind = failure::refused;
        refused.message =
            "the URL has an sslpassword, which psql takes on its command line only, for all to see";
        refused.hint = "Take it out of the URL: psql then asks for it.";
        return refused;
    }
    psql_command out;
    out.arguments = {"psql", where.url.with("password", "").to_string()};
    out.arguments.insert(out.arguments.end(), arguments.begin(), arguments.end());
    if (!where.url.password().empty()) out.environment.emplace_back("PGPASSWORD", where.url.password());
    return out;
}

result<void> check_connection(const target& where) {
    if (const auto open = open_guarded(where); !open) return open.error();
    return {};
}

} // namespace cruddur::database
