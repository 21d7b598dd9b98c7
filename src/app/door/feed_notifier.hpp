#pragma once

#include "app/ground/background.hpp"
#include "postgres/client.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <string>

namespace cruddur::app::door {

using ground::task_report;

// Tells other nodes of our commits, for one event loop: one NOTIFY for as many commits as came while the last
// was under way, in a transaction of its own, because those that notify commit one after another. It tries
// again until it is sent. A node that dies between a commit and this is what feed_snapshot::age_max is for.
class feed_notifier {
public:
    feed_notifier(boost::asio::any_io_executor executor, postgres::client& database, std::string node,
                  task_report& report);
    void notify();

private:
    boost::asio::awaitable<void> send();

    boost::asio::any_io_executor executor_;
    postgres::client& database_;
    std::string node_;
    task_report& report_;
    bool wanted_ = false;
    bool sending_ = false;
};

} // namespace cruddur::app::door
