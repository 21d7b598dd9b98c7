#include "postgres/listener.hpp"
#include "support/gate.hpp"
#include "support/loop.hpp"
#include "support/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cruddur::postgres {
namespace {

namespace asio = boost::asio;
using test::becomes_true;
using test::sql;
using testing::ElementsAre;

class listening : public testing::Test {
protected:
    listener made(const std::string& url) {
        return {loop_.executor(),
                connection_url::parse(url).value(),
                {.channels = {"activities", "Odd \"name"}},
                {.notified =
                     [this](const notification& one) {
                         heard_.push_back(std::string{one.channel} + ":" + std::string{one.payload});
                     },
                 .connected = [this] { ++connected_; },
                 .disconnected = [this] { ++disconnected_; }}};
    }

    test::database database_{test::database::content::empty};
    test::loop loop_;
    std::vector<std::string> heard_;
    int connected_ = 0;
    int disconnected_ = 0;
};

TEST_F(listening, hears_what_others_send_on_its_channels) {
    listener ears = made(database_.url());
    ears.start();
    loop_.run([&]() -> asio::awaitable<void> {
        EXPECT_TRUE(co_await becomes_true([&] { return connected_ == 1; }));
        database_.query("notify activities, 'one'; notify other, 'no'; notify \"Odd \"\"name\", 'two'");
        EXPECT_TRUE(co_await becomes_true([&] { return heard_.size() == 2; }));
    });
    EXPECT_THAT(heard_, ElementsAre("activities:one", "Odd \"name:two"));
    EXPECT_EQ(disconnected_, 0);
}

TEST_F(listening, listens_again_after_its_backend_was_terminated) {
    listener ears = made(database_.url());
    ears.start();
    loop_.run([&]() -> asio::awaitable<void> {
        EXPECT_TRUE(co_await becomes_true([&] { return connected_ == 1; }));
        database_.query("select pg_terminate_backend(pid) from pg_stat_activity "
                        "where datname = current_database() and pid <> pg_backend_pid()");
        EXPECT_TRUE(co_await becomes_true([&] { return connected_ == 2; }));
        EXPECT_EQ(disconnected_, 1);
        database_.query("notify activities, 'after'");
        EXPECT_TRUE(co_await becomes_true([&] { return heard_.size() == 1; }));
    });
}

TEST_F(listening, does_not_believe_a_way_that_went_silent) {
    test::gate between(test::shared_server().port());
    listener ears = made(between.through(database_.url()));
    ears.start();
    loop_.run([&]() -> asio::awaitable<void> {
        EXPECT_TRUE(co_await becomes_true([&] { return connected_ == 1; }));
        between.drop();
        EXPECT_TRUE(co_await becomes_true([&] { return disconnected_ == 1; }));
        EXPECT_FALSE(ears.listening());
        between.pass();
        EXPECT_TRUE(co_await becomes_true([&] { return connected_ == 2; }));
    });
}

TEST_F(listening, listens_again_after_a_reset_of_its_connection) {
    test::gate between(test::shared_server().port());
    listener ears = made(between.through(database_.url()));
    ears.start();
    loop_.run([&]() -> asio::awaitable<void> {
        EXPECT_TRUE(co_await becomes_true([&] { return connected_ == 1; }));
        between.reset();
        EXPECT_TRUE(co_await becomes_true([&] { return connected_ == 2; }));
        EXPECT_EQ(disconnected_, 1);
    });
}

} // namespace
} // namespace cruddur::postgres
