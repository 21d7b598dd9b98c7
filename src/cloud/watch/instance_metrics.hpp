#pragma once

#include "cloud/fleet/instances.hpp"
#include "cloud/watch/instance_sessions.hpp"
#include "cloud/watch/metric_store.hpp"
#include "cloud/watch/server_usage.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace boost::asio {
class thread_pool;
}

namespace cruddur::cloud::watch {

// What a server says of itself, as db/queries/watch_instance.sql and its sisters ask.
struct server_counts {
    std::chrono::steady_clock::time_point at;
    double connections = 0;
    std::optional<double> replica_lag;
    std::optional<double> slot_lag;
    double log_bytes = 0;
    double transaction_ids = 0;
    double blocks_read = 0;
    double blocks_written = 0;
};

// An instance's server at one moment.
struct instance_look {
    server_usage usage;
    server_counts counts;
};

// The metrics of AWS/RDS that two looks come to, with their units:
//   CPUUtilization              of the server's processes, of the class's processors, but no more than there
//   are FreeableMemory              the class's, without what the processes have, and no more than is
//   available FreeStorageSpace            what is allocated, without the data folder, and no more than the
//   file system has DatabaseConnections         sessions of clients, by pg_stat_activity; ours is none
//   ReadIOPS, WriteIOPS         blocks that PostgreSQL asks for beyond its own cache, and writes (pg_stat_io,
//   or
//                               pg_stat_database and pg_stat_bgwriter with pg_stat_wal before version 16)
//   ReadThroughput, WriteThroughput  bytes that the kernel counts for the processes (/proc/PID/io)
//   ReadLatency, WriteLatency   of the whole disk that the folder is on (/proc/diskstats)
//   TransactionLogsDiskUsage    the files of the write-ahead log (pg_ls_waldir)
//   MaximumUsedTransactionIDs   the oldest age(datfrozenxid)
//   ReplicaLag                  of a replica: 0 where it has applied all, -1 where it does not stream
//   OldestReplicationSlotLag    where there are replication slots
// Nothing counts an instance's bytes on the network here, so that there are no such metrics.
[[nodiscard]] std::vector<metric_store::measurement> metrics_between(const fleet::db_instance& of,
                                                                     const instance_look& before,
                                                                     const instance_look& now,
                                                                     std::int64_t now_ms);

// Looks at each instance that runs once a minute, for the first time some seconds after it has come up. On
// the loop's thread alone, but for what is read of /proc and of folders, on the workers.
class instance_metrics {
public:
    instance_metrics(const boost::asio::any_io_executor& loop, boost::asio::thread_pool& workers, state& db,
                     const fleet::instances& of, instance_sessions& sessions, metric_store& metrics);

    void start();
    void stop();

private:
    struct watched {
        std::optional<instance_look> last;
        std::chrono::steady_clock::time_point next;
        bool is_looked_at = false;
    };

    void arm();
    void turn();
    boost::asio::awaitable<void> look_at(std::string id, cluster::server_place at);
    boost::asio::awaitable<std::optional<instance_look>> look(const std::string& id,
                                                              const cluster::server_place& at);
    void write_down(const std::string& id, const instance_look& before, const instance_look& now);

    boost::asio::any_io_executor loop_;
    boost::asio::thread_pool& workers_;
    state& db_;
    const fleet::instances& instances_;
    instance_sessions& sessions_;
    metric_store& metrics_;
    boost::asio::steady_timer timer_;
    std::map<std::string, watched> watched_;
    bool stopped_ = false;
};

} // namespace cruddur::cloud::watch
