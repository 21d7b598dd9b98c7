#pragma once

#include "app/answer/feed_snapshot.hpp"
#include "app/ground/background.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>

namespace cruddur::app::door {

using answer::feed_snapshot;
using ground::task_report;

// Gives the snapshot's page its compressed encodings, on a thread of its own: a new page is served as it is
// until then. A page that lives no longer than `settle` is never compressed, so that a storm of writes costs
// nothing here.
class feed_encoder {
public:
    explicit feed_encoder(feed_snapshot& snapshot);
    ~feed_encoder();
    // There is a new page. From any thread.
    void page_installed();

private:
    static constexpr std::chrono::milliseconds settle{20};
    static constexpr std::chrono::seconds pause{1}; // after a failure
    void encode_after(std::chrono::milliseconds wait);
    void encode();

    feed_snapshot& snapshot_;
    std::atomic<bool> due_{false};
    task_report report_{"encoder", "The home feed is sent uncompressed"};
    boost::asio::thread_pool thread_{1};
    boost::asio::steady_timer timer_{thread_};
};

} // namespace cruddur::app::door
