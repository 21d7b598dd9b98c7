#include "cluster/error.hpp"
#include "cluster/process.hpp"
#include "cluster/replica.hpp"
#include "support/server.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

namespace cruddur::cluster {
namespace {

using namespace std::chrono_literals;
using test::sql;

constexpr auto patience = 60s; // of a test, on a loaded machine

server_params replica_params_in(const std::filesystem::path& folder) {
    server_params params;
    params.folder = folder;
    params.address = "";
    params.settings = {{"shared_buffers", "32MB"}, {"fsync", "off"}}; // no test here ends the kernel
    params.dies_with_us = true;
    return params;
}

struct pair_of_servers {
    test::temporary_folder folder;
    server primary = server::start(replica_params_in(folder.path() / "one"));
    server standby = start_standby(primary, replica_params_in(folder.path() / "two"), "two");

    pair_of_servers() {
        make_synchronous(primary, "two");
        sql(primary.url("postgres"), "CREATE TABLE writes (number bigint PRIMARY KEY)");
    }
};

TEST(replica, follows_its_primary_synchronously_and_takes_no_writes) {
    pair_of_servers both;
    EXPECT_TRUE(both.standby.is_standby());
    sql(both.primary.url("postgres"), "INSERT INTO writes VALUES (1)");
    EXPECT_TRUE(wait_until(
        patience, [&] { return sql(both.standby.url("postgres"), "SELECT count(*) FROM writes") == "1"; }));
    EXPECT_THROW(sql(both.standby.url("postgres"), "INSERT INTO writes VALUES (2)"), std::runtime_error);
    EXPECT_TRUE(wait_until(patience, [&] {
        const auto state = replication_of(both.primary, "two");
        return state && state->is_synchronous && state->state == "streaming" && state->replay_lag_bytes == 0;
    }));
}

TEST(replica, follows_again_after_it_was_restarted) {
    pair_of_servers both;
    both.standby.stop();
    both.standby.restart();
    EXPECT_TRUE(both.standby.is_standby());
    sql(both.primary.url("postgres"), "INSERT INTO writes VALUES (1)"); // waits for it
    EXPECT_TRUE(replication_of(both.primary, "two").has_value());
}

TEST(replica, whose_death_blocks_writes_blocks_them_no_more_once_the_primary_is_asynchronous) {
    pair_of_servers both;
    both.standby.kill();
    auto write = std::async(std::launch::async, [&] {
        return sql(both.primary.url("postgres"), "INSERT INTO writes VALUES (1)");
    });
    EXPECT_EQ(write.wait_for(500ms), std::future_status::timeout);
    make_asynchronous(both.primary);
    ASSERT_EQ(write.wait_for(patience), std::future_status::ready);
    write.get();
    drop_standby(both.primary, "two");
    EXPECT_EQ(sql(both.primary.url("postgres"), "SELECT count(*) FROM pg_replication_slots"), "0");
}

// Writes numbers, one a transaction, until told to end, and remembers which were acknowledged.
class writer {
public:
    writer(std::string url, int first, int step)
        : thread_{[this, url = std::move(url), first, step] { run(url, first, step); }} {}
    std::set<long> finish() {
        ending_ = true;
        thread_.join();
        return acknowledged_;
    }
    [[nodiscard]] std::size_t count() const { return count_; }

private:
    void run(const std::string& url, int first, int step) {
        const std::unique_ptr<PGconn, decltype(&PQfinish)> on(PQconnectdb(url.c_str()), &PQfinish);
        for (long number = first; !ending_; number += step) {
            const auto text = std::to_string(number);
            const char* values[] = {text.c_str()};
            const std::unique_ptr<PGresult, decltype(&PQclear)> done(
                PQexecParams(on.get(), "INSERT INTO writes VALUES ($1)", 1, nullptr, values, nullptr, nullptr,
                             0),
                &PQclear);
            if (PQresultStatus(done.get()) != PGRES_COMMAND_OK) return;
            // Acknowledged, but for the warning that only the primary has it.
            if (PQerrorMessage(on.get())[0] == '\0') acknowledged_.insert(number);
            ++count_;
        }
    }

    std::atomic<bool> ending_ = false;
    std::atomic<std::size_t> count_ = 0;
    std::set<long> acknowledged_;
    std::thread thread_;
};

TEST(replica, that_takes_over_under_load_has_every_acknowledged_write_and_the_old_primary_stays_down) {
    pair_of_servers both;
    const auto url = both.primary.url("postgres");
    std::vector<std::unique_ptr<writer>> writers;
    for (int i = 0; i < 4; ++i)
        writers.push_back(std::make_unique<writer>(url, i, 4));
    ASSERT_TRUE(wait_until(patience, [&] { return writers[0]->count() > 50; }));

    both.primary.kill();
    EXPECT_TRUE(both.primary.wait_for_end(10s));
    const auto begun = std::chrono::steady_clock::now();
    fail_over(both.primary, both.standby);
    sql(both.standby.url("postgres"), "INSERT INTO writes VALUES (-1)");
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
    RecordProperty("takeover_ms", static_cast<int>(took.count()));

    std::set<long> acknowledged;
    for (auto& each : writers)
        acknowledged.merge(each->finish());
    EXPECT_GT(acknowledged.size(), 50U);
    std::string wanted;
    for (const long number : acknowledged)
        wanted += (wanted.empty() ? "" : ",") + std::to_string(number);
    EXPECT_EQ(
        sql(both.standby.url("postgres"), "SELECT count(*) FROM unnest(ARRAY[" + wanted +
                                              "]::bigint[]) AS n WHERE n NOT IN (SELECT number FROM writes)"),
        "0");

    EXPECT_THROW(both.primary.restart(), error);
    EXPECT_FALSE(both.standby.is_standby());

    // The old folder becomes the new primary's standby.
    const auto folder = both.primary.folder();
    { const server gone = std::move(both.primary); }
    EXPECT_THROW(server::start(replica_params_in(folder)), error);
    auto rebuilt =
        start_standby(both.standby, replica_params_in(folder), "first"); // as the setting's own word is
    make_synchronous(both.standby, "first");
    sql(both.standby.url("postgres"), "INSERT INTO writes VALUES (-2)");
    EXPECT_TRUE(wait_until(patience, [&] {
        return sql(rebuilt.url("postgres"), "SELECT count(*) FROM writes WHERE number < 0") == "2";
    }));
}

TEST(replica, takes_over_from_a_primary_that_hangs_and_ends_all_its_processes) {
    pair_of_servers both;
    const std::unique_ptr<PGconn, decltype(&PQfinish)> client(
        PQconnectdb(both.primary.url("postgres").c_str()), &PQfinish);
    const int backend = PQbackendPID(client.get());
    ::kill(both.primary.pid(), SIGSTOP);
    ::kill(backend, SIGSTOP);
    fail_over(both.primary, both.standby);
    EXPECT_FALSE(both.primary.running());
    EXPECT_TRUE(wait_until(patience, [&] { return ::kill(backend, 0) != 0; }));
    EXPECT_EQ(sql(both.standby.url("postgres"), "INSERT INTO writes VALUES (1) RETURNING number"), "1");
}

// Nothing makes a process that computes look whether its postmaster lives.
TEST(replica, takes_over_from_a_primary_whose_processes_outlive_it) {
    pair_of_servers both;
    const std::unique_ptr<PGconn, decltype(&PQfinish)> client(
        PQconnectdb(both.primary.url("postgres").c_str()), &PQfinish);
    ASSERT_EQ(PQsendQuery(client.get(), "DO $$ BEGIN LOOP END LOOP; END $$"), 1);
    ASSERT_TRUE(wait_until(patience, [&] {
        return sql(both.primary.url("postgres"),
                   "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'DO%'") ==
               "1";
    }));
    both.primary.kill();
    fail_over(both.primary, both.standby);
    EXPECT_TRUE(wait_until(patience, [&] { return ::kill(PQbackendPID(client.get()), 0) != 0; }));
    EXPECT_EQ(sql(both.standby.url("postgres"), "INSERT INTO writes VALUES (1) RETURNING number"), "1");
}

TEST(replica, takes_writes_whenever_its_promotion_returns) {
    pair_of_servers both;
    both.primary.fence();
    sql(both.standby.url("postgres"), "SELECT pg_promote(false)");
    ASSERT_TRUE(wait_until(patience, [&] { return !both.standby.is_standby(); }));
    both.standby.promote();
    EXPECT_EQ(sql(both.standby.url("postgres"), "INSERT INTO writes VALUES (1) RETURNING number"), "1");
}

TEST(replica, is_refused_a_name_that_is_no_slots) {
    const test::temporary_folder folder;
    auto primary = server::start(replica_params_in(folder.path() / "one"));
    EXPECT_THROW(start_standby(primary, replica_params_in(folder.path() / "two"), "Two'"), error);
}

} // namespace
} // namespace cruddur::cluster
