#include "db/queries.hpp"
#include "postgres/plain_connection.hpp"
#include "support/service.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <random>
#include <set>
#include <thread>

namespace cruddur::app {
namespace {

using test::app_service;
using test::http_answer;
using test::object_of;
using test::seed_post;
using test::seed_reply;
using test::sql;
using test::text_of;
using test::unknown_uuid;

// Likes and reposts are alike: each test is of one of them.
class reactions_routes : public testing::TestWithParam<std::string> {
protected:
    reactions_routes() { query("delete from activity_likes; delete from activity_reposts"); }

    std::string query(const std::string& text) const { return database_.query(text); }
    http_answer react(std::string_view method, const std::string& uuid,
                      std::string_view caller = "MOCK-worf") {
        return client_.request(method, "/api/activities/" + uuid + "/" + GetParam(),
                               {app_service::as(caller)});
    }
    [[nodiscard]] std::string rows() const {
        return query("select count(*) from activity_" + GetParam() + "s");
    }
    [[nodiscard]] std::string count() const {
        return query("select " + GetParam() + "s_count from activities where uuid = '" + seed_post + "'");
    }
    // What an answer says: whether the caller has reacted, and how many have.
    [[nodiscard]] static std::pair<bool, std::int64_t> said(const http_answer& answer) {
        const auto activity = object_of(answer);
        return {activity.at(GetParam() + (GetParam() == "like" ? "d" : "ed")).as_bool(),
                activity.at(GetParam() + "s_count").as_int64()};
    }

    test::seeded_database database_;
    test::app_login login_{database_};
    app_service service_{login_.url()};
    test::http_client client_ = service_.client();
};

INSTANTIATE_TEST_SUITE_P(of, reactions_routes, testing::Values("like", "repost"),
                         [](const auto& which) { return which.param; });

using reaction = std::pair<bool, std::int64_t>;

TEST_P(reactions_routes, answer_the_activity_with_its_new_count_and_count_each_person_once) {
    for (int again = 0; again < 2; ++again) {
        const auto answer = react("PUT", seed_post);
        ASSERT_EQ(answer.status, 200U) << answer.body;
        EXPECT_EQ(said(answer), reaction(true, 1));
        EXPECT_EQ(object_of(answer).size(), 13U);
        EXPECT_EQ(answer.body,
                  client_.get("/api/activities/" + seed_post, {app_service::as("MOCK-worf")}).body);
    }
    EXPECT_EQ(said(react("PUT", seed_post, "MOCK-andrewbrown")), reaction(true, 2)) << "one's own";
    EXPECT_EQ(rows() + count(), "22");
    for (int again = 0; again < 2; ++again)
        EXPECT_EQ(said(react("DELETE", seed_post)), reaction(false, 1));
    EXPECT_EQ(said(react("DELETE", seed_post, "MOCK-londo")), reaction(false, 1)) << "who never did";
    EXPECT_EQ(rows() + count(), "11");
    EXPECT_EQ(said(react("PUT", seed_reply)), reaction(true, 1));
}

// The activities in an answer, wherever they stand in it, that it says the caller has done this to; and how
// many there are.
void find_marked(const boost::json::value& in, std::string_view mark, std::set<std::string>& marked,
                 int& activities) {
    if (const auto* list = in.if_array())
        for (const auto& each : *list)
            find_marked(each, mark, marked, activities);
    if (const auto* object = in.if_object()) {
        if (object->contains("replies_count")) {
            ++activities;
            if (object->at(mark).as_bool()) marked.insert(text_of(*object, "uuid"));
        }
        for (const auto& member : *object)
            find_marked(member.value(), mark, marked, activities);
    }
}

TEST_P(reactions_routes, stand_in_every_list_as_its_caller_made_them) {
    const std::string mark = GetParam() == "like" ? "liked" : "reposted";
    react("PUT", seed_post, "MOCK-andrewbrown");
    react("PUT", seed_post, "MOCK-worf"); // of which Andrew is notified
    react("PUT", seed_reply, "MOCK-worf");
    for (const std::string list :
         {"home", "home?limit=30", "home?following=1", "@andrewbrown", "notifications",
          "search?term=from:andrewbrown", "search?term=imported", "search?term=imported+from:andrewbrown"}) {
        const std::string path = "/api/activities/" + list;
        const auto answer = client_.get(path, {app_service::as("MOCK-andrewbrown")});
        ASSERT_EQ(answer.status, 200U) << path << answer.body;
        std::set<std::string> marked;
        int activities = 0;
        find_marked(boost::json::parse(answer.body), mark, marked, activities);
        EXPECT_EQ(marked, std::set{seed_post}) << path;
        EXPECT_GT(activities, list.starts_with("home") ? 1 : 0) << path;
        EXPECT_EQ(client_.get(path, {app_service::as("nobody")}).status, 401U) << path;
    }
    const std::string thread = "/api/activities/@andrewbrown/status/" + seed_post;
    const auto answer = client_.get(thread, {app_service::as("MOCK-worf")});
    std::set<std::string> marked;
    int activities = 0;
    find_marked(boost::json::parse(answer.body), mark, marked, activities);
    EXPECT_EQ(marked, (std::set{seed_post, seed_reply})) << answer.body;
    EXPECT_EQ(client_.get(thread, {app_service::as("nobody")}).status, 401U);
}

TEST_P(reactions_routes, leave_the_other_mark_as_it_is) {
    const std::string other = GetParam() == "like" ? "repost" : "like";
    const std::string target = "/api/activities/" + seed_post + "/" + other;
    const auto worf = app_service::as("MOCK-worf");
    ASSERT_EQ(client_.request("PUT", target, {worf}).status, 200U);
    const auto both = object_of(react("PUT", seed_post));
    EXPECT_TRUE(both.at("liked").as_bool() && both.at("reposted").as_bool());
    const auto one = object_of(react("DELETE", seed_post));
    EXPECT_EQ(one.at("liked").as_bool(), other == "like");
    EXPECT_EQ(one.at("reposted").as_bool(), other == "repost");
    EXPECT_EQ(one.at(other + "s_count").as_int64(), 1);
}

TEST_P(reactions_routes, know_nothing_of_what_their_caller_may_not_see) {
    for (const std::string& none : {unknown_uuid, std::string{"1"}, unknown_uuid + "0", std::string{"home"}})
        for (const auto* method : {"PUT", "DELETE"})
            EXPECT_EQ(react(method, none).body, R"(["not_found"])") << none;
    for (const auto& [blocker, blocked] :
         {std::pair{"worf", "andrewbrown"}, std::pair{"andrewbrown", "worf"}}) {
        query("insert into blocks (blocker_uuid, blocked_uuid) select a.uuid, b.uuid from users a, users b "
              "where a.handle = '" +
              std::string{blocker} + "' and b.handle = '" + blocked + "'");
        for (const auto* method : {"PUT", "DELETE"})
            EXPECT_EQ(react(method, seed_post).status, 404U) << blocker;
        query("delete from blocks");
    }
    query("update activities set expires_at = now() where uuid = '" + seed_post + "'");
    for (const auto* method : {"PUT", "DELETE"})
        EXPECT_EQ(react(method, seed_post).status, 404U);
    EXPECT_EQ(rows(), "0");
}

TEST_P(reactions_routes, want_a_caller_who_is_somebody) {
    for (const auto* method : {"PUT", "DELETE"}) {
        EXPECT_EQ(react(method, seed_post, "nobody").status, 401U);
        EXPECT_EQ(client_
                      .request(method, "/api/activities/" + seed_post + "/" + GetParam(),
                               {{"Authorization", "Bearer null"}})
                      .status,
                  401U);
    }
    const auto other = react("POST", seed_post);
    EXPECT_EQ(other.status, 405U);
    EXPECT_EQ(other.field("allow"), "PUT, DELETE, OPTIONS");
}

// Those that wait at the same time become one statement: what fails one of them fails no other, and each gets
// its own.
TEST_P(reactions_routes, are_written_many_at_once_each_by_its_own_fate) {
    query("alter table activity_" + GetParam() + "s add constraint refused check (activity_uuid <> '" +
          seed_reply + "')");
    const std::vector<std::string> posts{seed_post, "5eed0000-0000-4000-8000-000000000102",
                                         "5eed0000-0000-4000-8000-000000000103"};
    std::atomic<int> wrong{0};
    std::vector<std::jthread> threads;
    for (int at = 0; at < 8; ++at)
        threads.emplace_back([&, at] {
            auto client = service_.client();
            const std::vector<std::string> people{"worf",  "londo",  "hanako", "layla",
                                                  "amara", "nobody", "ingrid", "mateo"};
            const auto caller = app_service::as("MOCK-" + people[static_cast<std::size_t>(at)]);
            for (int round = 0; round < 20; ++round) {
                const auto& uuid =
                    at == 7 ? seed_reply : posts[static_cast<std::size_t>(round) % posts.size()];
                const auto answer =
                    client.request("PUT", "/api/activities/" + uuid + "/" + GetParam(), {caller});
                const unsigned wanted = at == 7 ? 500 : at == 5 ? 401 : 200;
                if (answer.status != wanted) ++wrong;
                if (answer.status == 200 &&
                    (!said(answer).first || text_of(object_of(answer), "uuid") != uuid))
                    ++wrong;
            }
        });
    threads.clear();
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(rows() + "/" + count(), "18/6");
}

// Batches of the same few people's likes and reposts of the same few posts, in any order, made and taken back
// by four at the same time.
TEST(reactions_at_once, never_wait_for_each_other_in_a_circle_and_are_counted) {
    const test::seeded_database database;
    const test::app_login login{database};
    const std::array<std::string, 6> people{"worf", "londo", "hanako", "layla", "amara", "mateo"};
    std::vector<std::jthread> threads;
    std::atomic<int> failed{0};
    for (unsigned seed = 0; seed < 4; ++seed)
        threads.emplace_back([&, seed] {
            auto link = postgres::plain_connection::open(postgres::connection_url::parse(login.url()).value())
                            .value();
            std::minstd_rand chance{seed + 1};
            for (int turn = 0; turn < 150; ++turn) {
                std::string reactions;
                std::string posts;
                std::string callers;
                for (unsigned each = 0; each < 40; ++each) {
                    const std::string separator = each == 0 ? "{" : ",";
                    reactions += separator + (chance() % 2 == 0 ? "like" : "repost");
                    posts +=
                        separator + "5eed0000-0000-4000-8000-00000000010" + std::to_string(1 + chance() % 9);
                    callers += separator + "MOCK-" + people.at(chance() % people.size());
                }
                const auto& what = chance() % 2 == 0 ? queries::add_reactions : queries::remove_reactions;
                if (!link.execute(what, {reactions + "}", posts + "}", callers + "}"})) ++failed;
            }
        });
    threads.clear();
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(
        database.query("select count(*) from activities a where "
                       "likes_count <> (select count(*) from activity_likes where activity_uuid = uuid) or "
                       "reposts_count <> (select count(*) from activity_reposts where activity_uuid = uuid)"),
        "0");
}

} // namespace
} // namespace cruddur::app
