#include "db/queries.hpp"
#include "support/decompress.hpp"
#include "support/http_server.hpp"
#include "support/service.hpp"

#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace cruddur::app {
using namespace door;
namespace {

using namespace std::chrono_literals;
using test::app_service;
using test::array_of;
using test::eventually;
using test::sql;
using test::text_of;
using test::texts_of;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view home_path = "/api/activities/home";

// The seed's users are known by these.
constexpr std::string_view andrews_subject = "MOCK-andrewbrown";

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> made;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto end = std::min(text.find('\n', at), text.size());
        made.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return made;
}

// The target of `Link: <…>; rel="next"`, or "".
std::string next_of(const test::http_answer& page) {
    const std::string link = page.field("link");
    const auto end = link.find(">; rel=\"next\"");
    return end == std::string::npos ? std::string{} : link.substr(1, end - 1);
}

// Each is seen with the snapshot and without: the answers are the same.
class home_feed : public testing::TestWithParam<bool> {
protected:
    std::string query(const std::string& text) const { return database_.query(text); }
    // Adds a post of Andrew's; returns its uuid.
    std::string add(const std::string& message) const {
        return query("insert into activities (user_uuid, message, expires_at) select uuid, '" + message +
                     "', now() + interval '1 day' from users where handle = 'andrewbrown' returning uuid");
    }

    test::seeded_database database_;
    app_service service_{database_.url(), [](service_params& with) { with.snapshot = GetParam(); }};
};

INSTANTIATE_TEST_SUITE_P(either_way, home_feed, testing::Bool(), [](const auto& which) {
    return which.param ? "with_the_snapshot" : "without_the_snapshot";
});

TEST_P(home_feed, shows_the_seed_newest_first_as_postgresql_rendered_it) {
    const auto answer = service_.get(home_path);
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.field("content-type"), "application/json");
    const auto feed = array_of(answer);
    EXPECT_THAT(
        texts_of(feed, "uuid"),
        ElementsAreArray(lines(query("select uuid from activities where reply_to_activity_uuid is null "
                                     "order by created_at desc, uuid desc limit 20"))));
    const auto& first = feed.front().as_object();
    EXPECT_EQ(text_of(first, "message"), "This was imported as seed data!");
    EXPECT_EQ(text_of(first, "display_name"), "Andrew Brown");
    EXPECT_EQ(text_of(first, "handle"), "andrewbrown");
    EXPECT_EQ(text_of(first, "created_at"),
              query("select to_char(created_at at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') "
                    "from activities where message = 'This was imported as seed data!'"));
    EXPECT_EQ(first.at("replies_count").as_int64(), 2);
    EXPECT_TRUE(first.at("reply_to_activity_uuid").is_null());
    EXPECT_TRUE(first.at("replies").as_array().empty());
    EXPECT_EQ(first.size(), 11U) << "a member that the contract does not name: " << answer.body;
}

TEST_P(home_feed,
       leaves_out_for_a_caller_whom_that_caller_has_muted_or_a_block_keeps_apart_and_is_filled_up) {
    query("insert into activities (user_uuid, message, created_at) select uuid, 'shown ' || n, now() - "
          "interval '1 year' "
          "from users, generate_series(1, 20) n where handle = 'bayko'");
    const std::pair<std::string, std::string> caller = app_service::as("MOCK-londo");
    const auto authors = [&](const std::string& query_of, const test::http_client::fields& who) {
        std::vector<std::string> found;
        for (std::string at = std::string{home_path} + query_of; !at.empty();) {
            const auto page = service_.get(at, who);
            EXPECT_EQ(page.status, 200U) << page.body;
            for (auto& handle : texts_of(array_of(page), "handle"))
                found.push_back(handle);
            at = next_of(page);
            EXPECT_TRUE(at.empty() || array_of(page).size() >= 5U) << "a page is filled up";
        }
        return found;
    };
    const auto pair = [&](const std::string& table, const std::string& who, const std::string& whom) {
        query("insert into " + table + " select a.uuid, b.uuid from users a, users b where a.handle = '" +
              who + "' and b.handle = '" + whom + "'");
    };
    EXPECT_EQ(array_of(service_.get(home_path, {caller})).size(), 20U);
    pair("mutes", "londo", "andrewbrown");
    pair("blocks", "londo", "worf");
    pair("blocks", "siobhan", "londo");
    pair("mutes", "hanako", "londo"); // which hides nobody from Londo
    for (const auto* query_of : {"", "?limit=5", "?limit=30"}) {
        const auto seen = authors(query_of, {caller});
        for (const auto* hidden : {"andrewbrown", "worf", "siobhan"})
            EXPECT_THAT(seen, Not(testing::Contains(hidden))) << query_of;
        EXPECT_EQ(
            std::to_string(seen.size()),
            query("select count(*) from activities a join users u on u.uuid = a.user_uuid where "
                  "reply_to_activity_uuid is null and handle not in ('andrewbrown', 'worf', 'siobhan')"))
            << query_of;
        EXPECT_THAT(authors(query_of, {}), testing::Contains("worf")) << "who is signed out sees all";
    }
    EXPECT_EQ(array_of(service_.get(home_path, {caller})).size(), 20U);
    EXPECT_THAT(authors("", {app_service::as("MOCK-hanako")}), testing::Contains("siobhan"));
    EXPECT_EQ(service_.get(home_path, {app_service::as("nobody")}).status, 401U);
}

TEST_P(home_feed, is_paged_without_doubles_or_gaps_while_posts_come_and_go) {
    const auto wanted = lines(query("select uuid from activities where reply_to_activity_uuid is null "
                                    "order by created_at desc, uuid desc"));
    std::vector<std::string> seen;
    int pages = 0;
    for (std::string at = std::string{home_path} + "?limit=7"; !at.empty() && pages < 10; ++pages) {
        const auto page = service_.get(at);
        ASSERT_EQ(page.status, 200U) << page.body;
        const auto uuids = texts_of(array_of(page), "uuid");
        seen.insert(seen.end(), uuids.begin(), uuids.end());
        at = next_of(page);
        add("came meanwhile");
        query("delete from activities where uuid = '" + seen.back() + "'");
    }
    EXPECT_EQ(pages, 5);
    EXPECT_THAT(seen, ElementsAreArray(wanted));
}

TEST_P(home_feed, pages_posts_of_one_instant_by_their_uuid) {
    query("delete from activities");
    query("insert into activities (user_uuid, message, created_at) select u.uuid, 'post ' || n, '2026-01-01' "
          "from users u, generate_series(1, 45) n where u.handle = 'bayko'");
    std::set<std::string> seen;
    std::size_t shown = 0;
    for (std::string at{home_path}; !at.empty();) {
        const auto page = service_.get(at);
        const auto uuids = texts_of(array_of(page), "uuid");
        shown += uuids.size();
        seen.insert(uuids.begin(), uuids.end());
        at = next_of(page);
    }
    EXPECT_EQ(shown, 45U);
    EXPECT_EQ(seen.size(), 45U);
}

TEST_P(home_feed, that_is_empty_is_an_empty_array) {
    query("delete from activities");
    const auto answer = service_.get(home_path);
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.body, "[]");
    EXPECT_FALSE(answer.has("link"));
}

TEST_P(home_feed, takes_limits_from_1_to_100_and_cursors_of_its_own_making) {
    auto client = service_.client();
    const auto at = [&](const std::string& query) { return client.get(std::string{home_path} + query); };
    EXPECT_EQ(array_of(at("?limit=1")).size(), 1U);
    EXPECT_EQ(array_of(at("?limit=100")).size(), 30U);
    EXPECT_EQ(array_of(at("?limit=20")).size(), 20U);
    for (const auto* wrong : {"0", "101", "-1", "x", "", "1.5", "18446744073709551617", "%31%00"}) {
        const auto answer = at(std::string{"?limit="} + wrong);
        EXPECT_EQ(answer.status, 422U) << wrong;
        EXPECT_EQ(answer.body, R"(["limit_invalid"])") << wrong;
    }
    const std::string cursor = next_of(at("?limit=1")).substr(home_path.size());
    EXPECT_EQ(at(cursor).status, 200U);
    const std::string value = cursor.substr(cursor.find("cursor=") + 7);
    for (const std::string& wrong : {std::string{}, std::string{"x"}, value + "A", value.substr(1),
                                     std::string{"%27%3B--"}, std::string{"%ff"}}) {
        const auto answer = at("?cursor=" + wrong);
        EXPECT_EQ(answer.status, 422U) << wrong;
        EXPECT_EQ(answer.body, R"(["cursor_invalid"])") << wrong;
    }
    EXPECT_EQ(at("?limit=0&cursor=x").body, R"(["limit_invalid","cursor_invalid"])");
}

TEST_P(home_feed, is_not_sent_again_to_whom_has_it) {
    auto client = service_.client();
    const std::string tag = client.get(home_path).field("etag");
    ASSERT_FALSE(tag.empty());
    const auto same = client.get(home_path, {{"If-None-Match", tag}});
    EXPECT_EQ(same.status, 304U);
    EXPECT_EQ(same.body, "");
    EXPECT_EQ(same.field("etag"), tag);
    add("news");
    EXPECT_TRUE(eventually([&] { return client.get(home_path, {{"If-None-Match", tag}}).status == 200; }));
    EXPECT_NE(client.get(home_path).field("etag"), tag);
}

TEST_P(home_feed, comes_compressed_to_whom_accepts_it) {
    auto client = service_.client();
    const auto plain = client.get(home_path);
    EXPECT_FALSE(plain.has("content-encoding"));
    EXPECT_THAT(plain.list("vary"), HasSubstr("Accept-Encoding"));
    for (const auto* encoding : {"gzip", "br"}) {
        const auto packed = client.get(home_path, {{"Accept-Encoding", encoding}});
        EXPECT_EQ(packed.field("content-encoding"), encoding);
        EXPECT_LT(packed.body.size(), plain.body.size() / 2);
        EXPECT_EQ(packed.body[0] == '\x1f' ? test::unzip(packed.body) : test::unbrotli(packed.body),
                  plain.body);
        const auto again =
            client.get(home_path, {{"Accept-Encoding", encoding}, {"If-None-Match", packed.field("etag")}});
        EXPECT_EQ(again.status, 304U) << encoding;
    }
}

// As where a page is asked for once a second, which is how long it lives.
TEST_P(home_feed, comes_compressed_to_the_first_who_asks_for_a_page) {
    for (const auto* encoding : {"gzip", "br"}) {
        for (int round = 0; round < 5; ++round) {
            add("a page of its own");
            const auto packed = service_.get(home_path, {{"Accept-Encoding", encoding}});
            EXPECT_EQ(packed.field("content-encoding"), encoding) << round;
        }
    }
}

TEST_P(home_feed, answers_head_and_options_and_refuses_other_methods) {
    auto client = service_.client();
    const auto full = client.get(home_path);
    const auto head = client.request("HEAD", home_path);
    EXPECT_EQ(head.status, 200U);
    EXPECT_EQ(head.body, "");
    for (const auto* name : {"etag", "link", "content-type", "cache-control"})
        EXPECT_EQ(head.field(name), full.field(name)) << name;
    EXPECT_EQ(head.field("content-length"), std::to_string(full.body.size()));
    const auto options = client.request("OPTIONS", home_path);
    EXPECT_EQ(options.status, 204U);
    EXPECT_THAT(options.field("allow"), HasSubstr("GET"));
    const auto put = client.request("PUT", home_path, {}, "{}");
    EXPECT_EQ(put.status, 405U);
    EXPECT_EQ(put.body, R"(["method_not_allowed"])");
    EXPECT_THAT(put.field("allow"), HasSubstr("GET"));
}

TEST_P(home_feed, tells_a_caller_what_is_liked_and_reposted_and_keeps_it_from_shared_caches) {
    auto client = service_.client();
    const auto answer = client.get(home_path, {app_service::as(andrews_subject)});
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.field("cache-control"), "private, no-cache");
    EXPECT_THAT(answer.list("vary"), HasSubstr("Authorization"));
    for (const auto& each : array_of(answer)) {
        const std::string uuid = text_of(each, "uuid");
        const auto has = [&](const std::string& table) {
            return query("select count(*) from " + table +
                         " join users u on u.uuid = user_uuid where handle = "
                         "'andrewbrown' and activity_uuid = '" +
                         uuid + "'") == "1";
        };
        EXPECT_EQ(each.as_object().at("liked").as_bool(), has("activity_likes")) << uuid;
        EXPECT_EQ(each.as_object().at("reposted").as_bool(), has("activity_reposts")) << uuid;
    }
    const auto rest = client.get(next_of(answer), {app_service::as(andrews_subject)});
    EXPECT_EQ(array_of(rest).size(), 10U);
    for (const auto* signed_out : {"Bearer null", "bearer null", "Bearer undefined"}) {
        const auto anonymous = client.get(home_path, {{"Authorization", signed_out}});
        EXPECT_EQ(anonymous.status, 200U);
        EXPECT_THAT(anonymous.body, Not(HasSubstr("\"liked\"")));
    }
}

// Whoever has liked and reposted nothing of the page gets it as it was written once for all of them.
TEST_P(home_feed, is_one_page_to_all_callers_without_marks_and_their_own_to_those_with) {
    query("delete from activity_likes");
    query("delete from activity_reposts");
    const std::string other =
        query("select 'MOCK-' || handle from users where handle <> 'andrewbrown' limit 1");
    auto client = service_.client();
    const auto anybody = client.get(home_path);
    const auto first = client.get(home_path, {app_service::as(andrews_subject)});
    const auto second = client.get(home_path, {app_service::as(other)});
    EXPECT_EQ(first.body, second.body);
    EXPECT_EQ(first.field("etag"), second.field("etag"));
    EXPECT_NE(first.field("etag"), anybody.field("etag"));
    EXPECT_EQ(first.field("link"), anybody.field("link"));
    EXPECT_EQ(first.field("cache-control"), "private, no-cache");
    EXPECT_THAT(first.list("vary"), HasSubstr("Authorization"));
    EXPECT_EQ(client.get(home_path, {app_service::as(other), {"If-None-Match", first.field("etag")}}).status,
              304U);
    EXPECT_EQ(client.get(home_path, {app_service::as(other), {"Accept-Encoding", "gzip"}})
                  .field("content-encoding"),
              "gzip");
    EXPECT_THAT(client.get(home_path).body, Not(HasSubstr("\"liked\"")));

    query("insert into activity_reposts (activity_uuid, user_uuid) select '" +
          text_of(array_of(first).at(3), "uuid") + "', uuid from users where handle = 'andrewbrown'");
    const auto marked =
        client.get(home_path, {app_service::as(andrews_subject), {"If-None-Match", first.field("etag")}});
    EXPECT_EQ(marked.status, 200U);
    EXPECT_TRUE(array_of(marked).at(3).as_object().at("reposted").as_bool());
    EXPECT_THAT(client.get(home_path, {app_service::as(other)}).body, Not(HasSubstr("\"reposted\":true")));
}

// Those who wait at the same time share a statement, and each gets what is theirs.
TEST_P(home_feed, tells_many_callers_at_once_each_their_own_marks) {
    query("insert into activity_likes (activity_uuid, user_uuid) select a.uuid, u.uuid from activities a, "
          "users u "
          "where ascii(right(a.uuid::text, 1)) % 3 = ascii(left(u.handle, 1)) % 3 on conflict do nothing");
    const std::vector<std::string> handles = lines(query("select handle from users order by handle"));
    std::atomic<int> wrong{0};
    std::vector<std::jthread> callers;
    for (int at = 0; at < 24; ++at)
        callers.emplace_back([&, handle = handles[static_cast<std::size_t>(at) % handles.size()]] {
            auto client = service_.client();
            const auto token = app_service::as("MOCK-" + handle);
            const std::string liked =
                query("select l.activity_uuid from activity_likes l join users u on u.uuid = l.user_uuid "
                      "where u.handle = '" +
                      handle + "'");
            for (int round = 0; round < 20; ++round) {
                const auto answer = client.get(home_path, {token});
                if (answer.status != 200) ++wrong;
                for (const auto& each : array_of(answer)) {
                    const bool mine = liked.find(text_of(each, "uuid")) != std::string::npos;
                    if (each.as_object().at("liked").as_bool() != mine) ++wrong;
                }
            }
        });
    callers.emplace_back([&] {
        auto client = service_.client();
        for (int round = 0; round < 20; ++round)
            if (client.get(home_path, {app_service::as("nobody")}).status != 401) ++wrong;
    });
    callers.clear();
    EXPECT_EQ(wrong, 0);
}

TEST_P(home_feed, shows_the_same_posts_to_a_caller_at_every_limit) {
    auto client = service_.client();
    for (const auto* limit : {"1", "20", "30", "40", "41", "100"}) {
        const std::string target = std::string{home_path} + "?limit=" + limit;
        const auto anybody = client.get(target);
        const auto caller = client.get(target, {app_service::as(andrews_subject)});
        EXPECT_EQ(texts_of(array_of(caller), "uuid"), texts_of(array_of(anybody), "uuid")) << limit;
        EXPECT_EQ(caller.field("link"), anybody.field("link")) << limit;
    }
}

TEST_P(home_feed, moves_a_count_soon_after_it_changed) {
    auto client = service_.client();
    const std::string uuid = texts_of(array_of(client.get(home_path)), "uuid").front();
    query("update activities set likes_count = 77 where uuid = '" + uuid + "'");
    EXPECT_TRUE(eventually([&] {
        return array_of(client.get(home_path)).front().as_object().at("likes_count").as_int64() == 77;
    }));
}

TEST_P(home_feed, refuses_a_token_that_does_not_hold_or_belongs_to_nobody) {
    auto client = service_.client();
    for (const auto& wrong : {std::pair<std::string, std::string>{"Authorization", "Bearer x.y.z"},
                              {"Authorization", "Basic YTpi"},
                              app_service::as("nobody")}) {
        const auto answer = client.get(home_path, {wrong});
        EXPECT_EQ(answer.status, 401U) << wrong.second;
        EXPECT_EQ(answer.body, R"(["generic_401"])");
        EXPECT_EQ(answer.field("www-authenticate"), "Bearer");
    }
}

TEST_P(home_feed, never_shows_an_expired_post) {
    auto client = service_.client();
    const std::string uuid = add("lives shortly");
    EXPECT_TRUE(eventually([&] { return client.get(home_path).body.find(uuid) != std::string::npos; }));
    const auto now = [] {
        return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    };
    const double expires =
        std::stod(query("update activities set expires_at = now() + interval '1 second' where uuid = '" +
                        uuid + "' returning extract(epoch from expires_at)"));
    int after = 0;
    while (after < 50) {
        const double asked = now();
        const auto answer = client.get(home_path);
        ASSERT_EQ(answer.status, 200U);
        if (asked < expires) continue;
        ++after;
        EXPECT_THAT(answer.body, Not(HasSubstr(uuid)));
    }
}

TEST_P(home_feed, shows_what_others_wrote_into_the_database_at_once) {
    auto client = service_.client();
    client.get(home_path);
    const std::string uuid = add("by psql");
    EXPECT_TRUE(eventually([&] { return client.get(home_path).body.find(uuid) != std::string::npos; }));
    query("update users set display_name = 'Andrew B.' where handle = 'andrewbrown'");
    EXPECT_TRUE(
        eventually([&] { return client.get(home_path).body.find("Andrew B.") != std::string::npos; }));
    query("delete from activities where uuid = '" + uuid + "'");
    EXPECT_TRUE(eventually([&] { return client.get(home_path).body.find(uuid) == std::string::npos; }));
}

// A post that is not there and was not pushed off the page either: then every post there would be later.
bool lacks(const test::http_answer& feed, const boost::json::object& post) {
    const auto place = [](const boost::json::value& of) {
        return std::pair{text_of(of, "created_at"), text_of(of, "uuid")};
    };
    return feed.body.find(text_of(post, "uuid")) == std::string::npos &&
           place(array_of(feed).back()) <= place(post);
}

TEST_P(home_feed, shows_writers_their_own_posts_under_load) {
    constexpr int writers = 4;
    constexpr int posts = 40;
    std::atomic<bool> stop{false};
    std::atomic<int> missing{0};
    std::atomic<int> failed{0};
    std::vector<std::jthread> readers;
    for (int at = 0; at < 2; ++at)
        readers.emplace_back([&] {
            auto client = service_.client();
            while (!stop)
                if (client.get(home_path).status != 200) ++failed;
        });
    std::vector<std::jthread> threads;
    for (int writer = 0; writer < writers; ++writer)
        threads.emplace_back([&, writer] {
            auto client = service_.client();
            const auto token = app_service::as(writer % 2 == 0 ? "MOCK-bayko" : "MOCK-worf");
            for (int post = 0; post < posts; ++post) {
                const std::string message = std::to_string(writer) + "/" + std::to_string(post);
                const auto made =
                    test::post_json(client, "/api/activities", test::post_body(message), {token});
                // On a connection of its own, which may be any loop's.
                const auto feed = service_.get(home_path);
                if (made.status != 200 || feed.status != 200)
                    ++failed;
                else if (lacks(feed, test::object_of(made)))
                    ++missing;
            }
        });
    threads.clear();
    stop = true;
    readers.clear();
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(missing, 0);
    EXPECT_EQ(service_.metric("cruddur_feed_snapshot_hits_total") > 0, GetParam());
}

// PostgreSQL makes five plans for the values at hand before it judges whether one for all will do. Where it
// is led to think that it will not, it plans at each execution, which takes longer than the statement.
TEST(shared_statement, is_run_by_one_plan_however_few_it_serves) {
    const test::seeded_database database;
    database.query(
        "insert into users (display_name, handle, cognito_user_id) select 'P', 'p' || n, 'p' || n from "
        "generate_series(1, 1000) n; insert into activities (user_uuid, message) select uuid, 'm' from "
        "users; analyze");
    const auto plans_made = [&](const postgres::statement& what, const std::string& values) {
        std::string text = "prepare shared as " + std::string{what.sql} + ";";
        for (int round = 0; round < 10; ++round)
            text += "execute shared(" + values + ");";
        return sql(database.url(), text + "select custom_plans from pg_prepared_statements");
    };
    for (const auto* marks : {&queries::caller_marks, &queries::page_marks})
        EXPECT_EQ(plans_made(*marks, "'{MOCK-andrewbrown}', array[gen_random_uuid()]"), "5");
    EXPECT_EQ(plans_made(queries::create_activity,
                         "array[gen_random_uuid()], '{MOCK-andrewbrown}', '{news}', '{1 day}'"),
              "5");
}

// Posts that nobody, one, two and so on to nearly everybody likes, of people who hide each other and who do
// not, asked for by some and by many.
TEST(shared_statement, tells_of_few_callers_and_of_many_what_the_tables_say) {
    const test::seeded_database database;
    database.query(
        "insert into users (display_name, handle, cognito_user_id) select 'P', 'p' || n, 'p' || n from "
        "generate_series(1, 60) n;"
        "insert into activities (user_uuid, message) select uuid, 'm' from users where handle ~ '^p[0-9]+$';"
        "create temp table dice as select a.uuid as activity_uuid, u.uuid as user_uuid,"
        " substr(w.handle, 2)::int as post, substr(u.handle, 2)::int as person from activities a"
        " join users w on w.uuid = a.user_uuid join users u on u.handle ~ '^p[0-9]+$' and u.handle <> "
        "w.handle"
        " where w.handle ~ '^p[0-9]+$';"
        "insert into activity_likes select activity_uuid, user_uuid from dice where person <= post;"
        "insert into activity_reposts select activity_uuid, user_uuid from dice where person <= 60 - post;"
        "insert into mutes select a.uuid, b.uuid from users a, users b where a.handle = 'p3' and b.handle ~ "
        "'^p4';"
        "insert into blocks select a.uuid, b.uuid from users a, users b where a.handle = 'p5' and b.handle ~ "
        "'^p1'");
    const auto marks = [&](const postgres::statement& asked, int callers) {
        return sql(
            database.url(),
            "prepare marks as " + std::string{asked.sql} + ";" +
                "do $$ begin execute format('create temp table told as execute marks(%L, %L)',"
                " (select array_agg('p' || n) || '{nobody,p1}' from generate_series(1, " +
                std::to_string(callers) +
                ") n), (select array_agg(uuid) || gen_random_uuid() from activities)); end $$;"
                "select place, kind, uuid from told, lateral (select 'liked' as kind, unnest(liked) as uuid"
                " union all select 'reposted', unnest(reposted) union all select 'hidden', unnest(hidden)) m"
                " order by place, kind, uuid");
    };
    const auto truth = [&](int callers) {
        return database.query(
            "with asked as (select n as place, 'p' || n as handle from generate_series(1, " +
            std::to_string(callers) + ") n union all select " + std::to_string(callers) +
            " + 2, 'p1'), caller as (select place, uuid from asked join users using (handle))"
            "select place, 'liked' as kind, l.activity_uuid as uuid from caller c join activity_likes l"
            " on l.user_uuid = c.uuid union all "
            "select place, 'reposted', r.activity_uuid from caller c join activity_reposts r"
            " on r.user_uuid = c.uuid union all "
            "select place, 'hidden', a.uuid from caller c, activities a where exists (select from mutes m"
            " where m.muter_uuid = c.uuid and m.muted_uuid = a.user_uuid) or exists (select from blocks b"
            " where (b.blocker_uuid, b.blocked_uuid) in ((c.uuid, a.user_uuid), (a.user_uuid, c.uuid)))"
            " order by 1, 2, 3");
    };
    for (const int callers : {1, 5, 20, 60}) {
        const std::string expected = truth(callers);
        EXPECT_THAT(expected, HasSubstr("liked"));
        EXPECT_EQ(marks(queries::caller_marks, callers), expected) << callers;
        EXPECT_EQ(marks(queries::page_marks, callers), expected) << callers;
    }
}

} // namespace
} // namespace cruddur::app
