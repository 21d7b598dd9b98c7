#include "cloud/watch/instance_metrics.hpp"

#include "cloud/fleet/followers.hpp"
#include "cloud/fleet/instance_catalogue.hpp"
#include "cloud/ground/refusal.hpp"
#include "db/queries.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <thread>
#include <utility>

namespace cruddur::cloud::watch {

namespace {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;

constexpr auto beat_every = std::chrono::seconds(1);
constexpr auto look_every = std::chrono::seconds(60);
constexpr auto first_look_after = std::chrono::seconds(3); // with something to compare it to
constexpr std::int64_t bytes_of_gib = std::int64_t{1024} * 1024 * 1024;
constexpr std::int64_t bytes_of_mib = std::int64_t{1024} * 1024;
constexpr double ms_of_second = 1000;

const postgres::statement& statement_for(int major) {
    constexpr int says_what_log_writes = 14;
    constexpr int has_io = 16;
    constexpr int has_all_io = 18;
    if (major >= has_all_io) return queries::watch_instance;
    if (major >= has_io) return queries::watch_instance_16;
    return major >= says_what_log_writes ? queries::watch_instance_14 : queries::watch_instance_11;
}

std::optional<double> number_at(const postgres::rows& from, std::size_t column) {
    const auto text = from.get(0, column);
    double out = 0;
    if (!text) return std::nullopt;
    std::from_chars(text->data(), text->data() + text->size(), out);
    return out;
}

server_counts counts_of(const postgres::rows& row) {
    server_counts out{};
    out.at = clock::now();
    std::size_t column = 0;
    out.connections = number_at(row, column++).value_or(0);
    out.replica_lag = number_at(row, column++);
    out.slot_lag = number_at(row, column++);
    out.log_bytes = number_at(row, column++).value_or(0);
    out.transaction_ids = number_at(row, column++).value_or(0);
    out.blocks_read = number_at(row, column++).value_or(0);
    out.blocks_written = number_at(row, column).value_or(0);
    return out;
}

double seconds_between(clock::time_point before, clock::time_point now) {
    return std::chrono::duration<double>(now - before).count();
}

// What a counter has risen by in a second; 0 where it began anew.
template<class Number>
double rate(Number before, Number now, double seconds) {
    return seconds <= 0 || now < before ? 0 : static_cast<double>(now - before) / seconds;
}

// Seconds that each of so many took on average.
double latency(std::int64_t ms, std::int64_t count) {
    return count <= 0 || ms < 0 ? 0 : static_cast<double>(ms) / static_cast<double>(count) / ms_of_second;
}

class metric_writer {
public:
    metric_writer(const fleet::db_instance& of, std::int64_t now_ms)
        : of_{of}
        , now_ms_{now_ms} {}

    void put(const char* name, const char* unit, double value) {
        out_.push_back({{of_.region, "AWS/RDS", name, {{"DBInstanceIdentifier", of_.identifier}}},
                        unit,
                        now_ms_,
                        statistics_of(value),
                        false});
    }
    void put(const char* name, const char* unit, std::optional<double> value) {
        if (value) put(name, unit, *value);
    }
    void put(const char* name, const char* unit, std::int64_t value) {
        put(name, unit, static_cast<double>(std::max<std::int64_t>(value, 0)));
    }

    std::vector<metric_store::measurement> take() { return std::move(out_); }

private:
    const fleet::db_instance& of_;
    std::int64_t now_ms_;
    std::vector<metric_store::measurement> out_;
};

void put_usage(metric_writer& to, const fleet::db_instance& of, const server_usage& before,
               const server_usage& now) {
    const double seconds = seconds_between(before.at, now.at);
    const fleet::instance_class* const made_of = fleet::find_class(of.instance_class);
    const auto there = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    const int processors = made_of == nullptr ? there : std::min(made_of->vcpus, there);
    const double percent = rate(before.cpu_seconds, now.cpu_seconds, seconds) / processors * 100;
    to.put("CPUUtilization", "Percent", std::min(percent, 100.0));
    const std::int64_t memory =
        made_of == nullptr ? now.machine_memory_bytes : made_of->memory_mib * bytes_of_mib - now.memory_bytes;
    to.put("FreeableMemory", "Bytes", std::min(memory, now.machine_memory_bytes));
    to.put("FreeStorageSpace", "Bytes",
           std::min(of.allocated_storage * bytes_of_gib - now.folder_bytes, now.machine_storage_bytes));
    to.put("ReadThroughput", "Bytes/Second", rate(before.read_bytes, now.read_bytes, seconds));
    to.put("WriteThroughput", "Bytes/Second", rate(before.written_bytes, now.written_bytes, seconds));
    if (!before.storage || !now.storage) return;
    to.put(
        "ReadLatency", "Seconds",
        latency(now.storage->read_ms - before.storage->read_ms, now.storage->reads - before.storage->reads));
    to.put("WriteLatency", "Seconds",
           latency(now.storage->written_ms - before.storage->written_ms,
                   now.storage->writes - before.storage->writes));
}

} // namespace

std::vector<metric_store::measurement> metrics_between(const fleet::db_instance& of,
                                                       const instance_look& before, const instance_look& now,
                                                       std::int64_t now_ms) {
    metric_writer out{of, now_ms};
    put_usage(out, of, before.usage, now.usage);
    const double seconds = seconds_between(before.counts.at, now.counts.at);
    out.put("DatabaseConnections", "Count", now.counts.connections);
    out.put("ReadIOPS", "Count/Second", rate(before.counts.blocks_read, now.counts.blocks_read, seconds));
    out.put("WriteIOPS", "Count/Second",
            rate(before.counts.blocks_written, now.counts.blocks_written, seconds));
    out.put("TransactionLogsDiskUsage", "Bytes", now.counts.log_bytes);
    out.put("MaximumUsedTransactionIDs", "Count", now.counts.transaction_ids);
    out.put("ReplicaLag", "Seconds", now.counts.replica_lag);
    out.put("OldestReplicationSlotLag", "Bytes", now.counts.slot_lag);
    return out.take();
}

instance_metrics::instance_metrics(const asio::any_io_executor& loop, asio::thread_pool& workers, state& db,
                                   const fleet::instances& of, instance_sessions& sessions,
                                   metric_store& metrics)
    : loop_{loop}
    , workers_{workers}
    , db_{db}
    , instances_{of}
    , sessions_{sessions}
    , metrics_{metrics}
    , timer_{loop} {}

void instance_metrics::start() {
    arm();
}

void instance_metrics::stop() {
    stopped_ = true;
    timer_.cancel();
    sessions_.close();
}

void instance_metrics::arm() {
    timer_.expires_after(beat_every);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled || stopped_) return;
        turn();
        arm();
    });
}

void instance_metrics::turn() {
    const auto& running = instances_.following().running();
    sessions_.keep(running);
    std::erase_if(watched_, [&](const auto& each) {
        return !each.second.is_looked_at && !running.contains(each.first);
    });
    for (const auto& [id, place] : running) {
        watched& mine = watched_[id];
        if (mine.is_looked_at || clock::now() < mine.next) continue;
        mine.is_looked_at = true;
        asio::co_spawn(loop_, look_at(id, place), asio::detached);
    }
}

asio::awaitable<void> instance_metrics::look_at(std::string id, cluster::server_place at) {
    const auto begun = clock::now();
    std::optional<instance_look> seen;
    try {
        seen = co_await look(id, at);
    } catch (const std::exception& failed) {
        spdlog::warn("looking at DB instance {} for its metrics failed: {}", id, failed.what());
    }
    if (stopped_) co_return;
    watched& mine = watched_[id];
    mine.is_looked_at = false;
    const bool goes_on = seen && mine.last && mine.last->usage.pid == seen->usage.pid;
    if (goes_on) write_down(id, *mine.last, *seen);
    mine.next = begun + (goes_on || !seen ? look_every : first_look_after);
    mine.last = seen;
}

asio::awaitable<std::optional<instance_look>> instance_metrics::look(const std::string& id,
                                                                     const cluster::server_place& at) {
    postgres::client& session = sessions_.of(id, at);
    const auto row = co_await session.query(statement_for(at.major), {});
    if (row.has_error()) {
        spdlog::warn("DB instance {} does not tell of itself: {}", id, row.error().describe());
        co_return std::nullopt;
    }
    const auto measure = [](cluster::server_place of) -> asio::awaitable<std::optional<server_usage>> {
        co_return usage_of(of);
    };
    const auto usage = co_await asio::co_spawn(workers_, measure(at), asio::use_awaitable);
    if (!usage || row.value().empty()) co_return std::nullopt;
    co_return instance_look{*usage, counts_of(row.value())};
}

void instance_metrics::write_down(const std::string& id, const instance_look& before,
                                  const instance_look& now) {
    try {
        const auto row = fleet::instance_by_resource_id(db_, id);
        if (!row) return;
        const auto at = std::chrono::system_clock::now().time_since_epoch();
        metrics_.add(metrics_between(*row, before, now,
                                     std::chrono::duration_cast<std::chrono::milliseconds>(at).count()));
    } catch (const ground::refusal& refused) {
        spdlog::warn("the metrics of DB instance {} are not kept: {}", id, refused.message());
    } catch (const std::exception& failed) {
        spdlog::error("writing the metrics of DB instance {} failed: {}", id, failed.what());
    }
}

} // namespace cruddur::cloud::watch
