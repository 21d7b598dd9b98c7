#include "postgres/client.hpp"
#include "support/loop.hpp"
#include "support/server.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

namespace cruddur::postgres {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::becomes_true;
using test::sql;

constexpr statement echo_text{"echo", "select $1::text"};
constexpr statement pid{"pid", "select pg_backend_pid()"};
constexpr statement doze{"doze", "select pg_sleep($1::float8)"};

class client_session : public testing::Test {
protected:
    client made(client_params params = {}) {
        return {loop_.executor(), connection_url::parse(database_.url()).value(), std::move(params)};
    }
    static asio::awaitable<std::string> text(client& from, statement what) {
        result<rows> got = co_await from.query(what, {});
        co_return std::string{got.value().get(0, 0).value()};
    }

    test::database database_{test::database::content::empty};
    test::loop loop_;
};

TEST_F(client_session, prepares_again_when_the_schema_changed_under_a_plan) {
    database_.query("create table wide (a int); insert into wide values (1)");
    client asked = made({.connections_max = 1});
    constexpr statement all{"all", "select * from wide"};
    loop_.run([&]() -> asio::awaitable<void> {
        const result<rows> before = co_await asked.query(all, {});
        EXPECT_EQ(before.value().columns(), 1U);
        database_.query("alter table wide add b int");
        const result<rows> after = co_await asked.query(all, {});
        EXPECT_EQ(after.value().columns(), 2U);
        const result<rows> forgotten = co_await asked.query({"forget", "deallocate all"}, {});
        EXPECT_TRUE(forgotten.has_value());
        const result<rows> again = co_await asked.query(all, {});
        EXPECT_EQ(again.value().columns(), 2U);
    });
}

TEST_F(client_session, abandons_what_its_caller_cancelled) {
    client asked = made({.connections_max = 1});
    asio::cancellation_signal gone;
    bool ended = false;
    loop_.run([&]() -> asio::awaitable<void> {
        const auto started = co_await asked.start(5s);
        EXPECT_TRUE(started.has_value());
        asio::co_spawn(
            loop_.context(),
            [&]() -> asio::awaitable<void> {
                const parameter seconds[] = {"0.3"};
                const result<rows> got = co_await asked.query(doze, seconds);
                EXPECT_TRUE(got.has_error());
            },
            asio::bind_cancellation_slot(gone.slot(), [&](std::exception_ptr) { ended = true; }));
        EXPECT_TRUE(co_await becomes_true([&] { return asked.statistics().in_flight == 1; }));
        gone.emit(asio::cancellation_type::terminal);
        EXPECT_TRUE(co_await becomes_true([&] { return ended; }));
        const parameter word[] = {"alive"};
        const result<rows> next = co_await asked.query(echo_text, word);
        EXPECT_EQ(next.value().get(0, 0), "alive");
        EXPECT_EQ(asked.statistics().abandoned_total, 1U);
    });
}

TEST_F(client_session, replaces_a_backend_terminated_while_idle_before_the_next_statement) {
    client asked = made({.connections_max = 1});
    loop_.run([&]() -> asio::awaitable<void> {
        const std::string before = co_await text(asked, pid);
        database_.query("select pg_terminate_backend(" + before + ", 5000)");
        const std::string after = co_await text(asked, pid);
        EXPECT_NE(before, after);
    });
}

TEST_F(client_session, sets_statement_timeout_in_its_sessions) {
    client asked = made({.statement_timeout = 100ms});
    loop_.run([&]() -> asio::awaitable<void> {
        const parameter seconds[] = {"10"};
        const result<rows> got = co_await asked.query(doze, seconds);
        EXPECT_EQ(got.error().condition(), "query_canceled");
    });
}

TEST_F(client_session, compiles_no_statement_unless_the_url_says_so) {
    constexpr statement jit{"jit", "show jit"};
    client asked = made();
    client compiling{
        loop_.executor(), connection_url::parse(database_.url()).value().with("options", "-c jit=on"), {}};
    loop_.run([&]() -> asio::awaitable<void> {
        EXPECT_EQ(co_await text(asked, jit), "off");
        EXPECT_EQ(co_await text(compiling, jit), "on");
        co_await compiling.stop(1s);
    });
}

TEST_F(client_session, tells_the_sqlstate_of_a_refused_connection) {
    client asked(loop_.executor(), connection_url::parse(database_.url()).value().with("dbname", "nowhere"),
                 {});
    loop_.run([&]() -> asio::awaitable<void> {
        const auto got = co_await asked.start(500ms);
        EXPECT_EQ(got.error().kind, failure::connect);
        EXPECT_EQ(got.error().condition(), "invalid_catalog_name");
    });
}

TEST_F(client_session, fails_what_is_outstanding_when_it_is_destroyed) {
    std::optional<client> asked{made()};
    bool failed = false;
    loop_.run([&]() -> asio::awaitable<void> {
        asio::co_spawn(
            loop_.context(),
            [&]() -> asio::awaitable<void> {
                const parameter seconds[] = {"10"};
                const result<rows> got = co_await asked->query(doze, seconds);
                failed = got.has_error() && got.error().kind == failure::lost;
            },
            asio::detached);
        EXPECT_TRUE(co_await becomes_true([&] { return asked->statistics().in_flight == 1; }));
        asked.reset();
        EXPECT_TRUE(co_await becomes_true([&] { return failed; }));
    });
}

TEST_F(client_session, replaces_connections_past_their_lifetime) {
    client asked = made({.connections_max = 2, .lifetime = 100ms});
    loop_.run([&]() -> asio::awaitable<void> {
        const std::string before = co_await text(asked, pid);
        EXPECT_TRUE(co_await becomes_true([&] { return asked.statistics().connects_total >= 2; }));
        const std::string after = co_await text(asked, pid);
        EXPECT_NE(before, after);
    });
}

TEST_F(client_session, finds_the_writable_host_among_several) {
    const auto url = connection_url::parse(database_.url()).value();
    const auto port = url.endpoints().front().port;
    // Nothing listens on the first.
    auto several = url.with("host", "127.0.0.1,localhost").with("hostaddr", "").with("port", "1," + port);
    client asked(loop_.executor(), several.with("target_session_attrs", "read-write"), {});
    loop_.run([&]() -> asio::awaitable<void> {
        const std::string backend = co_await text(asked, pid);
        EXPECT_FALSE(backend.empty());
    });
}

} // namespace
} // namespace cruddur::postgres
