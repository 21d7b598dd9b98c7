#include "support/service.hpp"

#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

// What is asked again because its answer was lost is done once.
namespace cruddur::app {
namespace {

using namespace std::chrono_literals;
using test::app_service;
using test::http_answer;
using test::object_of;
using test::post_body;
using test::post_json;
using test::seed_post;
using test::sql;
using test::text_of;

// A service whose answers tests lose: by ending its connections to the database, or itself.
class once : public testing::Test {
protected:
    std::string query(const std::string& text) const { return database_.query(text); }
    // Until it is answered by something else than that it may work later.
    static http_answer asked_until_answered(const std::function<http_answer()>& ask) {
        const auto deadline = std::chrono::steady_clock::now() + 2min;
        for (;;) {
            try {
                auto answer = ask();
                if (answer.status != 503) return answer;
            } catch (const test::http_error&) { // the service was stopped
            }
            if (std::chrono::steady_clock::now() > deadline)
                throw std::runtime_error{"no answer for two minutes"};
            std::this_thread::sleep_for(10ms);
        }
    }
    // Ends the service's connections again and again.
    void end_connections(const std::function<bool()>& done) const {
        // So often and no more: a slow machine gets its turn.
        for (int times = 0; times < 25 && !done(); ++times) {
            query("select pg_terminate_backend(pid) from pg_stat_activity "
                  "where datname = current_database() and application_name = 'cruddur serve'");
            std::this_thread::sleep_for(40ms);
        }
    }
    // Eight at a time do each once; `ask` is told who, from 0.
    static void by_eight(int people, const std::function<void(int)>& ask,
                         const std::function<void(std::function<bool()>)>& disturb) {
        std::atomic<int> next{0};
        std::atomic<int> ended{0};
        std::vector<std::jthread> threads;
        for (int at = 0; at < 8; ++at)
            threads.emplace_back([&] {
                for (int who = next++; who < people; who = next++)
                    ask(who);
                ++ended;
            });
        disturb([&] { return ended == 8; });
    }

    test::seeded_database database_;
};

class once_by_a_thousand : public once {
protected:
    once_by_a_thousand() {
        query("insert into users (display_name, handle, cognito_user_id) "
              "select 'Fan', 'fan' || n, 'fan' || n from generate_series(0, 999) n; "
              "delete from activity_likes; delete from activity_reposts");
    }
    static constexpr int people = 1'000;
    app_service service_{database_.url()};
};

TEST_F(once_by_a_thousand, likes_and_reposts_are_counted_though_connections_die_and_each_asks_twice) {
    std::atomic<int> wrong{0};
    by_eight(
        people,
        [&](int who) {
            auto client = service_.client();
            const auto caller = app_service::as("fan" + std::to_string(who));
            for (int again = 0; again < 2; ++again)
                for (const auto* reaction : {"/like", "/repost"}) {
                    const auto answer = asked_until_answered([&] {
                        return client.request("PUT", "/api/activities/" + seed_post + reaction, {caller});
                    });
                    if (answer.status != 200) ++wrong;
                }
        },
        [&](const auto& done) { end_connections(done); });
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(query("select count(*) from activity_likes"), "1000");
    EXPECT_EQ(query("select count(*) from activity_reposts"), "1000");
    EXPECT_EQ(
        query("select likes_count || ' ' || reposts_count from activities where uuid = '" + seed_post + "'"),
        "1000 1000");
    // And taken back, by every other one.
    by_eight(
        people / 2,
        [&](int who) {
            auto client = service_.client();
            const auto caller = app_service::as("fan" + std::to_string(2 * who));
            for (int again = 0; again < 2; ++again)
                asked_until_answered([&] {
                    return client.request("DELETE", "/api/activities/" + seed_post + "/like", {caller});
                });
        },
        [&](const auto& done) { end_connections(done); });
    EXPECT_EQ(query("select count(*) from activity_likes"), "500");
    EXPECT_EQ(query("select likes_count from activities where uuid = '" + seed_post + "'"), "500");
}

TEST_F(once_by_a_thousand, replies_are_counted_though_connections_die_and_each_asks_twice) {
    std::atomic<int> wrong{0};
    by_eight(
        people,
        [&](int who) {
            auto client = service_.client();
            const std::pair<std::string, std::string> key{"Idempotency-Key", "reply"};
            std::set<std::string> answers;
            for (int again = 0; again < 2; ++again) {
                const auto answer = asked_until_answered([&] {
                    return post_json(client, "/api/activities/" + seed_post + "/reply",
                                     R"({"message":"me too"})",
                                     {app_service::as("fan" + std::to_string(who)), key});
                });
                answers.insert(std::to_string(answer.status) + answer.body);
            }
            if (answers.size() != 1 || !answers.begin()->starts_with("200")) ++wrong;
        },
        [&](const auto& done) { end_connections(done); });
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(query("select count(*) from activities where message = 'me too'"), "1000");
    EXPECT_EQ(query("select replies_count from activities where uuid = '" + seed_post + "'"), "1002");
}

// Across a restart, each of many posts and replies is sent five times under its key, whatever was answered.
TEST_F(once, posts_and_replies_are_created_under_a_key_though_the_service_restarts) {
    auto service = std::make_unique<app_service>(database_.url());
    std::atomic<std::uint16_t> port{service->port()};
    std::mutex mutex;
    std::map<std::string, std::set<std::string>> answers; // by message
    constexpr int messages = 120;
    by_eight(
        messages,
        [&](int which) {
            const std::string message = "message " + std::to_string(which);
            const std::string target =
                which % 2 == 0 ? "/api/activities" : "/api/activities/" + seed_post + "/reply";
            for (int again = 0; again < 5; ++again) {
                const auto answer = asked_until_answered([&] {
                    test::http_client client{port};
                    return post_json(
                        client, target, post_body(message),
                        {app_service::as("MOCK-worf"), {"Idempotency-Key", "key-" + std::to_string(which)}});
                });
                const std::lock_guard lock{mutex};
                answers[message].insert(std::to_string(answer.status) + answer.body);
            }
        },
        [&](const auto& done) {
            for (int restarts = 0; !done(); ++restarts) {
                std::this_thread::sleep_for(100ms);
                if (restarts >= 3) continue;
                end_connections([first = true]() mutable { return !std::exchange(first, false); });
                service.reset();
                service = std::make_unique<app_service>(database_.url());
                port = service->port();
            }
        });
    EXPECT_EQ(answers.size(), messages);
    for (const auto& [message, given] : answers) {
        EXPECT_EQ(given.size(), 1U) << message << ": " << *given.begin();
        EXPECT_TRUE(given.begin()->starts_with("200")) << *given.begin();
    }
    EXPECT_EQ(query("select count(*) || ' ' || count(distinct message) from activities where message like "
                    "'message %'"),
              "120 120");
    EXPECT_EQ(query("select replies_count from activities where uuid = '" + seed_post + "'"), "62");
}

} // namespace
} // namespace cruddur::app
