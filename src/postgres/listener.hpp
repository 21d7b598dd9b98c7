#pragma once

#include "postgres/url.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::postgres {

// What another session sent by NOTIFY. The views live during the call only.
struct notification {
    std::string_view channel;
    std::string_view payload;
    int pid; // of the backend that sent it
};

struct listener_params {
    std::vector<std::string> channels;
    std::chrono::milliseconds connect_timeout{2'000};
    std::chrono::milliseconds probe_interval{1'000}; // a statement that shows that the server is still there
    std::chrono::milliseconds probe_timeout{1'000};
    std::chrono::milliseconds backoff_min{50};
    std::chrono::milliseconds backoff_max{500};
    std::string application_name = "cruddur listener";
};

// Called on the loop's thread; any may be empty.
struct listener_events {
    std::function<void(const notification&)> notified;
    // It listens, for the first time or again: whatever was sent before is lost, so everything may have
    // changed.
    std::function<void()> connected;
    // It does not listen any more: nothing can be believed unchanged until `connected`.
    std::function<void()> disconnected;
};

// Listens on a connection of its own and connects again, with back-off, for as long as it lives. A peer that
// died without a word is noticed within probe_interval + probe_timeout. No thread safety: create it, call it
// and destroy it on its loop's thread; no event comes once it is destroyed.
class listener {
public:
    listener(boost::asio::any_io_executor executor, connection_url url, listener_params params,
             listener_events events);
    listener(listener&&) noexcept;
    listener& operator=(listener&&) noexcept;
    ~listener();

    void start();
    void stop();
    [[nodiscard]] bool listening() const;
    // Why it does not listen, for logs; "" while it does, and before it can be known.
    [[nodiscard]] std::string trouble() const;

private:
    class implementation;
    std::shared_ptr<implementation> implementation_;
};

} // namespace cruddur::postgres
