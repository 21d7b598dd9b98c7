#include "postgres/plain_connection.hpp"
#include "support/http_server.hpp"
#include "support/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

namespace cruddur::app {
namespace {

using test::app_service;
using test::eventually;
using test::http_answer;
using test::object_of;
using test::sql;
using test::text_of;
using testing::HasSubstr;
using testing::Not;

const std::string worfs_uuid = "5eed0000-0000-4000-8000-000000000003";

class account : public testing::Test {
protected:
    std::string query(const std::string& text) const { return database_.query(text); }
    http_answer ask(std::string_view method, std::string_view target, std::string_view who,
                    std::string_view body = {}) const {
        test::http_client::fields more{app_service::as("MOCK-" + std::string{who})};
        if (!body.empty()) more.emplace_back("Content-Type", "application/json");
        return service_.client().request(method, target, more, body);
    }
    // How many rows of the database name somebody anywhere, whatever the column.
    [[nodiscard]] std::string rows_that_name(const std::string& text) const {
        return query("select coalesce(string_agg(t.relname || ':' || n.rows, ' '), '') from pg_class t cross "
                     "join lateral ("
                     "  select (xpath('/row/c/text()', query_to_xml(format("
                     "    'select count(*) as c from public.%I r where r::text like %L', t.relname, '%" +
                     text +
                     "%'),"
                     "    false, true, '')))[1]::text::int as rows) n "
                     "where t.relnamespace = 'public'::regnamespace and t.relkind = 'r' and n.rows > 0");
    }

    test::seeded_database database_;
    app_service service_{database_.url()};
};

TEST_F(account, shows_its_owner_what_nobody_else_sees) {
    const auto answer = ask("GET", "/api/account", "worf");
    EXPECT_EQ(answer.status, 200U);
    EXPECT_THAT(answer.field("cache-control"), HasSubstr("private"));
    const auto own = object_of(answer);
    EXPECT_EQ(text_of(own, "cognito_user_uuid"), "MOCK-worf");
    EXPECT_EQ(text_of(own, "email"), "worf@example.com");
    EXPECT_EQ(text_of(own, "handle"), "worf");
    EXPECT_EQ(own.size(), 13U);
    EXPECT_EQ(ask("GET", "/api/account", "stranger").status, 401U);
    EXPECT_EQ(service_.get("/api/account").status, 401U);
}

TEST_F(account, is_handed_out_whole_as_one_document) {
    query("insert into activities (user_uuid, message, created_at) select uuid, 'post ' || n, now() - n % 7 "
          "* interval '1 minute' "
          "from users, generate_series(1, 1203) n where handle = 'worf';"
          "insert into activity_likes (activity_uuid, user_uuid) select a.uuid, u.uuid from activities a, "
          "users u "
          "where u.handle = 'worf' and a.message like 'post %';" // all at the same time
          "insert into message_groups (first_user_uuid, second_user_uuid) select least(a.uuid, b.uuid), "
          "greatest(a.uuid, b.uuid) "
          "from users a, users b where a.handle = 'worf' and b.handle in ('amara', 'bayko');"
          "insert into messages (message_group_uuid, sender_uuid, receiver_uuid, message, created_at) "
          "select m.message_group_uuid, m.user_uuid, m.other_user_uuid, 'to ' || u.handle || n, now() - n * "
          "interval '1 second' "
          "from message_group_members m join users u on u.uuid = m.other_user_uuid, generate_series(1, 700) "
          "n where u.handle <> 'worf';"
          "insert into message_groups (first_user_uuid, second_user_uuid) select least(a.uuid, b.uuid), "
          "greatest(a.uuid, b.uuid) "
          "from users a, users b where a.handle = 'amara' and b.handle = 'bayko';"
          "insert into blocks (blocker_uuid, blocked_uuid) select a.uuid, b.uuid from users a, users b "
          "where (a.handle, b.handle) in (('bayko', 'worf'), ('worf', 'londo'));");
    const auto answer = ask("GET", "/api/account/export", "worf");
    ASSERT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.field("transfer-encoding"), "chunked");
    EXPECT_EQ(answer.field("cache-control"), "no-store");
    const auto all = object_of(answer);
    EXPECT_EQ(text_of(all.at("user"), "email"), "worf@example.com");
    const auto distinct = [&](const char* section, const char* member) {
        const auto texts = test::texts_of(all.at(section).as_array(), member);
        return std::pair{texts.size(), std::set<std::string>(texts.begin(), texts.end()).size()};
    };
    const auto posts =
        std::stoul(query("select count(*) from activities where user_uuid = '" + worfs_uuid + "'"));
    EXPECT_EQ(distinct("activities", "uuid"), std::pair(posts, posts));
    const auto likes =
        std::stoul(query("select count(*) from activity_likes where user_uuid = '" + worfs_uuid + "'"));
    EXPECT_EQ(distinct("likes", "activity_uuid"), std::pair(likes, likes));
    EXPECT_EQ(text_of(all.at("blocked").as_array().at(0), "handle"), "londo");
    const auto& conversations = all.at("conversations").as_array();
    ASSERT_EQ(conversations.size(), 2U);
    for (const auto& each : conversations) {
        const auto& with = each.at("handle"); // bayko, who has blocked worf, is nobody
        EXPECT_EQ(with.is_null() ? "" : std::string{with.as_string()}, with.is_null() ? "" : "amara");
        const auto messages = test::texts_of(each.at("messages").as_array(), "message");
        ASSERT_EQ(messages.size(), 700U);
        const std::string name = with.is_null() ? "bayko" : "amara";
        EXPECT_EQ(messages.front(), "to " + name + "700");
        EXPECT_EQ(messages.back(), "to " + name + "1");
    }
    EXPECT_EQ(ask("GET", "/api/account/export", "stranger").status, 401U);
    const auto empty = object_of(ask("GET", "/api/account/export", "tomasz"));
    EXPECT_EQ(empty.size(), 11U);
    EXPECT_TRUE(empty.at("conversations").as_array().empty());
}

TEST_F(account, deleted_leaves_nothing_of_the_person_and_its_tokens_are_nobodys) {
    query(
        "insert into follows (follower_uuid, followed_uuid) select a.uuid, b.uuid from users a, users b "
        "where (a.handle, b.handle) in (('worf', 'londo'), ('londo', 'worf'), ('londo', 'amara'));"
        "insert into mutes (muter_uuid, muted_uuid) select a.uuid, b.uuid from users a, users b "
        "where (a.handle, b.handle) in (('worf', 'priya'), ('priya', 'worf'));"
        "insert into blocks (blocker_uuid, blocked_uuid) select a.uuid, b.uuid from users a, users b "
        "where (a.handle, b.handle) in (('worf', 'mateo'), ('layla', 'worf'));"
        "insert into message_groups (first_user_uuid, second_user_uuid) select least(a.uuid, b.uuid), "
        "greatest(a.uuid, b.uuid) "
        "from users a, users b where a.handle = 'worf' and b.handle = 'amara';"
        "insert into messages (message_group_uuid, sender_uuid, receiver_uuid, message) "
        "select m.message_group_uuid, m.user_uuid, m.other_user_uuid, 'secret' from message_group_members m;"
        "insert into reports (activity_uuid, author_uuid, reporter_uuid, reason, message) "
        "select a.uuid, a.user_uuid, u.uuid, 'spam', 'reported' from users u join activities a on "
        "a.user_uuid <> u.uuid "
        "where u.handle = 'worf' limit 1;");
    const auto made = ask("POST", "/api/activities", "worf", test::post_body("of mine @londo"));
    ASSERT_EQ(made.status, 200U);
    query("insert into activities (user_uuid, message, reply_to_activity_uuid) select u.uuid, 'below it', "
          "a.uuid "
          "from users u, activities a where u.handle = 'londo' and a.message = 'of mine @londo'");
    test::http_client::fields with_key{
        app_service::as("MOCK-worf"), {"Idempotency-Key", "once"}, {"Content-Type", "application/json"}};
    EXPECT_EQ(
        service_.client().request("POST", "/api/activities", with_key, test::post_body("with a key")).status,
        200U);
    EXPECT_THAT(service_.get("/api/activities/home").body, HasSubstr("of mine @londo"));
    EXPECT_THAT(rows_that_name(worfs_uuid), Not(testing::IsEmpty()));

    const auto gone = ask("DELETE", "/api/account", "worf");
    EXPECT_EQ(gone.status, 200U);
    EXPECT_EQ(gone.body, R"({"uuid":")" + worfs_uuid + "\"}");
    for (const auto* trace : {"MOCK-worf", "worf@example.com", "Son of Mogh"})
        EXPECT_EQ(rows_that_name(trace), "") << trace;
    EXPECT_THAT(service_.get("/api/activities/home").body, Not(HasSubstr("of mine @londo")));
    EXPECT_TRUE(eventually([&] { return rows_that_name(worfs_uuid).empty(); })) << rows_that_name(worfs_uuid);
    EXPECT_EQ(
        query(
            "select count(*) from activities where message in ('of mine @londo', 'below it', 'with a key')"),
        "0");
    EXPECT_EQ(query("select count(*) from reports where message = 'reported' and reporter_uuid is null"),
              "1");
    for (const auto& [method, target] :
         {std::pair{"GET", "/api/account"}, std::pair{"DELETE", "/api/account"},
          std::pair{"GET", "/api/activities/home"}, std::pair{"GET", "/api/activities/@londo"},
          std::pair{"GET", "/api/users/@londo/followers"}, std::pair{"GET", "/api/users/search?term=l"},
          std::pair{"PUT", "/api/users/@londo/follow"}})
        EXPECT_EQ(ask(method, target, "worf").status, 401U) << method << target;
    EXPECT_EQ(query("select count(*) from users u where followers_count <> "
                    "(select count(*) from follows where followed_uuid = u.uuid) or following_count <> "
                    "(select count(*) from follows where follower_uuid = u.uuid) or cruds_count <> "
                    "(select count(*) from activities where user_uuid = u.uuid)"),
              "0");
    EXPECT_EQ(
        query("select count(*) from activities a where likes_count <> "
              "(select count(*) from activity_likes l where l.activity_uuid = a.uuid) or reposts_count <> "
              "(select count(*) from activity_reposts r where r.activity_uuid = a.uuid) or replies_count <> "
              "(select count(*) from activities r where r.reply_to_activity_uuid = a.uuid)"),
        "0");
}

// The answer waits for none of it, a service that stops in the middle leaves the rest to the next one, and
// that one needs no more rights than `cruddur serve` has.
TEST_F(account, deleted_is_acknowledged_before_its_rows_are_which_the_next_service_goes_on_with) {
    query("insert into activities (user_uuid, message) select uuid, 'post ' || n from users, "
          "generate_series(1, 3000) n where handle = 'worf';"
          "insert into users (display_name, handle, cognito_user_id) select 'F' || n, 'f' || n, 'F' || n "
          "from generate_series(1, 6000) n;"
          "insert into follows (follower_uuid, followed_uuid) select f.uuid, w.uuid from users f, users w "
          "where f.cognito_user_id like 'F%' and w.handle = 'worf';"
          "insert into mutes (muter_uuid, muted_uuid) select f.uuid, w.uuid from users f, users w "
          "where f.cognito_user_id like 'F1%' and w.handle = 'worf';"
          "insert into blocks (blocker_uuid, blocked_uuid) select f.uuid, w.uuid from users f, users w "
          "where f.cognito_user_id like 'F23%' and w.handle = 'worf';"
          "insert into message_groups (first_user_uuid, second_user_uuid) select least(f.uuid, w.uuid), "
          "greatest(f.uuid, w.uuid) from users f, users w where f.cognito_user_id like 'F3%' and w.handle = "
          "'worf';"
          "insert into messages (message_group_uuid, sender_uuid, receiver_uuid, message) select "
          "m.message_group_uuid, m.user_uuid, m.other_user_uuid, 'hello' from message_group_members m;"
          "insert into idempotency_keys (user_uuid, key, request_hash, activity_uuid) select uuid, n::text, "
          "sha256('x'), gen_random_uuid() from users, generate_series(1, 900) n where handle = 'worf';"
          "insert into reports (activity_uuid, author_uuid, reporter_uuid, reason, message) select "
          "gen_random_uuid(), case n % 2 when 0 then uuid end, case n % 2 when 1 then uuid end, 'spam', 'x' "
          "from users, generate_series(1, 900) n where handle = 'worf';"
          "insert into activity_likes (activity_uuid, user_uuid) select a.uuid, u.uuid from activities a, "
          "users u where u.handle = 'worf' on conflict do nothing;");
    auto other =
        postgres::plain_connection::open(postgres::connection_url::parse(database_.url()).value()).value();
    const auto held = [&](const std::string& how) {
        return other.execute("select " + how + "(4567001), " + how + "(4567002)").has_value();
    };
    const std::string before = query("select count(*) from follows");
    ASSERT_TRUE(held("pg_advisory_lock"));
    EXPECT_EQ(ask("DELETE", "/api/account", "worf").status, 200U);
    EXPECT_EQ(query("select count(*) from follows"), before)
        << "acknowledged, though nothing could be deleted";
    EXPECT_EQ(ask("GET", "/api/account", "worf").status, 401U);
    EXPECT_EQ(service_.get("/api/activities/@worf").status, 404U);
    ASSERT_TRUE(held("pg_advisory_unlock"));
    EXPECT_TRUE(eventually([&] { return query("select count(*) from follows") != before; }));
    service_.stop();
    EXPECT_NE(rows_that_name(worfs_uuid), "") << "it has stopped in the middle";

    const test::app_login login{database_};
    {
        const app_service next{login.url()};
        EXPECT_TRUE(eventually([&] { return rows_that_name(worfs_uuid).empty(); }))
            << rows_that_name(worfs_uuid);
    }
    EXPECT_EQ(query("select count(*) from users where following_count <> 0 and cognito_user_id like 'F%'"),
              "0");
    EXPECT_EQ(query("select count(*) from users where left_at is not null"), "0");
    EXPECT_EQ(query("select count(*), count(author_uuid), count(reporter_uuid) from reports"), "900|0|0");
}

// What one transaction deletes stays small.
TEST_F(account, deleted_goes_in_steps) {
    query("insert into users (display_name, handle, cognito_user_id) select 'F' || n, 'f' || n, 'F' || n "
          "from generate_series(1, 1201) n;"
          "insert into follows (follower_uuid, followed_uuid) select f.uuid, w.uuid from users f, users w "
          "where f.cognito_user_id like 'F%' and w.handle = 'worf';"
          "create table steps (rows bigint); create function note() returns trigger language plpgsql as $$ "
          "begin insert into steps select count(*) from gone; return null; end $$;"
          "create trigger note after delete on follows referencing old table as gone for each statement "
          "execute function note()");
    EXPECT_EQ(ask("DELETE", "/api/account", "worf").status, 200U);
    EXPECT_TRUE(eventually([&] { return rows_that_name(worfs_uuid).empty(); })) << rows_that_name(worfs_uuid);
    EXPECT_EQ(query("select sum(rows) from steps"), "1201");
    EXPECT_EQ(query("select max(rows) <= 400 from steps"), "t")
        << "200 of whom they follow, and 200 followers";
}

// Two transactions that lock in the other order: PostgreSQL ends one of them, and that one is tried again.
TEST_F(account, is_deleted_though_others_follow_and_reply_at_the_same_time) {
    query("insert into users (display_name, handle, cognito_user_id) select 'F' || n, 'f' || n, 'MOCK-f' || "
          "n from generate_series(0, 39) n");
    std::atomic<bool> over{false};
    std::vector<std::thread> others;
    for (const std::string lane : {"priya", "amara"})
        others.emplace_back([&, lane] {
            auto client = service_.client();
            for (int n = 0; !over; n = (n + 1) % 40)
                for (const auto* method : {"PUT", "DELETE"})
                    client.request(method, "/api/users/@f" + std::to_string(n) + "/follow",
                                   {app_service::as("MOCK-" + lane)});
        });
    for (int n = 0; n < 40; ++n)
        EXPECT_EQ(ask("DELETE", "/api/account", "f" + std::to_string(n)).status, 200U) << n;
    over = true;
    for (auto& each : others)
        each.join();
    EXPECT_EQ(query("select count(*) from users where handle ~ '^f[0-9]+$'"), "0");
    EXPECT_TRUE(
        eventually([&] { return query("select count(*) from users where left_at is not null") == "0"; }));
    EXPECT_EQ(query("select count(*) from follows"), "0");
    EXPECT_EQ(query("select count(*) from users where followers_count + following_count <> 0"), "0");
}

} // namespace
} // namespace cruddur::app
