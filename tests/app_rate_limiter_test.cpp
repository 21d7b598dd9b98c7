#include "app/ground/rate_limiter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

namespace cruddur::app::ground {
namespace {

using namespace std::chrono_literals;
using time_point = rate_limiter::clock::time_point;

const time_point start{1h};

TEST(rate_limiter, gives_as_many_turns_at_once_as_a_minute_has_and_says_when_there_is_one_again) {
    rate_limiter limiter{{.requests = 600, .writings = 30, .reactions = 120}};
    for (const auto& [of, turns, next] :
         {std::tuple{rate_class::request, 600, 1s}, std::tuple{rate_class::writing, 30, 2s},
          std::tuple{rate_class::reaction, 120, 1s}}) {
        for (int at = 0; at < turns; ++at)
            ASSERT_FALSE(limiter.take(of, "andrew", start)) << at;
        EXPECT_EQ(limiter.take(of, "andrew", start), next);
        EXPECT_EQ(limiter.take(of, "andrew", start), next); // the one refused has cost nothing
        EXPECT_FALSE(limiter.take(of, "andrew", start + next));
        EXPECT_FALSE(limiter.take(of, "worf", start));
    }
}

TEST(rate_limiter, keeps_what_it_says_of_the_wait) {
    rate_limiter limiter{{.requests = 0, .writings = 7, .reactions = 1}};
    auto now = start;
    for (int at = 0; at < 100; ++at) {
        if (const auto wait = limiter.take(rate_class::writing, "andrew", now)) {
            EXPECT_TRUE(limiter.take(rate_class::writing, "andrew", now + *wait - 1s));
            now += *wait;
            EXPECT_FALSE(limiter.take(rate_class::writing, "andrew", now));
        }
    }
    EXPECT_FALSE(limiter.take(rate_class::reaction, "andrew", start));
    EXPECT_EQ(limiter.take(rate_class::reaction, "andrew", start + 1s), 59s);
}

TEST(rate_limiter, gives_all_turns_back_after_a_minute) {
    rate_limiter limiter{{.requests = 0, .writings = 30, .reactions = 0}};
    for (const auto at : {0s, 60s, 120s}) {
        for (int turn = 0; turn < 30; ++turn)
            ASSERT_FALSE(limiter.take(rate_class::writing, "andrew", start + at));
        EXPECT_TRUE(limiter.take(rate_class::writing, "andrew", start + at));
    }
}

TEST(rate_limiter, limits_nothing_by_zero) {
    rate_limiter limiter{{.requests = 0, .writings = 0, .reactions = 0}};
    for (int at = 0; at < 10'000; ++at)
        ASSERT_FALSE(limiter.take(rate_class::writing, "andrew", start));
    EXPECT_FALSE(limiter.limits(rate_class::request));
}

// Many names that came and went make no room of one that is at its limit: theirs are back to all turns first.
TEST(rate_limiter, remembers_who_is_at_the_limit_among_many_who_are_not) {
    rate_limiter limiter{{.requests = 0, .writings = 30, .reactions = 0}};
    for (int turn = 0; turn < 30; ++turn)
        ASSERT_FALSE(limiter.take(rate_class::writing, "andrew", start));
    for (int at = 0; at < 500'000; ++at)
        ASSERT_FALSE(limiter.take(rate_class::writing, std::to_string(at), start));
    EXPECT_TRUE(limiter.take(rate_class::writing, "andrew", start));
}

} // namespace
} // namespace cruddur::app::ground
