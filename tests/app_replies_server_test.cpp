#include "support/service.hpp"

#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <thread>

namespace cruddur::app {
namespace {

using test::app_service;
using test::array_of;
using test::http_answer;
using test::object_of;
using test::post_body;
using test::post_json;
using test::seed_post;
using test::seed_reply;
using test::sql;
using test::text_of;
using test::texts_of;
using test::unknown_uuid;
using testing::ElementsAre;
using fields = test::http_client::fields;

const std::string other_post = "5eed0000-0000-4000-8000-000000000102"; // Siobhán's
const std::string not_found = R"(["not_found"])";

std::string reply_body(std::string_view message) {
    return boost::json::serialize(boost::json::object{{"message", message}, {"activity_uuid", seed_post}});
}

class replies : public testing::Test {
protected:
    std::string query(const std::string& text) const { return database_.query(text); }
    http_answer reply(const std::string& to, std::string_view body, fields more = {}) {
        more.push_back(worf_);
        return post_json(client_, "/api/activities/" + to + "/reply", body, std::move(more));
    }
    http_answer remove(const std::string& uuid, std::string_view caller) {
        return client_.request("DELETE", "/api/activities/" + uuid, {app_service::as(caller)});
    }
    http_answer thread(const std::string& handle_and_uuid, const fields& more = {}) {
        return client_.get("/api/activities/@" + handle_and_uuid, more);
    }
    [[nodiscard]] std::int64_t replies_of(const std::string& uuid) {
        return object_of(client_.get("/api/activities/" + uuid)).at("replies_count").as_int64();
    }
    [[nodiscard]] std::string activities() const { return query("select count(*) from activities"); }
    void block(const std::string& blocker, const std::string& blocked) const {
        query("insert into blocks (blocker_uuid, blocked_uuid) select a.uuid, b.uuid from users a, users b "
              "where a.handle = '" +
              blocker + "' and b.handle = '" + blocked + "'");
    }

    test::seeded_database database_;
    test::app_login login_{database_};
    app_service service_{login_.url()};
    test::http_client client_ = service_.client();
    const std::pair<std::string, std::string> worf_ = app_service::as("MOCK-worf");
};

TEST_F(replies, are_created_below_their_parent_and_live_as_long) {
    const auto answer = reply(seed_post, reply_body("Today is a good day to reply, @Londo."));
    ASSERT_EQ(answer.status, 200U) << answer.body;
    const auto made = object_of(answer);
    EXPECT_EQ(made.size(), 13U);
    EXPECT_EQ(text_of(made, "handle"), "worf");
    EXPECT_EQ(text_of(made, "reply_to_activity_uuid"), seed_post);
    EXPECT_EQ(text_of(made, "expires_at"),
              text_of(object_of(client_.get("/api/activities/" + seed_post)), "expires_at"));
    EXPECT_EQ(replies_of(seed_post), 3);
    const std::string uuid = text_of(made, "uuid");
    EXPECT_EQ(client_.get("/api/activities/" + uuid, {worf_}).body, answer.body);
    EXPECT_EQ(text_of(object_of(reply(uuid, reply_body("To a reply."))), "reply_to_activity_uuid"), uuid);
    EXPECT_EQ(replies_of(uuid), 1);
    query("update activities set expires_at = null where uuid = '" + other_post + "'");
    EXPECT_TRUE(object_of(reply(other_post, reply_body("For ever."))).at("expires_at").is_null());
    EXPECT_EQ(array_of(client_.get("/api/activities/home?limit=100")).size(), 30U) << "no reply stands there";
}

TEST_F(replies, show_in_the_feeds_counts_at_once) {
    const auto shown = [&] {
        return array_of(client_.get("/api/activities/home")).front().at("replies_count").as_int64();
    };
    EXPECT_EQ(shown(), 2);
    const auto uuid = text_of(object_of(reply(seed_post, reply_body("one more"))), "uuid");
    EXPECT_EQ(shown(), 3);
    ASSERT_EQ(remove(uuid, "MOCK-worf").status, 200U);
    EXPECT_EQ(shown(), 2);
}

TEST_F(replies, hold_up_to_1024_characters) {
    std::string bicycles;
    for (int at = 0; at < 1'024; ++at)
        bicycles += "🚲";
    EXPECT_EQ(reply(seed_post, reply_body(bicycles)).status, 200U);
    const std::string before = activities();
    const std::vector<std::pair<std::string, std::string>> table{
        {reply_body(bicycles + "!"), R"(["message_exceed_max_chars_1024"])"},
        {reply_body(" \n\u200b"), R"(["message_blank"])"},
        {R"({"message":7})", R"(["message_blank"])"},
        {R"({"message":"a\u0000b"})", R"(["message_blank"])"},
        {R"([])", R"(["message_blank"])"}};
    for (const auto& [body, codes] : table) {
        const auto answer = reply(seed_post, body);
        EXPECT_EQ(answer.status, 422U) << answer.body;
        EXPECT_EQ(answer.body, codes);
    }
    EXPECT_EQ(reply(seed_post, "{").body, R"(["malformed_json"])");
    EXPECT_EQ(reply(seed_post, "{}", {{"Idempotency-Key", ""}}).body,
              R"(["message_blank","idempotency_key_invalid"])");
    EXPECT_EQ(activities(), before);
}

TEST_F(replies, need_a_caller_and_a_parent_that_the_caller_may_see) {
    const std::string before = activities();
    const auto tried = [&](const std::string& to) {
        const auto answer = reply(to, reply_body("hi"));
        return std::to_string(answer.status) + answer.body;
    };
    for (const std::string& none : {unknown_uuid, std::string{"1"}, unknown_uuid + "0"})
        EXPECT_EQ(tried(none), "404" + not_found);
    block("andrewbrown", "worf");
    EXPECT_EQ(tried(seed_post), "404" + not_found);
    EXPECT_EQ(remove(seed_post, "MOCK-worf").body, not_found);
    query("delete from blocks");
    block("worf", "andrewbrown");
    EXPECT_EQ(tried(seed_post), "404" + not_found);
    query("update activities set expires_at = now() where uuid = '" + other_post + "'");
    EXPECT_EQ(tried(other_post), "404" + not_found);
    const std::string target = "/api/activities/" + seed_reply + "/reply";
    EXPECT_EQ(post_json(client_, target, reply_body("hi"), {app_service::as("nobody")}).status, 401U);
    EXPECT_EQ(post_json(client_, target, reply_body("hi")).status, 401U);
    EXPECT_EQ(activities(), before);
}

TEST_F(replies, are_created_once_under_an_idempotency_key) {
    const fields key{{"Idempotency-Key", "key-1"}};
    const auto first = reply(seed_post, reply_body("once"), key);
    ASSERT_EQ(first.status, 200U);
    for (int again = 0; again < 2; ++again)
        EXPECT_EQ(reply(seed_post, reply_body("once"), key).body, first.body);
    EXPECT_EQ(replies_of(seed_post), 3);
    const std::string reused = R"(["idempotency_key_reused"])";
    EXPECT_EQ(reply(seed_post, reply_body("twice"), key).body, reused);
    EXPECT_EQ(reply(other_post, reply_body("once"), key).body, reused);
    EXPECT_EQ(post_json(client_, "/api/activities", post_body("once"), {worf_, key[0]}).body, reused);
    query("update idempotency_keys set created_at = created_at - interval '25 hours'");
    EXPECT_NE(reply(seed_post, reply_body("once"), key).body, first.body) << "a key is kept for a day";
    EXPECT_EQ(replies_of(seed_post), 4);
    query("delete from activities where message = 'once'");
    EXPECT_EQ(reply(seed_post, reply_body("once"), key).body, not_found) << "it was made, and is gone";
    EXPECT_EQ(replies_of(seed_post), 2);
}

TEST_F(replies, to_one_post_at_once_are_all_counted_and_under_one_key_are_one) {
    std::mutex mutex;
    std::multiset<std::string> under_key;
    std::vector<std::jthread> threads;
    for (int at = 0; at < 8; ++at)
        threads.emplace_back([&, at] {
            auto client = service_.client();
            const std::string target = "/api/activities/" + seed_post + "/reply";
            const auto caller = app_service::as(at % 2 == 0 ? "MOCK-worf" : "MOCK-londo");
            for (int round = 0; round < 5; ++round)
                EXPECT_EQ(post_json(client, target, reply_body("many"), {caller}).status, 200U);
            const auto once =
                post_json(client, target, reply_body("once"), {worf_, {"Idempotency-Key", "race"}});
            const std::lock_guard lock{mutex};
            under_key.insert(once.body);
        });
    threads.clear();
    EXPECT_EQ(under_key.count(*under_key.begin()), 8U) << *under_key.begin() << *under_key.rbegin();
    EXPECT_EQ(replies_of(seed_post), 2 + 8 * 5 + 1);
}

TEST_F(replies, and_posts_are_deleted_by_their_author_alone_and_take_their_replies_along) {
    const auto below = text_of(object_of(reply(seed_reply, reply_body("below a reply"))), "uuid");
    const auto refused = remove(seed_reply, "MOCK-worf");
    EXPECT_EQ(refused.status, 403U);
    EXPECT_EQ(refused.body, R"(["generic_403"])");
    EXPECT_EQ(remove(seed_reply, "nobody").status, 401U);
    const auto done = remove(seed_reply, "MOCK-bayko");
    EXPECT_EQ(done.status, 200U);
    EXPECT_EQ(done.body, R"({"uuid":")" + seed_reply + R"("})");
    EXPECT_EQ(remove(seed_reply, "MOCK-bayko").body, not_found);
    EXPECT_EQ(client_.get("/api/activities/" + below).status, 404U);
    EXPECT_EQ(replies_of(seed_post), 1);
    for (const std::string& none : {unknown_uuid, std::string{"1"}, std::string{"home"}})
        EXPECT_EQ(remove(none, "MOCK-worf").body, not_found) << none;

    const auto first = [&] { return text_of(array_of(client_.get("/api/activities/home")).front(), "uuid"); };
    EXPECT_EQ(first(), seed_post);
    ASSERT_EQ(remove(seed_post, "MOCK-andrewbrown").status, 200U);
    EXPECT_NE(first(), seed_post) << "the feed is told";
    EXPECT_EQ(query("select count(*) from activities where reply_to_activity_uuid = '" + seed_post + "'"),
              "0");
    query("update activities set expires_at = now() where uuid = '" + other_post + "'");
    EXPECT_EQ(remove(other_post, "MOCK-siobhan").body, not_found);
}

TEST_F(replies, stand_below_their_post_oldest_first) {
    const auto answer = thread("AndrewBrown/status/" + seed_post);
    ASSERT_EQ(answer.status, 200U) << answer.body;
    const auto shown = object_of(answer);
    EXPECT_EQ(shown.size(), 2U);
    EXPECT_EQ(shown.at("activity"), boost::json::parse(client_.get("/api/activities/" + seed_post).body));
    EXPECT_THAT(texts_of(shown.at("replies").as_array(), "message"),
                ElementsAre("Confirmed: it was.", "Seed data. An honourable beginning."));
    EXPECT_FALSE(answer.has("link"));
    EXPECT_EQ(thread("andrewbrown/status/" + seed_post, {{"If-None-Match", answer.field("etag")}}).status,
              304U);
    const auto seen = object_of(thread("andrewbrown/status/" + seed_post, {worf_}));
    EXPECT_TRUE(seen.at("activity").at("liked").is_bool());
    EXPECT_TRUE(seen.at("replies").at(1).at("reposted").is_bool());

    // From a reply every parent is reached, up to the post.
    const auto deep = object_of(reply(seed_reply, reply_body("deep")));
    std::vector<std::string> way;
    for (boost::json::value at = deep; !at.at("reply_to_activity_uuid").is_null();) {
        at = boost::json::parse(client_.get("/api/activities/" + text_of(at, "reply_to_activity_uuid")).body);
        way.push_back(text_of(at, "uuid"));
        const auto status = thread(text_of(at, "handle") + "/status/" + way.back());
        EXPECT_EQ(object_of(status).at("activity"), at);
    }
    EXPECT_THAT(way, ElementsAre(seed_reply, seed_post));
}

TEST_F(replies, are_paged_without_doubles_or_gaps) {
    query("insert into activities (user_uuid, message, reply_to_activity_uuid, created_at) select uuid, "
          "'reply', '" +
          seed_post + "', '2026-01-01' from users cross join generate_series(1, 2)");
    std::vector<std::string> seen;
    int pages = 0;
    for (std::string at = "/api/activities/@andrewbrown/status/" + seed_post + "?limit=10"; !at.empty();
         ++pages) {
        const auto page = client_.get(at, {worf_});
        ASSERT_EQ(page.status, 200U) << page.body;
        EXPECT_EQ(text_of(object_of(page).at("activity"), "uuid"), seed_post);
        for (auto& uuid : texts_of(object_of(page).at("replies").as_array(), "uuid"))
            seen.push_back(uuid);
        const std::string link = page.field("link");
        at = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    }
    EXPECT_EQ(pages, 3);
    std::string wanted;
    for (const auto& uuid : seen)
        wanted += uuid + ",";
    EXPECT_EQ(query("select string_agg(uuid || ',', '' order by created_at, uuid) from activities where "
                    "reply_to_activity_uuid = '" +
                    seed_post + "'"),
              wanted);
    EXPECT_EQ(thread("andrewbrown/status/" + seed_post + "?limit=0&cursor=x").body,
              R"(["limit_invalid","cursor_invalid"])");
}

TEST_F(replies, and_their_post_are_shown_to_nobody_who_may_not_see_them) {
    for (const std::string& none :
         {"andrewbrown/status/" + unknown_uuid, "worf/status/" + seed_post, "nobody/status/" + seed_post,
          std::string{"andrewbrown/status/1"}, "%27--/status/" + seed_post}) {
        const auto answer = thread(none, {worf_});
        EXPECT_EQ(answer.status, 404U) << none;
        EXPECT_EQ(answer.body, not_found);
    }
    EXPECT_EQ(thread("andrewbrown/status/" + seed_post, {app_service::as("nobody")}).status, 401U);
    const auto londo = app_service::as("MOCK-londo");
    const auto handles = [&](const fields& who) {
        return texts_of(object_of(thread("andrewbrown/status/" + seed_post, who)).at("replies").as_array(),
                        "handle");
    };
    block("londo", "worf");
    EXPECT_THAT(handles({londo}), ElementsAre("bayko"));
    EXPECT_THAT(handles({}), ElementsAre("bayko", "worf"));
    block("bayko", "londo");
    EXPECT_THAT(handles({londo}), testing::IsEmpty());
    query("delete from blocks");
    query("insert into mutes (muter_uuid, muted_uuid) select a.uuid, b.uuid from users a, users b "
          "where a.handle = 'londo' and b.handle = 'worf'");
    EXPECT_THAT(handles({londo}), ElementsAre("bayko", "worf")) << "a mute hides from lists, not in a thread";
    query("update activities set expires_at = now() where uuid = '" + seed_reply + "'");
    EXPECT_THAT(handles({londo}), ElementsAre("worf"));
    block("andrewbrown", "londo");
    EXPECT_EQ(thread("andrewbrown/status/" + seed_post, {londo}).status, 404U);
    EXPECT_EQ(client_.get("/api/activities/" + seed_post, {londo}).status, 404U);
    query("update activities set expires_at = now() where uuid = '" + seed_post + "'");
    EXPECT_EQ(thread("andrewbrown/status/" + seed_post).status, 404U);
}

} // namespace
} // namespace cruddur::app
