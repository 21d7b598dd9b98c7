#pragma once

#include "app/answer/feed_snapshot.hpp"
#include "app/door/feed_encoder.hpp"
#include "app/door/service.hpp"
#include "app/ground/background.hpp"
#include "app/ground/metrics.hpp"
#include "app/ground/rate_limiter.hpp"
#include "app/identity/client_address.hpp"
#include "app/identity/key_source.hpp"
#include "http/limits.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace cruddur::app::door {

using answer::feed_snapshot;
using ground::metrics_collector;
using ground::task_report;
using identity::key_source;

// What all event loops of a service share.
struct shared_state {
    explicit shared_state(service_params given);

    const service_params params;
    const unsigned threads; // event loops
    const http::limits limits;
    const std::string node; // who we are to other nodes: random, new with each start
    feed_snapshot snapshot;
    feed_encoder encoder{snapshot};
    ground::rate_limiter limiter;
    const identity::client_address clients;
    task_report reaper{"reaper", "Expired posts, old idempotency keys and old reports are not deleted"};
    task_report notifier{"notifier", "Other nodes may show a feed without our posts for up to a second"};
    task_report listener{"listener", "The feed is read from the database for each request"};
    task_report publisher{"metrics", "The gauges of connections and queues are out of date"};
    metrics_collector metrics;
    std::atomic<std::uint16_t> metrics_port{0}; // once it is bound
    std::shared_ptr<key_source> keys;           // null without a user pool
};

// One event loop and its thread, with its own HTTP server, database connections and memory of tokens.
class loop {
public:
    enum class role {
        first, // also listens for other nodes' writes, and reaps
        other, // shares the first one's port
    };
    loop(shared_state& shared, role as);
    ~loop(); // stop()

    // Serves on that port. Throws start_error. Returns the port bound.
    std::uint16_t start(std::uint16_t port);
    // Begins to stop; returns at once. wait() then joins the thread.
    void begin_to_stop();
    void wait();

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

} // namespace cruddur::app::door
