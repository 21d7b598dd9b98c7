#include "support/user_pool_service.hpp"

using namespace cruddur::cloud::cognito;
using namespace cruddur::test;
using namespace std::chrono_literals;
using testing::HasSubstr;

namespace {

using cognito = cognito_service;

TEST_F(cognito, a_code_lives_for_a_day) {
    make_pool();
    ASSERT_EQ(refusal_of("SignUp", sign_up_input()), "");
    const std::string code = newest_code();
    now += 24h;
    EXPECT_EQ(refusal_of("ConfirmSignUp", confirm_input(code)), "ExpiredCodeException");
    EXPECT_EQ(refusal_of("ResendConfirmationCode", {{"ClientId", client}, {"Username", "ada"}}), "");
    now += 24h - 1s;
    EXPECT_EQ(refusal_of("ConfirmSignUp", confirm_input(newest_code())), "");
}

TEST_F(cognito, tokens_expire_at_their_time) {
    make_pool();
    sign_up_and_confirm();
    const json::value tokens = call("InitiateAuth", sign_in_input()).at("AuthenticationResult");
    const json::object bearer{{"AccessToken", tokens.at("AccessToken")}};
    const json::object refresh{
        {"ClientId", client},
        {"AuthFlow", "REFRESH_TOKEN_AUTH"},
        {"AuthParameters", json::object{{"REFRESH_TOKEN", tokens.at("RefreshToken")}}}};
    now += 1h - 1s;
    EXPECT_EQ(refusal_of("GetUser", bearer), "");
    now += 1s;
    EXPECT_EQ(refusal_of("GetUser", bearer), "NotAuthorizedException");
    EXPECT_EQ(message, "Access Token has expired");
    EXPECT_EQ(refusal_of("InitiateAuth", refresh), "");
    now += std::chrono::days{30};
    EXPECT_EQ(refusal_of("InitiateAuth", refresh), "NotAuthorizedException");
    EXPECT_EQ(message, "Refresh Token has expired");
}

TEST_F(cognito, wrong_passwords_lock_out_twice_as_long_each_time) {
    make_pool();
    sign_up_and_confirm();
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input("Wr0ng-Password")), "NotAuthorizedException");
        EXPECT_EQ(message, "Incorrect username or password.");
    }
    for (int lock = 1; lock < 8; lock *= 2) {
        EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input()), "NotAuthorizedException");
        EXPECT_EQ(message, "Password attempts exceeded");
        now += std::chrono::seconds{lock};
        EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input("Wr0ng-Password")), "NotAuthorizedException");
        EXPECT_EQ(message, "Incorrect username or password.");
    }
    now += 15min;
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input()), "");
}

TEST_F(cognito, the_limit_of_sent_codes_ends_with_its_hour) {
    make_pool();
    ASSERT_EQ(refusal_of("SignUp", sign_up_input()), "");
    const json::object again{{"ClientId", client}, {"Username", "ada"}};
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(refusal_of("ResendConfirmationCode", again), "");
    EXPECT_EQ(refusal_of("ResendConfirmationCode", again), "LimitExceededException");
    now += 1h;
    EXPECT_EQ(refusal_of("ResendConfirmationCode", again), "");
}

TEST_F(cognito, post_confirmation_gets_cognitos_event) {
    make_pool({{"PostConfirmation", function_arn}});
    sign_up_and_confirm();
    ASSERT_EQ(functions.events.size(), 1U);
    const json::value event = functions.events.front();
    EXPECT_EQ(event.at("version"), "1");
    EXPECT_EQ(event.at("triggerSource"), "PostConfirmation_ConfirmSignUp");
    EXPECT_EQ(event.at("region"), "us-east-1");
    EXPECT_EQ(event.at("userPoolId"), json::value(pool));
    EXPECT_EQ(event.at("userName"), "ada");
    EXPECT_EQ(event.at("callerContext").at("clientId"), json::value(client));
    const json::value& attributes = event.at("request").at("userAttributes");
    EXPECT_EQ(attributes.at("email_verified"), "true");
    EXPECT_EQ(attributes.at("email"), "ada@example.com");
    EXPECT_EQ(attributes.at("cognito:user_status"), "CONFIRMED");
    EXPECT_EQ(attributes.at("sub").get_string().size(), 36U);
    EXPECT_TRUE(event.at("response").get_object().empty());
}

TEST_F(cognito, functions_get_what_the_caller_sends_along) {
    const auto with = [](json::object input) {
        input["ClientMetadata"] = json::object{{"from", "page"}};
        input["ValidationData"] = json::array{json::object{{"Name", "captcha"}, {"Value", "ok"}}};
        return input;
    };
    const auto sent = [&](std::string_view source) {
        const json::value event = functions.events.back();
        EXPECT_EQ(event.at("triggerSource"), json::value(source));
        return event.at("request").get_object();
    };
    const json::value metadata{{"from", "page"}};
    make_pool({{"PreSignUp", function_arn},
               {"PostConfirmation", function_arn},
               {"PostAuthentication", function_arn}});
    ASSERT_EQ(refusal_of("SignUp", with(sign_up_input())), "") << message;
    EXPECT_EQ(sent("PreSignUp_SignUp").at("clientMetadata"), metadata);
    EXPECT_EQ(sent("PreSignUp_SignUp").at("validationData"), (json::value{{"captcha", "ok"}}));
    json::object confirm = with(confirm_input(newest_code()));
    confirm.erase("ValidationData");
    ASSERT_EQ(refusal_of("ConfirmSignUp", confirm), "") << message;
    EXPECT_EQ(sent("PostConfirmation_ConfirmSignUp").at("clientMetadata"), metadata);
    json::object sign_in = with(sign_in_input());
    sign_in.erase("ValidationData");
    ASSERT_EQ(refusal_of("InitiateAuth", sign_in), "") << message;
    EXPECT_FALSE(sent("PostAuthentication_Authentication").contains("clientMetadata"));
    json::object invited{{"UserPoolId", pool}, {"Username", "bea"}, {"TemporaryPassword", password}};
    ASSERT_EQ(refusal_of("AdminCreateUser", with(invited)), "") << message;
    EXPECT_EQ(sent("PreSignUp_AdminCreateUser").at("clientMetadata"), metadata);
    EXPECT_EQ(sent("PreSignUp_AdminCreateUser").at("validationData"), (json::value{{"captcha", "ok"}}));
}

TEST_F(cognito, a_temporary_password_lives_as_long_as_the_pool_says) {
    make_pool();
    ASSERT_EQ(refusal_of("AdminCreateUser",
                         {{"UserPoolId", pool}, {"Username", "ada"}, {"TemporaryPassword", password}}),
              "");
    now += std::chrono::days{7} - 1s;
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input()), "");
    now += 1s;
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input()), "NotAuthorizedException");
    EXPECT_EQ(message, "Temporary password has expired and must be reset by an administrator.");
    const json::object policy{{"MinimumLength", 8}, {"TemporaryPasswordValidityDays", 8}};
    ASSERT_EQ(refusal_of("UpdateUserPool",
                         {{"UserPoolId", pool}, {"Policies", json::object{{"PasswordPolicy", policy}}}}),
              "");
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input()), "");
    now += std::chrono::days{8};
    ASSERT_EQ(refusal_of("AdminCreateUser", {{"UserPoolId", pool},
                                             {"Username", "ada"},
                                             {"TemporaryPassword", password},
                                             {"MessageAction", "RESEND"}}),
              "");
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input()), "");
}

TEST_F(cognito, a_challenge_waits_as_long_as_the_client_says) {
    make_pool();
    ASSERT_EQ(refusal_of("AdminCreateUser",
                         {{"UserPoolId", pool}, {"Username", "ada"}, {"TemporaryPassword", password}}),
              "");
    for (const int minutes : {3, 5}) {
        ASSERT_EQ(refusal_of("UpdateUserPoolClient",
                             {{"UserPoolId", pool},
                              {"ClientId", client},
                              {"AuthSessionValidity", minutes},
                              {"ExplicitAuthFlows", json::array{"ALLOW_USER_PASSWORD_AUTH"}}}),
                  "");
        json::object answer{{"ClientId", client},
                            {"ChallengeName", "NEW_PASSWORD_REQUIRED"},
                            {"Session", call("InitiateAuth", sign_in_input()).at("Session")}};
        now += std::chrono::minutes{minutes};
        answer["ChallengeResponses"] =
            json::object{{"USERNAME", "ada"}, {"NEW_PASSWORD", "An0ther-Passw0rd"}};
        EXPECT_EQ(refusal_of("RespondToAuthChallenge", answer), "NotAuthorizedException");
        answer["Session"] = call("InitiateAuth", sign_in_input()).at("Session");
        now += std::chrono::minutes{minutes} - 1s;
        if (minutes == 5) {
            EXPECT_EQ(refusal_of("RespondToAuthChallenge", answer), "") << message;
        }
    }
}

TEST_F(cognito, a_code_outlives_a_change_of_password) {
    make_pool();
    sign_up_and_confirm();
    const json::value token =
        call("InitiateAuth", sign_in_input()).at("AuthenticationResult").at("AccessToken");
    const json::object moved{{"Name", "email"}, {"Value", "moved@example.com"}};
    ASSERT_EQ(
        refusal_of("UpdateUserAttributes", {{"AccessToken", token}, {"UserAttributes", json::array{moved}}}),
        "");
    ASSERT_EQ(refusal_of("ChangePassword", {{"AccessToken", token},
                                            {"PreviousPassword", password},
                                            {"ProposedPassword", "An0ther-Passw0rd"}}),
              "");
    EXPECT_EQ(refusal_of("VerifyUserAttribute", {{"AccessToken", token},
                                                 {"AttributeName", "email"},
                                                 {"Code", newest_code("moved@example.com")}}),
              "");
}

TEST_F(cognito, a_failed_post_confirmation_is_told_and_healed_by_the_same_code) {
    make_pool({{"PostConfirmation", function_arn}});
    ASSERT_EQ(refusal_of("SignUp", sign_up_input()), "");
    const std::string code = newest_code();
    functions.answer = {R"({"errorMessage":"the database is down","errorType":"E"})", "Unhandled", false,
                        false};
    EXPECT_EQ(refusal_of("ConfirmSignUp", confirm_input(code)), "UserLambdaValidationException");
    EXPECT_EQ(message, "PostConfirmation failed with error the database is down.");
    functions.answer = {"", "Unhandled", true, false};
    EXPECT_EQ(refusal_of("ConfirmSignUp", confirm_input(code)), "UnexpectedLambdaException");
    EXPECT_THAT(message, HasSubstr("5 seconds"));
    functions.answer = {"3", "", false, false};
    EXPECT_EQ(refusal_of("ConfirmSignUp", confirm_input(code)), "InvalidLambdaResponseException");
    functions.answer = {"", "", false, true};
    EXPECT_EQ(refusal_of("ConfirmSignUp", confirm_input(code)), "UnexpectedLambdaException");
    EXPECT_EQ(message, "PostConfirmation invocation failed due to error AccessDeniedException.");
    const json::object user = call("AdminGetUser", {{"UserPoolId", pool}, {"Username", "ada"}});
    EXPECT_EQ(user.at("UserStatus"), "CONFIRMED");
    functions.answer = {};
    EXPECT_EQ(refusal_of("ConfirmSignUp", confirm_input(code)), "");
    EXPECT_EQ(refusal_of("ConfirmSignUp", confirm_input(code)), "NotAuthorizedException");
    EXPECT_EQ(functions.events.size(), 5U);
}

TEST_F(cognito, pre_sign_up_can_refuse_and_can_confirm) {
    make_pool({{"PreSignUp", function_arn}});
    functions.answer = {R"({"errorMessage":"not you"})", "Handled", false, false};
    EXPECT_EQ(refusal_of("SignUp", sign_up_input()), "UserLambdaValidationException");
    EXPECT_EQ(message, "PreSignUp failed with error not you.");
    EXPECT_EQ(refusal_of("AdminGetUser", {{"UserPoolId", pool}, {"Username", "ada"}}),
              "UserNotFoundException");
    functions.answer = {R"({"response":{"autoConfirmUser":true,"autoVerifyEmail":true}})", "", false, false};
    EXPECT_TRUE(call("SignUp", sign_up_input()).at("UserConfirmed").get_bool());
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input()), "");
}

TEST_F(cognito, post_authentication_can_refuse_a_sign_in) {
    make_pool({{"PostAuthentication", function_arn}});
    sign_up_and_confirm();
    EXPECT_TRUE(functions.events.empty());
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input()), "");
    ASSERT_EQ(functions.events.size(), 1U);
    EXPECT_EQ(functions.events.front().at("triggerSource"), "PostAuthentication_Authentication");
    functions.answer = {R"({"errorMessage":"not now."})", "Handled", false, false};
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input()), "UserLambdaValidationException");
    EXPECT_EQ(message, "PostAuthentication failed with error not now.");
}

TEST(mailbox, escapes_what_people_wrote_and_keeps_the_newest) {
    mailbox mail;
    for (std::size_t i = 0; i <= mailbox::messages_max; ++i)
        mail.put({"<b>&\"'", "subject", "body", std::to_string(i), 0});
    const std::string page = mail.to_html();
    EXPECT_THAT(page, HasSubstr("&lt;b&gt;&amp;&quot;&#39;"));
    EXPECT_THAT(page, testing::Not(HasSubstr("<b><b>")));
    const json::value all = json::parse(mail.to_json(""));
    ASSERT_EQ(all.at("messages").get_array().size(), mailbox::messages_max);
    EXPECT_EQ(all.at("messages").at(0).at("code"), json::value(std::to_string(mailbox::messages_max)));
    EXPECT_EQ(json::parse(mail.to_json("nobody")).at("messages").get_array().size(), 0U);
}

} // namespace
