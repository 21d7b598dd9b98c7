#include "cluster/superuser_session.hpp"

#include "cluster/error.hpp"

#include <fmt/format.h>

namespace cruddur::cluster {

postgres::plain_connection open_session(const server& on) {
    const auto url = postgres::connection_url::parse(on.url("postgres"));
    if (!url) throw error(url.error().describe());
    auto opened = postgres::plain_connection::open(url->with("sslmode", "disable"));
    if (!opened) {
        throw error(fmt::format("Cannot connect to the server of {}: {}", on.folder().string(),
                                opened.error().describe()));
    }
    return std::move(*opened);
}

postgres::rows execute(postgres::plain_connection& in, const postgres::statement& statement,
                       std::initializer_list<postgres::parameter> parameters) {
    auto done = in.execute(statement, parameters);
    if (!done) throw error(fmt::format("{}: {}", statement.name, done.error().describe()));
    return std::move(*done);
}

} // namespace cruddur::cluster
