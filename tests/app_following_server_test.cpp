#include "support/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace cruddur::app {
namespace {

using test::app_service;
using test::array_of;
using test::sql;
using test::texts_of;
using testing::Each;

const std::string following = "/api/activities/home?following=1";

class following_feed : public testing::Test {
protected:
    std::string query(const std::string& text) const { return database_.query(text); }
    [[nodiscard]] test::http_answer get(const std::string& target, const std::string& who = "londo") const {
        return service_.get(target, {app_service::as("MOCK-" + who)});
    }
    // All of it, by the links of its pages.
    [[nodiscard]] std::vector<std::string> all_messages(int limit) const {
        std::vector<std::string> made;
        std::string target = following + "&limit=" + std::to_string(limit);
        for (int page = 0; page < 100 && !target.empty(); ++page) {
            const auto answer = get(target);
            for (auto& each : texts_of(array_of(answer), "message"))
                made.push_back(std::move(each));
            const std::string link = answer.field("link");
            target = link.empty() ? "" : link.substr(1, link.find('>') - 1);
        }
        return made;
    }
    void relate(const std::string& table, const std::string& columns, const std::string& one,
                const std::string& other) const {
        query("insert into " + table + " (" + columns +
              ") select a.uuid, b.uuid from users a, users b where a.handle = '" + one +
              "' and b.handle = '" + other + "'");
    }
    void follow(const std::string& one, const std::string& other) const {
        relate("follows", "follower_uuid, followed_uuid", one, other);
    }
    // What it has to be, read in the plainest way.
    [[nodiscard]] std::vector<std::string> expected() const {
        std::vector<std::string> made;
        std::istringstream lines{query(
            "select message from activities a where reply_to_activity_uuid is null and (expires_at is null "
            "or expires_at > now()) "
            "and user_uuid in (select followed_uuid from follows where follower_uuid = (select uuid from "
            "users where handle = 'londo') "
            "union select uuid from users where handle = 'londo') order by created_at desc, uuid desc")};
        for (std::string line; std::getline(lines, line);)
            made.push_back(line);
        return made;
    }

    test::seeded_database database_;
    app_service service_{database_.url()};
};

TEST_F(following_feed, has_the_posts_of_those_followed_and_the_callers_own_alone) {
    EXPECT_THAT(texts_of(array_of(get(following)), "handle"), Each(testing::Eq("londo")));
    follow("londo", "worf");
    follow("priya", "londo");
    const auto seen = texts_of(array_of(get(following)), "handle");
    EXPECT_THAT(seen, testing::Contains("worf"));
    EXPECT_THAT(seen, testing::Contains("londo"));
    EXPECT_THAT(seen, Each(testing::AnyOf("londo", "worf")));
    EXPECT_EQ(all_messages(100), expected());
    EXPECT_TRUE(array_of(get(following)).front().at("liked").is_bool());
}

TEST_F(following_feed, hides_the_muted_and_the_blocked) {
    follow("londo", "worf");
    relate("mutes", "muter_uuid, muted_uuid", "londo", "worf");
    EXPECT_THAT(texts_of(array_of(get(following)), "handle"), Each(testing::Eq("londo")));
    query("delete from mutes");
    EXPECT_THAT(texts_of(array_of(get(following)), "handle"), testing::Contains("worf"));
    relate("blocks", "blocker_uuid, blocked_uuid", "worf", "londo");
    EXPECT_THAT(texts_of(array_of(get(following)), "handle"), Each(testing::Eq("londo")));
}

TEST_F(following_feed, is_the_callers_and_takes_no_other_value) {
    EXPECT_EQ(service_.get(following).status, 401U);
    EXPECT_EQ(service_.get(following, {{"Authorization", "Bearer null"}}).status, 401U);
    EXPECT_EQ(get(following, "stranger").status, 401U);
    EXPECT_EQ(get("/api/activities/home?following=2").body, R"(["following_invalid"])");
    EXPECT_EQ(service_.get("/api/activities/home?following=").status, 422U);
    EXPECT_EQ(get(following + "&cursor=x").body, R"(["cursor_invalid"])");
}

// From 300 followed on the newest posts of all are looked at first, 2,000 of them: some pages are found
// there, the last are not.
TEST_F(following_feed, is_the_same_however_many_are_followed) {
    query("insert into users (display_name, handle, cognito_user_id) select 'F' || n, 'f' || n, 'F' || n "
          "from generate_series(1, 400) n;"
          "insert into activities (user_uuid, message, created_at) select u.uuid, 'post ' || n, now() - n * "
          "interval '1 second' "
          "from generate_series(1, 3000) n join users u on u.cognito_user_id = 'F' || (n * n % 400 + 1);");
    for (const auto* some : {"5", "299", "301"}) {
        query("delete from follows; insert into follows (follower_uuid, followed_uuid) select l.uuid, f.uuid "
              "from users l, users f "
              "where l.handle = 'londo' and f.cognito_user_id in (select 'F' || n from generate_series(1, " +
              std::string{some} + ") n)");
        const auto all = expected();
        EXPECT_EQ(all_messages(100), all) << some;
    }
    // So few of the newest are by those followed that the walk ends without a page of them.
    query("delete from follows; insert into follows (follower_uuid, followed_uuid) select l.uuid, f.uuid "
          "from users l, users f "
          "where l.handle = 'londo' and f.cognito_user_id like 'F%';"
          "insert into activities (user_uuid, message) select uuid, 'noise' from users, generate_series(1, "
          "2500) where handle = 'worf'");
    EXPECT_EQ(all_messages(100), expected());
}

} // namespace
} // namespace cruddur::app
