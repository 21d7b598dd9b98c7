#include "postgres/libpq.hpp"
#include "postgres/lifecycle.hpp"

#include <gtest/gtest.h>

namespace cruddur::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr connection_limits limits{.min = 1, .max = 8, .connecting_max = 2};

TEST(backoff, doubles_its_limit_up_to_the_greatest) {
    backoff waits{milliseconds{50}, milliseconds{300}};
    EXPECT_FALSE(waits.failing());
    EXPECT_EQ(waits.failed(1.0), milliseconds{50});
    EXPECT_EQ(waits.failed(1.0), milliseconds{100});
    EXPECT_EQ(waits.failed(0.5), milliseconds{100});
    EXPECT_EQ(waits.failed(1.0), milliseconds{300});
    for (int i = 0; i < 100; ++i)
        EXPECT_LE(waits.failed(1.0), milliseconds{300});
    EXPECT_EQ(waits.failed(0.0), milliseconds{0});
    EXPECT_TRUE(waits.failing());
}

TEST(backoff, starts_afresh_after_a_success) {
    backoff waits{milliseconds{50}, milliseconds{300}};
    for (int i = 0; i < 5; ++i)
        static_cast<void>(waits.failed(1.0));
    waits.succeeded();
    EXPECT_EQ(waits.failed(1.0), milliseconds{50});
}

TEST(growth, opens_the_least_number_at_first) {
    EXPECT_EQ(connections_to_open({}, limits), 1U);
    EXPECT_EQ(connections_to_open({.connecting = 1}, limits), 0U);
}

TEST(growth, opens_more_when_none_is_idle_and_more_is_wanted) {
    EXPECT_EQ(connections_to_open({.open = 1, .idle = 0, .demand = 2}, limits), 1U);
    EXPECT_EQ(connections_to_open({.open = 1, .idle = 0, .demand = 1}, limits), 0U);
    EXPECT_EQ(connections_to_open({.open = 2, .idle = 1, .demand = 9}, limits), 0U);
}

TEST(growth, connects_only_so_many_at_once) {
    EXPECT_EQ(connections_to_open({.open = 1, .demand = 100}, limits), 2U);
    EXPECT_EQ(connections_to_open({.open = 1, .connecting = 2, .demand = 100}, limits), 0U);
}

TEST(growth, tries_a_server_that_failed_with_one_at_a_time) {
    EXPECT_EQ(connections_to_open({.demand = 100, .failing = true}, limits), 1U);
    EXPECT_EQ(connections_to_open({.connecting = 1, .demand = 100, .failing = true}, limits), 0U);
}

TEST(growth, keeps_trying_a_server_that_failed_though_nobody_may_ask) {
    constexpr connection_limits seldom{.min = 0, .max = 8, .connecting_max = 2};
    EXPECT_EQ(connections_to_open({.failing = true}, seldom), 1U);
    EXPECT_EQ(connections_to_open({}, seldom), 0U);
}

TEST(growth, never_passes_the_greatest_number) {
    EXPECT_EQ(connections_to_open({.open = 7, .demand = 100}, limits), 1U);
    EXPECT_EQ(connections_to_open({.open = 8, .demand = 100}, limits), 0U);
    EXPECT_EQ(connections_to_open({.open = 8, .retiring = 8, .demand = 1}, limits), 0U);
}

TEST(growth, replaces_what_retires) {
    EXPECT_EQ(connections_to_open({.open = 1, .retiring = 1}, limits), 1U);
}

TEST(lifetime, is_spread_by_a_tenth) {
    EXPECT_EQ(jittered(seconds{100}, 0.0), seconds{90});
    EXPECT_EQ(jittered(seconds{100}, 0.5), seconds{100});
}

class judged : public testing::Test {
protected:
    clock::time_point now_ = clock::now();
    connection_facts young_{.retires_at = now_ + seconds{10}, .last_heard = now_ - seconds{60}};
    connection_facts old_{.retires_at = now_ - seconds{1}, .last_heard = now_};
};

TEST_F(judged, young_and_quiet_is_kept) {
    EXPECT_EQ(judge(young_, false, now_, seconds{7}), fate::keep);
}

TEST_F(judged, old_and_idle_is_closed_unless_it_is_needed) {
    EXPECT_EQ(judge(old_, false, now_, seconds{7}), fate::close);
    EXPECT_EQ(judge(old_, true, now_, seconds{7}), fate::retire);
}

TEST_F(judged, old_and_in_use_may_finish) {
    old_.in_use = true;
    EXPECT_EQ(judge(old_, false, now_, seconds{7}), fate::retire);
}

TEST_F(judged, silent_for_too_long_is_lost_only_while_an_answer_is_due) {
    young_.awaits_answer = true;
    EXPECT_EQ(judge(young_, false, now_, seconds{7}), fate::lost);
    EXPECT_EQ(judge(young_, false, now_, seconds{0}), fate::keep);
    young_.awaits_answer = false;
    EXPECT_EQ(judge(young_, false, now_, seconds{7}), fate::keep);
}

TEST(connect_error, tells_the_sqlstate_of_a_refusal) {
    const error told =
        connect_error_of("connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28P01: "
                         "password authentication failed for user \"andrew\"\n"
                         "LOCATION:  auth_failed, auth.c:337\n");
    EXPECT_EQ(told.kind, failure::connect);
    EXPECT_EQ(told.sqlstate, "28P01");
    EXPECT_EQ(told.message, "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  "
                            "password authentication failed for user \"andrew\"");
}

TEST(connect_error, leaves_a_message_without_a_sqlstate_as_it_is) {
    const error told =
        connect_error_of("connection to server at \"x\", port 1 failed: Connection refused\n\tIs it?");
    EXPECT_EQ(told.sqlstate, "");
    EXPECT_EQ(told.message, "connection to server at \"x\", port 1 failed: Connection refused\n\tIs it?");
}

} // namespace
} // namespace cruddur::postgres
