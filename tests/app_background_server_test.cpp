#include "app/ground/background.hpp"
#include "support/http_server.hpp"
#include "support/logged.hpp"
#include "support/loop.hpp"
#include "support/service.hpp"

#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cruddur::app {
using namespace door;
using namespace ground;
namespace {

using namespace std::chrono_literals;
using test::app_service;
using test::eventually;
using test::post_body;
using test::post_json;
using test::sql;
using testing::HasSubstr;
using testing::Not;

double failing(const app_service& of, const std::string& task) {
    return of.metric("cruddur_background_failing{task=\"" + task + "\"}");
}

// A service with rights of its own, which a test takes away.
class background : public testing::Test {
protected:
    test::seeded_database database_;
    test::app_login login_{database_};
};

TEST_F(background, says_in_readiness_and_metrics_what_lost_its_rights_and_recovers) {
    app_service running{login_.url()};
    auto client = running.client();
    EXPECT_TRUE(eventually([&] { return running.metric("cruddur_feed_listener_up") == 1; }));
    const auto ready = [&] { return client.get("/readyz").body; };
    EXPECT_THAT(ready(), Not(HasSubstr("failing")));

    database_.query("revoke delete on activities from cruddur_app");
    EXPECT_TRUE(eventually([&] { return ready().find(R"("failing":["reaper"])") != std::string::npos; }));
    EXPECT_EQ(failing(running, "reaper"), 1);
    EXPECT_GT(running.metric("cruddur_background_failures_total{task=\"reaper\"}"), 0);
    database_.query("grant delete on activities to cruddur_app");
    EXPECT_TRUE(eventually([&] { return ready().find("failing") == std::string::npos; }));
    EXPECT_EQ(failing(running, "reaper"), 0);

    // Of its two statements each is told of, and neither keeps the other from running.
    database_.query("revoke delete on idempotency_keys from cruddur_app");
    EXPECT_TRUE(eventually([&] { return failing(running, "reaper") == 1; }));
    database_.query("insert into activities (user_uuid, message, expires_at) select uuid, 'late', now() "
                    "from users where handle = 'worf'");
    EXPECT_TRUE(eventually(
        [&] { return database_.query("select count(*) from activities where message = 'late'") == "0"; }));
    EXPECT_EQ(failing(running, "reaper"), 1);
    database_.query("revoke delete on activities from cruddur_app; "
                    "grant delete on idempotency_keys to cruddur_app");
    database_.query(
        "insert into idempotency_keys (user_uuid, key, request_hash, activity_uuid, created_at) "
        "select uuid, 'old', sha256('x'), gen_random_uuid(), now() - interval '2 days' from users "
        "where handle = 'worf'");
    EXPECT_TRUE(eventually([&] { return database_.query("select count(*) from idempotency_keys") == "0"; }));
    EXPECT_EQ(failing(running, "reaper"), 1);
    database_.query("grant delete on activities to cruddur_app");
    EXPECT_TRUE(eventually([&] { return failing(running, "reaper") == 0; }));

    database_.query("revoke execute on function pg_catalog.pg_notify(text, text) from public");
    const auto answer =
        post_json(client, "/api/activities", post_body("unheard"), {app_service::as("MOCK-bayko")});
    EXPECT_EQ(answer.status, 200U);
    EXPECT_TRUE(eventually([&] { return ready().find(R"("failing":["notifier"])") != std::string::npos; }));
    database_.query("grant execute on function pg_catalog.pg_notify(text, text) to public");
    EXPECT_TRUE(eventually([&] { return failing(running, "notifier") == 0; }));
}

TEST(background_task, that_cannot_reach_what_it_needs_says_so) {
    const test::seeded_database database;
    const auto nowhere =
        postgres::connection_url::parse(database.url())->with("dbname", "not_there").to_string();
    app_service running{nowhere,
                        [](service_params& with) { with.tokens.jwks = "http://127.0.0.1:1/jwks.json"; }};
    for (const auto* task : {"reaper", "listener", "keys"})
        EXPECT_TRUE(eventually([&] { return failing(running, task) == 1; })) << task;
    EXPECT_EQ(failing(running, "metrics"), 0);
}

TEST(background_task, that_throws_is_reported_and_begun_again) {
    test::loop loop;
    task_report report{"test", "Nothing"};
    int begun = 0;
    bool ended = false;
    loop.run([&]() -> boost::asio::awaitable<void> {
        co_await keep_running(
            [&]() -> boost::asio::awaitable<void> {
                if (++begun == 1) throw std::runtime_error{"once"};
                ended = true;
                co_return;
            },
            report);
    });
    EXPECT_TRUE(ended);
    EXPECT_EQ(begun, 2);
    EXPECT_EQ(report.failures(), 1U);
}

TEST(background_task, that_keeps_failing_is_warned_of_once_a_minute) {
    const test::logged log;
    task_report report{"test", "What it means"};
    for (int i = 0; i < 100; ++i)
        report.failed("it may not");
    EXPECT_EQ(log.lines(), "warning In the background, test fails: it may not. What it means. "
                           "Failures since the last such line: 1\n");
    EXPECT_EQ(report.failures(), 100U);
}

TEST(background_task, that_ends_with_the_program_has_not_failed) {
    task_report report{"test", "Nothing"};
    report.failed(postgres::error{.kind = postgres::failure::stopping, .message = "the client is stopping"});
    EXPECT_FALSE(report.failing());
    report.failed(postgres::error{.kind = postgres::failure::lost, .message = "gone"});
    EXPECT_TRUE(report.failing());
}

} // namespace
} // namespace cruddur::app
