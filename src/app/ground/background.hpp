#pragma once

#include "postgres/error.hpp"

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::app::ground {

// What one task in the background says of how it goes, for the log, the metrics and /readyz: nobody waits for
// its answer, so that its failures would be seen by nobody. A failure is logged as a warning, with what it
// means, at once and then at most once a minute while it goes on; so is its end. Safe on any thread.
class task_report {
public:
    // Both of static storage: "reaper", "Expired posts are not deleted".
    task_report(std::string_view name, std::string_view consequence);

    void failed(std::string_view why);
    // The same of a statement; not where the program is being stopped, which fails nothing.
    void failed(const postgres::error& why);
    void succeeded();

    [[nodiscard]] std::string_view name() const { return name_; }
    [[nodiscard]] bool failing() const { return failing_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t failures() const { return failures_.load(std::memory_order_relaxed); }

private:
    using clock = std::chrono::steady_clock;

    const std::string_view name_;
    const std::string_view consequence_;
    std::atomic<bool> failing_{false};
    std::atomic<std::uint64_t> failures_{0};
    std::mutex mutex_; // of what follows
    std::uint64_t failures_told_ = 0;
    clock::time_point next_line_ = clock::time_point::min();
};

using task_reports = std::vector<const task_report*>;

// Runs a task to its end; one that throws is reported, and begun again after a second.
boost::asio::awaitable<void> keep_running(std::function<boost::asio::awaitable<void>()> task,
                                          task_report& report);

} // namespace cruddur::app::ground
