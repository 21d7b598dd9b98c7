#include "app/ground/background.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <exception>

namespace cruddur::app::ground {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::minutes line_interval{1};
constexpr std::chrono::seconds pause{1};

} // namespace

task_report::task_report(std::string_view name, std::string_view consequence)
    : name_{name}
    , consequence_{consequence} {}

void task_report::failed(std::string_view why) {
    const std::lock_guard lock{mutex_};
    const auto total = failures_.fetch_add(1, std::memory_order_relaxed) + 1;
    failing_.store(true, std::memory_order_relaxed);
    const auto now = clock::now();
    if (now < next_line_) return;
    next_line_ = now + line_interval;
    spdlog::warn("In the background, {} fails: {}. {}. Failures since the last such line: {}", name_, why,
                 consequence_, total - failures_told_);
    failures_told_ = total;
}

void task_report::failed(const postgres::error& why) {
    if (why.kind != postgres::failure::stopping) failed(std::string_view{why.describe()});
}

void task_report::succeeded() {
    if (!failing()) return;
    const std::lock_guard lock{mutex_};
    failing_.store(false, std::memory_order_relaxed);
    // One that comes and goes many times a minute is told of once a minute.
    if (failures_told_ == failures_.load(std::memory_order_relaxed))
        spdlog::warn("In the background, {} goes on", name_);
}

asio::awaitable<void> keep_running(std::function<asio::awaitable<void>()> task, task_report& report) {
    asio::steady_timer timer{co_await asio::this_coro::executor};
    for (;;) {
        try {
            co_await task();
            co_return;
        } catch (const std::exception& thrown) {
            report.failed(thrown.what());
        }
        timer.expires_after(pause);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

} // namespace cruddur::app::ground
