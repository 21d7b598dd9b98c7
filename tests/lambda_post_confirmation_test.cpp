#include "lambda/post_confirmation.hpp"
#include "lambda/secret.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace cruddur::lambda {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string event(std::string_view trigger, std::string_view attributes) {
    return R"({"version":"1","triggerSource":")" + std::string{trigger} +
           R"(","request":{"userAttributes":)" + std::string{attributes} + R"(},"response":{}})";
}

constexpr std::string_view sign_up = "PostConfirmation_ConfirmSignUp";

TEST(post_confirmation_event, gives_the_user_as_typed) {
    const auto who = user_of(event(sign_up, R"({"sub":"s","email":"a@b.c","preferred_username":"ann",)"
                                            R"("name":"Ann O'Brien \ud83d\ude42","custom:x":"y"})"));
    ASSERT_TRUE(who.has_value() && who->has_value());
    EXPECT_EQ((*who)->display_name, "Ann O'Brien 🙂");
    EXPECT_EQ((*who)->handle, "ann");
    EXPECT_EQ((*who)->email, "a@b.c");
    EXPECT_EQ((*who)->sub, "s");
}

TEST(post_confirmation_event, of_another_trigger_is_nobodys) {
    for (const std::string_view trigger : {"PostConfirmation_ConfirmForgotPassword", "PreSignUp_SignUp",
                                           "PostAuthentication_Authentication"}) {
        const auto who = user_of(event(trigger, "{}"));
        ASSERT_TRUE(who.has_value());
        EXPECT_FALSE(who->has_value());
    }
    const auto bare = user_of("{}");
    ASSERT_TRUE(bare.has_value());
    EXPECT_FALSE(bare->has_value());
}

TEST(post_confirmation_event, without_attributes_is_refused_by_their_names) {
    const auto some = user_of(event(sign_up, R"({"sub":"s","name":"","email":5})"));
    ASSERT_TRUE(some.has_error());
    EXPECT_EQ(some.error().type, "MissingAttributes");
    EXPECT_THAT(some.error().message, HasSubstr("no name, email, preferred_username:"));
    const auto none = user_of(R"({"triggerSource":"PostConfirmation_ConfirmSignUp"})");
    ASSERT_TRUE(none.has_error());
    EXPECT_THAT(none.error().message, HasSubstr("no name, email, preferred_username, sub:"));
}

TEST(post_confirmation_event, that_is_no_object_is_refused) {
    for (const std::string_view text : {"", "nonsense", "[]", "\"text\"", "{\"triggerSource\":"})
        EXPECT_TRUE(user_of(text).has_error()) << text;
}

TEST(post_confirmation_event, with_a_nul_is_refused) {
    const auto who = user_of(
        event(sign_up, R"({"sub":"s","email":"a@b.c","preferred_username":"ann","name":"a\u0000b"})"));
    ASSERT_TRUE(who.has_error());
    EXPECT_EQ(who.error().type, "InvalidAttribute");
}

TEST(post_confirmation_limits, end_before_the_functions_time_does) {
    for (const auto left : {1ms, 100ms, 3'000ms, 5'000ms, 900'000ms}) {
        const time_limits limits = limits_within(left);
        EXPECT_LE(limits.connect + limits.statement + limits.answer, std::max(left, 3ms)) << left.count();
        EXPECT_GT(limits.connect, 0ms);
    }
    EXPECT_GT(limits_within(-5ms).connect, 0ms);
}

TEST(post_confirmation_errors, say_which_rule_was_broken_and_quote_nobody) {
    postgres::error taken{.sqlstate = "23505", .detail = "Key (lower(handle))=(ann) already exists."};
    taken.constraint = "users_handle_key";
    const function_error why = explain(taken);
    EXPECT_EQ(why.type, "HandleTaken");
    EXPECT_THAT(why.message, HasSubstr("taken"));
    EXPECT_THAT(why.message, testing::Not(HasSubstr("ann")));
    EXPECT_EQ(explain({.kind = postgres::failure::timeout}).type, "DatabaseUnreachable");
    EXPECT_EQ(explain({.sqlstate = "42501"}).type, "DatabaseError");
}

// What botocore 1.29 signs.
TEST(secret, is_asked_for_with_the_signature_that_the_sdk_makes) {
    const std::chrono::system_clock::time_point now{std::chrono::seconds{1795556570}};
    const auto signature = [&](const caller& who) {
        return sign(who, "secretsmanager", "secretsmanager.eu-west-1.amazonaws.com",
                    "secretsmanager.GetSecretValue", R"({"SecretId":"x"})", now);
    };
    const auto lasting = signature({"AKID", "SECRET", "", "eu-west-1"});
    EXPECT_EQ(lasting.date, "20261124T214250Z");
    EXPECT_EQ(lasting.authorization,
              "AWS4-HMAC-SHA256 Credential=AKID/20261124/eu-west-1/secretsmanager/aws4_request, "
              "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
              "Signature=2f674d3609f8c523d62f268431c888018fb6c0bbc4cfa99a6fba66f505cdedec");
    EXPECT_THAT(signature({"AKID", "SECRET", "token", "eu-west-1"}).authorization,
                HasSubstr("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "
                          "Signature=9f452763833d37c2f74002c48ee117cb2bfc147dc140ec4f0a32fd38dbe71206"));
}

TEST(secret, is_found_in_each_of_its_forms) {
    EXPECT_EQ(connection_url_of("postgresql://u:p@h:5432/d"), "postgresql://u:p@h:5432/d");
    EXPECT_EQ(connection_url_of(R"({"CONNECTION_URL":"postgresql://u@h/d"})"), "postgresql://u@h/d");
    EXPECT_EQ(
        connection_url_of(R"({"username":"u","password":"p@:/ ü","host":"h","port":6543,"dbname":"d"})"),
        "postgresql://u:p%40%3A%2F%20%C3%BC@h:6543/d");
    EXPECT_THROW(static_cast<void>(connection_url_of("{}")), std::runtime_error);
    EXPECT_THROW(static_cast<void>(connection_url_of("hunter2")), std::runtime_error);
}

} // namespace
} // namespace cruddur::lambda
