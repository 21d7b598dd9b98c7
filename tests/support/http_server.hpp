#pragma once

#include "http/server.hpp"
#include "support/http_client.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

namespace cruddur::test {

// An HTTP server on a free port of loopback, with a loop and a thread of its own, drained when it goes.
class http_server {
public:
    explicit http_server(http::router routes, http::server_params params = {});
    ~http_server();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] http_client client() const { return http_client{port_}; }
    [[nodiscard]] std::size_t connections();
    boost::asio::io_context& loop() { return loop_; }
    // Runs on the loop's thread and waits for it.
    void on_loop(const std::function<void()>& what);
    void start_stopping(); // returns at once
    void wait_until_stopped();
    // Destroys the server, and then the loop with what is suspended on it, without draining.
    void destroy();

private:
    boost::asio::io_context loop_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy_{loop_.get_executor()};
    std::optional<http::server> server_;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopped_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

// Polls until it holds; false when it does not within the deadline.
[[nodiscard]] bool eventually(const std::function<bool()>& holds,
                              std::chrono::milliseconds deadline = std::chrono::seconds{30});

} // namespace cruddur::test
