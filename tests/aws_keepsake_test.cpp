#include "aws/keepsake.hpp"

#include <gtest/gtest.h>

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

namespace cruddur::aws {
namespace {

class aws_kept_password : public testing::Test {
protected:
    aws_kept_password() {
        std::string name = "/tmp/cruddur-keepsake-XXXXXX";
        folder_ = ::mkdtemp(name.data());
        file = folder_ / "account" / "db.password";
    }
    ~aws_kept_password() override { std::filesystem::remove_all(folder_); }

    // What AWS answers to the password's setting.
    [[nodiscard]] result<db_instance> set(const std::string& password, const error* failed = nullptr) const {
        return set_kept_password(file, password, [&]() -> result<db_instance> {
            EXPECT_EQ(read_password(next_of(file)).value(), password);
            if (failed != nullptr) return *failed;
            return db_instance{};
        });
    }
    [[nodiscard]] result<std::string> kept() const { return kept_password(file, "db"); }

    std::filesystem::path file;

private:
    std::filesystem::path folder_;
};

const error refusal{.kind = failure::refused, .message = "no", .status = 400, .sent = true};
const error silence{.kind = failure::unreachable, .message = "no answer", .sent = true};
const error breakdown{.kind = failure::refused, .message = "InternalFailure", .status = 500, .sent = true};

TEST_F(aws_kept_password, keeps_what_aws_took_for_the_owner_alone) {
    EXPECT_FALSE(kept().has_value());
    ASSERT_TRUE(set("first-one").has_value());
    EXPECT_EQ(kept().value(), "first-one");
    ASSERT_TRUE(set("second-one").has_value());
    EXPECT_EQ(kept().value(), "second-one");
    EXPECT_FALSE(std::filesystem::exists(next_of(file)));
    struct stat found {};
    ASSERT_EQ(::stat(file.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

TEST_F(aws_kept_password, leaves_all_as_it_was_where_aws_refuses) {
    EXPECT_FALSE(set("first-one", &refusal).has_value());
    EXPECT_FALSE(std::filesystem::exists(next_of(file)));
    ASSERT_TRUE(set("first-one").has_value());
    EXPECT_FALSE(set("second-one", &refusal).has_value());
    EXPECT_EQ(kept().value(), "first-one");
}

TEST_F(aws_kept_password, has_the_password_of_a_creation_whose_answer_never_came) {
    for (const error& lost : {silence, breakdown}) {
        EXPECT_FALSE(set("first-one", &lost).has_value());
        EXPECT_EQ(kept().value(), "first-one");
        // Creating it again is refused, since it is there: the first password is still the one.
        EXPECT_FALSE(set("another-one", &refusal).has_value());
        EXPECT_EQ(kept().value(), "first-one");
        forget_password(file);
    }
}

TEST_F(aws_kept_password, is_not_thrown_away_when_a_retry_meets_what_the_first_attempt_made) {
    const error met_itself{.code = "DBInstanceAlreadyExists", .status = 400, .sent = true, .uncertain = true};
    EXPECT_FALSE(set("first-one", &met_itself).has_value());
    EXPECT_EQ(kept().value(), "first-one");
    EXPECT_EQ(password_to_ask_for(file), "first-one");
    ASSERT_TRUE(set("first-one").has_value());
    EXPECT_FALSE(set("second-one", &met_itself).has_value());
    EXPECT_FALSE(kept().has_value());
    EXPECT_EQ(read_password(file).value(), "first-one");
    EXPECT_EQ(password_to_ask_for(file), "second-one");
}

TEST_F(aws_kept_password, does_not_guess_between_two_passwords) {
    ASSERT_TRUE(set("first-one").has_value());
    EXPECT_FALSE(set("second-one", &silence).has_value());
    const auto unknown = kept();
    ASSERT_FALSE(unknown.has_value());
    EXPECT_NE(unknown.error().hint.find("rotate-password db"), std::string::npos);
    ASSERT_TRUE(set("third-one").has_value());
    EXPECT_EQ(kept().value(), "third-one");
}

} // namespace
} // namespace cruddur::aws
