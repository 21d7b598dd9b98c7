#include "database/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace cruddur::database {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

migration file(std::int64_t version, const std::string& checksum = "a", bool with_down = true) {
    migration out;
    out.version = version;
    out.name = "step";
    out.file = "000" + std::to_string(version) + "_step.sql";
    out.checksum = checksum;
    if (with_down) out.down = migration_part{"select 1;", 3};
    return out;
}

applied_migration applied(std::int64_t version, std::optional<std::string> checksum = "a",
                          bool ended = true) {
    return {version, "step", std::move(checksum), ended};
}

// "2" for a step, "2 again" for one that mends.
std::vector<std::string> steps(const result<plan>& planned) {
    if (!planned) return {planned.error().message};
    std::vector<std::string> out;
    for (const auto& one : planned->steps)
        out.push_back(std::to_string(one.file->version) + (one.mends ? " again" : ""));
    return out;
}

TEST(plan_migrate, does_what_the_database_lacks_in_the_order_of_the_files) {
    const std::vector files{file(1), file(2), file(3)};
    EXPECT_THAT(steps(plan_migrate(files, {})), ElementsAre("1", "2", "3"));
    EXPECT_THAT(steps(plan_migrate(files, std::vector{applied(1)})), ElementsAre("2", "3"));
    EXPECT_THAT(steps(plan_migrate(files, std::vector{applied(1), applied(2), applied(3)})), IsEmpty());
    EXPECT_THAT(steps(plan_migrate({}, {})), IsEmpty());
}

TEST(plan_migrate, fills_a_gap_that_another_branch_left) {
    const std::vector files{file(1), file(2), file(3)};
    EXPECT_THAT(steps(plan_migrate(files, std::vector{applied(1), applied(3)})), ElementsAre("2"));
}

TEST(plan_migrate, takes_up_first_what_was_cut_off) {
    const std::vector files{file(1), file(2), file(3), file(4)};
    const std::vector there{applied(1), applied(3, "a", false)};
    EXPECT_THAT(steps(plan_migrate(files, there)), ElementsAre("3 again", "2", "4"));
}

TEST(plan_migrate, lets_a_file_be_mended_that_was_cut_off) {
    const std::vector files{file(1, "mended")};
    EXPECT_THAT(steps(plan_migrate(files, std::vector{applied(1, "a", false)})), ElementsAre("1 again"));
}

TEST(plan_migrate, refuses_by_name_a_file_that_has_changed) {
    const std::vector files{file(1), file(2, "changed"), file(3)};
    const auto planned = plan_migrate(files, std::vector{applied(1), applied(2)});
    ASSERT_TRUE(planned.has_error());
    EXPECT_EQ(planned.error().kind, failure::refused);
    EXPECT_EQ(planned.error().file, "0002_step.sql");
    EXPECT_THAT(planned.error().hint, HasSubstr("version = 2"));
}

TEST(plan_migrate, takes_the_schema_files_word_where_no_checksum_is_written_down) {
    const std::vector files{file(1, "whatever")};
    EXPECT_THAT(steps(plan_migrate(files, std::vector{applied(1, std::nullopt)})), IsEmpty());
}

TEST(plan_migrate, tells_what_the_database_has_and_the_files_have_not) {
    const std::vector files{file(1), file(2)};
    const auto planned = plan_migrate(files, std::vector{applied(1), applied(9)});
    EXPECT_THAT(steps(planned), ElementsAre("2"));
    ASSERT_EQ(planned->unknown.size(), 1U);
    EXPECT_EQ(planned->unknown.front().version, 9);
}

TEST(plan_rollback, undoes_the_newest_first_and_no_more_than_there_are) {
    const std::vector files{file(1), file(2), file(3), file(4)};
    const std::vector there{applied(1), applied(3), applied(2)};
    EXPECT_THAT(steps(plan_rollback(files, there, 1)), ElementsAre("3"));
    EXPECT_THAT(steps(plan_rollback(files, there, 2)), ElementsAre("3", "2"));
    EXPECT_THAT(steps(plan_rollback(files, there, 100)), ElementsAre("3", "2", "1"));
    EXPECT_THAT(steps(plan_rollback(files, {}, 1)), IsEmpty());
}

TEST(plan_rollback, undoes_what_was_cut_off) {
    const std::vector files{file(1), file(2)};
    const std::vector there{applied(1), applied(2, "a", false)};
    EXPECT_THAT(steps(plan_rollback(files, there, 1)), ElementsAre("2 again"));
}

TEST(plan_rollback, refuses_what_has_no_file_no_down_part_or_has_changed) {
    const std::vector files{file(1), file(2, "a", false), file(3, "changed")};
    const auto refusal = [&](std::int64_t version) {
        const auto planned = plan_rollback(files, std::vector{applied(1), applied(version)}, 2);
        EXPECT_TRUE(planned.has_error());
        EXPECT_EQ(planned.error().kind, failure::refused);
        return planned.error().file + ": " + planned.error().message;
    };
    EXPECT_THAT(refusal(2), HasSubstr("0002_step.sql: it has no down part"));
    EXPECT_THAT(refusal(3), HasSubstr("0003_step.sql: it is not what it was"));
    EXPECT_THAT(refusal(9), HasSubstr("0009_step.sql: the database has it, and there is no such file"));
}

} // namespace
} // namespace cruddur::database
