#include "cluster/superuser_session.hpp"

#include "cluster/error.hpp"

#include <fmt/format.h>

namespace cruddur::cluster {

namespace {

postgres::plain_connection open(const std::string& at, const std::filesystem::path& folder) {
    const auto url = postgres::connection_url::parse(at);
    if (!url) throw error(url.error().describe());
    auto opened = postgres::plain_connection::open(url->with("sslmode", "disable"));
    if (!opened) {
        throw error(fmt::format("Cannot connect to the server of {}: {}", folder.string(),
                                opened.error().describe()));
    }
    return std::move(*opened);
}

} // namespace

postgres::plain_connection open_session(const server& on) {
    return open(on.url("postgres"), on.folder());
}

postgres::plain_connection open_session(const server_place& on) {
    return open(url_of(on, "postgres"), on.folder);
}

postgres::rows execute(postgres::plain_connection& in, const postgres::statement& statement,
                       std::initializer_list<postgres::parameter> parameters) {
    auto done = in.execute(statement, parameters);
    if (!done) throw error(fmt::format("{}: {}", statement.name, done.error().describe()));
    return std::move(*done);
}

} // namespace cruddur::cluster
