#pragma once

#include "app/answer/feed_snapshot.hpp"
#include "app/ground/metrics.hpp"
#include "app/ground/rate_limiter.hpp"
#include "app/identity/authenticator.hpp"
#include "http/message.hpp"
#include "postgres/client.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace cruddur::app::answer {

class batch_writer;
class feed;
class shared_reader;

// What the routes of one event loop stand on. It outlives them.
struct resources {
    postgres::client& database;
    postgres::client& searches; // the same database, for statements that may take long
    identity::authenticator& callers;
    ground::loop_metrics& metrics;
    feed_snapshot& snapshot;                      // of all loops
    const ground::metrics_collector& all_metrics; // of all loops
    std::function<void()> committed; // a post of ours was committed, or may have been: tells every reader
    std::function<void()> page_installed;    // the snapshot has a new page, without its compressed encodings
    ground::rate_limiter* limiter = nullptr; // of all loops; null limits nobody
    bool use_snapshot = true;
    std::chrono::milliseconds query_timeout{5'000};
    http::body_bytes configuration{}; // what the page is told

    // Of this loop too; they stand on what is above.
    feed* home = nullptr;
    shared_reader* marks = nullptr;
    shared_reader* lists = nullptr;
    batch_writer* posts = nullptr;
    batch_writer* reactions = nullptr;
    batch_writer* follows = nullptr;

    [[nodiscard]] postgres::query_options options() const {
        return {.timeout = query_timeout, .format = postgres::value_format::binary};
    }
    // For a statement that has been waited for since then.
    [[nodiscard]] postgres::query_options options(std::chrono::steady_clock::time_point since) const {
        using std::chrono::milliseconds;
        auto made = options();
        made.timeout -= std::chrono::floor<milliseconds>(std::chrono::steady_clock::now() - since);
        return made;
    }
    // What whoever fits into no turn is refused with.
    [[nodiscard]] postgres::error turned_away() const {
        metrics.turned_away.add();
        return {.kind = postgres::failure::overloaded, .message = "too many wait for a shared statement"};
    }
};

} // namespace cruddur::app::answer
