#pragma once

#include "cluster/server_place.hpp"
#include "postgres/client.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <map>
#include <memory>
#include <string>

namespace cruddur::cloud::watch {

// One session with each instance's server that runs, kept open for all that looks at it now and then: it is
// the superuser's, over the Unix socket. On the loop's thread alone.
class instance_sessions {
public:
    explicit instance_sessions(boost::asio::any_io_executor loop)
        : loop_{std::move(loop)} {}

    // The instance's, opened where there is none or its server has another place. What is asked of it fails
    // once its server has ended, or keep() or close() lets go of it: who waits for an answer has no part in
    // it, or the two would keep each other when all ends.
    [[nodiscard]] postgres::client& of(const std::string& resource_id, const cluster::server_place& at);
    // Lets go of those whose servers are not among these any more.
    void keep(const std::map<std::string, cluster::server_place>& running);
    void close() { all_.clear(); }

private:
    struct session {
        cluster::server_place at;
        std::unique_ptr<postgres::client> with;
    };

    boost::asio::any_io_executor loop_;
    std::map<std::string, session> all_;
};

} // namespace cruddur::cloud::watch
