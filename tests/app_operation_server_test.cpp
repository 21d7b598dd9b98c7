#include "support/http_server.hpp"
#include "support/service.hpp"

#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cruddur::app {
using namespace door;
namespace {

using namespace std::chrono_literals;
using test::app_service;
using test::eventually;
using test::post_body;
using test::post_json;
using test::sql;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

const std::vector<std::string> every_route{"/api/health-check",
                                           "/livez",
                                           "/readyz",
                                           "/api/activities/home",
                                           "/api/activities/home?limit=0",
                                           "/api/activities/search?term=seed",
                                           "/api/activities/5eed0000-0000-4000-8000-000000000101",
                                           "/api/activities/none",
                                           "/nothing"};

TEST(operation, says_that_it_lives_and_is_ready) {
    const test::seeded_database database;
    const app_service running{database.url()};
    for (const auto* path : {"/api/health-check", "/livez"}) {
        const auto answer = running.get(path);
        EXPECT_EQ(answer.status, 200U);
        EXPECT_EQ(answer.body, R"({"success":true,"ver":1})");
    }
    EXPECT_TRUE(eventually([&] {
        return running.get("/readyz").body == R"({"ready":true,"database":"available","listener":"up"})";
    }));
}

TEST(operation, is_not_ready_where_a_request_would_find_a_table_missing) {
    const test::seeded_database database;
    const app_service running{database.url()};
    for (const auto* table : {"users", "activities", "activity_likes", "activity_reposts", "follows", "mutes",
                              "blocks", "notifications", "message_groups", "message_group_members",
                              "messages", "reports", "idempotency_keys", "people"}) {
        database.query("alter table " + std::string{table} + " rename to elsewhere");
        auto answer = running.get("/readyz");
        // A busy machine may take longer to connect than a probe waits.
        for (int tries = 0; tries < 20 && answer.body.find("unavailable") != std::string::npos; ++tries)
            answer = running.get("/readyz");
        EXPECT_EQ(answer.status, 503U) << table;
        EXPECT_EQ(answer.body, R"({"ready":false,"database":"incomplete"})") << table;
        database.query("alter table elsewhere rename to " + std::string{table});
    }
    EXPECT_TRUE(eventually([&] { return running.get("/readyz").status == 200; }));
}

TEST(operation, is_alive_but_not_ready_without_its_database) {
    const test::seeded_database database;
    const auto url = postgres::connection_url::parse(database.url())->with("dbname", "not_there").to_string();
    const app_service running{url, [](service_params& with) { with.query_timeout = 300ms; }};
    EXPECT_EQ(running.get("/livez").status, 200U);
    const auto answer = running.get("/readyz");
    EXPECT_EQ(answer.status, 503U);
    EXPECT_EQ(answer.body, R"({"ready":false,"database":"unavailable"})");
    EXPECT_EQ(answer.field("retry-after"), "1");
    for (const auto* path : {"/api/activities/home", "/api/activities/search?term=x"}) {
        const auto refused = running.get(path);
        EXPECT_EQ(refused.status, 503U) << path;
        EXPECT_EQ(refused.body, R"(["unavailable"])") << path;
        EXPECT_EQ(refused.field("retry-after"), "1");
    }
}

TEST(operation, judges_who_asks_and_what_before_it_waits_for_the_database) {
    const test::seeded_database database;
    const auto url = postgres::connection_url::parse(database.url())->with("dbname", "not_there").to_string();
    const app_service running{url, [](service_params& with) { with.query_timeout = 60s; }};
    auto client = running.client();
    const auto andrew = app_service::as("MOCK-andrewbrown");
    EXPECT_EQ(client.get("/api/activities/home?limit=0").status, 422U);
    EXPECT_EQ(client.get("/api/activities/search").status, 422U);
    EXPECT_EQ(client.get("/api/activities/1").status, 404U);
    EXPECT_EQ(client.get("/api/activities/home", {{"Authorization", "Bearer x"}}).status, 401U);
    EXPECT_EQ(post_json(client, "/api/activities", post_body("hi")).status, 401U);
    EXPECT_EQ(post_json(client, "/api/activities", "{}", {andrew}).status, 422U);
    EXPECT_EQ(post_json(client, "/api/activities", "{", {andrew}).status, 400U);
}

TEST(operation, shows_itself_to_allowed_origins_only_on_every_route) {
    const test::seeded_database database;
    const app_service running{database.url(), [](service_params& with) {
                                  with.allowed_origins = {"https://cruddur.example", "http://localhost:3000"};
                              }};
    auto client = running.client();
    for (const std::string& path : every_route) {
        for (const auto* origin : {"https://cruddur.example", "http://localhost:3000"}) {
            const auto answer = client.get(path, {{"Origin", origin}});
            EXPECT_EQ(answer.field("access-control-allow-origin"), origin) << path;
            EXPECT_EQ(answer.field("access-control-expose-headers"),
                      "Authorization, ETag, Link, X-Request-Id")
                << path;
            EXPECT_THAT(answer.list("vary"), HasSubstr("Origin")) << path;
        }
        for (const auto* origin : {"https://evil.example", "https://cruddur.example.evil", "null",
                                   "http://cruddur.example", "https://cruddur.example:444"}) {
            const auto answer = client.get(path, {{"Origin", origin}});
            EXPECT_FALSE(answer.has("access-control-allow-origin")) << path << origin;
            EXPECT_THAT(answer.list("vary"), HasSubstr("Origin")) << path;
        }
    }
    const auto preflight =
        client.request("OPTIONS", "/api/activities",
                       {{"Origin", "https://cruddur.example"},
                        {"Access-Control-Request-Method", "POST"},
                        {"Access-Control-Request-Headers", "authorization, content-type"}});
    EXPECT_EQ(preflight.status, 204U);
    EXPECT_EQ(preflight.field("access-control-allow-origin"), "https://cruddur.example");
    EXPECT_THAT(preflight.field("access-control-allow-methods"), HasSubstr("POST"));
    EXPECT_THAT(preflight.field("access-control-allow-headers"), HasSubstr("uthorization"));
}

TEST(operation, gives_every_answer_a_request_id_and_takes_one_over) {
    const test::seeded_database database;
    const app_service running{database.url()};
    auto client = running.client();
    std::string last;
    for (const std::string& path : every_route) {
        const std::string made = client.get(path).field("x-request-id");
        EXPECT_THAT(made, MatchesRegex("[A-Za-z0-9._-]+")) << path;
        EXPECT_NE(made, last) << path;
        last = made;
        EXPECT_EQ(client.get(path, {{"X-Request-Id", "mine-1.2"}}).field("x-request-id"), "mine-1.2") << path;
        EXPECT_NE(client.get(path, {{"X-Request-Id", "<not mine>"}}).field("x-request-id"), "<not mine>");
    }
}

TEST(operation, counts_requests_the_pool_and_the_snapshot) {
    const test::seeded_database database;
    const app_service running{database.url()};
    EXPECT_TRUE(eventually([&] { return running.metric("cruddur_feed_listener_up") == 1; }));
    for (int at = 0; at < 3; ++at)
        running.get("/api/health-check");
    running.get("/nothing");
    running.get("/api/activities/home?limit=0");
    EXPECT_TRUE(eventually([&] {
        running.get("/api/activities/home");
        return running.metric("cruddur_feed_snapshot_hits_total") > 0;
    }));
    // A request is counted once its answer has been sent, which its client may hear of before.
    const auto comes_to = [&](const std::string& series, double value) {
        return eventually([&] { return running.metric(series) == value; });
    };
    EXPECT_TRUE(
        comes_to(R"(cruddur_http_requests_total{route="/api/health-check",method="GET",status="200"})", 3));
    EXPECT_TRUE(comes_to(R"(cruddur_http_requests_total{route="none",method="GET",status="404"})", 1));
    EXPECT_TRUE(comes_to(
        R"(cruddur_http_requests_total{route="/api/activities/home",method="GET",status="422"})", 1));
    EXPECT_TRUE(comes_to(
        R"(cruddur_http_request_duration_seconds_count{route="/api/health-check",method="GET"})", 3));
    EXPECT_GT(running.metric("cruddur_feed_snapshot_renders_total"), 0);
    EXPECT_TRUE(eventually([&] { return running.metric("cruddur_pool_connections") >= 1; }));
    const auto answer = running.metrics();
    EXPECT_THAT(answer.field("content-type"), HasSubstr("text/plain"));
    EXPECT_THAT(answer.body, Not(HasSubstr("nothing"))) << "what strangers ask for names no series";
}

TEST(operation, shows_its_metrics_to_this_machine_alone_and_nowhere_else) {
    const test::seeded_database database;
    const app_service running{database.url()};
    EXPECT_EQ(running.get("/metrics").status, 404U);
    EXPECT_EQ(running.metrics().status, 200U);
    for (const std::string origin : {"https://evil.example", "http://localhost:3000", "null"})
        EXPECT_EQ(running.metrics({{"Origin", origin}}).status, 403U) << origin;
    EXPECT_EQ(running.metrics({{"Sec-Fetch-Site", "cross-site"}}).status, 403U);
    test::http_client rebound{running.metrics_port()};
    rebound.send("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    EXPECT_EQ(rebound.receive().status, 403U);
    const app_service without{database.url(), [](service_params& with) { with.metrics_port.reset(); }};
    EXPECT_EQ(without.get("/metrics").status, 404U);
}

TEST(operation, answers_what_is_in_flight_before_it_stops) {
    const test::seeded_database database;
    app_service running{database.url()};
    database.query("create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(3); "
                   "return new; end $$; create trigger slow before insert on activities for each row "
                   "execute function slow()");
    auto client = running.client();
    auto idle = running.client();
    client.send(
        "POST /api/activities HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: " +
        app_service::as("MOCK-bayko").second + "\r\nContent-Length: 32\r\n\r\n" +
        R"({"message":"last","ttl":"1-day"})");
    EXPECT_TRUE(eventually([&] {
        return database.query("select count(*) from pg_stat_activity where wait_event = 'PgSleep'") == "1";
    }));
    running.stop();
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.field("connection"), "close");
    EXPECT_TRUE(idle.closed());
    EXPECT_EQ(database.query("select count(*) from activities where message = 'last'"), "1");
}

} // namespace
} // namespace cruddur::app
