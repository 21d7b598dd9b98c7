#include "support/http_server.hpp"
#include "support/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace cruddur::app {
namespace {

using test::app_service;
using test::http_answer;
using test::seed_post;
using fields = test::http_client::fields;

const std::string feed_path = "/api/activities/home";
const std::string health = "/api/health-check";
constexpr int an_hour_s = 3'600;

void expect_too_many(const http_answer& answer) {
    EXPECT_EQ(answer.status, 429U);
    EXPECT_EQ(answer.body, R"(["too_many_requests"])");
    EXPECT_EQ(answer.field("content-type"), "application/json");
    EXPECT_GE(std::stoi(answer.field("retry-after")), 1);
    EXPECT_LT(std::stoi(answer.field("retry-after")), an_hour_s);
}

std::pair<std::string, std::string> from(std::string_view list) {
    return {"X-Forwarded-For", std::string{list}};
}

// Rates at which a turn that was taken does not come back while a test runs on a busy machine.
class limits : public testing::Test {
protected:
    using rate_limits = door::rate_limits;

    void serve(const rate_limits& rates, const std::string& proxies = "") {
        service_.emplace(database_.url(), [&](door::service_params& params) {
            params.rates = rates;
            params.trusted_proxies = proxies;
        });
    }
    http_answer post(std::string_view handle, std::string_view target, std::string_view body) {
        auto client = service_->client();
        return test::post_json(client, target, body, {as(handle)});
    }
    static std::pair<std::string, std::string> as(std::string_view handle) {
        return app_service::as("MOCK-" + std::string{handle});
    }

    test::seeded_database database_;
    std::optional<app_service> service_;
};

TEST_F(limits, hold_posts_and_messages_of_a_person_together_on_all_loops) {
    serve({.requests = 0, .writings = 2, .reactions = 1});
    const std::string message = R"({"message":"hi","handle":"worf"})";
    // Each is a connection of its own, which the kernel gives to one loop or another.
    EXPECT_EQ(post("andrewbrown", "/api/activities", test::post_body("one")).status, 200U);
    EXPECT_EQ(post("andrewbrown", "/api/messages", message).status, 200U);
    for (int at = 0; at < 8; ++at) {
        expect_too_many(post("andrewbrown", "/api/messages", message));
        expect_too_many(post("andrewbrown", "/api/activities", test::post_body("two")));
    }
    EXPECT_EQ(post("worf", "/api/activities", test::post_body("mine")).status, 200U);
    const auto report = "/api/activities/" + seed_post + "/report";
    EXPECT_EQ(post("andrewbrown", report, R"({"reason":"spam"})").status, 200U);
    expect_too_many(post("andrewbrown", report, R"({"reason":"spam"})"));
    EXPECT_EQ(service_->get(feed_path, {as("andrewbrown")}).status, 200U);
    EXPECT_EQ(database_.query("select count(*) from messages"), "1");
}

TEST_F(limits, say_truly_when_there_is_a_turn_again) {
    serve({.requests = 0, .writings = 20, .reactions = 0});
    http_answer answer;
    for (int at = 0; at < 200 && answer.status != 429U; ++at)
        answer = post("andrewbrown", "/api/activities", "{}");
    expect_too_many(answer);
    EXPECT_LE(std::stoi(answer.field("retry-after")), 3);
    std::this_thread::sleep_for(std::chrono::seconds{std::stoi(answer.field("retry-after"))});
    EXPECT_EQ(post("andrewbrown", "/api/activities", test::post_body("later")).status, 200U);
}

TEST_F(limits, leave_programs_of_this_machine_alone) {
    serve({.requests = 1, .writings = 0, .reactions = 0});
    for (int at = 0; at < 10; ++at) {
        EXPECT_EQ(service_->get(feed_path).status, 200U);
        EXPECT_EQ(service_->get(feed_path, {from("198.51.100.7")}).status, 200U); // nobody is believed
    }
}

TEST_F(limits, hold_each_address_that_a_trusted_proxy_names) {
    serve({.requests = 2, .writings = 0, .reactions = 0}, "127.0.0.0/8,10.0.0.0/8");
    for (const auto& route : {feed_path, health}) {
        const std::string first = route == feed_path ? "198.51.100.7" : "198.51.100.8";
        EXPECT_EQ(service_->get(route, {from(first)}).status, 200U);
        EXPECT_EQ(service_->get(route, {from("127.0.0.1, 203.0.113.1, " + first + ", 10.0.0.1")}).status,
                  200U);
        expect_too_many(service_->get(route, {from(first)}));
        // Spoofed, in one line and in two.
        expect_too_many(service_->get(route, {from("203.0.113.9, " + first)}));
        expect_too_many(service_->get(route, {from("203.0.113.9"), from(first)}));
        expect_too_many(service_->get(route, {from("127.0.0.1"), from(first + ", 10.0.0.1")}));
    }
    expect_too_many(service_->get("/none", {from("198.51.100.7")}));
    EXPECT_EQ(service_->get(feed_path, {from("198.51.100.9")}).status, 200U);
    EXPECT_EQ(service_->get(feed_path).status, 200U);
}

TEST_F(limits, hold_a_network_of_ipv6_as_one) {
    serve({.requests = 2, .writings = 0, .reactions = 0}, "127.0.0.1");
    EXPECT_EQ(service_->get(feed_path, {from("2001:db8:1:2::1")}).status, 200U);
    EXPECT_EQ(service_->get(feed_path, {from("2001:db8:1:2:ffff::2")}).status, 200U);
    expect_too_many(service_->get(feed_path, {from("2001:db8:1:2::3")}));
    EXPECT_EQ(service_->get(feed_path, {from("2001:db8:1:3::1")}).status, 200U);
}

TEST_F(limits, are_told_to_pages_of_other_origins_too) {
    service_.emplace(database_.url(), [&](door::service_params& params) {
        params.rates = {.requests = 1, .writings = 0, .reactions = 0};
        params.trusted_proxies = "127.0.0.1";
        params.allowed_origins = {"http://localhost:3000"};
    });
    const std::pair<std::string, std::string> origin{"Origin", "http://localhost:3000"};
    EXPECT_EQ(service_->get(feed_path, {from("198.51.100.7")}).status, 200U);
    const auto refused = service_->get(feed_path, {from("198.51.100.7"), origin});
    expect_too_many(refused);
    EXPECT_EQ(refused.field("access-control-allow-origin"), "http://localhost:3000");
}

} // namespace
} // namespace cruddur::app
