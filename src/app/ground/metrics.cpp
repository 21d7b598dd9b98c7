#include "app/ground/metrics.hpp"

#include <boost/beast/http/verb.hpp>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <span>

namespace cruddur::app::ground {
namespace {

using loops = std::span<const std::shared_ptr<const loop_metrics>>;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

template<class Get>
std::uint64_t sum(loops all, Get get) {
    std::uint64_t total = 0;
    for (const auto& loop : all)
        total += get(*loop).get();
    return total;
}

MetricFamily single(std::string name, std::string help, MetricType type, double value) {
    ClientMetric metric;
    if (type == MetricType::Counter)
        metric.counter.value = value;
    else
        metric.gauge.value = value;
    return {std::move(name), std::move(help), type, {metric}};
}

std::vector<ClientMetric::Label> labels_of(const loop_metrics::route& route) {
    return {{"route", route.pattern.empty() ? "none" : route.pattern},
            {"method", std::string{boost::beast::http::to_string(route.method)}}};
}

MetricFamily requests(loops all) {
    MetricFamily family{"cruddur_http_requests_total", "Requests answered.", MetricType::Counter, {}};
    for (std::size_t at = 0; at < all.front()->routes().size(); ++at) {
        for (std::size_t status = 0; status < loop_metrics::statuses; ++status) {
            const std::uint64_t total = sum(all, [&](const loop_metrics& loop) -> const counter& {
                return loop.routes()[at]->by_status[status];
            });
            if (total == 0) continue;
            ClientMetric metric;
            metric.label = labels_of(*all.front()->routes()[at]);
            metric.label.push_back({"status", std::to_string(status + 100)});
            metric.counter.value = static_cast<double>(total);
            family.metric.push_back(std::move(metric));
        }
    }
    return family;
}

MetricFamily durations(loops all) {
    MetricFamily family{"cruddur_http_request_duration_seconds",
                        "From a request's header to the last byte of its answer.",
                        MetricType::Histogram,
                        {}};
    for (std::size_t at = 0; at < all.front()->routes().size(); ++at) {
        ClientMetric metric;
        std::uint64_t total = 0;
        for (std::size_t bucket = 0; bucket <= loop_metrics::bounds_s.size(); ++bucket) {
            total += sum(all, [&](const loop_metrics& loop) -> const counter& {
                return loop.routes()[at]->by_duration[bucket];
            });
            const bool last = bucket == loop_metrics::bounds_s.size();
            metric.histogram.bucket.push_back(
                {total, last ? std::numeric_limits<double>::infinity() : loop_metrics::bounds_s[bucket]});
        }
        if (total == 0) continue;
        metric.label = labels_of(*all.front()->routes()[at]);
        metric.histogram.sample_count = total;
        metric.histogram.sample_sum =
            static_cast<double>(sum(
                all,
                [&](const loop_metrics& loop) -> const counter& { return loop.routes()[at]->duration_ns; })) /
            1e9;
        family.metric.push_back(std::move(metric));
    }
    return family;
}

// Of each task in the background.
MetricFamily of_tasks(const task_reports& tasks, std::string name, std::string help, MetricType type,
                      double (*value)(const task_report&)) {
    MetricFamily family{std::move(name), std::move(help), type, {}};
    for (const task_report* task : tasks) {
        MetricFamily one = single("", "", type, value(*task));
        one.metric.front().label = {{"task", std::string{task->name()}}};
        family.metric.push_back(std::move(one.metric.front()));
    }
    return family;
}

} // namespace

loop_metrics::loop_metrics() {
    routes_.push_back(std::make_unique<route>(http::verb::get, ""));
}

void loop_metrics::add_routes(const std::vector<std::pair<http::verb, std::string>>& routes) {
    for (const auto& [method, pattern] : routes)
        routes_.push_back(std::make_unique<route>(method, pattern));
}

void loop_metrics::observe(const http::exchange& finished) {
    const auto method = finished.what.method == http::verb::head ? http::verb::get : finished.what.method;
    const auto found = std::ranges::find_if(
        routes_, [&](const auto& one) { return one->method == method && one->pattern == finished.route; });
    route& counted = found == routes_.end() ? *routes_.front() : **found;
    counted.by_status[std::clamp(finished.status, 100U, 599U) - 100].add();
    const double seconds = std::chrono::duration<double>(finished.duration).count();
    const auto bucket =
        static_cast<std::size_t>(std::ranges::lower_bound(bounds_s, seconds) - bounds_s.begin());
    counted.by_duration[bucket].add();
    counted.duration_ns.add(static_cast<std::uint64_t>(finished.duration.count()));
}

void loop_metrics::publish(const postgres::client_statistics& of, std::size_t http_connections) {
    pool.http_connections.set(http_connections);
    pool.connections.set(of.connections);
    pool.connecting.set(of.connecting);
    pool.in_flight.set(of.in_flight);
    pool.queued.set(of.queued);
    pool.connects.set(of.connects_total);
    pool.connect_failures.set(of.connect_failures_total);
    pool.abandoned.set(of.abandoned_total);
    pool.overloaded.set(of.overloaded_total + turned_away.get());
}

void metrics_collector::add(std::shared_ptr<const loop_metrics> loop) {
    const std::lock_guard lock{mutex_};
    loops_.push_back(std::move(loop));
}

std::vector<MetricFamily> metrics_collector::Collect() const {
    const std::lock_guard lock{mutex_};
    if (loops_.empty()) return {};
    const loops all{loops_};
    std::vector<MetricFamily> made{requests(all), durations(all)};
    const auto add = [&](std::string name, std::string help, MetricType type, auto get) {
        made.push_back(single(std::move(name), std::move(help), type, static_cast<double>(sum(all, get))));
    };
    using loop = const loop_metrics&;
    const auto gauge = MetricType::Gauge;
    const auto total = MetricType::Counter;
    add("cruddur_http_connections", "Open HTTP connections.", gauge,
        [](loop of) -> const counter& { return of.pool.http_connections; });
    add("cruddur_pool_connections", "Database connections that are ready.", gauge,
        [](loop of) -> const counter& { return of.pool.connections; });
    add("cruddur_pool_connecting", "Database connections being opened.", gauge,
        [](loop of) -> const counter& { return of.pool.connecting; });
    add("cruddur_pool_in_flight", "Statements sent and unanswered.", gauge,
        [](loop of) -> const counter& { return of.pool.in_flight; });
    add("cruddur_pool_queued", "Statements waiting for a connection.", gauge,
        [](loop of) -> const counter& { return of.pool.queued; });
    add("cruddur_pool_connects_total", "Database connections opened.", total,
        [](loop of) -> const counter& { return of.pool.connects; });
    add("cruddur_pool_connect_failures_total", "Database connections that could not be opened.", total,
        [](loop of) -> const counter& { return of.pool.connect_failures; });
    add("cruddur_pool_abandoned_total", "Statements whose caller timed out or went away.", total,
        [](loop of) -> const counter& { return of.pool.abandoned; });
    add("cruddur_pool_overloaded_total", "Requests refused because too many waited.", total,
        [](loop of) -> const counter& { return of.pool.overloaded; });
    add("cruddur_feed_snapshot_hits_total", "Home feeds answered from the snapshot.", total,
        [](loop of) -> const counter& { return of.snapshot_hits; });
    add("cruddur_feed_snapshot_renders_total", "Home feeds read from the database.", total,
        [](loop of) -> const counter& { return of.snapshot_renders; });
    add("cruddur_feed_snapshot_shared_total", "Home feeds answered by a reading that others wait for.", total,
        [](loop of) -> const counter& { return of.snapshot_shared; });
    add("cruddur_reaped_total", "Expired posts deleted by this node.", total,
        [](loop of) -> const counter& { return of.reaped; });
    made.push_back(single("cruddur_feed_listener_up", "Whether other nodes' writes are heard of.", gauge,
                          listening_.load(std::memory_order_relaxed) ? 1 : 0));
    made.push_back(of_tasks(tasks_, "cruddur_background_failures_total", "Failures in the background.", total,
                            [](const task_report& of) { return static_cast<double>(of.failures()); }));
    made.push_back(of_tasks(tasks_, "cruddur_background_failing",
                            "Whether a task in the background failed when it was last tried.", gauge,
                            [](const task_report& of) { return of.failing() ? 1.0 : 0.0; }));
    return made;
}

std::string metrics_collector::text() const {
    return prometheus::TextSerializer{}.Serialize(Collect());
}

} // namespace cruddur::app::ground
