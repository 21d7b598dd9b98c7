#include "app/answer/feed_snapshot.hpp"
#include "support/gate.hpp"
#include "support/http_server.hpp"
#include "support/service.hpp"

#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <thread>

namespace cruddur::app {
using namespace answer;
using namespace door;
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using test::app_service;
using test::eventually;
using test::object_of;
using test::post_body;
using test::post_json;
using test::sql;
using test::text_of;

constexpr std::string_view home = "/api/activities/home";
constexpr auto query_timeout = 1'500ms;

// Readers and writers that go on through whatever happens to the database, and what they were answered.
class mixed_load {
public:
    explicit mixed_load(const app_service& asked) {
        for (int at = 0; at < 3; ++at)
            threads_.emplace_back([this, &asked, at] { write(asked, at); });
        for (const std::string& target : {std::string{home}, std::string{home} + "?limit=5",
                                          std::string{"/api/activities/search?term=seed"}})
            threads_.emplace_back([this, &asked, target] { read(asked, target); });
    }
    void stop() {
        stop_ = true;
        threads_.clear();
    }
    struct outcome {
        std::set<std::string> acknowledged; // messages of posts
        std::size_t reads = 0;
        std::size_t refusals = 0; // 503, as the contract has them
        std::vector<std::string> wrong;
        clock::duration slowest{};
        clock::time_point last_refusal{};
    };
    [[nodiscard]] outcome seen() {
        const std::lock_guard lock{mutex_};
        return seen_;
    }

private:
    void write(const app_service& asked, int writer) {
        const auto token = app_service::as("MOCK-bayko");
        auto client = asked.client();
        for (int number = 0; !stop_; ++number) {
            const std::string message = std::to_string(writer) + "/" + std::to_string(number);
            note([&] { return post_json(client, "/api/activities", post_body(message), {token}); }, message);
        }
    }
    void read(const app_service& asked, const std::string& target) {
        auto client = asked.client();
        while (!stop_)
            note([&] { return client.get(target); }, "");
    }
    void note(const std::function<test::http_answer()>& ask, const std::string& message) {
        const auto asked_at = clock::now();
        try {
            const auto answer = ask();
            const std::lock_guard lock{mutex_};
            seen_.slowest = std::max(seen_.slowest, clock::now() - asked_at);
            if (answer.status == 200 && !message.empty()) {
                seen_.acknowledged.insert(message);
            } else if (answer.status == 200) {
                ++seen_.reads;
            } else if (answer.status == 503 && answer.body == R"(["unavailable"])" &&
                       answer.field("retry-after") == "1") {
                ++seen_.refusals;
                seen_.last_refusal = clock::now();
            } else {
                seen_.wrong.push_back(std::to_string(answer.status) + answer.body);
            }
        } catch (const std::exception& failed) {
            const std::lock_guard lock{mutex_};
            seen_.wrong.emplace_back(failed.what());
            stop_ = true;
        }
        std::this_thread::sleep_for(5ms);
    }

    std::atomic<bool> stop_{false};
    std::mutex mutex_;
    outcome seen_;
    std::vector<std::jthread> threads_;
};

TEST(outage, is_answered_503_in_time_and_loses_and_doubles_no_post) {
    const std::vector<std::pair<std::string, std::string>> durable{{"max_connections", "60"}};
    test::private_server server{durable};
    const std::string url = server->url("postgres");
    sql(url, std::string{cruddur::sql::schema.text});
    sql(url, std::string{cruddur::sql::seed.text});
    const app_service running{url, [](service_params& with) { with.query_timeout = query_timeout; }};
    mixed_load load{running};
    EXPECT_TRUE(eventually([&] { return load.seen().acknowledged.size() > 30 && load.seen().reads > 30; }));

    server->kill();
    EXPECT_TRUE(eventually([&] { return load.seen().refusals > 20; }));
    EXPECT_EQ(running.get("/livez").status, 200U);
    const auto restart_began = clock::now();
    server->restart();
    const auto returned = clock::now();
    EXPECT_TRUE(eventually([&] { return running.get(home).status == 200; }));
    const auto back = clock::now() - returned;
    const auto before = load.seen();
    EXPECT_TRUE(eventually([&] {
        const auto now = load.seen();
        return now.acknowledged.size() > before.acknowledged.size() + 30 && now.reads > before.reads + 30;
    }));
    load.stop();

    const auto seen = load.seen();
    EXPECT_THAT(seen.wrong, testing::IsEmpty());
    // The greatest pause between tries is half a second; how busy this machine is shows in the server's own
    // start.
    EXPECT_LT(back, 1s + (returned - restart_began));
    EXPECT_LT(seen.slowest, 3 * query_timeout + (returned - restart_began));
    RecordProperty("back_ms", static_cast<int>(back / 1ms));
    std::set<std::string> kept;
    std::string list;
    for (const std::string& message : seen.acknowledged)
        (list += list.empty() ? "" : ",") += message;
    EXPECT_EQ(sql(url, "select count(*) from unnest('{" + list +
                           "}'::text[]) as told left join activities on message = told "
                           "where uuid is null"),
              "0");
    EXPECT_EQ(sql(url, "select count(*) from (select from activities where message ~ '^[0-9]+/[0-9]+$' group "
                       "by message having "
                       "count(*) > 1) doubled"),
              "0");
}

TEST(outage, that_is_known_is_answered_at_once_and_says_what_is_down) {
    const std::vector<std::pair<std::string, std::string>> durable{{"max_connections", "30"}};
    test::private_server server{durable};
    const std::string url = server->url("postgres");
    sql(url, std::string{cruddur::sql::schema.text});
    sql(url, std::string{cruddur::sql::seed.text});
    const app_service running{url, [](service_params& with) { with.threads = 1; }};
    auto client = running.client();
    const auto token = app_service::as("MOCK-bayko");
    const std::vector<std::string> targets{std::string{home}, "/api/activities/search?term=seed",
                                           "/api/users/@bayko/short", "/readyz"};
    for (const std::string& target : targets)
        EXPECT_EQ(client.get(target).status, 200U) << target;
    server->kill();
    for (const std::string& target : targets)
        client.get(target); // the first to ask find it out
    const auto began = clock::now();
    for (int round = 0; round < 5; ++round) {
        for (const std::string& target : targets) {
            const auto answer = client.get(target);
            EXPECT_EQ(answer.status, 503U) << target;
            EXPECT_EQ(answer.field("retry-after"), "1") << target;
        }
        EXPECT_EQ(post_json(client, "/api/activities", post_body("down"), {token}).status, 503U);
    }
    EXPECT_LT(clock::now() - began, 5s); // what one of them may take
    EXPECT_EQ(text_of(object_of(client.get("/readyz")), "database"), "unavailable");
    server->restart();
    for (const std::string& target : targets)
        EXPECT_TRUE(eventually([&] { return client.get(target).status == 200; })) << target;
}

// Two nodes of one database, the second's way to it through a gate.
class two_nodes : public testing::Test {
protected:
    // Posts through the first node; returns the uuid when it was acknowledged.
    std::string post(const std::string& message) {
        auto answer = post_json(writer_, "/api/activities", post_body(message), {bayko_});
        EXPECT_EQ(answer.status, 200U) << answer.body;
        return text_of(object_of(answer), "uuid");
    }
    // For how long after its acknowledgement the second node still answered with a feed that lacks it. What
    // it refuses meanwhile (503) is no such answer.
    clock::duration missing_from_second(const std::string& uuid) {
        const auto acknowledged = clock::now();
        clock::duration longest{};
        EXPECT_TRUE(eventually([&] {
            const auto asked = clock::now();
            const auto answer = reader_.get(home);
            const bool there = answer.body.find(uuid) != std::string::npos;
            if (answer.status == 200 && !there) longest = asked - acknowledged;
            return there;
        }));
        return longest;
    }
    void SetUp() override {
        for (const auto* node : {&first_, &second_})
            ASSERT_TRUE(eventually([&] { return node->metric("cruddur_feed_listener_up") == 1; }));
    }

    test::seeded_database database_;
    test::gate gate_{test::shared_server().port()};
    app_service first_{database_.url()};
    app_service second_{gate_.through(database_.url()),
                        [](service_params& with) { with.query_timeout = query_timeout; }};
    test::http_client writer_ = first_.client();
    test::http_client reader_ = second_.client();
    const std::pair<std::string, std::string> bayko_ = app_service::as("MOCK-bayko");
};

TEST_F(two_nodes, show_each_others_posts_at_once) {
    std::vector<clock::duration> took;
    for (int round = 0; round < 30; ++round) {
        reader_.get(home); // there is a snapshot to throw away
        took.push_back(missing_from_second(post("round " + std::to_string(round))));
    }
    EXPECT_GT(second_.metric("cruddur_feed_snapshot_hits_total"), 0);
    std::ranges::sort(took);
    RecordProperty("median_us", static_cast<int>(took[15] / 1us));
    // Without notifications it would be half of the snapshot's greatest age.
    EXPECT_LT(took[15], 100ms) << took.back() / 1ms << " ms at most";
}

TEST_F(two_nodes, show_each_others_posts_through_a_listeners_reconnect) {
    std::vector<clock::duration> took;
    for (int round = 0; round < 10; ++round) {
        reader_.get(home);
        const auto accepted = gate_.accepted();
        gate_.reset();
        took.push_back(missing_from_second(post("round " + std::to_string(round))));
        EXPECT_TRUE(eventually([&] { return gate_.accepted() > accepted; }));
        // And none that comes while it listens again is missed.
        took.push_back(missing_from_second(post("after " + std::to_string(round))));
    }
    std::ranges::sort(took);
    RecordProperty("median_us", static_cast<int>(took[10] / 1us));
    RecordProperty("longest_us", static_cast<int>(took.back() / 1us));
    EXPECT_LT(took[10], 100ms);
    EXPECT_LT(took.back(), feed_snapshot::age_max);
    EXPECT_TRUE(eventually([&] { return second_.metric("cruddur_feed_listener_up") == 1; }));
}

TEST_F(two_nodes, serve_no_page_past_its_age_on_a_way_that_went_silent) {
    reader_.get(home);
    gate_.drop();
    const std::string uuid = post("unheard");
    std::this_thread::sleep_for(feed_snapshot::age_max);
    for (int at = 0; at < 3; ++at) {
        const auto answer = reader_.get(home);
        EXPECT_TRUE(answer.status == 503 || answer.body.find(uuid) != std::string::npos) << answer.status;
    }
    gate_.pass();
    EXPECT_LT(missing_from_second(uuid), feed_snapshot::age_max);
    EXPECT_TRUE(eventually([&] { return second_.metric("cruddur_feed_listener_up") == 1; }));
}

TEST(overload, of_searches_holds_up_no_feed) {
    const test::seeded_database database;
    database.query(
        "alter table activities rename to all_activities; "
        "create function slow() returns boolean language plpgsql as $$ begin perform pg_sleep(0.4); "
        "return true; end $$; create view activities as select * from all_activities "
        "where current_query() not like '%ilike%' or (select slow())");
    const app_service running{database.url(), [](service_params& with) {
                                  with.threads = 1;
                                  with.connections_max = 4;
                                  with.snapshot = false;
                              }};
    std::atomic<bool> stop = false;
    std::vector<std::jthread> threads;
    // One after another, so that every connection there may be is opened for them.
    for (int at = 0; at < 16; ++at) {
        threads.emplace_back([&] {
            auto client = running.client();
            while (!stop)
                client.get("/api/activities/search?term=seed");
        });
        std::this_thread::sleep_for(50ms);
    }
    auto client = running.client();
    std::vector<clock::duration> took;
    for (int at = 0; at < 9; ++at) {
        const auto asked = clock::now();
        EXPECT_EQ(client.get(home).status, 200U);
        took.push_back(clock::now() - asked);
    }
    stop = true;
    threads.clear();
    std::ranges::sort(took);
    EXPECT_LT(took[took.size() / 2], 400ms); // what each search sleeps
}

TEST(overload, is_refused_at_once_while_what_was_taken_is_served) {
    const test::seeded_database database;
    database.query(
        "create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.05); "
        "return new; end $$; create trigger slow before insert on activities for each row "
        "execute function slow()");
    // Room for 16 in flight and 8 waiting.
    const app_service running{database.url(), [](service_params& with) {
                                  with.threads = 1;
                                  with.connections_max = 1;
                                  with.queue_max = 8;
                              }};
    const auto token = app_service::as("MOCK-bayko");
    std::mutex mutex;
    std::vector<clock::duration> served;
    std::vector<clock::duration> refused;
    std::vector<unsigned> others;
    std::vector<std::jthread> threads;
    for (int at = 0; at < 60; ++at)
        threads.emplace_back([&, at] {
            auto client = running.client();
            for (int round = 0; round < 3; ++round) {
                const auto asked = clock::now();
                // Under a key of its own each is a statement of its own.
                const auto key = std::to_string(at) + "-" + std::to_string(round);
                const auto answer = post_json(client, "/api/activities", post_body("much"),
                                              {token, {"Idempotency-Key", key}});
                const auto took = clock::now() - asked;
                const std::lock_guard lock{mutex};
                if (answer.status == 200)
                    served.push_back(took);
                else if (answer.status == 503 && answer.field("retry-after") == "1")
                    refused.push_back(took);
                else
                    others.push_back(answer.status);
            }
        });
    threads.clear();
    EXPECT_THAT(others, testing::IsEmpty());
    ASSERT_FALSE(served.empty());
    ASSERT_FALSE(refused.empty());
    std::ranges::sort(served);
    std::ranges::sort(refused);
    EXPECT_LT(refused[refused.size() / 2], served[served.size() / 2]);
    EXPECT_EQ(database.query("select count(*) from activities where message = 'much'"),
              std::to_string(served.size()));
}

} // namespace
} // namespace cruddur::app
