#include "postgres/pool.hpp"
#include "postgres/transaction.hpp"
#include "support/loop.hpp"
#include "support/server.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <gtest/gtest.h>

#include <set>

namespace cruddur::postgres {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::becomes_true;
using test::sql;

constexpr statement pid{"pid", "select pg_backend_pid()"};
constexpr statement insert{"insert", "insert into kept values ($1::int)"};
constexpr statement count{"count", "select count(*) from kept"};
constexpr statement divide{"divide", "select 1 / $1::int"};
constexpr statement nap{"nap", "select pg_sleep($1::float8)"};
constexpr statement settings{
    "settings",
    "select current_setting('transaction_isolation') || ' ' || current_setting('transaction_read_only')"};

std::string text(const result<rows>& from) {
    return from.has_value() && !from->empty() ? std::string{from->get(0, 0).value_or("null")}
           : from.has_error()                 ? from.error().describe()
                                              : "no row";
}

class pool_test : public testing::Test {
protected:
    pool_test() { sql(database_.url(), "create table kept (number int primary key)"); }
    pool made(pool_params params = {}) {
        return {loop_.executor(), connection_url::parse(database_.url()).value(), std::move(params)};
    }
    std::string kept() { return sql(database_.url(), "select count(*) from kept"); }

    test::database database_{test::database::content::empty};
    test::loop loop_;
};

TEST_F(pool_test, lends_a_connection_to_one_caller_at_a_time) {
    pool lends = made({.connections_max = 3});
    loop_.run([&]() -> asio::awaitable<void> {
        auto first = co_await lends.acquire(5s);
        auto second = co_await lends.acquire(5s);
        EXPECT_NE(text(co_await first->query(pid)), text(co_await second->query(pid)));
        EXPECT_EQ(lends.statistics().lent, 2U);
    });
    EXPECT_EQ(lends.statistics().lent, 0U);
}

TEST_F(pool_test, uses_a_connection_again) {
    pool lends = made();
    loop_.run([&]() -> asio::awaitable<void> {
        std::set<std::string> seen;
        for (int at = 0; at < 10; ++at) {
            auto one = co_await lends.acquire(5s);
            seen.insert(text(co_await one->query(pid)));
        }
        EXPECT_EQ(seen.size(), 1U);
    });
}

TEST_F(pool_test, gives_free_connections_in_the_order_of_asking) {
    pool lends = made({.connections_max = 1});
    loop_.run([&]() -> asio::awaitable<void> {
        std::vector<int> order;
        {
            auto held = co_await lends.acquire(5s);
            for (int at = 0; at < 5; ++at) {
                asio::co_spawn(
                    loop_.context(),
                    [](pool& from, std::vector<int>& into, int number) -> asio::awaitable<void> {
                        auto one = co_await from.acquire(5s);
                        EXPECT_TRUE(one.has_value());
                        into.push_back(number);
                    }(lends, order, at),
                    [](const std::exception_ptr& thrown) { EXPECT_FALSE(thrown); });
            }
            EXPECT_TRUE(co_await becomes_true([&] { return lends.statistics().waiting == 5; }));
        }
        EXPECT_TRUE(co_await becomes_true([&] { return order.size() == 5; }));
        EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
    });
}

TEST_F(pool_test, says_when_none_was_free_in_time_and_when_too_many_wait) {
    pool lends = made({.connections_max = 1, .waiting_max = 0});
    pool patient = made({.connections_max = 1});
    loop_.run([&]() -> asio::awaitable<void> {
        auto held = co_await patient.acquire(5s);
        const auto late = co_await patient.acquire(50ms);
        EXPECT_EQ(late.error().kind, failure::timeout);
        EXPECT_FALSE(late.error().sent);
        EXPECT_EQ(patient.statistics().waiting, 0U);
        const auto refused = co_await lends.acquire(5s);
        EXPECT_EQ(refused.error().kind, failure::overloaded);
    });
}

TEST_F(pool_test, says_why_no_connection_could_be_opened) {
    pool lends{loop_.executor(),
               connection_url::parse(database_.url()).value().with("password", "not the password"),
               {}};
    loop_.run([&]() -> asio::awaitable<void> {
        const auto refused = co_await lends.acquire(300ms);
        EXPECT_EQ(refused.error().kind, failure::connect);
        EXPECT_EQ(refused.error().sqlstate, "28P01");
    });
}

TEST_F(pool_test, rolls_back_what_comes_back_unfinished) {
    pool lends = made({.connections_max = 1});
    loop_.run([&]() -> asio::awaitable<void> {
        std::string first;
        {
            auto begun = co_await transaction::begin(lends);
            const parameter number[] = {"1"};
            EXPECT_TRUE((co_await begun->query(insert, number)).has_value());
            first = text(co_await begun->query(pid));
        }
        auto next = co_await lends.acquire(5s);
        EXPECT_EQ(text(co_await next->query(count)), "0");
        EXPECT_EQ(text(co_await next->query(pid)), first);
    });
    EXPECT_EQ(kept(), "0");
}

TEST_F(pool_test, ends_a_connection_whose_statement_is_out_of_time) {
    pool lends = made({.connections_max = 1});
    loop_.run([&]() -> asio::awaitable<void> {
        auto one = co_await lends.acquire(5s);
        const std::string before = text(co_await one->query(pid));
        const parameter seconds[] = {"30"};
        const auto late = co_await one->query(nap, seconds, {.timeout = 50ms});
        EXPECT_EQ(late.error().kind, failure::timeout);
        EXPECT_TRUE(late.error().sent);
        const auto after = co_await one->query(pid);
        EXPECT_EQ(after.error().kind, failure::lost);
        EXPECT_FALSE(after.error().sent);
        auto fresh = co_await lends.acquire(5s);
        EXPECT_NE(text(co_await fresh->query(pid)), before);
    });
}

TEST_F(pool_test, passes_over_a_connection_that_died_while_idle) {
    pool lends = made({.connections_max = 1});
    loop_.run([&]() -> asio::awaitable<void> {
        std::string before;
        {
            auto one = co_await lends.acquire(5s);
            before = text(co_await one->query(pid));
        }
        sql(database_.url(), "select pg_terminate_backend(" + before + ", 5000)");
        auto fresh = co_await lends.acquire(5s);
        const std::string after = text(co_await fresh->query(pid));
        EXPECT_NE(after, before);
        EXPECT_FALSE(after.empty());
    });
}

TEST_F(pool_test, leaves_no_place_taken_by_a_caller_that_was_cancelled) {
    pool lends = made({.connections_max = 1});
    loop_.run([&]() -> asio::awaitable<void> {
        asio::cancellation_signal cancel;
        bool ended = false;
        {
            auto held = co_await lends.acquire(5s);
            asio::co_spawn(
                loop_.context(),
                [](pool& from) -> asio::awaitable<void> {
                    auto never = co_await from.acquire(20s);
                    EXPECT_TRUE(never.has_error());
                }(lends),
                asio::bind_cancellation_slot(cancel.slot(),
                                             [&](const std::exception_ptr&) { ended = true; }));
            EXPECT_TRUE(co_await becomes_true([&] { return lends.statistics().waiting == 1; }));
            cancel.emit(asio::cancellation_type::terminal);
            EXPECT_TRUE(co_await becomes_true([&] { return ended; }));
            EXPECT_EQ(lends.statistics().waiting, 0U);
        }
        auto next = co_await lends.acquire(5s);
        EXPECT_TRUE(next.has_value());
    });
}

TEST_F(pool_test, replaces_a_connection_after_its_lifetime) {
    pool lends = made({.connections_max = 1, .lifetime = 100ms});
    loop_.run([&]() -> asio::awaitable<void> {
        std::string before;
        {
            auto one = co_await lends.acquire(5s);
            before = text(co_await one->query(pid));
            const parameter seconds[] = {"0.3"};
            EXPECT_TRUE((co_await one->query(nap, seconds)).has_value()); // never under its caller
            EXPECT_EQ(text(co_await one->query(pid)), before);
        }
        auto next = co_await lends.acquire(5s);
        EXPECT_NE(text(co_await next->query(pid)), before);
    });
}

TEST_F(pool_test, fails_whoever_waits_when_it_is_destroyed) {
    auto lends = std::make_unique<pool>(made({.connections_max = 1}));
    loop_.run([&]() -> asio::awaitable<void> {
        auto held = co_await lends->acquire(5s);
        std::optional<failure> told;
        asio::co_spawn(
            loop_.context(),
            [](pool& from, std::optional<failure>& into) -> asio::awaitable<void> {
                const auto never = co_await from.acquire(20s);
                into = never.error().kind;
            }(*lends, told),
            [](const std::exception_ptr& thrown) { EXPECT_FALSE(thrown); });
        EXPECT_TRUE(co_await becomes_true([&] { return lends->statistics().waiting == 1; }));
        lends.reset();
        EXPECT_TRUE(co_await becomes_true([&] { return told.has_value(); }));
        EXPECT_EQ(told, failure::lost);
        EXPECT_EQ((co_await held->query(pid)).error().kind, failure::lost);
    });
}

class transaction_test : public pool_test {};

TEST_F(transaction_test, keeps_what_it_commits_and_nothing_of_what_it_rolls_back) {
    pool lends = made();
    loop_.run([&]() -> asio::awaitable<void> {
        const parameter one[] = {"1"};
        const parameter two[] = {"2"};
        auto kept = co_await transaction::begin(lends);
        EXPECT_TRUE((co_await kept->query(insert, one)).has_value());
        EXPECT_EQ(sql(database_.url(), "select count(*) from kept"), "0");
        EXPECT_TRUE((co_await kept->commit()).has_value());
        auto undone = co_await transaction::begin(lends);
        EXPECT_TRUE((co_await undone->query(insert, two)).has_value());
        EXPECT_TRUE((co_await undone->rollback()).has_value());
    });
    EXPECT_EQ(sql(database_.url(), "select string_agg(number::text, ',') from kept"), "1");
}

TEST_F(transaction_test, tells_that_a_commit_rolled_back) {
    pool lends = made();
    loop_.run([&]() -> asio::awaitable<void> {
        auto begun = co_await transaction::begin(lends);
        const parameter one[] = {"1"};
        const parameter zero[] = {"0"};
        EXPECT_TRUE((co_await begun->query(insert, one)).has_value());
        EXPECT_EQ((co_await begun->query(divide, zero)).error().sqlstate, "22012");
        EXPECT_EQ((co_await begun->query(count)).error().sqlstate, "25P02");
        const auto ended = co_await begun->commit();
        EXPECT_TRUE(ended.has_error());
        EXPECT_EQ(ended.error().sqlstate, "25P02");
    });
    EXPECT_EQ(kept(), "0");
}

TEST_F(transaction_test, begins_as_it_is_asked_to) {
    using level = transaction_options::isolation_level;
    pool lends = made();
    loop_.run([&]() -> asio::awaitable<void> {
        for (const auto& [isolation, read_only, said] :
             {std::tuple{level::read_committed, false, "read committed off"},
              std::tuple{level::repeatable_read, false, "repeatable read off"},
              std::tuple{level::serializable, false, "serializable off"},
              std::tuple{level::read_committed, true, "read committed on"},
              std::tuple{level::repeatable_read, true, "repeatable read on"},
              std::tuple{level::serializable, true, "serializable on"}}) {
            auto begun = co_await transaction::begin(lends, {.isolation = isolation, .read_only = read_only});
            EXPECT_EQ(text(co_await begun->query(settings)), said);
        }
    });
}

TEST_F(transaction_test, tells_a_serialization_failure_by_its_code) {
    using level = transaction_options::isolation_level;
    pool lends = made();
    loop_.run([&]() -> asio::awaitable<void> {
        auto first = co_await transaction::begin(lends, {.isolation = level::serializable});
        auto second = co_await transaction::begin(lends, {.isolation = level::serializable});
        const parameter one[] = {"1"};
        const parameter two[] = {"2"};
        EXPECT_EQ(text(co_await first->query(count)), "0");
        EXPECT_EQ(text(co_await second->query(count)), "0");
        EXPECT_TRUE((co_await first->query(insert, one)).has_value());
        EXPECT_TRUE((co_await first->commit()).has_value());
        auto late = co_await second->query(insert, two);
        const auto ended = co_await second->commit();
        EXPECT_EQ(late.has_error() ? late.error().sqlstate : ended.error().sqlstate, "40001");
    });
    EXPECT_EQ(kept(), "1");
}

} // namespace
} // namespace cruddur::postgres
