#include "cloud/watch/instance_sessions.hpp"

#include "postgres/url.hpp"

#include <stdexcept>

namespace cruddur::cloud::watch {

namespace {

postgres::client_params one_session() {
    postgres::client_params out;
    out.connections_min = 1;
    out.connections_max = 1;
    out.connecting_max = 1;
    out.queue_max = 16;
    out.application_name = "rdsadmin";
    return out;
}

} // namespace

postgres::client& instance_sessions::of(const std::string& resource_id, const cluster::server_place& at) {
    session& mine = all_[resource_id];
    if (mine.with && mine.at == at) return *mine.with;
    const auto url = postgres::connection_url::parse(cluster::url_of(at, "postgres"));
    if (url.has_error()) throw std::runtime_error{url.error().describe()};
    mine = {at, std::make_unique<postgres::client>(loop_, url.value(), one_session())};
    return *mine.with;
}

void instance_sessions::keep(const std::map<std::string, cluster::server_place>& running) {
    std::erase_if(all_, [&](const auto& each) { return !running.contains(each.first); });
}

} // namespace cruddur::cloud::watch
