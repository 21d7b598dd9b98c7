#pragma once

#include "cloud/cognito/mailbox.hpp"
#include "cloud/door/endpoint.hpp"
#include "cloud/door/known_resources.hpp"
#include "cloud/door/missing_operations.hpp"
#include "cloud/door/services.hpp"
#include "cloud/ground/vault.hpp"
#include "cloud/iam/access_control.hpp"
#include "cloud/lambda/invoker.hpp"
#include "cloud/trail/recorder.hpp"
#include "http/message.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdlib.h>

#include <filesystem>
#include <map>
#include <optional>

// Local Cognito at its endpoint, for tests that set its clock and say what the pools' functions answer.
namespace cruddur::test {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr const char* password = "Sturdy-Passw0rd";
constexpr const char* function_arn = "arn:aws:lambda:us-east-1:000000000000:function:told";

// Answers as each test says, and keeps the events that it was given.
class scripted_functions : public cloud::lambda::invoker {
public:
    boost::asio::awaitable<cloud::lambda::invocation> invoke(std::string arn, std::string payload,
                                                             cloud::lambda::invocation_source from,
                                                             std::chrono::milliseconds timeout) override {
        EXPECT_EQ(arn, function_arn);
        EXPECT_EQ(from.service, "cognito-idp.amazonaws.com");
        EXPECT_THAT(from.arn,
                    testing::HasSubstr("arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_"));
        EXPECT_EQ(timeout, 5s);
        json::object event = json::parse(payload).get_object();
        events.push_back(event);
        cloud::lambda::invocation out = answer;
        if (!out.payload.empty()) co_return out;
        const auto said = responses.find(std::string{event.at("triggerSource").get_string()});
        if (said != responses.end()) event["response"] = said->second;
        out.payload = json::serialize(event);
        co_return out;
    }

    // The newest event of that source.
    json::object event_of(std::string_view source) const {
        for (auto each = events.rbegin(); each != events.rend(); ++each) {
            if (each->at("triggerSource") == json::value(source)) return *each;
        }
        ADD_FAILURE() << "no event of " << source;
        return {};
    }

    cloud::lambda::invocation answer;
    std::map<std::string, json::object> responses; // by triggerSource; others get their event back
    std::vector<json::object> events;
};

// The service at its endpoint, with a clock that the test sets.
class cognito_service : public testing::Test {
protected:
    cognito_service() {
        std::string pattern = std::filesystem::temp_directory_path() / "cruddur-cognito-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        top_ = pattern;
        db_.emplace(top_, cloud::door::all_migrations());
        vault_.emplace(top_);
        access_.emplace(*db_, *vault_, resources_, false);
        environment_.emplace(*db_, loop_.get_executor(), workers_, "us-east-1");
        environment_->url = "http://local";
        environment_->add<cloud::lambda::invoker>(functions);
        environment_->add(mail_);
        environment_->add(*access_);
        recorder_.emplace(loop_.get_executor(), *db_, *access_, top_);
        recorder_->start();
        environment_->add<cloud::wire::call_recorder>(*recorder_);
        environment_->add(missing_);
        door_.emplace(*environment_, cloud::door::all_services(), std::nullopt);
    }
    ~cognito_service() override {
        workers_.join();
        recorder_.reset();
        db_.reset();
        std::filesystem::remove_all(top_);
    }

    json::object call(std::string_view operation, const json::object& input) {
        const std::string target = "AWSCognitoIdentityProviderService." + std::string{operation};
        const std::string body = json::serialize(input);
        std::optional<cloud::wire::endpoint_answer> out;
        http::request from;
        from.method = http::verb::post;
        from.target = from.path = "/";
        from.body = body;
        from.fields = {{"X-Amz-Target", target}};
        boost::asio::co_spawn(
            loop_, door_->answer(from, now),
            [&](std::exception_ptr, cloud::wire::endpoint_answer made) { out = std::move(made); });
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

    // Its client has the flows, and those of passwords.
    void make_pool(const json::object& functions_of = {}, const json::object& settings = {},
                   json::array flows = {}) {
        json::object given{{"PoolName", "p"},
                           {"AutoVerifiedAttributes", json::array{"email"}},
                           {"LambdaConfig", functions_of}};
        for (const auto& [name, value] : settings)
            given[name] = value;
        flows.insert(flows.end(), {"ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"});
        pool = call("CreateUserPool", given).at("UserPool").at("Id").get_string();
        client = call("CreateUserPoolClient",
                      {{"UserPoolId", pool}, {"ClientName", "c"}, {"ExplicitAuthFlows", flows}})
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
    json::object newest_message(const char* to) {
        return json::parse(mail_.to_json(to)).at("messages").at(0).get_object();
    }
    std::string newest_code(const char* to = "ada@example.com") {
        return std::string{newest_message(to).at("code").get_string()};
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
    boost::asio::io_context loop_{1};
    boost::asio::thread_pool workers_{1};
    std::optional<cloud::ground::state> db_;
    std::optional<cloud::ground::vault> vault_;
    cloud::door::known_resources resources_;
    std::optional<cloud::iam::access_control> access_;
    std::optional<cloud::trail::recorder> recorder_;
    cloud::cognito::mailbox mail_;
    cloud::door::missing_operations missing_;
    std::optional<cloud::wire::environment> environment_;
    std::optional<cloud::door::endpoint> door_;
};

} // namespace cruddur::test
