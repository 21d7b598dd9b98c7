#include "postgres/pace.hpp"

#include <gtest/gtest.h>

namespace cruddur::postgres {
namespace {

using std::chrono::milliseconds;

constexpr clock::time_point start{std::chrono::hours{1}};

TEST(pace, is_unknown_until_enough_have_been_waited_for) {
    pace measured;
    measured.answered(16, true, start);
    EXPECT_FALSE(measured.known());
    measured.answered(15, true, start + milliseconds{150});
    EXPECT_FALSE(measured.known());
    EXPECT_EQ(measured.wait_behind(7), milliseconds{0});
    measured.answered(1, false, start + milliseconds{160});
    EXPECT_TRUE(measured.known());
    EXPECT_EQ(measured.wait_behind(0), milliseconds{0});
    EXPECT_EQ(measured.wait_behind(7), milliseconds{70});
}

TEST(pace, is_of_all_the_statements_that_run_side_by_side) {
    pace measured;
    measured.waits(start);
    for (int round = 1; round <= 4; ++round) {
        for (int connection = 0; connection < 4; ++connection)
            measured.answered(1, true, start + milliseconds{80} * round);
    }
    EXPECT_EQ(std::chrono::round<milliseconds>(measured.wait_behind(1)), milliseconds{20});
}

TEST(pace, leaves_out_the_time_in_which_nobody_waited) {
    pace measured;
    measured.waits(start);
    measured.waits(start + milliseconds{5});
    measured.answered(8, false, start + milliseconds{80});
    measured.answered(1, false, start + milliseconds{5'000});
    measured.waits(start + milliseconds{9'000});
    measured.answered(8, true, start + milliseconds{9'080});
    EXPECT_EQ(measured.wait_behind(1), milliseconds{10});
}

TEST(pace, follows_a_change_and_takes_answers_that_come_together_for_as_many) {
    pace measured;
    measured.waits(start);
    measured.answered(16, true, start + milliseconds{1'280});
    EXPECT_EQ(measured.wait_behind(1), milliseconds{80});
    measured.answered(1, true, start + milliseconds{1'280});
    EXPECT_EQ(measured.wait_behind(1), milliseconds{75});
    measured.answered(32, true, start + milliseconds{1'312});
    EXPECT_EQ(measured.wait_behind(1), milliseconds{1});
}

TEST(pace, is_forgotten_at_rest) {
    pace measured;
    EXPECT_TRUE(measured.resting());
    measured.waits(start);
    EXPECT_FALSE(measured.resting());
    measured.answered(16, true, start + milliseconds{100});
    EXPECT_TRUE(measured.known());
    measured.rests();
    EXPECT_TRUE(measured.resting());
    EXPECT_FALSE(measured.known());
    measured.answered(16, true, start + milliseconds{200});
    EXPECT_FALSE(measured.known());
}

} // namespace
} // namespace cruddur::postgres
