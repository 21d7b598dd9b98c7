#pragma once

#include "app/ground/background.hpp"
#include "http/server.hpp"
#include "postgres/client.hpp"

#include <prometheus/collectable.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace cruddur::app::ground {

// A number that one thread raises and any may read: a plain store, no lock and no locked instruction.
class counter {
public:
    void add(std::uint64_t more = 1) noexcept { set(get() + more); }
    void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

// What one event loop counts. Written by its thread, read by whoever scrapes.
class loop_metrics {
public:
    static constexpr std::array<double, 12> bounds_s{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                     0.05,   0.1,   0.25,   0.5,   1,    5};
    static constexpr std::size_t statuses = 500; // 100 to 599

    struct route {
        http::verb method;
        std::string pattern; // "" counts what no route matched
        std::vector<counter> by_status = std::vector<counter>(statuses);
        std::array<counter, bounds_s.size() + 1> by_duration;
        counter duration_ns;

        route(http::verb of, std::string as)
            : method{of}
            , pattern{std::move(as)} {}
    };

    loop_metrics();
    // Before serving begins.
    void add_routes(const std::vector<std::pair<http::verb, std::string>>& routes);

    void observe(const http::exchange& finished);
    // Copies what the client and the server say, for a reader on another thread.
    void publish(const postgres::client_statistics& pool, std::size_t http_connections);

    [[nodiscard]] const std::vector<std::unique_ptr<route>>& routes() const { return routes_; }

    counter snapshot_hits;
    counter snapshot_renders;
    counter snapshot_shared; // requests answered by a reading that others wait for too
    counter turned_away;     // from shared statements, as many waited for one as may
    counter reaped;
    struct {
        counter http_connections, connections, connecting, in_flight, queued, connects, connect_failures,
            abandoned, overloaded;
    } pool;

private:
    std::vector<std::unique_ptr<route>> routes_; // the first counts what no route matched
};

// Sums the loops' counters when it is scraped. Loops are added before serving begins and outlive it.
class metrics_collector : public prometheus::Collectable {
public:
    void add(std::shared_ptr<const loop_metrics> loop);
    // Of tasks that outlive it.
    void add(task_reports tasks) { tasks_ = std::move(tasks); }
    [[nodiscard]] const task_reports& tasks() const { return tasks_; }
    void set_listening(bool heard) { listening_.store(heard, std::memory_order_relaxed); }
    [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;
    // In Prometheus' text format.
    [[nodiscard]] std::string text() const;

private:
    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<const loop_metrics>> loops_;
    std::atomic<bool> listening_{false};
    task_reports tasks_;
};

} // namespace cruddur::app::ground
