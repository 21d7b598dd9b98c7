#include "cluster/server_place.hpp"

#include "cluster/account.hpp"
#include "cluster/error.hpp"
#include "cluster/files.hpp"
#include "cluster/installation.hpp"
#include "cluster/process.hpp"

#include <fmt/format.h>

#include <utility>

namespace cruddur::cluster {

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           std::string_view("-._~").find(c) != std::string_view::npos;
        out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

command client_of(const server_place& at, const char* program, std::stop_token stopping) {
    const auto found = find_client(program, at.major, at.engines);
    if (found.empty()) {
        throw error(fmt::format("No {0} on this machine serves PostgreSQL {1}: install a client that is as "
                                "new as the server (apt-get install postgresql-client-{1}, or a newer one).",
                                program, at.major));
    }
    return {.arguments = {found.string()},
            .as = account_for(at.folder / "data"),
            .input = {},
            .log = {},
            .environment = {"PGHOST=" + at.sockets.string(), fmt::format("PGPORT={}", at.port),
                            "PGUSER=" + at.superuser, "PGDATABASE=postgres", "PGSSLMODE=disable",
                            "PGPASSFILE=" + (at.folder / "passfile").string()},
            .stopping = std::move(stopping)};
}

std::string url_of(const server_place& at, const std::string& database) {
    return fmt::format("postgresql://{}:{}@/{}?host={}&port={}", percent_encoded(at.superuser),
                       read_file(at.folder / "password"), percent_encoded(database),
                       percent_encoded(at.sockets.string()), at.port);
}

} // namespace cruddur::cluster
