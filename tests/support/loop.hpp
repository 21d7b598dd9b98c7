#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <stdexcept>
#include <utility>

namespace cruddur::test {

// An event loop on the test's own thread.
class loop {
public:
    [[nodiscard]] boost::asio::io_context& context() { return context_; }
    [[nodiscard]] boost::asio::any_io_executor executor() { return context_.get_executor(); }

    // Runs the coroutine to its end, and rethrows what it threw. Throws when it hangs for half a minute.
    void run(std::function<boost::asio::awaitable<void>()> body) {
        bool done = false;
        std::exception_ptr thrown;
        boost::asio::co_spawn(context_, std::move(body), [&](std::exception_ptr failed) {
            done = true;
            thrown = failed;
            context_.stop();
        });
        context_.restart();
        context_.run_for(std::chrono::seconds{30});
        if (!done) throw std::runtime_error("the coroutine hung for 30 s");
        if (thrown) std::rethrow_exception(thrown);
    }

private:
    boost::asio::io_context context_{1};
};

// Waits, while the loop goes on, until the condition holds; false when it never did within 20 s.
inline boost::asio::awaitable<bool> becomes_true(std::function<bool()> holds) {
    boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!holds()) {
        if (std::chrono::steady_clock::now() > deadline) co_return false;
        pause.expires_after(std::chrono::milliseconds{5});
        co_await pause.async_wait(boost::asio::use_awaitable);
    }
    co_return true;
}

} // namespace cruddur::test
