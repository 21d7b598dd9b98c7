#include "cloud/cognito/mailbox.hpp"
#include "cloud/door/endpoint.hpp"
#include "cloud/door/missing_operations.hpp"
#include "cloud/door/services.hpp"
#include "cloud/lambda/invoker.hpp"
#include "http/message.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdlib.h>

#include <filesystem>
#include <optional>

using namespace cruddur::cloud::cognito;
using namespace cruddur::cloud::door;
using namespace cruddur::cloud::ground;
using namespace cruddur::cloud::lambda;
using namespace cruddur::cloud::wire;
using namespace std::chrono_literals;
using testing::HasSubstr;
namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr const char* password = "Sturdy-Passw0rd";
constexpr const char* function_arn = "arn:aws:lambda:us-east-1:000000000000:function:told";

// Answers as each test says, and keeps the events that it was given.
class scripted_functions : public invoker {
public:
    asio::awaitable<invocation> invoke(std::string arn, std::string payload, invocation_source from,
                                       std::chrono::milliseconds timeout) override {
        EXPECT_EQ(arn, function_arn);
        EXPECT_EQ(from.service, "cognito-idp.amazonaws.com");
        EXPECT_THAT(from.arn, HasSubstr("arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_"));
        EXPECT_EQ(timeout, 5s);
        events.push_back(json::parse(payload).get_object());
        invocation out = answer;
        if (out.payload.empty()) out.payload = payload;
        co_return out;
    }

    invocation answer;
    std::vector<json::object> events;
};

// The service at its endpoint, with a clock that the test sets.
class cognito : public testing::Test {
protected:
    cognito() {
        std::string pattern = std::filesystem::temp_directory_path() / "cruddur-cognito-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        top_ = pattern;
        db_.emplace(top_, all_migrations());
        environment_.emplace(*db_, loop_.get_executor(), workers_, "us-east-1");
        environment_->url = "http://local";
        environment_->add<invoker>(functions);
        environment_->add(mail_);
        environment_->add(missing_);
        door_.emplace(*environment_, all_services(), std::nullopt);
    }
    ~cognito() override {
        workers_.join();
        db_.reset();
        std::filesystem::remove_all(top_);
    }

    json::object call(std::string_view operation, const json::object& input) {
        const std::string target = "AWSCognitoIdentityProviderService." + std::string{operation};
        const std::string body = json::serialize(input);
        std::optional<endpoint_answer> out;
        cruddur::http::request from;
        from.method = cruddur::http::verb::post;
        from.target = from.path = "/";
        from.body = body;
        from.fields = {{"X-Amz-Target", target}};
        asio::co_spawn(loop_, door_->answer(from, now),
                       [&](std::exception_ptr, endpoint_answer made) { out = std::move(made); });
        loop_.restart();
        while (!out && loop_.run_one_for(60s) != 0) {
        }
        if (!out) throw std::runtime_error{"no answer came"};
        return json::parse(out->body).get_object();
    }

    // "" where it goes well.
    std::string refusal_of(std::string_view operation, const json::object& input) {
        const json::object answer = call(operation, input);
        const json::value* type = answer.if_contains("__type");
        if (type == nullptr) return "";
        message = std::string{answer.at("message").get_string()};
        return std::string{type->get_string()};
    }

    void make_pool(const json::object& functions_of = {}) {
        pool = call("CreateUserPool", {{"PoolName", "p"},
                                       {"AutoVerifiedAttributes", json::array{"email"}},
                                       {"LambdaConfig", functions_of}})
                   .at("UserPool")
                   .at("Id")
                   .get_string();
        client =
            call("CreateUserPoolClient",
                 {{"UserPoolId", pool},
                  {"ClientName", "c"},
                  {"ExplicitAuthFlows", json::array{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}}})
                .at("UserPoolClient")
                .at("ClientId")
                .get_string();
    }
    json::object sign_up_input() {
        return {
            {"ClientId", client},
            {"Username", "ada"},
            {"Password", password},
            {"UserAttributes", json::array{json::object{{"Name", "email"}, {"Value", "ada@example.com"}}}}};
    }
    std::string newest_code(const char* to = "ada@example.com") {
        return std::string{json::parse(mail_.to_json(to)).at("messages").at(0).at("code").get_string()};
    }
    json::object confirm_input(const std::string& code) {
        return {{"ClientId", client}, {"Username", "ada"}, {"ConfirmationCode", code}};
    }
    json::object sign_in_input(const std::string& with = password) {
        return {{"ClientId", client},
                {"AuthFlow", "USER_PASSWORD_AUTH"},
                {"AuthParameters", json::object{{"USERNAME", "ada"}, {"PASSWORD", with}}}};
    }
    void sign_up_and_confirm() {
        ASSERT_EQ(refusal_of("SignUp", sign_up_input()), "") << message;
        ASSERT_EQ(refusal_of("ConfirmSignUp", confirm_input(newest_code())), "") << message;
    }

    std::chrono::system_clock::time_point now = std::chrono::system_clock::time_point{1'800'000'000s};
    scripted_functions functions;
    std::string pool;
    std::string client;
    std::string message;

private:
    std::filesystem::path top_;
    asio::io_context loop_{1};
    asio::thread_pool workers_{1};
    std::optional<state> db_;
    mailbox mail_;
    missing_operations missing_;
    std::optional<environment> environment_;
    std::optional<endpoint> door_;
};

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
