#include "app/door/reaper.hpp"
#include "db/queries.hpp"
#include "postgres/plain_connection.hpp"
#include "support/loop.hpp"
#include "support/service.hpp"

#include <gtest/gtest.h>

namespace cruddur::app {
using namespace door;
using namespace ground;
namespace {

using namespace std::chrono_literals;
using test::becomes_true;
using test::sql;

// Adds posts that expired a while ago, each with a reply or none.
void add_expired(const test::database& to, int posts, bool with_replies = true) {
    sql(to.url(),
        "with made as (insert into activities (user_uuid, message, created_at, expires_at) select u.uuid, "
        "'old ' || n, now() - interval '2 hours', now() - interval '1 hour' from users u, "
        "generate_series(1, " +
            std::to_string(posts) +
            ") n where u.handle = 'worf' returning uuid, user_uuid) "
            "insert into activities (user_uuid, message, reply_to_activity_uuid, expires_at) "
            "select user_uuid, 'reply', uuid, now() - interval '1 hour' from made where " +
            std::string{with_replies ? "true" : "false"});
}

TEST(reaper, deletes_expired_posts_and_their_replies_and_nothing_else) {
    const test::seeded_database database;
    const std::string before = database.query("select count(*) from activities");
    add_expired(database, 50);
    const test::app_service one{database.url()};
    const test::app_service other{database.url()};
    test::loop loop;
    loop.run([&]() -> boost::asio::awaitable<void> {
        EXPECT_TRUE(co_await becomes_true([&] {
            return database.query("select count(*) from activities where expires_at < now()") == "0";
        }));
    });
    EXPECT_EQ(database.query("select count(*) from activities"), before);
}

// What all who liked it would be in one transaction, of which nothing is done where it takes too long.
TEST(reaper, takes_a_hot_post_apart_and_keeps_no_other_waiting) {
    const test::seeded_database database;
    const auto query = [&](const std::string& text) { return sql(database.url(), text); };
    query("insert into users (display_name, handle, cognito_user_id) "
          "select 'P', 'p' || n, 'p-' || n from generate_series(1, 60000) n");
    query("insert into activities (user_uuid, message, expires_at) "
          "select uuid, 'hot', now() - interval '1 hour' from users where handle = 'worf'");
    query("insert into activity_likes (activity_uuid, user_uuid) select a.uuid, u.uuid from activities a, "
          "users u "
          "where a.message = 'hot' and u.cognito_user_id like 'p-%'");
    add_expired(database, 50);
    const std::string reap =
        "prepare reap(int) as " + std::string{queries::reap_expired.sql} + "; execute reap(200)";
    const std::string left = "select count(*), sum(likes_count) from activities where expires_at < now()";
    query(reap);
    EXPECT_EQ(query(left), "1|10000") << "the rest is gone, and of this one a part";
    EXPECT_EQ(query("select count(*) from activity_likes l join activities a on a.uuid = l.activity_uuid "
                    "where a.message = 'hot'"),
              "10000");
    query(reap);
    EXPECT_EQ(query(left), "0|");
    EXPECT_EQ(query("select count(*) from activity_likes l where not exists "
                    "(select from activities a where a.uuid = l.activity_uuid)"),
              "0");
}

// A loop that reaps for as long as the body runs.
void with_reaper(const std::string& url, reaper_params params,
                 const std::function<boost::asio::awaitable<void>(counter&)>& body) {
    test::loop loop;
    counter reaped;
    task_report report{"reaper", ""};
    postgres::client database{loop.executor(), postgres::connection_url::parse(url).value(), {}};
    boost::asio::co_spawn(loop.context(), reap(database, reaped, report, params),
                          [](const std::exception_ptr&) {});
    loop.run([&] { return body(reaped); });
}

TEST(reaper, deletes_in_batches) {
    const test::seeded_database database;
    database.query(
        "create table batches (size bigint); create function note() returns trigger language plpgsql as $$ "
        "begin insert into batches select count(*) from gone; return null; end $$; "
        "create trigger note after delete on activities referencing old table as gone "
        "for each statement execute function note()");
    database.query(
        "insert into activities (user_uuid, message, expires_at) select u.uuid, 'old ' || n, now() "
        "from users u, generate_series(1, 95) n where u.handle = 'worf'");
    with_reaper(database.url(), {.batch = 10, .between_batches = 1ms, .when_done = 1ms},
                [&](counter& reaped) -> boost::asio::awaitable<void> {
                    EXPECT_TRUE(co_await becomes_true([&] { return reaped.get() == 95; }));
                });
    EXPECT_EQ(database.query("select max(size), sum(size) from batches"), "10|95");
}

TEST(reaper, forgets_idempotency_keys_that_are_a_day_old) {
    const test::seeded_database database;
    database.query(
        "insert into idempotency_keys (user_uuid, key, request_hash, activity_uuid, created_at) "
        "select uuid, n::text, sha256('x'), gen_random_uuid(), now() - n * interval '1 hour' from users, "
        "generate_series(1, 47, 2) n where handle = 'worf'");
    with_reaper(database.url(), {.batch = 5, .between_batches = 1ms, .when_done = 1ms},
                [&](counter&) -> boost::asio::awaitable<void> {
                    EXPECT_TRUE(co_await becomes_true([&] {
                        return database.query("select count(*), max(now() - created_at) < '24 hours' from "
                                              "idempotency_keys") == "12|t";
                    }));
                });
}

TEST(reaper, leaves_it_to_one_node_at_a_time) {
    const test::seeded_database database;
    add_expired(database, 5, false);
    const auto url = postgres::connection_url::parse(database.url()).value();
    auto other = postgres::plain_connection::open(url).value();
    ASSERT_TRUE(other.execute("select pg_advisory_lock(4567001)").has_value());
    with_reaper(
        database.url(), {.batch = 10, .between_batches = 1ms, .when_done = 1ms},
        [&](counter& reaped) -> boost::asio::awaitable<void> {
            EXPECT_TRUE(co_await becomes_true([&] {
                return database.query("select count(*) from pg_stat_activity where query like "
                                      "'%pg_try_advisory_xact_lock%' and pid <> pg_backend_pid()") != "0";
            }));
            EXPECT_EQ(reaped.get(), 0U);
            EXPECT_EQ(database.query("select count(*) from activities where message like 'old %'"), "5");
            EXPECT_TRUE(other.execute("select pg_advisory_unlock(4567001)").has_value());
            EXPECT_TRUE(co_await becomes_true([&] { return reaped.get() == 5; }));
        });
}

TEST(reaper, waits_for_no_row_that_somebody_has_locked) {
    const test::seeded_database database;
    add_expired(database, 5, false);
    auto other =
        postgres::plain_connection::open(postgres::connection_url::parse(database.url()).value()).value();
    ASSERT_TRUE(other.execute("begin").has_value());
    ASSERT_TRUE(other.execute("select from activities where message = 'old 1' for update").has_value());
    with_reaper(database.url(), {.batch = 10, .between_batches = 1ms, .when_done = 1ms},
                [&](counter& reaped) -> boost::asio::awaitable<void> {
                    EXPECT_TRUE(co_await becomes_true([&] { return reaped.get() == 4; }));
                    EXPECT_TRUE(other.execute("commit").has_value());
                    EXPECT_TRUE(co_await becomes_true([&] { return reaped.get() == 5; }));
                });
}

} // namespace
} // namespace cruddur::app
