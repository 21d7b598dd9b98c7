#include "app/answer/answer.hpp"

#include <gtest/gtest.h>

namespace cruddur::app {
using namespace answer;
namespace {

using postgres::failure;

postgres::error failed(failure kind, std::string sqlstate = {}) {
    postgres::error made;
    made.kind = kind;
    made.sqlstate = std::move(sqlstate);
    made.message = "relation \"secret\" does not exist";
    return made;
}

std::string_view field(const http::response& from, std::string_view name) {
    for (const auto& [key, value] : from.fields)
        if (key == name) return value;
    return {};
}

TEST(answer, is_503_for_what_may_work_a_moment_later) {
    for (const auto kind :
         {failure::connect, failure::overloaded, failure::timeout, failure::stopping, failure::lost})
        EXPECT_EQ(status_of(failed(kind)), 503U);
    for (const auto* sqlstate : {"08006", "25006", "28P01", "3D000", "40001", "40P01", "42501", "42P01",
                                 "53300", "53100", "55P03", "57014", "57P01", "57P03", "58030"})
        EXPECT_EQ(status_of(failed(failure::server, sqlstate)), 503U) << sqlstate;
}

TEST(answer, is_500_for_our_own_mistakes) {
    EXPECT_EQ(status_of(failed(failure::usage)), 500U);
    for (const auto* sqlstate : {"42601", "42703", "22P02", "23505", "22012", "XX000", ""})
        EXPECT_EQ(status_of(failed(failure::server, sqlstate)), 500U) << sqlstate;
}

TEST(answer, tells_a_stranger_nothing_of_the_database) {
    const auto answer = answer_of(failed(failure::server, "42703"));
    EXPECT_EQ(answer.body.bytes, R"(["generic_500"])");
}

TEST(answer, says_when_to_come_back_and_how_to_sign_in) {
    const auto unavailable = answer_of(failed(failure::overloaded));
    EXPECT_EQ(unavailable.body.bytes, R"(["unavailable"])");
    EXPECT_EQ(field(unavailable, "Retry-After"), "1");
    const auto unauthorised = answer_of(401, "generic_401");
    EXPECT_EQ(unauthorised.body.bytes, R"(["generic_401"])");
    EXPECT_EQ(field(unauthorised, "WWW-Authenticate"), "Bearer");
}

TEST(answer, is_a_bare_array_of_every_code) {
    EXPECT_EQ(answer_of(refusal{422, {"message_blank", "ttl_blank"}}).body.bytes,
              R"(["message_blank","ttl_blank"])");
}

} // namespace
} // namespace cruddur::app
