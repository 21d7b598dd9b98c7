#include "postgres/client.hpp"
#include "support/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace postgres = cruddur::postgres;
using namespace std::chrono_literals;

constexpr postgres::statement echo{"echo", "select $1::text, $2::text is null"};
constexpr postgres::statement divide{"divide", "select 1 / $1::int"};
constexpr postgres::statement nap{"nap", "select pg_sleep($1::float8)"};
constexpr postgres::statement insert{"insert", "insert into kept (word) values ($1) returning word"};
constexpr postgres::statement one_json{"one_json",
                                       "select json_build_object('a', $1::int) where $1::int > 0"};
constexpr postgres::statement end_idle{
    "end_idle",
    "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() "
    "and pid <> pg_backend_pid()"};

postgres::connection_url parse(const std::string& url) {
    return postgres::connection_url::parse(url).value();
}

// Runs one coroutine to its end on a loop of its own, with a client of the test's database.
template<class Body>
void with_client(const std::string& url, postgres::client_params params, Body body) {
    asio::io_context loop{1};
    postgres::client client{loop.get_executor(), parse(url), params};
    bool finished = false;
    asio::co_spawn(
        loop,
        [&]() -> asio::awaitable<void> {
            co_await body(client, loop);
            finished = true;
            co_await client.stop(1s);
        },
        [](const std::exception_ptr& failed) {
            if (failed) std::rethrow_exception(failed);
        });
    loop.run_for(60s);
    EXPECT_TRUE(finished);
}

// Starts a query beside the others and puts what came of it into `into`.
void start_query(asio::io_context& loop, postgres::client& client, const postgres::statement& what,
                 std::string argument, std::vector<postgres::result<postgres::rows>>& into,
                 postgres::query_options options = {}) {
    asio::co_spawn(
        loop,
        [&client, &what, &into, argument = std::move(argument), options]() -> asio::awaitable<void> {
            const std::vector<postgres::parameter> parameters{argument};
            auto came = co_await client.query(what, parameters, options);
            into.push_back(std::move(came));
        },
        asio::detached);
}

void expect_answered(std::span<const postgres::result<postgres::rows>> came) {
    for (const auto& each : came)
        EXPECT_TRUE(each.has_value());
}

void expect_overloaded(std::span<const postgres::result<postgres::rows>> came) {
    for (const auto& each : came) {
        ASSERT_FALSE(each.has_value());
        EXPECT_EQ(each.error().kind, postgres::failure::overloaded);
    }
}

asio::awaitable<void> until(asio::io_context& loop, const std::function<bool()>& holds) {
    asio::steady_timer timer{loop};
    for (int turn = 0; turn < 2'000 && !holds(); ++turn) {
        timer.expires_after(10ms);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

TEST(client, returns_parameters_as_they_were_bound) {
    const cruddur::test::database database{cruddur::test::database::content::empty};
    with_client(database.url(), {}, [](postgres::client& client, asio::io_context&) -> asio::awaitable<void> {
        const std::string text = "'); DROP TABLE users;-- \U0001F600";
        const std::vector<postgres::parameter> parameters{text, std::nullopt};
        const auto came = co_await client.query(echo, parameters);
        EXPECT_TRUE(came.has_value());
        if (!came) co_return;
        EXPECT_EQ(came->get(0, 0), text);
        EXPECT_EQ(came->get(0, 1), "t");
    });
}

TEST(client, keeps_one_statements_error_from_its_neighbours) {
    const cruddur::test::database database{cruddur::test::database::content::empty};
    postgres::client_params params;
    params.connections_max = 1;
    with_client(database.url(), params,
                [](postgres::client& client, asio::io_context& loop) -> asio::awaitable<void> {
                    std::vector<postgres::result<postgres::rows>> came;
                    for (int number = 0; number < 30; ++number) {
                        start_query(loop, client, divide, std::to_string(number % 3), came);
                    }
                    co_await until(loop, [&] { return came.size() == 30; });
                    EXPECT_EQ(came.size(), 30U);
                    std::size_t failed = 0;
                    for (const auto& each : came) {
                        if (each) continue;
                        ++failed;
                        EXPECT_EQ(each.error().sqlstate, "22012");
                        EXPECT_EQ(each.error().condition(), "division_by_zero");
                    }
                    EXPECT_EQ(failed, 10U);
                    EXPECT_EQ(client.statistics().connects_total, 1U);
                });
}

TEST(client, abandons_a_statement_at_its_deadline_and_its_neighbours_live) {
    const cruddur::test::database database{cruddur::test::database::content::empty};
    postgres::client_params params;
    params.connections_max = 1;
    with_client(database.url(), params,
                [](postgres::client& client, asio::io_context& loop) -> asio::awaitable<void> {
                    const auto ready = co_await client.start(10s); // the slow one is sent before its deadline
                    EXPECT_TRUE(ready.has_value());
                    std::vector<postgres::result<postgres::rows>> slow;
                    std::vector<postgres::result<postgres::rows>> quick;
                    start_query(loop, client, nap, "2", slow, {.timeout = 100ms});
                    for (int number = 1; number < 6; ++number) {
                        start_query(loop, client, divide, std::to_string(number), quick);
                    }
                    co_await until(loop, [&] { return slow.size() == 1; });
                    EXPECT_TRUE(quick.empty());
                    EXPECT_EQ(slow.at(0).error().kind, postgres::failure::timeout);
                    co_await until(loop, [&] { return quick.size() == 5; });
                    expect_answered(quick);
                    EXPECT_EQ(client.statistics().abandoned_total, 1U);
                });
}

TEST(client, refuses_at_once_when_its_queue_is_full) {
    const cruddur::test::database database{cruddur::test::database::content::empty};
    postgres::client_params params;
    params.connections_max = 1;
    params.in_flight_max = 2;
    params.queue_max = 3;
    with_client(database.url(), params,
                [](postgres::client& client, asio::io_context& loop) -> asio::awaitable<void> {
                    const auto ready = co_await client.start(10s);
                    EXPECT_TRUE(ready.has_value());
                    std::vector<postgres::result<postgres::rows>> came;
                    for (int number = 0; number < 20; ++number)
                        start_query(loop, client, nap, "0.2", came);
                    co_await until(loop, [&] { return came.size() == 15; });
                    expect_overloaded(came);
                    co_await until(loop, [&] { return came.size() == 20; });
                    expect_answered(std::span{came}.subspan(15));
                });
}

TEST(client, refuses_at_once_who_would_wait_too_long_until_it_has_rested) {
    const cruddur::test::database database{cruddur::test::database::content::empty};
    postgres::client_params params;
    params.connections_max = 1;
    params.wait_max = 1'500ms;
    with_client(database.url(), params,
                [](postgres::client& client, asio::io_context& loop) -> asio::awaitable<void> {
                    const auto ready = co_await client.start(10s);
                    EXPECT_TRUE(ready.has_value());
                    std::vector<postgres::result<postgres::rows>> first;
                    start_query(loop, client, nap, "0.1", first);
                    co_await until(loop, [&] { return client.statistics().in_flight == 1; });
                    co_await until(loop, [&] { return first.size() == 1; });
                    std::vector<postgres::result<postgres::rows>> came;
                    for (int number = 0; number < 24; ++number)
                        start_query(loop, client, nap, "0.1", first);
                    co_await until(loop, [&] { return first.size() >= 20; });
                    for (int number = 0; number < 30; ++number)
                        start_query(loop, client, nap, "0.1", came);
                    co_await until(loop, [&] { return came.size() >= 15; });
                    EXPECT_LT(first.size(), 25U); // the refusals waited for nobody's answer
                    expect_overloaded(came);
                    const auto refused = came.size();
                    co_await until(loop, [&] { return came.size() == 30; });
                    expect_answered(std::span{came}.subspan(refused));
                    came.clear();
                    for (int number = 0; number < 30; ++number)
                        start_query(loop, client, nap, "0.001", came);
                    co_await until(loop, [&] { return came.size() == 30; });
                    expect_answered(came);
                });
}

TEST(client, refuses_the_last_of_a_burst_once_it_knows_how_long_they_would_wait) {
    const cruddur::test::database database{cruddur::test::database::content::empty};
    postgres::client_params params;
    params.connections_max = 1;
    params.wait_max = 200ms;
    with_client(database.url(), params,
                [](postgres::client& client, asio::io_context& loop) -> asio::awaitable<void> {
                    const auto ready = co_await client.start(10s);
                    EXPECT_TRUE(ready.has_value());
                    std::vector<postgres::result<postgres::rows>> first;
                    std::vector<postgres::result<postgres::rows>> last;
                    for (int number = 0; number < 20; ++number)
                        start_query(loop, client, nap, "0.03", first);
                    for (int number = 0; number < 40; ++number)
                        start_query(loop, client, nap, "0.03", last);
                    co_await until(loop, [&] { return last.size() >= 20; });
                    expect_overloaded(last);
                    co_await until(loop, [&] { return first.size() == 20 && last.size() == 40; });
                    expect_answered(first);
                });
}

TEST(client, counts_no_pause_as_a_wait) {
    const cruddur::test::database database{cruddur::test::database::content::empty};
    postgres::client_params params;
    params.connections_max = 1;
    params.wait_max = 2s;
    with_client(database.url(), params,
                [](postgres::client& client, asio::io_context& loop) -> asio::awaitable<void> {
                    const auto ready = co_await client.start(10s);
                    EXPECT_TRUE(ready.has_value());
                    std::vector<postgres::result<postgres::rows>> came;
                    for (int number = 0; number < 20; ++number)
                        start_query(loop, client, nap, "0.005", came);
                    co_await until(loop, [&] { return came.size() == 20; });
                    for (int number = 0; number < 3; ++number) {
                        asio::steady_timer pause(loop, 2s);
                        co_await pause.async_wait(asio::use_awaitable);
                        for (int more = 0; more < 20; ++more)
                            start_query(loop, client, nap, "0.005", came);
                        const auto before = came.size();
                        co_await until(loop, [&] { return came.size() >= before + 17; });
                        for (int more = 0; more < 20; ++more)
                            start_query(loop, client, nap, "0.005", came);
                        co_await until(loop, [&] { return came.size() == before + 40; });
                    }
                    expect_answered(came);
                });
}

TEST(client, sends_a_slow_connection_one_more_and_nothing_for_callers_who_have_gone) {
    const cruddur::test::database database{cruddur::test::database::content::empty};
    postgres::client_params params;
    params.connections_max = 1;
    with_client(database.url(), params,
                [](postgres::client& client, asio::io_context& loop) -> asio::awaitable<void> {
                    std::vector<postgres::result<postgres::rows>> slow;
                    std::vector<postgres::result<postgres::rows>> gone;
                    std::vector<postgres::result<postgres::rows>> quick;
                    start_query(loop, client, nap, "1.5", slow);
                    co_await until(loop, [&] { return client.statistics().in_flight == 1; });
                    asio::steady_timer pause{loop, 50ms};
                    co_await pause.async_wait(asio::use_awaitable);
                    for (int number = 0; number < 10; ++number)
                        start_query(loop, client, nap, "0.1", gone, {.timeout = 100ms});
                    pause.expires_after(1ms);
                    co_await pause.async_wait(asio::use_awaitable);
                    EXPECT_EQ(client.statistics().in_flight, 2U);
                    EXPECT_EQ(client.statistics().queued, 9U);
                    co_await until(loop, [&] { return gone.size() == 10; });
                    EXPECT_TRUE(slow.empty());
                    EXPECT_EQ(client.statistics().queued, 0U);
                    // Quick ones again go out together, behind the one of those that was sent.
                    co_await until(loop, [&] { return slow.size() == 1; });
                    for (int number = 1; number < 6; ++number)
                        start_query(loop, client, divide, std::to_string(number), quick);
                    co_await until(loop, [&] { return quick.size() == 5; });
                    expect_answered(quick);
                });
}

TEST(client, replaces_a_connection_that_the_server_ended_while_idle) {
    const cruddur::test::database database{cruddur::test::database::content::empty};
    with_client(database.url(), {},
                [&](postgres::client& client, asio::io_context& loop) -> asio::awaitable<void> {
                    const std::vector<postgres::parameter> one{"1"};
                    const auto before = co_await client.query(divide, one);
                    EXPECT_TRUE(before.has_value());
                    database.query(std::string{end_idle.sql});
                    co_await until(loop, [&] { return client.statistics().connects_total >= 2; });
                    const auto after = co_await client.query(divide, one);
                    EXPECT_TRUE(after.has_value());
                });
}

TEST(client, acknowledges_a_write_that_another_session_can_read) {
    const cruddur::test::database database{cruddur::test::database::content::empty};
    database.query("create table kept (word text unique)");
    with_client(database.url(), {},
                [&](postgres::client& client, asio::io_context&) -> asio::awaitable<void> {
                    const std::vector<postgres::parameter> word{"said"};
                    const auto first = co_await client.query(insert, word);
                    EXPECT_TRUE(first.has_value());
                    EXPECT_EQ(database.query("select word from kept"), "said");
                    const auto second = co_await client.query(insert, word);
                    EXPECT_FALSE(second.has_value());
                    if (!second) {
                        EXPECT_EQ(second.error().condition(), "unique_violation");
                    }
                });
}

TEST(client, sends_nothing_for_which_no_time_is_left) {
    const cruddur::test::database database{cruddur::test::database::content::empty};
    database.query("create table kept (word text unique)");
    with_client(database.url(), {},
                [&](postgres::client& client, asio::io_context&) -> asio::awaitable<void> {
                    const std::vector<postgres::parameter> word{"said"};
                    const auto opened = co_await client.start(30s);
                    EXPECT_TRUE(opened.has_value());
                    const auto late = co_await client.query(insert, word, {.timeout = 0ms});
                    EXPECT_FALSE(late.has_value());
                    if (!late) {
                        EXPECT_EQ(late.error().kind, postgres::failure::timeout);
                        EXPECT_FALSE(late.error().sent);
                    }
                    const auto after = co_await client.query(insert, word);
                    EXPECT_TRUE(after.has_value()) << "the word was there already";
                });
}

TEST(client, tells_an_absent_object_from_an_empty_one) {
    const cruddur::test::database database{cruddur::test::database::content::empty};
    with_client(database.url(), {}, [](postgres::client& client, asio::io_context&) -> asio::awaitable<void> {
        const std::vector<postgres::parameter> seven{"7"};
        const auto there = co_await client.query_json(one_json, seven);
        EXPECT_TRUE(there.has_value() && there->has_value());
        if (there && *there) {
            EXPECT_EQ((*there)->bytes, R"({"a" : 7})");
        }
        const std::vector<postgres::parameter> none{"0"};
        const auto absent = co_await client.query_json(one_json, none);
        EXPECT_TRUE(absent.has_value() && !absent->has_value());
    });
}

TEST(client, fails_by_its_deadline_when_nobody_listens) {
    const auto started = std::chrono::steady_clock::now();
    with_client("postgresql://nobody@127.0.0.1:1/none", {},
                [](postgres::client& client, asio::io_context&) -> asio::awaitable<void> {
                    const std::vector<postgres::parameter> one{"1"};
                    const auto came = co_await client.query(divide, one, {.timeout = 300ms});
                    EXPECT_FALSE(came.has_value());
                });
    EXPECT_LT(std::chrono::steady_clock::now() - started, 20s);
}

} // namespace
