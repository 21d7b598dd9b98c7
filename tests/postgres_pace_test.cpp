#include "postgres/pace.hpp"

#include <gtest/gtest.h>

namespace cruddur::postgres {
namespace {

using std::chrono::milliseconds;

constexpr clock::time_point start{std::chrono::hours{1}};

TEST(pace, is_unknown_until_somebody_has_waited_for_an_answer) {
    pace measured;
    EXPECT_FALSE(measured.known());
    measured.answered(1, true, start);
    EXPECT_FALSE(measured.known());
    measured.answered(1, false, start + milliseconds{10});
    EXPECT_TRUE(measured.known());
    EXPECT_EQ(measured.wait_behind(0), milliseconds{0});
    EXPECT_EQ(measured.wait_behind(7), milliseconds{70});
}

TEST(pace, leaves_out_the_time_in_which_nobody_waited) {
    pace measured;
    measured.waits(start);
    measured.waits(start + milliseconds{5});
    measured.answered(1, false, start + milliseconds{10});
    measured.answered(1, false, start + milliseconds{5'000});
    measured.waits(start + milliseconds{9'000});
    measured.answered(1, true, start + milliseconds{9'010});
    EXPECT_EQ(measured.wait_behind(1), milliseconds{10});
}

TEST(pace, follows_a_change_and_takes_answers_that_come_together_for_as_many) {
    pace measured;
    measured.waits(start);
    measured.answered(2, true, start + milliseconds{160});
    EXPECT_EQ(measured.wait_behind(1), milliseconds{80});
    measured.answered(1, true, start + milliseconds{160});
    EXPECT_EQ(measured.wait_behind(1), milliseconds{75});
    measured.answered(32, true, start + milliseconds{192});
    EXPECT_EQ(measured.wait_behind(1), milliseconds{1});
}

TEST(pace, is_forgotten_at_rest) {
    pace measured;
    measured.waits(start);
    measured.answered(1, true, start + milliseconds{100});
    measured.rests();
    EXPECT_FALSE(measured.known());
    measured.answered(1, true, start + milliseconds{200});
    EXPECT_FALSE(measured.known());
}

} // namespace
} // namespace cruddur::postgres
