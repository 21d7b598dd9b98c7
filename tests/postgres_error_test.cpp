#include "postgres/error.hpp"
#include "postgres/libpq.hpp"
#include "postgres/rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

namespace cruddur::postgres {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

error with_state(std::string state, std::string message = {}) {
    error made;
    made.sqlstate = std::move(state);
    made.message = std::move(message);
    return made;
}

TEST(error, names_the_condition_of_a_sqlstate) {
    EXPECT_EQ(with_state("00000").condition(), "successful_completion");
    EXPECT_EQ(with_state("23505").condition(), "unique_violation");
    EXPECT_EQ(with_state("57P01").condition(), "admin_shutdown");
    EXPECT_EQ(with_state("XX002").condition(), "index_corrupted");
}

TEST(error, has_no_name_for_an_unknown_code) {
    EXPECT_THAT(with_state("ZZZZZ").condition(), IsEmpty());
    EXPECT_THAT(with_state("").condition(), IsEmpty());
}

TEST(error, prefers_the_servers_hint_to_ours) {
    error made = with_state("42P01");
    EXPECT_THAT(std::string{made.advice()}, HasSubstr("schema-load"));
    made.hint = "Look at the other table.";
    EXPECT_EQ(made.advice(), "Look at the other table.");
}

TEST(error, falls_back_to_the_hint_of_the_class_and_of_the_failure) {
    EXPECT_THAT(std::string{with_state("28000").advice()}, HasSubstr("Authentication"));
    error lost;
    lost.kind = failure::lost;
    EXPECT_THAT(std::string{lost.advice()}, HasSubstr("may or may not"));
    EXPECT_THAT(with_state("ZZZZZ").advice(), IsEmpty());
}

TEST(error, describes_itself_on_one_line) {
    error made = with_state("23505", "duplicate key value\nviolates unique constraint");
    made.detail = "Key (handle)=(andrewbrown) already exists.";
    EXPECT_EQ(made.describe(), "duplicate key value violates unique constraint (23505 unique_violation): "
                               "Key (handle)=(andrewbrown) already exists.");
    EXPECT_EQ(with_state("ZZZZZ", "strange").describe(), "strange (ZZZZZ)");
    EXPECT_EQ(with_state("", "no answer").describe(), "no answer");
}

TEST(error, is_thrown_by_value_with_what_it_says) {
    const result<int> failed = with_state("23505", "duplicate key");
    try {
        static_cast<void>(failed.value());
        FAIL() << "value() of a failed result returned";
    } catch (const std::runtime_error& thrown) {
        EXPECT_STREQ(thrown.what(), "duplicate key (23505 unique_violation)");
    }
}

PGresult* made_result(std::string value) {
    PGresult* made = PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK);
    char name[] = "body";
    PGresAttDesc column{};
    column.name = name;
    PQsetResultAttrs(made, 1, &column);
    PQsetvalue(made, 0, 0, value.data(), static_cast<int>(value.size()));
    PQsetvalue(made, 1, 0, nullptr, -1);
    return made;
}

TEST(rows, are_views_of_what_the_server_sent) {
    const rows got{made_result("[1]")};
    EXPECT_EQ(got.size(), 2U);
    EXPECT_EQ(got.columns(), 1U);
    EXPECT_EQ(got.column_name(0), "body");
    EXPECT_EQ(got.get(0, 0), "[1]");
    EXPECT_EQ(got.get(1, 0), std::nullopt);
}

TEST(rows, without_a_result_are_empty) {
    const rows nothing;
    EXPECT_TRUE(nothing.empty());
    EXPECT_EQ(nothing.columns(), 0U);
    EXPECT_EQ(nothing.affected(), 0);
    EXPECT_FALSE(json_of(nothing).has_value());
}

TEST(rows, give_json_that_outlives_them) {
    std::optional<json> kept;
    {
        const rows got{made_result(R"({"a": 1})")};
        kept = json_of(got);
    }
    ASSERT_TRUE(kept.has_value());
    EXPECT_EQ(kept->bytes, R"({"a": 1})");
}

} // namespace
} // namespace cruddur::postgres
