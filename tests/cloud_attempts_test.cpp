#include "cloud/ground/attempts.hpp"
#include "cloud/ground/refusal.hpp"
#include "cloud/ground/state.hpp"
#include "support/logged.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace cruddur::cloud::ground {
namespace {

class attempts_of_a_turn : public testing::Test {
protected:
    attempts made_;
    test::logged log_;
};

TEST_F(attempts_of_a_turn, end_nothing_but_what_fails_and_are_logged_once_a_minute) {
    int others = 0;
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(made_.turn("Looking", [&] {
            EXPECT_FALSE(made_.step("The first", [] {
                throw refusal{"EncryptionFailure", "its key is disabled"};
            }));
            EXPECT_TRUE(made_.step("The second", [&] { ++others; }));
        }));
    }
    EXPECT_EQ(others, 100);
    EXPECT_EQ(log_.lines(),
              "warning The first failed, and is tried again: EncryptionFailure: its key is disabled\n");
}

TEST_F(attempts_of_a_turn, are_logged_when_they_go_well_again) {
    EXPECT_FALSE(made_.turn("Looking", [] { throw std::runtime_error{"no"}; }));
    EXPECT_TRUE(made_.turn("Looking", [] {}));
    EXPECT_TRUE(made_.turn("Looking", [] {}));
    EXPECT_EQ(log_.lines(), "warning Looking failed, and is tried again: no\ninfo Looking goes well again\n");
}

TEST_F(attempts_of_a_turn, end_where_the_state_itself_fails) {
    int others = 0;
    EXPECT_FALSE(made_.turn("Looking", [&] {
        (void)made_.step("The first", [] { throw state_error{"it is locked", true}; });
        ++others;
    }));
    EXPECT_EQ(others, 0);
    EXPECT_TRUE(made_.turn("Looking", [&] {
        EXPECT_FALSE(made_.step("The first", [] { throw state_error{"no such column"}; }));
        ++others;
    }));
    EXPECT_EQ(others, 1);
}

} // namespace
} // namespace cruddur::cloud::ground
