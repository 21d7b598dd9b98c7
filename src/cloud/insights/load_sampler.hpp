#pragma once

#include "cloud/fleet/instances.hpp"
#include "cloud/ground/attempts.hpp"
#include "cloud/insights/load_store.hpp"
#include "cloud/watch/instance_sessions.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace cruddur::cloud::insights {

// Looks once a second at who is active in each instance that runs and has Performance Insights, by one
// prepared statement on the session that all who look at instances share. A look that takes longer is not
// begun anew. On the loop's thread alone.
class load_sampler {
public:
    load_sampler(const boost::asio::any_io_executor& loop, ground::state& db, const fleet::instances& of,
                 watch::instance_sessions& sessions, load_store& store);

    void start();
    void stop();

private:
    void arm();
    void turn();
    void read_instances();
    boost::asio::awaitable<void> look_at(std::string id, cluster::server_place at, std::int64_t at_s);

    boost::asio::any_io_executor loop_;
    ground::state& db_;
    const fleet::instances& instances_;
    watch::instance_sessions& sessions_;
    load_store& store_;
    boost::asio::steady_timer timer_;
    ground::attempts attempts_;
    std::map<std::string, std::int64_t> kept_days_; // of those that are looked at
    std::set<std::string> looked_at_;               // now
    std::int64_t turns_ = 0;
    bool stopped_ = false;
};

} // namespace cruddur::cloud::insights
