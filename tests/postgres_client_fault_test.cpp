#include "postgres/client.hpp"
#include "support/gate.hpp"
#include "support/loop.hpp"
#include "support/server.hpp"

#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <sstream>
#include <thread>

namespace cruddur::postgres {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::becomes_true;
using test::sql;

constexpr statement insert{"insert", "insert into kept values ($1::int)"};
constexpr statement one{"one", "select 1"};
constexpr statement long_one{"long_one", "select pg_sleep(60)"};

// Long enough for a server on a loaded machine, after a host that does not answer.
const client_params patient{.wait_max = 20s, .connect_timeout = 1s, .outage_grace = 20s};

client client_of(test::loop& loop, const std::string& url, client_params params = {}) {
    return {loop.executor(), connection_url::parse(url).value(), std::move(params)};
}

// Kills the server and its backends, which would otherwise go on for as long as there are requests to read.
// One of them is in the midst of the long one: all others' answers may have come by then.
void kill_all(test::private_server& server) {
    while (sql(server->url("postgres"),
               "select count(*) from pg_stat_activity where wait_event = 'PgSleep'") == "0")
        std::this_thread::sleep_for(5ms);
    std::istringstream backends{sql(server->url("postgres"),
                                    "select string_agg(pid::text, ' ') from pg_stat_activity "
                                    "where backend_type = 'client backend' and pid <> pg_backend_pid()")};
    server->kill();
    for (pid_t each = 0; backends >> each;)
        ::kill(each, SIGKILL);
}

// Asks until it is told to stop, and sees that every answer comes by its deadline.
struct load {
    client& asked;
    bool stop = false;
    int running = 0;
    int next = 0;
    int late = 0;
    std::vector<int> acknowledged{};
    std::vector<error> failed{};

    asio::awaitable<void> ask() {
        ++running;
        asio::steady_timer pause(co_await asio::this_coro::executor);
        while (!stop) {
            const int number = next++;
            const std::string text = std::to_string(number);
            const parameter given[] = {text};
            const auto began = std::chrono::steady_clock::now();
            const result<rows> got = co_await asked.query(insert, given, {.timeout = 1s});
            if (std::chrono::steady_clock::now() - began > 4s) ++late;
            if (got.has_value()) {
                acknowledged.push_back(number);
                continue;
            }
            failed.push_back(got.error());
            pause.expires_after(10ms);
            co_await pause.async_wait(asio::use_awaitable);
        }
        --running;
    }

    asio::awaitable<void> ask_long() {
        const result<rows> got = co_await asked.query(long_one, {}, {.timeout = 60s});
        if (got.has_error()) failed.push_back(got.error());
    }
};

TEST(client_fault, loses_no_acknowledged_write_when_the_server_is_killed_under_load) {
    const std::vector<std::pair<std::string, std::string>> durable{{"max_connections", "50"}};
    test::private_server server(durable);
    sql(server->url("postgres"), "create table kept (number int primary key)");
    test::loop loop;
    client asked = client_of(loop, server->url("postgres"));
    load writers{asked};
    // Restarts the server beside the loop, whose deadlines are what is measured. A server ends with the
    // thread that started it.
    std::atomic<bool> restarted{false};
    std::jthread restarting;
    loop.run([&]() -> asio::awaitable<void> {
        for (int i = 0; i < 32; ++i)
            asio::co_spawn(loop.context(), writers.ask(), asio::detached);
        EXPECT_TRUE(co_await becomes_true([&] { return writers.acknowledged.size() > 200; }));
        asio::co_spawn(loop.context(), writers.ask_long(), asio::detached);
        std::jthread killing{[&] { kill_all(server); }};
        EXPECT_TRUE(co_await becomes_true([&] {
            return std::ranges::any_of(writers.failed,
                                       [](const error& e) { return e.kind == failure::lost; });
        }));
        const std::size_t before = writers.acknowledged.size();
        restarting = std::jthread{[&](const std::stop_token& over) {
            server->restart();
            restarted = true;
            while (!over.stop_requested())
                std::this_thread::sleep_for(10ms);
        }};
        EXPECT_TRUE(co_await becomes_true([&] { return restarted.load(); }));
        EXPECT_TRUE(co_await becomes_true([&] { return writers.acknowledged.size() > before + 200; }));
        writers.stop = true;
        EXPECT_TRUE(co_await becomes_true([&] { return writers.running == 0; }));
    });
    EXPECT_EQ(writers.late, 0);
    // Whatever failed told truly whether it may have run.
    for (const error& each : writers.failed)
        EXPECT_TRUE(each.kind == failure::lost || each.kind == failure::connect ||
                    each.kind == failure::timeout)
            << each.describe();
    std::string list;
    for (const int number : writers.acknowledged)
        (list += list.empty() ? "" : ",") += std::to_string(number);
    EXPECT_EQ(sql(server->url("postgres"), "select count(*) from unnest('{" + list +
                                               "}'::int[]) as told left join kept on kept.number = told "
                                               "where kept.number is null"),
              "0");
}

// Whether it is asked for steadily or, as searches are, now and then.
TEST(client_fault, refuses_at_once_what_is_known_to_be_down_and_finds_it_back_by_itself) {
    test::private_server server;
    test::loop loop;
    client steady = client_of(loop, server->url("postgres"), {.connections_min = 1});
    client seldom = client_of(loop, server->url("postgres"), {.connections_min = 0});
    loop.run([&]() -> asio::awaitable<void> {
        for (client* asked : {&steady, &seldom}) {
            const result<rows> first = co_await asked->query(one, {});
            EXPECT_TRUE(first.has_value());
        }
        server->kill();
        for (client* asked : {&steady, &seldom})
            static_cast<void>(co_await asked->query(one, {})); // finds that it is down
        const auto began = std::chrono::steady_clock::now();
        for (int round = 0; round < 20; ++round) {
            for (client* asked : {&steady, &seldom}) {
                const result<rows> refused = co_await asked->query(one, {});
                EXPECT_TRUE(refused.has_error() && refused.error().kind == failure::connect);
            }
        }
        EXPECT_LT(std::chrono::steady_clock::now() - began, 5s); // what a single one may take
        server->restart();
        for (client* asked : {&steady, &seldom})
            EXPECT_TRUE(co_await becomes_true([asked] { return asked->statistics().connections == 1; }));
    });
}

TEST(client_fault, answers_by_the_deadline_on_a_stalled_network_and_recovers) {
    const test::database database(test::database::content::empty);
    test::gate between(test::shared_server().port());
    test::loop loop;
    client asked = client_of(loop, between.through(database.url()), patient);
    loop.run([&]() -> asio::awaitable<void> {
        const auto started = co_await asked.start(5s);
        EXPECT_TRUE(started.has_value());
        between.drop();
        int ended = 0;
        const auto began = std::chrono::steady_clock::now();
        for (int i = 0; i < 100; ++i) {
            asio::co_spawn(
                loop.context(),
                [&]() -> asio::awaitable<void> {
                    const result<rows> got = co_await asked.query(one, {}, {.timeout = 300ms});
                    EXPECT_TRUE(got.has_error());
                    ++ended;
                },
                asio::detached);
        }
        EXPECT_TRUE(co_await becomes_true([&] { return ended == 100; }));
        EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
        EXPECT_EQ(asked.statistics().queued, 0U);
        between.pass();
        const result<rows> healed = co_await asked.query(one, {});
        EXPECT_TRUE(healed.has_value());
    });
}

TEST(client_fault, fails_what_was_sent_and_goes_on_after_a_reset) {
    const test::database database(test::database::content::empty);
    test::gate between(test::shared_server().port());
    test::loop loop;
    client asked =
        client_of(loop, between.through(database.url()), {.connections_max = 1, .in_flight_max = 2});
    loop.run([&]() -> asio::awaitable<void> {
        const auto started = co_await asked.start(5s);
        EXPECT_TRUE(started.has_value());
        between.drop();
        int lost = 0;
        int answered = 0;
        for (int i = 0; i < 6; ++i) {
            asio::co_spawn(
                loop.context(),
                [&]() -> asio::awaitable<void> {
                    const result<rows> got = co_await asked.query(one, {});
                    if (got.has_value()) ++answered;
                    if (got.has_error() && got.error().kind == failure::lost && got.error().sent) ++lost;
                },
                asio::detached);
        }
        EXPECT_TRUE(co_await becomes_true([&] { return asked.statistics().queued == 4; }));
        between.pass();
        between.reset();
        EXPECT_TRUE(co_await becomes_true([&] { return lost + answered == 6; }));
        EXPECT_GE(answered, 4); // what had not been sent was sent on the next connection
    });
}

TEST(client_fault, leaves_out_a_host_that_never_answers) {
    const test::database database(test::database::content::empty);
    test::gate silent(test::shared_server().port());
    silent.drop();
    test::loop loop;
    const auto url = connection_url::parse(database.url()).value();
    const std::string ports = std::to_string(silent.port()) + "," + url.endpoints().front().port;
    client asked(loop.executor(),
                 url.with("host", "127.0.0.1,127.0.0.1").with("hostaddr", "").with("port", ports), patient);
    loop.run([&]() -> asio::awaitable<void> {
        const result<rows> got = co_await asked.query(one, {});
        EXPECT_TRUE(got.has_value());
        EXPECT_GE(silent.accepted(), 1U);
    });
}

} // namespace
} // namespace cruddur::postgres
