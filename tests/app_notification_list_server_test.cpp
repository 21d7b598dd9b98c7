#include "support/service.hpp"

#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace cruddur::app {
namespace {

using test::app_service;
using test::array_of;
using test::http_answer;
using test::object_of;
using test::post_body;
using test::post_json;
using test::seed_post;
using test::sql;
using test::text_of;
using test::texts_of;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view list_path = "/api/activities/notifications";
const std::string second_post = "5eed0000-0000-4000-8000-000000000114"; // Andrew's too

// What Andrew is told of what others do.
class notification_routes : public testing::Test {
protected:
    notification_routes() {
        query("delete from activity_likes; delete from activity_reposts; delete from notifications");
    }

    std::string query(const std::string& text) const { return database_.query(text); }
    void react(const std::string& handle, const std::string& reaction, const std::string& uuid = seed_post) {
        const auto answer = client_.request("PUT", "/api/activities/" + uuid + "/" + reaction,
                                            {app_service::as("MOCK-" + handle)});
        ASSERT_EQ(answer.status, 200U) << answer.body;
    }
    std::string reply(const std::string& handle, const std::string& message) {
        const std::string body = boost::json::serialize(boost::json::object{{"message", message}});
        return text_of(object_of(post_json(client_, "/api/activities/" + seed_post + "/reply", body,
                                           {app_service::as("MOCK-" + handle)})),
                       "uuid");
    }
    std::string post(const std::string& handle, const std::string& message) {
        return text_of(object_of(post_json(client_, "/api/activities", post_body(message),
                                           {app_service::as("MOCK-" + handle)})),
                       "uuid");
    }
    void hide(const std::string& table, const std::string& who, const std::string& whom) const {
        query("insert into " + table + " select a.uuid, b.uuid from users a, users b where a.handle = '" +
              who + "' and b.handle = '" + whom + "'");
    }
    [[nodiscard]] boost::json::array told() {
        const auto answer = client_.get(list_path, {andrew_});
        EXPECT_EQ(answer.status, 200U) << answer.body;
        return array_of(answer);
    }
    // "reason of actors", newest first.
    [[nodiscard]] std::vector<std::string> summary() {
        std::vector<std::string> made;
        for (const auto& each : told()) {
            const auto& notification = each.at("notification");
            std::string line = text_of(notification, "reason") + " " +
                               std::to_string(notification.at("actors_count").as_int64()) + ":";
            for (const auto& actor : notification.at("actors").as_array())
                line += " " + text_of(actor, "handle");
            made.push_back(line);
        }
        return made;
    }
    [[nodiscard]] std::int64_t unread() {
        return object_of(client_.get(std::string{list_path} + "/unread", {andrew_})).at("count").as_int64();
    }
    http_answer read(const std::string& body) {
        return client_.request("PUT", std::string{list_path} + "/read",
                               {andrew_, {"Content-Type", "application/json"}}, body);
    }
    [[nodiscard]] static std::string until(const std::string& time) {
        return boost::json::serialize(boost::json::object{{"until", time}});
    }

    test::seeded_database database_;
    test::app_login login_{database_};
    app_service service_{login_.url()};
    test::http_client client_ = service_.client();
    const std::pair<std::string, std::string> andrew_ = app_service::as("MOCK-andrewbrown");
};

TEST_F(notification_routes, tell_of_replies_mentions_likes_and_reposts_newest_first) {
    react("worf", "like");
    const auto mention = post("londo", "Have you heard, @AndrewBrown?");
    const auto answered = reply("bayko", "Yes, @andrewbrown.");
    for (const auto* handle : {"hanako", "layla", "amara", "andrewbrown"})
        react(handle, "repost", second_post);
    EXPECT_THAT(summary(), ElementsAre("repost 3: amara layla hanako", "reply 1: bayko", "mention 1: londo",
                                       "like 1: worf"));
    const auto all = told();
    EXPECT_THAT(texts_of(all, "uuid"), ElementsAre(second_post, answered, mention, seed_post));
    const auto& first = all.front().as_object();
    EXPECT_EQ(first.size(), 14U);
    EXPECT_TRUE(first.at("reposted").as_bool());
    const auto& notification = first.at("notification").as_object();
    EXPECT_EQ(notification.size(), 5U);
    EXPECT_EQ(notification.at("actors").at(0), object_of(client_.get("/api/users/@amara/short")));
    EXPECT_FALSE(notification.at("read").as_bool());
    EXPECT_EQ(text_of(notification, "created_at"),
              query("select to_char(max(created_at) at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') "
                    "from notifications"));
    react("ingrid", "repost", second_post);
    EXPECT_EQ(summary().front(), "repost 4: ingrid amara layla") << "the newest three, and how many in all";
    EXPECT_THAT(array_of(client_.get(list_path, {app_service::as("MOCK-worf")})), IsEmpty());
}

TEST_F(notification_routes, leave_out_whom_the_caller_may_not_see_or_has_muted_and_what_is_gone) {
    for (const auto* handle : {"worf", "londo", "layla"})
        react(handle, "like");
    react("worf", "repost", second_post);
    const auto answered = reply("worf", "a reply");
    post("londo", "@andrewbrown");
    EXPECT_EQ(summary().size(), 4U);
    EXPECT_EQ(unread(), 4);
    hide("mutes", "andrewbrown", "worf");
    EXPECT_THAT(summary(), ElementsAre("mention 1: londo", "like 2: layla londo"));
    EXPECT_EQ(unread(), 2);
    query("delete from mutes");
    for (const auto& [who, whom] : {std::pair{"andrewbrown", "worf"}, std::pair{"worf", "andrewbrown"}}) {
        hide("blocks", who, whom);
        EXPECT_THAT(summary(), ElementsAre("mention 1: londo", "like 2: layla londo")) << who;
        EXPECT_EQ(unread(), 2);
        query("delete from blocks");
    }
    query("update activities set expires_at = now() where uuid = '" + answered + "'");
    EXPECT_THAT(summary(), ElementsAre("mention 1: londo", "repost 1: worf", "like 3: layla londo worf"));
    EXPECT_EQ(unread(), 3);
    const auto taken_back = client_.request("DELETE", "/api/activities/" + second_post + "/repost",
                                            {app_service::as("MOCK-worf")});
    ASSERT_EQ(taken_back.status, 200U);
    EXPECT_EQ(unread(), 2);
}

// However many came after the last whom the caller sees.
TEST_F(notification_routes, count_all_who_acted_and_find_the_newest_that_the_caller_sees) {
    query(
        "insert into users (display_name, handle, cognito_user_id) select 'P' || n, 'p' || n, 'p-' || n from "
        "generate_series(1, 60) n; "
        "insert into activity_likes (activity_uuid, user_uuid, created_at) select '" +
        seed_post +
        "', uuid, now() - case when cognito_user_id like 'p-%' then substr(handle, 2)::int else 99 end * "
        "interval '1 second' "
        "from users where cognito_user_id like 'p-%' or handle = 'andrewbrown'");
    EXPECT_THAT(summary(), ElementsAre("like 60: p1 p2 p3"));
    query("insert into mutes select a.uuid, b.uuid from users a, users b "
          "where a.handle = 'andrewbrown' and b.cognito_user_id ~ '^p-([1-9]|[1-2][0-9])$'");
    EXPECT_THAT(summary(), ElementsAre("like 31: p30 p31 p32"));
    hide("blocks", "p30", "andrewbrown");
    hide("blocks", "andrewbrown", "p40");
    hide("mutes", "andrewbrown", "worf"); // who has not liked it
    query("update users set disabled_at = now(), hidden = true where handle in ('p31', 'p50')");
    EXPECT_THAT(summary(), ElementsAre("like 27: p32 p33 p34"));
    EXPECT_EQ(unread(), 1);
    query("insert into mutes select a.uuid, b.uuid from users a, users b where a.handle = 'andrewbrown' and "
          "b.cognito_user_id like 'p-%' and b.handle not in ('p59', 'p60') on conflict do nothing");
    EXPECT_THAT(summary(), ElementsAre("like 2: p59 p60"));
    EXPECT_EQ(unread(), 1);
    hide("mutes", "andrewbrown", "p59");
    hide("mutes", "andrewbrown", "p60");
    EXPECT_THAT(summary(), IsEmpty());
    EXPECT_EQ(unread(), 0);
}

TEST_F(notification_routes, are_read_up_to_a_time_that_never_moves_back) {
    post("londo", "@andrewbrown first");
    post("londo", "@andrewbrown second");
    EXPECT_EQ(unread(), 2);
    const auto read_at = text_of(told().back().at("notification"), "created_at");
    EXPECT_EQ(read(until(read_at)).body, R"({"count":1})");
    EXPECT_EQ(unread(), 1);
    const auto seen = told();
    EXPECT_FALSE(seen.front().at("notification").at("read").as_bool());
    EXPECT_TRUE(seen.back().at("notification").at("read").as_bool());
    EXPECT_EQ(read(until("1999-12-31T23:59:60+01:00")).body, R"({"count":1})");
    EXPECT_EQ(read(until("9999-12-31t23:59:59.999999999z")).body, R"({"count":0})");
    post("londo", "@andrewbrown third");
    EXPECT_EQ(unread(), 1) << "no time to come is read";
    EXPECT_EQ(read(until("2000-01-01T00:00:00Z")).body, R"({"count":1})");
}

TEST_F(notification_routes, count_what_is_unread_up_to_a_hundred) {
    query("insert into activities (user_uuid, message) select uuid, '@andrewbrown' from users, "
          "generate_series(1, 120) "
          "where handle = 'worf'");
    EXPECT_EQ(unread(), 100);
}

TEST_F(notification_routes, refuse_what_is_no_time_and_who_is_nobody) {
    const std::string invalid = R"(["until_invalid"])";
    for (const auto* time : {"", "now", "infinity", "2026-11-30", "2026-11-30 14:08:36Z",
                             "2026-11-30T14:08:36", "2026-02-30T14:08:36Z", "2026-11-30T24:00:00Z",
                             "2026-11-30T14:08:36.Z", "2026-11-30T14:08:36ZZ", "2026-11-30T14:08:36+0100"})
        EXPECT_EQ(read(until(time)).body, invalid) << time;
    EXPECT_EQ(read("{}").body, invalid);
    EXPECT_EQ(read(R"({"until":1764511716})").body, invalid);
    EXPECT_EQ(read("{").status, 400U);
    EXPECT_EQ(client_.get(std::string{list_path} + "?limit=0&cursor=x", {andrew_}).body,
              R"(["limit_invalid","cursor_invalid"])");
    const std::pair<std::string, std::string> json{"Content-Type", "application/json"};
    for (const auto& who :
         {app_service::as("nobody"), std::pair<std::string, std::string>{"Authorization", "Bearer null"}}) {
        EXPECT_EQ(client_.get(list_path, {who}).status, 401U);
        EXPECT_EQ(client_.get(std::string{list_path} + "/unread", {who}).status, 401U);
        EXPECT_EQ(
            client_
                .request("PUT", std::string{list_path} + "/read", {who, json}, until("2026-01-01T00:00:00Z"))
                .status,
            401U);
    }
}

// Likes and reposts of one post can come at the same time: then the reason alone tells the two apart.
TEST_F(notification_routes, are_paged_without_doubles_or_gaps) {
    query("insert into activities (user_uuid, message) select uuid, 'post ' || n from users, "
          "generate_series(1, 12) n "
          "where handle = 'andrewbrown'; "
          "insert into activity_likes (activity_uuid, user_uuid) select a.uuid, u.uuid from activities a, "
          "users u "
          "where a.message like 'post %' and u.handle = 'worf'; "
          "insert into activity_reposts (activity_uuid, user_uuid) select a.uuid, u.uuid from activities a, "
          "users u "
          "where a.message like 'post %' and u.handle = 'worf'; "
          "update notifications set created_at = '2026-01-01'");
    for (const auto* limit : {"1", "7", "24"}) {
        std::set<std::string> seen;
        std::size_t shown = 0;
        std::size_t pages = 0;
        for (std::string at = std::string{list_path} + "?limit=" + limit; !at.empty() && pages < 30;
             ++pages) {
            const auto page = client_.get(at, {andrew_});
            ASSERT_EQ(page.status, 200U) << page.body;
            for (const auto& each : array_of(page)) {
                seen.insert(text_of(each, "uuid") + text_of(each.at("notification"), "reason"));
                ++shown;
            }
            const std::string link = page.field("link");
            at = link.empty() ? "" : link.substr(1, link.find('>') - 1);
        }
        EXPECT_EQ(seen.size(), 24U) << limit;
        EXPECT_EQ(shown, 24U) << limit;
    }
}

} // namespace
} // namespace cruddur::app
